/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See call-limits.h. A filter of the bus, and what it asks for: the callers' users.
 */
#include "call-limits.h"

#include "access.h"
#include "denial.h"
#include "error.h"
#include "log.h"
#include "message-size.h"
#include "sd-autoptr.h"

/* Calls that wait for their turn: of one caller, and in all as far as a caller has more than a few.
 * A bus keeps at most 128 unanswered calls of a connection, unless its administrator says more. */
#define WAITING_MAX_SENDER 128
#define WAITING_MAX 8192
#define WAITING_MAX_BYTES (16 * 1024 * 1024)
#define WAITING_FEW 8

#define TOO_MANY_CALLERS "too many callers have calls open; call again in a minute"

struct Limits {
    sd_bus *bus;
    Accounts *accounts;
    Turns *turns;
    sd_bus_slot *filter;
    sd_event_source *sweep;
};

/* Everything that is not in here costs a token of BUCKET_CALLS. */
static const struct {
    const char *interface, *member;
} reads[] = {
    { "org.freedesktop.DBus.Properties", "Get" },
    { "org.freedesktop.DBus.Properties", "GetAll" },
    { "org.freedesktop.DBus.Introspectable", "Introspect" },
    { "org.freedesktop.DBus.Peer", "Ping" },
    { "org.freedesktop.DBus.Peer", "GetMachineId" },
};

static BucketKind kind_of(sd_bus_message *call)
{
    const char *interface = sd_bus_message_get_interface(call);
    const char *member = sd_bus_message_get_member(call);
    for (gsize i = 0; interface && i < G_N_ELEMENTS(reads); i++)
        if (g_str_equal(reads[i].interface, interface) && g_str_equal(reads[i].member, member))
            return BUCKET_READS;
    return BUCKET_CALLS;
}

/* Nobody is denied anything when the caller has left. */
static void journal_unless_left(Account *account, sd_bus_message *answer)
{
    if (account->journaled ||
        sd_bus_message_is_method_error(answer, SD_BUS_ERROR_NAME_HAS_NO_OWNER))
        return;
    sd_bus_message *call = turns_first_call(account);
    denial_journal(call, NULL,
                   access_action(sd_bus_message_get_interface(call),
                                 sd_bus_message_get_member(call), ACCESS_ORDINARY),
                   LIMITS_NO_USER, NULL);
    account->journaled = TRUE;
}

static int on_user(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error)
{
    Account *account = userdata;
    const Limits *limits = account->owner;
    account->asking = sd_bus_slot_unref(account->asking);
    if (sd_bus_message_read(answer, "u", &account->uid) > 0) {
        turns_go_on(limits->turns, account);
        return 0;
    }
    account->user = USER_UNKNOWN;
    journal_unless_left(account, answer);
    turns_refuse_all(limits->turns, account, MIG_ERROR_ACCESS_DENIED, LIMITS_NO_USER);
    return 0;
}

/* What is not only read is counted and authorized by user. Asked without waiting: sd-bus's own
 * sd_bus_query_sender_creds() would let everybody wait. */
static void ask_user(Limits *limits, Account *account)
{
    account->owner = limits;
    int r = sd_bus_call_method_async(
        limits->bus, &account->asking, "org.freedesktop.DBus", "/org/freedesktop/DBus",
        "org.freedesktop.DBus", "GetConnectionUnixUser", on_user, account, "s", account->sender);
    if (r < 0) /* GCOVR_EXCL_BR_LINE: without memory or bus only */
        log_warning("cannot ask for the user of %s: %s", account->sender, g_strerror(-r));
    else
        turns_hold(limits->turns, account);
}

/* Why nothing of a call is kept, not even until its turn; NULL if it is. */
static char *refusal_at_once(const Limits *limits, const Account *account, gsize bytes)
{
    guint own = account->waiting.length, all = turns_waiting(limits->turns);
    if (bytes > LIMITS_MESSAGE_BYTES)
        return g_strdup_printf("the arguments of the call have more than %d bytes, which is the "
                               "limit; send fewer or shorter values",
                               LIMITS_MESSAGE_BYTES);
    if (own < WAITING_FEW)
        return NULL;
    if (own < WAITING_MAX_SENDER && all < WAITING_MAX &&
        turns_waiting_bytes(limits->turns) + bytes <= WAITING_MAX_BYTES)
        return NULL;
    return g_strdup_printf("%u calls wait to be answered and %u are of this caller, which is the "
                           "limit; wait for the answers of the earlier ones",
                           all, own);
}

static char *refusal_in_turn(Account *account, BucketKind kind)
{
    BucketSize size = account_bucket_size(kind);
    if (account_take(account, kind, account->seen))
        return NULL;
    return g_strdup_printf("%s come too fast: a caller may make %u at once and %u a second; "
                           "try again in a second and call less often",
                           kind == BUCKET_READS ? "reads" : "calls", size.burst, size.rate);
}

