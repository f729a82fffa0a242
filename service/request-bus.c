/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See request-bus.h. What was asked for is frozen when the call arrives, the hosts' files included,
 * and compared again when polkit has answered.
 *
 * A guest that is named by its UUID is looked up before polkit is asked, so that a rule about names
 * holds for it too, and once more afterwards. What was found is nobody's to know before the yes.
 */
#include "request-bus.h"

#include "access-case.h"
#include "check-bus.h"
#include "error.h"
#include "host-uri.h"
#include "job-bus.h"
#include "plan-bus.h"
#include "plan.h"
#include "sd-autoptr.h"
#include "variant.h"

typedef struct {
    ManagerBus *face;
    MigRequest *request;
    guint32 caller;
    GVariant *source; /* the hosts as they were when the call came */
    GVariant *destination;
    MigHost *custom;        /* a destination that is given as a URI, NULL: it is configured */
    char *destination_host; /* its address, "" for this machine */
    /* of a guest that is named by its UUID: which it is, or why that is not known */
    char *guest_name, *guest_uuid;
    GError *guest_error;
} HostsRequest;

static void hosts_request_clear(void *data)
{
    HostsRequest *frozen = data;
    mig_host_free(frozen->custom);
    g_free(frozen->destination_host);
    g_free(frozen->guest_name);
    g_free(frozen->guest_uuid);
    g_clear_error(&frozen->guest_error);
    mig_request_free(frozen->request);
    g_clear_pointer(&frozen->source, g_variant_unref);
    g_clear_pointer(&frozen->destination, g_variant_unref);
}

