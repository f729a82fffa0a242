/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A toast that says why a call failed, with a button for the technical message, if there is one. */
#pragma once

#include <adwaita.h>

#include "failure.h"

/* For that window alone, which shows the message too. The caller's. */
AdwToast *mig_failure_toast_new(GtkWindow *window, const GError *error,
                                const MigFailureNames *names);
