/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See host-edit-bus.h. The host is made of the settings before polkit is asked, and what forbids it
 * is looked at again after the answer.
 */
#include "host-edit-bus.h"

#include "error.h"
#include "host-bus.h"
#include "host-edit.h"
#include "sd-autoptr.h"
#include "variant.h"

typedef struct {
    ManagerBus *face;
    MigHost *config;
    gboolean replace;
} AddRequest;

static void add_request_free(void *data)
{
    AddRequest *request = data;
    mig_host_free(request->config);
    g_free(request);
}

static void add_authorized(sd_bus_message *call, void *userdata)
{
    const AddRequest *request = userdata;
    g_autoptr(GError) error = NULL;
    if (!host_edit_add(request->face->manager, request->config, request->replace, &error)) {
        bus_reply_error(call, error);
        return;
    }
    g_autofree char *path = bus_object_path(&host_kind, request->config->name);
    sd_bus_reply_method_return(call, "o", path);
}

/* Takes "replace" out of the settings, which is no setting of the host. */
static GVariant *take_replace(GVariant *settings, gboolean *ret, GError **error)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(settings);
    g_autoptr(GVariant) value = g_variant_dict_lookup_value(&dict, "replace", NULL);
    *ret = FALSE;
    if (value && !g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN)) {
        g_set_error_literal(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                            "the setting replace must be of D-Bus type b");
        return NULL;
    }
    if (value)
        *ret = g_variant_get_boolean(value);
    g_variant_dict_remove(&dict, "replace");
    return g_variant_ref_sink(g_variant_dict_end(&dict));
}

static MigHost *read_host(sd_bus_message *call, const char *name, gboolean *replace, GError **error)
{
    g_autoptr(GVariant) given = mig_variant_read(call, "a{sv}", MIG_VARIANT_BYTES, error);
    g_autoptr(GVariant) settings = given ? take_replace(given, replace, error) : NULL;
    return settings ? mig_host_from_settings(name, settings, error) : NULL;
}

int host_edit_bus_add(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    ManagerBus *face = userdata;
    g_autoptr(GError) error = NULL;
    g_autoptr(MigHost) config = NULL;
    const char *name = NULL;
    gboolean replace = FALSE;
    int r = sd_bus_message_read(call, "s", &name);
    if (r < 0)
        return r;
    config = read_host(call, name, &replace, &error);
    if (!config || !host_edit_may_add(face->manager, config, replace, &error))
        return bus_reply_error(call, error);

    const char *details[] = { "host.name",
                              name,
                              "host.address",
                              config->own.address,
                              "transport",
                              mig_connect_to_string(config->own.connect),
                              NULL };
    AddRequest *request = g_new(AddRequest, 1);
    *request = (AddRequest){ face, g_steal_pointer(&config), replace };
    return authorize(face->authorizer, call, ACCESS_ORDINARY, details, add_authorized, request,
                     add_request_free);
}

typedef struct {
    ManagerBus *face;
    char *name;
} RemoveRequest;

static void remove_request_free(void *data)
{
    RemoveRequest *request = data;
    g_free(request->name);
    g_free(request);
}

static void remove_authorized(sd_bus_message *call, void *userdata)
{
    const RemoveRequest *request = userdata;
    g_autoptr(GError) error = NULL;
    if (host_edit_remove(request->face->manager, request->name, &error))
        sd_bus_reply_method_return(call, NULL);
    else
        bus_reply_error(call, error);
}

int host_edit_bus_remove(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    ManagerBus *face = userdata;
    g_autoptr(GError) error = NULL;
    const char *name = NULL;
    int r = sd_bus_message_read(call, "s", &name);
    if (r < 0)
        return r;
    if (!host_edit_may_remove(face->manager, name, &error))
        return bus_reply_error(call, error);
    RemoveRequest *request = g_new(RemoveRequest, 1);
    *request = (RemoveRequest){ face, g_strdup(name) };
    const char *details[] = { "host.name", request->name, NULL };
    return authorize(face->authorizer, call, ACCESS_ORDINARY, details, remove_authorized, request,
                     remove_request_free);
}
