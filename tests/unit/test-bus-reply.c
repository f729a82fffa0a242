/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of answers to calls: they come as they were meant, or an error comes in their place.
 */
#include "bus-reply.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bus-fixture.h"
#include "error.h"
#include "sd-autoptr.h"
#include "variant.h"

#define SECONDS 120

/* How the service answers. */
typedef struct {
    GVariant *value; /* with this */
    gboolean is_tuple;
    sd_bus_message *forwarded; /* or with this */
    int returned;
    sd_bus_message *answer;
} Scene;

static int on_call(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    Scene *scene = userdata;

    if (scene->forwarded)
        scene->returned = bus_forward_answer(call, scene->forwarded, NULL);
    else if (scene->is_tuple)
        scene->returned = bus_reply_tuple(call, scene->value);
    else
        scene->returned = bus_reply_variant(call, scene->value);

    return 1;
}

static int on_answer(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error)
{
    ((Scene *) userdata)->answer = sd_bus_message_ref(answer);

    return 0;
}

/* The answer to a call, which the caller frees. */
static sd_bus_message *call(Scene scene)
{
    gint64 deadline = g_get_monotonic_time() + SECONDS * G_USEC_PER_SEC;
    sd_bus *service, *caller;
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
    service = bus_new(fds[0], TRUE);
    caller = bus_new(fds[1], FALSE);
    g_assert_cmpint(sd_bus_add_fallback(service, NULL, "/", on_call, &scene), >=, 0);
    g_assert_cmpint(
        sd_bus_call_method_async(caller, NULL, NULL, "/", "a.b", "C", on_answer, &scene, NULL), >=,
        0);
    while (!scene.answer) {
        g_assert_cmpint(sd_bus_process(service, NULL), >=, 0);
        g_assert_cmpint(sd_bus_process(caller, NULL), >=, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
    }
    g_assert_cmpint(scene.returned, >=, 0);
    sd_bus_close_unref(caller);
    sd_bus_close_unref(service);

    return scene.answer;
}

static void assert_failed(sd_bus_message *answer)
{
    const sd_bus_error *error = sd_bus_message_get_error(answer);

    g_assert_nonnull(error);
    g_assert_cmpstr(error->name, ==, mig_error_name(MIG_ERROR_WORKER));
    g_assert_nonnull(strstr(error->message, "ask for less"));
}

static void test_values(void)
{
    g_autoptr(sd_bus_message) one =
        call((Scene){ .value = g_variant_new_parsed("{'a': <uint32 1>}") });
    g_autoptr(sd_bus_message) two =
        call((Scene){ .value = g_variant_new_parsed("({'a': <'b'>}, ['c'])"), .is_tuple = TRUE });
    g_autoptr(sd_bus_message) passed_on = call((Scene){ .forwarded = two });

    g_assert_cmpstr(sd_bus_message_get_signature(one, TRUE), ==, "a{sv}");
    g_assert_cmpstr(sd_bus_message_get_signature(two, TRUE), ==, "a{sv}as");
    g_assert_cmpstr(sd_bus_message_get_signature(passed_on, TRUE), ==, "a{sv}as");
}

/* GVariant nests deeper than D-Bus. */
static GVariant *too_deep(void)
{
    char type[64] = "";

    memset(type, 'a', 40);
    type[40] = 'y';

    return g_variant_new_array(G_VARIANT_TYPE(type + 1), NULL, 0);
}

static void test_values_that_cannot_be_sent(void)
{
    GVariant *deep = too_deep();
    g_autoptr(sd_bus_message) one = call((Scene){ .value = too_deep() });
    g_autoptr(sd_bus_message) tuple =
        call((Scene){ .value = g_variant_new_tuple(&deep, 1), .is_tuple = TRUE });

    assert_failed(one);
    assert_failed(tuple);
}

/* What is not complete cannot be read. */
static void test_answers_that_cannot_be_passed_on(void)
{
    g_autoptr(sd_bus_message) open = NULL;
    g_autoptr(sd_bus_message) passed_on = NULL;
    g_autoptr(sd_bus) bus = NULL;
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
    bus = bus_new(fds[0], TRUE);
    g_assert_cmpint(sd_bus_message_new_signal(bus, &open, "/", "a.b", "C"), >=, 0);
    passed_on = call((Scene){ .forwarded = open });
    assert_failed(passed_on);
    close(fds[1]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/bus-reply/values", test_values);
    g_test_add_func("/bus-reply/values-that-cannot-be-sent", test_values_that_cannot_be_sent);
    g_test_add_func("/bus-reply/answers-that-cannot-be-passed-on",
                    test_answers_that_cannot_be_passed_on);

    return g_test_run();
}
