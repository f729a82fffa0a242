/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a host says about a guest, as it travels from a worker to the service, and the names of
 * libvirt's guest states.
 */
#include <libvirt/libvirt.h>

#include "error.h"
#include "plan.h"

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

/* The dictionary's keys in its order. */
static const struct {
    const char *key;
    const char *signature;
    gsize offset;
} fields[] = {
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
};

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
    if (!facts)
        return;

    g_free(facts->driver);
    g_free(facts->host_uuid);
    g_free(facts->hostname);
    g_free(facts->guest_name);
    g_free(facts->guest_uuid);
    g_free(facts);
}

GVariant *mig_facts_to_variant(const MigFacts *facts)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        gconstpointer field = G_STRUCT_MEMBER_P(facts, fields[i].offset);
        GVariant *value;

        switch (*fields[i].signature) {
        case 's':
            value = g_variant_new_string(*(char *const *) field ?: "");
            break;
        case 't':
            value = g_variant_new_uint64(*(const guint64 *) field);
            break;
        case 'b':
            value = g_variant_new_boolean(*(const gboolean *) field);
            break;
        default:
            value = g_variant_new_int32(*(const int *) field);
            break;
        }
        g_variant_builder_add(&builder, "{sv}", fields[i].key, value);
    }

    return g_variant_builder_end(&builder);
}

MigFacts *mig_facts_from_variant(GVariant *dict, GError **error)
{
    g_autoptr(MigFacts) facts = g_new0(MigFacts, 1);

    if (!g_variant_is_of_type(dict, G_VARIANT_TYPE_VARDICT)) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                    "facts about a host must be of D-Bus type \"a{sv}\", not \"%.32s\"",
                    g_variant_get_type_string(dict));
        return NULL;
    }

    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        if (!g_variant_lookup(dict, fields[i].key, fields[i].signature,
                              G_STRUCT_MEMBER_P(facts, fields[i].offset))) {
            g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                        "facts about a host: \"%s\" of D-Bus type \"%s\" is missing; service and "
                        "worker must be of the same version",
                        fields[i].key, fields[i].signature);
            return NULL;
        }

    return g_steal_pointer(&facts);
}
