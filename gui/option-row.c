/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of advanced options: by the kind of an option, how it is shown and what a change means. */
#include "option-row.h"

#include <glib/gi18n.h>
#include <math.h>

#include "combo.h"

typedef struct {
    const MigField *field;
    const MigOptionInfo *info;
    MigDraft *draft;
    GtkWidget *row, *control;
    gboolean showing; /* what changes meanwhile is not the user's doing */
} OptionRow;

/* How each kind of option looks. */
typedef struct {
    void (*build)(OptionRow *self);
    void (*show)(OptionRow *self);
} Look;

static void add_suffix(OptionRow *self, GtkWidget *control)
{
    self->control = control;
    gtk_widget_set_valign(control, GTK_ALIGN_CENTER);
    adw_action_row_add_suffix(ADW_ACTION_ROW(self->row), control);
    adw_action_row_set_activatable_widget(ADW_ACTION_ROW(self->row), control);
}

/* switches */

static void switched_cb(OptionRow *self)
{
    if (!self->showing)
        mig_draft_set_number(self->draft, self->field->option,
                             gtk_switch_get_active(GTK_SWITCH(self->control)));
}

static void build_switch(OptionRow *self)
{
    self->row = adw_action_row_new();
    add_suffix(self, gtk_switch_new());
    g_signal_connect_swapped(self->control, "notify::active", G_CALLBACK(switched_cb), self);
}

static void show_switch(OptionRow *self)
{
    gtk_switch_set_active(GTK_SWITCH(self->control),
                          mig_draft_get_number(self->draft, self->field->option) != 0);
}

/* numbers */

static gboolean is_automatic(GtkSpinButton *spin, double value)
{
    double lowest;
    gtk_spin_button_get_range(spin, &lowest, NULL);
    return value <= lowest;
}

static gboolean is_set(GtkSpinButton *spin)
{
    return !is_automatic(spin, gtk_spin_button_get_value(spin));
}

static gboolean output_cb(GtkSpinButton *spin)
{
    if (is_set(spin))
        return FALSE;
    if (g_strcmp0(gtk_editable_get_text(GTK_EDITABLE(spin)), _("Auto")))
        gtk_editable_set_text(GTK_EDITABLE(spin), _("Auto"));
    return TRUE;
}

static int input_cb(GtkSpinButton *spin, double *value)
{
    const char *text = gtk_editable_get_text(GTK_EDITABLE(spin));
    if (text[0] && g_strcmp0(text, _("Auto")))
        return FALSE; /* a number, or nothing that can be one */
    gtk_spin_button_get_range(spin, value, NULL);
    return TRUE;
}

static GtkWidget *automatic_spin_new(double min, double max)
{
    GtkWidget *spin = gtk_spin_button_new_with_range(min - 1, max, 1);
    gtk_spin_button_set_numeric(GTK_SPIN_BUTTON(spin), FALSE); /* it may have a word in it */
    /* a longer word than this one takes the room of the title in a narrow window */
    const int width = CLAMP(g_utf8_strlen(_("Auto"), -1), 7, 12);
    gtk_editable_set_width_chars(GTK_EDITABLE(spin), width);
    gtk_editable_set_max_width_chars(GTK_EDITABLE(spin), width);
    gtk_widget_set_valign(spin, GTK_ALIGN_CENTER);
    g_signal_connect(spin, "output", G_CALLBACK(output_cb), NULL);
    g_signal_connect(spin, "input", G_CALLBACK(input_cb), NULL);
    output_cb(GTK_SPIN_BUTTON(spin));
    return spin;
}

static guint64 scale(OptionRow *self)
{
    return self->field->scale ?: 1;
}

/* In the unit that is shown, without what is less than one. */
static double in_units(OptionRow *self, guint64 number)
{
    guint64 whole = number / scale(self);
    return (double) whole;
}

static void number_cb(OptionRow *self)
{
    GtkSpinButton *spin = GTK_SPIN_BUTTON(self->control);
    if (self->showing)
        return;
    if (is_set(spin))
        mig_draft_set_number(self->draft, self->field->option,
                             (guint64) gtk_spin_button_get_value(spin) * scale(self));
    else
        mig_draft_set(self->draft, self->field->option, NULL);
}

static void build_number(OptionRow *self)
{
    self->row = adw_action_row_new();
    add_suffix(self, automatic_spin_new(ceil((double) self->info->min / (double) scale(self)),
                                        in_units(self, self->info->max)));
    if (self->field->unit) {
        GtkWidget *unit = gtk_label_new(_(self->field->unit));
        gtk_widget_add_css_class(unit, "dim-label");
        adw_action_row_add_suffix(ADW_ACTION_ROW(self->row), unit);
    }
    g_signal_connect_swapped(self->control, "value-changed", G_CALLBACK(number_cb), self);
}

static void show_number(OptionRow *self)
{
    const MigOptionValue *value = mig_draft_get(self->draft, self->field->option);
    double lowest;
    gtk_spin_button_get_range(GTK_SPIN_BUTTON(self->control), &lowest, NULL);
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->control),
                              value->set ? in_units(self, value->number) : lowest);
}

