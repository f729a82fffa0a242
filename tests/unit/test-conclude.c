/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a job ended: every pair of what two hosts can show, with every way a job can have come to its
 * end. What must hold of all of them is written as rules; the pairs that have a meaning of their
 * own are written out.
 */
#include "worker/conclude.h"

#include <libvirt/libvirt.h>
#include <string.h>

#include "error.h"
#include "worker/sentence.h"

typedef struct {
    const char *name;
    MigSight sight;
    gboolean gone, runs, paused, halted /* not by the migration */, split, unseen;
} Look;

#define SEEN .kind = MIG_SIGHT_SEEN

static const Look looks[] = {
    { "absent", { SEEN, .state = -1 }, .gone = TRUE },
    { "shutoff", { SEEN, .state = VIR_DOMAIN_SHUTOFF, .persistent = TRUE }, .gone = TRUE },
    { "crashed", { SEEN, .state = VIR_DOMAIN_CRASHED }, .gone = TRUE },
    { "running", { SEEN, .state = VIR_DOMAIN_RUNNING }, .runs = TRUE },
    { "idle", { SEEN, .state = VIR_DOMAIN_BLOCKED }, .runs = TRUE },
    { "new-state", { SEEN, .state = 99 }, .runs = TRUE },
    { "paused",
      { SEEN, .state = VIR_DOMAIN_PAUSED, .reason = VIR_DOMAIN_PAUSED_MIGRATION },
      .paused = TRUE },
    { "halted",
      { SEEN, .state = VIR_DOMAIN_PAUSED, .reason = VIR_DOMAIN_PAUSED_USER },
      .paused = TRUE,
      .halted = TRUE },
    { "postcopy-here",
      { SEEN, .state = VIR_DOMAIN_PAUSED, .reason = VIR_DOMAIN_PAUSED_POSTCOPY_FAILED },
      .split = TRUE },
    { "postcopy-there",
      { SEEN, .state = VIR_DOMAIN_RUNNING, .reason = VIR_DOMAIN_RUNNING_POSTCOPY_FAILED },
      .split = TRUE },
    { "unreachable", { .kind = MIG_SIGHT_UNREACHABLE }, .unseen = TRUE },
    { "not-asked", { .kind = MIG_SIGHT_NONE }, .unseen = TRUE },
};

#define N_LOOKS G_N_ELEMENTS(looks)

/* One bit each: all ways a job can have come to its end. */
enum {
    CALLED = 1 << 0,
    ANSWERED = 1 << 1,
    FOLLOWED = 1 << 2,
    CANCEL = 1 << 3,
    WAS_PAUSED = 1 << 4,
    CLIENT_DRIVEN = 1 << 5,
    ERROR = 1 << 6,
    UNOPENED = 1 << 7,
    MOVED = 1 << 8,
    STAYS_PAUSED = 1 << 9,
    N_WAYS = 1 << 10
};

static gboolean can_be(guint way)
{
    if ((way & ANSWERED || way & FOLLOWED || way & MOVED) && !(way & CALLED))
        return FALSE;
    if (way & CLIENT_DRIVEN && way & (FOLLOWED | UNOPENED))
        return FALSE;
    return !(way & FOLLOWED && way & (ANSWERED | ERROR));
}

static MigEvidence make_evidence(const Look *source, const Look *destination, guint way,
                                 const GError *error)
{
    return (MigEvidence){
        .guest = "web1",
        .source = "alpha",
        .destination = "beta",
        .on_source = source->sight,
        .on_destination = way & UNOPENED ? (MigSight){ MIG_SIGHT_NONE } : destination->sight,
        .called = (way & CALLED) != 0,
        .answered = (way & ANSWERED) != 0,
        .followed = (way & FOLLOWED) != 0,
        .cancel = (way & CANCEL) != 0,
        .moved = (way & MOVED) != 0,
        .was_paused = (way & WAS_PAUSED) != 0,
        .stays_paused = (way & STAYS_PAUSED) != 0,
        .client_driven = (way & CLIENT_DRIVEN) != 0,
        .unopened = (way & UNOPENED) != 0,
        .error = way & ERROR ? error : NULL,
    };
}

