/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See check-bus.h. First the source is asked about the guest, and meanwhile the destination for its
 * facts, so that both connections are made at once; then the destination for what the guest needs.
 */
#include "check-bus.h"

#include "check.h"
#include "error.h"
#include "plan-bus.h"
#include "variant.h"

typedef struct {
    ManagerBus *face;
    sd_bus_message *call; /* NULL: answered */
    MigRequest *request;
    MigHost *source;
    MigHost *destination;
    MigFacts *on_source;
    MigGuestReport *guest;
    MigFacts *on_destination; /* NULL: not opened */
    MigHostReport *there;
    guint pending;
} Checking;

static void checking_free(Checking *checking)
{
    sd_bus_message_unref(checking->call);
    mig_request_free(checking->request);
    mig_host_free(checking->source);
    mig_host_free(checking->destination);
    mig_facts_free(checking->on_source);
    mig_guest_report_free(checking->guest);
    mig_facts_free(checking->on_destination);
    mig_host_report_free(checking->there);
    g_free(checking);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Checking, checking_free)

/* Unfinished jobs on the source. */
static guint count_others(const Checking *checking)
{
    guint n = 0;
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, checking->face->manager->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const MigJob *record = ((const Job *) value)->record;
        if (!mig_state_is_final(record->state) &&
            g_str_equal(record->source, checking->source->name))
            n++;
    }
    return n;
}

static void reply(const Checking *checking, GVariant *plan, GVariant *findings)
{
    GVariant *const values[] = { plan, findings };
    bus_reply_tuple(checking->call, g_variant_new_tuple(values, G_N_ELEMENTS(values)));
}

static void answer(const Checking *checking)
{
    MigCheckInput input = { .request = checking->request,
                            .source = checking->source,
                            .destination = checking->destination,
                            .on_source = checking->on_source,
                            .on_destination = checking->on_destination,
                            .guest = checking->guest,
                            .there = checking->there,
                            .others = count_others(checking) };
    g_autofree char *pki = plan_bus_pki_path(checking->face);
    g_autoptr(GError) refusal = NULL;
    g_autoptr(MigPlan) plan = mig_plan_new(input.request, input.source, input.destination,
                                           input.on_source, input.on_destination, pki, &refusal);
    g_autoptr(GPtrArray) findings =
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): as in first_done() */
        input.on_source->guest_found ? mig_check(&input) : mig_findings_new();
    if (!plan)
        mig_check_add_refusal(findings, refusal);
    reply(checking, plan ? mig_plan_to_variant(plan) : g_variant_new("a{sv}", NULL),
          mig_findings_to_variant(findings));
}

/* `host` was asked. That it could not be is a finding, which says of which. */
static void fail(Checking *checking, const MigHost *host, GError *error)
{
    g_autoptr(GVariant) nothing = g_variant_ref_sink(g_variant_new("aa{sv}", NULL));
    mig_error_set_host(error, host->name);
    if (checking->call && mig_error_is_of_host(error))
        reply(checking, g_variant_new("a{sv}", NULL), mig_check_with_error(nothing, error));
    else if (checking->call)
        bus_reply_error(checking->call, error);
    checking->call = sd_bus_message_unref(checking->call);
}

/* The facts of a worker's answer, and its report in *report. */
static MigFacts *read_answer(sd_bus_message *message, GVariant **report, GError **error)
{
    g_autoptr(GVariant) dict = mig_variant_read(message, "a{sv}", 0, error);
    g_autoptr(GVariant) facts = NULL;
    if (!dict || !g_variant_lookup(dict, "facts", "@a{sv}", &facts) ||
        !g_variant_lookup(dict, "report", "@a{sv}", report)) {
        if (dict)
            g_set_error_literal(error, MIG_ERROR, MIG_ERROR_WORKER,
                                "the worker's answer has no facts or no report; service and "
                                "worker must be of the same version");
        return NULL;
    }
    return mig_facts_from_variant(facts, error);
}

static void on_destination(sd_bus_message *message, const GError *failed, void *userdata)
{
    g_autoptr(Checking) checking = userdata;
    g_autoptr(GError) error = failed ? g_error_copy(failed) : NULL;
    g_autoptr(GVariant) report = NULL;
    g_autoptr(MigFacts) facts = message ? read_answer(message, &report, &error) : NULL;
    checking->there = facts ? mig_host_report_from_variant(report, &error) : NULL;
    if (!checking->there) {
        fail(checking, checking->destination, error);
        return;
    }
    mig_facts_free(checking->on_destination);
    checking->on_destination = g_steal_pointer(&facts);
    answer(checking);
}

/* Both have answered, or one has failed. */
static void first_done(Checking *checking)
{
    if (--checking->pending > 0)
        return;
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): fail() takes the call away without */
    if (checking->call && checking->on_destination && checking->on_source->guest_found) {
        g_autoptr(MigHostQuestion) question =
            mig_host_question_of(checking->request, checking->on_source, checking->guest);
        manager_bus_ask(checking->face, checking->call, checking->destination, "InspectDestination",
                        g_variant_new("(@a{sv})", mig_host_question_to_variant(question)),
                        on_destination, checking);
        return;
    }
    if (checking->call)
        answer(checking);
    checking_free(checking);
}

static void on_source(sd_bus_message *message, const GError *failed, void *userdata)
{
    Checking *checking = userdata;
    g_autoptr(GError) error = failed ? g_error_copy(failed) : NULL;
    g_autoptr(GVariant) report = NULL;
    checking->on_source = message ? read_answer(message, &report, &error) : NULL;
    checking->guest = checking->on_source ? mig_guest_report_from_variant(report, &error) : NULL;
    if (!checking->guest)
        fail(checking, checking->source, error);
    first_done(checking);
}

static void on_destination_facts(sd_bus_message *message, const GError *failed, void *userdata)
{
    Checking *checking = userdata;
    g_autoptr(GError) error = failed ? g_error_copy(failed) : NULL;
    g_autoptr(GVariant) dict = message ? mig_variant_read(message, "a{sv}", 0, &error) : NULL;
    checking->on_destination = dict ? mig_facts_from_variant(dict, &error) : NULL;
    if (!checking->on_destination)
        fail(checking, checking->destination, error);
    first_done(checking);
}

void check_bus_answer(ManagerBus *face, sd_bus_message *call, const MigRequest *request,
                      const MigHost *source, const MigHost *destination)
{
    Checking *checking = g_new0(Checking, 1);
    g_autoptr(GVariant) options = g_variant_ref_sink(mig_request_options(request));
    g_autoptr(MigGuestQuestion) question = mig_guest_question_of(request);
    gboolean open = mig_request_number(request, MIG_OPT_OPEN_DESTINATION) != 0;
    checking->face = face;
    checking->call = sd_bus_message_ref(call);
    checking->request = mig_request_new(request->guest, request->destination, options, NULL);
    checking->source = mig_host_copy(source);
    checking->destination = mig_host_copy(destination);
    checking->pending = open ? 2 : 1;
    manager_bus_ask(face, call, source, "InspectGuest",
                    g_variant_new("(@a{sv})", mig_guest_question_to_variant(question)), on_source,
                    checking);
    if (open)
        manager_bus_ask(face, call, destination, "GetFacts",
                        g_variant_new("(ss)", request->guest, ""), on_destination_facts, checking);
}
