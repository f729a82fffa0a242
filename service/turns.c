/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See turns.h. A call is passed on by putting it back into sd-bus's own queue.
 */
#include "turns.h"

#include <time.h>

#include "log.h"

/* So many turns, or turns of so much time, and the bus is asked for a sign. */
#define TURNS_MAX 32
#define TURNS_USEC 1000

/* What a call costs the bus; counted like our own time. */
#define CALL_USEC 100

/* Callers whose times differ by less are equal and take turns one after the other: a call that
 * costs more than those of a flood, as its caller's first, must not fall behind them all. */
#define EQUAL_USEC 20000

/* Messages that the bus has not taken yet: beyond this calls are refused without a word. */
#define UNSENT_MAX 4096

struct Turns {
    sd_bus *bus;
    Accounts *accounts;
    GQueue ready; /* Account of which something waits and that is not held */
    guint n_waiting;
    gsize n_bytes;
    sd_bus_message *passing;
    guint taken;       /* since the last sign */
    gint64 usec;       /* that they took */
    sd_bus_slot *sign; /* not NULL: the bus is asked for one */
    sd_event_source *next;
};

struct Turn {
    Turns *turns;
    Account *account;
    sd_bus_message *call; /* NULL: `act` */
    char *refusal;        /* the call is answered with this, NULL: it is passed on */
    gsize bytes;
    TurnAct act;
    void *data;
};

/* Waiting */

static void make_ready(Turns *turns, Account *account)
{
    if (account->ready || account->user == USER_ASKED || account->waiting.length == 0)
        return;
    account->ready = TRUE;
    g_queue_push_tail(&turns->ready, account);
    if (!turns->sign)
        sd_event_source_set_enabled(turns->next, SD_EVENT_ONESHOT);
}

static void make_unready(Turns *turns, Account *account)
{
    if (account->ready)
        g_queue_remove(&turns->ready, account);
    account->ready = FALSE;
}

static Turn *turn_new(Turns *turns, Account *account, sd_bus_message *call, gsize bytes)
{
    Turn *turn = g_new0(Turn, 1);
    turn->turns = turns;
    turn->account = account;
    turn->call = sd_bus_message_ref(call);
    turn->bytes = bytes;
    g_queue_push_tail(&account->waiting, turn);
    turns->n_waiting++;
    turns->n_bytes += bytes;
    make_ready(turns, account);
    return turn;
}

void turn_free(void *data)
{
    Turn *turn = data;
    sd_bus_message_unref(turn->call);
    g_free(turn->refusal);
    g_free(turn);
}

/* Takes it out of the queue. */
static void turn_unwait(Turn *turn)
{
    Turns *turns = turn->turns;
    g_queue_remove(&turn->account->waiting, turn);
    turns->n_waiting--;
    turns->n_bytes -= turn->bytes;
    if (turn->account->waiting.length == 0)
        make_unready(turns, turn->account);
}

void turns_add_call(Turns *turns, Account *account, sd_bus_message *call, gsize bytes,
                    const char *refusal)
{
    turn_new(turns, account, call, bytes)->refusal = g_strdup(refusal);
}

Turn *turns_add_act(Turns *turns, Account *account, TurnAct act, void *data)
{
    Turn *turn = turn_new(turns, account, NULL, 0);
    turn->act = act;
    turn->data = data;
    return turn;
}

void turns_drop(Turn *turn)
{
    if (!turn)
        return;
    turn_unwait(turn);
    turn_free(turn);
}

void turns_hold(Turns *turns, Account *account)
{
    account->user = USER_ASKED;
    make_unready(turns, account);
}

void turns_go_on(Turns *turns, Account *account)
{
    account->user = USER_KNOWN;
    make_ready(turns, account);
}

sd_bus_message *turns_first_call(const Account *account)
{
    return ((const Turn *) account->waiting.head->data)->call;
}

void turns_refuse_all(Turns *turns, Account *account, MigError code, const char *why)
{
    while (account->waiting.length > 0) {
        Turn *turn = g_queue_peek_head(&account->waiting);
        turns_refuse(turn->call, code, why);
        turns_drop(turn);
    }
}

guint turns_waiting(const Turns *turns)
{
    return turns->n_waiting;
}

gsize turns_waiting_bytes(const Turns *turns)
{
    return turns->n_bytes;
}

/* Taking */

