/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stands below the header of the page New migration when the service has refused to start it:
 * why, the technical message, and, if it may be started after a password, a button that does
 * page.start again.
 */
#pragma once

#include <gtk/gtk.h>

#include "failure.h"

#define MIG_TYPE_START_REFUSAL (mig_start_refusal_get_type())
G_DECLARE_FINAL_TYPE(MigStartRefusal, mig_start_refusal, MIG, START_REFUSAL, GtkBox)

/* Shows it; hidden with gtk_widget_set_visible(). */
void mig_start_refusal_show(MigStartRefusal *self, const GError *error,
                            const MigFailureNames *names);
