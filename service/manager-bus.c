/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bus face of the manager; see manager-bus.h. Migrate, Plan and Check are request-bus.c's.
 */
#include "manager-bus.h"

#include <errno.h>

#include "access-case.h"
#include "config.h"
#include "error.h"
#include "filter.h"
#include "guest-list.h"
#include "host-bus.h"
#include "host-edit-bus.h"
#include "job-bus.h"
#include "log.h"
#include "request-bus.h"
#include "variant.h"

/* Asking hosts */

typedef struct {
    ManagerBus *face;
    char *host;
    OpenCall *open; /* NULL: counts for nobody */
    QueryAnswered answered;
    void *userdata;
} Ask;

/* An error of the guest or of our own worker says nothing about how to reach the host, and a
 * connection that was lost had reached it. */
static gboolean tells_of_host(const GError *error)
{
    return mig_error_is_of_host(error) &&
           !g_error_matches(error, MIG_ERROR, MIG_ERROR_CONNECTION_LOST);
}

static void on_asked(sd_bus_message *reply, const GError *error, void *userdata)
{
    g_autofree Ask *ask = userdata;
    g_autofree char *name = ask->host;
    Host *host = manager_host(ask->face->manager, name, NULL);
    if (host && (!error || tells_of_host(error)) && host_contacted(host, error))
        bus_object_changed(ask->face->objects, &host_kind, name, host);
    limits_close(ask->open);
    ask->answered(reply, error, ask->userdata);
}

void manager_bus_ask(ManagerBus *face, sd_bus_message *call, const MigHost *host,
                     const char *method, GVariant *arguments, QueryAnswered answered,
                     void *userdata)
{
    g_autoptr(GVariant) owned = arguments ? g_variant_ref_sink(arguments) : NULL;
    g_autoptr(GError) error = NULL;
    OpenCall *open = call ? limits_open(face->limits, call, OPEN_ASKED, &error) : NULL;
    if (call && !open) {
        answered(NULL, error, userdata);
        return;
    }
    Ask *ask = g_new(Ask, 1);
    *ask = (Ask){ face, g_strdup(host->name), open, answered, userdata };
    query_call(face->manager->queries, host, method, owned, on_asked, ask);
    spare_want(face->manager->spare); /* who asks may migrate next */
}

/* ListGuests */

typedef struct {
    ManagerBus *face;
    char *host;
    GVariant *filter;
} ListGuests;

static void list_guests_free(void *data)
{
    ListGuests *request = data;
    g_free(request->host);
    g_variant_unref(request->filter);
    g_free(request);
}

static void list_guests_authorized(sd_bus_message *call, void *userdata)
{
    const ListGuests *request = userdata;
    g_autoptr(GError) error = NULL;
    const MigHost *config = manager_host_config(request->face->manager, request->host, &error);
    if (config)
        guest_lists_answer(request->face->guest_lists, call, config, request->filter);
    else
        bus_reply_error(call, error);
}

static int method_list_guests(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    ManagerBus *face = userdata;
    g_autoptr(GError) error = NULL;
    const char *host = NULL;
    int r = sd_bus_message_read(call, "s", &host);
    if (r < 0)
        return r;
    g_autoptr(GVariant) filter = mig_variant_read(call, "a{sv}", MIG_VARIANT_BYTES, &error);
    if (!filter || !filter_check_guests(filter, &error) ||
        !manager_host_config(face->manager, host, &error))
        return bus_reply_error(call, error);

    ListGuests *request = g_new(ListGuests, 1);
    *request = (ListGuests){ face, g_strdup(host), g_steal_pointer(&filter) };
    const char *details[] = { "host.name", request->host, NULL };
    return authorize(face->authorizer, call, ACCESS_ORDINARY, details, list_guests_authorized,
                     request, list_guests_free);
}

/* ListJobs */

typedef struct {
    ManagerBus *face;
    GVariant *filter;
    guint32 caller;
} ListJobs;

static void list_jobs_free(void *data)
{
    ListJobs *request = data;
    g_variant_unref(request->filter);
    g_free(request);
}

/* The ledger knows no progress: a job that runs is described as it is now. */
static GVariant *describe_jobs(const Manager *manager, const GPtrArray *records)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < records->len; i++) {
        const MigJob *record = g_ptr_array_index(records, i);
        const Job *live = manager_job(manager, record->id);
        g_variant_builder_add_value(&builder, job_bus_describe(live ? live->record : record));
    }
    return g_variant_builder_end(&builder);
}

static void answer_jobs(sd_bus_message *call, const ListJobs *request)
{
    const Manager *manager = request->face->manager;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) records = NULL;
    MigJobFilter filter;
    MigLedger *ledger = manager_ledger(manager, &error);
    if (ledger && filter_read_jobs(request->filter, request->caller, &filter, &error))
        records = mig_ledger_list(ledger, &filter, &error);
    if (records)
        bus_reply_variant(call, describe_jobs(manager, records));
    else
        bus_reply_error(call, error);
}