void turns_refuse(sd_bus_message *call, MigError code, const char *why)
{
    uint64_t unsent = 0;
    sd_bus_get_n_queued_write(sd_bus_message_get_bus(call), &unsent);
    if (unsent < UNSENT_MAX && sd_bus_message_get_expect_reply(call) > 0)
        sd_bus_reply_method_errorf(call, mig_error_name(code), "%s", why);
}

gboolean turns_passes(Turns *turns, sd_bus_message *call)
{
    if (turns->passing != call)
        return FALSE;
    turns->passing = NULL;
    return TRUE;
}

/* sd-bus may have something else to do first, as writing what is queued. */
static void pass(Turns *turns, sd_bus_message *call)
{
    int r = sd_bus_enqueue_for_read(turns->bus, call);
    turns->passing = call;
    while (r >= 0 && turns->passing)
        if ((r = sd_bus_process(turns->bus, NULL)) == 0)
            break;
    if (r < 0)
        log_warning("a call cannot be passed on: %s", g_strerror(-r));
    turns->passing = NULL;
}

static void turn_take(Turn *turn)
{
    turn_unwait(turn);
    if (turn->refusal)
        turns_refuse(turn->call, MIG_ERROR_LIMITS_EXCEEDED, turn->refusal);
    else if (turn->call)
        pass(turn->turns, turn->call);
    else
        turn->act(turn->data);
    turn_free(turn);
}

static guint level(const Account *account)
{
    return (guint) (account->spent / EQUAL_USEC);
}

/* The first of those who have taken least. */
static GList *find_next(const Turns *turns)
{
    GList *least = turns->ready.head;
    for (GList *l = least->next; l && level(least->data) > 0; l = l->next)
        if (level(l->data) < level(least->data))
            least = l;
    return least;
}

/* Of the processor: what else runs on the machine is not the caller's doing. */
static gint64 cpu_usec(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* The account may be gone after the turn. */
static void take_next(Turns *turns)
{
    GList *next = find_next(turns);
    Account *account = next->data;
    g_queue_unlink(&turns->ready, next);
    g_queue_push_tail_link(&turns->ready, next);
    g_autofree char *sender = g_strdup(account->sender);
    Turn *turn = g_queue_peek_head(&account->waiting);
    gint64 by_call = turn->call ? CALL_USEC : 0;
    gint64 begin = cpu_usec();
    turn_take(turn);
    gint64 took = cpu_usec() - begin;
    turns->taken++;
    turns->usec += took;
    account = accounts_find(turns->accounts, sender);
    if (account)
        account_spend(account, took + by_call);
}

static int start_anew(Turns *turns)
{
    turns->taken = 0;
    turns->usec = 0;
    return sd_event_source_set_enabled(turns->next, SD_EVENT_ONESHOT);
}

static int on_sign(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error)
{
    Turns *turns = userdata;
    turns->sign = sd_bus_slot_unref(turns->sign);
    return start_anew(turns);
}

static int on_next(sd_event_source *source, void *userdata)
{
    Turns *turns = userdata;
    while (!turns->sign && turns->ready.length > 0 && turns->taken < TURNS_MAX &&
           turns->usec < TURNS_USEC)
        take_next(turns);
    if (turns->sign || (turns->taken < TURNS_MAX && turns->usec < TURNS_USEC))
        return 0;
    int r = sd_bus_call_method_async(turns->bus, &turns->sign, "org.freedesktop.DBus",
                                     "/org/freedesktop/DBus", "org.freedesktop.DBus.Peer", "Ping",
                                     on_sign, turns, NULL);
    return r < 0 ? start_anew(turns) : 0;
}

int turns_new(sd_bus *bus, Accounts *accounts, Turns **ret)
{
    Turns *turns = g_new0(Turns, 1);
    turns->bus = sd_bus_ref(bus);
    turns->accounts = accounts;
    int r = sd_event_add_defer(sd_bus_get_event(bus), &turns->next, on_next, turns);
    if (r >= 0)
        r = sd_event_source_set_enabled(turns->next, SD_EVENT_OFF);
    if (r >= 0)
        *ret = turns;
    else
        turns_free(turns);
    return r;
}

void turns_free(Turns *turns)
{
    if (!turns)
        return;
    g_queue_clear(&turns->ready);
    sd_bus_slot_unref(turns->sign);
    sd_event_source_disable_unref(turns->next);
    sd_bus_unref(turns->bus);
    g_free(turns);
}
