/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A job as both the service and its worker know it, and as the ledger keeps it.
 */
#pragma once

#include <glib.h>

#include "state.h"

typedef struct {
    guint64 id;          /* 1.. */
    gboolean unreadable; /* its row cannot be read: only id and error say something */
    guint32 owner_uid;
    /* the frozen request */
    char *guest; /* as the caller said it: name or UUID */
    char *source;
    char *destination;
    GVariant *options;          /* a{sv} */
    GVariant *source_host;      /* a{sv}, mig_host_to_variant() when the job was made */
    GVariant *destination_host; /* a{sv} */
    /* what is known of it */
    MigState state;
    MigPhase phase;
    char *guest_name;        /* "" until looked up */
    char *guest_uuid;        /* "" until looked up */
    gint64 created;          /* microseconds since the epoch */
    gint64 called;           /* libvirt's migrate call entered, 0: not yet */
    gint64 finished;         /* 0: not yet */
    GVariant *plan;          /* a{sv}, empty until made */
    GVariant *findings;      /* aa{sv}, mig_findings_to_variant() */
    GVariant *statistics;    /* a{st}, libvirt's job fields */
    double progress;         /* 0..1 */
    gint64 expected_end;     /* microseconds since the epoch, 0: not known, or no end */
    char *waiting_for;       /* name of the host that nothing was heard of for a while, or "" */
    char *converging;        /* mig_converging_to_string() */
    gint64 downtime_before;  /* ms, the guest's limit before ours was set; 0: was not changed */
    GVariant *samples;       /* a(tttt), set when it has ended and only then */
    char *state_before;      /* guest on the source before anything was done, "" until looked up */
    char *source_state;      /* guest on the source: "running", "absent", "unknown", ... */
    char *destination_state; /* guest on the destination */
    char *guest_host;        /* name of the host it runs on, "" if not known */
    GVariant *verification;  /* a{sv}, see verification.h; empty if libvirt was not called */
    GVariant *recovery;      /* as, ids of recovery.h that what was seen last allows */
    /* why it failed; all empty unless it did */
    char *error_name;
    char *error_message;
    char *error_raw; /* libvirt's own text */
} MigJob;

MigJob *mig_job_new(void);
void mig_job_free(MigJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MigJob, mig_job_free)

/* Set a string or variant field, freeing what was there (NULL string becomes ""). */
void mig_job_set_string(char **field, const char *value);
void mig_job_set_variant(GVariant **field, GVariant *value);
void mig_job_set_error(MigJob *job, const GError *error, const char *raw);

/* What changes while a worker is at it, as an a{sv}: state, phase, guest-name, guest-uuid, called,
 * finished, plan, findings, statistics, progress, expected-end, converging, source-state,
 * destination-state, guest-host, verification, recovery, waiting-for, error-name, error-message,
 * error-raw. Applying ignores unknown keys, and state or phase that would go back; returns TRUE if
 * anything changed. */
GVariant *mig_job_status(const MigJob *job);
gboolean mig_job_apply_status(MigJob *job, GVariant *status);
/* The same for a job that has ended, of what was written after its end: its state may become one
 * that mig_state_may_recover() allows. */
gboolean mig_job_apply_recovery(MigJob *job, GVariant *status);