static void hosts_request_free(void *data)
{
    g_rc_box_release_full(data, hosts_request_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostsRequest, hosts_request_free)

static gboolean look_up_hosts(const HostsRequest *frozen, const MigHost **source,
                              const MigHost **destination, GError **error)
{
    const Manager *manager = frozen->face->manager;
    const MigRequest *request = frozen->request;
    *source = manager_host_config(manager, mig_request_source(request), error);
    *destination = !*source         ? NULL
                   : frozen->custom ? frozen->custom
                                    : manager_host_config(manager, request->destination, error);
    return *destination && mig_request_check_hosts(request, *source, *destination, error);
}

static HostsRequest *read_request(ManagerBus *face, sd_bus_message *call, GError **error)
{
    g_autoptr(HostsRequest) frozen = g_rc_box_new0(HostsRequest);
    const MigHost *source, *destination;
    const char *guest = NULL, *to = NULL;
    frozen->face = face;
    if (sd_bus_message_read(call, "ss", &guest, &to) < 0) {
        g_set_error_literal(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                            "the arguments are guest (s), destination (s), options (a{sv})");
        return NULL;
    }
    g_autoptr(GVariant) options = mig_variant_read(call, "a{sv}", MIG_VARIANT_BYTES, error);
    if (!options)
        return NULL;
    frozen->request = mig_request_new(guest, to, options, error);
    if (frozen->request && mig_host_is_uri(frozen->request->destination))
        frozen->custom = mig_host_from_uri(frozen->request->destination, NULL);
    if (!frozen->request || !authorize_sender(face->authorizer, call, &frozen->caller, error) ||
        !look_up_hosts(frozen, &source, &destination, error))
        return NULL;
    frozen->source = g_variant_ref_sink(mig_host_to_variant(source));
    frozen->destination = g_variant_ref_sink(mig_host_to_variant(destination));
    frozen->destination_host = g_strdup(destination->own.address ? destination->own.address : "");
    return g_steal_pointer(&frozen);
}

/* What polkit was asked about must still be so: files may have changed while a person thought. */
static gboolean request_still_holds(const HostsRequest *frozen, const MigHost **source,
                                    const MigHost **destination, GError **error)
{
    if (!look_up_hosts(frozen, source, destination, error))
        return FALSE;
    g_autoptr(GVariant) from = g_variant_ref_sink(mig_host_to_variant(*source));
    g_autoptr(GVariant) to = g_variant_ref_sink(mig_host_to_variant(*destination));
    if (g_variant_equal(from, frozen->source) && g_variant_equal(to, frozen->destination))
        return TRUE;
    g_set_error_literal(error, MIG_ERROR, MIG_ERROR_INVALID_HOST_FILE,
                        "the hosts' files have changed while the authorization was asked for; "
                        "call again");
    return FALSE;
}

static int ask_polkit(HostsRequest *frozen, sd_bus_message *call, AccessCase which,
                      Authorized authorized)
{
    const MigRequest *request = frozen->request;
    const MigOptionInfo *flow = mig_option_info(MIG_OPT_FLOW);
    const MigOptionInfo *transport = mig_option_info(MIG_OPT_TRANSPORT);
    const MigOptionInfo *copy = mig_option_info(MIG_OPT_COPY_STORAGE);
    static const char *const truth[] = { "no", "yes" };
    const char *details[] = {
        "guest.name",
        frozen->guest_name ? frozen->guest_name : request->guest,
        "source.name",
        mig_request_source(request),
        "destination.name",
        request->destination,
        "destination.host",
        frozen->destination_host,
        "flow",
        flow->choices[mig_request_flow(request)],
        "transport",
        transport->choices[mig_request_transport(request)],
        "persist",
        truth[mig_request_number(request, MIG_OPT_PERSIST) != 0],
        "undefine-source",
        truth[mig_request_number(request, MIG_OPT_UNDEFINE_SOURCE) != 0],
        "copy-storage",
        copy->choices[mig_request_number(request, MIG_OPT_COPY_STORAGE)],
        "unsafe",
        truth[mig_request_number(request, MIG_OPT_UNSAFE) != 0],
        frozen->guest_uuid ? "guest.uuid" : NULL,
        frozen->guest_uuid,
        NULL,
    };
    return authorize(frozen->face->authorizer, call, which, details, authorized, frozen,
                     hosts_request_free);
}

/* A guest is being looked up by its UUID. */
typedef struct {
    HostsRequest *frozen;
    sd_bus_message *call;
    AccessCase which; /* before polkit is asked: what for */
    Authorized next;  /* what is done after that, or after the second look */
} Lookup;

static void lookup_free(Lookup *lookup)
{
    hosts_request_free(lookup->frozen);
    sd_bus_message_unref(lookup->call);
    g_free(lookup);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lookup, lookup_free)

/* Takes the request. */
static void look_up_guest(HostsRequest *frozen, sd_bus_message *call, const MigHost *source,
                          AccessCase which, Authorized next, QueryAnswered found)
{
    Lookup *lookup = g_new(Lookup, 1);
    *lookup = (Lookup){ frozen, sd_bus_message_ref(call), which, next };
    manager_bus_ask(frozen->face, call, source, "GetFacts",
                    g_variant_new("(ss)", frozen->request->guest, ""), found, lookup);
}

static MigFacts *read_guest(const HostsRequest *frozen, sd_bus_message *answer,
                            const GError *failed, GError **error)
{
    g_autoptr(GVariant) dict = answer ? mig_variant_read(answer, "a{sv}", 0, error) : NULL;
    g_autoptr(MigFacts) facts = dict ? mig_facts_from_variant(dict, error) : NULL;
    if (failed)
        g_propagate_error(error, g_error_copy(failed));
    if (!facts || facts->guest_found)
        return g_steal_pointer(&facts);
    g_set_error(error, MIG_ERROR, MIG_ERROR_GUEST_NOT_FOUND,
                "no guest with the UUID %s is on host %s; ListGuests shows those that are",
                frozen->request->guest, mig_request_source(frozen->request));
    return NULL;
}

static void on_found(sd_bus_message *answer, const GError *failed, void *userdata)
{
    g_autoptr(Lookup) lookup = userdata;
    HostsRequest *frozen = lookup->frozen;
    g_autoptr(MigFacts) facts = read_guest(frozen, answer, failed, &frozen->guest_error);
    if (!frozen->face->authorizer) { /* we are being stopped */
        bus_reply_error(lookup->call, frozen->guest_error);
        return;
    }
    frozen->guest_name = facts ? g_strdup(facts->guest_name) : NULL;
    frozen->guest_uuid = facts ? g_strdup(facts->guest_uuid) : NULL;
    ask_polkit(g_rc_box_acquire(frozen), lookup->call, lookup->which, lookup->next);
}

/* Takes the request. */
static int authorize_request(HostsRequest *frozen, sd_bus_message *call, AccessCase which,
                             Authorized authorized)
{
    /* only what looks like a UUID is looked up as one, anything else is the guest's name */
    if (!g_uuid_string_is_valid(frozen->request->guest))
        return ask_polkit(frozen, call, which, authorized);
    const MigHost *source =
        manager_host_config(frozen->face->manager, mig_request_source(frozen->request), NULL);
    look_up_guest(frozen, call, source, which, authorized, on_found);
    return 1;
}

static void on_found_again(sd_bus_message *answer, const GError *failed, void *userdata)
{
    g_autoptr(Lookup) lookup = userdata;
    const HostsRequest *frozen = lookup->frozen;
    g_autoptr(GError) error = NULL;
    g_autoptr(MigFacts) facts = read_guest(frozen, answer, failed, &error);
    if (facts && g_str_equal(facts->guest_name, frozen->guest_name) &&
        g_str_equal(facts->guest_uuid, frozen->guest_uuid)) {
        lookup->next(lookup->call, lookup->frozen);
        return;
    }
    if (facts)
        g_set_error(&error, MIG_ERROR, MIG_ERROR_GUEST_NOT_FOUND,
                    "guest %s has changed while the authorization was asked for; call again",
                    frozen->request->guest);
    bus_reply_error(lookup->call, error);
}

/* polkit said yes: `act` if it is still the guest that polkit was asked about. */
static void act_if_same_guest(sd_bus_message *call, HostsRequest *frozen, Authorized act)
{
    g_autoptr(GError) error = NULL;
    const MigHost *source = NULL;
    if (frozen->guest_error)
        error = g_error_copy(frozen->guest_error);
    else if (frozen->guest_uuid)
        source =
            manager_host_config(frozen->face->manager, mig_request_source(frozen->request), &error);
    if (error)
        bus_reply_error(call, error);
    else if (source)
        look_up_guest(g_rc_box_acquire(frozen), call, source, ACCESS_ORDINARY, act, on_found_again);
    else
        act(call, frozen);
}

static void migrate(sd_bus_message *call, void *userdata)
{
    const HostsRequest *frozen = userdata;
    const MigHost *source, *destination;
    g_autoptr(GError) error = NULL;
    Job *job = NULL;
    readers_add(frozen->face->readers, call);
    if (request_still_holds(frozen, &source, &destination, &error))
        job = manager_add_job(frozen->face->manager, frozen->request, source, destination,
                              frozen->caller, &error);
    if (!job) {
        bus_reply_error(call, error);
        return;
    }
    g_autofree char *path = job_bus_path(job->record->id);
    sd_bus_reply_method_return(call, "o", path);
    manager_schedule(frozen->face->manager);
}

static void migrate_authorized(sd_bus_message *call, void *userdata)
{
    act_if_same_guest(call, userdata, migrate);
}

int request_bus_migrate(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HostsRequest) frozen = read_request(userdata, call, &error);
    if (!frozen ||
        !manager_may_add_job(frozen->face->manager, frozen->request, frozen->caller, &error))
        return bus_reply_error(call, error);
    AccessCase which = access_case_of_request(frozen->request);
    return authorize_request(g_steal_pointer(&frozen), call, which, migrate_authorized);
}

