/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of guests stands in the way of moving them: owns the guests that are shown, the timer and
 * the question that is under way. */
#include "guest-checks.h"

#include "client-calls.h"

/* Guests of a question: few, so that nobody waits long for the host meanwhile. */
#define BATCH 16
/* ms: before rows that have just come are asked about, between questions (the service takes 4 a
 * second), and after one that failed. */
#define SETTLE 150
#define PAUSE 500
#define FAILED_PAUSE 15000

struct _MigGuestChecks {
    GObject parent_instance;

    MigClient *client;
    MigGuestList *guests;
    char *host;       /* that is asked */
    GPtrArray *shown; /* in the order in which rows took them */
    GPtrArray *asked; /* of the question that is under way */
    GCancellable *asking;
    gint64 next;      /* monotonic us: no question before */
    gboolean refused; /* no question before somebody wants it */
    guint timer;
};

G_DEFINE_FINAL_TYPE(MigGuestChecks, mig_guest_checks, G_TYPE_OBJECT)

static void set_pause(MigGuestChecks *self, guint ms)
{
    self->next = g_get_monotonic_time() + (gint64) ms * 1000;
}

static void drop_question(MigGuestChecks *self)
{
    g_cancellable_cancel(self->asking);
    g_clear_object(&self->asking);
}

static void follow_host(MigGuestChecks *self)
{
    const char *host = mig_guest_list_get_host(self->guests);
    if (g_strcmp0(self->host, host) == 0)
        return;
    g_free(self->host);
    self->host = g_strdup(host);
    self->refused = FALSE;
    self->next = 0;
    drop_question(self);
}

/* Those that are to be asked about, as many as go into a question. */
static GPtrArray *choose(MigGuestChecks *self)
{
    GPtrArray *chosen = g_ptr_array_new_with_free_func(g_object_unref);
    const gint64 now = g_get_monotonic_time();
    for (guint i = 0; i < self->shown->len && chosen->len < BATCH; i++)
        if (mig_guest_wants_check(self->shown->pdata[i], now))
            g_ptr_array_add(chosen, g_object_ref(self->shown->pdata[i]));
    return chosen;
}

static GVariant *make_filter(GPtrArray *chosen)
{
    g_auto(GVariantBuilder) uuids = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);
    for (guint i = 0; i < chosen->len; i++)
        g_variant_builder_add(&uuids, "s", mig_guest_get_uuid(chosen->pdata[i]));
    return g_variant_new_parsed("{'guests': <%@as>, 'check': <true>}",
                                g_variant_builder_end(&uuids));
}

static MigGuest *find(GPtrArray *guests, const char *uuid)
{
    for (guint i = 0; i < guests->len; i++)
        if (g_str_equal(mig_guest_get_uuid(guests->pdata[i]), uuid))
            return guests->pdata[i];
    return NULL;
}

static void take_rows(MigGuestChecks *self, GVariant *rows)
{
    for (gsize i = 0; i < g_variant_n_children(rows); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
        g_autoptr(GVariant) findings =
            g_variant_lookup_value(row, "findings", G_VARIANT_TYPE("aa{sv}"));
        const char *uuid = "", *state = "";
        g_variant_lookup(row, "uuid", "&s", &uuid);
        g_variant_lookup(row, "state", "&s", &state);
        MigGuest *guest = find(self->asked, uuid);
        if (guest)
            mig_guest_set_findings(guest, state, findings);
    }
}

static gboolean is_refusal(const GError *error)
{
    return g_error_matches(error, MIG_ERROR, MIG_ERROR_ACCESS_DENIED) ||
           g_error_matches(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT); /* an older service */
}

static void consider(MigGuestChecks *self);

