/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line to standard error with the level prefix of sd-daemon(3), which the journal understands.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-daemon.h>

#define log_error(format, ...) g_printerr(SD_ERR format "\n", ##__VA_ARGS__)
#define log_warning(format, ...) g_printerr(SD_WARNING format "\n", ##__VA_ARGS__)
#define log_info(format, ...) g_printerr(SD_INFO format "\n", ##__VA_ARGS__)
