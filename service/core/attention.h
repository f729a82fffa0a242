/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether somebody has to look after the guest of a job that has ended: a pure function of the
 * job's record, whoever wrote its end.
 */
#pragma once

#include "job.h"

typedef enum {
    MIG_ATTENTION_NONE,   /* the guest is on one host for sure and the other has nothing of it */
    MIG_ATTENTION_NEEDED, /* it is paused, or where it is, or what is left of it, is not sure */
    MIG_ATTENTION_SPLIT,  /* it runs on both hosts: its disks are in danger */
} MigAttention;

/* For a job in a final state. `was_paused`: the guest was paused before the job touched it. */
MigAttention mig_attention(const MigJob *job, gboolean was_paused);
