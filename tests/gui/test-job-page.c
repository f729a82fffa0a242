/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of a job and its words, in this process and without a bus. */
#include "core/refusal.h"
#include "fixture.h"
#include "job-control.h"
#include "job-graph.h"
#include "job-outcome.h"
#include "job-page.h"
#include "job-progress.h"
#include "job-recovery.h"
#include "job-report.h"
#include "job-words.h"
#include "lint.h"
#include "window.h"

#define BASE                                                                                       \
    "'Id': <uint64 7>, 'Guest': <'web'>, 'Source': <'local'>, 'Destination': <'b'>, 'Options': "   \
    "<@a{sv} {}>, "

static MigJob *make_job(const char *properties)
{
    g_autofree char *text = g_strdup_printf("{" BASE "%s}", properties);
    return parse_job(text);
}

static void change(MigJob *job, const char *properties)
{
    g_autofree char *text = g_strdup_printf("{%s}", properties);
    g_autoptr(GVariant) values = parse(text);
    mig_object_update(MIG_OBJECT(job), values);
}

/* Takes the string. */
static void assert_text(char *text, const char *expected)
{
    g_assert_cmpstr(text, ==, expected);
    g_free(text);
}

static GtkWidget *find_below(GtkWidget *widget, GType type, const char *text);

static gboolean fits(GtkWidget *widget, GType type, const char *text)
{
    if (!G_TYPE_CHECK_INSTANCE_TYPE(widget, type) || !gtk_widget_get_visible(widget))
        return FALSE;
    if (!text)
        return TRUE;
    const char *has = GTK_IS_LABEL(widget)    ? gtk_label_get_label(GTK_LABEL(widget))
                      : GTK_IS_BUTTON(widget) ? gtk_button_get_label(GTK_BUTTON(widget))
                                              : NULL;
    return has && strstr(has, text);
}

/* The first that is shown and has the text. */
static GtkWidget *find_below(GtkWidget *widget, GType type, const char *text)
{
    if (!gtk_widget_get_visible(widget))
        return NULL;
    if (fits(widget, type, text))
        return widget;
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child)) {
        GtkWidget *found = find_below(child, type, text);
        if (found)
            return found;
    }
    return NULL;
}

#define COPYING "'State': <'running'>, 'Phase': <'copying'>, "

/* words */

static void test_fill(void)
{
    g_autoptr(MigJob) job = make_job("'State': <'running'>");
    change(job, "'Guest': <'{source}%s'>");
    assert_text(mig_job_words_fill(job, "{guest} to {destination}, {other}"),
                "{source}%s to b, {other}");
}

static void test_phase(void)
{
    g_autoptr(MigJob) job = make_job(COPYING "'Iteration': <uint32 3>");
    assert_text(mig_job_words_phase(job), "Copying memory, pass 3");
    change(job, "'State': <'cancelling'>");
    assert_text(mig_job_words_phase(job), "Stopping…");
}

static void test_time_left(void)
{
    const gint64 second = G_USEC_PER_SEC;
    g_autoptr(MigJob) job = make_job(COPYING "'Iteration': <uint32 1>, 'Converging': <'unknown'>");
    assert_text(mig_job_words_time_left(job, 0, 9), NULL);
    change(job, "'ExpectedEnd': <uint64 200000000>");
    assert_text(mig_job_words_time_left(job, 0, 2), NULL);
    assert_text(mig_job_words_time_left(job, 0, 3), "at least 3 minutes left");
    assert_text(mig_job_words_time_left(job, 170 * second, 3), "less than a minute left");
    /* what is past is never negative */
    assert_text(mig_job_words_time_left(job, 900 * second, 3), "less than a minute left");
    change(job, "'Iteration': <uint32 2>, 'Converging': <'yes'>");
    assert_text(mig_job_words_time_left(job, 0, 3), "3 minutes left");
    change(job, "'ExpectedEnd': <uint64 0>, 'Converging': <'no'>");
    assert_text(mig_job_words_time_left(job, 0, 3), "cannot tell when it ends");
    change(job, "'Phase': <'verifying'>");
    assert_text(mig_job_words_time_left(job, 0, 3), NULL);
}

