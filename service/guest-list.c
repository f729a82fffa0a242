/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See guest-list.h. A List is one question, asked or answered; it is forgotten by leaving the table
 * and then has only those who were waiting already. A Waiter is a call that it will answer. An
 * Answer is shared by the list and those whose turn to be answered has not come.
 */
#include "guest-list.h"

#include "error.h"
#include "sd-autoptr.h"
#include "variant.h"

/* Questions to one host; beyond that an answer that is kept is given. The second have it read the
 * definitions of many guests. */
static const BucketSize host_questions = { .rate = 8, .burst = 16 };
static const BucketSize host_checks = { .rate = 4, .burst = 8 };

struct GuestLists {
    ManagerBus *face;
    GHashTable *lists;   /* key -> List */
    GHashTable *buckets; /* host -> Buckets */
    GHashTable *stages;  /* id of an unfinished job -> its state and phase */
    GHashTable *waiters; /* set of Waiter with a turn */
};

typedef struct {
    Bucket questions, checks;
} Buckets;

typedef struct {
    sd_bus_message *message; /* NULL: error */
    GVariant *guests;        /* the message, once somebody has read it */
    GError *error;
} Answer;

typedef struct {
    GuestLists *lists;
    char *key;
    char *host;
    GPtrArray *waiting; /* Waiter; not NULL: asked */
    Answer *answer;     /* not NULL: answered */
    sd_event_source *expire;
} List;

typedef struct {
    GuestLists *lists;
    sd_bus_message *call;
    OpenCall *open;
    Turn *turn;
    GStrv names; /* of the guests that are to be picked from the answer; NULL: all */
    Answer *answer;
} Waiter;

static void answer_clear(void *data)
{
    Answer *answer = data;
    sd_bus_message_unref(answer->message);
    g_clear_pointer(&answer->guests, g_variant_unref);
    g_clear_error(&answer->error);
}

static void answer_unref(Answer *answer)
{
    if (answer)
        g_rc_box_release_full(answer, answer_clear);
}

static Answer *answer_new(sd_bus_message *message, const GError *error)
{
    Answer *answer = g_rc_box_new0(Answer);
    answer->message = sd_bus_message_ref(message);
    answer->error = error ? g_error_copy(error) : NULL;
    return answer;
}

/* Borrowed; NULL if what the worker says is no list. */
static GVariant *answer_read(Answer *answer, GError **error)
{
    if (answer->guests || sd_bus_message_rewind(answer->message, TRUE) < 0)
        return answer->guests;
    answer->guests = mig_variant_read(answer->message, "aa{sv}", 0, error);
    return answer->guests;
}

static void waiter_free(void *data)
{
    Waiter *waiter = data;
    turns_drop(waiter->turn);
    limits_close(waiter->open);
    sd_bus_message_unref(waiter->call);
    answer_unref(waiter->answer);
    g_strfreev(waiter->names);
    g_free(waiter);
}

static void list_free(void *data)
{
    List *list = data;
    g_clear_pointer(&list->waiting, g_ptr_array_unref);
    answer_unref(list->answer);
    sd_event_source_disable_unref(list->expire);
    g_free(list->key);
    g_free(list->host);
    g_free(list);
}

/* From the table; a question that is asked goes on. */
static void list_forget(void *data)
{
    List *list = data;
    if (list->waiting)
        g_clear_pointer(&list->key, g_free);
    else
        list_free(list);
}

static gboolean is_named(GVariant *guest, const GStrv names)
{
    const char *name = "", *uuid = "";
    g_variant_lookup(guest, "name", "&s", &name);
    g_variant_lookup(guest, "uuid", "&s", &uuid);
    for (guint i = 0; names[i]; i++)
        if (g_str_equal(name, names[i]) || g_ascii_strcasecmp(uuid, names[i]) == 0)
            return TRUE;
    return FALSE;
}

