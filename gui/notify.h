/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the desktop is told. A click on it is the action app.show-job with the job's path. */
#pragma once

#include <gio/gio.h>

#include "job.h"

/* That a job has ended, or somebody has to look after its guest. */
void mig_notify_ended(GApplication *application, MigJob *job);

/* That a job does not come to its end without help; said once of each. */
void mig_notify_stuck(GApplication *application, MigJob *job);

/* That jobs go on without a window: `n` of them, `job` is one. */
void mig_notify_goes_on(GApplication *application, MigJob *job, guint n);

/* The user has seen the job; NULL: that they go on is not to be told any more. */
void mig_notify_withdraw(GApplication *application, MigJob *job);
