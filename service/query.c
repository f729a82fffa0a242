/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See query.h. A Query is one question, an Asked is the worker of one host with its questions.
 */
#include "query.h"

#include "error.h"
#include "host-uri.h"
#include "link.h"
#include "log.h"
#include "sd-autoptr.h"
#include "variant.h"

struct Queries {
    WorkerContext context;
    guint deadline;    /* seconds */
    GHashTable *asked; /* instance -> Asked */
};

typedef struct {
    Queries *queries;
    char *host;
    char *instance;     /* of its worker's unit */
    WorkerLink *worker; /* NULL until the first question, and after its end */
    GQueue pending;     /* Query */
    sd_event_source *flush;
} Asked;

typedef struct {
    Asked *asked;
    char *method;
    GVariant *arguments; /* (a{sv}...) */
    QueryAnswered answered;
    void *userdata;
    sd_event_source *deadline;
    sd_bus_slot *call;
} Query;

static void query_free(Query *query)
{
    sd_event_source_disable_unref(query->deadline);
    sd_bus_slot_unref(query->call);
    g_free(query->method);
    g_variant_unref(query->arguments);
    g_free(query);
}

static void query_answer(Query *query, sd_bus_message *reply, const GError *error)
{
    g_queue_remove(&query->asked->pending, query);
    query->answered(reply, error, query->userdata);
    query_free(query);
}

static void asked_fail_all(Asked *asked, const GError *error)
{
    g_clear_pointer(&asked->worker, worker_link_free);
    while (!g_queue_is_empty(&asked->pending))
        query_answer(g_queue_peek_head(&asked->pending), NULL, error);
}

/* Callers may name one host after the other: one that is not asked any more leaves nothing. */
static void asked_forget_if_idle(Asked *asked)
{
    if (!asked->worker && !asked->flush && g_queue_is_empty(&asked->pending))
        g_hash_table_remove(asked->queries->asked, asked->instance);
}

static void asked_free(void *data)
{
    Asked *asked = data;
    g_autoptr(GError) error = g_error_new(
        MIG_ERROR, MIG_ERROR_FAILED, "the service is being stopped; call again, which starts it");
    asked_fail_all(asked, error);
    sd_event_source_disable_unref(asked->flush);
    g_free(asked->host);
    g_free(asked->instance);
    g_free(asked);
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata)
{
    Query *query = userdata;
    Asked *asked = query->asked;
    g_autoptr(GError) error = g_error_new(
        MIG_ERROR, MIG_ERROR_HOST_TIMEOUT,
        "host %s did not answer within %u s; check that libvirtd runs there and is not blocked",
        asked->host, asked->queries->deadline);
    if (asked->worker)
        worker_link_kill(asked->worker);
    asked_fail_all(asked, error);
    asked_forget_if_idle(asked);
    return 0;
}

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error)
{
    Query *query = userdata;
    g_autoptr(GError) error = NULL;
    if (sd_bus_message_is_method_error(reply, NULL)) {
        mig_error_from_bus(&error, sd_bus_message_get_error(reply));
        query_answer(query, NULL, error);
    } else {
        query_answer(query, reply, NULL);
    }
    return 0;
}

static int query_send(Query *query, sd_bus *link)
{
    g_autoptr(sd_bus_message) m = NULL;
    int r = sd_bus_message_new_method_call(link, &m, NULL, MIG_LINK_PATH, MIG_LINK_INTERFACE,
                                           query->method);
    gsize n = g_variant_n_children(query->arguments);
    for (gsize i = 0; r >= 0 && i < n; i++) {
        g_autoptr(GVariant) argument = g_variant_get_child_value(query->arguments, i);
        r = mig_variant_append(m, argument);
    }
    if (r < 0)
        return r;
    /* our own deadline is the one that counts */
    return sd_bus_call_async(link, &query->call, m, on_reply, query, UINT64_MAX);
}

