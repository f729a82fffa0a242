/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether anybody can see a widget; owns nothing. */
#include "sight.h"

/* GDK_TOPLEVEL_STATE_SUSPENDED, newer than the GTK this is written for */
#define SUSPENDED (1 << 16)

static void state_cb(GdkToplevel *toplevel, GParamSpec *pspec, MigGuestList *guests)
{
    const guint hidden = GDK_TOPLEVEL_STATE_MINIMIZED | SUSPENDED;
    mig_guest_list_set_active(guests, !(gdk_toplevel_get_state(toplevel) & hidden));
}

static GdkToplevel *toplevel_of(GtkWidget *widget)
{
    GtkNative *native = gtk_widget_get_native(widget);
    GdkSurface *surface = native ? gtk_native_get_surface(native) : NULL;
    return GDK_IS_TOPLEVEL(surface) ? GDK_TOPLEVEL(surface) : NULL;
}

static void map_cb(GtkWidget *widget, MigGuestList *guests)
{
    GdkToplevel *toplevel = toplevel_of(widget);
    if (!toplevel)
        return;
    g_signal_connect_object(toplevel, "notify::state", G_CALLBACK(state_cb), guests, 0);
    state_cb(toplevel, NULL, guests);
}

static void unmap_cb(GtkWidget *widget, MigGuestList *guests)
{
    GdkToplevel *toplevel = toplevel_of(widget);
    if (toplevel)
        g_signal_handlers_disconnect_by_func(toplevel, state_cb, guests);
    mig_guest_list_set_active(guests, FALSE);
}

void mig_sight_follow(GtkWidget *widget, MigGuestList *guests)
{
    g_signal_connect_object(widget, "map", G_CALLBACK(map_cb), guests, 0);
    g_signal_connect_object(widget, "unmap", G_CALLBACK(unmap_cb), guests, 0);
}