static void reply_named(const Waiter *waiter)
{
    g_autoptr(GError) error = NULL;
    g_auto(GVariantBuilder) named = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));
    GVariant *guests = answer_read(waiter->answer, &error);
    if (!guests) {
        bus_reply_error(waiter->call, error);
        return;
    }
    for (gsize i = 0; i < g_variant_n_children(guests); i++) {
        g_autoptr(GVariant) guest = g_variant_get_child_value(guests, i);
        if (is_named(guest, waiter->names))
            g_variant_builder_add_value(&named, guest);
    }
    bus_reply_variant(waiter->call, g_variant_builder_end(&named));
}

/* Many guests are a long message. */
static void on_turn(void *data)
{
    Waiter *waiter = data;
    waiter->turn = NULL;
    const Answer *answer = waiter->answer;
    if (answer->message)
        sd_bus_message_rewind(answer->message, TRUE);
    if (answer->message && waiter->names)
        reply_named(waiter);
    else
        bus_forward_answer(waiter->call, answer->message, answer->error);
    g_hash_table_remove(waiter->lists->waiters, waiter);
}

static void waiter_answer(Waiter *waiter, Answer *answer)
{
    waiter->answer = g_rc_box_acquire(answer);
    g_hash_table_add(waiter->lists->waiters, waiter);
    waiter->turn = limits_in_turn(waiter->open, on_turn, waiter);
}

static int on_expired(sd_event_source *source, uint64_t usec, void *userdata)
{
    const List *list = userdata;
    g_hash_table_remove(list->lists->lists, list->key);
    return 0;
}

/* An error is kept like guests: a host that fails is to be spared too. */
static void on_guests(sd_bus_message *message, const GError *error, void *userdata)
{
    List *list = userdata;
    g_autoptr(GPtrArray) waiting = g_steal_pointer(&list->waiting);
    list->answer = answer_new(message, error);
    while (waiting->len > 0)
        waiter_answer(g_ptr_array_steal_index(waiting, 0), list->answer);
    if (!list->key)
        list_free(list);
    else if (sd_event_add_time_relative(sd_bus_get_event(list->lists->face->bus), &list->expire,
                                        CLOCK_MONOTONIC, GUEST_LIST_KEEP_USEC, 0, on_expired,
                                        list) < 0)
        g_hash_table_remove(list->lists->lists, list->key);
}

static gboolean wants_check(GVariant *filter)
{
    gboolean check = FALSE;
    g_variant_lookup(filter, "check", "b", &check);
    return check;
}

static gboolean may_ask(GuestLists *lists, const char *host, gboolean check)
{
    Buckets *buckets = g_hash_table_lookup(lists->buckets, host);
    if (!buckets) {
        buckets = g_new0(Buckets, 1);
        g_hash_table_insert(lists->buckets, g_strdup(host), buckets);
    }
    return bucket_take(check ? &buckets->checks : &buckets->questions,
                       check ? host_checks : host_questions, g_get_monotonic_time());
}

static List *list_new(GuestLists *lists, const char *key, const char *host)
{
    List *list = g_new0(List, 1);
    list->lists = lists;
    list->key = g_strdup(key);
    list->host = g_strdup(host);
    list->waiting = g_ptr_array_new_with_free_func(waiter_free);
    g_hash_table_replace(lists->lists, list->key, list);
    return list;
}

static char *make_key(const MigHost *host, GVariant *filter)
{
    g_autofree char *text = g_variant_print(filter, TRUE);
    return g_strdup_printf("%s %s", host->name, text);
}

/* Sunk; `names` takes what is left out. */
static GVariant *without_names(GVariant *filter, GStrv *names)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(filter);
    char *name = NULL;
    if (g_variant_lookup(filter, "name", "s", &name)) {
        *names = g_new0(char *, 2);
        **names = name;
    } else {
        g_variant_lookup(filter, "guests", "^as", names);
    }
    g_variant_dict_remove(&dict, "name");
    g_variant_dict_remove(&dict, "guests");
    g_variant_dict_remove(&dict, "check"); /* which is false */
    return g_variant_ref_sink(g_variant_dict_end(&dict));
}

