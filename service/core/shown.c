/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See shown.h.
 */
#include "shown.h"

#include <glib.h>

/* A state that is not here has a process that runs, or may run at any moment. */
static const struct {
    const char *state;
    MigShown shown;
} states[] = {
    { "paused", MIG_SHOWN_PAUSED },  { "absent", MIG_SHOWN_GONE },
    { "shutoff", MIG_SHOWN_GONE },   { "crashed", MIG_SHOWN_GONE },
    { "unknown", MIG_SHOWN_UNSEEN }, { "unreachable", MIG_SHOWN_UNSEEN },
    { "", MIG_SHOWN_UNSEEN },
};

MigShown mig_shown_by(const char *state)
{
    for (guint i = 0; i < G_N_ELEMENTS(states); i++)
        if (g_str_equal(states[i].state, state))
            return states[i].shown;

    return MIG_SHOWN_RUNS;
}