/* choices */

static guint n_choices(OptionRow *self)
{
    const guint n = g_strv_length((char **) self->info->choices);
    return self->info->kind == MIG_KIND_CHOICES ? 1u << n : n;
}

static void chosen_cb(OptionRow *self)
{
    const guint selected = adw_combo_row_get_selected(ADW_COMBO_ROW(self->row));
    if (!self->showing && selected != GTK_INVALID_LIST_POSITION)
        mig_draft_set_number(self->draft, self->field->option, selected);
}

static void build_choice(OptionRow *self)
{
    g_autoptr(GtkStringList) words = gtk_string_list_new(NULL);
    for (guint i = 0; i < n_choices(self); i++)
        gtk_string_list_append(words, mig_field_choice(self->field->option, i));
    self->row = self->control = adw_combo_row_new();
    mig_combo_wrap(ADW_COMBO_ROW(self->row), TRUE);
    adw_combo_row_set_model(ADW_COMBO_ROW(self->row), G_LIST_MODEL(words));
    g_signal_connect_swapped(self->row, "notify::selected", G_CALLBACK(chosen_cb), self);
}

static void show_choice(OptionRow *self)
{
    adw_combo_row_set_selected(ADW_COMBO_ROW(self->row),
                               (guint) mig_draft_get_number(self->draft, self->field->option));
}

/* texts */

static void typed_cb(OptionRow *self)
{
    if (!self->showing)
        mig_draft_set(self->draft, self->field->option,
                      mig_field_parse(self->field->option,
                                      gtk_editable_get_text(GTK_EDITABLE(self->control))));
}

static void build_text(OptionRow *self)
{
    self->row = adw_action_row_new();
    GtkWidget *entry = gtk_entry_new();
    gtk_editable_set_width_chars(GTK_EDITABLE(entry), 12);
    gtk_editable_set_max_width_chars(GTK_EDITABLE(entry), 24);
    add_suffix(self, entry);
    g_signal_connect_swapped(entry, "changed", G_CALLBACK(typed_cb), self);
}

/* What is being typed stays as it was typed. */
static void show_text(OptionRow *self)
{
    const MigOption option = self->field->option;
    const MigOptionValue *value = mig_draft_get(self->draft, option);
    g_autofree char *text = mig_field_print(option, value);
    if (gtk_widget_has_focus(self->control) || mig_draft_get_mistake(self->draft, option) ||
        gtk_widget_get_focus_child(self->control))
        return;
    if (g_strcmp0(gtk_editable_get_text(GTK_EDITABLE(self->control)), text))
        gtk_editable_set_text(GTK_EDITABLE(self->control), text);
}

static const Look switch_look = { build_switch, show_switch };
static const Look number_look = { build_number, show_number };
static const Look choice_look = { build_choice, show_choice };
static const Look text_look = { build_text, show_text };

static const Look *find_look(MigKind kind)
{
    switch (kind) {
    case MIG_KIND_BOOL:
        return &switch_look;
    case MIG_KIND_UINT:
        return &number_look;
    case MIG_KIND_CHOICE:
    case MIG_KIND_CHOICES:
        return &choice_look;
    default:
        return &text_look;
    }
}

/* all */

static void show_subtitle(OptionRow *self)
{
    const MigOption option = self->field->option;
    const char *obstacle = mig_draft_get_obstacle(self->draft, option);
    const char *mistake = mig_draft_get_mistake(self->draft, option);
    g_autofree char *text = NULL;
    if (obstacle)
        /* Translators: %s is a reason, for example "the tunnel is a single connection" */
        text = g_strdup_printf(_("Not possible: %s"), obstacle);
    else
        text = g_strdup(mistake ?: self->field->subtitle[0] ? _(self->field->subtitle) : "");
    adw_action_row_set_subtitle(ADW_ACTION_ROW(self->row), text);
    gtk_widget_set_sensitive(self->row, !obstacle);
    if (mistake && !obstacle)
        gtk_widget_add_css_class(self->control, "error");
    else
        gtk_widget_remove_css_class(self->control, "error");
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->control),
                                   GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

static void show(OptionRow *self)
{
    self->showing = TRUE;
    find_look(self->info->kind)->show(self);
    self->showing = FALSE;
    show_subtitle(self);
}

static void draft_changed_cb(GtkWidget *row)
{
    show(g_object_get_data(G_OBJECT(row), "option"));
}

static void option_row_free(gpointer data)
{
    OptionRow *self = data;
    g_object_unref(self->draft);
    g_free(self);
}

GtkWidget *mig_option_row_new(const MigField *field, MigDraft *draft)
{
    OptionRow *self = g_new0(OptionRow, 1);
    self->field = field;
    self->info = mig_option_info(field->option);
    self->draft = g_object_ref(draft);
    find_look(self->info->kind)->build(self);
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(self->row), FALSE);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(self->row), _(field->title));
    g_object_set_data_full(G_OBJECT(self->row), "option", self, option_row_free);
    g_signal_connect_object(draft, "changed", G_CALLBACK(draft_changed_cb), self->row,
                            G_CONNECT_SWAPPED);
    show(self);
    return self->row;
}
