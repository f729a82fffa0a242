/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See shutdown.h. A lock is a file descriptor, and the service's own connection takes none from
 * anybody (main.c): locks are asked for over a connection of their own, which is closed when
 * all have been answered.
 */
#include "shutdown.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "log.h"
#include "sd-autoptr.h"
#include "variant.h"

#define LOGIN_NAME "org.freedesktop.login1"
#define LOGIN_PATH "/org/freedesktop/login1"
#define LOGIN_MANAGER "org.freedesktop.login1.Manager"
#define WHO "Guest Migration"

/* "block": who does not insist is refused; "delay": who insists waits. Each for itself: for several
 * in one lock logind asks polkit about another action, which has to do with none of them. */
static const struct {
    const char *what, *mode;
} kinds[] = {
    { "shutdown", "block" },
    { "shutdown", "delay" },
    { "sleep", "block" },
    { "sleep", "delay" },
};

typedef struct {
    Shutdown *shutdown;
    guint kind;
    int fd; /* -1: not held */
} Lock;

struct Shutdown {
    sd_event *event;
    sd_bus *bus;
    Manager *manager;
    sd_bus_slot *matches[2];
    sd_bus_slot *state; /* NULL: logind is not being asked whether the machine goes down */
    gboolean again;     /* it must be asked once more */
    sd_bus *logind;     /* NULL: no lock is being asked for */
    guint asked;        /* locks that it has not answered */
    Lock locks[G_N_ELEMENTS(kinds)];
    char *why; /* what the locks say, NULL: none is wanted */
};

/* `unplanned`: what is true of a job that has no plan yet, for which nothing was done so far. */
static gboolean survives(const Job *job, gboolean unplanned)
{
    gboolean planned = unplanned;
    g_variant_lookup(job->record->plan, "survives-exit", "b", &planned);
    return planned;
}

static char *reason(const Manager *manager)
{
    GHashTableIter iter;
    void *value;
    const Job *one = NULL;
    guint n = 0;
    g_hash_table_iter_init(&iter, manager->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        if (job_is_final(value) || survives(value, TRUE))
            continue;
        one = value;
        n++;
    }
    if (n > 1)
        return g_strdup_printf("%u guests are being migrated", n);
    return one ? g_strdup_printf("Guest %s is being migrated", one->record->guest_name) : NULL;
}

static void stop_asking(Shutdown *shutdown)
{
    shutdown->logind = sd_bus_close_unref(shutdown->logind);
    shutdown->asked = 0;
}

static void release(Shutdown *shutdown)
{
    stop_asking(shutdown);
    for (gsize i = 0; i < G_N_ELEMENTS(shutdown->locks); i++) {
        if (shutdown->locks[i].fd >= 0)
            close(shutdown->locks[i].fd);
        shutdown->locks[i].fd = -1;
    }
}

/* The descriptor is the message's; the lock that said something older is let go only now. */
static int take_lock(Lock *lock, sd_bus_message *m)
{
    int fd = -1;
    int r = sd_bus_message_read(m, "h", &fd);
    if (r < 0)
        return r;
    fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        return -errno;
    if (lock->fd >= 0)
        close(lock->fd);
    lock->fd = fd;
    return 0;
}

static int on_lock(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    Lock *lock = userdata;
    Shutdown *shutdown = lock->shutdown;
    const sd_bus_error *refusal = sd_bus_message_get_error(m);
    int r = refusal ? 0 : take_lock(lock, m);
    if (refusal || r < 0)
        log_info("%s of the machine is not held up (%s): %s", kinds[lock->kind].what,
                 kinds[lock->kind].mode, refusal ? refusal->message : g_strerror(-r));
    if (--shutdown->asked == 0)
        stop_asking(shutdown);
    return 1; /* or sd-bus would go on with a connection that was closed */
}

static void ask(Shutdown *shutdown)
{
    stop_asking(shutdown);
    int r = sd_bus_open_system(&shutdown->logind);
    if (r >= 0)
        r = sd_bus_attach_event(shutdown->logind, shutdown->event, SD_EVENT_PRIORITY_NORMAL);
    for (gsize i = 0; r >= 0 && i < G_N_ELEMENTS(shutdown->locks); i++) {
        r = sd_bus_call_method_async(shutdown->logind, NULL, LOGIN_NAME, LOGIN_PATH, LOGIN_MANAGER,
                                     "Inhibit", on_lock, &shutdown->locks[i], "ssss", kinds[i].what,
                                     WHO, shutdown->why, kinds[i].mode);
        shutdown->asked += r >= 0;
    }
    if (r >= 0)
        return;
    log_warning("a shutdown of the machine is not held up: %s", g_strerror(-r));
    stop_asking(shutdown);
}

