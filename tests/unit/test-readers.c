/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of who is shown what of the jobs of others where the bus or polkit fail: nobody is shown
 * more then; and of what waits while polkit does not answer. The callers' accounts, polkit and the
 * journal are played; tests/bus/test_readers.py has the rest.
 */
#include "readers.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "access.h"
#include "bus-fixture.h"
#include "denial.h"
#include "error.h"
#include "polkit.h"
#include "sd-autoptr.h"

#define JOB "org.example.Migration1.Job"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define OWNER 1000u
#define OWNER_NAME ":1.1000"
#define OTHER_NAME ":1.1001"
#define SECONDS 120

typedef struct {
    sd_bus *service, *caller;
    Readers *readers;
    gboolean users_known;
    gboolean granting;             /* the call grants the list of jobs */
    gboolean sees;                 /* the caller that was answered last may see the owner's job */
    int watched;                   /* what comes of watching polkit */
    gboolean thinking;             /* polkit, which cannot be asked otherwise */
    guint asked;                   /* questions to it */
    sd_bus_message_handler_t says; /* what gets its answer, which is no */
    void *says_to;
    GQueue passed; /* sd_bus_message: on once more */
    guint open;
    const char *why; /* the caller that was answered last is denied the property */
    guint journaled;
    gboolean answered;
    char *error; /* NULL: it was no error */
} Scene;

static Scene *scene;

/* What is played: the caller's user is the last part of its name. */

gboolean limits_user(const Limits *limits, sd_bus_message *call, guint32 *uid, GError **error)
{
    const char *sender = sd_bus_message_get_sender(call);

    if (!scene->users_known || !sender)
        return FALSE;
    *uid = (guint32) g_ascii_strtoull(sender + strlen(":1."), NULL, 10);

    return TRUE;
}

OpenCall *limits_open(Limits *limits, sd_bus_message *call, OpenKind kind, GError **error)
{
    scene->open++;

    return g_new0(OpenCall, 1);
}

void limits_close(OpenCall *open)
{
    if (open)
        scene->open--;
    g_free(open);
}

void limits_pass(Limits *limits, sd_bus_message *call)
{
    g_queue_push_tail(&scene->passed, sd_bus_message_ref(call));
}

void turns_refuse(sd_bus_message *call, MigError code, const char *why)
{
    sd_bus_reply_method_errorf(call, mig_error_name(code), "%s", why);
}

static int on_nothing(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    return 0;
}

int polkit_ask(sd_bus *bus, sd_bus_slot **ret_slot, const PolkitQuestion *question, uint64_t usec,
               sd_bus_message_handler_t answered, void *userdata)
{
    scene->asked++;
    scene->says = answered;
    scene->says_to = userdata;

    return scene->thinking ? sd_bus_add_filter(bus, ret_slot, on_nothing, NULL) : -ENOMEM;
}

void polkit_withdraw(sd_bus *bus, const char *id)
{
    g_assert_not_reached();
}

const char *polkit_refusal(sd_bus_message *answer, gboolean interactive)
{
    return "no";
}

int polkit_watch(sd_bus *bus, sd_bus_slot **ret_slot, sd_bus_message_handler_t changed,
                 void *userdata)
{
    return scene->watched;
}

void denial_journal(sd_bus_message *call, const guint32 *uid, const char *action, const char *why,
                    const char *const *details)
{
    g_assert_cmpuint(*uid, ==, 1001);
    g_assert_cmpstr(action, ==, ACCESS_LIST);
    scene->journaled++;
}

static gboolean hides(const char *path, guint32 uid, void *userdata)
{
    return uid != OWNER;
}

static void revealed(const char *sender, void *userdata)
{
    g_assert_not_reached();
}

/* The service */

static int on_call(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    if (scene->granting)
        readers_grant(scene->readers, call);
    scene->sees = readers_may_see(scene->readers, OWNER);
    if (sd_bus_message_is_method_call(call, PROPERTIES, "Get") > 0)
        scene->why = scene->sees ? NULL : readers_deny(scene->readers, OWNER, "Guest");

    return sd_bus_reply_method_return(call, NULL);
}

