/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See interfaces.h. What hosts say is not believed but checked: a host may be hostile.
 */
#include "interfaces.h"

#include <string.h>

#include "error.h"
#include "uri.h"

static const char *const states[MIG_N_LINK_STATES] = {
    [MIG_LINK_UNKNOWN] = "unknown",
    [MIG_LINK_UP] = "up",
    [MIG_LINK_DOWN] = "down",
};

static const char *const origins[MIG_N_ORIGINS] = {
    [MIG_ORIGIN_LIBVIRT] = "libvirt",
    [MIG_ORIGIN_MACHINE] = "machine",
    [MIG_ORIGIN_HOST_FILE] = "host-file",
};

MigLinkState mig_link_state_from_string(const char *text)
{
    static const char *const down[] = { "down",    "lowerlayerdown", "notpresent",
                                        "dormant", "testing",        NULL };

    if (g_strcmp0(text, states[MIG_LINK_UP]) == 0)
        return MIG_LINK_UP;

    return text && g_strv_contains(down, text) ? MIG_LINK_DOWN : MIG_LINK_UNKNOWN;
}

static void interface_free(gpointer data)
{
    MigInterface *interface = data;

    g_free(interface->name);
    g_free(interface->address);
    g_free(interface);
}

GPtrArray *mig_interfaces_new(void)
{
    return g_ptr_array_new_with_free_func(interface_free);
}

static gboolean is_ipv6(const char *address)
{
    return strchr(address, ':') != NULL;
}

static gboolean name_is_usable(const char *name)
{
    if (!name || strlen(name) > MIG_INTERFACE_NAME_MAX || !g_utf8_validate(name, -1, NULL))
        return FALSE;

    for (; *name; name = g_utf8_next_char(name))
        if (!g_unichar_isprint(g_utf8_get_char(name)))
            return FALSE;

    return TRUE;
}

static const MigInterface *find(const GPtrArray *interfaces, const char *address)
{
    for (guint i = 0; i < interfaces->len; i++) {
        const MigInterface *interface = g_ptr_array_index(interfaces, i);

        if (g_str_equal(interface->address, address))
            return interface;
    }

    return NULL;
}

/* Takes the address. */
static MigInterface *append(GPtrArray *interfaces, const char *name, char *address,
                            MigOrigin origin)
{
    MigInterface *interface = g_new0(MigInterface, 1);

    interface->name = g_strdup(name);
    interface->address = address;
    interface->origin = origin;
    g_ptr_array_add(interfaces, interface);

    return interface;
}

gboolean mig_interfaces_add(GPtrArray *interfaces, const MigInterface *said)
{
    g_autofree char *address = mig_uri_canonical_address(said->address);
    MigInterface *interface;
    guint bits;

    if (!address || interfaces->len >= MIG_INTERFACES_MAX || find(interfaces, address))
        return FALSE;

    /* the prefix of an IPv4 address in IPv6 clothes is not that of the IPv4 address */
    bits = is_ipv6(said->address) == is_ipv6(address) ? said->prefix : 0;
    interface = append(interfaces, name_is_usable(said->name) ? said->name : "",
                       g_steal_pointer(&address), said->origin);
    interface->prefix = bits <= (is_ipv6(interface->address) ? 128 : 32) ? bits : 0;
    interface->speed = said->speed;
    interface->state = said->state;

    return TRUE;
}

static void add_facts(GVariantBuilder *dict, const MigInterface *interface)
{
    g_variant_builder_add(dict, "{sv}", "name", g_variant_new_string(interface->name));
    g_variant_builder_add(dict, "{sv}", "address", g_variant_new_string(interface->address));
    g_variant_builder_add(dict, "{sv}", "prefix", g_variant_new_uint32(interface->prefix));
    g_variant_builder_add(dict, "{sv}", "speed", g_variant_new_uint32(interface->speed));
    g_variant_builder_add(dict, "{sv}", "state", g_variant_new_string(states[interface->state]));
    g_variant_builder_add(dict, "{sv}", "origin", g_variant_new_string(origins[interface->origin]));
}

GVariant *mig_interfaces_to_variant(const GPtrArray *interfaces)
{
    g_auto(GVariantBuilder) array = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));

    for (guint i = 0; i < interfaces->len; i++) {
        g_variant_builder_open(&array, G_VARIANT_TYPE_VARDICT);
        add_facts(&array, g_ptr_array_index(interfaces, i));
        g_variant_builder_close(&array);
    }

    return g_variant_builder_end(&array);
}

static gboolean name_to_number(const char *const *names, guint count, const char *name, guint *ret)
{
    for (guint i = 0; i < count; i++)
        if (g_str_equal(names[i], name)) {
            *ret = i;
            return TRUE;
        }

    return FALSE;
}

static gboolean take_dict(GPtrArray *interfaces, GVariant *dict)
{
    const char *name, *address, *state, *origin;
    guint prefix, speed, state_number, origin_number;
    MigInterface said;

    if (!g_variant_lookup(dict, "name", "&s", &name) ||
        !g_variant_lookup(dict, "address", "&s", &address) ||
        !g_variant_lookup(dict, "prefix", "u", &prefix) ||
        !g_variant_lookup(dict, "speed", "u", &speed) ||
        !g_variant_lookup(dict, "state", "&s", &state) ||
        !g_variant_lookup(dict, "origin", "&s", &origin) ||
        !name_to_number(states, MIG_N_LINK_STATES, state, &state_number) ||
        !name_to_number(origins, MIG_N_ORIGINS, origin, &origin_number))
        return FALSE;

    said = (MigInterface){ (char *) name,
                           (char *) address,
                           prefix,
                           speed,
                           (MigLinkState) state_number,
                           (MigOrigin) origin_number };
    mig_interfaces_add(interfaces, &said);

    return TRUE;
}

