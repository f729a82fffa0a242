/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ledger: the durable truth about jobs, an SQLite file (WAL, synchronous=FULL) that the service
 * and every worker write. A row is there before anything starts and has the outcome before the
 * worker exits. Progress never goes to disk. The only part of core that does I/O.
 *
 * Schema versions: PRAGMA user_version. A file of an older version is brought up to date when it is
 * opened, all of it or nothing; those that have it open do not mind. A file of a newer version, of
 * another program or a damaged one is refused with MIG_ERROR_LEDGER, which names the file and the
 * remedy; it is not changed.
 */
#pragma once

#include "job.h"

typedef struct MigLedger MigLedger;

/* Creates the file (0600) if it is not there. */
MigLedger *mig_ledger_open(const char *path, GError **error);
void mig_ledger_close(MigLedger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MigLedger, mig_ledger_close)

/* Writes a new job and sets job->id and job->created. */
gboolean mig_ledger_insert(MigLedger *ledger, MigJob *job, GError **error);

/* Writes what mig_job_status() covers (not progress, not statistics and samples of an unfinished
 * job). A row that is final stays as it is: FALSE with MIG_ERROR_JOB_FINISHED. */
gboolean mig_ledger_update(MigLedger *ledger, const MigJob *job, GError **error);

/* Writes what has become of the guest of a job that has ended: its state, what the hosts show, why
 * it failed, and what can be done. FALSE with MIG_ERROR_TOO_EARLY if it has not ended. */
gboolean mig_ledger_amend(MigLedger *ledger, const MigJob *job, GError **error);

/* The number that the next insert will give, unless somebody else inserts. Numbers are never given
 * twice: not after a prune, a row removed by hand, or an insert that failed after it. */
gboolean mig_ledger_next(MigLedger *ledger, guint64 *ret, GError **error);

/* MIG_ERROR_NO_SUCH_JOB if there is none. Its samples are not read. */
MigJob *mig_ledger_load(MigLedger *ledger, guint64 id, GError **error);
/* The samples of a job, a(tttt), empty if it has not ended. */
GVariant *mig_ledger_samples(MigLedger *ledger, guint64 id, GError **error);

typedef struct {
    gboolean unfinished;     /* only jobs in no final state */
    const char *state;       /* NULL: any */
    const char *guest;       /* name or UUID, NULL: any */
    const char *source;      /* NULL: any */
    const char *destination; /* NULL: any */
    gboolean by_owner;       /* only jobs of owner_uid */
    guint32 owner_uid;
    guint64 before; /* only ids below, 0: any; for paging */
    guint limit;    /* 0: 100 */
} MigJobFilter;

/* Newest first; elements are MigJob, owned by the array. A row that cannot be read hides no other:
 * it is one with `unreadable` and the error, state interrupted. */
GPtrArray *mig_ledger_list(MigLedger *ledger, const MigJobFilter *filter, GError **error);

/* Deletes finished jobs beyond the newest `keep`, and those ended before `oldest` (epoch us). */
gboolean mig_ledger_prune(MigLedger *ledger, guint keep, gint64 oldest, GError **error);
