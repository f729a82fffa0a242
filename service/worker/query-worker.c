/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The worker that asks one host. The main thread reads calls and sends answers; one thread asks the
 * questions, one after the other, and may hang in libvirt: the service has a deadline for every
 * question and stops a worker that lets one pass.
 */
#include <signal.h>
#include <systemd/sd-daemon.h>

#include "environment.h"
#include "link.h"
#include "log.h"
#include "post.h"
#include "query-host.h"
#include "sd-autoptr.h"
#include "variant.h"
#include "vir-loop.h"
#include "worker.h"

#define IDLE_SECONDS 30

typedef struct {
    sd_event *event;
    MigPost *post;
    MigLinkServer *server;
    GAsyncQueue *calls; /* Call */
    MigQueryHost *host; /* the asking thread's */
    guint open;         /* calls that have no answer yet */
    sd_event_source *idle;
    uint64_t idle_usec;
} Query;

/* A method: what it takes after the host, what it gives. */
typedef struct {
    const char *name;
    const char *arguments;
    MigQuestion question;
} Method;

typedef struct {
    Query *query;
    const Method *method;
    sd_bus_message *message;
    GVariant *dict;
    GVariant *arguments;
    GVariant *answer;
    GError *error;
} Call;

static const Method methods[] = {
    { "ListGuests", "(a{sv})", mig_query_list_guests },
    { "GetFacts", "(ss)", mig_query_get_facts },
    { "ListInterfaces", "()", mig_query_list_interfaces },
    { "FindRoutes", "(as)", mig_query_find_routes },
    { "InspectGuest", "(a{sv})", mig_query_inspect_guest },
    { "InspectDestination", "(a{sv})", mig_query_inspect_destination },
    { "Test", "()", mig_query_test },
};

static void call_free(Call *call)
{
    sd_bus_message_unref(call->message);
    g_clear_pointer(&call->dict, g_variant_unref);
    g_clear_pointer(&call->arguments, g_variant_unref);
    g_clear_pointer(&call->answer, g_variant_unref);
    g_clear_error(&call->error);
    g_free(call);
}

