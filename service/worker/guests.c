/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See guests.h. libvirt's bulk statistics tell everything but whether a guest has a configuration;
 * so those with and those without are asked for one after the other.
 */
#include "guests.h"

#include <libvirt/virterror.h>

#include "check.h"
#include "error.h"
#include "guests-named.h"
#include "guests-plain.h"
#include "inspect.h"
#include "libvirt-error.h"
#include "text.h"

#define STATS                                                                                      \
    (VIR_DOMAIN_STATS_STATE | VIR_DOMAIN_STATS_BALLOON | VIR_DOMAIN_STATS_VCPU |                   \
     VIR_DOMAIN_STATS_BLOCK)
#define KIB 1024
/* Characters of a name or a path. */
#define TEXT_MAX 4096

typedef struct {
    virConnectPtr connection;
    const MigHost *host;
    char **raw;
    GError **error;
    gboolean active_only;
    const char *name;    /* or UUID; NULL: all */
    GPtrArray *named[2]; /* those that were looked up (guests-named.h); NULL: no names were given */
    const MigFacts *facts; /* of the host; NULL: guests are not checked */
    guint64 hypervisor;
    GHashTable *seen; /* UUIDs */
} List;

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

/* `findings`: NULL: it was not checked. */
static GVariant *make_reasons(int state, gboolean migrating, gboolean persistent,
                              const GPtrArray *findings)
{
    g_auto(GVariantBuilder) reasons = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a(ss)"));
    if (migrating)
        g_variant_builder_add(&reasons, "(ss)", "migrating", migrating_reason);
    else if (state >= 0 && (guint) state < G_N_ELEMENTS(state_reasons) && state_reasons[state][0])
        g_variant_builder_add(&reasons, "(ss)", state_reasons[state][0], state_reasons[state][1]);
    if (!persistent)
        g_variant_builder_add(&reasons, "(ss)", "transient", transient_reason);
    for (guint i = 0; findings && i < findings->len; i++) {
        const MigFinding *finding = g_ptr_array_index(findings, i);
        g_autofree char *sentence = mig_finding_sentence(finding);
        g_variant_builder_add(&reasons, "(ss)", finding->info->id, sentence);
    }
    return g_variant_builder_end(&reasons);
}

static int get_state(const virDomainStatsRecord *record)
{
    return (int) MIN(get_number(record, "state.state"), G_MAXINT);
}

static gboolean state_can_move(const virDomainStatsRecord *record)
{
    int state = get_state(record);
    return mig_guest_state_can_move(state) && !is_migrating(record, state);
}

static GVariant *make_guest(const virDomainStatsRecord *record, const char *uuid,
                            gboolean persistent, const GPtrArray *findings)
{
    g_auto(GVariantBuilder) guest = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    int state = get_state(record);
    gboolean blocked = findings && mig_findings_worst(findings, MIG_SEVERITY_BLOCKER);
    const struct {
        const char *key;
        GVariant *value;
    } rows[] = {
        { "persistent", g_variant_new_boolean(persistent) },
        { "memory", g_variant_new_uint64(get_bytes(record, "balloon.current")) },
        { "maximum-memory", g_variant_new_uint64(get_bytes(record, "balloon.maximum")) },
        { "vcpus", g_variant_new_uint32((guint32) get_number(record, "vcpu.current")) },
        { "disks", make_disks(record) },
        { "can-migrate", g_variant_new_boolean(state_can_move(record) && !blocked) },
        { "reasons", make_reasons(state, is_migrating(record, state), persistent, findings) },
    };
    add_string(&guest, "name", virDomainGetName(record->dom));
    add_string(&guest, "uuid", uuid);
    add_string(&guest, "state", mig_guest_state_to_string(state));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        g_variant_builder_add(&guest, "{sv}", rows[i].key, rows[i].value);
    if (findings)
        g_variant_builder_add(&guest, "{sv}", "findings", mig_findings_to_variant(findings));
    return g_variant_builder_end(&guest);
}

static gboolean passes(const List *list, const char *name, const char *uuid)
{
    return !list->name || g_str_equal(list->name, name) ||
           g_ascii_strcasecmp(list->name, uuid) == 0;
}

static void free_domain(void *domain)
{
    virDomainFree(domain);
}

/* NULL without an error: the guest has just gone. */
static GPtrArray *check_guest(List *list, const virDomainStatsRecord *record, const char *uuid)
{
    if (!state_can_move(record)) /* which is reason enough */
        return mig_findings_new();
    g_autoptr(MigGuestReport) report = mig_inspect_definition(
        list->connection, list->host, record->dom, &list->hypervisor, list->raw, list->error);
    MigFacts facts = *list->facts;
    facts.guest_name = (char *) virDomainGetName(record->dom);
    facts.guest_uuid = (char *) uuid;
    return report ? mig_check_guest(list->host, &facts, report) : NULL;
}

