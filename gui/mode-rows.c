/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of flow and transport; what belongs to them is kept with the group they are in. */
#include "mode-rows.h"

#include <glib/gi18n.h>

static const struct {
    MigFlow flow;
    MigTransport transport;
    const char *title, *subtitle;
} modes[] = {
    { MIG_FLOW_PEER_TO_PEER, MIG_TRANSPORT_NATIVE, N_("Direct, the source host is in charge"),
      N_("Fastest. It goes on even if this service stops.") },
    { MIG_FLOW_PEER_TO_PEER, MIG_TRANSPORT_TUNNELLED, N_("Tunnelled, the source host is in charge"),
      N_("Memory takes the connection between both hosts’ libvirt: one firewall port, encrypted as "
         "that is, slower.") },
    { MIG_FLOW_MANAGED_DIRECT, MIG_TRANSPORT_NATIVE, N_("Direct, this service is in charge"),
      N_("The hosts’ libvirt need not reach each other. If the service’s process dies, the guest "
         "stays on the source.") },
    { MIG_FLOW_UNMANAGED_DIRECT, MIG_TRANSPORT_NATIVE, N_("Direct, the hypervisor is in charge"),
      N_("For hypervisors that move guests without libvirt on the destination.") },
};

typedef struct {
    MigDraft *draft;
    char *driver;
    gboolean showing;
    GtkWidget *rows[G_N_ELEMENTS(modes)];
    GtkCheckButton *buttons[G_N_ELEMENTS(modes)];
} ModeRows;

static void mode_rows_free(gpointer data)
{
    ModeRows *self = data;
    g_object_unref(self->draft);
    g_free(self->driver);
    g_free(self);
}

static ModeRows *rows_of(GtkWidget *group)
{
    return g_object_get_data(G_OBJECT(group), "mode-rows");
}

static gboolean is_chosen(MigDraft *draft, gsize i)
{
    return mig_draft_get_number(draft, MIG_OPT_FLOW) == modes[i].flow &&
           mig_draft_get_number(draft, MIG_OPT_TRANSPORT) == modes[i].transport;
}

static void show_row(ModeRows *self, gsize i)
{
    g_autofree char *obstacle =
        mig_draft_dup_mode_obstacle(self->draft, modes[i].flow, modes[i].transport, self->driver);
    g_autofree char *text = obstacle ? g_strdup_printf(_("Not possible: %s"), obstacle)
                                     : g_strdup(_(modes[i].subtitle));
    const gboolean chosen = is_chosen(self->draft, i);
    adw_action_row_set_subtitle(ADW_ACTION_ROW(self->rows[i]), text);
    gtk_widget_set_sensitive(self->rows[i], chosen || !obstacle);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self->buttons[i]),
                                   GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
    if (chosen)
        gtk_check_button_set_active(self->buttons[i], TRUE);
}

static void show(GtkWidget *group)
{
    ModeRows *self = rows_of(group);
    self->showing = TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(modes); i++)
        show_row(self, i);
    self->showing = FALSE;
}

static void toggled_cb(ModeRows *self, GtkCheckButton *button)
{
    gsize i = 0;
    if (self->showing || !gtk_check_button_get_active(button))
        return;
    while (self->buttons[i] != button)
        i++;
    mig_draft_set_number(self->draft, MIG_OPT_FLOW, modes[i].flow);
    mig_draft_set_number(self->draft, MIG_OPT_TRANSPORT, modes[i].transport);
}

static void add_row(ModeRows *self, AdwPreferencesGroup *group, gsize i)
{
    GtkWidget *row = adw_action_row_new();
    GtkWidget *button = gtk_check_button_new();
    self->rows[i] = row;
    self->buttons[i] = GTK_CHECK_BUTTON(button);
    if (i)
        gtk_check_button_set_group(self->buttons[i], self->buttons[0]);
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), _(modes[i].title));
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    adw_action_row_add_prefix(ADW_ACTION_ROW(row), button);
    adw_action_row_set_activatable_widget(ADW_ACTION_ROW(row), button);
    g_signal_connect_swapped(button, "toggled", G_CALLBACK(toggled_cb), self);
    adw_preferences_group_add(group, row);
}

void mig_mode_rows_add(AdwPreferencesGroup *group, MigDraft *draft)
{
    ModeRows *self = g_new0(ModeRows, 1);
    self->draft = g_object_ref(draft);
    self->driver = g_strdup("");
    for (gsize i = 0; i < G_N_ELEMENTS(modes); i++)
        add_row(self, group, i);
    g_object_set_data_full(G_OBJECT(group), "mode-rows", self, mode_rows_free);
    g_signal_connect_object(draft, "changed", G_CALLBACK(show), group, G_CONNECT_SWAPPED);
    show(GTK_WIDGET(group));
}

void mig_mode_rows_set_driver(AdwPreferencesGroup *group, const char *driver)
{
    ModeRows *self = rows_of(GTK_WIDGET(group));
    if (g_strcmp0(driver, self->driver) == 0)
        return;
    g_free(self->driver);
    self->driver = g_strdup(driver);
    show(GTK_WIDGET(group));
}
