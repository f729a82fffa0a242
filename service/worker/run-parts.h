/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of a run share: its state, and the parts it is made of. The main thread alone
 * touches it; what other threads have to say comes as letters (run-letters.h).
 */
#pragma once

#include "commands.h"
#include "course.h"
#include "monitor.h"
#include "pair.h"
#include "patience.h"
#include "post.h"
#include "run-letters.h"
#include "status.h"
#include "task.h"

struct MigRun {
    sd_event *event;
    const MigWorkerOptions *options;
    MigLedger *ledger;
    MigJob *job;
    MigTask *task;
    MigLinkServer *server;
    MigStatus *status;
    MigPost *post;
    MigPair *pair;
    MigMonitor *monitor; /* NULL: libvirt was not called yet */
    MigCommands commands;
    MigCourse course;
    MigPatience *patience;
    guint64 processed;   /* bytes, when libvirt told last */
    GError *timeout;     /* libvirt is not waited for any longer */
    gboolean was_paused; /* the guest, when it was looked at */
    gboolean cancel;
    gboolean moved; /* the source said so */
};

/* run-record.c: the job's row, and what is told of it */

gboolean mig_run_record(MigRun *run, GError **error);
/* Goes on when it fails: what libvirt does cannot be taken back, and the last write tells. */
gboolean mig_run_record_or_warn(MigRun *run);
void mig_run_set_state(MigRun *run, MigState state);
/* FALSE: it cannot be entered from where the job is. Nothing is written down or told yet. */
gboolean mig_run_set_phase(MigRun *run, MigPhase phase);
void mig_run_enter_phase(MigRun *run, MigPhase phase);

/* run-patience.c: how long libvirt is waited for */

void mig_run_be_patient(MigRun *run);
/* Something has moved. */
void mig_run_give_sign(MigRun *run);

/* run-end.c */

void mig_run_end(MigRun *run, const MigEnding *ending);
/* It cannot be started; the exit status. What a worker before us started is not ended with that. */
int mig_run_fail(MigRun *run, const GError *error);

/* run.c */

/* The plan's word on something; TRUE while there is no plan. */
gboolean mig_run_plan_allows(const MigRun *run, const char *key);
void mig_run_start_monitor(MigRun *run);