static void list_jobs_authorized(sd_bus_message *call, void *userdata)
{
    const ListJobs *request = userdata;
    readers_grant(request->face->readers, call);
    answer_jobs(call, request);
}

static int method_list_jobs(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    ManagerBus *face = userdata;
    g_autoptr(GError) error = NULL;
    MigJobFilter parsed;
    guint32 caller = 0;
    g_autoptr(GVariant) filter = mig_variant_read(call, "a{sv}", MIG_VARIANT_BYTES, &error);
    if (!filter || !authorize_sender(face->authorizer, call, &caller, &error) ||
        !filter_read_jobs(filter, caller, &parsed, &error))
        return bus_reply_error(call, error);
    ListJobs *request = g_new(ListJobs, 1);
    *request = (ListJobs){ face, g_steal_pointer(&filter), caller };
    AccessCase which = access_case_of_filter(&parsed);
    if (which != ACCESS_ORDINARY)
        return authorize(face->authorizer, call, which, NULL, list_jobs_authorized, request,
                         list_jobs_free);
    answer_jobs(call, request);
    list_jobs_free(request);
    return 1;
}

/* Properties */

static int property_version(sd_bus *bus, const char *path, const char *interface,
                            const char *property, sd_bus_message *reply, void *userdata,
                            sd_bus_error *ret_error)
{
    if (access_check_read(interface, property) < 0)
        return -EACCES;
    return sd_bus_message_append(
        reply, "s", g_str_equal(property, "Version") ? PROJECT_VERSION : LIBVIRT_VERSION);
}

static int property_count(sd_bus *bus, const char *path, const char *interface,
                          const char *property, sd_bus_message *reply, void *userdata,
                          sd_bus_error *ret_error)
{
    const Manager *manager = ((const ManagerBus *) userdata)->manager;
    const struct {
        const char *name;
        guint32 value;
    } rows[] = {
        { "RunningJobs", manager->running },
        { "QueuedJobs", manager->queued.length },
        { "MaximumRunningJobs", RUNNING_MAX_SOURCE },
        { "MaximumJobs", JOBS_MAX },
    };
    if (access_check_read(interface, property) < 0)
        return -EACCES;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_str_equal(rows[i].name, property))
            return sd_bus_message_append(reply, "u", rows[i].value);
    return -ENOENT;
}

#define CONST SD_BUS_VTABLE_PROPERTY_CONST
#define CHANGE SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE

