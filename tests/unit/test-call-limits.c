/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of what waits and what is refused where the bus does not play along: it does not say whose
 * call it is, takes no answers, or is gone. The bus is played, and so is the clock: rates are
 * exact.
 */
#include "call-limits.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "access.h"
#include "bus-fixture.h"
#include "denial.h"
#include "sd-autoptr.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define MANAGER "org.example.Migration1.Manager"
#define SECONDS 120

typedef enum { USERS_KNOWN, USERS_GONE, USERS_NONE, USERS_SILENT } Users;

typedef struct {
    sd_event *event;
    sd_bus *service, *caller;
    Limits *limits;
    Users users;
    guint asked;          /* whose call it is */
    GQueue unsaid;        /* sd_bus_message: such questions that have no answer */
    sd_bus_message *last; /* that the service has got */
    guint got, passed, sent, answered, limited, journaled;
    char *error; /* the last one's text */
    char *error_name;
} Scene;

static Scene *scene;
static gint64 now = 1000 * G_USEC_PER_SEC;

extern gint64 __wrap_g_get_monotonic_time(void);
extern gint64 __real_g_get_monotonic_time(void);

gint64 __wrap_g_get_monotonic_time(void)
{
    return now;
}

/* The bus */

static void say_user(sd_bus_message *question, Users users)
{
    if (users == USERS_KNOWN)
        sd_bus_reply_method_return(question, "u", 1000u);
    else if (users == USERS_GONE)
        sd_bus_reply_method_errorf(question, SD_BUS_ERROR_NAME_HAS_NO_OWNER, "it has left");
    else
        sd_bus_reply_method_errorf(question, SD_BUS_ERROR_FAILED, "it has come by another way");
}

static int on_question(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    if (sd_bus_message_is_method_call(m, NULL, "GetConnectionUnixUser") <= 0)
        return 0;
    scene->asked++;
    if (scene->users == USERS_SILENT)
        g_queue_push_tail(&scene->unsaid, sd_bus_message_ref(m));
    else
        say_user(m, scene->users);

    return 1;
}

/* The journal */

void denial_journal(sd_bus_message *call, const guint32 *uid, const char *action, const char *why,
                    const char *const *details)
{
    g_assert_null(uid);
    g_assert_cmpstr(sd_bus_message_get_member(call), ==, "Plan");
    g_assert_cmpstr(action, ==, ACCESS_PREFIX "check");
    g_assert_cmpstr(why, ==, LIMITS_NO_USER);
    scene->journaled++;
}

/* The service */

static int on_call(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    scene->passed++;

    return sd_bus_reply_method_return(m, NULL);
}

/* Comes before the limits. */
static int on_any(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    if (sd_bus_message_is_method_call(m, NULL, NULL) > 0 && m != scene->last) {
        scene->got++;
        sd_bus_message_unref(scene->last);
        scene->last = sd_bus_message_ref(m);
    }

    return 0;
}

static void begin_without_limits(void)
{
    int fds[2];

    scene = g_new0(Scene, 1);
    g_assert_cmpint(sd_event_new(&scene->event), >=, 0);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
    scene->service = bus_new(fds[0], TRUE);
    scene->caller = bus_new(fds[1], FALSE);
    g_assert_cmpint(sd_bus_attach_event(scene->service, scene->event, 0), >=, 0);
    g_assert_cmpint(sd_bus_attach_event(scene->caller, scene->event, 0), >=, 0);
    g_assert_cmpint(sd_bus_add_fallback(scene->caller, NULL, "/", on_question, NULL), >=, 0);
    g_assert_cmpint(sd_bus_add_fallback(scene->service, NULL, "/", on_call, NULL), >=, 0);
}

static void begin(Users users)
{
    g_autoptr(GError) error = NULL;

    begin_without_limits();
    scene->users = users;
    scene->limits = limits_new(scene->service, &error);
    g_assert_no_error(error);
    g_assert_cmpint(limits_begin(scene->limits), >=, 0);
    g_assert_cmpint(sd_bus_add_filter(scene->service, NULL, on_any, NULL), >=, 0);
}

static void drop_message(void *message)
{
    sd_bus_message_unref(message);
}

