/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See plan-bus.h. The source is asked first: the destination is searched for the guest's UUID.
 */
#include "plan-bus.h"

#include "error.h"
#include "plan.h"
#include "variant.h"

typedef struct {
    ManagerBus *face;
    sd_bus_message *call;
    MigRequest *request;
    MigHost *source;
    MigHost *destination;
    MigFacts *on_source;
} Planning;

static void planning_free(Planning *planning)
{
    sd_bus_message_unref(planning->call);
    mig_request_free(planning->request);
    mig_host_free(planning->source);
    mig_host_free(planning->destination);
    mig_facts_free(planning->on_source);
    g_free(planning);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Planning, planning_free)

static MigFacts *read_facts(sd_bus_message *answer, GError **error)
{
    g_autoptr(GVariant) dict = mig_variant_read(answer, "a{sv}", 0, error);
    return dict ? mig_facts_from_variant(dict, error) : NULL;
}

char *plan_bus_pki_path(const ManagerBus *face)
{
    g_autofree char *path = g_build_filename(face->manager->settings->state_dir, "pki", NULL);
    return g_file_test(path, G_FILE_TEST_IS_DIR) ? g_steal_pointer(&path) : NULL;
}

/* `on_destination` is NULL if it is not to be opened. */
static void answer_plan(const Planning *planning, const MigFacts *on_destination)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *pki = plan_bus_pki_path(planning->face);
    g_autoptr(MigPlan) plan =
        mig_plan_new(planning->request, planning->source, planning->destination,
                     planning->on_source, on_destination, pki, &error);
    if (plan)
        bus_reply_variant(planning->call, mig_plan_to_variant(plan));
    else
        bus_reply_error(planning->call, error);
}

static void on_destination(sd_bus_message *answer, const GError *failed, void *userdata)
{
    g_autoptr(Planning) planning = userdata;
    g_autoptr(GError) error = failed ? g_error_copy(failed) : NULL;
    g_autoptr(MigFacts) facts = answer ? read_facts(answer, &error) : NULL;
    if (facts)
        answer_plan(planning, facts);
    else
        bus_reply_error(planning->call, error);
}

static void on_source(sd_bus_message *answer, const GError *failed, void *userdata)
{
    g_autoptr(Planning) planning = userdata;
    g_autoptr(GError) error = failed ? g_error_copy(failed) : NULL;
    planning->on_source = answer ? read_facts(answer, &error) : NULL;
    if (!planning->on_source) {
        bus_reply_error(planning->call, error);
        return;
    }
    if (!mig_request_number(planning->request, MIG_OPT_OPEN_DESTINATION)) {
        answer_plan(planning, NULL);
        return;
    }
    const MigFacts *facts = planning->on_source;
    GVariant *arguments = g_variant_new(
        "(ss)",
        facts->guest_found ? mig_request_name_there(planning->request, facts->guest_name)
                           : planning->request->guest,
        facts->guest_found ? facts->guest_uuid : "");
    manager_bus_ask(planning->face, planning->call, planning->destination, "GetFacts", arguments,
                    on_destination, planning);
    (void) g_steal_pointer(&planning);
}

void plan_bus_answer(ManagerBus *face, sd_bus_message *call, const MigRequest *request,
                     const MigHost *source, const MigHost *destination)
{
    Planning *planning = g_new0(Planning, 1);
    g_autoptr(GVariant) options = g_variant_ref_sink(mig_request_options(request));
    planning->face = face;
    planning->call = sd_bus_message_ref(call);
    planning->request = mig_request_new(request->guest, request->destination, options, NULL);
    planning->source = mig_host_copy(source);
    planning->destination = mig_host_copy(destination);
    manager_bus_ask(face, call, source, "GetFacts", g_variant_new("(ss)", request->guest, ""),
                    on_source, planning);
}
