/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one sequence of a job, in a thread of its own: connect, look, plan, migrate, look again. For
 * a job whose worker died it only looks, until what libvirt still does has come to its end.
 */
#pragma once

#include "pair.h"
#include "run-letters.h"
#include "task.h"

/* Starts it. It ends with mig_run_tell_ended(), whatever happens. mig_pair_interrupt() makes it
 * give up what it waits for before the gate. */
void mig_sequence_start(MigRun *run, const MigTask *task, MigPair *pair);