static void end(void)
{
    limits_free(scene->limits);
    g_queue_clear_full(&scene->unsaid, drop_message);
    sd_bus_message_unref(scene->last);
    sd_bus_close_unref(scene->caller);
    sd_bus_close_unref(scene->service);
    sd_event_unref(scene->event);
    g_free(scene->error);
    g_free(scene->error_name);
    g_free(scene);
}

static void run_until(const guint *count, guint wanted)
{
    gint64 deadline = __real_g_get_monotonic_time() + SECONDS * G_USEC_PER_SEC;

    while (*count < wanted) {
        g_assert_cmpint(sd_event_run(scene->event, G_USEC_PER_SEC), >=, 0);
        g_assert_cmpint(__real_g_get_monotonic_time(), <, deadline);
    }
    g_assert_cmpuint(*count, ==, wanted);
}

/* Callers */

static int on_answer(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error)
{
    const sd_bus_error *error = sd_bus_message_get_error(answer);

    scene->answered++;
    if (!error)
        return 0;
    scene->limited += g_str_equal(error->name, mig_error_name(MIG_ERROR_LIMITS_EXCEEDED));
    g_free(scene->error);
    scene->error = g_strdup(error->message);
    g_free(scene->error_name);
    scene->error_name = g_strdup(error->name);

    return 0;
}

static sd_bus_message *message_new(guint sender, const char *interface, const char *member)
{
    g_autofree char *name = g_strdup_printf(":1.%u", sender);
    sd_bus_message *m = NULL;

    g_assert_cmpint(
        sd_bus_message_new_method_call(scene->caller, &m, NULL, "/x", interface, member), >=, 0);
    if (sender)
        g_assert_cmpint(sd_bus_message_set_sender(m, name), >=, 0);

    return m;
}

/* `sender` 0: a call that says nobody's name. */
static void call_with(guint sender, const char *interface, const char *member, const char *text)
{
    g_autoptr(sd_bus_message) m = message_new(sender, interface, member);

    g_assert_cmpint(sd_bus_message_append(m, "s", text), >=, 0);
    g_assert_cmpint(sd_bus_call_async(scene->caller, NULL, m, on_answer, NULL, UINT64_MAX), >=, 0);
    scene->sent++;
}

static void call(guint sender)
{
    call_with(sender, MANAGER, "Plan", "");
}

static void read_property(guint sender)
{
    call_with(sender, PROPERTIES, "Get", "");
}

static void call_without_reply(guint sender, const char *interface, const char *member)
{
    g_autoptr(sd_bus_message) m = message_new(sender, interface, member);

    g_assert_cmpint(sd_bus_message_set_expect_reply(m, FALSE), >=, 0);
    g_assert_cmpint(sd_bus_send(scene->caller, m, NULL), >=, 0);
    scene->sent++;
}

static void assert_limited(guint times, const char *words)
{
    g_assert_cmpuint(scene->limited, ==, times);
    if (!strstr(scene->error, words))
        g_error("says: %s\nmust say: %s", scene->error, words);
}

/* Whose call it is */

static void test_users_not_known(void)
{
    begin(USERS_SILENT);
    for (guint i = 0; i < 5; i++)
        call(1);
    run_until(&scene->got, 5);
    run_until(&scene->asked, 1);
    g_assert_false(limits_idle(scene->limits));
    say_user(g_queue_peek_head(&scene->unsaid), USERS_GONE);
    run_until(&scene->answered, 5);
    g_assert_cmpuint(scene->passed, ==, 0);
    g_assert_cmpstr(scene->error_name, ==, mig_error_name(MIG_ERROR_ACCESS_DENIED));
    g_assert_true(limits_idle(scene->limits));
    g_assert_cmpuint(scene->journaled, ==, 0);
    /* the next one asks again */
    scene->users = USERS_KNOWN;
    call(1);
    run_until(&scene->passed, 1);
    g_assert_cmpuint(scene->asked, ==, 2);
    end();
}

