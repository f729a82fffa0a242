/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The last look of a job that has called libvirt: what is there now, beside what was planned.
 */
#include "log.h"
#include "sequence-parts.h"
#include "verify.h"

static gboolean is_at(const MigConclusion *conclusion, const MigHost *host)
{
    return g_str_equal(conclusion->guest_host, host->name);
}

static gboolean runs(const MigSight *sight)
{
    return sight->kind == MIG_SIGHT_SEEN &&
           (sight->state == VIR_DOMAIN_RUNNING || sight->state == VIR_DOMAIN_BLOCKED);
}

static const MigSight *sight_of(const MigSequence *s, MigSideIndex i)
{
    return i == MIG_SOURCE ? &s->evidence.on_source : &s->evidence.on_destination;
}

static MigHostEnd look_at_host(const MigSequence *s, MigSideIndex i)
{
    const MigSide *side = s->sides[i];
    const MigSight *sight = sight_of(s, i);
    gboolean seen = sight->kind == MIG_SIGHT_SEEN;
    return (MigHostEnd){
        .host = mig_sequence_host(s, i)->name,
        .before = s->before[i],
        .after = { .seen = seen,
                   .there = seen && sight->persistent,
                   .digest = side && !s->lost[i] ? side->configuration : NULL },
        .active = mig_sight_is_active(sight),
        .job = seen && sight->job,
        .split = mig_sight_is_split(sight),
    };
}

/* Of the guest where it is. */
static MigExecuting find_executing(const MigSequence *s, const MigConclusion *conclusion)
{
    for (MigSideIndex i = 0; i < MIG_N_SIDES; i++) {
        if (!is_at(conclusion, mig_sequence_host(s, i)) || sight_of(s, i)->kind != MIG_SIGHT_SEEN)
            continue;
        if (!runs(sight_of(s, i)))
            return MIG_EXECUTING_NO;
        return s->lost[i] ? MIG_EXECUTING_UNKNOWN : s->sides[i]->executing;
    }
    return MIG_EXECUTING_UNKNOWN;
}

/* Statistics and configurations of both, and whether the guest goes on where it has come to. */
static void last_look(MigSequence *s, const MigConclusion *conclusion)
{
    MigSide **sides = s->sides;
    if (sides[MIG_DESTINATION])
        sides[MIG_DESTINATION]->watch =
            conclusion->state == MIG_STATE_COMPLETED && runs(&s->evidence.on_destination);
    mig_sequence_run(s, mig_side_verify, sides[MIG_SOURCE], sides[MIG_DESTINATION],
                     g_get_monotonic_time() + MIG_GLANCE_USEC, FALSE);
}

static GVariant *final_statistics(const MigSequence *s)
{
    const MigSide *source = s->sides[MIG_SOURCE], *destination = s->sides[MIG_DESTINATION];
    /* a guest without configuration leaves none on the source; one that is shut off has old ones */
    GVariant *statistics =
        destination && destination->statistics ? destination->statistics : source->statistics;
    return statistics && !s->task->offline ? g_variant_ref(statistics) : NULL;
}

/* Those that were made for a migration that is over and has left nothing else. What is not known
 * to be gone counts as left behind. */
static void clear_volumes(MigSequence *s, MigEnd *end)
{
    end->left = end->made;
    if (!s->volumes || !*s->volumes)
        return;
    MigSide *side = mig_side_new(s->task->destination, s->task->pki_path);
    side->volumes = g_strdupv(s->volumes);
    /* long after the end they may be somebody else's */
    side->may_delete =
        s->run && !s->evidence.on_source.job && mig_evidence_is_restored(&s->evidence);
    if (!mig_sequence_glance(s, mig_side_clear_volumes, side) || !side->found_volumes)
        return;
    end->left = (const char *const *) side->found_volumes;
    end->deleted = (const char *const *) side->deleted_volumes;
}

static void log_findings(const GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++) {
        g_autofree char *sentence = mig_finding_sentence(g_ptr_array_index(findings, i));
        log_warning("%s", sentence);
    }
}

void mig_sequence_verify(MigSequence *s, MigEnding *ending)
{
    s->evidence.moved = s->run && mig_run_has_moved(s->run);
    MigConclusion conclusion = mig_conclude(&s->evidence);
    last_look(s, &conclusion);
    MigEnd end = {
        .guest = s->evidence.guest,
        .guest_host = conclusion.guest_host,
        .completed = conclusion.state == MIG_STATE_COMPLETED,
        .plan = s->plan ? s->plan->outcome : s->task->outcome,
        .source = look_at_host(s, MIG_SOURCE),
        .destination = look_at_host(s, MIG_DESTINATION),
        .should_run = s->sides[MIG_DESTINATION] && s->sides[MIG_DESTINATION]->watch,
        .executing = find_executing(s, &conclusion),
        .made = (const char *const *) s->volumes,
    };
    if (!end.completed)
        clear_volumes(s, &end);
    ending->findings = mig_findings_new();
    ending->verification = mig_verify(&end, ending->findings);
    if (end.completed)
        ending->statistics = final_statistics(s);
    log_findings(ending->findings);
    g_clear_error(&conclusion.error);
}
