/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The window: the shell around all pages, and how one gets from page to page.
 *
 * Two kinds of pages. *Views* (Guests, Jobs, ...) stand beside each other in the view stack of
 * window.ui: a type with mig_NAME_page_set_client(), an AdwViewStackPage in window.ui, a row in
 * `views` of window.c (which makes the action win.show-NAME) and its key in application.c. All
 * others are *pushed* over them with mig_window_push(): a widget with an AdwHeaderBar of its own,
 * whose back button is the action win.back. A pushed page is destroyed when the user goes back.
 *
 * Actions are installed in class_init with gtk_widget_class_install_action(): of the window as
 * win.*, of a page as page.*. Those without parameter are on the accessibility tree. The window
 * hands win.refresh, win.start and win.copy-command on to page.* of the page that is shown.
 */
#pragma once

#include <adwaita.h>

#include "client.h"
#include "failure.h"

#define MIG_TYPE_WINDOW (mig_window_get_type())
G_DECLARE_FINAL_TYPE(MigWindow, mig_window, MIG, WINDOW, AdwApplicationWindow)

MigWindow *mig_window_new(GtkApplication *application, MigClient *client);

/* The window that a widget is in; NULL: none yet. */
MigWindow *mig_window_of(GtkWidget *widget);

/* Shows a page over what is there; the window takes it. `name`: of the page, for tests. */
void mig_window_push(MigWindow *self, GtkWidget *page, const char *name);

/* Back to what was below the page that is shown; nothing if that is a view. */
void mig_window_pop(MigWindow *self);

/* The page that is shown now: a pushed one, or the view. */
GtkWidget *mig_window_get_page(MigWindow *self);

/* Shows the job of that object path, as soon as it is known; what is pushed over the views now is
 * left. */
void mig_window_show_job(MigWindow *self, const char *path);

/* Back to the views, and shows that of this name ("guests", "jobs", "history", "hosts"). */
void mig_window_show_view(MigWindow *self, const char *name);

/* The page that starts a migration; see mig_migrate_page_new() for what may be NULL. */
void mig_window_migrate(MigWindow *self, const char *source, const char *guest, GVariant *options,
                        const char *destination);

/* The page New migration with the guest, the hosts and the options of a job. */
void mig_window_repeat(MigWindow *self, MigJob *job);

/* A short message; `text` is never markup. */
void mig_window_toast(MigWindow *self, const char *text);
/* That a call failed; the service's words are one click away. */
void mig_window_toast_failure(MigWindow *self, const GError *error, const MigFailureNames *names);
/* Puts a text onto the clipboard; `toast` says so in the widget's window, if it is in one. */
void mig_window_copy(GtkWidget *widget, const char *text, const char *toast);
