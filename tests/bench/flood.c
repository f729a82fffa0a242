/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Callers who call as fast as the bus lets them: each is a process with a connection of its own
 * that keeps as many calls open as a bus allows. Meanwhile the program itself makes another call
 * now and then and takes the time, and that of a call which the bus answers itself. Prints one JSON
 * object: how the callers' calls were answered, and how long the program's own answers took. Run by
 * bench/crowd.py and bus/test_flood.py.
 *
 *   flood ADDRESS CALL CALLERS CALLS UID OWN-CALL
 *
 * The callers are of user UID, if the program may become that.
 */
#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#define NAME "org.example.Migration1"
#define ROOT "/org/example/Migration1"
#define MANAGER NAME ".Manager"
#define BUS "org.freedesktop.DBus"
#define LIMITS_EXCEEDED NAME ".Error.LimitsExceeded"
#define OF_THE_BUS "org.freedesktop.DBus.Error.LimitsExceeded"
#define ANSWER_USEC (120 * G_USEC_PER_SEC)

/* A bus keeps at most 128 unanswered calls of a connection. */
#define WINDOW 100
#define OWN_EVERY_USEC 100000

typedef struct {
    const char *word;
    const char *interface, *member, *types;
} Call;

static const Call calls[] = {
    { "get", "org.freedesktop.DBus.Properties", "Get", "ss" },
    { "objects", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", "" },
    { "list-jobs", MANAGER, "ListJobs", "a{sv}" },
    { "list-guests", MANAGER, "ListGuests", "sa{sv}" },
    { "bus", BUS, "GetId", "" }, /* the bus itself, for comparison */
    { "plan", MANAGER, "Plan", "ssa{sv}" },
};

/* How calls ended; shared by all callers. */
typedef struct {
    gint answered, limited, by_bus, failed;
} Ends;

typedef struct {
    const Call *call;
    Ends *ends;
    guint open;
} Caller;

static void check(int r, const char *what)
{
    if (r >= 0)
        return;
    g_printerr("flood: %s: %s\n", what, g_strerror(-r));
    exit(EXIT_FAILURE);
}

static int on_answer(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error)
{
    Caller *caller = userdata;
    caller->open--;
    if (!sd_bus_message_is_method_error(answer, NULL))
        g_atomic_int_inc(&caller->ends->answered);
    else if (sd_bus_message_is_method_error(answer, LIMITS_EXCEEDED))
        g_atomic_int_inc(&caller->ends->limited);
    else if (sd_bus_message_is_method_error(answer, OF_THE_BUS))
        g_atomic_int_inc(&caller->ends->by_bus);
    else
        g_atomic_int_inc(&caller->ends->failed);
    return 0;
}

static int append_arguments(sd_bus_message *m, const char *types)
{
    if (g_str_equal(types, "ss"))
        return sd_bus_message_append(m, types, MANAGER, "Version");
    if (g_str_equal(types, "a{sv}"))
        return sd_bus_message_append(m, types, 0);
    if (g_str_equal(types, "sa{sv}"))
        return sd_bus_message_append(m, types, "local", 0);
    if (g_str_equal(types, "ssa{sv}"))
        return sd_bus_message_append(m, types, "web", "b", 0);
    return 0;
}

static void send_call(sd_bus *bus, Caller *caller)
{
    sd_bus_message *m = NULL;
    const Call *call = caller->call;
    gboolean ours = !g_str_equal(call->interface, BUS);
    check(sd_bus_message_new_method_call(bus, &m, ours ? NAME : BUS,
                                         ours ? ROOT : "/org/freedesktop/DBus", call->interface,
                                         call->member),
          "new call");
    check(append_arguments(m, call->types), "arguments");
    check(sd_bus_call_async(bus, NULL, m, on_answer, caller, ANSWER_USEC), "call");
    caller->open++;
    sd_bus_message_unref(m);
}

static void go_on(sd_bus *bus)
{
    int r = sd_bus_process(bus, NULL);
    check(r, "process");
    if (r == 0)
        check(sd_bus_wait(bus, UINT64_MAX), "wait");
}

static sd_bus *open_bus(const char *address)
{
    sd_bus *bus = NULL;
    check(sd_bus_new(&bus), "new bus");
    check(sd_bus_set_address(bus, address), "address");
    check(sd_bus_set_bus_client(bus, TRUE), "client");
    check(sd_bus_start(bus), "connect");
    return bus;
}

static void be_caller(const char *address, const Call *call, guint n, Ends *ends)
{
    sd_bus *bus = open_bus(address);
    Caller caller = { call, ends, 0 };
    for (guint i = 0; i < n; i++) {
        while (caller.open >= WINDOW)
            go_on(bus);
        send_call(bus, &caller);
    }
    while (caller.open > 0)
        go_on(bus);
    sd_bus_close_unref(bus);
}

static const Call *find_call(const char *word)
{
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++)
        if (g_str_equal(calls[i].word, word))
            return &calls[i];
    g_printerr("flood: there is no call '%s'\n", word);
    exit(EXIT_FAILURE);
}