/* Plan and Check differ in who answers. */
typedef void (*Answer)(ManagerBus *face, sd_bus_message *call, const MigRequest *request,
                       const MigHost *source, const MigHost *destination);

static void answer_authorized(sd_bus_message *call, const HostsRequest *frozen, Answer answer)
{
    const MigHost *source, *destination;
    g_autoptr(GError) error = NULL;
    if (request_still_holds(frozen, &source, &destination, &error))
        answer(frozen->face, call, frozen->request, source, destination);
    else
        bus_reply_error(call, error);
}

static void plan(sd_bus_message *call, void *userdata)
{
    answer_authorized(call, userdata, plan_bus_answer);
}

static void check(sd_bus_message *call, void *userdata)
{
    answer_authorized(call, userdata, check_bus_answer);
}

static void plan_authorized(sd_bus_message *call, void *userdata)
{
    act_if_same_guest(call, userdata, plan);
}

static void check_authorized(sd_bus_message *call, void *userdata)
{
    act_if_same_guest(call, userdata, check);
}

static int ask_leave(sd_bus_message *call, ManagerBus *face, Authorized authorized)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(HostsRequest) frozen = read_request(face, call, &error);
    if (!frozen)
        return bus_reply_error(call, error);
    AccessCase which = access_case_of_request(frozen->request);
    return authorize_request(g_steal_pointer(&frozen), call, which, authorized);
}

int request_bus_plan(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    return ask_leave(call, userdata, plan_authorized);
}

int request_bus_check(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    return ask_leave(call, userdata, check_authorized);
}
