/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bus face of a host: one table of properties, ListInterfaces and Test. The thing of its object
 * is the Host.
 */
#include "host-bus.h"

#include "error.h"
#include "host.h"
#include "interfaces-bus.h"
#include "manager-bus.h"
#include "sd-autoptr.h"

/* Fields of a host whose file cannot be used are empty. */
static GVariant *get_driver(const void *thing, gsize offset)
{
    const Host *host = thing;
    return g_variant_new_string(host->config ? host->config->driver : "");
}

static const MigRoute *route_of(const Host *host, gsize offset)
{
    static const MigRoute nowhere = { MIG_CONNECT_NONE };
    return host->config ? &G_STRUCT_MEMBER(MigRoute, host->config, offset) : &nowhere;
}

static GVariant *get_transport(const void *thing, gsize offset)
{
    return g_variant_new_string(mig_connect_to_string(route_of(thing, offset)->connect));
}

static GVariant *get_address(const void *thing, gsize offset)
{
    const char *address = route_of(thing, offset)->address;
    return g_variant_new_string(address ? address : "");
}

static GVariant *get_migration_addresses(const void *thing, gsize offset)
{
    const Host *host = thing;
    static const char *const none[] = { NULL };
    return g_variant_new_strv(
        host->config ? (const char *const *) host->config->migration_addresses : none, -1);
}

static GVariant *get_host_uuid(const void *thing, gsize offset)
{
    const Host *host = thing;
    return g_variant_new_string(host->config && host->config->host_uuid ? host->config->host_uuid
                                                                        : "");
}

static GVariant *get_last_error(const void *thing, gsize offset)
{
    const Host *host = thing;
    return g_variant_new("(ss)", host->error_name, host->error_message);
}

static GVariant *get_origin(const void *thing, gsize offset)
{
    return g_variant_new_string(host_origin_to_string(((const Host *) thing)->origin));
}

static GVariant *get_settings(const void *thing, gsize offset)
{
    const Host *host = thing;
    return host->config ? mig_host_to_settings(host->config)
                        : g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0);
}

#define CONST SD_BUS_VTABLE_PROPERTY_CONST
#define CHANGE SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE

/* name, D-Bus type, getter, where, flags */
#define HOST_PROPERTIES(X)                                                                         \
    X("Name", "s", bus_get_string, G_STRUCT_OFFSET(Host, name), CONST)                             \
    X("Driver", "s", get_driver, 0, CHANGE)                                                        \
    X("Transport", "s", get_transport, G_STRUCT_OFFSET(MigHost, own), CHANGE)                      \
    X("Address", "s", get_address, G_STRUCT_OFFSET(MigHost, own), CHANGE)                          \
    X("PeerTransport", "s", get_transport, G_STRUCT_OFFSET(MigHost, peer), CHANGE)                 \
    X("PeerAddress", "s", get_address, G_STRUCT_OFFSET(MigHost, peer), CHANGE)                     \
    X("MigrationAddresses", "as", get_migration_addresses, 0, CHANGE)                              \
    X("HostUUID", "s", get_host_uuid, 0, CHANGE)                                                   \
    X("Origin", "s", get_origin, 0, CHANGE)                                                        \
    X("Settings", "a{sv}", get_settings, 0, CHANGE)                                                \
    X("FileError", "s", bus_get_string, G_STRUCT_OFFSET(Host, file_error), CHANGE)                 \
    X("LastContact", "t", bus_get_uint64, G_STRUCT_OFFSET(Host, last_contact), CHANGE)             \
    X("LastError", "(ss)", get_last_error, 0, CHANGE)

#define AS_ROW(name, type, get, offset, flags) { name, get, offset },
#define AS_VTABLE(name, type, get, offset, flags)                                                  \
    SD_BUS_PROPERTY(name, type, bus_object_get, 0, flags),

static const BusProperty host_properties[] = { HOST_PROPERTIES(AS_ROW){ NULL } };

typedef struct {
    ManagerBus *face;
    char *host;
} TestRequest;