/* Libvirt's answer counts only where nobody looks. */
static gboolean must_be_completed(const Look *source, const Look *destination, guint way)
{
    gboolean success = (way & ANSWERED) && !(way & ERROR);

    if (!(way & CALLED))
        return FALSE;
    if (way & UNOPENED)
        return source->gone && (success || way & MOVED);
    if (!destination->runs && !(destination->paused && (way & WAS_PAUSED || success)) &&
        !(destination->halted && way & STAYS_PAUSED))
        return FALSE;
    return source->gone || (source->unseen && success && !(way & CLIENT_DRIVEN));
}

static void check_host(const MigConclusion *end, const Look *source, const Look *destination,
                       guint way)
{
    gboolean opened = !(way & UNOPENED);

    if (g_str_equal(end->guest_host, "beta"))
        g_assert_true(end->state == MIG_STATE_COMPLETED ||
                      (opened && !destination->gone && !destination->unseen && !source->runs));
    else if (g_str_equal(end->guest_host, "alpha"))
        g_assert_true(!source->gone && !source->unseen && !source->split &&
                      !(opened && (destination->runs || destination->split)));
    else
        g_assert_cmpstr(end->guest_host, ==, "");
    /* where both have part of it, neither is called its host */
    if (opened && source->split && (destination->split || destination->unseen))
        g_assert_cmpstr(end->guest_host, ==, "");
}

static void check_cancelled(const MigConclusion *end, const Look *source, const Look *destination,
                            guint way)
{
    gboolean back = source->runs || (source->paused && way & WAS_PAUSED);

    if (end->state != MIG_STATE_CANCELLED)
        return;
    g_assert_true(way & CANCEL);
    g_assert_cmpint(end->error->code, ==, MIG_ERROR_CANCELLED);
    if (way & CALLED)
        g_assert_true(back && (way & UNOPENED || !(destination->runs || destination->split)));
}

static void check_sentence(const MigConclusion *end, const Look *source, const Look *destination,
                           guint way)
{
    gboolean split = source->split || (destination->split && !(way & UNOPENED));
    const char *text = end->error->message;

    g_assert_null(strchr(text, '{'));
    g_assert_nonnull(strstr(text, way & CALLED ? "web1" : ""));
    g_assert_true(g_utf8_validate(text, -1, NULL));
    if (!(way & CALLED))
        return;
    /* two copies that may both run: always said */
    if (source->runs && destination->runs && !(way & UNOPENED))
        g_assert_nonnull(strstr(text, " AND "));
    /* the parts of one guest: never is a copy to be destroyed that is still needed */
    if (split && source->split && !destination->gone && !destination->runs)
        g_assert_nonnull(strstr(text, "destroy neither copy"));
}

static void check_one(const Look *source, const Look *destination, guint way, const GError *error)
{
    MigEvidence evidence = make_evidence(source, destination, way, error);
    MigConclusion end = mig_conclude(&evidence);
    gboolean completed = must_be_completed(source, destination, way);

    g_test_message("%s, %s, 0x%x: %s", source->name, destination->name, way,
                   end.error ? end.error->message : "completed");
    g_assert_cmpint(end.state == MIG_STATE_COMPLETED, ==, completed);
    g_assert_cmpint(mig_evidence_has_arrived(&evidence), ==, completed);
    g_assert_cmpint(end.error == NULL, ==, completed);
    g_assert_true(mig_state_is_final(end.state));
    if (completed) {
        g_assert_cmpstr(end.guest_host, ==, "beta");
        g_assert_true(mig_evidence_is_settled(&evidence));
    } else {
        check_sentence(&end, source, destination, way);
        g_assert_cmpint(end.error->domain, ==, MIG_ERROR);
    }
    check_host(&end, source, destination, way);
    check_cancelled(&end, source, destination, way);
    /* who saw the call end knows why; who came later does not, unless it saw libvirt at it */
    if (end.state == MIG_STATE_INTERRUPTED)
        g_assert_true(!(way & (ANSWERED | ERROR)));
    if (end.state == MIG_STATE_FAILED && way & ERROR)
        g_assert_cmpint(end.error->code, ==, MIG_ERROR_UNSAFE);
    g_clear_error(&end.error);
}

