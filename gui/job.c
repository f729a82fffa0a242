/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A job as the service describes it. */
#include "job.h"

#include <glib/gi18n.h>

struct _MigJob {
    MigObject parent_instance;
};

G_DEFINE_FINAL_TYPE(MigJob, mig_job, MIG_TYPE_OBJECT)

static const MigKey keys[] = {
    { "Id", "id", "t" },
    { "OwnerUID", "owner-uid", "u" },
    { "Guest", "guest", "s" },
    { "GuestUUID", "guest-uuid", "s" },
    { "Source", "source", "s" },
    { "Destination", "destination", "s" },
    { "Options", "options", "a{sv}" },
    { "State", "state", "s" },
    { "Phase", "phase", "s" },
    { "Plan", "plan", "a{sv}" },
    { "Findings", "findings", "aa{sv}" },
    { "Progress", "progress", "d" },
    { "Statistics", "statistics", "a{st}" },
    { "DirtyRate", "dirty-rate", "t" },
    { "Throughput", "throughput", "t" },
    { "Remaining", "remaining", "t" },
    { "Iteration", "iteration", "u" },
    { "ExpectedDowntime", "expected-downtime", "t" },
    { "Downtime", "downtime", "t" },
    { "ExpectedEnd", "expected-end", "t" },
    { "Converging", "converging", "s" },
    { "WaitingFor", "waiting-for", "s" },
    { "Created", "created", "t" },
    { "Called", "called", "t" },
    { "Finished", "finished", "t" },
    { "Cancelable", "cancelable", "b" },
    { "CancelRefusal", "cancel-refusal", "s" },
    { "Controls", "controls", "a{ss}" },
    { "Refusals", "refusals", "a{ss}" },
    { "SourceState", "source-state", "s" },
    { "DestinationState", "destination-state", "s" },
    { "GuestHost", "guest-host", "s" },
    { "Verification", "verification", "a{sv}" },
    { "Recovery", "recovery", "as" },
    { "Error", "error", "(sss)" },
};

MigJob *mig_job_new(const char *path, GVariant *properties)
{
    g_autoptr(MigJob) self = g_object_new(MIG_TYPE_JOB, NULL);
    mig_object_set_path(MIG_OBJECT(self), path);
    mig_object_update(MIG_OBJECT(self), properties);
    return g_steal_pointer(&self);
}

guint64 mig_job_get_id(MigJob *self)
{
    return mig_object_get_number(MIG_OBJECT(self), "Id");
}

const char *mig_job_get_guest(MigJob *self)
{
    const char *guest = mig_object_get_string(MIG_OBJECT(self), "Guest");
    /* the service shows what other users move to few */
    return *guest ? guest : _("A guest of another user");
}

const char *mig_job_get_source(MigJob *self)
{
    return mig_object_get_string(MIG_OBJECT(self), "Source");
}

const char *mig_job_get_destination(MigJob *self)
{
    return mig_object_get_string(MIG_OBJECT(self), "Destination");
}

const char *mig_job_get_state(MigJob *self)
{
    return mig_object_get_string(MIG_OBJECT(self), "State");
}

const char *mig_job_get_phase(MigJob *self)
{
    return mig_object_get_string(MIG_OBJECT(self), "Phase");
}

double mig_job_get_progress(MigJob *self)
{
    return CLAMP(mig_object_get_double(MIG_OBJECT(self), "Progress"), 0, 1);
}

gboolean mig_job_is_over(MigJob *self)
{
    static const char *const final[] = { "completed", "failed", "cancelled", "interrupted", NULL };
    return g_strv_contains(final, mig_job_get_state(self));
}

gboolean mig_job_is_damaged(MigJob *self)
{
    return g_str_equal(mig_job_get_state(self), "unreadable");
}

gboolean mig_job_is_stuck(MigJob *self)
{
    return g_str_equal(mig_job_get_state(self), "running") &&
           g_str_equal(mig_job_get_phase(self), "copying") &&
           g_str_equal(mig_object_get_string(MIG_OBJECT(self), "Converging"), "no");
}

static void mig_job_class_init(MigJobClass *klass)
{
    mig_object_class_set_keys(MIG_OBJECT_CLASS(klass), keys, G_N_ELEMENTS(keys));
}

static void mig_job_init(MigJob *self)
{
}
