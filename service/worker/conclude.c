/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See conclude.h. The table has a row for every pair of what two hosts can show.
 */
#include "conclude.h"

#include <libvirt/libvirt.h>

#include "error.h"
#include "sentence.h"

typedef enum { RUNS, PAUSED, GONE, UNSEEN, N_SHOWS } Shows;

typedef struct {
    enum { NOWHERE, SOURCE, DESTINATION } at; /* where the guest is for sure */
    const char *where;                        /* {guest}, {source}, {destination} are filled in */
    const char *remedy;                       /* NULL: nothing is to be done */
} Row;

static const Row rows[N_SHOWS][N_SHOWS] = {
    [RUNS] = {
        [RUNS] = { NOWHERE,
                   "guest {guest} runs on host {source} AND on host {destination}, its disks are in "
                   "danger",
                   "stop one of the two at once with virsh destroy" },
        [PAUSED] = { SOURCE,
                     "guest {guest} runs on host {source}, a paused copy is on host {destination}",
                     "if virsh domjobinfo shows no migration on host {source}, remove the copy on "
                     "host {destination} with virsh destroy" },
        [GONE] = { SOURCE,
                   "guest {guest} runs on host {source} and not on host {destination}",
                   NULL },
        [UNSEEN] = { SOURCE,
                     "guest {guest} runs on host {source}, host {destination} cannot be asked",
                     "look whether host {destination} has a paused copy before migrating again" },
    },
    [PAUSED] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} runs on host {destination}, a paused copy is on host {source}",
                   "remove the copy on host {source} with virsh destroy and never resume it" },
        [PAUSED] = { NOWHERE,
                     "guest {guest} is paused on host {source} and on host {destination}",
                     "if virsh domjobinfo shows no migration on host {source}, remove the copy on "
                     "host {destination} with virsh destroy, then resume the guest on host {source} "
                     "with virsh resume" },
        [GONE] = { SOURCE,
                   "guest {guest} is paused on host {source} and not on host {destination}",
                   "resume it there with virsh resume" },
        [UNSEEN] = { NOWHERE,
                     "guest {guest} is paused on host {source}, host {destination} cannot be asked "
                     "and may run it",
                     "do not resume it before you have looked at host {destination}" },
    },
    [GONE] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} runs on host {destination} and not on host {source}",
                   NULL },
        [PAUSED] = { DESTINATION,
                     "guest {guest} is paused on host {destination} and not on host {source}",
                     "resume it there with virsh resume" },
        [GONE] = { NOWHERE,
                   "guest {guest} runs neither on host {source} nor on host {destination}",
                   "look for the reason in its log in /var/log/libvirt/qemu on both, then start it "
                   "where its configuration is" },
        [UNSEEN] = { NOWHERE,
                     "guest {guest} is not on host {source}, host {destination} cannot be asked",
                     "look at host {destination} before you start it anywhere" },
    },
    [UNSEEN] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} runs on host {destination}, host {source} cannot be asked",
                   "look whether host {source} has a paused copy; remove it with virsh destroy and "
                   "never resume it" },
        [PAUSED] = { NOWHERE,
                     "guest {guest} is paused on host {destination}, host {source} cannot be asked",
                     "do not resume it before you have looked at host {source}" },
        [GONE] = { NOWHERE,
                   "guest {guest} is not on host {destination}, host {source} cannot be asked",
                   "look at host {source} before you start it anywhere" },
        [UNSEEN] = { NOWHERE,
                     "neither host {source} nor host {destination} can be asked about guest {guest}",
                     "look at both before you start it anywhere" },
    },
};

static const Shows shows_of_state[] = {
    [VIR_DOMAIN_NOSTATE] = RUNS,  [VIR_DOMAIN_RUNNING] = RUNS,     [VIR_DOMAIN_BLOCKED] = RUNS,
    [VIR_DOMAIN_PAUSED] = PAUSED, [VIR_DOMAIN_SHUTDOWN] = RUNS,    [VIR_DOMAIN_SHUTOFF] = GONE,
    [VIR_DOMAIN_CRASHED] = GONE,  [VIR_DOMAIN_PMSUSPENDED] = RUNS,
};

MigSight mig_sight_of(const MigFacts *facts)
{
    return (MigSight){ MIG_SIGHT_SEEN, facts->guest_state, facts->guest_job,
                       facts->guest_persistent };
}

const char *mig_sight_to_string(const MigSight *sight)
{
    switch (sight->kind) {
    case MIG_SIGHT_NONE:
        return "unknown";
    case MIG_SIGHT_UNREACHABLE:
        return "unreachable";
    default:
        return mig_guest_state_to_string(sight->state);
    }
}

static Shows shows(const MigSight *sight)
{
    if (sight->kind != MIG_SIGHT_SEEN)
        return UNSEEN;
    if (sight->state < 0)
        return GONE;
    /* a state of a newer libvirt is no proof that it is gone */
    return (guint) sight->state < G_N_ELEMENTS(shows_of_state) ? shows_of_state[sight->state]
                                                               : RUNS;
}