static void test_every_pair(void)
{
    g_autoptr(GError) error = g_error_new(MIG_ERROR, MIG_ERROR_UNSAFE, "it is unsafe");

    for (guint i = 0; i < N_LOOKS; i++)
        for (guint j = 0; j < N_LOOKS; j++)
            for (guint way = 0; way < N_WAYS; way++)
                if (can_be(way))
                    check_one(&looks[i], &looks[j], way, error);
}

static MigSight sight(const char *name)
{
    for (guint i = 0; i < N_LOOKS; i++)
        if (g_str_equal(looks[i].name, name))
            return looks[i].sight;
    g_error("no look %s", name);
}

/* The pairs that have a meaning of their own. */
static const struct {
    const char *source, *destination; /* NULL: not opened */
    guint way;
    MigState state;
    const char *host;
    gboolean settled;
    const char *says; /* words that must be in the error, with "*" between them; NULL: completed */
} ends[] = {
    { "absent", "running", CALLED | ANSWERED, MIG_STATE_COMPLETED, "beta", TRUE, NULL },
    { "shutoff", "running", CALLED, MIG_STATE_COMPLETED, "beta", TRUE, NULL },
    { "running", "absent", CALLED | ANSWERED | ERROR, MIG_STATE_FAILED, "alpha", TRUE,
      "it is unsafe; guest \"web1\" runs on host alpha and not on host beta" },
    { "running", "absent", CALLED | ANSWERED | ERROR | CANCEL, MIG_STATE_CANCELLED, "alpha", TRUE,
      "cancelled; guest \"web1\" runs on host alpha" },
    { "running", "running", CALLED | ANSWERED | ERROR | CANCEL, MIG_STATE_FAILED, "", FALSE,
      "runs on host alpha AND on host beta*stop one of the two at once" },
    { "paused", "running", CALLED | ANSWERED | ERROR, MIG_STATE_FAILED, "beta", FALSE,
      "runs on host beta, a paused copy is on host alpha*never resume it" },
    { "paused", "absent", CALLED, MIG_STATE_INTERRUPTED, "alpha", FALSE,
      "died before libvirt answered*resume it on host alpha with virsh resume" },
    { "paused", "absent", CALLED | ANSWERED | ERROR | WAS_PAUSED, MIG_STATE_FAILED, "alpha", TRUE,
      "paused on host alpha and not on host beta" },
    { "paused", "paused", CALLED, MIG_STATE_INTERRUPTED, "", FALSE,
      "is paused on host alpha and on host beta*remove the copy on host beta*resume the guest" },
    /* libvirt had finished it on the destination, which was told not to start it */
    { "paused", "halted", CALLED | STAYS_PAUSED, MIG_STATE_INTERRUPTED, "beta", FALSE,
      "has arrived on host beta and is paused there, a paused copy is on host alpha*never resume "
      "it" },
    { "absent", "halted", CALLED | STAYS_PAUSED, MIG_STATE_COMPLETED, "beta", TRUE, NULL },
    { "absent", "paused", CALLED | STAYS_PAUSED, MIG_STATE_INTERRUPTED, "beta", FALSE,
      "is paused on host beta and not on host alpha*resume it on host beta" },
    { "absent", "halted", CALLED, MIG_STATE_INTERRUPTED, "beta", FALSE,
      "is paused on host beta and not on host alpha*resume it on host beta" },
    { "shutoff", "absent", CALLED | ANSWERED | ERROR, MIG_STATE_FAILED, "", TRUE,
      "runs neither on host alpha nor on host beta*start it where its configuration is" },
    { "absent", "unreachable", CALLED | ANSWERED | ERROR, MIG_STATE_FAILED, "", FALSE,
      "not on host alpha, host beta cannot be asked*before you start it anywhere" },
    { "absent", "absent", CALLED | ANSWERED, MIG_STATE_FAILED, "", TRUE,
      "reported success, but*runs neither on host alpha nor on host beta" },
    { "running", "unreachable", CALLED, MIG_STATE_INTERRUPTED, "alpha", FALSE,
      "host beta cannot be asked*paused copy" },
    { "running", "absent", 0, MIG_STATE_INTERRUPTED, "alpha", TRUE, "nothing was started" },
    { "running", "not-asked", CANCEL, MIG_STATE_CANCELLED, "alpha", FALSE,
      "before anything was started" },
    /* scenarios 5 and 6: the source alone */
    { "absent", NULL, CALLED | ANSWERED, MIG_STATE_COMPLETED, "beta", TRUE, NULL },
    { "shutoff", NULL, CALLED | ANSWERED, MIG_STATE_COMPLETED, "beta", TRUE, NULL },
    { "running", NULL, CALLED | ANSWERED | ERROR, MIG_STATE_FAILED, "alpha", TRUE,
      "it is unsafe; guest \"web1\" runs on host alpha, host beta was not looked at" },
    { "running", NULL, CALLED | ANSWERED, MIG_STATE_FAILED, "alpha", TRUE,
      "reported success, but*runs on host alpha" },
    { "running", NULL, CALLED, MIG_STATE_INTERRUPTED, "alpha", TRUE, "runs on host alpha" },
    { "absent", NULL, CALLED, MIG_STATE_INTERRUPTED, "", TRUE,
      "is not on host alpha any more, host beta was not looked at*look at host beta" },
    { "absent", NULL, CALLED | FOLLOWED, MIG_STATE_INTERRUPTED, "", TRUE, "look at host beta" },
    { "absent", NULL, CALLED | FOLLOWED | MOVED, MIG_STATE_COMPLETED, "beta", TRUE, NULL },
    { "absent", NULL, CALLED | ANSWERED | ERROR, MIG_STATE_FAILED, "", TRUE, "look at host beta" },
    { "unreachable", NULL, CALLED | ANSWERED, MIG_STATE_FAILED, "", FALSE,
      "host alpha cannot be asked*was not looked at*look at host alpha and host beta" },
    { "paused", NULL, CALLED | ANSWERED | ERROR, MIG_STATE_FAILED, "", FALSE,
      "paused on host alpha*may run it*do not resume it before" },
    { "running", NULL, CALLED | ANSWERED | ERROR | CANCEL, MIG_STATE_CANCELLED, "alpha", TRUE,
      "cancelled" },
    /* broken off in post-copy */
    { "postcopy-here", "postcopy-there", CALLED | ANSWERED | ERROR, MIG_STATE_FAILED, "", TRUE,
      "broken off in post-copy*destroy neither copy*postcopy-resume" },
    { "postcopy-here", "postcopy-there", CALLED, MIG_STATE_INTERRUPTED, "", TRUE,
      "destroy neither copy" },
    { "postcopy-here", "postcopy-there", CALLED | ANSWERED | ERROR | CANCEL, MIG_STATE_FAILED, "",
      TRUE, "destroy neither copy" },
    { "postcopy-here", NULL, CALLED | ANSWERED | ERROR, MIG_STATE_FAILED, "", TRUE,
      "host beta was not looked at*destroy neither copy" },
    { "postcopy-here", "unreachable", CALLED | ANSWERED | ERROR, MIG_STATE_FAILED, "", FALSE,
      "destroy neither copy" },
    { "unreachable", "postcopy-there", CALLED | ANSWERED | ERROR, MIG_STATE_FAILED, "", FALSE,
      "destroy neither copy" },
    { "postcopy-here", "absent", CALLED | ANSWERED | ERROR, MIG_STATE_FAILED, "", TRUE,
      "not on host beta any more*never resume the copy on host alpha" },
    { "absent", "postcopy-there", CALLED | ANSWERED | ERROR, MIG_STATE_FAILED, "beta", FALSE,
      "has lost the rest of its memory*save what can be saved" },
    { "absent", "running", CALLED | ANSWERED | WAS_PAUSED, MIG_STATE_COMPLETED, "beta", TRUE,
      NULL },
};

