/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the other threads of a job's worker tell its run, and what they ask it for leave: it alone
 * decides and writes down.
 *
 * The functions of this file may be called from any thread but the main one. They return at once
 * except mig_run_enter(), mig_run_has_moved() and mig_run_take_timeout().
 */
#pragma once

#include "conclude.h"
#include "control.h"
#include "run.h"

void mig_run_tell_phase(MigRun *run, MigPhase phase);

/* What a check has found (aa{sv}, taken). */
void mig_run_tell_findings(MigRun *run, GVariant *findings);

/* What was found and planned; ownership stays with the caller. */
typedef struct {
    const MigFacts *on_source, *on_destination; /* NULL: the destination is not opened */
    const MigPlan *plan;
    GStrv volumes;          /* that libvirt will make on the destination, or NULL */
    gint64 downtime_before; /* ms, if the call changes it, else 0 */
} MigFindings;

typedef enum { MIG_ENTER_GO, MIG_ENTER_CANCELLED, MIG_ENTER_ERROR } MigEnter;

/* The gate before libvirt's migrate call, the last moment at which a cancel stops everything.
 * MIG_ENTER_GO: phase preparing and the time of the call are in the ledger, call now. */
MigEnter mig_run_enter(MigRun *run, const MigFindings *findings, GError **error);

/* libvirt's statistics of the job under way (a{st}, the reference is taken). */
void mig_run_tell_statistics(MigRun *run, GVariant *statistics);
/* The guest is paused on the source, by somebody or for the switch to the destination. */
void mig_run_tell_paused(MigRun *run, gboolean switching);
/* It runs on the destination and the rest of its memory follows. */
void mig_run_tell_post_copy(MigRun *run);
/* A command of mig_monitor_command() is done, or failed; takes it. */
void mig_run_tell_done(MigRun *run, MigCommand *command);

/* The source said that the guest has left it for another host. */
void mig_run_tell_moved(MigRun *run);
gboolean mig_run_has_moved(MigRun *run);

/* The migration was broken off in post-copy, and libvirt's call does not return all the same. The
 * job ends with what the hosts show; who would wait for the call, waits for ever. */
void mig_run_tell_stuck(MigRun *run);

/* Why libvirt is not waited for any longer, or NULL. */
GError *mig_run_take_timeout(MigRun *run);

/* The connection to the destination has ended during a migration that we drive: it can no longer be
 * finished and is aborted while the guest still runs on the source. */
void mig_run_tell_lost(MigRun *run);

typedef struct {
    MigEvidence evidence; /* `cancel` is filled in by the main thread */
    GError *error;        /* that evidence.error points to */
    char *raw;            /* libvirt's text for it, or NULL */
    GVariant *statistics; /* final, or NULL */
    /* NULL: libvirt was not called */
    GVariant *verification;
    GPtrArray *findings;
} MigEnding;

/* The last word; takes the ending and all in it. */
void mig_run_tell_ended(MigRun *run, MigEnding *ending);
