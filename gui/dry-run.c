/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The check of what is being chosen: owns the delay, the question under way, the last answer. */
#include "dry-run.h"

#include "client-calls.h"
#include "finding.h"

#define DELAY 400 /* ms after the last change */

struct _MigDryRun {
    GObject parent_instance;

    MigClient *client;
    char *guest, *destination;
    GVariant *options;
    guint timer;
    GCancellable *question; /* NULL: none is under way */

    MigDryRunState state;
    GError *error;
    GVariant *plan;
    GListStore *findings;
};

G_DEFINE_FINAL_TYPE(MigDryRun, mig_dry_run, G_TYPE_OBJECT)

static guint changed_signal;

static const char *const severities[] = { "blocker", "warning", "note" };

static const char *severity_of(gpointer finding)
{
    return mig_object_get_string(finding, "severity");
}

static void set_state(MigDryRun *self, MigDryRunState state, GError *error)
{
    g_clear_error(&self->error);
    self->error = error;
    self->state = state;
    g_signal_emit(self, changed_signal, 0);
}

static void add_of_severity(GPtrArray *findings, GListModel *all, const char *severity)
{
    for (guint i = 0; i < g_list_model_get_n_items(all); i++) {
        g_autoptr(MigFinding) finding = g_list_model_get_item(all, i);
        if (g_strcmp0(severity_of(finding), severity) == 0)
            g_ptr_array_add(findings, g_object_ref(finding));
    }
}

/* What was found, and what follows from the plan. */
static void set_answer(MigDryRun *self, GVariant *plan, GVariant *findings)
{
    MigFailureNames names = { .guest = self->guest, .destination = self->destination };
    if (self->options)
        g_variant_lookup(self->options, "source", "&s", &names.source);
    g_autoptr(GVariant) consequences =
        plan ? g_variant_lookup_value(plan, "findings", G_VARIANT_TYPE("aa{sv}")) : NULL;
    g_autoptr(GListModel) found = mig_finding_list_new(findings, &names);
    g_autoptr(GListModel) planned = mig_finding_list_new(consequences, &names);
    g_autoptr(GPtrArray) ordered = g_ptr_array_new_with_free_func(g_object_unref);
    for (gsize s = 0; s < G_N_ELEMENTS(severities); s++) {
        add_of_severity(ordered, found, severities[s]);
        add_of_severity(ordered, planned, severities[s]);
    }
    g_clear_pointer(&self->plan, g_variant_unref);
    if (plan && g_variant_n_children(plan))
        self->plan = g_variant_ref(plan);
    g_list_store_splice(self->findings, 0, g_list_model_get_n_items(G_LIST_MODEL(self->findings)),
                        ordered->pdata, ordered->len);
}

static void answered_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(MigDryRun) self = MIG_DRY_RUN(data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = mig_client_call_finish(MIG_CLIENT(source), result, &error);
    if (g_task_get_cancellable(G_TASK(result)) != self->question)
        return; /* another question has been asked since */
    g_clear_object(&self->question);
    if (reply) {
        g_autoptr(GVariant) plan = g_variant_get_child_value(reply, 0);
        g_autoptr(GVariant) findings = g_variant_get_child_value(reply, 1);
        set_answer(self, plan, findings);
        set_state(self, MIG_DRY_RUN_DONE, NULL);
        return;
    }
    set_answer(self, NULL, NULL);
    const gboolean denied = g_error_matches(error, MIG_ERROR, MIG_ERROR_ACCESS_DENIED);
    set_state(self, denied ? MIG_DRY_RUN_DENIED : MIG_DRY_RUN_FAILED, g_steal_pointer(&error));
}

static void give_up(MigDryRun *self)
{
    g_clear_handle_id(&self->timer, g_source_remove);
    g_cancellable_cancel(self->question);
    g_clear_object(&self->question);
}

static void ask(MigDryRun *self, MigCallFlags flags)
{
    give_up(self);
    self->question = g_cancellable_new();
    mig_client_check(self->client, self->guest, self->destination, self->options, flags,
                     self->question, answered_cb, g_object_ref(self));
}

static gboolean timer_cb(gpointer data)
{
    MigDryRun *self = data;
    self->timer = 0;
    ask(self, MIG_CALL_NONE);
    return G_SOURCE_REMOVE;
}

static gboolean same(MigDryRun *self, const char *guest, const char *destination, GVariant *options)
{
    return self->options && g_strcmp0(guest, self->guest) == 0 &&
           g_strcmp0(destination, self->destination) == 0 &&
           g_variant_equal(options, self->options);
}