static void assert_says(const char *text, const char *words)
{
    g_auto(GStrv) parts = g_strsplit(words, "*", -1);

    for (guint i = 0; parts[i]; i++) {
        text = strstr(text, parts[i]);
        g_assert_nonnull(text);
    }
}

/* The steps are said if and only if the id is told. */
static void assert_advice(const MigEvidence *evidence, const MigConclusion *end)
{
    g_autofree char *pattern = mig_advice_pattern(end->advice);
    g_autofree char *steps = pattern ? mig_sentence(pattern, "{source}", evidence->source,
                                                    "{destination}", evidence->destination, NULL)
                                     : NULL;

    if (steps)
        g_assert_true(g_str_has_suffix(end->error->message, steps));
    for (MigAdvice other = 1; !steps && end->error && other < MIG_N_ADVICE; other++)
        g_assert_null(strstr(end->error->message, mig_advice_step(other, 0)));
}

static void assert_end(const MigEvidence *evidence, MigState state, const char *host,
                       gboolean settled, const char *says)
{
    MigConclusion end = mig_conclude(evidence);

    g_test_message("%s", end.error ? end.error->message : "completed");
    g_assert_cmpstr(mig_state_to_string(end.state), ==, mig_state_to_string(state));
    g_assert_cmpstr(end.guest_host, ==, host);
    g_assert_cmpint(mig_evidence_is_settled(evidence), ==, settled);
    g_assert_cmpint(end.error == NULL, ==, says == NULL);
    if (says)
        assert_says(end.error->message, says);
    assert_advice(evidence, &end);
    g_clear_error(&end.error);
}

