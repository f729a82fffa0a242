/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A job, as org.example.Migration1.Job describes it: every property of that interface is one here
 * (ExpectedDowntime is expected-downtime) and is read with mig_object_get_*() by its D-Bus name.
 * Those that have an object on the bus are live and come from MigClient; one made of a row of
 * Manager.ListJobs stays as it was.
 */
#pragma once

#include "object.h"

#define MIG_TYPE_JOB (mig_job_get_type())
G_DECLARE_FINAL_TYPE(MigJob, mig_job, MIG, JOB, MigObject)

/* Of a row of ListJobs or of the properties of an object; `path` of the object. */
MigJob *mig_job_new(const char *path, GVariant *properties);

guint64 mig_job_get_id(MigJob *self);
const char *mig_job_get_guest(MigJob *self);
const char *mig_job_get_source(MigJob *self);
const char *mig_job_get_destination(MigJob *self);
const char *mig_job_get_state(MigJob *self);
const char *mig_job_get_phase(MigJob *self);
double mig_job_get_progress(MigJob *self); /* 0..1, never falls */

/* Whether State is a final one. */
gboolean mig_job_is_over(MigJob *self);
/* A row of ListJobs whose record the service cannot read: only Id and Error say something. */
gboolean mig_job_is_damaged(MigJob *self);
gboolean mig_job_is_stuck(MigJob *self); /* it copies, and does not come to an end by itself */