static void test_users_not_said(void)
{
    begin(USERS_NONE);
    for (guint i = 1; i <= 3; i++) {
        call(1);
        run_until(&scene->answered, i);
        g_assert_cmpstr(scene->error_name, ==, mig_error_name(MIG_ERROR_ACCESS_DENIED));
        g_assert_cmpuint(scene->journaled, ==, 1);
    }
    call(2);
    run_until(&scene->answered, 4);
    g_assert_cmpuint(scene->journaled, ==, 2);
    g_assert_cmpuint(scene->passed, ==, 0);
    end();
}

static void assert_user(const char *sender, gboolean known)
{
    g_autoptr(GError) error = NULL;
    guint32 uid = 0;

    g_assert_cmpint(limits_user(scene->limits, scene->last, &uid, &error), ==, known);
    g_assert_cmpstr(sd_bus_message_get_sender(scene->last), ==, sender);
    if (known)
        g_assert_cmpuint(uid, ==, 1000);
    else
        g_assert_error(error, MIG_ERROR, MIG_ERROR_ACCESS_DENIED);
}

static void test_user_of_a_call(void)
{
    begin(USERS_KNOWN);
    read_property(1); /* of what is everybody's to read */
    run_until(&scene->passed, 1);
    g_assert_cmpuint(scene->asked, ==, 0);
    assert_user(":1.1", FALSE);
    limits_forget(scene->limits, ":1.1");
    assert_user(":1.1", FALSE);
    call(1);
    run_until(&scene->passed, 2);
    assert_user(":1.1", TRUE);
    end();
}

static void test_without_sender(void)
{
    begin(USERS_KNOWN);
    call(0);
    run_until(&scene->passed, 1);
    g_assert_cmpuint(scene->asked, ==, 0);
    end();
}

/* What waits */

static void test_waiting_of_a_sender(void)
{
    begin(USERS_SILENT);
    for (guint i = 0; i < 129; i++)
        call(1);
    run_until(&scene->answered, 1);
    assert_limited(1, "128 calls wait to be answered and 128 are of this caller");
    call_without_reply(1, MANAGER, "Migrate");
    run_until(&scene->got, 130);
    /* nobody else is held back, and all are answered in the end */
    scene->users = USERS_KNOWN;
    call(2);
    run_until(&scene->passed, 1);
    say_user(g_queue_peek_head(&scene->unsaid), USERS_KNOWN);
    run_until(&scene->answered, 130);
    g_assert_cmpuint(scene->passed, ==, 129);
    end();
}

static void test_waiting_in_all(void)
{
    begin(USERS_SILENT);
    for (guint i = 0; i < 8192; i++)
        call(1 + i / 128);
    run_until(&scene->got, 8192);
    g_assert_cmpuint(scene->answered, ==, 0);
    for (guint i = 0; i < 9; i++)
        call(100);
    run_until(&scene->got, 8201);
    run_until(&scene->answered, 1);
    assert_limited(1, "8200 calls wait to be answered and 8 are of this caller");
    end();
}

static void test_waiting_bytes(void)
{
    g_autofree char *text = g_strnfill(65000, 'x');

    begin(USERS_SILENT);
    for (guint i = 0; i < 300; i++)
        call_with(1 + i / 100, MANAGER, "Plan", text);
    run_until(&scene->got, 300);
    /* 16 MiB are 258 of them */
    run_until(&scene->answered, 42);
    assert_limited(42, "258 calls wait to be answered and 58 are of this caller");
    end();
}

static void test_too_many_callers(void)
{
    g_autoptr(GError) error = NULL;

    begin(USERS_SILENT);
    for (guint i = 1; i <= ACCOUNTS_MAX + 1; i++)
        call(i);
    run_until(&scene->answered, 1);
    assert_limited(1, "too many callers");
    /* the same for what a call opens, and for one that has been kept */
    g_assert_cmpstr(sd_bus_message_get_sender(scene->last), ==, ":1.1025");
    g_assert_null(limits_open(scene->limits, scene->last, OPEN_QUESTIONS, &error));
    g_assert_error(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED);
    limits_pass(scene->limits, scene->last);
    run_until(&scene->got, ACCOUNTS_MAX + 1);
    g_assert_cmpuint(scene->passed, ==, 0);
    end();
}

/* How fast */