static void test_ends(void)
{
    g_autoptr(GError) error = g_error_new(MIG_ERROR, MIG_ERROR_UNSAFE, "it is unsafe");

    for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
        Look source = { .sight = sight(ends[i].source) };
        Look destination = { .sight = ends[i].destination ? sight(ends[i].destination)
                                                          : (MigSight){ MIG_SIGHT_NONE } };
        guint way = ends[i].way | (ends[i].destination ? 0 : UNOPENED);
        MigEvidence evidence = make_evidence(&source, &destination, way, error);

        g_test_message("%u: %s, %s", i, ends[i].source, ends[i].destination);
        assert_end(&evidence, ends[i].state, ends[i].host, ends[i].settled, ends[i].says);
    }
}

/* Libvirt says why a guest is shut off, which is as good as its answer. */
static void test_shut_off_by_migration(void)
{
    Look source = { .sight = { SEEN, .state = VIR_DOMAIN_SHUTOFF, .persistent = TRUE,
                               .reason = VIR_DOMAIN_SHUTOFF_MIGRATED } };
    MigEvidence evidence = make_evidence(&source, &looks[0], CALLED | UNOPENED, NULL);

    assert_end(&evidence, MIG_STATE_COMPLETED, "beta", TRUE, NULL);
    evidence.on_source.reason = VIR_DOMAIN_SHUTOFF_DESTROYED;
    assert_end(&evidence, MIG_STATE_INTERRUPTED, "", TRUE, "look at host beta");
}

/* A guest in post-copy that libvirt is still at is no end; one that was broken off is, although
 * libvirt keeps its job. */
