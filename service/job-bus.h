/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bus face of a job: org.example.Migration1.Job.
 */
#pragma once

#include "bus-object.h"
#include "job.h"

extern const BusKind job_kind;

char *job_bus_id(guint64 id);
char *job_bus_path(guint64 id);

/* a{sv} of ListJobs: "job", "id" and every property. Floating. */
GVariant *job_bus_describe(const MigJob *record);
