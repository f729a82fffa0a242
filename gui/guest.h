/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest, as a row of Manager.ListGuests describes it (name, uuid, state, persistent, memory in
 * bytes, maximum-memory, vcpus, disks, can-migrate, reasons), what was found when it was checked,
 * and the job that moves it.
 */
#pragma once

#include "job.h"

typedef enum {
    MIG_MOVE_YES,
    MIG_MOVE_REMARKS, /* it can, and there is something to know */
    MIG_MOVE_NO,
    MIG_MOVE_MOVING,
} MigMove;

#define MIG_TYPE_GUEST (mig_guest_get_type())
G_DECLARE_FINAL_TYPE(MigGuest, mig_guest, MIG, GUEST, MigObject)

MigGuest *mig_guest_new(GVariant *row);

const char *mig_guest_get_name(MigGuest *self);
const char *mig_guest_get_uuid(MigGuest *self);
guint64 mig_guest_get_memory(MigGuest *self); /* bytes */
gboolean mig_guest_is_active(MigGuest *self); /* it has processes on the host */
MigMove mig_guest_get_move(MigGuest *self);

/* us: what was found is believed for so long. What a guest is made of changes without a sign: a
 * device is plugged in, a snapshot is deleted. */
#define MIG_GUEST_CHECK_LASTS (60 * G_USEC_PER_SEC)

/* What it is made of is not known, or was found too long ago or when it was in another state. `now`
 * is monotonic, in us. */
gboolean mig_guest_wants_check(MigGuest *self, gint64 now);
/* What was found (aa{sv} of ListGuests; NULL: nothing) in that state; of another state than it is
 * in by now nothing is believed. */
void mig_guest_set_findings(MigGuest *self, const char *state, GVariant *findings);
/* It may be made of something else by now; what was found is kept until there is an answer. */
void mig_guest_forget_check(MigGuest *self);

/* Its state and memory. */
char *mig_guest_dup_detail(MigGuest *self);

/* What is to be known of moving it, a sentence or several; empty: nothing. */
char *mig_guest_dup_reason(MigGuest *self);

/* The unfinished job that takes it away from where it is, or NULL. Property "job". */
MigJob *mig_guest_get_job(MigGuest *self);
void mig_guest_set_job(MigGuest *self, MigJob *job);
