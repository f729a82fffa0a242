/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The course of a migration, from the statistics that libvirt gives: progress, expected end,
 * samples. Belongs to the main thread.
 */
#pragma once

#include "convergence.h"
#include "core/job.h"
#include "progress.h"
#include "samples.h"

/* All zeroes at the beginning. */
typedef struct {
    MigProgress progress;
    MigConvergence convergence;
    MigSamples samples;
    gint64
        epoch; /* what the monotonic clock lacks to the real one, us; set with the first sample */
} MigCourse;

/* Takes libvirt's statistics of the moment into the job. */
void mig_course_update(MigCourse *course, MigJob *job, GVariant *statistics);
/* The job has ended, with `completed` the guest was seen on the destination. */
void mig_course_end(MigCourse *course, MigJob *job, gboolean completed);
