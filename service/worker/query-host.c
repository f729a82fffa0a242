/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See query-host.h.
 */
#include "query-host.h"

#include "connection.h"
#include "error.h"
#include "guests.h"
#include "host-uri.h"
#include "inspect.h"
#include "interfaces.h"
#include "machine.h"

/* Of an answer. What a host says goes on as a message of the service's, and a bus closes the
 * connection of whoever sends one of more than 32 MiB. */
#define ANSWER_MIB 16

struct MigQueryHost {
    char *name;
    char *pki_path;
    GVariant *dict; /* that `host` was made of */
    MigHost *host;
    virConnectPtr connection;
    gboolean reused; /* it has answered before */
    MigFacts *facts; /* what this connection said of the host, or NULL */
};

/* The part of a question that is asked on an open connection. */
typedef GVariant *(*Ask)(MigQueryHost *host, GVariant *arguments, GError **error);

MigQueryHost *mig_query_host_new(const char *name, const char *pki_path)
{
    MigQueryHost *host = g_new0(MigQueryHost, 1);
    host->name = g_strdup(name);
    host->pki_path = g_strdup(pki_path);
    return host;
}

static void disconnect(MigQueryHost *host)
{
    g_clear_pointer(&host->facts, mig_facts_free);
    g_clear_pointer(&host->connection, virConnectClose);
    host->reused = FALSE;
}

/* The host file may have changed since the last question. */
static gboolean use_dict(MigQueryHost *host, GVariant *dict, GError **error)
{
    if (host->dict && g_variant_equal(host->dict, dict))
        return TRUE;
    MigHost *parsed = mig_host_from_variant(dict, error);
    if (!parsed)
        return FALSE;
    g_autofree char *instance = mig_host_instance(parsed->name);
    if (!g_str_equal(instance, host->name)) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                    "this worker asks host %s, not %s", host->name, parsed->name);
        mig_host_free(parsed);
        return FALSE;
    }
    disconnect(host);
    g_clear_pointer(&host->host, mig_host_free);
    g_clear_pointer(&host->dict, g_variant_unref);
    host->host = parsed;
    host->dict = g_variant_ref(dict);
    return TRUE;
}

static gboolean need_facts(MigQueryHost *host, GError **error)
{
    if (!host->facts)
        host->facts = mig_connection_ask_host(host->connection, host->host, NULL, error);
    return host->facts != NULL;
}

static gboolean need_connection(MigQueryHost *host, GError **error)
{
    if (mig_connection_is_alive(host->connection))
        return TRUE;
    disconnect(host);
    host->connection = mig_connection_open(host->host, host->pki_path, NULL, error);
    if (!host->connection)
        return FALSE;
    /* nothing is believed of a host that is not the one pinned */
    if (!host->host->host_uuid || need_facts(host, error))
        return TRUE;
    disconnect(host);
    return FALSE;
}

/* Takes the answer. */
static GVariant *bounded(const MigQueryHost *host, GVariant *answer, GError **error)
{
    if (!answer || g_variant_get_size(answer) <= ANSWER_MIB * 1024 * 1024)
        return answer;
    g_variant_unref(answer);
    g_set_error(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED,
                "what host %s answers has more than %d MiB, which is the limit; find out what "
                "answers there, or ask for fewer guests with a filter",
                host->host->name, ANSWER_MIB);
    return NULL;
}

static GVariant *ask(MigQueryHost *host, GVariant *dict, Ask func, GVariant *arguments,
                     GError **error)
{
    g_autoptr(GError) lost = NULL;
    if (!use_dict(host, dict, error) || !need_connection(host, error))
        return NULL;
    gboolean reused = host->reused;
    host->reused = TRUE;
    GVariant *answer = func(host, arguments, &lost);
    if (answer)
        return bounded(host, answer, error);
    if (!reused || !g_error_matches(lost, MIG_ERROR, MIG_ERROR_CONNECTION_LOST)) {
        g_propagate_error(error, g_steal_pointer(&lost));
        return NULL;
    }
    disconnect(host);
    answer = need_connection(host, error) ? func(host, arguments, error) : NULL;
    return bounded(host, answer, error);
}

static GVariant *ask_guests(MigQueryHost *host, GVariant *arguments, GError **error)
{
    g_autoptr(GVariant) filter = g_variant_get_child_value(arguments, 0);
    gboolean wanted = mig_guests_wants_facts(filter);
    if (wanted && !need_facts(host, error))
        return NULL;
    return mig_guests_list(host->connection, host->host, wanted ? host->facts : NULL, filter, NULL,
                           error);
}

GVariant *mig_query_list_guests(MigQueryHost *host, GVariant *dict, GVariant *arguments,
                                GError **error)
{
    return ask(host, dict, ask_guests, arguments, error);
}

/* Of the host and of one of its guests. */
static gboolean ask_both_facts(MigQueryHost *host, const char *guest, const char *uuid,
                               GError **error)
{
    return need_facts(host, error) && mig_connection_ask_guest(host->connection, host->host, guest,
                                                               uuid, host->facts, NULL, error);
}