static void test_postcopy_jobs(void)
{
    MigFacts facts = { .guest_state = VIR_DOMAIN_PAUSED,
                       .guest_reason = VIR_DOMAIN_PAUSED_POSTCOPY,
                       .guest_job = TRUE };

    g_assert_true(mig_sight_of(&facts).job);
    facts.guest_reason = VIR_DOMAIN_PAUSED_POSTCOPY_FAILED;
    g_assert_false(mig_sight_of(&facts).job);
    facts.guest_state = VIR_DOMAIN_RUNNING;
    facts.guest_reason = VIR_DOMAIN_RUNNING_MIGRATED;
    g_assert_true(mig_sight_of(&facts).job);
}

/* The destination may not notice that the source has given up, and keep its job. */
static void test_postcopy_that_waits(void)
{
    g_autoptr(GError) error = g_error_new(MIG_ERROR, MIG_ERROR_UNSAFE, "it is unsafe");
    Look source = { .sight = sight("postcopy-here") };
    Look destination = { .sight = { SEEN, .state = VIR_DOMAIN_RUNNING, .job = TRUE,
                                    .reason = VIR_DOMAIN_RUNNING_POSTCOPY } };
    MigEvidence evidence = make_evidence(&source, &destination, CALLED | FOLLOWED, error);

    assert_end(&evidence, MIG_STATE_FAILED, "", TRUE,
               "libvirt gave the migration up*destroy neither copy");
    evidence.on_source.reason = VIR_DOMAIN_PAUSED_POSTCOPY;
    evidence.on_source.job = TRUE;
    g_assert_false(mig_evidence_is_settled(&evidence));
}

/* A guest that is shut off: what moves is its configuration. */
enum { UNDEFINE = 1 << 10, WAS_THERE = 1 << 11 };

static const struct {
    const char *source, *destination;
    guint way;
    MigState state;
    const char *host;
    gboolean settled;
    const char *says;
} offline_ends[] = {
    { "shutoff", "shutoff", CALLED | ANSWERED, MIG_STATE_COMPLETED, "beta", TRUE, NULL },
    { "absent", "shutoff", CALLED | ANSWERED | UNDEFINE, MIG_STATE_COMPLETED, "beta", TRUE, NULL },
    { "shutoff", "shutoff", CALLED | ANSWERED | WAS_THERE, MIG_STATE_COMPLETED, "beta", TRUE,
      NULL },
    { "shutoff", "shutoff", CALLED, MIG_STATE_COMPLETED, "beta", TRUE, NULL },
    /* it was there before: nothing tells that it is the new one */
    { "shutoff", "shutoff", CALLED | WAS_THERE, MIG_STATE_INTERRUPTED, "", TRUE,
      "both have the configuration" },
    { "shutoff", "shutoff", CALLED | ANSWERED | ERROR | WAS_THERE, MIG_STATE_FAILED, "", TRUE,
      "it is unsafe; hosts alpha and beta both have the configuration of guest \"web1\"" },
    { "shutoff", "shutoff", CALLED | ANSWERED | UNDEFINE, MIG_STATE_FAILED, "", TRUE,
      "reported success, but*virsh undefine" },
    { "shutoff", "absent", CALLED | ANSWERED | ERROR, MIG_STATE_FAILED, "alpha", TRUE,
      "it is unsafe; host alpha has the configuration of guest \"web1\", host beta has not" },
    { "shutoff", "absent", CALLED | ANSWERED, MIG_STATE_FAILED, "alpha", TRUE,
      "reported success, but" },
    { "absent", "absent", CALLED, MIG_STATE_INTERRUPTED, "", TRUE, "define it again" },
    { "shutoff", NULL, CALLED | ANSWERED, MIG_STATE_COMPLETED, "beta", TRUE, NULL },
    { "absent", NULL, CALLED | ANSWERED | UNDEFINE, MIG_STATE_COMPLETED, "beta", TRUE, NULL },
    { "shutoff", NULL, CALLED | ANSWERED | UNDEFINE, MIG_STATE_FAILED, "alpha", TRUE,
      "reported success, but" },
    { "shutoff", NULL, CALLED, MIG_STATE_INTERRUPTED, "alpha", TRUE, "was not looked at" },
    { "absent", NULL, CALLED | UNDEFINE, MIG_STATE_INTERRUPTED, "", TRUE, "look at host beta" },
    { "unreachable", "shutoff", CALLED, MIG_STATE_INTERRUPTED, "", FALSE,
      "look whether host alpha has its configuration" },
    { "running", "absent", CALLED | ANSWERED | ERROR, MIG_STATE_FAILED, "alpha", TRUE,
      "was started meanwhile" },
    { "paused", "running", CALLED | ANSWERED, MIG_STATE_FAILED, "", TRUE,
      "AND on host beta, its disks are in danger" },
};

