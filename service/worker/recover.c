/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The step of recovery itself: look, be sure, act on one copy, look again. Whether a step may be
 * done is core/recovery.h's to say, from what both hosts show now and from nothing else.
 */
#include <libvirt/libvirt.h>

#include "error.h"
#include "log.h"
#include "sentence.h"
#include "sequence-parts.h"

/* How long both hosts must show the same before a copy is touched for whose sake somebody could
 * still be at it: a call of a client that died may be on its way. */
#define STEADY_USEC (10 * G_USEC_PER_SEC)
#define LOOK_USEC G_USEC_PER_SEC

static char *say(const MigSequence *s, const char *pattern)
{
    return mig_sentence(pattern, "{guest}", s->evidence.guest, "{source}", s->evidence.source,
                        "{destination}", s->evidence.destination, NULL);
}

static MigRest rest_on(const MigSequence *s, MigSideIndex i)
{
    return mig_sight_rest(i == MIG_SOURCE ? &s->evidence.on_source : &s->evidence.on_destination,
                          i == MIG_DESTINATION);
}

/* FALSE with why, if one of them did not answer. */
static gboolean look(MigSequence *s, GError **error)
{
    mig_sequence_look(s, s->task->guest_uuid);
    for (MigSideIndex i = 0; i < MIG_N_SIDES; i++) {
        if (rest_on(s, i) != MIG_REST_UNSEEN)
            continue;
        const GError *why = s->sides[i] && !s->lost[i] ? s->sides[i]->error : NULL;
        if (why)
            g_propagate_error(error, g_error_copy(why));
        else
            g_set_error(error, MIG_ERROR, MIG_ERROR_HOST_TIMEOUT,
                        "host %s did not answer; check that it is up, that libvirtd there is not "
                        "blocked, and the network to it",
                        mig_sequence_host(s, i)->name);
        return FALSE;
    }
    return TRUE;
}

static gboolean is_allowed(const MigSequence *s, MigRecovery step)
{
    return !s->task->offline &&
           mig_recovery_allows(step, rest_on(s, MIG_SOURCE), rest_on(s, MIG_DESTINATION),
                               s->task->was_paused);
}

static void refuse(const MigSequence *s, MigRecovery step, GError **error)
{
    g_autofree char *wants = say(s, mig_recovery_info(step)->wants);
    g_autofree char *there =
        g_strdup_printf("guest {guest} is %s on host {source} and %s on host {destination}",
                        mig_sight_to_string(&s->evidence.on_source),
                        mig_sight_to_string(&s->evidence.on_destination));
    g_autofree char *shows = say(s, there);
    g_set_error(error, MIG_ERROR, MIG_ERROR_NOT_RECOVERABLE,
                "%s is for a guest that %s; now %s; nothing was done, virsh domstate --reason and "
                "virsh domjobinfo on both tell more",
                mig_recovery_info(step)->id, wants, shows);
}

/* Both hosts show what the step is for, all the time that they are looked at. */
static gboolean is_sure(MigSequence *s, MigRecovery step, GError **error)
{
    gint64 end = g_get_monotonic_time() + STEADY_USEC;
    for (;;) {
        gint64 asked = g_get_monotonic_time();
        if (!look(s, error))
            return FALSE;
        if (!is_allowed(s, step)) {
            refuse(s, step, error);
            return FALSE;
        }
        if (!mig_recovery_info(step)->steady || asked >= end)
            return TRUE;
        g_usleep(LOOK_USEC);
    }
}

static gboolean act(MigSequence *s, MigRecovery step, GError **error)
{
    const MigRecoveryInfo *info = mig_recovery_info(step);
    MigSideIndex i = info->on_destination ? MIG_DESTINATION : MIG_SOURCE;
    MigSide *side = s->sides[i];
    side->act = info->act;
    log_info("%s: guest %s on host %s", info->id, s->evidence.guest, side->host->name);
    mig_sequence_run(s, mig_side_recover, i == MIG_SOURCE ? side : NULL,
                     i == MIG_DESTINATION ? side : NULL, g_get_monotonic_time() + s->task->deadline,
                     FALSE);
    if (s->lost[i])
        g_set_error(error, MIG_ERROR, MIG_ERROR_HOST_TIMEOUT,
                    "libvirtd on host %s does not answer to %s; it may still do it: call "
                    "look-again later",
                    mig_sequence_host(s, i)->name, info->id);
    else if (side->error)
        g_propagate_error(error, g_error_copy(side->error));
    return !s->lost[i] && !side->error;
}

gboolean mig_sequence_recover(MigSequence *s, MigRecovery step, GError **error)
{
    if (step == MIG_RECOVERY_LOOK_AGAIN)
        return look(s, error);
    if (!is_sure(s, step, error))
        return FALSE;
    gboolean done = act(s, step, error);
    gboolean seen = look(s, done ? error : NULL);
    return done && seen;
}

gboolean mig_sequence_may_resume(const MigSequence *s)
{
    const MigTask *task = s->task;
    return task->resumed && task->called && task->client_driven && !task->given_up &&
           is_allowed(s, MIG_RECOVERY_RESUME_SOURCE);
}
