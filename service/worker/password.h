/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Passwords of vCenters. A host file has the name of a password file, never a path and never a
 * password; the file is a credential that systemd gave this unit (LoadCredential=NAME:...), or
 * STATE/passwords/NAME, which nobody but its owner may read. A password is handed to libvirt's
 * credential callback and to nothing else, and is wiped afterwards.
 */
#pragma once

#include "hostfile.h"

/* Where the files are; `credentials_dir` may be NULL. Once, before threads. */
void mig_password_set_directories(const char *state_dir, const char *credentials_dir);

/* First line of the host's password file, for free() after mig_password_wipe(). Errors:
 * LOGIN_REFUSED, whose sentence names the file. */
char *mig_password_read(const MigHost *host, GError **error);

/* Overwrites and frees with free(). */
void mig_password_wipe(char *password);
