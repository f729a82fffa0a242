/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks and what they found. */
#include "check-group.h"

#include <glib/gi18n.h>

#include "config.h"
#include "finding-row.h"
#include "technical.h"

struct _MigCheckGroup {
    AdwPreferencesGroup parent_instance;

    MigDryRun *dry_run;

    GtkSpinner *spinner;
    GtkListBox *findings_list;
    GtkWidget *authenticate_button;
    MigTechnical *technical;
};

G_DEFINE_FINAL_TYPE(MigCheckGroup, mig_check_group, ADW_TYPE_PREFERENCES_GROUP)

static char *count_findings(MigCheckGroup *self)
{
    const guint blockers = mig_dry_run_count(self->dry_run, "blocker");
    const guint all = g_list_model_get_n_items(mig_dry_run_get_findings(self->dry_run));
    if (!all)
        return g_strdup(_("Nothing is in the way."));
    if (!blockers)
        return g_strdup_printf(ngettext("Nothing is in the way; %u remark.",
                                        "Nothing is in the way; %u remarks.", all),
                               all);
    return g_strdup_printf(ngettext("%u blocker has to be removed first.",
                                    "%u blockers have to be removed first.", blockers),
                           blockers);
}

static char *describe(MigCheckGroup *self, const MigFailureNames *names)
{
    switch (mig_dry_run_get_state(self->dry_run)) {
    case MIG_DRY_RUN_NOTHING:
        return g_strdup(_("Both hosts are looked at as soon as guest and destination are chosen."));
    case MIG_DRY_RUN_BUSY:
        return g_strdup(_("Looking at both hosts…"));
    case MIG_DRY_RUN_DENIED:
    case MIG_DRY_RUN_FAILED:
        return mig_failure_of(mig_dry_run_get_error(self->dry_run), names);
    default:
        return count_findings(self);
    }
}

void mig_check_group_show(MigCheckGroup *self, const MigFailureNames *names)
{
    g_return_if_fail(MIG_IS_CHECK_GROUP(self));
    const MigDryRunState state = mig_dry_run_get_state(self->dry_run);
    const GError *error = mig_dry_run_get_error(self->dry_run);
    g_autofree char *text = describe(self, names);
    g_autofree char *markup = g_markup_escape_text(text, -1);
    adw_preferences_group_set_description(ADW_PREFERENCES_GROUP(self), markup);
    mig_technical_set(self->technical, text, error ? error->message : NULL);
    gtk_widget_set_visible(GTK_WIDGET(self->findings_list),
                           g_list_model_get_n_items(mig_dry_run_get_findings(self->dry_run)) > 0);
    gtk_widget_set_visible(self->authenticate_button, state == MIG_DRY_RUN_DENIED);
    gtk_spinner_set_spinning(self->spinner, state == MIG_DRY_RUN_BUSY);
    gtk_widget_set_visible(GTK_WIDGET(self->spinner), state == MIG_DRY_RUN_BUSY);
}

GtkWidget *mig_check_group_find_blocker(MigCheckGroup *self)
{
    GListModel *findings = mig_dry_run_get_findings(self->dry_run);
    for (guint i = 0; i < g_list_model_get_n_items(findings); i++) {
        g_autoptr(MigObject) finding = g_list_model_get_item(findings, i);
        if (g_str_equal(mig_object_get_string(finding, "severity"), "blocker"))
            return GTK_WIDGET(gtk_list_box_get_row_at_index(self->findings_list, (int) i));
    }
    return NULL;
}

static void mig_check_group_dispose(GObject *object)
{
    g_clear_object(&MIG_CHECK_GROUP(object)->dry_run);
    G_OBJECT_CLASS(mig_check_group_parent_class)->dispose(object);
}

static void mig_check_group_class_init(MigCheckGroupClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_check_group_dispose;
    g_type_ensure(MIG_TYPE_TECHNICAL);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/check-group.ui");
    gtk_widget_class_bind_template_child(widget_class, MigCheckGroup, spinner);
    gtk_widget_class_bind_template_child(widget_class, MigCheckGroup, findings_list);
    gtk_widget_class_bind_template_child(widget_class, MigCheckGroup, authenticate_button);
    gtk_widget_class_bind_template_child(widget_class, MigCheckGroup, technical);
}

static void mig_check_group_init(MigCheckGroup *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

void mig_check_group_open(MigCheckGroup *self, MigDryRun *dry_run)
{
    self->dry_run = g_object_ref(dry_run);
    gtk_list_box_bind_model(self->findings_list, mig_dry_run_get_findings(dry_run),
                            mig_finding_row_make, NULL, NULL);
}