static void test_request_free(void *data)
{
    TestRequest *request = data;
    g_free(request->host);
    g_free(request);
}

static void on_tested(sd_bus_message *answer, const GError *error, void *userdata)
{
    g_autoptr(sd_bus_message) call = userdata;
    bus_forward_answer(call, answer, error);
}

static void test_authorized(sd_bus_message *call, void *userdata)
{
    const TestRequest *request = userdata;
    g_autoptr(GError) error = NULL;
    const MigHost *config = manager_host_config(request->face->manager, request->host, &error);
    if (config)
        manager_bus_ask(request->face, call, config, "Test", NULL, on_tested,
                        sd_bus_message_ref(call));
    else
        bus_reply_error(call, error);
}

static int method_test(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    const BusObject *object = userdata;
    const Host *host = object->thing;
    TestRequest *request = g_new(TestRequest, 1);
    *request = (TestRequest){ bus_objects_userdata(object->objects), g_strdup(host->name) };
    const char *details[] = { "host.name", request->host, NULL };
    return authorize(request->face->authorizer, call, ACCESS_ORDINARY, details, test_authorized,
                     request, test_request_free);
}

typedef struct {
    ManagerBus *face;
    char *host;
    char *source; /* "": no relation */
} InterfacesRequest;

static void interfaces_request_free(void *data)
{
    InterfacesRequest *request = data;
    g_free(request->host);
    g_free(request->source);
    g_free(request);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(InterfacesRequest, interfaces_request_free)

/* *source is NULL if there is to be none. */
static gboolean look_up_ends(const InterfacesRequest *request, const MigHost **host,
                             const MigHost **source, GError **error)
{
    const Manager *manager = request->face->manager;
    *source = NULL;
    *host = manager_host_config(manager, request->host, error);
    if (!*host || !*request->source)
        return *host != NULL;
    *source = manager_host_config(manager, request->source, error);
    if (!*source || *source != *host)
        return *source != NULL;
    g_set_error(error, MIG_ERROR, MIG_ERROR_SAME_HOST,
                "source: a guest on host %s need not be moved there; name the host it is on, or "
                "none (\"\")",
                request->host);
    return FALSE;
}

static void interfaces_authorized(sd_bus_message *call, void *userdata)
{
    const InterfacesRequest *request = userdata;
    const MigHost *host, *source;
    g_autoptr(GError) error = NULL;
    if (look_up_ends(request, &host, &source, &error))
        interfaces_bus_answer(request->face, call, host, source);
    else
        bus_reply_error(call, error);
}

static int method_list_interfaces(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    const BusObject *object = userdata;
    ManagerBus *face = bus_objects_userdata(object->objects);
    const char *source = NULL;
    g_autoptr(GError) error = NULL;
    int r = sd_bus_message_read(call, "s", &source);
    if (r < 0)
        return r;
    g_autoptr(InterfacesRequest) request = g_new(InterfacesRequest, 1);
    *request = (InterfacesRequest){ face, g_strdup(((const Host *) object->thing)->name),
                                    g_strdup(source) };
    const MigHost *host_now, *source_now;
    if (!look_up_ends(request, &host_now, &source_now, &error))
        return bus_reply_error(call, error);

    const char *details[] = { "host.name", request->host, *source ? "source.name" : NULL,
                              request->source, NULL };
    return authorize(face->authorizer, call, ACCESS_ORDINARY, details, interfaces_authorized,
                     g_steal_pointer(&request), interfaces_request_free);
}

static const sd_bus_vtable host_vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD_WITH_NAMES("ListInterfaces", "s", SD_BUS_PARAM(source), "aa{sv}",
                             SD_BUS_PARAM(interfaces), method_list_interfaces,
                             SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Test", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{sv}", result), method_test,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    HOST_PROPERTIES(AS_VTABLE) SD_BUS_VTABLE_END,
};

const BusKind host_kind = {
    .prefix = MANAGER_PATH "/host",
    .interface = "org.example.Migration1.Host",
    .properties = host_properties,
    .vtable = host_vtable,
};