static void list_ask(GuestLists *lists, const char *key, const MigHost *host, GVariant *filter,
                     Waiter *waiter)
{
    List *list = list_new(lists, key, host->name);
    g_ptr_array_add(list->waiting, waiter);
    manager_bus_ask(lists->face, NULL, host, "ListGuests", g_variant_new_tuple(&filter, 1),
                    on_guests, list);
}

/* A host that is spared is not asked for each guest of which somebody knows a name. */
static void answer_sparing(GuestLists *lists, const MigHost *host, GVariant *filter, Waiter *waiter)
{
    g_autoptr(GVariant) wide = without_names(filter, &waiter->names);
    g_autofree char *key = make_key(host, wide);
    const List *list = g_hash_table_lookup(lists->lists, key);
    if (!list)
        list_ask(lists, key, host, wide, waiter);
    else if (list->waiting)
        g_ptr_array_add(list->waiting, waiter);
    else
        waiter_answer(waiter, list->answer);
}

/* No other answer says what is asked. */
static void refuse_check(const MigHost *host, Waiter *waiter)
{
    g_autoptr(GError) error = g_error_new(
        MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED,
        "guests of host %s were checked often of late, which may be %u times a second; try again a "
        "second later",
        host->name, host_checks.rate);
    bus_reply_error(waiter->call, error);
    waiter_free(waiter);
}

void guest_lists_answer(GuestLists *lists, sd_bus_message *call, const MigHost *host,
                        GVariant *filter)
{
    g_autoptr(GError) error = NULL;
    OpenCall *open = limits_open(lists->face->limits, call, OPEN_ASKED, &error);
    if (!open) {
        bus_reply_error(call, error);
        return;
    }
    Waiter *waiter = g_new0(Waiter, 1);
    *waiter = (Waiter){ .lists = lists, .call = sd_bus_message_ref(call), .open = open };

    gboolean check = wants_check(filter);
    g_autofree char *key = make_key(host, filter);
    const List *list = g_hash_table_lookup(lists->lists, key);
    if (list && list->waiting)
        g_ptr_array_add(list->waiting, waiter);
    else if (may_ask(lists, host->name, check))
        list_ask(lists, key, host, filter, waiter);
    else if (list && check)
        waiter_answer(waiter, list->answer);
    else if (check)
        refuse_check(host, waiter);
    else
        answer_sparing(lists, host, filter, waiter);
}

static gboolean is_of_host(void *key, void *value, void *host)
{
    return g_str_equal(((const List *) value)->host, host);
}

void guest_lists_forget(GuestLists *lists, const char *host)
{
    g_hash_table_foreach_remove(lists->lists, is_of_host, (void *) host);
}

void guest_lists_job_changed(GuestLists *lists, const MigJob *job)
{
    guint stage = (guint) job->state * MIG_N_PHASES + (guint) job->phase;
    guint64 *id = g_memdup2(&job->id, sizeof job->id);
    void *known;
    if (g_hash_table_lookup_extended(lists->stages, id, NULL, &known) &&
        GPOINTER_TO_UINT(known) == stage) {
        g_free(id);
        return;
    }
    g_hash_table_replace(lists->stages, id, GUINT_TO_POINTER(stage));
    if (mig_state_is_final(job->state))
        g_hash_table_remove(lists->stages, &job->id);
    guest_lists_forget(lists, job->source);
    guest_lists_forget(lists, job->destination);
}

GuestLists *guest_lists_new(ManagerBus *face)
{
    GuestLists *lists = g_new0(GuestLists, 1);
    lists->face = face;
    lists->lists = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, list_forget);
    lists->buckets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    lists->stages = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    lists->waiters = g_hash_table_new_full(NULL, NULL, waiter_free, NULL);
    return lists;
}

/* What was asked has been answered, with an error, when the manager was freed. */
void guest_lists_free(GuestLists *lists)
{
    if (!lists)
        return;
    g_hash_table_destroy(lists->lists);
    g_hash_table_destroy(lists->buckets);
    g_hash_table_destroy(lists->stages);
    g_hash_table_destroy(lists->waiters);
    g_free(lists);
}