static void restart_idle_timer(Query *query)
{
    uint64_t now = 0;
    sd_event_now(query->event, CLOCK_MONOTONIC, &now);
    sd_event_source_set_time(query->idle, now + query->idle_usec);
    sd_event_source_set_enabled(query->idle, query->open ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

static int send_answer(const Call *call)
{
    g_autoptr(sd_bus_message) reply = NULL;
    int r = sd_bus_message_new_method_return(call->message, &reply);
    if (r >= 0)
        r = mig_variant_append(reply, call->answer);
    return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

static int send_error(const Call *call)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    mig_error_set_bus(&error, call->error);
    int r = sd_bus_reply_method_error(call->message, &error);
    sd_bus_error_free(&error);
    return r;
}

static void on_answered(gpointer receiver, gpointer data)
{
    Query *query = receiver;
    Call *call = data;
    int r = call->answer ? send_answer(call) : send_error(call);
    if (r < 0)
        log_info("nobody takes the answer to %s: %s", call->method->name, g_strerror(-r));
    call_free(call);
    query->open--;
    restart_idle_timer(query);
}

static gpointer run_calls(gpointer data)
{
    Query *query = data;
    for (;;) {
        Call *call = g_async_queue_pop(query->calls);
        call->answer =
            call->method->question(query->host, call->dict, call->arguments, &call->error);
        mig_post_send(query->post, on_answered, call);
    }
    return NULL;
}

/* The arguments after the host, one by one, as a tuple. */
static GVariant *read_arguments(sd_bus_message *message, const char *type, GError **error)
{
    g_auto(GVariantBuilder) builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE(type));
    for (const GVariantType *t = g_variant_type_first(G_VARIANT_TYPE(type)); t;
         t = g_variant_type_next(t)) {
        g_autofree char *signature = g_variant_type_dup_string(t);
        g_autoptr(GVariant) value = mig_variant_read(message, signature, MIG_VARIANT_BYTES, error);
        if (!value)
            return NULL;
        g_variant_builder_add_value(&builder, value);
    }
    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

static int on_call(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    Query *query = userdata;
    Call *call = g_new0(Call, 1);
    call->query = query;
    call->message = sd_bus_message_ref(message);
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (sd_bus_message_is_method_call(message, NULL, methods[i].name) > 0)
            call->method = &methods[i];
    }
    call->dict = mig_variant_read(message, "a{sv}", MIG_VARIANT_BYTES, &call->error);
    if (call->dict)
        call->arguments = read_arguments(message, call->method->arguments, &call->error);
    if (!call->arguments) {
        int r = mig_error_set_bus(ret_error, call->error);
        call_free(call);
        return r;
    }
    query->open++;
    restart_idle_timer(query);
    g_async_queue_push(query->calls, call);
    return 1; /* the answer comes later */
}

static const sd_bus_vtable vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD_WITH_NAMES("ListGuests", "a{sv}a{sv}", SD_BUS_PARAM(host) SD_BUS_PARAM(filter),
                             "aa{sv}", SD_BUS_PARAM(guests), on_call, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_NAMES("GetFacts", "a{sv}ss",
                             SD_BUS_PARAM(host) SD_BUS_PARAM(guest) SD_BUS_PARAM(uuid), "a{sv}",
                             SD_BUS_PARAM(facts), on_call, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_NAMES("ListInterfaces", "a{sv}", SD_BUS_PARAM(host), "aa{sv}",
                             SD_BUS_PARAM(interfaces), on_call, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_NAMES("FindRoutes", "a{sv}as", SD_BUS_PARAM(host) SD_BUS_PARAM(addresses),
                             "a{ss}", SD_BUS_PARAM(routes), on_call, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_NAMES("InspectGuest", "a{sv}a{sv}",
                             SD_BUS_PARAM(host) SD_BUS_PARAM(question), "a{sv}",
                             SD_BUS_PARAM(answer), on_call, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_NAMES("InspectDestination", "a{sv}a{sv}",
                             SD_BUS_PARAM(host) SD_BUS_PARAM(question), "a{sv}",
                             SD_BUS_PARAM(answer), on_call, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_NAMES("Test", "a{sv}", SD_BUS_PARAM(host), "a{sv}", SD_BUS_PARAM(result),
                             on_call, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

static void on_client(sd_bus *link, void *userdata)
{
    int r =
        sd_bus_add_object_vtable(link, NULL, MIG_LINK_PATH, MIG_LINK_INTERFACE, vtable, userdata);
    if (r < 0)
        log_warning("cannot show the host on its link: %s", g_strerror(-r));
}

static int on_idle(sd_event_source *source, uint64_t usec, void *userdata)
{
    return sd_event_exit(sd_event_source_get_event(source), 0);
}

static gboolean set_up(Query *query, const char *host, const MigWorkerOptions *options,
                       GError **error)
{
    g_autofree char *path = g_build_filename(options->runtime_dir, MIG_LINK_QUERIES, host, NULL);
    g_autofree char *pki_path = mig_worker_pki_path(options);
    query->post = mig_post_new(query->event, query, error);
    if (!query->post || !mig_vir_loop_start(error))
        return FALSE;
    sd_event_add_signal(query->event, NULL, SIGTERM, NULL, NULL);
    sd_event_add_signal(query->event, NULL, SIGINT, NULL, NULL);
    query->calls = g_async_queue_new();
    query->host = mig_query_host_new(host, pki_path);
    query->idle_usec =
        (gint64) (options->idle_timeout ? options->idle_timeout : IDLE_SECONDS) * G_USEC_PER_SEC;
    sd_event_add_time(query->event, &query->idle, CLOCK_MONOTONIC, 0, 0, on_idle, query);
    restart_idle_timer(query);
    query->server = mig_link_serve(path, query->event, on_client, query, error);
    return query->server != NULL;
}

int mig_worker_query(const char *host, const MigWorkerOptions *options)
{
    g_autoptr(GError) error = NULL;
    Query *query = g_new0(Query, 1);
    query->event = mig_environment_loop();
    if (!set_up(query, host, options, &error)) {
        log_error("%s", error->message);
        return 1;
    }
    g_thread_unref(g_thread_new("calls", run_calls, query));
    sd_notify(0, "READY=1\nSTATUS=waiting for questions");
    int status = sd_event_loop(query->event);
    mig_link_server_free(query->server);
    return status;
}