static void test_cancel(void)
{
    g_autoptr(MigJob) job = make_job("'State': <'running'>, 'Phase': <'checking'>");
    assert_text(mig_job_words_cancel(job),
                "Nothing was moved yet. web stays as it is on this computer.");
    change(job, "'Called': <uint64 5>, 'SourceState': <'running'>");
    assert_text(mig_job_words_cancel(job),
                "web keeps running on this computer. What was copied is thrown away.");
}

static void test_refusals(void)
{
    g_autoptr(MigJob) job = make_job(COPYING "'Controls': <{'Cancel': '', 'Pause': 'Not now.', "
                                             "'StartPostCopy': 'No.'}>, 'Refusals': <{'Cancel': "
                                             "'', 'Pause': 'of-tomorrow', 'StartPostCopy': "
                                             "'cannot-tune'}>");
    g_assert_null(mig_job_words_refusal(job, "Cancel"));
    /* an id that is not known here stays the service's sentence */
    g_assert_cmpstr(mig_job_words_refusal(job, "Pause"), ==, "Not now.");
    g_assert_cmpstr(mig_job_words_refusal(job, "StartPostCopy"), ==,
                    mig_refusal_sentence(MIG_REFUSAL_CANNOT_TUNE));
    g_assert_nonnull(mig_job_words_refusal(job, "SetBandwidth"));
}

/* ends */

typedef struct {
    const char *properties;
    MigJobEnd end;
    gboolean repeat;
    const char *where;
} Ended;

#define CALLED "'Called': <uint64 5>, "
#define STATES(state, source, destination)                                                         \
    "'State': <'" state "'>, 'SourceState': <'" source "'>, 'DestinationState': <'" destination "'>"

static const Ended ends[] = {
    { CALLED STATES("completed", "absent", "running") ", 'GuestHost': <'b'>", MIG_JOB_MOVED, FALSE,
      "web now runs on b." },
    { CALLED STATES("completed", "shutoff", "paused") ", 'GuestHost': <'b'>", MIG_JOB_MOVED, FALSE,
      "web is on b now. It is paused." },
    { CALLED STATES("cancelled", "running", "absent") ", 'GuestHost': <'local'>", MIG_JOB_STOPPED,
      TRUE, "web did not move. It still runs on this computer." },
    { CALLED STATES("failed", "running", "absent") ", 'GuestHost': <'local'>", MIG_JOB_FAILED, TRUE,
      "web did not move. It still runs on this computer." },
    { STATES("failed", "unknown", "unknown"), MIG_JOB_FAILED, TRUE,
      "web did not move. Nothing was done to it on this computer." },
    { CALLED STATES("failed", "paused", "paused"), MIG_JOB_UNCLEAR, FALSE,
      "web is paused on this computer and on b. It runs nowhere." },
    { CALLED STATES("failed", "running", "running"), MIG_JOB_TWICE, FALSE,
      "web runs on this computer AND on b. Its disks are in danger." },
    { CALLED STATES("failed", "paused", "unreachable"), MIG_JOB_UNCLEAR, FALSE,
      "web is paused on this computer. It is not known whether it runs on b." },
    { CALLED STATES("failed", "unreachable", "unreachable"), MIG_JOB_UNCLEAR, FALSE,
      "It is not known where web is and whether it runs." },
    { CALLED STATES("interrupted", "running", "absent") ", 'GuestHost': <'local'>", MIG_JOB_UNCLEAR,
      FALSE, "web runs on this computer." },
    { CALLED STATES("failed", "absent", "running") ", 'GuestHost': <'b'>", MIG_JOB_FAILED, FALSE,
      "web now runs on b." },
};

static void test_ends(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autoptr(MigJob) job = make_job(ends[i].properties);
        g_assert_cmpint(mig_job_outcome_end(job), ==, ends[i].end);
        g_assert_cmpint(mig_job_outcome_may_repeat(job), ==, ends[i].repeat);
        assert_text(mig_job_outcome_where(job), ends[i].where);
    }
}

