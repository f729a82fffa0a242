/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * After the migrate call: looking at both hosts until they show an end.
 */
#include "sequence-parts.h"

/* How long two hosts may take to show an end after the migrate call has returned or its job is
 * gone, and how often they are asked meanwhile. A libvirtd that is restarted in the middle of a
 * migration takes half a minute to stop, and nothing is sure before the source has spoken. */
#define SETTLE_USEC (15 * G_USEC_PER_SEC)
#define SOURCE_BACK_USEC (60 * G_USEC_PER_SEC)
#define LOOK_USEC (G_USEC_PER_SEC / 4)
/* How long an end must stand when a worker died before us, whose call may still be on its way, or
 * when the guest is nowhere. */
#define STEADY_USEC G_USEC_PER_SEC
/* And when post-copy was broken off: libvirt 9.0 may take the news of that for news of the
 * migration that was resumed meanwhile, call that broken off too, and take it back when it goes on.
 */
#define BROKEN_OFF_USEC (3 * G_USEC_PER_SEC)

static MigSight sight_now(const MigSequence *s, MigSideIndex i)
{
    const MigSide *side = s->sides[i];
    if (!side)
        return (MigSight){ MIG_SIGHT_NONE };
    return s->lost[i] || side->error ? (MigSight){ MIG_SIGHT_UNREACHABLE }
                                     : mig_sight_of(side->facts);
}

/* By its UUID, and by name only if that is not known: it may have another name there. */
void mig_sequence_look(MigSequence *s, const char *uuid)
{
    const char *guest = *uuid ? "" : s->task->request->guest;
    const char *there = *uuid ? "" : mig_request_name_there(s->task->request, guest);
    MigSide **sides = s->sides;
    mig_side_set_guest(sides[MIG_SOURCE], guest, uuid);
    if (sides[MIG_DESTINATION])
        mig_side_set_guest(sides[MIG_DESTINATION], there, uuid);
    mig_sequence_run(s, mig_side_look, sides[MIG_SOURCE], sides[MIG_DESTINATION],
                     g_get_monotonic_time() + s->task->deadline, FALSE);
    s->evidence.on_source = sight_now(s, MIG_SOURCE);
    s->evidence.on_destination = sight_now(s, MIG_DESTINATION);
}

typedef struct {
    gint64 seen;    /* when the source was last seen */
    gint64 busy;    /* and when libvirt was last known, or may have been, at it */
    gint64 settled; /* since when both hosts show an end, 0: they do not */
    gboolean was_seen;
} Watch;

static gint64 must_stand(const MigSequence *s)
{
    const MigSight *source = &s->evidence.on_source, *destination = &s->evidence.on_destination;
    /* QEMU may bring it to its end unattended: as long as the destination has not noticed, and when
     * it was resumed, see above */
    if (mig_sight_is_broken_off(source))
        return mig_sight_is_broken_off(destination) && !s->task->resume ? BROKEN_OFF_USEC
                                                                        : SETTLE_USEC;
    return s->task->resumed || mig_evidence_is_lost(&s->evidence) ? STEADY_USEC : 0;
}

/* What we have driven ourselves nobody drives on once libvirt's call has returned, but QEMU may
 * bring post-copy to its end. */
static gboolean is_undriven(const MigSequence *s)
{
    return s->task->client_driven && !s->task->resumed &&
           !mig_request_number(s->task->request, MIG_OPT_POSTCOPY);
}

/* What libvirt holds for our connections it lets go of when they are closed: a job that was begun,
 * a guest that was coming in. */
static void let_go(MigSequence *s)
{
    for (MigSideIndex i = 0; i < MIG_N_SIDES; i++)
        if (s->sides[i])
            s->sides[i]->let_go = s->error && is_undriven(s);
}

/* Takes in what was just seen; TRUE if there is nothing more to wait for. */
static gboolean watch_is_over(MigSequence *s, Watch *watch)
{
    const MigEvidence *evidence = &s->evidence;
    gint64 now = g_get_monotonic_time();
    gboolean seen = evidence->on_source.kind == MIG_SIGHT_SEEN;
    if (seen)
        watch->seen = now;
    gboolean at_it = evidence->on_source.job && !is_undriven(s) && !evidence->waited;
    if (at_it || !seen || !watch->was_seen)
        watch->busy = now;
    watch->was_seen = seen;
    if (!mig_evidence_is_settled(evidence))
        watch->settled = 0;
    else if (watch->settled == 0)
        watch->settled = now;
    gboolean steady = watch->settled != 0 && now >= watch->settled + must_stand(s);
    return !evidence->called || steady || now > watch->busy + SETTLE_USEC ||
           now > watch->seen + SOURCE_BACK_USEC;
}

void mig_sequence_follow(MigSequence *s)
{
    g_autofree char *uuid =
        g_strdup(s->task->resumed ? s->task->guest_uuid : s->sides[MIG_SOURCE]->facts->guest_uuid);
    Watch watch = { .seen = g_get_monotonic_time() };
    let_go(s);
    for (;;) {
        mig_sequence_look(s, uuid);
        const MigSight *source = &s->evidence.on_source;
        if (!s->error && s->task->resumed)
            s->error = mig_run_take_timeout(s->run);
        s->evidence.waited = s->task->resumed && s->error;
        /* managed direct can only be seen to be given up: who called is dead */
        if (source->job && s->task->resumed && !s->task->client_driven)
            s->evidence.followed = TRUE;
        gboolean over = watch_is_over(s, &watch);
        if (over || (source->kind == MIG_SIGHT_SEEN && !source->job && !s->task->resumed))
            mig_run_tell_phase(s->run, MIG_PHASE_VERIFYING);
        if (over)
            return;
        g_usleep(LOOK_USEC);
    }
}
