/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The application: one process a session, activatable on the session bus, with one client of the
 * service. Every function of the app is an action: app.* here, win.* in window.c.
 */
#pragma once

#include <adwaita.h>

#include "client.h"

#define MIG_TYPE_APPLICATION (mig_application_get_type())
G_DECLARE_FINAL_TYPE(MigApplication, mig_application, MIG, APPLICATION, AdwApplication)

MigApplication *mig_application_new(void);
