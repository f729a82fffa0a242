/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See attention.h. The table has a row for every pair of what two hosts can show.
 */
#include "attention.h"

#include "shown.h"

#define RUNS MIG_SHOWN_RUNS
#define PAUSED MIG_SHOWN_PAUSED
#define GONE MIG_SHOWN_GONE
#define UNSEEN MIG_SHOWN_UNSEEN

#define NONE MIG_ATTENTION_NONE
#define NEEDED MIG_ATTENTION_NEEDED
#define SPLIT MIG_ATTENTION_SPLIT

/* [source][destination] */
static const MigAttention rows[MIG_N_SHOWN][MIG_N_SHOWN] = {
    [RUNS] = { [RUNS] = SPLIT, [PAUSED] = NEEDED, [GONE] = NONE, [UNSEEN] = NEEDED },
    [PAUSED] = { [RUNS] = NEEDED, [PAUSED] = NEEDED, [GONE] = NEEDED, [UNSEEN] = NEEDED },
    [GONE] = { [RUNS] = NONE, [PAUSED] = NEEDED, [GONE] = NEEDED, [UNSEEN] = NEEDED },
    [UNSEEN] = { [RUNS] = NEEDED, [PAUSED] = NEEDED, [GONE] = NEEDED, [UNSEEN] = NEEDED },
};

static gboolean get_option(const MigJob *job, const char *key, gboolean fallback)
{
    gboolean set = fallback;

    g_variant_lookup(job->options, key, "b", &set);

    return set;
}

/* The destination has nothing of the guest, or the job never looks whether it has. */
static gboolean is_not_there(const MigJob *job, MigShown destination)
{
    return destination == GONE ||
           (destination == UNSEEN && !get_option(job, "open-destination", TRUE));
}

/* As before. One whose configuration alone moves is shut off. */
static gboolean is_back(const MigJob *job, gboolean was_paused, MigShown source)
{
    return source == RUNS || (was_paused && source == PAUSED) ||
           (get_option(job, "offline", FALSE) && source == GONE &&
            !g_str_equal(job->source_state, "absent"));
}

MigAttention mig_attention(const MigJob *job, gboolean was_paused)
{
    MigShown source = mig_shown_by(job->source_state),
             destination = mig_shown_by(job->destination_state);
    MigAttention attention = rows[source][destination];

    if (job->state == MIG_STATE_COMPLETED)
        return NONE;
    /* nobody saw it to its end, whatever the hosts showed last */
    if (job->state == MIG_STATE_INTERRUPTED)
        return job->called != 0 ? MAX(attention, NEEDED) : NEEDED;
    /* libvirt was not called: it is all as it was before */
    if (job->called == 0)
        return NONE;
    if (is_back(job, was_paused, source) && is_not_there(job, destination))
        return NONE;

    return attention;
}