static void test_offline(void)
{
    g_autoptr(GError) error = g_error_new(MIG_ERROR, MIG_ERROR_UNSAFE, "it is unsafe");

    for (guint i = 0; i < G_N_ELEMENTS(offline_ends); i++) {
        const char *there = offline_ends[i].destination;
        Look source = { .sight = sight(offline_ends[i].source) };
        Look destination = { .sight = there ? sight(there) : (MigSight){ MIG_SIGHT_NONE } };
        guint way = offline_ends[i].way | (there ? 0 : UNOPENED);
        MigEvidence evidence = make_evidence(&source, &destination, way, error);

        evidence.offline = TRUE;
        evidence.undefine = (way & UNDEFINE) != 0;
        evidence.was_there = (way & WAS_THERE) != 0;
        g_test_message("%u: %s, %s", i, offline_ends[i].source, there);
        assert_end(&evidence, offline_ends[i].state, offline_ends[i].host, offline_ends[i].settled,
                   offline_ends[i].says);
    }
}

/* No pair of an offline job is without a sentence. */
static void test_offline_every_pair(void)
{
    for (guint i = 0; i < N_LOOKS; i++)
        for (guint j = 0; j < N_LOOKS; j++)
            for (guint way = 0; way < N_WAYS; way++) {
                MigEvidence evidence = make_evidence(&looks[i], &looks[j], way, NULL);
                MigConclusion end;

                evidence.offline = TRUE;
                evidence.undefine = (way & 1) != 0;
                end = mig_conclude(&evidence);
                g_assert_true(end.state == MIG_STATE_COMPLETED || strlen(end.error->message) > 20);
                g_clear_error(&end.error);
            }
}

/* Of every sentence that can be, what happened is found again, for another look to go on with. */
static void test_take_what(void)
{
    g_autoptr(GError) error =
        g_error_new(MIG_ERROR, MIG_ERROR_UNSAFE, "it is unsafe; do \"this: or\" that: now");

    for (guint i = 0; i < N_LOOKS; i++)
        for (guint j = 0; j < N_LOOKS; j++)
            for (guint offline = 0; offline < 2; offline++) {
                MigEvidence evidence = make_evidence(&looks[i], &looks[j], CALLED, error);
                MigConclusion end;
                g_autofree char *what = NULL;

                evidence.error = error;
                evidence.offline = offline != 0;
                end = mig_conclude(&evidence);
                if (!end.error)
                    continue;
                what = mig_conclude_take_what(&evidence, end.error->message);
                g_assert_cmpstr(what, ==, error->message);
                g_clear_error(&end.error);
            }
}

static void test_take_what_of_others(void)
{
    MigEvidence evidence = { .guest = "web1", .source = "alpha", .destination = "beta" };
    g_autofree char *what = mig_conclude_take_what(&evidence, "the worker ended; look at both");
    g_autofree char *none = mig_conclude_take_what(&evidence, "");

    g_assert_cmpstr(what, ==, "the worker ended; look at both");
    g_assert_cmpstr(none, ==, "");
}

