/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bus face of a job: one table of properties, and the controls. The thing of its object is the
 * MigJob.
 */
#include "job-bus.h"

#include "access-case.h"
#include "error.h"
#include "manager-bus.h"
#include "sd-autoptr.h"
#include "statistics.h"
#include "text.h"

static GVariant *get_guest(const void *thing, gsize offset)
{
    const MigJob *record = thing;
    return g_variant_new_string(*record->guest_name ? record->guest_name : record->guest);
}

static GVariant *get_state(const void *thing, gsize offset)
{
    const MigJob *record = thing;
    return g_variant_new_string(record->unreadable ? "unreadable"
                                                   : mig_state_to_string(record->state));
}

static GVariant *get_phase(const void *thing, gsize offset)
{
    return g_variant_new_string(mig_phase_to_string(((const MigJob *) thing)->phase));
}

static MigRefusal cancel_refusal(const MigJob *record)
{
    return mig_control_refusal(MIG_CONTROL_CANCEL, record, NULL);
}

static GVariant *get_cancelable(const void *thing, gsize offset)
{
    return g_variant_new_boolean(cancel_refusal(thing) == MIG_REFUSAL_NONE);
}

static GVariant *get_cancel_refusal(const void *thing, gsize offset)
{
    return g_variant_new_string(mig_refusal_sentence(cancel_refusal(thing)));
}

/* Of each control what `tell` says of its refusal. */
static GVariant *list_refusals(const MigJob *record, const char *(*tell)(MigRefusal))
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{ss}"));
    for (MigControl control = 0; control < MIG_N_CONTROLS; control++)
        g_variant_builder_add(&builder, "{ss}", mig_control_info(control)->method,
                              tell(mig_control_refusal(control, record, NULL)));
    return g_variant_builder_end(&builder);
}

static GVariant *get_controls(const void *thing, gsize offset)
{
    return list_refusals(thing, mig_refusal_sentence);
}

static GVariant *get_refusals(const void *thing, gsize offset)
{
    return list_refusals(thing, mig_refusal_id);
}

static GVariant *get_dirty_rate(const void *thing, gsize offset)
{
    return g_variant_new_uint64(mig_statistics_dirty_rate(((const MigJob *) thing)->statistics));
}

static GVariant *get_throughput(const void *thing, gsize offset)
{
    return g_variant_new_uint64(mig_statistics_throughput(((const MigJob *) thing)->statistics));
}

static GVariant *get_remaining(const void *thing, gsize offset)
{
    return g_variant_new_uint64(mig_statistics_remaining(((const MigJob *) thing)->statistics));
}

static GVariant *get_iteration(const void *thing, gsize offset)
{
    guint64 iteration = mig_statistics_iteration(((const MigJob *) thing)->statistics);
    return g_variant_new_uint32((guint32) MIN(iteration, G_MAXUINT32));
}

static GVariant *get_expected_downtime(const void *thing, gsize offset)
{
    const MigJob *record = thing;
    gboolean estimated =
        record->phase < MIG_PHASE_SWITCHING && mig_statistics_iteration(record->statistics) > 1;
    return g_variant_new_uint64(estimated ? mig_statistics_downtime(record->statistics) : 0);
}

static GVariant *get_downtime(const void *thing, gsize offset)
{
    const MigJob *record = thing;
    gboolean happened = record->state == MIG_STATE_COMPLETED;
    return g_variant_new_uint64(happened ? mig_statistics_downtime(record->statistics) : 0);
}

