/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See guests.h. libvirt's bulk statistics tell everything but whether a guest has a configuration;
 * so those with and those without are asked for one after the other.
 */
#include "guests.h"

#include <libvirt/virterror.h>

#include "error.h"
#include "guests-plain.h"
#include "libvirt-error.h"
#include "plan.h"
#include "text.h"

#define STATS                                                                                      \
    (VIR_DOMAIN_STATS_STATE | VIR_DOMAIN_STATS_BALLOON | VIR_DOMAIN_STATS_VCPU |                   \
     VIR_DOMAIN_STATS_BLOCK)
#define KIB 1024
/* Characters of a name or a path. */
#define TEXT_MAX 4096

typedef struct {
    gboolean active_only;
    const char *name; /* or UUID; NULL: all */
} Filter;

static const char *const state_reasons[][2] = {
    [VIR_DOMAIN_NOSTATE] = { "no-state", "Its host cannot tell the state it is in; look at it "
                                         "there with virsh." },
    [VIR_DOMAIN_RUNNING] = { NULL },
    [VIR_DOMAIN_BLOCKED] = { NULL },
    [VIR_DOMAIN_PAUSED] = { "paused", "It is paused and will be so on the destination." },
    [VIR_DOMAIN_SHUTDOWN] = { "in-shutdown", "It is shutting down; start it again first." },
    [VIR_DOMAIN_SHUTOFF] = { "not-running", "It does not run; start it first." },
    [VIR_DOMAIN_CRASHED] = { "crashed", "It has crashed; start it again first." },
    [VIR_DOMAIN_PMSUSPENDED] = { "pmsuspended",
                                 "It has suspended itself and will be so on the destination." },
};
static const char transient_reason[] =
    "It has no configuration on this host; without the option persist it has none on the "
    "destination either and is forgotten when it stops.";

static const char migrating_reason[] =
    "It is paused for a migration that goes on; wait until that has ended.";

static guint64 get_number(const virDomainStatsRecord *record, const char *field)
{
    const virTypedParameter *param = virTypedParamsGet(record->params, record->nparams, field);
    if (!param)
        return 0;
    switch (param->type) {
    case VIR_TYPED_PARAM_INT:
        return param->value.i > 0 ? (guint64) param->value.i : 0;
    case VIR_TYPED_PARAM_UINT:
        return param->value.ui;
    case VIR_TYPED_PARAM_ULLONG:
        return param->value.ul;
    default:
        return 0;
    }
}

static guint64 get_bytes(const virDomainStatsRecord *record, const char *field)
{
    return MIN(get_number(record, field), G_MAXUINT64 / KIB) * KIB;
}

static const char *get_string(const virDomainStatsRecord *record, const char *field)
{
    const virTypedParameter *param = virTypedParamsGet(record->params, record->nparams, field);
    return param && param->type == VIR_TYPED_PARAM_STRING ? param->value.s : "";
}

static void add_string(GVariantBuilder *dict, const char *key, const char *value)
{
    /* it comes from another machine */
    g_autofree char *clean = mig_text_clean(value, TEXT_MAX);
    g_variant_builder_add(dict, "{sv}", key, g_variant_new_string(clean));
}

static GVariant *make_disk(const virDomainStatsRecord *record, guint64 n)
{
    g_auto(GVariantBuilder) disk = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    char field[VIR_TYPED_PARAM_FIELD_LENGTH];
    g_snprintf(field, sizeof field, "block.%" G_GUINT64_FORMAT ".name", n);
    add_string(&disk, "target", get_string(record, field));
    g_snprintf(field, sizeof field, "block.%" G_GUINT64_FORMAT ".path", n);
    add_string(&disk, "source", get_string(record, field));
    g_snprintf(field, sizeof field, "block.%" G_GUINT64_FORMAT ".capacity", n);
    g_variant_builder_add(&disk, "{sv}", "capacity",
                          g_variant_new_uint64(get_number(record, field)));
    return g_variant_builder_end(&disk);
}

static GVariant *make_disks(const virDomainStatsRecord *record)
{
    g_auto(GVariantBuilder) disks = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));
    guint64 n = MIN(get_number(record, "block.count"), (guint64) record->nparams);
    for (guint64 i = 0; i < n; i++)
        g_variant_builder_add_value(&disks, make_disk(record, i));
    return g_variant_builder_end(&disks);
}

/* On the source of a migration that is not live, and of every migration on the destination. */
static gboolean is_migrating(const virDomainStatsRecord *record, int state)
{
    return state == VIR_DOMAIN_PAUSED &&
           get_number(record, "state.reason") == VIR_DOMAIN_PAUSED_MIGRATION;
}

