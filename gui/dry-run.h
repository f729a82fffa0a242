/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service's check of what is being chosen: asked by itself 400 ms after the last change, and
 * only the answer to the last question counts; the one before is given up.
 *
 * Signal "changed" when state, plan or findings did. Plan and findings stay those of the last
 * answer while the next one is awaited.
 */
#pragma once

#include "client.h"

typedef enum {
    MIG_DRY_RUN_NOTHING, /* there is nothing to be checked yet */
    MIG_DRY_RUN_BUSY,    /* a question waits or is under way */
    MIG_DRY_RUN_DONE,
    MIG_DRY_RUN_DENIED, /* polkit said no: see error */
    MIG_DRY_RUN_FAILED, /* there is no answer: see error */
} MigDryRunState;

#define MIG_TYPE_DRY_RUN (mig_dry_run_get_type())
G_DECLARE_FINAL_TYPE(MigDryRun, mig_dry_run, MIG, DRY_RUN, GObject)

MigDryRun *mig_dry_run_new(MigClient *client);

/* What is to be checked now; NULL as guest or destination: nothing. A floating a{sv} is taken. The
 * same as before asks nothing. */
void mig_dry_run_set(MigDryRun *self, const char *guest, const char *destination,
                     GVariant *options);

/* Asks the last question again, at once. */
void mig_dry_run_again(MigDryRun *self, MigCallFlags flags);

MigDryRunState mig_dry_run_get_state(MigDryRun *self);
const GError *mig_dry_run_get_error(MigDryRun *self);  /* NULL: none */
GVariant *mig_dry_run_get_plan(MigDryRun *self);       /* a{sv}, borrowed; NULL: none */
GListModel *mig_dry_run_get_findings(MigDryRun *self); /* of MigFinding, worst first, one object */
guint mig_dry_run_count(MigDryRun *self, const char *severity);
/* Sentence of the first finding that the migration will not get over; NULL: none. */
const char *mig_dry_run_get_blocker(MigDryRun *self);
/* Name of the host of which the last answer has that error (its D-Bus name), "local" for this
 * computer; borrowed, NULL: there is no such answer. */
const char *mig_dry_run_get_host(MigDryRun *self, const char *error);