static pid_t start_caller(const char *address, const Call *call, guint n, uid_t uid, Ends *ends)
{
    pid_t pid = fork();
    check(pid < 0 ? -errno : 0, "fork");
    if (pid > 0)
        return pid;
    if (uid != getuid() && setuid(uid) < 0)
        check(-errno, "setuid");
    be_caller(address, call, n, ends);
    _exit(EXIT_SUCCESS);
}

/* Ends of callers so far; TRUE if there are none left. */
static gboolean all_ended(int *broken)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        *broken += status != 0;
    return pid < 0;
}

/* ms until the answer; refused calls are counted. */
static double call_once(sd_bus *bus, const Call *call, guint *refused)
{
    Ends ends = { 0 };
    Caller self = { call, &ends, 0 };
    gint64 begin = g_get_monotonic_time();
    send_call(bus, &self);
    while (self.open > 0)
        go_on(bus);
    *refused += ends.answered == 0;
    return (double) (g_get_monotonic_time() - begin) / 1000;
}

static int compare(const void *a, const void *b)
{
    double difference = *(const double *) a - *(const double *) b;
    return (difference > 0) - (difference < 0);
}

/* Until all callers have ended. */
static guint measure(sd_bus *bus, const Call *call, GArray *times, GArray *bus_times)
{
    const Call *of_bus = find_call("bus");
    int broken = 0;
    guint refused = 0, bus_refused = 0;
    while (!all_ended(&broken)) {
        double time = call_once(bus, call, &refused);
        double bus_time = call_once(bus, of_bus, &bus_refused);
        g_array_append_val(times, time);
        g_array_append_val(bus_times, bus_time);
        g_usleep(OWN_EVERY_USEC);
    }
    if (broken) {
        g_printerr("flood: %d callers broke\n", broken);
        exit(EXIT_FAILURE);
    }
    g_array_sort(times, compare);
    g_array_sort(bus_times, compare);
    return refused;
}

/* 0: the least, 100: the greatest. */
static double percentile(const GArray *sorted, guint percent)
{
    return g_array_index(sorted, double, (sorted->len - 1) * percent / 100);
}

static void print_times(const char *whose, const GArray *sorted)
{
    g_print(", \"%s-median-ms\": %.3f, \"%s-p99-ms\": %.3f, \"%s-worst-ms\": %.3f", whose,
            percentile(sorted, 50), whose, percentile(sorted, 99), whose, percentile(sorted, 100));
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        g_printerr("flood ADDRESS CALL CALLERS CALLS UID OWN-CALL\n");
        return EXIT_FAILURE;
    }
    const Call *call = find_call(argv[2]), *own = find_call(argv[6]);
    guint n_callers = (guint) strtoul(argv[3], NULL, 10);
    guint n_calls = (guint) strtoul(argv[4], NULL, 10);
    uid_t uid = (uid_t) strtoul(argv[5], NULL, 10);
    Ends *ends =
        mmap(NULL, sizeof *ends, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    g_assert(ends != MAP_FAILED);
    gint64 begin = g_get_monotonic_time();
    for (guint i = 0; i < n_callers; i++)
        start_caller(argv[1], call, n_calls, uid, ends);
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) bus_times = g_array_new(FALSE, FALSE, sizeof(double));
    sd_bus *bus = open_bus(argv[1]);
    guint refused = measure(bus, own, times, bus_times);
    sd_bus_flush_close_unref(bus);
    if (times->len == 0) {
        g_printerr("flood: the callers had ended before a call of our own was made\n");
        return EXIT_FAILURE;
    }
    g_print("{\"calls\": %u, \"answered\": %d, \"limited\": %d, \"by-bus\": %d, \"failed\": %d, "
            "\"seconds\": %.3f, \"own-calls\": %u, \"own-refused\": %u",
            n_callers * n_calls, ends->answered, ends->limited, ends->by_bus, ends->failed,
            (double) (g_get_monotonic_time() - begin) / G_USEC_PER_SEC, times->len, refused);
    print_times("own", times);
    print_times("bus", bus_times);
    g_print("}\n");
    return EXIT_SUCCESS;
}
