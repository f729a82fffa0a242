/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the user can do to a job that runs: one table for the rows, the buttons and the dialogs.
 * The methods are those of org.example.Migration1.Job.
 */
#pragma once

#include <adwaita.h>

#include "client.h"

typedef struct {
    const char *method;
    const char *title, *subtitle; /* of its row; to be translated */
    const char *button;           /* label that is understood alone; to be translated */
    gboolean ends;                /* helps a migration to an end that does not converge */
} MigJobControl;

const MigJobControl *mig_job_control_get(guint i); /* NULL: there are no more */

/* Asks what the method means and wants, and calls it; what fails is a toast. `parent`: a widget
 * in the window. */
void mig_job_control_run(GtkWidget *parent, MigClient *client, MigJob *job, const char *method);