static void take_in(Limits *limits, Account *account, sd_bus_message *call)
{
    BucketKind kind = kind_of(call);
    gsize bytes = message_size(call, LIMITS_MESSAGE_BYTES);
    g_autofree char *at_once = refusal_at_once(limits, account, bytes);
    if (at_once) {
        turns_refuse(call, MIG_ERROR_LIMITS_EXCEEDED, at_once);
        return;
    }
    g_autofree char *refusal = refusal_in_turn(account, kind);
    gboolean changes_nothing = kind == BUCKET_READS || access_is_read_of_jobs(call);
    if (sd_bus_message_get_expect_reply(call) == 0 && (refusal || changes_nothing))
        return;
    if (!refusal && account->user == USER_UNKNOWN &&
        (kind == BUCKET_CALLS || access_is_read_of_jobs(call)))
        ask_user(limits, account);
    turns_add_call(limits->turns, account, call, bytes, refusal);
}

/* Never fails: sd-bus closes the connection when a filter does. */
static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    Limits *limits = userdata;
    const char *sender = sd_bus_message_get_sender(m);
    if (sd_bus_message_is_method_call(m, NULL, NULL) <= 0 || !sender ||
        turns_passes(limits->turns, m))
        return 0;
    Account *account = accounts_get(limits->accounts, sender, g_get_monotonic_time());
    if (account)
        take_in(limits, account, m);
    else
        turns_refuse(m, MIG_ERROR_LIMITS_EXCEEDED, TOO_MANY_CALLERS);
    sd_event_source_set_enabled(limits->sweep, SD_EVENT_ONESHOT);
    return 1;
}

static int on_sweep(sd_event_source *source, uint64_t usec, void *userdata)
{
    const Limits *limits = userdata;
    if (accounts_sweep(limits->accounts, g_get_monotonic_time()) == 0)
        return 0;
    sd_event_source_set_time_relative(source, ACCOUNT_KEEP_USEC);
    sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    return 0;
}

/* What is open */

OpenCall *limits_open(Limits *limits, sd_bus_message *call, OpenKind kind, GError **error)
{
    Account *account =
        accounts_get(limits->accounts, sd_bus_message_get_sender(call), g_get_monotonic_time());
    if (!account) {
        g_set_error_literal(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED, TOO_MANY_CALLERS);
        return NULL;
    }
    if (!account_open(account, kind, error))
        return NULL;
    OpenCall *open = g_new(OpenCall, 1);
    *open = (OpenCall){ limits, account, kind };
    return open;
}

void limits_close(OpenCall *open)
{
    if (!open)
        return;
    account_close(open->account, open->kind);
    g_free(open);
}

void limits_pass(Limits *limits, sd_bus_message *call)
{
    Account *account =
        accounts_get(limits->accounts, sd_bus_message_get_sender(call), g_get_monotonic_time());
    if (account)
        turns_add_call(limits->turns, account, call, message_size(call, LIMITS_MESSAGE_BYTES),
                       NULL);
    else
        turns_refuse(call, MIG_ERROR_LIMITS_EXCEEDED, TOO_MANY_CALLERS);
}

Turn *limits_in_turn(OpenCall *open, TurnAct act, void *data)
{
    return turns_add_act(open->limits->turns, open->account, act, data);
}

void limits_forget(Limits *limits, const char *sender)
{
    accounts_forget(limits->accounts, sender);
}

gboolean limits_user(const Limits *limits, sd_bus_message *call, guint32 *uid, GError **error)
{
    const Account *account = accounts_find(limits->accounts, sd_bus_message_get_sender(call));
    if (account && account->user == USER_KNOWN) {
        *uid = account->uid;
        return TRUE;
    }
    g_set_error_literal(error, MIG_ERROR, MIG_ERROR_ACCESS_DENIED, LIMITS_NO_USER);
    return FALSE;
}

gboolean limits_idle(const Limits *limits)
{
    return turns_waiting(limits->turns) == 0;
}

static int setup(Limits *limits)
{
    int r = turns_new(limits->bus, limits->accounts, &limits->turns);
    if (r >= 0)
        r = sd_event_add_time_relative(sd_bus_get_event(limits->bus), &limits->sweep,
                                       CLOCK_MONOTONIC, ACCOUNT_KEEP_USEC, 0, on_sweep, limits);
    return r < 0 ? r : sd_event_source_set_enabled(limits->sweep, SD_EVENT_OFF);
}

Limits *limits_new(sd_bus *bus, GError **error)
{
    Limits *limits = g_new0(Limits, 1);
    limits->bus = sd_bus_ref(bus);
    limits->accounts = accounts_new(turn_free);
    int r = setup(limits);
    if (r >= 0)
        return limits;
    g_set_error(error, MIG_ERROR, MIG_ERROR_FAILED, "cannot watch calls: %s", g_strerror(-r));
    limits_free(limits);
    return NULL;
}

int limits_begin(Limits *limits)
{
    return sd_bus_add_filter(limits->bus, &limits->filter, on_message, limits);
}

void limits_free(Limits *limits)
{
    if (!limits)
        return;
    sd_bus_slot_unref(limits->filter);
    sd_event_source_disable_unref(limits->sweep);
    turns_free(limits->turns);
    accounts_free(limits->accounts);
    sd_bus_unref(limits->bus);
    g_free(limits);
}
