/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is known of each caller: how much it has called of late, what of it is still open, and which
 * user it is. An account is kept while something of it is open and ACCOUNT_KEEP_USEC longer: after
 * that its buckets are full again and it says no more than none. So no name on the bus has to be
 * watched for it, and a caller who has left leaves nothing. A name is never given twice.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "bucket.h"

#define ACCOUNTS_MAX 1024
#define ACCOUNT_KEEP_USEC (5 * G_USEC_PER_SEC)

/* Kinds of calls; call-limits.c says which call is of which. */
typedef enum { BUCKET_CALLS, BUCKET_READS, N_BUCKETS } BucketKind;

/* What a caller may have open only so many of. */
typedef enum {
    OPEN_QUESTIONS, /* calls that wait for polkit */
    OPEN_ASKED,     /* calls that wait for a host */
    N_OPEN
} OpenKind;

typedef enum { USER_UNKNOWN, USER_ASKED, USER_KNOWN } UserState;

typedef struct Accounts Accounts;

typedef struct {
    Accounts *accounts;
    char *sender;
    Bucket buckets[N_BUCKETS];
    guint open[N_OPEN];
    GQueue waiting; /* Turn, turns.c's */
    gboolean ready; /* one of them may be taken */
    double spent;   /* us of our time, what is long ago counts less */
    gint64 seen;    /* monotonic us */
    UserState user;
    guint32 uid;        /* USER_KNOWN */
    gboolean journaled; /* that it is denied everything, for want of a user */
    sd_bus_slot *asking;
    void *owner; /* who asks */
} Account;

/* `free_waiting` frees an element of Account.waiting. */
Accounts *accounts_new(GDestroyNotify free_waiting);
void accounts_free(Accounts *accounts);

/* The sender's account, or a new one; NULL if there are too many callers with something open. */
Account *accounts_get(Accounts *accounts, const char *sender, gint64 now);
/* NULL if there is none. */
Account *accounts_find(const Accounts *accounts, const char *sender);

/* The sender has left the bus: forgets it, unless something of it is still open. */
void accounts_forget(Accounts *accounts, const char *sender);

/* Forgets those that are not needed any more; returns how many are left. */
guint accounts_sweep(Accounts *accounts, gint64 now);

gboolean account_take(Account *account, BucketKind kind, gint64 now);
/* Limits of a bucket, for sentences. */
BucketSize account_bucket_size(BucketKind kind);

void account_spend(Account *account, gint64 usec);

/* Opens one more; FALSE with MIG_ERROR_LIMITS_EXCEEDED if that is more than the caller, its user or
 * all may have open. Every success is followed by account_close(). */
gboolean account_open(Account *account, OpenKind kind, GError **error);
void account_close(Account *account, OpenKind kind);