static GVariant *ask_facts(MigQueryHost *host, GVariant *arguments, GError **error)
{
    const char *guest = NULL, *uuid = NULL;
    g_variant_get(arguments, "(&s&s)", &guest, &uuid);
    if (!ask_both_facts(host, guest, uuid, error))
        return NULL;
    return g_variant_ref_sink(mig_facts_to_variant(host->facts));
}

GVariant *mig_query_get_facts(MigQueryHost *host, GVariant *dict, GVariant *arguments,
                              GError **error)
{
    return ask(host, dict, ask_facts, arguments, error);
}

static GVariant *ask_interfaces(MigQueryHost *host, GVariant *arguments, GError **error)
{
    return mig_interfaces_list(host->connection, host->host, NULL, error);
}

GVariant *mig_query_list_interfaces(MigQueryHost *host, GVariant *dict, GVariant *arguments,
                                    GError **error)
{
    return ask(host, dict, ask_interfaces, arguments, error);
}

/* The kernel's own business: libvirt need not be there. */
GVariant *mig_query_find_routes(MigQueryHost *host, GVariant *dict, GVariant *arguments,
                                GError **error)
{
    g_autofree const char **addresses = NULL;
    if (!use_dict(host, dict, error))
        return NULL;
    if (host->host->own.connect != MIG_CONNECT_UNIX) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                    "host %s is another machine, which cannot be asked for its routes", host->name);
        return NULL;
    }
    g_variant_get(arguments, "(^a&s)", &addresses);
    return g_variant_ref_sink(mig_machine_find_routes(addresses));
}

/* {"facts", "report"}; the report may be floating. */
static GVariant *facts_and_report(const MigQueryHost *host, GVariant *report)
{
    return g_variant_ref_sink(g_variant_new_parsed("{'facts': <%@a{sv}>, 'report': <%@a{sv}>}",
                                                   mig_facts_to_variant(host->facts), report));
}

static GVariant *ask_about_guest(MigQueryHost *host, GVariant *arguments, GError **error)
{
    g_autoptr(GVariant) dict = g_variant_get_child_value(arguments, 0);
    g_autoptr(MigGuestQuestion) question = mig_guest_question_from_variant(dict, error);
    if (!question || !ask_both_facts(host, question->guest, "", error))
        return NULL;
    g_autoptr(MigGuestReport) report =
        host->facts->guest_found
            ? mig_inspect_source(host->connection, host->host, host->facts, question, NULL, error)
            : mig_guest_report_new();
    return report ? facts_and_report(host, mig_guest_report_to_variant(report)) : NULL;
}

GVariant *mig_query_inspect_guest(MigQueryHost *host, GVariant *dict, GVariant *arguments,
                                  GError **error)
{
    return ask(host, dict, ask_about_guest, arguments, error);
}

static GVariant *ask_about_host(MigQueryHost *host, GVariant *arguments, GError **error)
{
    g_autoptr(GVariant) dict = g_variant_get_child_value(arguments, 0);
    g_autoptr(MigHostQuestion) question = mig_host_question_from_variant(dict, error);
    if (!question || !ask_both_facts(host, question->guest, question->uuid, error))
        return NULL;
    g_autoptr(MigHostReport) report =
        mig_inspect_destination(host->connection, host->host, question, NULL, error);
    return report ? facts_and_report(host, mig_host_report_to_variant(report)) : NULL;
}

GVariant *mig_query_inspect_destination(MigQueryHost *host, GVariant *dict, GVariant *arguments,
                                        GError **error)
{
    return ask(host, dict, ask_about_host, arguments, error);
}

/* A test that is answered from memory tests nothing. */
static GVariant *ask_test(MigQueryHost *host, GVariant *arguments, GError **error)
{
    g_clear_pointer(&host->facts, mig_facts_free);
    return need_facts(host, error) ? g_variant_ref_sink(g_variant_new_boolean(TRUE)) : NULL;
}

static GVariant *describe(const MigQueryHost *host, gint64 usec)
{
    const MigFacts *facts = host->facts;
    g_auto(GVariantBuilder) result = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(
        &result, "{sv}", "libvirt-version",
        g_variant_new_printf("%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT,
                             facts->libvirt / 1000000, facts->libvirt / 1000 % 1000,
                             facts->libvirt % 1000));
    g_variant_builder_add(&result, "{sv}", "driver", g_variant_new_string(facts->driver));
    g_variant_builder_add(&result, "{sv}", "hostname", g_variant_new_string(facts->hostname));
    g_variant_builder_add(&result, "{sv}", "host-uuid", g_variant_new_string(facts->host_uuid));
    /* a unix socket does not leave the machine: there is nothing to read on a wire */
    g_variant_builder_add(&result, "{sv}", "encrypted",
                          g_variant_new_boolean(host->host->own.connect != MIG_CONNECT_TCP));
    g_variant_builder_add(&result, "{sv}", "time", g_variant_new_uint64((guint64) usec));
    return g_variant_ref_sink(g_variant_builder_end(&result));
}

GVariant *mig_query_test(MigQueryHost *host, GVariant *dict, GVariant *arguments, GError **error)
{
    gint64 start = g_get_monotonic_time();
    /* an idle connection says nothing of name, port, keys and permission */
    disconnect(host);
    g_autoptr(GVariant) answered = ask(host, dict, ask_test, arguments, error);
    return answered ? describe(host, g_get_monotonic_time() - start) : NULL;
}