static const sd_bus_vtable manager_vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD_WITH_NAMES("ListGuests", "sa{sv}", SD_BUS_PARAM(host) SD_BUS_PARAM(filter),
                             "aa{sv}", SD_BUS_PARAM(guests), method_list_guests,
                             SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_NAMES(
        "Plan", "ssa{sv}", SD_BUS_PARAM(guest) SD_BUS_PARAM(destination) SD_BUS_PARAM(options),
        "a{sv}", SD_BUS_PARAM(plan), request_bus_plan, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_NAMES("Check", "ssa{sv}",
                             SD_BUS_PARAM(guest) SD_BUS_PARAM(destination) SD_BUS_PARAM(options),
                             "a{sv}aa{sv}", SD_BUS_PARAM(plan) SD_BUS_PARAM(findings),
                             request_bus_check, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_NAMES(
        "Migrate", "ssa{sv}", SD_BUS_PARAM(guest) SD_BUS_PARAM(destination) SD_BUS_PARAM(options),
        "o", SD_BUS_PARAM(job), request_bus_migrate, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_NAMES("ListJobs", "a{sv}", SD_BUS_PARAM(filter), "aa{sv}",
                             SD_BUS_PARAM(jobs), method_list_jobs, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_NAMES("AddHost", "sa{sv}", SD_BUS_PARAM(name) SD_BUS_PARAM(settings), "o",
                             SD_BUS_PARAM(host), host_edit_bus_add, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("RemoveHost", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT,
                            host_edit_bus_remove, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_PROPERTY("Version", "s", property_version, 0, CONST),
    SD_BUS_PROPERTY("LibvirtVersion", "s", property_version, 0, CONST),
    SD_BUS_PROPERTY("RunningJobs", "u", property_count, 0, CHANGE),
    SD_BUS_PROPERTY("QueuedJobs", "u", property_count, 0, CHANGE),
    SD_BUS_PROPERTY("MaximumRunningJobs", "u", property_count, 0, CONST),
    SD_BUS_PROPERTY("MaximumJobs", "u", property_count, 0, CONST),
    SD_BUS_VTABLE_END,
};

/* What the manager tells */

static void host_added(Host *host, void *userdata)
{
    bus_object_add(((ManagerBus *) userdata)->objects, &host_kind, host->name, host);
}

static void host_changed(Host *host, void *userdata)
{
    guest_lists_forget(((ManagerBus *) userdata)->guest_lists, host->name);
    bus_object_changed(((ManagerBus *) userdata)->objects, &host_kind, host->name, host);
}

static void host_removed(const char *name, void *userdata)
{
    guest_lists_forget(((ManagerBus *) userdata)->guest_lists, name);
    bus_object_remove(((ManagerBus *) userdata)->objects, &host_kind, name);
}

static void job_added(Job *job, void *userdata)
{
    guest_lists_job_changed(((ManagerBus *) userdata)->guest_lists, job->record);
    g_autofree char *id = job_bus_id(job->record->id);
    const ManagerBus *face = userdata;
    bus_object_add(face->objects, &job_kind, id, job->record);
    shutdown_update(face->shutdown);
}

static void job_changed(Job *job, void *userdata)
{
    guest_lists_job_changed(((ManagerBus *) userdata)->guest_lists, job->record);
    g_autofree char *id = job_bus_id(job->record->id);
    const ManagerBus *face = userdata;
    bus_object_changed(face->objects, &job_kind, id, job->record);
    shutdown_update(face->shutdown);
}

static void job_removed(guint64 id, void *userdata)
{
    g_autofree char *text = job_bus_id(id);
    bus_object_remove(((ManagerBus *) userdata)->objects, &job_kind, text);
}

static void counts_changed(void *userdata)
{
    sd_bus_emit_properties_changed(((ManagerBus *) userdata)->bus, MANAGER_PATH,
                                   "org.example.Migration1.Manager", "RunningJobs", "QueuedJobs",
                                   NULL);
}

static const ManagerHandlers manager_handlers = {
    host_added, host_changed, host_removed, job_added, job_changed, job_removed, counts_changed,
};

static gboolean hides_jobs(const char *path, guint32 uid, void *userdata)
{
    const Manager *manager = ((const ManagerBus *) userdata)->manager;
    GHashTableIter iter;
    void *value;
    if (g_str_has_prefix(path, ACCESS_JOBS)) {
        const Job *job =
            manager_job(manager, g_ascii_strtoull(path + strlen(ACCESS_JOBS), NULL, 10));
        return job && job->record->owner_uid != uid;
    }
    g_hash_table_iter_init(&iter, manager->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (((const Job *) value)->record->owner_uid != uid)
            return TRUE;
    return FALSE;
}

static void reveal_jobs(const char *sender, void *userdata)
{
    bus_objects_reveal(((const ManagerBus *) userdata)->objects, sender);
}

static const ReadersHandlers readers_handlers = { hides_jobs, reveal_jobs };

static int register_objects(ManagerBus *face)
{
    int r = access_guard(face->bus);
    if (r >= 0)
        r = readers_begin(face->readers);
    if (r >= 0)
        r = sd_bus_add_object_vtable(face->bus, NULL, MANAGER_PATH,
                                     "org.example.Migration1.Manager", manager_vtable, face);
    if (r >= 0)
        r = sd_bus_add_object_manager(face->bus, NULL, MANAGER_PATH);
    if (r >= 0)
        r = bus_objects_register(face->objects, &host_kind);
    if (r >= 0)
        r = bus_objects_register(face->objects, &job_kind);
    return r < 0 ? r : limits_begin(face->limits);
}

ManagerBus *manager_bus_new(const Settings *settings, sd_event *event, sd_bus *bus,
                            Launcher *launcher, GError **error)
{
    g_autoptr(ManagerBus) face = g_new0(ManagerBus, 1);
    face->bus = sd_bus_ref(bus);
    face->limits = limits_new(bus, error);
    if (!face->limits)
        return NULL;
    face->authorizer = authorizer_new(bus, face->limits);
    face->readers = readers_new(bus, face->limits, &readers_handlers, face);
    face->objects = bus_objects_new(bus, face->readers, face);
    face->guest_lists = guest_lists_new(face);
    face->manager = manager_new(settings, event, launcher, &manager_handlers, face);
    face->shutdown = shutdown_new(event, bus, face->manager);
    int r = register_objects(face);
    if (r < 0) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_FAILED, "cannot put objects on the bus: %s",
                    g_strerror(-r));
        return NULL;
    }
    manager_start(face->manager);
    return g_steal_pointer(&face);
}

void manager_bus_free(ManagerBus *face)
{
    if (!face)
        return;
    g_clear_pointer(&face->authorizer, authorizer_free);
    shutdown_free(face->shutdown);
    manager_free(face->manager);
    guest_lists_free(face->guest_lists);
    bus_objects_free(face->objects);
    readers_free(face->readers);
    limits_free(face->limits);
    sd_bus_unref(face->bus);
    g_free(face);
}

gboolean manager_bus_idle(const ManagerBus *face)
{
    return manager_idle(face->manager) && authorizer_idle(face->authorizer) &&
           limits_idle(face->limits);
}