/* FALSE: the error is set. */
static gboolean add_guest(List *list, GVariantBuilder *guests, const virDomainStatsRecord *record,
                          const char *uuid, gboolean persistent)
{
    g_autoptr(GPtrArray) findings = list->facts ? check_guest(list, record, uuid) : NULL;
    if (list->facts && !findings)
        return *list->error == NULL;
    g_variant_builder_add_value(guests, make_guest(record, uuid, persistent, findings));
    return TRUE;
}

static gboolean refuse_many(const List *list)
{
    g_set_error(
        list->error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED,
        "host %s has more than %d guests, which is the limit of a list; ask with the filter "
        "\"guests\", \"name\" or \"active\"",
        list->host->name, MIG_GUESTS_MAX);
    return FALSE;
}

/* A guest may get or lose its configuration between the two calls: it is taken once. */
static gboolean add_guests(List *list, GVariantBuilder *guests, virDomainStatsRecordPtr *records,
                           int n, gboolean persistent)
{
    for (int i = 0; i < n; i++) {
        char uuid[VIR_UUID_STRING_BUFLEN];
        if (virDomainGetUUIDString(records[i]->dom, uuid) < 0 ||
            !passes(list, virDomainGetName(records[i]->dom), uuid) ||
            !g_hash_table_add(list->seen, g_strdup(uuid)))
            continue;
        if (g_hash_table_size(list->seen) > MIG_GUESTS_MAX)
            return refuse_many(list);
        if (!add_guest(list, guests, records[i], uuid, persistent))
            return FALSE;
    }
    return TRUE;
}

/* Guests with a configuration, or those without; -1: libvirt's last error says why. */
static int get_records(const List *list, gboolean persistent, virDomainStatsRecordPtr **records)
{
    if (list->named[persistent])
        return mig_guests_ask(list->named[persistent], STATS, records);
    unsigned int flags = VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT |
                         (persistent ? VIR_CONNECT_GET_ALL_DOMAINS_STATS_PERSISTENT
                                     : VIR_CONNECT_GET_ALL_DOMAINS_STATS_TRANSIENT) |
                         (list->active_only ? VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE : 0);
    int n = virConnectGetAllDomainStats(list->connection, STATS, records, flags);
    virErrorPtr last = n < 0 ? virGetLastError() : NULL;
    return last && last->code == VIR_ERR_NO_SUPPORT
               ? mig_guests_plain(list->connection, persistent, list->active_only, records)
               : n;
}

static gboolean add_records(List *list, GVariantBuilder *guests, gboolean persistent)
{
    MigErrorPlace place = { MIG_DOING_ASK, .host = list->host };
    virDomainStatsRecordPtr *records = NULL;
    int n = get_records(list, persistent, &records);
    if (n < 0) {
        mig_libvirt_error(&place, list->raw, list->error);
        return FALSE;
    }
    gboolean added = add_guests(list, guests, records, n, persistent);
    virDomainStatsRecordListFree(records);
    return added;
}

static gboolean find_named(List *list, GVariant *filter)
{
    g_autofree const char **names = NULL;
    if (!g_variant_lookup(filter, "guests", "^a&s", &names))
        return TRUE;
    for (int i = 0; i < 2; i++)
        list->named[i] = g_ptr_array_new_with_free_func(free_domain);
    return mig_guests_find(list->connection, list->host, names, list->named, list->raw,
                           list->error);
}

static void list_clear(List *list)
{
    for (int i = 0; i < 2; i++)
        g_clear_pointer(&list->named[i], g_ptr_array_unref);
    g_clear_pointer(&list->seen, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(List, list_clear)

gboolean mig_guests_wants_facts(GVariant *filter)
{
    gboolean check = FALSE;
    g_variant_lookup(filter, "check", "b", &check);
    return check;
}

GVariant *mig_guests_list(virConnectPtr connection, const MigHost *host, const MigFacts *facts,
                          GVariant *filter, char **raw, GError **error)
{
    g_auto(GVariantBuilder) guests = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));
    g_autoptr(GError) failed = NULL; /* ours is never NULL: NULL without one means something */
    g_auto(List) list = {
        .connection = connection, .host = host, .raw = raw, .error = &failed, .facts = facts
    };
    list.seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_variant_lookup(filter, "active", "b", &list.active_only);
    g_variant_lookup(filter, "name", "&s", &list.name);
    if (find_named(&list, filter) && add_records(&list, &guests, TRUE) &&
        add_records(&list, &guests, FALSE))
        return g_variant_ref_sink(g_variant_builder_end(&guests));
    g_propagate_error(error, g_steal_pointer(&failed));
    return NULL;
}