static GVariant *make_reasons(int state, gboolean migrating, gboolean persistent)
{
    g_auto(GVariantBuilder) reasons = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a(ss)"));
    if (migrating)
        g_variant_builder_add(&reasons, "(ss)", "migrating", migrating_reason);
    else if (state >= 0 && (guint) state < G_N_ELEMENTS(state_reasons) && state_reasons[state][0])
        g_variant_builder_add(&reasons, "(ss)", state_reasons[state][0], state_reasons[state][1]);
    if (!persistent)
        g_variant_builder_add(&reasons, "(ss)", "transient", transient_reason);
    return g_variant_builder_end(&reasons);
}

static GVariant *make_guest(const virDomainStatsRecord *record, const char *uuid,
                            gboolean persistent)
{
    g_auto(GVariantBuilder) guest = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    int state = (int) MIN(get_number(record, "state.state"), G_MAXINT);
    gboolean migrating = is_migrating(record, state);
    const struct {
        const char *key;
        GVariant *value;
    } rows[] = {
        { "persistent", g_variant_new_boolean(persistent) },
        { "memory", g_variant_new_uint64(get_bytes(record, "balloon.current")) },
        { "maximum-memory", g_variant_new_uint64(get_bytes(record, "balloon.maximum")) },
        { "vcpus", g_variant_new_uint32((guint32) get_number(record, "vcpu.current")) },
        { "disks", make_disks(record) },
        { "can-migrate", g_variant_new_boolean(mig_guest_state_can_move(state) && !migrating) },
        { "reasons", make_reasons(state, migrating, persistent) },
    };
    add_string(&guest, "name", virDomainGetName(record->dom));
    add_string(&guest, "uuid", uuid);
    add_string(&guest, "state", mig_guest_state_to_string(state));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        g_variant_builder_add(&guest, "{sv}", rows[i].key, rows[i].value);
    return g_variant_builder_end(&guest);
}

static gboolean passes(const Filter *filter, const char *name, const char *uuid)
{
    return !filter->name || g_str_equal(filter->name, name) ||
           g_ascii_strcasecmp(filter->name, uuid) == 0;
}

/* `seen`: a guest may get or lose its configuration between the two calls. */
static gboolean add_guests(GVariantBuilder *guests, virDomainStatsRecordPtr *records, int n,
                           gboolean persistent, const Filter *filter, GHashTable *seen)
{
    for (int i = 0; i < n; i++) {
        if (g_hash_table_size(seen) > MIG_GUESTS_MAX)
            return FALSE;
        char uuid[VIR_UUID_STRING_BUFLEN];
        if (virDomainGetUUIDString(records[i]->dom, uuid) < 0 ||
            !passes(filter, virDomainGetName(records[i]->dom), uuid) ||
            !g_hash_table_add(seen, g_strdup(uuid)))
            continue;
        g_variant_builder_add_value(guests, make_guest(records[i], uuid, persistent));
    }
    return g_hash_table_size(seen) <= MIG_GUESTS_MAX;
}

/* Guests with a configuration, or those without; -1: libvirt's last error says why. */
static int get_records(virConnectPtr connection, const Filter *filter, gboolean persistent,
                       virDomainStatsRecordPtr **records)
{
    unsigned int flags = VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT |
                         (persistent ? VIR_CONNECT_GET_ALL_DOMAINS_STATS_PERSISTENT
                                     : VIR_CONNECT_GET_ALL_DOMAINS_STATS_TRANSIENT) |
                         (filter->active_only ? VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE : 0);
    int n = virConnectGetAllDomainStats(connection, STATS, records, flags);
    virErrorPtr last = n < 0 ? virGetLastError() : NULL;
    return last && last->code == VIR_ERR_NO_SUPPORT
               ? mig_guests_plain(connection, persistent, filter->active_only, records)
               : n;
}

GVariant *mig_guests_list(virConnectPtr connection, const MigHost *host, GVariant *filter_dict,
                          char **raw, GError **error)
{
    g_auto(GVariantBuilder) guests = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    MigErrorPlace place = { MIG_DOING_ASK, .host = host };
    Filter filter = { FALSE, NULL };
    g_variant_lookup(filter_dict, "active", "b", &filter.active_only);
    g_variant_lookup(filter_dict, "name", "&s", &filter.name);

    for (int i = 0; i < 2; i++) {
        gboolean persistent = i == 0;
        virDomainStatsRecordPtr *records = NULL;
        int n = get_records(connection, &filter, persistent, &records);
        if (n < 0) {
            mig_libvirt_error(&place, raw, error);
            return NULL;
        }
        gboolean few = add_guests(&guests, records, n, persistent, &filter, seen);
        virDomainStatsRecordListFree(records);
        if (!few) {
            g_set_error(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED,
                        "host %s has more than %d guests, which is the limit of a list; ask with "
                        "the filter \"name\" or \"active\"",
                        host->name, MIG_GUESTS_MAX);
            return NULL;
        }
    }
    return g_variant_ref_sink(g_variant_builder_end(&guests));
}
