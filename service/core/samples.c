/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See samples.h.
 */
#include "samples.h"

/* They may have come more slowly than the interval. */
static void thin_out(MigSamples *samples)
{
    gint64 span = samples->samples[samples->n - 1].time - samples->samples[0].time;

    samples->interval = 2 * MAX(samples->interval, span / (samples->n - 1));
    for (guint i = 1; 2 * i < samples->n; i++)
        samples->samples[i] = samples->samples[2 * i];
    samples->n = (samples->n + 1) / 2;
}

static gboolean is_due(const MigSamples *samples, const MigSample *sample)
{
    return samples->n == 0 ||
           sample->time - samples->samples[samples->n - 1].time >= samples->interval;
}

void mig_samples_add(MigSamples *samples, const MigSample *sample)
{
    if (samples->interval == 0)
        samples->interval = MIG_SAMPLES_INTERVAL;
    if (!is_due(samples, sample))
        return;
    if (samples->n == MIG_SAMPLES_MAX)
        thin_out(samples);
    if (is_due(samples, sample))
        samples->samples[samples->n++] = *sample;
}

GVariant *mig_samples_to_variant(const MigSamples *samples)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE(MIG_SAMPLES_TYPE));

    for (guint i = 0; i < samples->n; i++) {
        const MigSample *sample = &samples->samples[i];

        g_variant_builder_add(&builder, "(tttt)", (guint64) sample->time, sample->remaining,
                              sample->processed, sample->rate);
    }

    return g_variant_builder_end(&builder);
}
