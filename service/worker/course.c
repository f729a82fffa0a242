/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See course.h. Time is that of the monotonic clock, told as the real clock had it at the first
 * sample: a clock that is set does not bend a graph.
 */
#include "course.h"

#include <libvirt/libvirt.h>

#include "statistics.h"

static gint64 now_of(MigCourse *course)
{
    if (course->epoch == 0)
        course->epoch = g_get_real_time() - g_get_monotonic_time();
    return g_get_monotonic_time() + course->epoch;
}

static void estimate(MigCourse *course, MigJob *job, gint64 now)
{
    const MigPassing passing = {
        .now = now,
        .iteration = mig_statistics_get(job->statistics, VIR_DOMAIN_JOB_MEMORY_ITERATION),
        .remaining = mig_statistics_remaining(job->statistics),
        .throughput = mig_statistics_throughput(job->statistics),
        .dirty_rate = mig_statistics_dirty_rate(job->statistics),
        .stopped = g_str_equal(job->source_state, "paused"),
    };
    MigEstimate estimated = mig_convergence_update(&course->convergence, &passing);
    job->expected_end = estimated.end;
    mig_job_set_string(&job->converging, mig_converging_to_string(estimated.converging));
}

void mig_course_update(MigCourse *course, MigJob *job, GVariant *statistics)
{
    gint64 now = now_of(course);
    guint64 processed = mig_statistics_get(statistics, VIR_DOMAIN_JOB_DATA_PROCESSED);
    guint64 remaining = mig_statistics_get(statistics, VIR_DOMAIN_JOB_DATA_REMAINING);
    mig_job_set_variant(&job->statistics, statistics);
    if (processed == 0)
        return;
    const MigSample sample = { now, mig_statistics_remaining(statistics),
                               mig_statistics_processed(statistics),
                               mig_statistics_throughput(statistics) };
    job->progress = mig_progress_update(&course->progress, processed, remaining);
    mig_samples_add(&course->samples, &sample);
    estimate(course, job, now);
}

void mig_course_end(MigCourse *course, MigJob *job, gboolean completed)
{
    if (completed)
        job->progress = mig_progress_complete(&course->progress);
    job->expected_end = 0;
    mig_job_set_string(&job->converging, mig_converging_to_string(MIG_CONVERGING_UNKNOWN));
    mig_job_set_variant(&job->samples, mig_samples_to_variant(&course->samples));
}
