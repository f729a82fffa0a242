/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See plan-connections.h. A connection between libvirt daemons by ssh or TLS protects what goes
 * through it; the hypervisors' own connection is another one, and protected by their own TLS only.
 */
#include "plan-connections.h"

#include <libvirt/libvirt.h>

#include "plan-params.h"

static const char *const link_names[MIG_N_LINKS] = {
    [MIG_LINK_SOURCE] = "source", [MIG_LINK_DESTINATION] = "destination",
    [MIG_LINK_PEER] = "peer",     [MIG_LINK_MEMORY] = "memory",
    [MIG_LINK_DISKS] = "disks",
};

/* With which a route is gone, by this service and by another libvirt daemon; what does not leave
 * the machine needs no encryption. */
static const struct {
    const char *ours, *daemons;
    gboolean encrypted;
} route_kinds[MIG_N_CONNECTS] = {
    [MIG_CONNECT_NONE] = { "none", "none", FALSE },
    [MIG_CONNECT_UNIX] = { "unix-socket", "unix-socket", TRUE },
    [MIG_CONNECT_SSH] = { "service-ssh-key", "daemon-ssh-key", TRUE },
    [MIG_CONNECT_TLS] = { "service-certificate", "daemon-certificate", TRUE },
    [MIG_CONNECT_TCP] = { "none", "none", FALSE },
    [MIG_CONNECT_HTTPS] = { "service-password", "none", TRUE },
};

static void clear_connection(gpointer data)
{
    MigConnection *connection = data;

    g_free(connection->from);
    g_free(connection->to);
    g_free(connection->uri);
}

static void add(GArray *connections, MigLink link, const char *from, const char *to,
                const char *uri, const char *credentials, gboolean encrypted)
{
    MigConnection connection = { link,        g_strdup(from), g_strdup(to), g_strdup(uri ?: ""),
                                 credentials, encrypted };

    g_array_append_val(connections, connection);
}

/* Memory and disks go from hypervisor to hypervisor, or memory through the tunnel. Migration
 * programs of some drivers log in on the destination by ssh themselves. */
static void add_data(GArray *connections, const MigRequest *request, const MigDriver *driver,
                     const MigHost *source, const MigHost *destination)
{
    gboolean ssh = g_strcmp0(driver->scheme, "ssh") == 0;
    gboolean tls = mig_request_number(request, MIG_OPT_TLS) != 0;
    const char *credentials = ssh ? "daemon-ssh-key" : tls ? "hypervisor-certificate" : "none";
    g_autofree char *uri = mig_plan_migration_uri(request, driver);
    g_autofree char *disks_uri = mig_plan_disks_uri(request, destination);

    if (mig_request_number(request, MIG_OPT_OFFLINE) || mig_mode(request)->tunnel)
        return;

    add(connections, MIG_LINK_MEMORY, source->name, destination->name, uri, credentials,
        tls || ssh);
    if (mig_request_number(request, MIG_OPT_COPY_STORAGE) != MIG_COPY_NONE)
        add(connections, MIG_LINK_DISKS, source->name, destination->name, disks_uri ?: uri,
            credentials, tls);
}

GArray *mig_plan_connections(const MigRequest *request, const MigPlan *plan,
                             const MigDriver *driver, const MigHost *source,
                             const MigHost *destination)
{
    GArray *connections = g_array_new(FALSE, FALSE, sizeof(MigConnection));

    g_array_set_clear_func(connections, clear_connection);
    add(connections, MIG_LINK_SOURCE, "", source->name, plan->source_uri,
        route_kinds[source->own.connect].ours, route_kinds[source->own.connect].encrypted);
    if (plan->destination_uri)
        add(connections, MIG_LINK_DESTINATION, "", destination->name, plan->destination_uri,
            route_kinds[destination->own.connect].ours,
            route_kinds[destination->own.connect].encrypted);
    if (plan->peer_uri)
        add(connections, MIG_LINK_PEER, source->name, destination->name, plan->peer_uri,
            route_kinds[destination->peer.connect].daemons,
            route_kinds[destination->peer.connect].encrypted);
    if (mig_mode(request)->tunnel)
        add(connections, MIG_LINK_MEMORY, source->name, destination->name, plan->peer_uri,
            route_kinds[destination->peer.connect].daemons,
            route_kinds[destination->peer.connect].encrypted);
    add_data(connections, request, driver, source, destination);

    return connections;
}

gboolean mig_plan_is_encrypted(const MigPlan *plan, MigLink link)
{
    for (guint i = 0; i < plan->connections->len; i++) {
        const MigConnection *connection = &g_array_index(plan->connections, MigConnection, i);

        if (connection->link == link && !connection->encrypted)
            return FALSE;
    }

    return TRUE;
}

GVariant *mig_plan_connections_to_variant(const MigPlan *plan)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));

    for (guint i = 0; i < plan->connections->len; i++) {
        const MigConnection *connection = &g_array_index(plan->connections, MigConnection, i);

        g_variant_builder_add_parsed(&builder,
                                     "{'carries': <%s>, 'from': <%s>, 'to': <%s>, 'uri': <%s>, "
                                     "'credentials': <%s>, 'encrypted': <%b>}",
                                     link_names[connection->link], connection->from, connection->to,
                                     connection->uri, connection->credentials,
                                     connection->encrypted);
    }

    return g_variant_builder_end(&builder);
}