/* Without a bus between them: a caller has the name it gives itself, and cannot be watched. */
static void begin(gboolean users_known)
{
    static const ReadersHandlers handlers = { hides, revealed };
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
    scene = g_new0(Scene, 1);
    scene->users_known = users_known;
    scene->service = bus_new(fds[0], TRUE);
    scene->caller = bus_new(fds[1], FALSE);
    scene->readers = readers_new(scene->service, NULL, &handlers, NULL);
    g_assert_cmpint(readers_begin(scene->readers), >=, 0);
    g_assert_cmpint(sd_bus_add_fallback(scene->service, NULL, "/", on_call, NULL), >=, 0);
}

static void end(void)
{
    readers_free(scene->readers);
    g_assert_cmpuint(scene->open, ==, 0);
    sd_bus_close_unref(scene->caller);
    sd_bus_close_unref(scene->service);
    g_free(scene->error);
    g_free(scene);
}

/* A caller */

static int on_answer(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error)
{
    const sd_bus_error *error = sd_bus_message_get_error(answer);

    g_free(scene->error);
    scene->error = error ? g_strdup(error->name) : NULL;
    scene->answered = TRUE;

    return 0;
}

/* As that name, NULL: as none. */
static void start_with(gboolean dialog, const char *sender, const char *interface,
                       const char *member, const char *first)
{
    g_autoptr(sd_bus_message) m = NULL;

    g_assert_cmpint(
        sd_bus_message_new_method_call(scene->caller, &m, NULL, ACCESS_JOBS "1", interface, member),
        >=, 0);
    g_assert_cmpint(sd_bus_message_append(m, "ss", first, "Guest"), >=, 0);
    if (sender)
        g_assert_cmpint(sd_bus_message_set_sender(m, sender), >=, 0);
    g_assert_cmpint(sd_bus_message_set_allow_interactive_authorization(m, dialog), >=, 0);
    scene->answered = FALSE;
    g_assert_cmpint(sd_bus_call_async(scene->caller, NULL, m, on_answer, NULL, UINT64_MAX), >=, 0);
}

static void start(const char *sender, const char *interface, const char *member, const char *first)
{
    start_with(FALSE, sender, interface, member, first);
}