GPtrArray *mig_interfaces_from_variant(GVariant *array, GError **error)
{
    g_autoptr(GPtrArray) interfaces = mig_interfaces_new();
    gboolean good = g_variant_is_of_type(array, G_VARIANT_TYPE("aa{sv}"));

    for (gsize i = 0; good && i < g_variant_n_children(array); i++) {
        g_autoptr(GVariant) dict = g_variant_get_child_value(array, i);

        good = take_dict(interfaces, dict);
    }
    if (good)
        return g_steal_pointer(&interfaces);

    g_set_error_literal(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                        "a host's addresses cannot be read; service and worker must be of the "
                        "same version");
    return NULL;
}

static void add_configured(GPtrArray *interfaces, const char *text)
{
    g_autofree char *address = mig_uri_canonical_address(text);

    if (address && !find(interfaces, address))
        append(interfaces, "", g_steal_pointer(&address), MIG_ORIGIN_HOST_FILE);
}

void mig_interfaces_add_host_file(GPtrArray *interfaces, const MigHost *host)
{
    for (guint i = 0; host->migration_addresses[i]; i++)
        add_configured(interfaces, host->migration_addresses[i]);
    add_configured(interfaces, host->own.address);
    add_configured(interfaces, host->peer.address);
}

const char **mig_interfaces_addresses(const GPtrArray *interfaces)
{
    const char **addresses = g_new0(const char *, interfaces->len + 1);

    for (guint i = 0; i < interfaces->len; i++)
        addresses[i] = ((const MigInterface *) g_ptr_array_index(interfaces, i))->address;

    return addresses;
}

gboolean mig_interfaces_same_subnet(const MigInterface *a, const MigInterface *b)
{
    guint bits = MAX(a->prefix, b->prefix);

    return bits > 0 && mig_uri_same_network(a->address, b->address, bits);
}

/* An address of the destination as the source sees it. */
typedef struct {
    const MigInterface *interface;
    gboolean allowed;
    gboolean same_subnet;
    const char *source_name; /* "": none, or unknown */
    const char *source_address;
    guint source_speed;
} Row;

/* The source's in the subnet, that of the longest prefix, as a router chooses. */
static const MigInterface *neighbour(const GPtrArray *source, const MigInterface *of)
{
    const MigInterface *best = NULL;

    for (guint i = 0; i < source->len; i++) {
        const MigInterface *one = g_ptr_array_index(source, i);

        if (mig_interfaces_same_subnet(one, of) && (!best || one->prefix > best->prefix))
            best = one;
    }

    return best;
}

static void relate(Row *row, const GPtrArray *source, GVariant *routes)
{
    const MigInterface *from = NULL;
    const char *sent_from = NULL;

    /* an address both have (that of a bridge for guests): the source would reach itself */
    if (find(source, row->interface->address))
        return;

    from = neighbour(source, row->interface);
    row->same_subnet = from != NULL;
    if (routes && g_variant_lookup(routes, row->interface->address, "&s", &sent_from)) {
        const MigInterface *sends = find(source, sent_from);

        from = sends ?: from;
    }
    row->source_name = from ? from->name : "";
    row->source_speed = from ? from->speed : 0;
    row->source_address = sent_from ?: from ? from->address : "";
}

static int compare(gconstpointer a, gconstpointer b)
{
    const Row *left = a, *right = b;

    if (left->same_subnet != right->same_subnet)
        return left->same_subnet ? -1 : 1;
    if (left->allowed != right->allowed)
        return left->allowed ? -1 : 1;

    if (left->interface->speed != right->interface->speed)
        return left->interface->speed > right->interface->speed ? -1 : 1;

    return (left->source_speed < right->source_speed) - (left->source_speed > right->source_speed);
}

static void add_row(GVariantBuilder *array, const Row *row)
{
    const char *family = is_ipv6(row->interface->address) ? "ipv6" : "ipv4";

    g_variant_builder_open(array, G_VARIANT_TYPE_VARDICT);
    add_facts(array, row->interface);
    g_variant_builder_add(array, "{sv}", "family", g_variant_new_string(family));
    g_variant_builder_add(array, "{sv}", "allowed", g_variant_new_boolean(row->allowed));
    g_variant_builder_add(array, "{sv}", "same-subnet", g_variant_new_boolean(row->same_subnet));
    g_variant_builder_add(array, "{sv}", "source-interface",
                          g_variant_new_string(row->source_name));
    g_variant_builder_add(array, "{sv}", "source-address",
                          g_variant_new_string(row->source_address));
    g_variant_builder_close(array);
}

GVariant *mig_interfaces_join(const GPtrArray *destination, const MigHost *host,
                              const GPtrArray *source, GVariant *routes)
{
    g_auto(GVariantBuilder) array = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(Row));

    for (guint i = 0; i < destination->len; i++) {
        const MigInterface *interface = g_ptr_array_index(destination, i);
        Row row = { interface, mig_host_has_address(host, interface->address), FALSE, "", "", 0 };

        if (source)
            relate(&row, source, routes);
        g_array_append_val(rows, row);
    }
    g_array_sort(rows, compare); /* stable */
    for (guint i = 0; i < rows->len; i++)
        add_row(&array, &g_array_index(rows, Row, i));

    return g_variant_builder_end(&array);
}
