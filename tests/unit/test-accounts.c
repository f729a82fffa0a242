/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of the accounts of callers: how fast, how many, and how they are forgotten.
 */
#include "accounts.h"

#include <string.h>

#include "error.h"

#define SECOND G_USEC_PER_SEC
#define START (1000 * SECOND)

/* How often a token can be taken, the clock standing still. */
static guint drain(Account *account, BucketKind kind, gint64 now)
{
    guint n = 0;

    while (account_take(account, kind, now))
        n++;

    return n;
}

static void test_rates(void)
{
    static const BucketSize sizes[N_BUCKETS] = { { 50, 200 }, { 5000, 10000 } };

    for (guint i = 0; i < N_BUCKETS; i++) {
        Accounts *accounts = accounts_new(NULL);
        Account *account = accounts_get(accounts, ":1.1", START);
        BucketKind kind = (BucketKind) i;

        g_assert_cmpuint(account_bucket_size(kind).rate, ==, sizes[i].rate);
        g_assert_cmpuint(drain(account, kind, START), ==, sizes[i].burst);
        g_assert_cmpuint(drain(account, kind, START + SECOND), ==, sizes[i].rate);
        g_assert_cmpuint(drain(account, kind, START + SECOND + SECOND / 10), ==,
                         sizes[i].rate / 10);
        g_assert_cmpuint(drain(account, kind, START + 100 * SECOND), ==, sizes[i].burst);
        /* one kind costs nothing of the other, one caller nothing of another */
        g_assert_true(account_take(account, (BucketKind) (1 - i), START + 100 * SECOND));
        g_assert_true(account_take(accounts_get(accounts, ":1.2", START), kind, START));
        accounts_free(accounts);
    }
}

static void test_forgotten(void)
{
    Accounts *accounts = accounts_new(NULL);
    Account *open = accounts_get(accounts, ":1.1", START);

    accounts_get(accounts, ":1.2", START);
    g_assert_true(account_open(open, OPEN_QUESTIONS, NULL));
    g_assert_cmpuint(accounts_sweep(accounts, START + ACCOUNT_KEEP_USEC - 1), ==, 2);
    g_assert_cmpuint(accounts_sweep(accounts, START + ACCOUNT_KEEP_USEC), ==, 1);
    g_assert_null(accounts_find(accounts, ":1.2"));
    account_close(open, OPEN_QUESTIONS);
    g_assert_cmpuint(accounts_sweep(accounts, START + ACCOUNT_KEEP_USEC), ==, 0);
    accounts_free(accounts);
}

/* Who has left the bus. */
static void test_left(void)
{
    Accounts *accounts = accounts_new(NULL);
    Account *open = accounts_get(accounts, ":1.1", START);

    accounts_get(accounts, ":1.2", START);
    g_assert_true(account_open(open, OPEN_ASKED, NULL));
    accounts_forget(accounts, ":1.1");
    accounts_forget(accounts, ":1.2");
    accounts_forget(accounts, ":1.3");
    g_assert_true(accounts_find(accounts, ":1.1") == open);
    g_assert_null(accounts_find(accounts, ":1.2"));
    account_close(open, OPEN_ASKED);
    accounts_forget(accounts, ":1.1");
    g_assert_null(accounts_find(accounts, ":1.1"));
    accounts_free(accounts);
}

/* Being forgotten gives nobody more than waiting would have. */
static void test_forgotten_is_full(void)
{
    for (guint kind = 0; kind < N_BUCKETS; kind++) {
        BucketSize size = account_bucket_size((BucketKind) kind);

        g_assert_cmpint(size.burst * SECOND / size.rate, <=, ACCOUNT_KEEP_USEC);
    }
}

static Account *get_numbered(Accounts *accounts, guint number, gint64 now)
{
    g_autofree char *name = g_strdup_printf(":1.%u", number);

    return accounts_get(accounts, name, now);
}

static void test_bounded(void)
{
    Accounts *accounts = accounts_new(NULL);

    for (guint i = 0; i < 3 * ACCOUNTS_MAX; i++)
        g_assert_nonnull(get_numbered(accounts, i, START + i));
    g_assert_cmpuint(accounts_sweep(accounts, START), ==, ACCOUNTS_MAX);
    /* the newest are there */
    g_assert_nonnull(accounts_find(accounts, ":1.3071"));
    g_assert_nonnull(accounts_find(accounts, ":1.2048"));
    g_assert_null(accounts_find(accounts, ":1.2047"));
    /* those that were silent for long go together */
    g_assert_nonnull(accounts_get(accounts, ":2.1", START + 100 * SECOND));
    g_assert_cmpuint(accounts_sweep(accounts, START + 100 * SECOND), ==, 1);
    accounts_free(accounts);
}