typedef struct {
    const char *name, *sentence, *advice;
    const char *why, *steps; /* joined by | */
} Sentence;

static const Sentence sentences[] = {
    { "HostUnreachable", "host b refused a connection from host local; check Peer* in its file", "",
      "Host b refused a connection from host local.", "Check Peer* in its file." },
    { "Failed",
      "libvirt gave up; its own text names the reason; guest \"we; b\" is paused on host local and "
      "on host b: if virsh domjobinfo shows none, remove the copy; resume it",
      "remove-copy-and-resume", "Libvirt gave up.",
      "If virsh domjobinfo shows no migration on host local, remove the copy on host b with virsh "
      "destroy.|Resume the guest on host local with virsh resume." },
    { "Failed",
      "it broke; mend \"w\\\"; x\" first; guest \"w\\\": x\" was broken off: mend it; migrate it",
      "", "It broke.", "Mend \"w\\\"; x\" first." },
    { "GuestBusy", "guest \"web\" is held by another job", "",
      "Guest \"web\" is held by another job.",
      "Wait until the other job of this guest has ended." },
    { "NoSuchName", "", "", "It failed.", "Read the technical message: it names the reason." },
};

static void test_sentences(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sentences); i++) {
        g_autoptr(MigJob) job = make_job("'State': <'failed'>, 'Called': <uint64 1>");
        g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
        g_autofree char *name = g_strconcat(MIG_ERROR_PREFIX, sentences[i].name, NULL);
        g_variant_dict_insert(&dict, "Error", "(sss)", name, sentences[i].sentence, "");
        g_variant_dict_insert_value(&dict, "Verification",
                                    g_variant_new_parsed("{'advice': <%s>}", sentences[i].advice));
        g_autoptr(GVariant) values = g_variant_ref_sink(g_variant_dict_end(&dict));
        mig_object_update(MIG_OBJECT(job), values);
        g_auto(GStrv) steps = mig_job_outcome_steps(job);
        assert_text(mig_job_outcome_why(job), sentences[i].why);
        assert_text(g_strjoinv("|", steps), sentences[i].steps);
    }
}

#define AT_FAULT(id, host)                                                                         \
    "{'id': <'" id "'>, 'severity': <'blocker'>, 'arguments': <{'message': 'm', 'host': '" host    \
    "'}>, 'sentence': <'m'>, 'remedy': <''>}"

/* The host of an error is the one that its finding names. That is no step beside it, others are. */
static void test_host_at_fault(void)
{
    static const struct {
        const char *findings, *why;
    } rows[] = {
        { "", "There is no connection to this computer or b." },
        { AT_FAULT("host-unreachable", "b"), "There is no connection to b." },
        { AT_FAULT("host-unreachable", "local"), "There is no connection to this computer." },
        { AT_FAULT("host-timeout", "b"), "There is no connection to this computer or b." },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text =
            g_strdup_printf("'State': <'failed'>, 'Error': <('" MIG_ERROR_PREFIX "HostUnreachable'"
                            ", '', '')>, 'Findings': <@aa{sv} [%s]>",
                            rows[i].findings);
        g_autoptr(MigJob) job = make_job(text);
        g_auto(GStrv) steps = mig_job_outcome_steps(job);
        assert_text(mig_job_outcome_why(job), rows[i].why);
        g_assert_cmpuint(g_strv_length(steps), ==, strstr(rows[i].findings, "timeout") ? 2 : 1);
    }
}

static void assert_configuration(const char *verification, gboolean warns, const char *expected)
{
    g_autofree char *text =
        g_strdup_printf("'State': <'completed'>, 'Verification': <@a{sv} {%s}>", verification);
    g_autoptr(MigJob) job = make_job(text);
    gboolean warning;
    assert_text(mig_job_outcome_configuration(job, &warning), expected);
    g_assert_cmpint(warning, ==, warns);
}

#define CONFIGURATION(persistent, source)                                                          \
    "'checked': <true>, 'persistent': <" persistent ">, 'source-configuration': <'" source "'>"