void shutdown_update(Shutdown *shutdown)
{
    g_autofree char *why = reason(shutdown->manager);
    if (g_strcmp0(why, shutdown->why) == 0)
        return;
    g_free(shutdown->why);
    shutdown->why = g_steal_pointer(&why);
    if (shutdown->why)
        ask(shutdown);
    else
        release(shutdown);
}

static void on_cancelled(const GError *error, void *userdata)
{
    if (error)
        log_info("it goes on: %s", error->message);
}

/* As a stop of its unit does, which comes next: what was not begun yet is not begun. */
static void cancel_all(const Manager *manager)
{
    g_autoptr(GList) jobs = g_hash_table_get_values(manager->jobs);
    for (const GList *l = jobs; l; l = l->next) {
        Job *job = l->data;
        if (!job_is_started(job) || survives(job, FALSE))
            continue;
        log_warning("the machine goes down, cancelling job %" G_GUINT64_FORMAT " (guest %s)",
                    job->record->id, job->record->guest_name);
        job_control(job, MIG_CONTROL_CANCEL, 0, on_cancelled, NULL);
    }
}

static gboolean goes_down(GVariant *state)
{
    gboolean off = FALSE, sleeps = FALSE;
    g_variant_lookup(state, "PreparingForShutdown", "b", &off);
    g_variant_lookup(state, "PreparingForSleep", "b", &sleeps);
    return off || sleeps;
}

static void take_state(Shutdown *shutdown, sd_bus_message *m)
{
    g_autoptr(GError) error = NULL;
    const sd_bus_error *refusal = sd_bus_message_get_error(m);
    g_autoptr(GVariant) state = refusal ? NULL : mig_variant_read(m, "a{sv}", 0, &error);
    if (!state) {
        log_warning("whether the machine goes down is not known: %s",
                    refusal ? refusal->message : error->message);
        return;
    }
    gboolean down = goes_down(state);
    manager_hold(shutdown->manager, down);
    if (down)
        cancel_all(shutdown->manager);
}

static void ask_state(Shutdown *shutdown);

static int on_state(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    Shutdown *shutdown = userdata;
    shutdown->state = sd_bus_slot_unref(shutdown->state);
    take_state(shutdown, m);
    if (shutdown->again)
        ask_state(shutdown);
    return 0;
}

static void ask_state(Shutdown *shutdown)
{
    shutdown->again = shutdown->state != NULL;
    if (shutdown->again)
        return;
    int r = sd_bus_call_method_async(shutdown->bus, &shutdown->state, LOGIN_NAME, LOGIN_PATH,
                                     "org.freedesktop.DBus.Properties", "GetAll", on_state,
                                     shutdown, "s", LOGIN_MANAGER);
    if (r < 0)
        log_warning("whether the machine goes down cannot be asked: %s", g_strerror(-r));
}

/* Everybody may send us such a signal, and sd-bus does not know whose name is whose: it is a reason
 * to ask, and no more. */
static int on_prepare(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    ask_state(userdata);
    return 0;
}

Shutdown *shutdown_new(sd_event *event, sd_bus *bus, Manager *manager)
{
    static const char *const signals[] = { "PrepareForShutdown", "PrepareForSleep" };
    Shutdown *shutdown = g_new0(Shutdown, 1);
    shutdown->event = event;
    shutdown->bus = sd_bus_ref(bus);
    shutdown->manager = manager;
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        shutdown->locks[i] = (Lock){ shutdown, i, -1 };
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++) {
        int r = sd_bus_match_signal_async(bus, &shutdown->matches[i], LOGIN_NAME, LOGIN_PATH,
                                          LOGIN_MANAGER, signals[i], on_prepare, NULL, shutdown);
        if (r < 0)
            log_warning("%s is not noticed: %s", signals[i], g_strerror(-r));
    }
    return shutdown;
}

void shutdown_free(Shutdown *shutdown)
{
    if (!shutdown)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(shutdown->matches); i++)
        sd_bus_slot_unref(shutdown->matches[i]);
    sd_bus_slot_unref(shutdown->state);
    release(shutdown);
    sd_bus_unref(shutdown->bus);
    g_free(shutdown->why);
    g_free(shutdown);
}
