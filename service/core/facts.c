/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a host says about a guest, as it travels from a worker to the service, and the names of
 * libvirt's guest states.
 */
#include <libvirt/libvirt.h>

#include "plan.h"
#include "record.h"

static const struct {
    const char *name;
    gboolean can_move;
} states[] = {
    [VIR_DOMAIN_NOSTATE] = { "no-state", FALSE },
    [VIR_DOMAIN_RUNNING] = { "running", TRUE },
    [VIR_DOMAIN_BLOCKED] = { "idle", TRUE },
    [VIR_DOMAIN_PAUSED] = { "paused", TRUE },
    [VIR_DOMAIN_SHUTDOWN] = { "in-shutdown", FALSE },
    [VIR_DOMAIN_SHUTOFF] = { "shutoff", FALSE },
    [VIR_DOMAIN_CRASHED] = { "crashed", FALSE },
    [VIR_DOMAIN_PMSUSPENDED] = { "pmsuspended", TRUE },
};

static const MigField fields[] = {
    { "driver", "s", G_STRUCT_OFFSET(MigFacts, driver) },
    { "host-uuid", "s", G_STRUCT_OFFSET(MigFacts, host_uuid) },
    { "hostname", "s", G_STRUCT_OFFSET(MigFacts, hostname) },
    { "libvirt", "t", G_STRUCT_OFFSET(MigFacts, libvirt) },
    { "guest-found", "b", G_STRUCT_OFFSET(MigFacts, guest_found) },
    { "guest-name", "s", G_STRUCT_OFFSET(MigFacts, guest_name) },
    { "guest-uuid", "s", G_STRUCT_OFFSET(MigFacts, guest_uuid) },
    { "guest-state", "i", G_STRUCT_OFFSET(MigFacts, guest_state) },
    { "guest-reason", "i", G_STRUCT_OFFSET(MigFacts, guest_reason) },
    { "guest-persistent", "b", G_STRUCT_OFFSET(MigFacts, guest_persistent) },
    { "guest-job", "b", G_STRUCT_OFFSET(MigFacts, guest_job) },
    { NULL },
};

static const MigRecord facts_record = { "facts about a host", sizeof(MigFacts), fields };

const char *mig_guest_state_to_string(int state)
{
    if (state == -1)
        return "absent";
    if (state < 0 || (guint) state >= G_N_ELEMENTS(states))
        return "unknown";

    return states[state].name;
}

gboolean mig_guest_state_can_move(int state)
{
    return state >= 0 && (guint) state < G_N_ELEMENTS(states) && states[state].can_move;
}

void mig_facts_free(MigFacts *facts)
{
    mig_record_free(&facts_record, facts);
}

GVariant *mig_facts_to_variant(const MigFacts *facts)
{
    return mig_record_to_variant(&facts_record, facts);
}

MigFacts *mig_facts_from_variant(GVariant *dict, GError **error)
{
    return mig_record_from_variant(&facts_record, dict, error);
}