static void test_configuration(void)
{
    assert_configuration("", FALSE, NULL);
    assert_configuration(CONFIGURATION("true", "removed"), FALSE,
                         "web lives on b. Its configuration was removed from this computer.");
    assert_configuration(CONFIGURATION("true", "none"), FALSE,
                         "web lives on b. Its configuration is saved there.");
    assert_configuration(
        CONFIGURATION("true", "unchanged"), TRUE,
        "web lives on b. A configuration is on this computer too: never start both.");
    assert_configuration(CONFIGURATION("false", "unchanged"), FALSE,
                         "web runs on b until it is shut down. Its configuration is on this "
                         "computer, where it can be started again.");
    assert_configuration(CONFIGURATION("false", "none"), TRUE,
                         "web runs on b until it is shut down, then it is gone. No host keeps its "
                         "configuration.");
    assert_configuration("'checked': <false>", FALSE,
                         "It could not be seen what has become of its configuration.");
}

static void test_summary(void)
{
    g_autoptr(MigJob) job =
        make_job("'State': <'completed'>, 'Created': <uint64 1000000>, 'Finished': <uint64 "
                 "93000000>, 'Downtime': <uint64 48>, 'Statistics': <{'data_processed': uint64 "
                 "3113851290}>");
    assert_text(mig_job_outcome_summary(job),
                "Moved in 1 min 32 s, paused for 48 ms, sent 2.9\u00a0GiB");
    change(job, "'State': <'failed'>");
    assert_text(mig_job_outcome_summary(job), "");
}

static void test_options_back(void)
{
    g_autoptr(MigJob) job = make_job("'State': <'completed'>");
    change(job, "'Options': <{'persist': <true>, 'interface-address': <'192.0.2.2'>}>");
    g_autoptr(GVariant) back = g_variant_ref_sink(mig_job_outcome_options_back(job));
    assert_text(g_variant_print(back, FALSE), "{'persist': <true>}");
}

static void test_report(void)
{
    g_autoptr(MigJob) job =
        make_job(COPYING "'Created': <uint64 1700000000000000>, 'Error': <('n', 's', 'raw')>");
    g_autofree char *report = mig_job_report(job);
    g_assert_nonnull(strstr(report, "guest: web\n"));
    g_assert_nonnull(strstr(report, "id: 7\n"));
    g_assert_nonnull(strstr(report, "error: ('n', 's', 'raw')\n"));
    g_assert_nonnull(strstr(report, "Created (UTC): 2023-11-14T22:13:20Z\n"));
}

/* widgets */

static void assert_bar_says(GtkWidget *bar, const char *text)
{
    g_assert_nonnull(strstr(gtk_progress_bar_get_text(GTK_PROGRESS_BAR(bar)), text));
}

static void test_bar(void)
{
    g_autoptr(MigJob) job = make_job(COPYING "'Progress': <0.5>");
    MigJobProgress *progress = g_object_ref_sink(g_object_new(MIG_TYPE_JOB_PROGRESS, NULL));
    GtkWidget *bar = find_below(GTK_WIDGET(progress), GTK_TYPE_PROGRESS_BAR, NULL);
    mig_job_progress_update(progress, job, 0);
    assert_bar_says(bar, "50 %");
    change(job, "'Progress': <0.25>");
    mig_job_progress_update(progress, job, 0);
    g_assert_cmpfloat(gtk_progress_bar_get_fraction(GTK_PROGRESS_BAR(bar)), ==, 0.5);
    assert_bar_says(bar, "50 %");
    change(job, "'Progress': <0.75>");
    mig_job_progress_update(progress, job, 0);
    g_assert_cmpfloat(gtk_progress_bar_get_fraction(GTK_PROGRESS_BAR(bar)), ==, 0.75);
    g_object_unref(progress);
}

#define STUCK "fast as it can be copied"