static void wait_for_answer(void)
{
    gint64 deadline = g_get_monotonic_time() + SECONDS * G_USEC_PER_SEC;

    while (!scene->answered) {
        g_assert_cmpint(sd_bus_process(scene->service, NULL), >=, 0);
        g_assert_cmpint(sd_bus_process(scene->caller, NULL), >=, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
    }
}

/* Until neither has anything to do any more. */
static void settle(void)
{
    int service, caller;

    do {
        service = sd_bus_process(scene->service, NULL);
        caller = sd_bus_process(scene->caller, NULL);
        g_assert_true(service >= 0 && caller >= 0);
    } while (service + caller > 0);
}

static void call(const char *sender, const char *interface, const char *member)
{
    start(sender, interface, member, JOB);
    wait_for_answer();
}

static void read_guest(const char *sender)
{
    call(sender, PROPERTIES, "Get");
}

/* The tests */

static void test_unknown_users(void)
{
    static const char *const senders[] = { OWNER_NAME, OTHER_NAME, NULL };

    for (gsize i = 0; i < G_N_ELEMENTS(senders); i++) {
        begin(FALSE);
        read_guest(senders[i]);
        g_assert_null(scene->error);
        g_assert_false(scene->sees);
        g_assert_cmpstr(scene->why, ==, LIMITS_NO_USER);
        scene->granting = TRUE; /* to nobody */
        read_guest(senders[i]);
        g_assert_false(scene->sees);
        g_assert_cmpuint(scene->asked, ==, 0);
        g_assert_cmpuint(scene->journaled, ==, 0);
        end();
    }
}

static void test_polkit_cannot_be_asked(void)
{
    begin(TRUE);
    for (guint i = 1; i <= 3; i++) {
        read_guest(OTHER_NAME);
        g_assert_cmpstr(scene->error, ==, mig_error_name(MIG_ERROR_ACCESS_DENIED));
        g_assert_cmpuint(scene->asked, ==, i);
        g_assert_cmpuint(scene->open, ==, 0);
        g_assert_cmpuint(scene->journaled, ==, 1);
    }
    read_guest(OWNER_NAME);
    g_assert_null(scene->error);
    g_assert_true(scene->sees);
    end();
}

/* What is announced to everybody while another call is answered is for nobody in particular. */
static void test_other_calls(void)
{
    begin(TRUE);
    read_guest(OWNER_NAME);
    g_assert_true(scene->sees);
    call(OWNER_NAME, JOB, "Cancel");
    g_assert_false(scene->sees);
    scene->granting = TRUE;
    call(OTHER_NAME, JOB, "Cancel");
    g_assert_false(scene->sees);
    scene->granting = FALSE;
    read_guest(OTHER_NAME);
    g_assert_true(scene->sees);
    g_assert_cmpuint(scene->asked, ==, 0);
    end();
}

/* Somebody may leave a dialog open and read all the same. */
static void test_many_reads_wait(void)
{
    begin(TRUE);
    scene->thinking = TRUE;
    for (guint i = 0; i < 128; i++)
        start(OTHER_NAME, PROPERTIES, "Get", JOB);
    read_guest(OTHER_NAME);
    g_assert_cmpstr(scene->error, ==, mig_error_name(MIG_ERROR_LIMITS_EXCEEDED));
    g_assert_cmpuint(scene->asked, ==, 1);
    read_guest(OWNER_NAME);
    g_assert_null(scene->error);
    end();
}

static void test_long_reads_do_not_wait(void)
{
    g_autofree char *name = g_strnfill(1100, 'x');

    begin(TRUE);
    scene->thinking = TRUE;
    start(OTHER_NAME, PROPERTIES, "GetAll", name);
    wait_for_answer();
    g_assert_cmpstr(scene->error, ==, mig_error_name(MIG_ERROR_LIMITS_EXCEEDED));
    g_assert_cmpuint(scene->asked, ==, 0);
    end();
}

static void pass_newest(void)
{
    g_autoptr(sd_bus_message) m = g_queue_pop_tail(&scene->passed);

    g_assert_cmpint(sd_bus_enqueue_for_read(scene->service, m), >=, 0);
}

/* Two wait for a question without, and the newer of them asks for one first. */
static void test_a_dialog_is_opened_once(void)
{
    begin(TRUE);
    scene->thinking = TRUE;
    start(OTHER_NAME, PROPERTIES, "Get", JOB);
    start_with(TRUE, OTHER_NAME, PROPERTIES, "Get", JOB);
    start_with(TRUE, OTHER_NAME, PROPERTIES, "Get", JOB);
    settle();
    g_assert_cmpuint(scene->asked, ==, 1);
    for (guint i = 0; i < 2; i++) { /* the answer without, and that of the dialog */
        scene->says(NULL, scene->says_to, NULL);
        g_assert_cmpuint(scene->passed.length, ==, 3);
        while (scene->passed.length > 0)
            pass_newest();
        settle();
        g_assert_cmpuint(scene->asked, ==, 2);
    }
    g_assert_true(scene->answered);
    g_assert_cmpstr(scene->why, ==, "no");
    g_assert_cmpuint(scene->journaled, ==, 1);
    end();
}

/* The service does not go on then. */
static void test_polkit_cannot_be_watched(void)
{
    Readers *readers;

    begin(TRUE);
    readers = readers_new(scene->service, NULL, NULL, NULL);
    scene->watched = -ENOMEM;
    g_assert_cmpint(readers_begin(readers), ==, -ENOMEM);
    readers_free(readers);
    readers_free(NULL);
    end();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/readers/unknown-users", test_unknown_users);
    g_test_add_func("/readers/polkit-cannot-be-asked", test_polkit_cannot_be_asked);
    g_test_add_func("/readers/other-calls", test_other_calls);
    g_test_add_func("/readers/many-reads-wait", test_many_reads_wait);
    g_test_add_func("/readers/long-reads-do-not-wait", test_long_reads_do_not_wait);
    g_test_add_func("/readers/a-dialog-is-opened-once", test_a_dialog_is_opened_once);
    g_test_add_func("/readers/polkit-cannot-be-watched", test_polkit_cannot_be_watched);

    return g_test_run();
}