static void checked_cb(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = mig_client_call_finish(MIG_CLIENT(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    MigGuestChecks *self = MIG_GUEST_CHECKS(data);
    g_clear_object(&self->asking);
    if (reply) {
        g_autoptr(GVariant) rows = g_variant_get_child_value(reply, 0);
        take_rows(self, rows);
    }
    self->refused = is_refusal(error);
    set_pause(self, reply ? PAUSE : FAILED_PAUSE);
    consider(self);
}

static void ask(MigGuestChecks *self)
{
    g_autoptr(GPtrArray) chosen = choose(self);
    if (chosen->len == 0)
        return;
    g_clear_pointer(&self->asked, g_ptr_array_unref);
    self->asked = g_steal_pointer(&chosen);
    self->asking = g_cancellable_new();
    mig_client_list_guests(self->client, self->host, make_filter(self->asked), MIG_CALL_NONE,
                           self->asking, checked_cb, self);
}

static gboolean may_ask(MigGuestChecks *self)
{
    follow_host(self);
    return self->host && !self->asking && !self->refused &&
           mig_guest_list_is_active(self->guests) &&
           mig_client_get_state(self->client) == MIG_CLIENT_READY;
}

static gboolean timer_cb(gpointer data)
{
    MigGuestChecks *self = data;
    self->timer = 0;
    if (may_ask(self))
        ask(self);
    return G_SOURCE_REMOVE;
}

static void start(MigGuestChecks *self)
{
    if (self->timer || !may_ask(self))
        return;
    const gint64 left = (self->next - g_get_monotonic_time()) / 1000;
    self->timer = g_timeout_add((guint) MAX(left, SETTLE), timer_cb, self);
}

/* Is there a guest to be asked about now? */
static void consider(MigGuestChecks *self)
{
    const gint64 now = g_get_monotonic_time();
    for (guint i = 0; i < self->shown->len; i++) {
        if (mig_guest_wants_check(self->shown->pdata[i], now)) {
            start(self);
            return;
        }
    }
}

/* what others call */

void mig_guest_checks_show(MigGuestChecks *self, MigGuest *guest)
{
    g_return_if_fail(MIG_IS_GUEST_CHECKS(self) && MIG_IS_GUEST(guest));
    g_ptr_array_add(self->shown, g_object_ref(guest));
    if (mig_guest_wants_check(guest, g_get_monotonic_time()))
        start(self);
}

void mig_guest_checks_hide(MigGuestChecks *self, MigGuest *guest)
{
    g_return_if_fail(MIG_IS_GUEST_CHECKS(self));
    g_ptr_array_remove(self->shown, guest);
}

void mig_guest_checks_renew(MigGuestChecks *self)
{
    g_return_if_fail(MIG_IS_GUEST_CHECKS(self));
    GListModel *all = mig_guest_list_get_model(self->guests);
    for (guint i = 0; i < g_list_model_get_n_items(all); i++) {
        g_autoptr(MigGuest) guest = g_list_model_get_item(all, i);
        mig_guest_forget_check(guest);
    }
    drop_question(self); /* its answer may be of before */
    self->refused = FALSE;
    self->next = MIN(self->next, g_get_monotonic_time() + PAUSE * 1000);
    g_clear_handle_id(&self->timer, g_source_remove);
    consider(self);
}

/* life */

static void mig_guest_checks_dispose(GObject *object)
{
    MigGuestChecks *self = MIG_GUEST_CHECKS(object);
    g_clear_handle_id(&self->timer, g_source_remove);
    drop_question(self);
    g_clear_pointer(&self->asked, g_ptr_array_unref);
    g_clear_pointer(&self->shown, g_ptr_array_unref);
    g_clear_object(&self->guests);
    g_clear_object(&self->client);
    g_clear_pointer(&self->host, g_free);
    G_OBJECT_CLASS(mig_guest_checks_parent_class)->dispose(object);
}

static void mig_guest_checks_class_init(MigGuestChecksClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = mig_guest_checks_dispose;
}

static void mig_guest_checks_init(MigGuestChecks *self)
{
    self->shown = g_ptr_array_new_with_free_func(g_object_unref);
}

MigGuestChecks *mig_guest_checks_new(MigClient *client, MigGuestList *guests)
{
    MigGuestChecks *self = g_object_new(MIG_TYPE_GUEST_CHECKS, NULL);
    self->client = g_object_ref(client);
    self->guests = g_object_ref(guests);
    g_signal_connect_object(guests, "updated", G_CALLBACK(consider), self, G_CONNECT_SWAPPED);
    return self;
}