static void test_help(void)
{
    g_autoptr(MigJob) job = make_job(
        COPYING "'Converging': <'no'>, 'Controls': <{'StartPostCopy': 'No.', 'Pause': ''}>");
    GtkWidget *progress = g_object_ref_sink(g_object_new(MIG_TYPE_JOB_PROGRESS, NULL));
    mig_job_progress_update(MIG_JOB_PROGRESS(progress), job, 0);
    g_assert_nonnull(find_below(progress, GTK_TYPE_LABEL, STUCK));
    g_assert_nonnull(find_below(progress, GTK_TYPE_BUTTON, "Stop Guest to Finish"));
    g_assert_null(find_below(progress, GTK_TYPE_BUTTON, "Switch Over Now"));
    change(job, "'Converging': <'yes'>");
    mig_job_progress_update(MIG_JOB_PROGRESS(progress), job, 0);
    g_assert_null(find_below(progress, GTK_TYPE_LABEL, STUCK));
    g_object_unref(progress);
}

static void test_silent_host(void)
{
    g_autoptr(MigJob) job = make_job("'State': <'cancelling'>, 'Phase': <'copying'>");
    GtkWidget *progress = g_object_ref_sink(g_object_new(MIG_TYPE_JOB_PROGRESS, NULL));
    mig_job_progress_update(MIG_JOB_PROGRESS(progress), job, G_USEC_PER_SEC);
    g_assert_null(find_below(progress, GTK_TYPE_LABEL, "not confirmed"));
    mig_job_progress_update(MIG_JOB_PROGRESS(progress), job, 40 * G_USEC_PER_SEC);
    g_assert_nonnull(find_below(progress, GTK_TYPE_LABEL, "not confirmed"));
    g_object_unref(progress);
}

static void assert_described(GtkWidget *graph, const char *description)
{
    gtk_test_accessible_assert_property(GTK_ACCESSIBLE(graph), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                        description);
}

static void test_graph(void)
{
    GtkWidget *graph = g_object_ref_sink(mig_job_graph_new());
    gtk_test_accessible_assert_role(graph, GTK_ACCESSIBLE_ROLE_IMG);
    g_assert_cmpuint(lint(graph), ==, 0);
    assert_described(graph, "Nothing was measured yet");
    g_object_unref(graph);

    g_autoptr(GVariant) samples = g_variant_ref_sink(g_variant_new_parsed(
        "[(uint64 1000000, uint64 4096, uint64 0, uint64 0), (2000000, 2048, 2048, 9)]"));
    graph = g_object_ref_sink(mig_job_graph_new());
    mig_job_graph_add(MIG_JOB_GRAPH(graph), 1500000, 3072);
    mig_job_graph_add(MIG_JOB_GRAPH(graph), 3000000, 1024);
    mig_job_graph_set_samples(MIG_JOB_GRAPH(graph), samples);
    g_assert_cmpuint(mig_job_graph_get_count(MIG_JOB_GRAPH(graph)), ==, 3);
    mig_job_graph_add(MIG_JOB_GRAPH(graph), 3000001, 512);
    g_assert_cmpuint(mig_job_graph_get_count(MIG_JOB_GRAPH(graph)), ==, 3);
    mig_job_graph_finish(MIG_JOB_GRAPH(graph), 3000001);
    mig_job_graph_finish(MIG_JOB_GRAPH(graph), 3000001);
    g_assert_cmpuint(mig_job_graph_get_count(MIG_JOB_GRAPH(graph)), ==, 4);
    g_object_unref(graph);
}

/* A screen reader is told at once, and then not again for a while. */
static void test_graph_is_quiet(void)
{
    GtkWidget *graph = g_object_ref_sink(mig_job_graph_new());
    const gint64 began = g_get_monotonic_time();
    mig_job_graph_add(MIG_JOB_GRAPH(graph), 1000000, 4096);
    mig_job_graph_add(MIG_JOB_GRAPH(graph), 2000000, 2048);
    assert_described(graph, "Nothing was measured yet");
    while (!gtk_test_accessible_has_property(GTK_ACCESSIBLE(graph),
                                             GTK_ACCESSIBLE_PROPERTY_DESCRIPTION) ||
           gtk_test_accessible_check_property(GTK_ACCESSIBLE(graph),
                                              GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                              "2.0\u00a0KiB left, falling"))
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(g_get_monotonic_time() - began, >=, 4 * G_USEC_PER_SEC);
    g_object_unref(graph);
}