static char *fill_in(const char *pattern, const MigEvidence *evidence)
{
    return mig_sentence(pattern, "{guest}", evidence->guest, "{source}", evidence->source,
                        "{destination}", evidence->destination, NULL);
}

static gboolean is_back(const MigEvidence *evidence, Shows source)
{
    return source == RUNS || (source == PAUSED && evidence->was_paused);
}

static gboolean has_arrived(const MigEvidence *evidence, Shows source, Shows destination)
{
    gboolean succeeded = evidence->answered && !evidence->error;
    gboolean there =
        destination == RUNS || (destination == PAUSED && (evidence->was_paused || succeeded));
    /* peer-to-peer, it was the source that said so */
    gboolean left = source == GONE || (source == UNSEEN && succeeded && !evidence->client_driven);
    return evidence->called && there && left;
}

gboolean mig_evidence_has_arrived(const MigEvidence *evidence)
{
    return has_arrived(evidence, shows(&evidence->on_source), shows(&evidence->on_destination));
}

gboolean mig_evidence_is_settled(const MigEvidence *evidence)
{
    Shows source = shows(&evidence->on_source), destination = shows(&evidence->on_destination);
    if (evidence->on_source.job || evidence->on_destination.job)
        return FALSE;
    return has_arrived(evidence, source, destination) ||
           (is_back(evidence, source) && destination == GONE);
}

static MigState conclude_state(const MigEvidence *evidence, Shows source, Shows destination)
{
    if (has_arrived(evidence, source, destination))
        return MIG_STATE_COMPLETED;
    if (evidence->cancel && !evidence->called)
        return MIG_STATE_CANCELLED;
    if (evidence->cancel && is_back(evidence, source) && destination != RUNS)
        return MIG_STATE_CANCELLED;
    /* who died before us took libvirt's answer along */
    if (!evidence->error && !evidence->answered && !evidence->followed)
        return MIG_STATE_INTERRUPTED;
    return MIG_STATE_FAILED;
}

/* What happened, without where the guest is now. */
static char *say_what(const MigEvidence *evidence, MigState state)
{
    switch (state) {
    case MIG_STATE_CANCELLED:
        return g_strdup(evidence->called
                            ? "the migration was cancelled"
                            : "the migration was cancelled before anything was started");
    case MIG_STATE_INTERRUPTED:
        return g_strdup(evidence->called
                            ? "the worker process of this migration died before libvirt answered it"
                            : "the worker process of this migration died before it called libvirt, "
                              "nothing was started");
    default:
        if (evidence->error)
            return g_strdup(evidence->error->message);
        return g_strdup(evidence->answered
                            ? "libvirt reported success, but that is not what the hosts show"
                            : "libvirt gave the migration up; the log of libvirtd on the source "
                              "tells why");
    }
}

static int error_code(const MigEvidence *evidence, MigState state)
{
    if (state == MIG_STATE_CANCELLED)
        return MIG_ERROR_CANCELLED;
    if (state == MIG_STATE_INTERRUPTED)
        return MIG_ERROR_INTERRUPTED;
    return evidence->error ? evidence->error->code : MIG_ERROR_FAILED;
}

/* Where the guest is now and what is to be done about it, or NULL: nothing new. */
static char *say_where(const MigEvidence *evidence, const Row *row)
{
    g_autofree char *where = fill_in(row->where, evidence);
    /* paused as it was before, there is nothing to be done */
    gboolean remedied = row->remedy && !mig_evidence_is_settled(evidence);
    g_autofree char *remedy = remedied ? fill_in(row->remedy, evidence) : NULL;
    if (evidence->called)
        return g_strjoin(": ", where, remedy, NULL);
    /* neither host was changed */
    if (evidence->error || evidence->on_source.kind != MIG_SIGHT_SEEN)
        return NULL;
    g_autofree char *pattern = g_strdup_printf("guest {guest} is %s on host {source}",
                                               mig_sight_to_string(&evidence->on_source));
    return fill_in(pattern, evidence);
}

static GError *make_error(const MigEvidence *evidence, MigState state, const Row *row)
{
    g_autofree char *what = say_what(evidence, state);
    g_autofree char *where = say_where(evidence, row);
    return g_error_new(MIG_ERROR, error_code(evidence, state), "%s%s%s", what, where ? "; " : "",
                       where ? where : "");
}

MigConclusion mig_conclude(const MigEvidence *evidence)
{
    Shows source = shows(&evidence->on_source), destination = shows(&evidence->on_destination);
    const Row *row = &rows[source][destination];
    const char *const hosts[] = {
        [NOWHERE] = "", [SOURCE] = evidence->source, [DESTINATION] = evidence->destination
    };
    MigConclusion conclusion = { conclude_state(evidence, source, destination), NULL,
                                 hosts[row->at] };
    if (conclusion.state != MIG_STATE_COMPLETED)
        conclusion.error = make_error(evidence, conclusion.state, row);
    else
        conclusion.guest_host = evidence->destination;
    return conclusion;
}
