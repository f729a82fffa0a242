/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest in the list of guests; borrows nothing, holds the guest and its job while it shows them.
 */
#include "guest-row.h"

#include <glib/gi18n.h>

#include "config.h"
#include "words.h"

struct _MigGuestRow {
    GtkBox parent_instance;

    MigGuest *guest;
    MigJob *job; /* that is connected */
    int looks;   /* the MigMove whose icon and style it has; -1: none */

    GtkLabel *name;
    GtkLabel *detail;
    GtkLabel *reason;
    GtkImage *icon;
    GtkLabel *move;
    GtkProgressBar *progress;
};

G_DEFINE_FINAL_TYPE(MigGuestRow, mig_guest_row, GTK_TYPE_BOX)

static const struct {
    const char *icon, *text, *style;
} moves[] = {
    [MIG_MOVE_YES] = { "emblem-ok-symbolic", N_("Can move"), "success" },
    [MIG_MOVE_REMARKS] = { "dialog-warning-symbolic", N_("Can move, with remarks"), "warning" },
    [MIG_MOVE_NO] = { "action-unavailable-symbolic", N_("Cannot move"), "dim-label" },
    [MIG_MOVE_MOVING] = { "emblem-synchronizing-symbolic", N_("Moving"), "accent" },
};

static char *make_move_text(MigGuest *guest)
{
    MigJob *job = mig_guest_get_job(guest);
    if (!job)
        return g_strdup(_(moves[mig_guest_get_move(guest)].text));
    g_autofree char *host = mig_words_host_inside(mig_job_get_destination(job));
    const int percent = (int) (mig_job_get_progress(job) * 100);
    /* Translators: a host and how far it is, for example "Moving to kvm2, 37 %" */
    return g_strdup_printf(_("Moving to %s, %d %%"), host, percent);
}

/* Only what is another one: a style class that changes costs more than all else in a row. */
static void set_looks(MigGuestRow *self, MigMove move)
{
    if (self->looks == (int) move)
        return;
    if (self->looks >= 0)
        gtk_widget_remove_css_class(GTK_WIDGET(self->icon), moves[self->looks].style);
    gtk_widget_add_css_class(GTK_WIDGET(self->icon), moves[move].style);
    gtk_image_set_from_icon_name(self->icon, moves[move].icon);
    self->looks = (int) move;
}

static void show_move(MigGuestRow *self, const char *text)
{
    const MigMove move = mig_guest_get_move(self->guest);
    set_looks(self, move);
    gtk_label_set_label(self->move, text);
    gtk_widget_set_visible(GTK_WIDGET(self->progress), move == MIG_MOVE_MOVING);
    if (move == MIG_MOVE_MOVING)
        gtk_progress_bar_set_fraction(self->progress,
                                      mig_job_get_progress(mig_guest_get_job(self->guest)));
}

static void show(MigGuestRow *self)
{
    const char *name = mig_guest_get_name(self->guest);
    g_autofree char *detail = mig_guest_dup_detail(self->guest);
    g_autofree char *reason = mig_guest_dup_reason(self->guest);
    g_autofree char *move = make_move_text(self->guest);
    g_autofree char *all = g_strdup_printf("%s, %s, %s", name, detail, move);
    gtk_label_set_label(self->name, name);
    gtk_widget_set_tooltip_text(GTK_WIDGET(self->name), name);
    gtk_label_set_label(self->detail, detail);
    gtk_label_set_label(self->reason, reason);
    gtk_widget_set_visible(GTK_WIDGET(self->reason), reason[0] != '\0');
    show_move(self, move);

    /* GTK 4.8 does not name the list's item after what is in it */
    GtkWidget *item = gtk_widget_get_parent(GTK_WIDGET(self));
    if (item)
        gtk_accessible_update_property(GTK_ACCESSIBLE(item), GTK_ACCESSIBLE_PROPERTY_LABEL, all,
                                       GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, reason, -1);
}

static void changed_cb(MigGuestRow *self)
{
    MigJob *job = mig_guest_get_job(self->guest);
    if (job != self->job) {
        if (self->job)
            g_signal_handlers_disconnect_by_func(self->job, show, self);
        g_set_object(&self->job, job);
        if (job)
            g_signal_connect_object(job, "changed", G_CALLBACK(show), self, G_CONNECT_SWAPPED);
    }
    show(self);
}

void mig_guest_row_set_guest(MigGuestRow *self, MigGuest *guest)
{
    g_return_if_fail(MIG_IS_GUEST_ROW(self));
    if (self->guest == guest)
        return;
    if (self->guest)
        g_signal_handlers_disconnect_by_func(self->guest, changed_cb, self);
    if (self->job)
        g_signal_handlers_disconnect_by_func(self->job, show, self);
    g_clear_object(&self->job);
    g_set_object(&self->guest, guest);
    if (!guest)
        return;
    g_signal_connect_object(guest, "changed", G_CALLBACK(changed_cb), self, G_CONNECT_SWAPPED);
    changed_cb(self);
}

MigGuest *mig_guest_row_get_guest(MigGuestRow *self)
{
    return self->guest;
}

static void mig_guest_row_dispose(GObject *object)
{
    mig_guest_row_set_guest(MIG_GUEST_ROW(object), NULL);
    G_OBJECT_CLASS(mig_guest_row_parent_class)->dispose(object);
}

static void mig_guest_row_class_init(MigGuestRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = mig_guest_row_dispose;
    gtk_widget_class_set_template_from_resource(widget_class, APP_PATH "/guest-row.ui");
    gtk_widget_class_bind_template_child(widget_class, MigGuestRow, name);
    gtk_widget_class_bind_template_child(widget_class, MigGuestRow, detail);
    gtk_widget_class_bind_template_child(widget_class, MigGuestRow, reason);
    gtk_widget_class_bind_template_child(widget_class, MigGuestRow, icon);
    gtk_widget_class_bind_template_child(widget_class, MigGuestRow, move);
    gtk_widget_class_bind_template_child(widget_class, MigGuestRow, progress);
}

static void mig_guest_row_init(MigGuestRow *self)
{
    self->looks = -1;
    gtk_widget_init_template(GTK_WIDGET(self));
}

GtkWidget *mig_guest_row_new(void)
{
    return g_object_new(MIG_TYPE_GUEST_ROW, NULL);
}