static void test_graph_has_an_end(void)
{
    GtkWidget *graph = g_object_ref_sink(mig_job_graph_new());
    for (guint i = 0; i < 20 * MIG_JOB_GRAPH_MAX; i++)
        mig_job_graph_add(MIG_JOB_GRAPH(graph), (gint64) i * G_USEC_PER_SEC, i);
    g_assert_cmpuint(mig_job_graph_get_count(MIG_JOB_GRAPH(graph)), <=, MIG_JOB_GRAPH_MAX);
    g_assert_cmpuint(mig_job_graph_get_count(MIG_JOB_GRAPH(graph)), >=, MIG_JOB_GRAPH_MAX / 2);
    g_object_unref(graph);
}

/* Every state of a job on its page in a window: named, and what is shown is of that state. */
static void test_page(void)
{
    g_autoptr(MigClient) client = mig_client_new();
    g_autoptr(MigJob) job = make_job("'State': <'queued'>, 'Phase': <'queued'>");
    MigWindow *window = mig_window_new(NULL, client);
    GtkWidget *page = mig_job_page_new(client, job);
    mig_window_push(window, page, "job");
    gtk_window_present(GTK_WINDOW(window));
    while (!gtk_widget_get_mapped(page))
        g_main_context_iteration(NULL, TRUE);
    g_assert_true(mig_job_page_get_job(MIG_JOB_PAGE(page)) == job);
    g_assert_nonnull(find_below(page, GTK_TYPE_LABEL, "Waiting for its turn"));
    g_assert_null(find_below(page, MIG_TYPE_JOB_GRAPH, NULL));
    g_assert_cmpuint(lint(page), ==, 0);

    change(job, COPYING "'Progress': <0.5>, 'Remaining': <uint64 1048576>");
    while (!find_below(page, GTK_TYPE_LABEL, "1.0\u00a0MiB"))
        g_main_context_iteration(NULL, TRUE);
    g_assert_nonnull(find_below(page, MIG_TYPE_JOB_GRAPH, NULL));
    g_assert_nonnull(find_below(page, GTK_TYPE_BUTTON, "_Stop…"));
    g_assert_cmpuint(lint(page), ==, 0);

    change(job, CALLED STATES("failed", "running", "absent") ", 'GuestHost': <'local'>");
    while (!find_below(page, GTK_TYPE_LABEL, "It still runs on this computer."))
        g_main_context_iteration(NULL, TRUE);
    g_assert_null(find_below(page, GTK_TYPE_BUTTON, "_Stop…"));
    g_assert_null(find_below(page, GTK_TYPE_PROGRESS_BAR, NULL));
    g_assert_nonnull(find_below(page, GTK_TYPE_BUTTON, "_Try Again"));
    g_assert_cmpuint(lint(page), ==, 0);
    gtk_window_destroy(GTK_WINDOW(window));
}

/* Each step that is offered has a row with the names of the hosts, in the order of the service. */
static void test_recovery_rows(void)
{
    g_autoptr(MigJob) job = make_job("'State': <'failed'>, 'Recovery': <['destroy-destination', "
                                     "'resume-source', 'of-the-future', 'look-again']>");
    MigJobRecovery *rows = g_object_ref_sink(g_object_new(MIG_TYPE_JOB_RECOVERY, NULL));

    mig_job_recovery_update(rows, job);
    g_assert_true(gtk_widget_get_visible(GTK_WIDGET(rows)));
    g_assert_nonnull(find_below(GTK_WIDGET(rows), GTK_TYPE_LABEL, "Remove the copy on b"));
    g_assert_nonnull(find_below(GTK_WIDGET(rows), GTK_TYPE_LABEL, "Resume web on this computer"));
    g_assert_nonnull(find_below(GTK_WIDGET(rows), GTK_TYPE_LABEL, "Look again"));
    g_assert_null(find_below(GTK_WIDGET(rows), GTK_TYPE_LABEL, "of-the-future"));
    g_assert_null(find_below(GTK_WIDGET(rows), GTK_TYPE_LABEL, "{"));

    change(job, "'Recovery': <['resume-source']>");
    mig_job_recovery_update(rows, job);
    g_assert_null(find_below(GTK_WIDGET(rows), GTK_TYPE_LABEL, "Remove the copy on b"));
    change(job, "'Recovery': <@as []>");
    mig_job_recovery_update(rows, job);
    g_assert_false(gtk_widget_get_visible(GTK_WIDGET(rows)));
    g_object_unref(rows);
}

