/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bus face of a job: one table of properties, and Cancel. The thing of its object is the
 * MigJob.
 */
#include "job-bus.h"

#include "error.h"
#include "manager-bus.h"
#include "sd-autoptr.h"

static GVariant *get_guest(const void *thing, gsize offset)
{
    const MigJob *record = thing;
    return g_variant_new_string(*record->guest_name ? record->guest_name : record->guest);
}

static GVariant *get_state(const void *thing, gsize offset)
{
    return g_variant_new_string(mig_state_to_string(((const MigJob *) thing)->state));
}

static GVariant *get_phase(const void *thing, gsize offset)
{
    return g_variant_new_string(mig_phase_to_string(((const MigJob *) thing)->phase));
}

static const char *cancel_refusal(const MigJob *record)
{
    return mig_cancel_refusal(record->state, record->phase);
}

static GVariant *get_cancelable(const void *thing, gsize offset)
{
    return g_variant_new_boolean(cancel_refusal(thing) == NULL);
}

static GVariant *get_cancel_refusal(const void *thing, gsize offset)
{
    const char *refusal = cancel_refusal(thing);
    return g_variant_new_string(refusal ? refusal : "");
}

static GVariant *get_error(const void *thing, gsize offset)
{
    const MigJob *record = thing;
    return g_variant_new("(sss)", record->error_name, record->error_message, record->error_raw);
}

#define CONST SD_BUS_VTABLE_PROPERTY_CONST
#define CHANGE SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE

/* name, D-Bus type, getter, field, flags */
#define JOB_PROPERTIES(X)                                                                          \
    X("Id", "t", bus_get_uint64, id, CONST)                                                        \
    X("OwnerUID", "u", bus_get_uint32, owner_uid, CONST)                                           \
    X("Guest", "s", get_guest, guest, CHANGE)                                                      \
    X("GuestUUID", "s", bus_get_string, guest_uuid, CHANGE)                                        \
    X("Source", "s", bus_get_string, source, CONST)                                                \
    X("Destination", "s", bus_get_string, destination, CONST)                                      \
    X("Options", "a{sv}", bus_get_variant, options, CONST)                                         \
    X("State", "s", get_state, state, CHANGE)                                                      \
    X("Phase", "s", get_phase, phase, CHANGE)                                                      \
    X("Plan", "a{sv}", bus_get_variant, plan, CHANGE)                                              \
    X("Findings", "aa{sv}", bus_get_variant, findings, CHANGE)                                     \
    X("Progress", "d", bus_get_double, progress, CHANGE)                                           \
    X("Statistics", "a{st}", bus_get_variant, statistics, CHANGE)                                  \
    X("Created", "t", bus_get_uint64, created, CONST)                                              \
    X("Called", "t", bus_get_uint64, called, CHANGE)                                               \
    X("Finished", "t", bus_get_uint64, finished, CHANGE)                                           \
    X("Cancelable", "b", get_cancelable, state, CHANGE)                                            \
    X("CancelRefusal", "s", get_cancel_refusal, state, CHANGE)                                     \
    X("SourceState", "s", bus_get_string, source_state, CHANGE)                                    \
    X("DestinationState", "s", bus_get_string, destination_state, CHANGE)                          \
    X("GuestHost", "s", bus_get_string, guest_host, CHANGE)                                        \
    X("Verification", "a{sv}", bus_get_variant, verification, CHANGE)                              \
    X("Error", "(sss)", get_error, error_name, CHANGE)

#define AS_ROW(name, type, get, field, flags) { name, get, G_STRUCT_OFFSET(MigJob, field) },
#define AS_VTABLE(name, type, get, field, flags)                                                   \
    SD_BUS_PROPERTY(name, type, bus_object_get, 0, flags),

static const BusProperty job_properties[] = { JOB_PROPERTIES(AS_ROW){ NULL } };

char *job_bus_id(guint64 id)
{
    return g_strdup_printf("%" G_GUINT64_FORMAT, id);
}

char *job_bus_path(guint64 id)
{
    g_autofree char *text = job_bus_id(id);
    return bus_object_path(&job_kind, text);
}

GVariant *job_bus_describe(const MigJob *record)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    g_autofree char *path = job_bus_path(record->id);
    g_variant_builder_add(&builder, "{sv}", "job", g_variant_new_object_path(path));
    g_variant_builder_add(&builder, "{sv}", "id", g_variant_new_uint64(record->id));
    bus_properties_build(job_properties, record, &builder);
    return g_variant_builder_end(&builder);
}

typedef struct {
    const Manager *manager;
    guint64 id;
} CancelRequest;

static void on_cancelled(const GError *error, void *userdata)
{
    g_autoptr(sd_bus_message) call = userdata;
    if (error)
        bus_reply_error(call, error);
    else
        sd_bus_reply_method_return(call, "");
}

/* The job may have been forgotten while polkit was asked. */
static void cancel_authorized(sd_bus_message *call, void *userdata)
{
    const CancelRequest *request = userdata;
    Job *job = manager_job(request->manager, request->id);
    if (job) {
        job_cancel(job, on_cancelled, sd_bus_message_ref(call));
        return;
    }
    g_autoptr(GError) error =
        g_error_new_literal(MIG_ERROR, MIG_ERROR_JOB_FINISHED, "the job has ended already");
    bus_reply_error(call, error);
}

static int method_cancel(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    const BusObject *object = userdata;
    const MigJob *record = object->thing;
    const ManagerBus *face = bus_objects_userdata(object->objects);
    g_autoptr(GError) error = NULL;
    guint32 uid = 0;
    if (!authorize_sender(call, &uid, &error))
        return bus_reply_error(call, error);

    CancelRequest *request = g_new(CancelRequest, 1);
    *request = (CancelRequest){ face->manager, record->id };
    g_autofree char *id = job_bus_id(record->id);
    g_autofree char *owner = g_strdup_printf("%u", record->owner_uid);
    const char *details[] = { "job.id",
                              id,
                              "job.owner.uid",
                              owner,
                              "guest.name",
                              *record->guest_name ? record->guest_name : record->guest,
                              "source.name",
                              record->source,
                              "destination.name",
                              record->destination,
                              NULL };
    return authorize(face->authorizer, call,
                     uid == record->owner_uid ? ACTION_CANCEL_OWN : ACTION_CANCEL_OTHER, details,
                     cancel_authorized, request, g_free);
}

static const sd_bus_vtable job_vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Cancel", NULL, NULL, method_cancel, SD_BUS_VTABLE_UNPRIVILEGED),
    JOB_PROPERTIES(AS_VTABLE) SD_BUS_VTABLE_END,
};

const BusKind job_kind = {
    .prefix = MANAGER_PATH "/job",
    .interface = "org.example.Migration1.Job",
    .properties = job_properties,
    .vtable = job_vtable,
};
