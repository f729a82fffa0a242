/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is wrong with a host, in the app's words, and the command that helps. By the names of the
 * errors of Host.Test; the service's own sentence stands beside it.
 */
#pragma once

#include "host.h"

/* "Its ssh key is not known yet"; of another error "It cannot be used". */
const char *mig_host_words_problem(const char *error_name);

/* The command to copy, NULL: none helps. The caller owns it. */
char *mig_host_words_command(MigHost *host, const char *error_name);

/* Where that command is to be run: "Run this on this computer". Only if there is one. */
char *mig_host_words_where(MigHost *host, const char *error_name);

/* How it is reached and where, in one line: "SSH, root@kvm2.example". The caller owns it. */
char *mig_host_words_route(MigHost *host);