void mig_dry_run_set(MigDryRun *self, const char *guest, const char *destination, GVariant *options)
{
    g_return_if_fail(MIG_IS_DRY_RUN(self));
    g_autoptr(GVariant) owned = g_variant_ref_sink(options);
    if (same(self, guest, destination, owned))
        return;
    g_free(self->guest);
    g_free(self->destination);
    g_clear_pointer(&self->options, g_variant_unref);
    self->guest = g_strdup(guest);
    self->destination = g_strdup(destination);
    self->options = g_steal_pointer(&owned);
    give_up(self);
    if (guest && destination) {
        self->timer = g_timeout_add(DELAY, timer_cb, self);
        set_state(self, MIG_DRY_RUN_BUSY, NULL);
        return;
    }
    set_answer(self, NULL, NULL);
    set_state(self, MIG_DRY_RUN_NOTHING, NULL);
}

void mig_dry_run_again(MigDryRun *self, MigCallFlags flags)
{
    g_return_if_fail(MIG_IS_DRY_RUN(self));
    if (!self->guest || !self->destination)
        return;
    ask(self, flags);
    set_state(self, MIG_DRY_RUN_BUSY, NULL);
}

MigDryRunState mig_dry_run_get_state(MigDryRun *self)
{
    return self->state;
}

const GError *mig_dry_run_get_error(MigDryRun *self)
{
    return self->error;
}

GVariant *mig_dry_run_get_plan(MigDryRun *self)
{
    return self->plan;
}

GListModel *mig_dry_run_get_findings(MigDryRun *self)
{
    return G_LIST_MODEL(self->findings);
}

guint mig_dry_run_count(MigDryRun *self, const char *severity)
{
    guint count = 0;
    for (guint i = 0; i < g_list_model_get_n_items(G_LIST_MODEL(self->findings)); i++) {
        g_autoptr(MigFinding) finding = g_list_model_get_item(G_LIST_MODEL(self->findings), i);
        count += g_strcmp0(severity_of(finding), severity) == 0;
    }
    return count;
}

const char *mig_dry_run_get_blocker(MigDryRun *self)
{
    g_autoptr(MigFinding) first = g_list_model_get_item(G_LIST_MODEL(self->findings), 0);
    if (!first || g_strcmp0(severity_of(first), severities[0]))
        return NULL;
    return mig_object_get_string(MIG_OBJECT(first), "sentence"); /* the list holds it */
}

const char *mig_dry_run_get_host(MigDryRun *self, const char *error)
{
    const gboolean answered = error && self->state == MIG_DRY_RUN_DONE;
    g_autofree char *id = answered ? mig_error_id(mig_error_from_name(error)) : NULL;
    for (guint i = 0; id && i < g_list_model_get_n_items(G_LIST_MODEL(self->findings)); i++) {
        g_autoptr(MigObject) finding = g_list_model_get_item(G_LIST_MODEL(self->findings), i);
        const char *host = NULL;
        if (g_str_equal(mig_object_get_string(finding, "id"), id) &&
            g_variant_lookup(mig_object_get_variant(finding, "arguments"), "host", "&s", &host))
            return host; /* the list holds it */
    }
    return NULL;
}

static void mig_dry_run_dispose(GObject *object)
{
    MigDryRun *self = MIG_DRY_RUN(object);
    give_up(self);
    g_clear_object(&self->client);
    g_clear_object(&self->findings);
    g_clear_pointer(&self->options, g_variant_unref);
    g_clear_pointer(&self->plan, g_variant_unref);
    G_OBJECT_CLASS(mig_dry_run_parent_class)->dispose(object);
}

static void mig_dry_run_finalize(GObject *object)
{
    MigDryRun *self = MIG_DRY_RUN(object);
    g_free(self->guest);
    g_free(self->destination);
    g_clear_error(&self->error);
    G_OBJECT_CLASS(mig_dry_run_parent_class)->finalize(object);
}

static void mig_dry_run_class_init(MigDryRunClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = mig_dry_run_dispose;
    G_OBJECT_CLASS(klass)->finalize = mig_dry_run_finalize;
    changed_signal = g_signal_new("changed", MIG_TYPE_DRY_RUN, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
}

static void mig_dry_run_init(MigDryRun *self)
{
    self->findings = g_list_store_new(MIG_TYPE_FINDING);
}

MigDryRun *mig_dry_run_new(MigClient *client)
{
    MigDryRun *self = g_object_new(MIG_TYPE_DRY_RUN, NULL);
    self->client = g_object_ref(client);
    return self;
}