/* The app knows every step of the service, and words for it. */
static void test_recovery_steps(void)
{
    static const char *const steps[] = { "destroy-destination", "resume-source", "destroy-source",
                                         "resume-destination",  "stop-source",   "stop-destination",
                                         "look-again" };
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autofree char *offered = g_strdup_printf("'Recovery': <['%s']>", steps[i]);
        g_autoptr(MigJob) job = make_job(offered);
        MigJobRecovery *rows = g_object_ref_sink(g_object_new(MIG_TYPE_JOB_RECOVERY, NULL));

        mig_job_recovery_update(rows, job);
        g_assert_nonnull(find_below(GTK_WIDGET(rows), ADW_TYPE_PREFERENCES_ROW, NULL));
        g_assert_nonnull(find_below(GTK_WIDGET(rows), GTK_TYPE_BUTTON, NULL));
        g_object_unref(rows);
    }
}

static void test_waiting(void)
{
    g_autoptr(MigJob) job = make_job("'State': <'running'>, 'Phase': <'preparing'>, "
                                     "'WaitingFor': <'b'>");
    MigJobProgress *progress = g_object_ref_sink(g_object_new(MIG_TYPE_JOB_PROGRESS, NULL));

    mig_job_progress_update(progress, job, 0);
    g_assert_nonnull(find_below(GTK_WIDGET(progress), GTK_TYPE_LABEL, "b does not answer"));
    change(job, "'WaitingFor': <''>");
    mig_job_progress_update(progress, job, 0);
    g_assert_null(find_below(GTK_WIDGET(progress), GTK_TYPE_LABEL, "does not answer"));
    g_object_unref(progress);
}

int main(int argc, char **argv)
{
    gtk_test_init(&argc, &argv, NULL);
    adw_init();
    g_object_set(gtk_settings_get_default(), "gtk-enable-animations", FALSE, NULL);
    g_test_add_func("/job-words/fill", test_fill);
    g_test_add_func("/job-words/phase", test_phase);
    g_test_add_func("/job-words/time-left", test_time_left);
    g_test_add_func("/job-words/cancel", test_cancel);
    g_test_add_func("/job-words/refusals", test_refusals);
    g_test_add_func("/job-outcome/ends", test_ends);
    g_test_add_func("/job-outcome/sentences", test_sentences);
    g_test_add_func("/job-outcome/host-at-fault", test_host_at_fault);
    g_test_add_func("/job-outcome/configuration", test_configuration);
    g_test_add_func("/job-outcome/summary", test_summary);
    g_test_add_func("/job-outcome/options-back", test_options_back);
    g_test_add_func("/job-report", test_report);
    g_test_add_func("/job-progress/bar", test_bar);
    g_test_add_func("/job-progress/help", test_help);
    g_test_add_func("/job-progress/silent-host", test_silent_host);
    g_test_add_func("/job-graph/samples", test_graph);
    g_test_add_func("/job-graph/quiet", test_graph_is_quiet);
    g_test_add_func("/job-graph/end", test_graph_has_an_end);
    g_test_add_func("/job-page", test_page);
    g_test_add_func("/job-words/recovery-rows", test_recovery_rows);
    g_test_add_func("/job-words/recovery-steps", test_recovery_steps);
    g_test_add_func("/job-words/waiting", test_waiting);
    return g_test_run();
}