static GVariant *get_error(const void *thing, gsize offset)
{
    const MigJob *record = thing;
    /* a worker that has given up has written down why, and another one has yet to look */
    if (!mig_state_is_final(record->state))
        return g_variant_new("(sss)", "", "", "");
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
    X("Source", "s", bus_get_string, source, CHANGE)                                               \
    X("Destination", "s", bus_get_string, destination, CHANGE)                                     \
    X("Options", "a{sv}", bus_get_variant, options, CHANGE)                                        \
    X("State", "s", get_state, state, CHANGE)                                                      \
    X("Phase", "s", get_phase, phase, CHANGE)                                                      \
    X("Plan", "a{sv}", bus_get_variant, plan, CHANGE)                                              \
    X("Findings", "aa{sv}", bus_get_variant, findings, CHANGE)                                     \
    X("Progress", "d", bus_get_double, progress, CHANGE)                                           \
    X("Statistics", "a{st}", bus_get_variant, statistics, CHANGE)                                  \
    X("DirtyRate", "t", get_dirty_rate, statistics, CHANGE)                                        \
    X("Throughput", "t", get_throughput, statistics, CHANGE)                                       \
    X("Remaining", "t", get_remaining, statistics, CHANGE)                                         \
    X("Iteration", "u", get_iteration, statistics, CHANGE)                                         \
    X("ExpectedDowntime", "t", get_expected_downtime, statistics, CHANGE)                          \
    X("Downtime", "t", get_downtime, statistics, CHANGE)                                           \
    X("ExpectedEnd", "t", bus_get_uint64, expected_end, CHANGE)                                    \
    X("Converging", "s", bus_get_string, converging, CHANGE)                                       \
    X("WaitingFor", "s", bus_get_string, waiting_for, CHANGE)                                      \
    X("Created", "t", bus_get_uint64, created, CONST)                                              \
    X("Called", "t", bus_get_uint64, called, CHANGE)                                               \
    X("Finished", "t", bus_get_uint64, finished, CHANGE)                                           \
    X("Cancelable", "b", get_cancelable, state, CHANGE)                                            \
    X("CancelRefusal", "s", get_cancel_refusal, state, CHANGE)                                     \
    X("Controls", "a{ss}", get_controls, state, CHANGE)                                            \
    X("Refusals", "a{ss}", get_refusals, state, CHANGE)                                            \
    X("SourceState", "s", bus_get_string, source_state, CHANGE)                                    \
    X("DestinationState", "s", bus_get_string, destination_state, CHANGE)                          \
    X("GuestHost", "s", bus_get_string, guest_host, CHANGE)                                        \
    X("Verification", "a{sv}", bus_get_variant, verification, CHANGE)                              \
    X("Recovery", "as", bus_get_variant, recovery, CHANGE)                                         \
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

/* A job's object goes when the manager forgets the job, so while it is called there is one. */
static Job *job_of(const BusObject *object)
{
    const ManagerBus *face = bus_objects_userdata(object->objects);
    Job *job = manager_job(face->manager, ((const MigJob *) object->thing)->id);
    g_assert(job);
    return job;
}

typedef struct {
    const Manager *manager;
    guint64 id;
    MigControl control;
    guint64 value;
} ControlRequest;

static void on_done(const GError *error, void *userdata)
{
    g_autoptr(sd_bus_message) call = userdata;
    if (error)
        bus_reply_error(call, error);
    else
        sd_bus_reply_method_return(call, "");
}

/* The job may have been forgotten while polkit was asked. */
static void control_authorized(sd_bus_message *call, void *userdata)
{
    const ControlRequest *request = userdata;
    Job *job = manager_job(request->manager, request->id);
    if (job) {
        job_control(job, request->control, request->value, on_done, sd_bus_message_ref(call));
        return;
    }
    g_autoptr(GError) error =
        g_error_new(MIG_ERROR, MIG_ERROR_JOB_FINISHED,
                    "job %" G_GUINT64_FORMAT " has ended already; ListJobs says how", request->id);
    bus_reply_error(call, error);
}

/* `detail` is what is done to the job, "job.control" or "job.step", and `value` which. Takes the
 * request, which g_free() frees. */
static int authorize_job(const BusObject *object, sd_bus_message *call, AccessCase which,
                         const char *detail, const char *value, Authorized authorized,
                         void *request)
{
    const ManagerBus *face = bus_objects_userdata(object->objects);
    const MigJob *record = object->thing;
    g_autofree char *id = job_bus_id(record->id);
    g_autofree char *owner = g_strdup_printf("%u", record->owner_uid);
    const char *details[] = { "job.id",
                              id,
                              "job.owner.uid",
                              owner,
                              detail,
                              value,
                              "guest.name",
                              *record->guest_name ? record->guest_name : record->guest,
                              "source.name",
                              record->source,
                              "destination.name",
                              record->destination,
                              *record->guest_uuid ? "guest.uuid" : NULL,
                              record->guest_uuid,
                              NULL };
    return authorize(face->authorizer, call, which, details, authorized, request, g_free);
}

/* All of core/control.h. */
static int method_control(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    const BusObject *object = userdata;
    const MigJob *record = object->thing;
    ManagerBus *face = bus_objects_userdata(object->objects);
    g_autoptr(GError) error = NULL;
    ControlRequest frozen = { face->manager, record->id };
    guint32 uid = 0;
    gboolean known = mig_control_from_method(sd_bus_message_get_member(call), &frozen.control);
    g_assert(known); /* job_vtable has no others */
    if (mig_control_info(frozen.control)->value != MIG_N_OPTS) {
        int r = sd_bus_message_read(call, "t", &frozen.value);
        if (r < 0)
            return r;
    }
    if (!mig_control_check_value(frozen.control, frozen.value, &error) ||
        !authorize_sender(face->authorizer, call, &uid, &error))
        return bus_reply_error(call, error);

    ControlRequest *request = g_new(ControlRequest, 1);
    *request = frozen;
    return authorize_job(object, call, access_case_of_job(record, uid), "job.control",
                         mig_control_info(frozen.control)->method, control_authorized, request);
}

typedef struct {
    const Manager *manager;
    guint64 id;
    MigRecovery step;
    guint32 caller;
} RecoverRequest;

/* Whatever has become of the job and of its guest's other jobs while polkit was asked. */
static void recover_authorized(sd_bus_message *call, void *userdata)
{
    const RecoverRequest *request = userdata;
    g_autoptr(GError) error = NULL;
    Job *job = manager_job(request->manager, request->id);
    if (!job)
        g_set_error(&error, MIG_ERROR, MIG_ERROR_NO_SUCH_JOB,
                    "job %" G_GUINT64_FORMAT
                    " is too old to be recovered; see what virsh list --all "
                    "shows on both hosts",
                    request->id);
    else if (manager_may_recover(request->manager, job, &error))
        job_recover(job, request->step, request->caller, on_done, sd_bus_message_ref(call));
    if (error)
        bus_reply_error(call, error);
}

static int method_recover(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    const BusObject *object = userdata;
    const MigJob *record = object->thing;
    ManagerBus *face = bus_objects_userdata(object->objects);
    g_autoptr(GError) error = NULL;
    RecoverRequest frozen = { face->manager, record->id };
    const char *step = NULL;
    int r = sd_bus_message_read(call, "s", &step);
    if (r < 0)
        return r;
    if (!mig_recovery_from_id(step, &frozen.step)) {
        g_autofree char *quoted = mig_text_quote(step);
        g_set_error(&error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                    "there is no step %s; property Recovery has those that are offered", quoted);
        return bus_reply_error(call, error);
    }
    if (!manager_may_recover(face->manager, job_of(object), &error) ||
        !authorize_sender(face->authorizer, call, &frozen.caller, &error))
        return bus_reply_error(call, error);

    RecoverRequest *request = g_new(RecoverRequest, 1);
    *request = frozen;
    return authorize_job(object, call, ACCESS_ORDINARY, "job.step",
                         mig_recovery_info(frozen.step)->id, recover_authorized, request);
}

static void on_samples(GVariant *samples, const GError *error, void *userdata)
{
    g_autoptr(sd_bus_message) call = userdata;
    if (error)
        bus_reply_error(call, error);
    else
        bus_reply_variant(call, g_variant_ref(samples));
}

static int method_get_samples(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    job_get_samples(job_of(userdata), on_samples, sd_bus_message_ref(call));
    return 1;
}

#define CONTROL(method)                                                                            \
    SD_BUS_METHOD(method, NULL, NULL, method_control, SD_BUS_VTABLE_UNPRIVILEGED)
#define CONTROL_WITH_VALUE(method, value)                                                          \
    SD_BUS_METHOD_WITH_ARGS(method, SD_BUS_ARGS("t", value), SD_BUS_NO_RESULT, method_control,     \
                            SD_BUS_VTABLE_UNPRIVILEGED)

static const sd_bus_vtable job_vtable[] = {
    SD_BUS_VTABLE_START(0),
    CONTROL("Cancel"),
    CONTROL("StartPostCopy"),
    CONTROL_WITH_VALUE("SetMaximumDowntime", milliseconds),
    CONTROL_WITH_VALUE("SetBandwidth", mebibytes_per_second),
    CONTROL_WITH_VALUE("SetPostCopyBandwidth", mebibytes_per_second),
    CONTROL("Pause"),
    SD_BUS_METHOD_WITH_ARGS("Recover", SD_BUS_ARGS("s", step), SD_BUS_NO_RESULT, method_recover,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_NAMES("GetSamples", NULL, , "a(tttt)", SD_BUS_PARAM(samples),
                             method_get_samples, SD_BUS_VTABLE_UNPRIVILEGED),
    JOB_PROPERTIES(AS_VTABLE) SD_BUS_VTABLE_END,
};

static guint32 get_owner(const void *thing)
{
    return ((const MigJob *) thing)->owner_uid;
}

const BusKind job_kind = {
    .prefix = MANAGER_PATH "/job",
    .interface = "org.example.Migration1.Job",
    .properties = job_properties,
    .vtable = job_vtable,
    .owner = get_owner,
};
