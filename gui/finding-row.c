/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A finding in a list of findings; owns the command it offers. */
#include "finding-row.h"

#include <glib/gi18n.h>

#include "config.h"
#include "remedy.h"
#include "technical.h"
#include "window.h"
#include "words.h"

struct _MigFindingRow {
    GtkListBoxRow parent_instance;

    char *text; /* of the command; NULL: there is none */

    GtkImage *icon;
    GtkLabel *severity;
    GtkLabel *sentence;
    GtkLabel *remedy;
    MigTechnical *technical;
    GtkLabel *command;
    GtkButton *copy;
};

G_DEFINE_FINAL_TYPE(MigFindingRow, mig_finding_row, GTK_TYPE_LIST_BOX_ROW)

static const struct {
    const char *severity, *icon, *word, *style;
} looks[] = {
    { "note", "dialog-information-symbolic", N_("Note"), "accent" },
    { "warning", "dialog-warning-symbolic", N_("Remark"), "warning" },
    { "blocker", "dialog-error-symbolic", N_("Blocker"), "error" },
};

static gsize find_look(const char *severity)
{
    for (gsize i = 0; i < G_N_ELEMENTS(looks); i++)
        if (g_strcmp0(looks[i].severity, severity) == 0)
            return i;
    return 1; /* a severity of a later service: worth a look */
}

static void copy_cb(MigFindingRow *self)
{
    mig_window_copy(GTK_WIDGET(self), self->text, _("Command copied"));
}

static void show(MigFindingRow *self, MigFinding *finding)
{
    MigObject *object = MIG_OBJECT(finding);
    const gsize look = find_look(mig_object_get_string(object, "severity"));
    const char *sentence = mig_object_get_string(object, "sentence");
    const char *remedy = mig_words_remedy(mig_object_get_string(object, "id"),
                                          mig_object_get_string(object, "remedy"));
    /* Translators: severity of a finding, the finding, what to do about it */
    g_autofree char *all = g_strdup_printf(_("%s: %s %s"), _(looks[look].word), sentence, remedy);
    gtk_image_set_from_icon_name(self->icon, looks[look].icon);
    gtk_widget_add_css_class(GTK_WIDGET(self->icon), looks[look].style);
    gtk_label_set_label(self->severity, _(looks[look].word));
    gtk_label_set_label(self->sentence, sentence);
    gtk_label_set_label(self->remedy, remedy);
    gtk_widget_set_visible(GTK_WIDGET(self->remedy), remedy[0] != '\0');
    mig_technical_set(self->technical, sentence, mig_object_get_string(object, "message"));
    gtk_label_set_label(self->command, self->text ?: "");
    gtk_widget_set_visible(GTK_WIDGET(self->command), self->text != NULL);
    gtk_widget_set_visible(GTK_WIDGET(self->copy), self->text != NULL);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, all, -1);
}

static void mig_finding_row_finalize(GObject *object)
{
    g_free(MIG_FINDING_ROW(object)->text);
    G_OBJECT_CLASS(mig_finding_row_parent_class)->finalize(object);
}

static void mig_finding_row_class_init(MigFindingRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = mig_finding_row_finalize;
    g_type_ensure(MIG_TYPE_TECHNICAL);
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/finding-row.ui");
    gtk_widget_class_bind_template_child(widget_class, MigFindingRow, icon);
    gtk_widget_class_bind_template_child(widget_class, MigFindingRow, severity);
    gtk_widget_class_bind_template_child(widget_class, MigFindingRow, sentence);
    gtk_widget_class_bind_template_child(widget_class, MigFindingRow, remedy);
    gtk_widget_class_bind_template_child(widget_class, MigFindingRow, technical);
    gtk_widget_class_bind_template_child(widget_class, MigFindingRow, command);
    gtk_widget_class_bind_template_child(widget_class, MigFindingRow, copy);
    gtk_widget_class_bind_template_callback(widget_class, copy_cb);
}

static void mig_finding_row_init(MigFindingRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

GtkWidget *mig_finding_row_new(MigFinding *finding)
{
    MigFindingRow *self = g_object_new(MIG_TYPE_FINDING_ROW, NULL);
    self->text = mig_remedy_dup_command(finding);
    show(self, finding);
    return GTK_WIDGET(self);
}

GtkWidget *mig_finding_row_make(gpointer finding, gpointer unused)
{
    return mig_finding_row_new(finding);
}