static void asked_send(Asked *asked)
{
    sd_bus *link = worker_link_bus(asked->worker);
    for (GList *l = asked->pending.head; l; l = l->next) {
        Query *query = l->data;
        if (query->call)
            continue;
        int r = query_send(query, link);
        if (r < 0)
            log_warning("cannot ask %s: %s", asked->host, g_strerror(-r));
    }
}

static void on_linked(sd_bus *link, void *userdata)
{
    asked_send(userdata);
}

static int on_flush(sd_event_source *source, void *userdata);

static void asked_flush(Asked *asked)
{
    if (!asked->flush)
        sd_event_add_defer(asked->queries->context.event, &asked->flush, on_flush, asked);
}

/* An idle worker ends by itself: a question that was not sent yet goes to a new one. What was sent
 * has failed already, sd-bus answers for a link that closes. */
static void on_gone(const GError *error, void *userdata)
{
    Asked *asked = userdata;
    if (error)
        asked_fail_all(asked, error);
    g_clear_pointer(&asked->worker, worker_link_free);
    if (!g_queue_is_empty(&asked->pending))
        asked_flush(asked);
    asked_forget_if_idle(asked);
}

static int on_flush(sd_event_source *source, void *userdata)
{
    static const WorkerHandlers handlers = { on_linked, on_gone };
    Asked *asked = userdata;
    g_autoptr(GError) error = NULL;
    asked->flush = sd_event_source_disable_unref(asked->flush);
    if (!asked->worker)
        asked->worker = worker_link_open(&asked->queries->context, LAUNCH_QUERY, asked->instance,
                                         &handlers, asked, &error);
    else if (worker_link_bus(asked->worker))
        asked_send(asked);
    if (!asked->worker) {
        asked_fail_all(asked, error);
        asked_forget_if_idle(asked);
    }
    return 0;
}

static Asked *asked_lookup(Queries *queries, const char *host)
{
    g_autofree char *instance = mig_host_instance(host);
    Asked *asked = g_hash_table_lookup(queries->asked, instance);
    if (!asked) {
        asked = g_new0(Asked, 1);
        asked->queries = queries;
        asked->host = g_strdup(host);
        asked->instance = g_steal_pointer(&instance);
        g_hash_table_insert(queries->asked, asked->instance, asked);
    }
    return asked;
}

static GVariant *with_host(const MigHost *host, GVariant *arguments)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_TUPLE);
    g_variant_builder_add_value(&builder, mig_host_to_variant(host));
    g_autoptr(GVariant) rest = arguments ? g_variant_ref_sink(arguments) : NULL;
    for (gsize i = 0; rest && i < g_variant_n_children(rest); i++) {
        g_autoptr(GVariant) argument = g_variant_get_child_value(rest, i);
        g_variant_builder_add_value(&builder, argument);
    }
    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

void query_call(Queries *queries, const MigHost *host, const char *method, GVariant *arguments,
                QueryAnswered answered, void *userdata)
{
    Asked *asked = asked_lookup(queries, host->name);
    Query *query = g_new0(Query, 1);
    query->asked = asked;
    query->method = g_strdup(method);
    query->arguments = with_host(host, arguments);
    query->answered = answered;
    query->userdata = userdata;
    g_queue_push_tail(&asked->pending, query);
    sd_event_add_time_relative(queries->context.event, &query->deadline, CLOCK_BOOTTIME,
                               (uint64_t) queries->deadline * G_USEC_PER_SEC, 0, on_deadline,
                               query);
    asked_flush(asked);
}

gboolean queries_idle(const Queries *queries)
{
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, queries->asked);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (!g_queue_is_empty(&((Asked *) value)->pending))
            return FALSE;
    return TRUE;
}

Queries *queries_new(const WorkerContext *context, const Settings *settings)
{
    Queries *queries = g_new0(Queries, 1);
    queries->context = *context;
    queries->deadline = settings->query_deadline;
    queries->asked = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, asked_free);
    return queries;
}

void queries_free(Queries *queries)
{
    if (!queries)
        return;
    g_hash_table_destroy(queries->asked);
    g_free(queries);
}
