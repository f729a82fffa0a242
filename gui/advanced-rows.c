/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Expanders of advanced options; what belongs to one is kept with it. */
#include "advanced-rows.h"

#include <glib/gi18n.h>

#include "option-fields.h"
#include "option-row.h"

typedef struct {
    MigFieldGroup group;
    MigDraft *draft;
    gboolean filled;
} Expander;

static void expander_free(gpointer data)
{
    Expander *self = data;
    g_object_unref(self->draft);
    g_free(self);
}

static Expander *expander_of(GtkWidget *row)
{
    return g_object_get_data(G_OBJECT(row), "expander");
}

static void expanded_cb(GtkWidget *row)
{
    Expander *self = expander_of(row);
    if (self->filled)
        return;
    self->filled = TRUE;
    for (const MigField *field = mig_fields(); field->title; field++)
        if (field->group == self->group)
            adw_expander_row_add_row(ADW_EXPANDER_ROW(row), mig_option_row_new(field, self->draft));
}

static void show(GtkWidget *row)
{
    Expander *self = expander_of(row);
    guint set = 0;
    for (const MigField *field = mig_fields(); field->title; field++)
        set += field->group == self->group && mig_draft_get(self->draft, field->option)->set;
    g_autofree char *text =
        set ? g_strdup_printf(ngettext("%u option is set", "%u options are set", set), set)
            : g_strdup(_(mig_field_group(self->group)->subtitle));
    adw_expander_row_set_subtitle(ADW_EXPANDER_ROW(row), text);
}

static void add_expander(AdwPreferencesGroup *group, MigDraft *draft, MigFieldGroup fields)
{
    GtkWidget *row = adw_expander_row_new();
    Expander *self = g_new0(Expander, 1);
    self->group = fields;
    self->draft = g_object_ref(draft);
    g_object_set_data_full(G_OBJECT(row), "expander", self, expander_free);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), _(mig_field_group(fields)->title));
    g_signal_connect(row, "notify::expanded", G_CALLBACK(expanded_cb), NULL);
    g_signal_connect_object(draft, "changed", G_CALLBACK(show), row, G_CONNECT_SWAPPED);
    adw_preferences_group_add(group, row);
    show(row);
}

void mig_advanced_rows_add(AdwPreferencesGroup *group, MigDraft *draft)
{
    for (MigFieldGroup fields = 0; fields < MIG_N_FIELDS; fields++)
        add_expander(group, draft, fields);
}
