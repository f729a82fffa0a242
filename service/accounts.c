/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See accounts.h.
 */
#include "accounts.h"

#include "error.h"

static const BucketSize bucket_sizes[N_BUCKETS] = {
    [BUCKET_CALLS] = { .rate = 50, .burst = 200 },
    [BUCKET_READS] = { .rate = 5000, .burst = 10000 },
};

/* A person answers a dialog or two, more is a flood. A host is asked one thing after the other. */
static const struct {
    guint of_sender, of_user, of_all;
    const char *what, *remedy;
} open_limits[N_OPEN] = {
    [OPEN_QUESTIONS] = { 8, 16, 64, "calls wait for an authorization",
                         "wait for the answers of the earlier ones" },
    [OPEN_ASKED] = { 16, 32, 128, "calls wait for a host",
                     "wait for the answers of the earlier ones" },
};

struct Accounts {
    GHashTable *by_sender;
    GDestroyNotify free_waiting;
};

static void account_free(void *data)
{
    Account *account = data;
    g_queue_clear_full(&account->waiting, account->accounts->free_waiting);
    sd_bus_slot_unref(account->asking);
    g_free(account->sender);
    g_free(account);
}

Accounts *accounts_new(GDestroyNotify free_waiting)
{
    Accounts *accounts = g_new0(Accounts, 1);
    accounts->free_waiting = free_waiting;
    accounts->by_sender = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, account_free);
    return accounts;
}

void accounts_free(Accounts *accounts)
{
    if (!accounts)
        return;
    g_hash_table_destroy(accounts->by_sender);
    g_free(accounts);
}

static gboolean account_is_open(const Account *account)
{
    guint open = account->waiting.length + (account->user == USER_ASKED);
    for (guint i = 0; i < N_OPEN; i++)
        open += account->open[i];
    return open > 0;
}

static gboolean is_not_needed(void *key, void *value, void *now)
{
    const Account *account = value;
    return !account_is_open(account) && account->seen + ACCOUNT_KEEP_USEC <= *(const gint64 *) now;
}

guint accounts_sweep(Accounts *accounts, gint64 now)
{
    g_hash_table_foreach_remove(accounts->by_sender, is_not_needed, &now);
    return g_hash_table_size(accounts->by_sender);
}

/* The one that was silent for longest makes room. */
static gboolean make_room(Accounts *accounts, gint64 now)
{
    GHashTableIter iter;
    void *value;
    const Account *oldest = NULL;
    if (accounts_sweep(accounts, now) < ACCOUNTS_MAX)
        return TRUE;
    g_hash_table_iter_init(&iter, accounts->by_sender);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Account *account = value;
        if (!account_is_open(account) && (!oldest || account->seen < oldest->seen))
            oldest = account;
    }
    if (!oldest)
        return FALSE;
    g_hash_table_remove(accounts->by_sender, oldest->sender);
    return TRUE;
}

void accounts_forget(Accounts *accounts, const char *sender)
{
    const Account *account = accounts_find(accounts, sender);
    if (account && !account_is_open(account))
        g_hash_table_remove(accounts->by_sender, sender);
}

Account *accounts_find(const Accounts *accounts, const char *sender)
{
    return g_hash_table_lookup(accounts->by_sender, sender);
}

Account *accounts_get(Accounts *accounts, const char *sender, gint64 now)
{
    Account *account = accounts_find(accounts, sender);
    if (!account) {
        if (g_hash_table_size(accounts->by_sender) >= ACCOUNTS_MAX && !make_room(accounts, now))
            return NULL;
        account = g_new0(Account, 1);
        account->accounts = accounts;
        account->sender = g_strdup(sender);
        account->seen = now;
        g_hash_table_insert(accounts->by_sender, account->sender, account);
    }
    /* e-fold in ACCOUNT_KEEP_USEC, nearly: fine for comparing callers with each other */
    account->spent -= account->spent * (double) MIN(now - account->seen, ACCOUNT_KEEP_USEC) /
                      (double) ACCOUNT_KEEP_USEC;
    account->seen = now;
    return account;
}

gboolean account_take(Account *account, BucketKind kind, gint64 now)
{
    return bucket_take(&account->buckets[kind], bucket_sizes[kind], now);
}

BucketSize account_bucket_size(BucketKind kind)
{
    return bucket_sizes[kind];
}

void account_spend(Account *account, gint64 usec)
{
    account->spent += (double) usec;
}

static gboolean refuse(GError **error, OpenKind kind, guint limit, const char *whose)
{
    g_set_error(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED,
                "%u %s%s already, which is the limit; %s", limit, open_limits[kind].what, whose,
                open_limits[kind].remedy);
    return FALSE;
}

gboolean account_open(Account *account, OpenKind kind, GError **error)
{
    GHashTableIter iter;
    void *value;
    guint of_user = 0, of_all = 0;
    g_hash_table_iter_init(&iter, account->accounts->by_sender);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Account *other = value;
        of_all += other->open[kind];
        if (account->user == USER_KNOWN && other->user == USER_KNOWN && other->uid == account->uid)
            of_user += other->open[kind];
    }
    if (account->open[kind] >= open_limits[kind].of_sender)
        return refuse(error, kind, open_limits[kind].of_sender, " for this caller");
    if (of_user >= open_limits[kind].of_user)
        return refuse(error, kind, open_limits[kind].of_user, " for this user");
    if (of_all >= open_limits[kind].of_all)
        return refuse(error, kind, open_limits[kind].of_all, "");
    account->open[kind]++;
    return TRUE;
}

void account_close(Account *account, OpenKind kind)
{
    account->open[kind]--;
}
