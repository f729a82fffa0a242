/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service's own words, which are English, below those of the app: one click away, and not there
 * where they are what is shown already.
 */
#pragma once

#include <adwaita.h>

#define MIG_TYPE_TECHNICAL (mig_technical_get_type())
G_DECLARE_FINAL_TYPE(MigTechnical, mig_technical, MIG, TECHNICAL, AdwBin)

/* `shown`: what the app says; `message`: the service's words for it, NULL: none. */
void mig_technical_set(MigTechnical *self, const char *shown, const char *message);

/* One below the button of a page that says what is wrong. */
MigTechnical *mig_technical_add_to(AdwStatusPage *page);

/* What is wrong as the description of such a page, and its technical message; NULL: nothing. */
void mig_technical_describe(AdwStatusPage *page, MigTechnical *technical, const char *text,
                            const GError *error);

/* A button that shows it, for a row in which there is no room for it; hidden as long as there is
 * nothing to show. */
GtkWidget *mig_technical_button_new(void);
void mig_technical_button_set(GtkWidget *button, const char *shown, const char *message);