static void test_too_fast(void)
{
    static const struct {
        void (*call)(guint sender);
        guint burst, rate;
        const char *words;
    } rows[] = {
        { call, 200, 50, "calls come too fast: a caller may make 200 at once and 50 a second" },
        { read_property, 10000, 5000,
          "reads come too fast: a caller may make 10000 at once and 5000 a second" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        begin(USERS_KNOWN);
        for (guint n = 1; n <= rows[i].burst; n++) {
            rows[i].call(1);
            if (n % 100 == 0)
                run_until(&scene->answered, n);
        }
        g_assert_cmpuint(scene->limited, ==, 0);
        rows[i].call(1);
        run_until(&scene->answered, rows[i].burst + 1);
        assert_limited(1, rows[i].words);
        now += G_USEC_PER_SEC / rows[i].rate;
        rows[i].call(1);
        run_until(&scene->answered, rows[i].burst + 2);
        g_assert_cmpuint(scene->limited, ==, 1);
        end();
    }
}

/* What nobody waits for is done if it changes something, and if it does not come too fast. */
static void test_without_reply(void)
{
    begin(USERS_KNOWN);
    call_without_reply(1, PROPERTIES, "Get");
    call_without_reply(1, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects");
    call_without_reply(1, MANAGER, "Migrate");
    run_until(&scene->passed, 1);
    g_assert_cmpstr(sd_bus_message_get_member(scene->last), ==, "Migrate");
    g_assert_cmpuint(scene->got, ==, 3);
    for (guint i = 1; i <= 200; i++) {
        call_without_reply(2, MANAGER, "Migrate");
        if (i % 100 == 0)
            run_until(&scene->passed, 1 + i);
    }
    for (guint i = 0; i < 10; i++)
        call_without_reply(2, MANAGER, "Migrate");
    read_property(2); /* comes after them */
    run_until(&scene->answered, 1);
    g_assert_cmpuint(scene->passed, ==, 1 + 200 + 1);
    end();
}

/* Without a bus, or with one that fails */

static void test_nothing(void)
{
    limits_free(NULL);
    limits_close(NULL);
    turns_free(NULL);
    turns_drop(NULL);
    accounts_free(NULL);
}

static void test_without_loop(void)
{
    g_autoptr(GError) error = NULL;

    begin_without_limits();
    g_assert_cmpint(sd_bus_detach_event(scene->service), >=, 0);
    g_assert_null(limits_new(scene->service, &error));
    g_assert_error(error, MIG_ERROR, MIG_ERROR_FAILED);
    end();
}

typedef struct {
    Accounts *accounts;
    Turns *turns;
    Account *account;
    guint acted;
    void (*in_turn)(void); /* what the last act does */
    guint last;
} Row;

static Row *row;

static void begin_row(void (*in_turn)(void), guint last)
{
    begin_without_limits();
    row = g_new0(Row, 1);
    row->accounts = accounts_new(turn_free);
    g_assert_cmpint(turns_new(scene->service, row->accounts, &row->turns), >=, 0);
    row->account = accounts_get(row->accounts, ":1.1", now);
    row->in_turn = in_turn;
    row->last = last;
}

static void end_row(void)
{
    g_assert_cmpuint(turns_waiting(row->turns), ==, 0);
    g_assert_cmpuint(turns_waiting_bytes(row->turns), ==, 0);
    turns_free(row->turns);
    accounts_free(row->accounts);
    g_free(row);
    end();
}

static void act(void *data)
{
    if (++row->acted == row->last)
        row->in_turn();
}

static void leave(void)
{
    accounts_forget(row->accounts, ":1.1");
    g_assert_null(accounts_find(row->accounts, ":1.1"));
}

static void test_caller_leaves_in_its_turn(void)
{
    begin_row(leave, 1);
    turns_add_act(row->turns, row->account, act, NULL);
    run_until(&row->acted, 1);
    end_row();
}

static void lose_bus(void)
{
    sd_bus_close(scene->service);
}

/* It is asked for a sign after 32 turns, and there is none any more. */
static void test_bus_is_gone(void)
{
    begin_row(lose_bus, 32);
    for (guint i = 0; i < 40; i++)
        turns_add_act(row->turns, row->account, act, NULL);
    run_until(&row->acted, 40);
    end_row();
}

static void test_user_is_known_when_nothing_waits(void)
{
    begin_row(NULL, 0);
    turns_hold(row->turns, row->account);
    turns_drop(turns_add_act(row->turns, row->account, act, NULL));
    turns_go_on(row->turns, row->account);
    g_assert_false(row->account->ready);
    turns_add_act(row->turns, row->account, act, NULL);
    run_until(&row->acted, 1);
    end_row();
}

/* Such a one never comes from a bus. */
static void test_call_that_cannot_be_passed_on(void)
{
    g_autoptr(sd_bus_message) m = NULL;

    begin_row(NULL, 0);
    m = message_new(1, MANAGER, "Plan");
    turns_add_call(row->turns, row->account, m, 10, NULL);
    turns_add_act(row->turns, row->account, act, NULL);
    run_until(&row->acted, 1);
    g_assert_cmpuint(scene->passed, ==, 0);
    end_row();
}

/* A bus that does not say hello takes nothing: what was to be passed on waits in sd-bus then. */
static void test_bus_is_not_ready(void)
{
    g_autoptr(sd_bus_message) m = NULL;
    sd_bus *ready;
    int fds[2];

    begin_row(NULL, 0);
    ready = scene->service;
    m = message_new(1, MANAGER, "Plan");
    g_assert_cmpint(sd_bus_message_seal(m, 1, 0), >=, 0);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
    scene->service = bus_new(fds[0], TRUE);
    g_assert_cmpint(sd_bus_attach_event(scene->service, scene->event, 0), >=, 0);
    turns_free(row->turns);
    g_assert_cmpint(turns_new(scene->service, row->accounts, &row->turns), >=, 0);
    turns_add_call(row->turns, row->account, m, 10, NULL);
    turns_add_act(row->turns, row->account, act, NULL);
    run_until(&row->acted, 1);
    g_assert_false(turns_passes(row->turns, m));
    sd_bus_close_unref(ready);
    close(fds[1]);
    end_row();
}

static void test_caller_that_does_not_read(void)
{
    g_autofree char *text = g_strnfill(1000, 'x');
    uint64_t unsent = 0;

    begin(USERS_KNOWN);
    call(1);
    run_until(&scene->answered, 1);
    /* the socket takes some megabytes first */
    for (guint i = 0; i < 50000; i++)
        turns_refuse(scene->last, MIG_ERROR_LIMITS_EXCEEDED, text);
    g_assert_cmpint(sd_bus_get_n_queued_write(scene->service, &unsent), >=, 0);
    g_assert_cmpuint(unsent, ==, 4096);
    end();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/call-limits/users-not-known", test_users_not_known);
    g_test_add_func("/call-limits/users-not-said", test_users_not_said);
    g_test_add_func("/call-limits/user-of-a-call", test_user_of_a_call);
    g_test_add_func("/call-limits/without-sender", test_without_sender);
    g_test_add_func("/call-limits/waiting-of-a-sender", test_waiting_of_a_sender);
    g_test_add_func("/call-limits/waiting-in-all", test_waiting_in_all);
    g_test_add_func("/call-limits/waiting-bytes", test_waiting_bytes);
    g_test_add_func("/call-limits/too-many-callers", test_too_many_callers);
    g_test_add_func("/call-limits/too-fast", test_too_fast);
    g_test_add_func("/call-limits/without-reply", test_without_reply);
    g_test_add_func("/call-limits/nothing", test_nothing);
    g_test_add_func("/call-limits/without-loop", test_without_loop);
    g_test_add_func("/turns/caller-leaves-in-its-turn", test_caller_leaves_in_its_turn);
    g_test_add_func("/turns/bus-is-gone", test_bus_is_gone);
    g_test_add_func("/turns/user-is-known-when-nothing-waits",
                    test_user_is_known_when_nothing_waits);
    g_test_add_func("/turns/call-that-cannot-be-passed-on", test_call_that_cannot_be_passed_on);
    g_test_add_func("/turns/bus-is-not-ready", test_bus_is_not_ready);
    g_test_add_func("/turns/caller-that-does-not-read", test_caller_that_does_not_read);

    return g_test_run();
}
