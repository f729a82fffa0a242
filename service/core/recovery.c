/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See recovery.h. The table.
 */
#include "recovery.h"

#define BIT(copy) (1u << (copy))
#define GONE BIT(MIG_REST_GONE)
#define RUNS BIT(MIG_REST_RUNS)
#define HELD BIT(MIG_REST_HELD)
#define PAUSED BIT(MIG_REST_PAUSED)
#define INCOMING BIT(MIG_REST_INCOMING)
#define ANYTHING (BIT(MIG_N_RESTS) - 1)

static const MigRecoveryInfo infos[MIG_N_RECOVERIES] = {
    /* what arrives has never run: the copy on the source is the guest */
    [MIG_RECOVERY_DESTROY_DESTINATION] = {
        .id = "destroy-destination",
        .act = MIG_RECOVERY_DESTROYS,
        .on_destination = TRUE,
        .source = HELD | RUNS | PAUSED,
        .destination = HELD | INCOMING,
        .steady = TRUE,
        .done = "the paused copy of guest {guest} on host {destination} was removed",
        .wants = "is on host {source}, without a migration, and has a copy on host {destination} "
                 "that the migration left paused",
    },
    [MIG_RECOVERY_RESUME_SOURCE] = {
        .id = "resume-source",
        .act = MIG_RECOVERY_RESUMES,
        .source = HELD,
        .destination = GONE,
        .steady = TRUE,
        .if_it_ran = TRUE,
        .done = "guest {guest} was resumed on host {source}",
        .wants = "ran before the migration, was left paused by it on host {source}, and is not on "
                 "host {destination}",
    },
    /* what has arrived has all of it; libvirt calls it paused by a user, if it did not start it */
    [MIG_RECOVERY_DESTROY_SOURCE] = {
        .id = "destroy-source",
        .act = MIG_RECOVERY_DESTROYS,
        .source = HELD,
        .destination = RUNS | PAUSED,
        .done = "the paused copy of guest {guest} on host {source} was removed",
        .wants = "runs on host {destination}, or has arrived there and is paused, and has a copy "
                 "on host {source} that the migration left paused",
    },
    [MIG_RECOVERY_RESUME_DESTINATION] = {
        .id = "resume-destination",
        .act = MIG_RECOVERY_RESUMES,
        .on_destination = TRUE,
        .source = GONE,
        .destination = HELD | PAUSED,
        .steady = TRUE,
        .done = "guest {guest} was resumed on host {destination}",
        .wants = "is paused on host {destination}, without a migration, and is not on host "
                 "{source}",
    },
    [MIG_RECOVERY_STOP_SOURCE] = {
        .id = "stop-source",
        .act = MIG_RECOVERY_DESTROYS,
        .source = RUNS,
        .destination = RUNS,
        .done = "guest {guest} was stopped on host {source}",
        .wants = "runs on host {source} and on host {destination}",
    },
    [MIG_RECOVERY_STOP_DESTINATION] = {
        .id = "stop-destination",
        .act = MIG_RECOVERY_DESTROYS,
        .on_destination = TRUE,
        .source = RUNS,
        .destination = RUNS,
        .done = "guest {guest} was stopped on host {destination}",
        .wants = "runs on host {source} and on host {destination}",
    },
    [MIG_RECOVERY_LOOK_AGAIN] = {
        .id = "look-again",
        .act = MIG_RECOVERY_LOOKS,
        .source = ANYTHING,
        .destination = ANYTHING,
        .done = "both hosts were asked about guest {guest} again",
        .wants = "is anywhere",
    },
};

const MigRecoveryInfo *mig_recovery_info(MigRecovery step)
{
    g_return_val_if_fail((guint) step < MIG_N_RECOVERIES, NULL);

    return &infos[step];
}

gboolean mig_recovery_from_id(const char *id, MigRecovery *ret)
{
    for (guint i = 0; i < MIG_N_RECOVERIES; i++) {
        if (g_strcmp0(infos[i].id, id) == 0) {
            *ret = (MigRecovery) i;
            return TRUE;
        }
    }

    return FALSE;
}

gboolean mig_recovery_allows(MigRecovery step, MigRest source, MigRest destination,
                             gboolean was_paused)
{
    g_return_val_if_fail((guint) step < MIG_N_RECOVERIES, FALSE);

    return (infos[step].source & BIT(source)) && (infos[step].destination & BIT(destination)) &&
           !(infos[step].if_it_ran && was_paused);
}

GVariant *mig_recovery_list(MigRest source, MigRest destination, gboolean was_paused, gboolean look)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);

    for (MigRecovery step = 0; step < MIG_N_RECOVERIES; step++) {
        gboolean offered = infos[step].act != MIG_RECOVERY_LOOKS || look;

        if (offered && mig_recovery_allows(step, source, destination, was_paused))
            g_variant_builder_add(&builder, "s", infos[step].id);
    }

    return g_variant_builder_end(&builder);
}

gboolean mig_recovery_check_job(const MigJob *job, GError **error)
{
    const char *refusal = NULL;

    if (!mig_state_is_final(job->state)) {
        g_set_error_literal(error, MIG_ERROR, MIG_ERROR_TOO_EARLY,
                            "The job has not ended; wait for its outcome, or cancel it.");
        return FALSE;
    }
    if (job->unreadable)
        refusal = "The job cannot be read from the ledger; look after the guest by hand.";
    else if (job->state == MIG_STATE_COMPLETED)
        refusal = "The job is completed: the guest has moved, and nothing of it is left over.";
    else if (job->called == 0)
        refusal = "The job has ended before libvirt was called: nothing of the guest was touched.";
    if (refusal)
        g_set_error_literal(error, MIG_ERROR, MIG_ERROR_NOT_RECOVERABLE, refusal);

    return refusal == NULL;
}
