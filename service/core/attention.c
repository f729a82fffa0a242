/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See attention.h. The table has a row for every pair of what two hosts can show.
 */
#include "attention.h"

typedef enum { RUNS, PAUSED, GONE, UNSEEN, N_SHOWS } Shows;

#define NONE MIG_ATTENTION_NONE
#define NEEDED MIG_ATTENTION_NEEDED
#define SPLIT MIG_ATTENTION_SPLIT

/* [source][destination] */
static const MigAttention rows[N_SHOWS][N_SHOWS] = {
    [RUNS] = { [RUNS] = SPLIT, [PAUSED] = NEEDED, [GONE] = NONE, [UNSEEN] = NEEDED },
    [PAUSED] = { [RUNS] = NEEDED, [PAUSED] = NEEDED, [GONE] = NEEDED, [UNSEEN] = NEEDED },
    [GONE] = { [RUNS] = NONE, [PAUSED] = NEEDED, [GONE] = NEEDED, [UNSEEN] = NEEDED },
    [UNSEEN] = { [RUNS] = NEEDED, [PAUSED] = NEEDED, [GONE] = NEEDED, [UNSEEN] = NEEDED },
};

/* A state that is not here has a process that runs, or may run at any moment. */
static const struct {
    const char *state;
    Shows shows;
} states[] = {
    { "paused", PAUSED },  { "absent", GONE },        { "shutoff", GONE }, { "crashed", GONE },
    { "unknown", UNSEEN }, { "unreachable", UNSEEN }, { "", UNSEEN },
};

static Shows shows(const char *state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        if (g_str_equal(states[i].state, state))
            return states[i].shows;
    }

    return RUNS;
}

static gboolean get_option(const MigJob *job, const char *key, gboolean fallback)
{
    gboolean set = fallback;

    g_variant_lookup(job->options, key, "b", &set);

    return set;
}

/* The destination has nothing of the guest, or the job never looks whether it has. */
static gboolean is_not_there(const MigJob *job, Shows destination)
{
    return destination == GONE ||
           (destination == UNSEEN && !get_option(job, "open-destination", TRUE));
}

/* As before. One whose configuration alone moves is shut off. */
static gboolean is_back(const MigJob *job, gboolean was_paused, Shows source)
{
    return source == RUNS || (was_paused && source == PAUSED) ||
           (get_option(job, "offline", FALSE) && source == GONE &&
            !g_str_equal(job->source_state, "absent"));
}

MigAttention mig_attention(const MigJob *job, gboolean was_paused)
{
    Shows source = shows(job->source_state), destination = shows(job->destination_state);
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
