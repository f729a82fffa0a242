/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to ledger*.c: the SQLite file of the ledger, opened or refused.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

/* Sets MIG_ERROR_LEDGER "The job ledger PATH doing: SQLite's text; remedy." and is FALSE. */
gboolean mig_ledger_file_error(GError **error, sqlite3 *db, const char *path, const char *doing);

/* Opens the ledger; one that is not there is made, with `schema` in it. A file that cannot be used
 * is refused and its bytes stay as they are. Close with sqlite3_close(). */
sqlite3 *mig_ledger_file_open(const char *path, const char *schema, GError **error);

/* Closes a file that turned out to be damaged, and changes nothing in it. */
void mig_ledger_file_leave(sqlite3 *db);
