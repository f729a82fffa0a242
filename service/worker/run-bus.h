/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A running job on its link (link.h).
 */
#pragma once

#include <systemd/sd-bus.h>

#include "run.h"

/* Adds the object to a client's link; a MigLinkAccept with the MigRun as userdata. */
void mig_run_bus_attach(sd_bus *link, void *run);

/* Answers the `caller` of mig_run_control(), which is taken; `error` NULL: it was done. */
void mig_run_bus_answer(void *caller, const GError *error);
