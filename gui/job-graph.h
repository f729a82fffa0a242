/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A graph of what is left of a migration over time. Draws only when it is shown; a screen reader
 * hears of it in its description, which changes at most every five seconds.
 */
#pragma once

#include <adwaita.h>

#define MIG_TYPE_JOB_GRAPH (mig_job_graph_get_type())
G_DECLARE_FINAL_TYPE(MigJobGraph, mig_job_graph, MIG, JOB_GRAPH, GtkDrawingArea)

GtkWidget *mig_job_graph_new(void);

/* What GetSamples gave, a(tttt): takes the place of all that was added up to its last sample. */
void mig_job_graph_set_samples(MigJobGraph *self, GVariant *samples);

/* Bytes left at a time (us since the epoch); one that is not later than the last is not taken. */
void mig_job_graph_add(MigJobGraph *self, gint64 time, guint64 remaining);

/* Nothing was left at that time, or, if there are later samples, at the last one. */
void mig_job_graph_finish(MigJobGraph *self, gint64 time);

/* How many there are now; at most MIG_JOB_GRAPH_MAX, then every other one is left out. */
#define MIG_JOB_GRAPH_MAX 480
guint mig_job_graph_get_count(MigJobGraph *self);