/* Who has something open is not forgotten for others. */
static void test_bounded_and_open(void)
{
    Accounts *accounts = accounts_new(NULL);
    Account *account = NULL;

    for (guint i = 0; i < ACCOUNTS_MAX; i++) {
        account = get_numbered(accounts, i, START);
        g_queue_push_tail(&account->waiting, accounts);
    }
    g_assert_null(accounts_get(accounts, ":2.1", START + 100 * SECOND));
    g_queue_clear(&account->waiting);
    g_assert_nonnull(accounts_get(accounts, ":2.1", START + 100 * SECOND));
    g_assert_null(accounts_find(accounts, ":1.1023"));
    for (guint i = 0; i < ACCOUNTS_MAX - 1; i++)
        g_queue_clear(&get_numbered(accounts, i, START)->waiting);
    accounts_free(accounts);
}

static Account *get_user(Accounts *accounts, guint number, guint32 uid)
{
    Account *account = get_numbered(accounts, number, START);

    account->user = USER_KNOWN;
    account->uid = uid;

    return account;
}

static guint open_all(Account *account, OpenKind kind, const char *limit)
{
    g_autoptr(GError) error = NULL;
    guint n = 0;

    while (account_open(account, kind, &error))
        n++;
    g_assert_error(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED);
    if (!strstr(error->message, limit))
        g_error("says: %s\nmust say: %s", error->message, limit);

    return n;
}

static void test_open(void)
{
    static const struct {
        OpenKind kind;
        guint of_sender, of_user, of_all;
        const char *what;
    } rows[] = {
        { OPEN_QUESTIONS, 8, 16, 64, "calls wait for an authorization for this caller" },
        { OPEN_ASKED, 16, 32, 128, "calls wait for a host for this caller" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Accounts *accounts = accounts_new(NULL);
        Account *first = get_user(accounts, 1, 1000);
        guint all = 0;

        g_assert_cmpuint(open_all(first, rows[i].kind, rows[i].what), ==, rows[i].of_sender);
        g_assert_cmpuint(open_all(get_user(accounts, 2, 1000), rows[i].kind, "this caller"), ==,
                         rows[i].of_user - rows[i].of_sender);
        g_assert_cmpuint(open_all(get_user(accounts, 3, 1000), rows[i].kind, "this user"), ==, 0);
        /* one that is closed makes room for one */
        account_close(first, rows[i].kind);
        g_assert_cmpuint(open_all(get_user(accounts, 3, 1000), rows[i].kind, "this user"), ==, 1);
        for (guint user = 0; user < 16; user++)
            all += open_all(get_user(accounts, 10 + user, 2000 + user), rows[i].kind, "the limit");
        g_assert_cmpuint(all + rows[i].of_user, ==, rows[i].of_all);
        accounts_free(accounts);
    }
}

/* A user that is not known is nobody's, also not that of another such caller. */
static void test_open_of_unknown_users(void)
{
    Accounts *accounts = accounts_new(NULL);

    for (guint i = 1; i <= 3; i++)
        g_assert_cmpuint(open_all(get_numbered(accounts, i, START), OPEN_QUESTIONS, "this caller"),
                         ==, 8);
    g_assert_cmpuint(open_all(get_user(accounts, 4, 0), OPEN_QUESTIONS, "this caller"), ==, 8);
    accounts_free(accounts);
}

static void test_spent(void)
{
    Accounts *accounts = accounts_new(NULL);
    Account *account = accounts_get(accounts, ":1.1", START);

    account_spend(account, 1000);
    accounts_get(accounts, ":1.1", START);
    g_assert_cmpfloat(account->spent, ==, 1000);
    accounts_get(accounts, ":1.1", START + ACCOUNT_KEEP_USEC / 2);
    g_assert_cmpfloat(account->spent, ==, 500);
    accounts_get(accounts, ":1.1", START + 100 * ACCOUNT_KEEP_USEC);
    g_assert_cmpfloat(account->spent, ==, 0);
    accounts_free(accounts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/accounts/rates", test_rates);
    g_test_add_func("/accounts/forgotten", test_forgotten);
    g_test_add_func("/accounts/left", test_left);
    g_test_add_func("/accounts/forgotten-is-full", test_forgotten_is_full);
    g_test_add_func("/accounts/bounded", test_bounded);
    g_test_add_func("/accounts/bounded-and-open", test_bounded_and_open);
    g_test_add_func("/accounts/open", test_open);
    g_test_add_func("/accounts/open-of-unknown-users", test_open_of_unknown_users);
    g_test_add_func("/accounts/spent", test_spent);

    return g_test_run();
}
