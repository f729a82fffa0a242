/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See control.h. What is set during a migration libvirt 9.0 takes back itself if the guest stays
 * where it is, all but what was set before it.
 */
#include "control.h"

#include "libvirt-error.h"

static int start_post_copy(virDomainPtr domain, guint64 value)
{
    return virDomainMigrateStartPostCopy(domain, 0);
}

static int set_downtime(virDomainPtr domain, guint64 value)
{
    return virDomainMigrateSetMaxDowntime(domain, value, 0);
}

static int set_bandwidth(virDomainPtr domain, guint64 value)
{
    return virDomainMigrateSetMaxSpeed(domain, value, 0);
}

static int set_post_copy_bandwidth(virDomainPtr domain, guint64 value)
{
    return virDomainMigrateSetMaxSpeed(domain, value, VIR_DOMAIN_MIGRATE_MAX_SPEED_POSTCOPY);
}

/* libvirt makes it go on where the migration ends: on the destination, or here if it fails. */
static int suspend_guest(virDomainPtr domain, guint64 value)
{
    return virDomainSuspend(domain);
}

static int (*const calls[MIG_N_CONTROLS])(virDomainPtr domain, guint64 value) = {
    [MIG_CONTROL_START_POST_COPY] = start_post_copy,
    [MIG_CONTROL_SET_MAXIMUM_DOWNTIME] = set_downtime,
    [MIG_CONTROL_SET_BANDWIDTH] = set_bandwidth,
    [MIG_CONTROL_SET_POST_COPY_BANDWIDTH] = set_post_copy_bandwidth,
    [MIG_CONTROL_PAUSE] = suspend_guest,
};

void mig_control_carry_out(MigCommand *command, const MigTask *task, virDomainPtr domain)
{
    MigErrorPlace place = { MIG_DOING_CONTROL, task->source, task->destination,
                            virDomainGetName(domain) };
    if (calls[command->control](domain, command->value) < 0)
        mig_libvirt_error(&place, NULL, &command->error);
}

gboolean mig_control_get_downtime(virDomainPtr domain, gint64 *ret)
{
    unsigned long long downtime = 0;
    if (virDomainMigrateGetMaxDowntime(domain, &downtime, 0) < 0)
        return FALSE;
    *ret = (gint64) MIN(downtime, G_MAXINT64);
    return TRUE;
}

gboolean mig_control_set_downtime(virDomainPtr domain, gint64 downtime)
{
    return set_downtime(domain, (guint64) downtime) == 0;
}