/* What is left of a guest, by state, reason and job, for the table of recovery. */
static const struct {
    int state, reason;
    gboolean job;
    MigRest source, destination;
} rests[] = {
    { -1, 0, FALSE, MIG_REST_GONE, MIG_REST_GONE },
    { VIR_DOMAIN_SHUTOFF, 0, FALSE, MIG_REST_GONE, MIG_REST_GONE },
    { VIR_DOMAIN_RUNNING, 0, FALSE, MIG_REST_RUNS, MIG_REST_RUNS },
    { VIR_DOMAIN_RUNNING, 0, TRUE, MIG_REST_BUSY, MIG_REST_BUSY },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_MIGRATION, FALSE, MIG_REST_HELD, MIG_REST_HELD },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_MIGRATION, TRUE, MIG_REST_BUSY, MIG_REST_INCOMING },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_STARTING_UP, FALSE, MIG_REST_PAUSED, MIG_REST_HELD },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER, FALSE, MIG_REST_PAUSED, MIG_REST_PAUSED },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR, FALSE, MIG_REST_PAUSED, MIG_REST_PAUSED },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER, TRUE, MIG_REST_BUSY, MIG_REST_BUSY },
    { VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_POSTCOPY, TRUE, MIG_REST_SPLIT, MIG_REST_SPLIT },
    { VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_POSTCOPY_FAILED, FALSE, MIG_REST_SPLIT,
      MIG_REST_SPLIT },
    { VIR_DOMAIN_PMSUSPENDED, 0, FALSE, MIG_REST_OTHER, MIG_REST_OTHER },
    { VIR_DOMAIN_SHUTDOWN, 0, FALSE, MIG_REST_OTHER, MIG_REST_OTHER },
    { 99, 0, FALSE, MIG_REST_OTHER, MIG_REST_OTHER },
};

static void test_rests(void)
{
    const MigSight unseen = { MIG_SIGHT_UNREACHABLE };

    for (guint i = 0; i < G_N_ELEMENTS(rests); i++) {
        MigSight sight = { SEEN, .state = rests[i].state, .reason = rests[i].reason,
                           .job = rests[i].job };

        g_test_message("%u", i);
        g_assert_cmpint(mig_sight_rest(&sight, FALSE), ==, rests[i].source);
        g_assert_cmpint(mig_sight_rest(&sight, TRUE), ==, rests[i].destination);
    }
    g_assert_cmpint(mig_sight_rest(&unseen, TRUE), ==, MIG_REST_UNSEEN);
}

/* Resumed after its worker's death: it failed, and says why and what was done. */
static void test_mended(void)
{
    Look source = { .sight = sight("running") }, destination = { .sight = sight("absent") };
    MigEvidence evidence = make_evidence(&source, &destination, CALLED | CLIENT_DRIVEN, NULL);

    evidence.mended = TRUE;
    assert_end(&evidence, MIG_STATE_FAILED, "alpha", TRUE, "resumed on host alpha; guest*runs on");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/conclude/every-pair", test_every_pair);
    g_test_add_func("/conclude/ends", test_ends);
    g_test_add_func("/conclude/shut-off-by-migration", test_shut_off_by_migration);
    g_test_add_func("/conclude/postcopy-jobs", test_postcopy_jobs);
    g_test_add_func("/conclude/postcopy-that-waits", test_postcopy_that_waits);
    g_test_add_func("/conclude/offline", test_offline);
    g_test_add_func("/conclude/take-what", test_take_what);
    g_test_add_func("/conclude/take-what-of-others", test_take_what_of_others);
    g_test_add_func("/conclude/rests", test_rests);
    g_test_add_func("/conclude/mended", test_mended);
    g_test_add_func("/conclude/offline-every-pair", test_offline_every_pair);

    return g_test_run();
}
