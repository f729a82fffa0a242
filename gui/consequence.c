/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One whole sentence for each thing that can come of a migration, so that each can be translated.
 */
#include "consequence.h"

#include <glib/gi18n.h>

#include "words.h"

typedef struct {
    gboolean persistent;
    MigConfig source, destination;
    const char *sentence;
} Consequence;

static const Consequence consequences[] = {
    { FALSE, MIG_CONFIG_NONE, MIG_CONFIG_NONE,
      N_("{guest} will run on {destination} until it is shut down; then it is gone, because no "
         "host has its configuration.") },
    { FALSE, MIG_CONFIG_UNCHANGED, MIG_CONFIG_NONE,
      N_("{guest} will run on {destination} until it is shut down. Its configuration "
         "stays on {source}, so it can be started there again.") },
    { FALSE, MIG_CONFIG_REMOVED, MIG_CONFIG_NONE,
      N_("{guest} will run on {destination} until it is shut down; then it is gone, because its "
         "configuration is removed from {source} and kept nowhere.") },
    { TRUE, MIG_CONFIG_NONE, MIG_CONFIG_WRITTEN,
      N_("{guest} will live on {destination}. Its configuration, which is saved nowhere now, is "
         "saved there.") },
    { TRUE, MIG_CONFIG_NONE, MIG_CONFIG_UNCHANGED,
      N_("{guest} will live on {destination}. The configuration that {destination} already has "
         "stays as it is, and counts from its next start on.") },
    { TRUE, MIG_CONFIG_NONE, MIG_CONFIG_REPLACED,
      N_("{guest} will live on {destination}. The configuration that {destination} already has "
         "is replaced by the one it runs with.") },
    { TRUE, MIG_CONFIG_UNCHANGED, MIG_CONFIG_WRITTEN,
      N_("{guest} will live on {destination}. A configuration also stays on {source}: never "
         "start both.") },
    { TRUE, MIG_CONFIG_UNCHANGED, MIG_CONFIG_UNCHANGED,
      N_("{guest} will live on {destination}, with the configuration that is already there. "
         "Another one stays on {source}: never start both.") },
    { TRUE, MIG_CONFIG_UNCHANGED, MIG_CONFIG_REPLACED,
      N_("{guest} will live on {destination}; the configuration that is already there is "
         "replaced. Another one stays on {source}: never start both.") },
    { TRUE, MIG_CONFIG_REMOVED, MIG_CONFIG_WRITTEN,
      N_("{guest} will live on {destination}. Its configuration is removed from {source}.") },
    { TRUE, MIG_CONFIG_REMOVED, MIG_CONFIG_UNCHANGED,
      N_("{guest} will live on {destination}, with the configuration that is already there. Its "
         "configuration is removed from {source}.") },
    { TRUE, MIG_CONFIG_REMOVED, MIG_CONFIG_REPLACED,
      N_("{guest} will live on {destination}; the configuration that is already there is "
         "replaced. It is removed from {source}.") },
    { FALSE, MIG_CONFIG_NONE, MIG_CONFIG_UNKNOWN,
      N_("{guest} will run on {destination} until it is shut down; then it is gone, unless "
         "{destination} already has a configuration of it.") },
    { FALSE, MIG_CONFIG_UNCHANGED, MIG_CONFIG_UNKNOWN,
      N_("{guest} will run on {destination}, and is kept there if {destination} already has a "
         "configuration of it. Another one stays on {source}.") },
    { FALSE, MIG_CONFIG_REMOVED, MIG_CONFIG_UNKNOWN,
      N_("{guest} will run on {destination}. Its configuration is removed from {source}: if "
         "{destination} has none, it is gone when it is shut down.") },
    { TRUE, MIG_CONFIG_NONE, MIG_CONFIG_UNKNOWN,
      N_("{guest} will live on {destination}, which keeps its configuration.") },
    { TRUE, MIG_CONFIG_UNCHANGED, MIG_CONFIG_UNKNOWN,
      N_("{guest} will live on {destination}. A configuration also stays on {source}: never "
         "start both.") },
    { TRUE, MIG_CONFIG_REMOVED, MIG_CONFIG_UNKNOWN,
      N_("{guest} will live on {destination}. Its configuration is removed from {source}.") },
};

static const Consequence *find(MigOutcome outcome)
{
    for (gsize i = 0; i < G_N_ELEMENTS(consequences); i++)
        if (consequences[i].persistent == outcome.persistent &&
            consequences[i].source == outcome.source &&
            consequences[i].destination == outcome.destination)
            return &consequences[i];
    return NULL;
}

static gboolean is_warning(gboolean configured, MigOutcome outcome)
{
    const gboolean both = outcome.persistent && outcome.source == MIG_CONFIG_UNCHANGED;
    const gboolean lost = !outcome.persistent && outcome.source == MIG_CONFIG_REMOVED;
    return both || lost || mig_outcome_finding(configured, outcome);
}

char *mig_consequence(const MigConsequenceNames *names, MigOutcome outcome, gboolean *warning)
{
    const Consequence *consequence = find(outcome);
    if (warning)
        *warning = is_warning(names->configured, outcome);
    if (!consequence)
        return g_strdup("");
    return mig_words_fill(_(consequence->sentence), "guest", names->guest, "source", names->source,
                          "destination", names->destination, NULL);
}
