/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See readers.h. A filter of the bus: a read that has to wait is put back when the answer is there.
 */
#include "readers.h"

#include <string.h>

#include "access.h"
#include "denial.h"
#include "error.h"
#include "log.h"
#include "message-size.h"
#include "polkit.h"
#include "sd-autoptr.h"
#include "variant.h"

/* Without a dialog polkit answers at once; a read does not wait for one that hangs. */
#define SILENT_USEC (5 * G_USEC_PER_SEC)

/* Reads that wait for one answer, and bytes of their arguments, which are a name or two: a person
 * may take minutes. */
#define HELD_MAX 128
#define HELD_BYTES 1024

typedef enum { SIGHT_UNKNOWN, SIGHT_OWN, SIGHT_ALL } Sight;

struct Readers {
    sd_bus *bus;
    Limits *limits;
    const ReadersHandlers *handlers;
    void *userdata;
    GHashTable *by_sender;
    sd_bus_slot *changed;
    guint64 last_id;
};

typedef struct {
    Readers *readers;
    char *sender;
    guint32 uid;
    Sight sight;
    const char *refusal; /* why no more than SIGHT_OWN */
    gboolean journaled;  /* that a read was denied, since it has seen less */
    gboolean granted;    /* by a call of its own, which polkit's changes do not take away */
    gint64 seen;         /* monotonic us */
    sd_bus_track *track;
    sd_bus_slot *asked; /* not NULL: polkit is being asked */
    char *id;           /* of that question */
    gboolean dialog;    /* which allows one */
    uint64_t answered;  /* serial of the newest read that waited for such an answer */
    OpenCall *open;
    GQueue held; /* sd_bus_message: reads that wait for the answer */
} Reader;

static void drop_message(void *message)
{
    sd_bus_message_unref(message);
}

static void reader_free(void *data)
{
    Reader *reader = data;
    g_queue_clear_full(&reader->held, drop_message);
    sd_bus_slot_unref(reader->asked);
    sd_bus_track_unref(reader->track);
    limits_close(reader->open);
    g_free(reader->sender);
    g_free(reader->id);
    g_free(reader);
}

static Reader *find(const Readers *readers, const char *sender)
{
    return sender ? g_hash_table_lookup(readers->by_sender, sender) : NULL;
}

static int on_gone(sd_bus_track *track, void *userdata)
{
    const Reader *reader = userdata;
    if (reader->asked)
        polkit_withdraw(reader->readers->bus, reader->id);
    g_hash_table_remove(reader->readers->by_sender, reader->sender);
    return 0;
}

/* Makes room for one more of the user. */
static void make_room(Readers *readers, guint32 uid)
{
    GHashTableIter iter;
    void *value;
    const Reader *oldest = NULL, *oldest_own = NULL;
    guint own = 0;
    g_hash_table_iter_init(&iter, readers->by_sender);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Reader *reader = value;
        own += reader->uid == uid;
        if (reader->asked)
            continue;
        if (!oldest || reader->seen < oldest->seen)
            oldest = reader;
        if (reader->uid == uid && (!oldest_own || reader->seen < oldest_own->seen))
            oldest_own = reader;
    }
    const Reader *out = own >= READERS_MAX_USER                                ? oldest_own
                        : g_hash_table_size(readers->by_sender) >= READERS_MAX ? oldest
                                                                               : NULL;
    if (out)
        g_hash_table_remove(readers->by_sender, out->sender);
}

/* The sender's reader, or a new one; NULL without a known user. */
static Reader *reader_get(Readers *readers, sd_bus_message *call)
{
    const char *sender = sd_bus_message_get_sender(call);
    Reader *reader = find(readers, sender);
    guint32 uid = 0;
    if (!reader) {
        if (!limits_user(readers->limits, call, &uid, NULL))
            return NULL;
        make_room(readers, uid);
        reader = g_new0(Reader, 1);
        reader->readers = readers;
        reader->sender = g_strdup(sender);
        reader->uid = uid;
        reader->refusal = POLKIT_SILENT;
        g_hash_table_insert(readers->by_sender, reader->sender, reader);
        int r = sd_bus_track_new(readers->bus, &reader->track, on_gone, reader);
        if (r >= 0)
            r = sd_bus_track_add_name(reader->track, sender);
        if (r < 0)
            log_warning("cannot watch %s: %s", sender, g_strerror(-r));
    }
    reader->seen = g_get_monotonic_time();
    return reader;
}

static gboolean may_see(const Reader *reader, guint32 owner_uid)
{
    return reader->sight == SIGHT_ALL || reader->uid == owner_uid;
}

/* Asking polkit */

static uint64_t serial_of(sd_bus_message *call)
{
    uint64_t serial = 0;
    sd_bus_message_get_cookie(call, &serial);
    return serial;
}

static void go_on(Reader *reader)
{
    sd_bus_message *call;
    while ((call = g_queue_pop_head(&reader->held))) {
        if (reader->dialog)
            reader->answered = MAX(reader->answered, serial_of(call));
        limits_pass(reader->readers->limits, call);
        sd_bus_message_unref(call);
    }
}

static void set_sight(Reader *reader, Sight sight)
{
    gboolean shown_less = reader->sight == SIGHT_OWN;
    reader->sight = sight;
    if (sight != SIGHT_ALL)
        return;
    reader->journaled = FALSE;
    if (shown_less)
        reader->readers->handlers->revealed(reader->sender, reader->readers->userdata);
}

static int on_answer(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error)
{
    Reader *reader = userdata;
    reader->asked = sd_bus_slot_unref(reader->asked);
    g_clear_pointer(&reader->open, limits_close);
    reader->refusal = polkit_refusal(answer, reader->dialog);
    if (!reader->granted)
        set_sight(reader, reader->refusal ? SIGHT_OWN : SIGHT_ALL);
    go_on(reader);
    return 0;
}

static int ask(Reader *reader, gboolean interactive)
{
    Readers *readers = reader->readers;
    g_free(reader->id);
    reader->dialog = interactive;
    reader->id = g_strdup_printf("migration-reader-%" G_GUINT64_FORMAT, ++readers->last_id);
    const PolkitQuestion question = { .sender = reader->sender,
                                      .action = ACCESS_LIST,
                                      .interactive = interactive,
                                      .id = reader->id };
    return polkit_ask(readers->bus, &reader->asked, &question,
                      interactive ? UINT64_MAX : SILENT_USEC, on_answer, reader);
}

static int on_polkit_changed(sd_bus_message *signal, void *userdata, sd_bus_error *ret_error)
{
    const Readers *readers = userdata;
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, readers->by_sender);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Reader *reader = value;
        if (reader->sight != SIGHT_UNKNOWN && !reader->granted && !reader->asked)
            ask(reader, FALSE);
    }
    return 0;
}

/* Reading */

/* FALSE for a Get of what everybody may read; what cannot be read is the handler's to refuse. */
static gboolean is_for_owner(sd_bus_message *call)
{
    const char *interface = NULL, *property = NULL;
    if (!g_str_equal(sd_bus_message_get_member(call), "Get"))
        return TRUE;
    int r = sd_bus_message_read(call, "ss", &interface, &property);
    gboolean open = r < 0 || !access_is_for_owner(interface, property);
    sd_bus_message_rewind(call, TRUE);
    return !open;
}

/* A no may become a yes in a dialog; one that was dismissed is not opened again for what waited. */
static gboolean wants_dialog(const Reader *reader, sd_bus_message *call)
{
    return sd_bus_message_get_allow_interactive_authorization(call) > 0 &&
           serial_of(call) > reader->answered;
}

/* TRUE if what the caller may see depends on an answer that is not there yet. */
static gboolean has_to_ask(const Reader *reader, sd_bus_message *call)
{
    if (reader->asked)
        return TRUE;
    if (reader->sight == SIGHT_ALL || (reader->sight == SIGHT_OWN && !wants_dialog(reader, call)))
        return FALSE;
    const Readers *readers = reader->readers;
    return readers->handlers->hides(sd_bus_message_get_path(call), reader->uid, readers->userdata);
}

/* Once a caller: however many properties it reads, however often, it is the same no. */
static void journal_denial(Reader *reader, sd_bus_message *call, const char *why,
                           const char *const *details)
{
    if (!reader->journaled)
        denial_journal(call, &reader->uid, ACCESS_LIST, why, details);
    reader->journaled = TRUE;
}

static gboolean may_hold(const Reader *reader, sd_bus_message *call)
{
    return reader->held.length < HELD_MAX && message_size(call, HELD_BYTES) <= HELD_BYTES;
}

/* polkit is not asked: too much is `open`, or NULL: it cannot be. */
static int refuse(Reader *reader, sd_bus_message *call, const GError *open)
{
    g_clear_pointer(&reader->open, limits_close);
    if (open) {
        turns_refuse(call, MIG_ERROR_LIMITS_EXCEEDED, open->message);
    } else {
        journal_denial(reader, call, POLKIT_SILENT, NULL);
        turns_refuse(call, MIG_ERROR_ACCESS_DENIED,
                     "jobs of other users need the authorization " ACCESS_LIST ": " POLKIT_SILENT);
    }
    return 1;
}

static int hold(Reader *reader, sd_bus_message *call)
{
    g_autoptr(GError) error = NULL;
    if (!may_hold(reader, call)) {
        turns_refuse(call, MIG_ERROR_LIMITS_EXCEEDED,
                     "128 reads of up to 1024 bytes may wait for an authorization; wait for the "
                     "answers of the earlier ones, or name one property that there is");
        return 1;
    }
    if (!reader->asked) {
        gboolean dialog = sd_bus_message_get_allow_interactive_authorization(call) > 0;
        reader->open = limits_open(reader->readers->limits, call, OPEN_QUESTIONS, &error);
        if (!reader->open || ask(reader, dialog) < 0)
            return refuse(reader, call, error);
    }
    g_queue_push_tail(&reader->held, sd_bus_message_ref(call));
    return 1;
}

/* Never fails: sd-bus closes the connection when a filter does. */
static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    if (!access_is_read_of_jobs(m) || !is_for_owner(m))
        return 0;
    Reader *reader = reader_get(userdata, m);
    return reader && has_to_ask(reader, m) ? hold(reader, m) : 0;
}

gboolean readers_may_see(const Readers *readers, guint32 owner_uid)
{
    sd_bus_message *call = sd_bus_get_current_message(readers->bus);
    if (!call || !access_is_read_of_jobs(call))
        return FALSE;
    const Reader *reader = find(readers, sd_bus_message_get_sender(call));
    return reader && may_see(reader, owner_uid);
}

const char *readers_deny(const Readers *readers, guint32 owner_uid, const char *property)
{
    sd_bus_message *call = sd_bus_get_current_message(readers->bus);
    Reader *reader = find(readers, sd_bus_message_get_sender(call));
    if (!reader)
        return LIMITS_NO_USER;
    g_autofree char *owner = g_strdup_printf("%u", owner_uid);
    const char *read[] = { "job.id",
                           sd_bus_message_get_path(call) + strlen(ACCESS_JOBS),
                           "job.owner.uid",
                           owner,
                           "property",
                           property,
                           NULL };
    journal_denial(reader, call, reader->refusal, read);
    return reader->refusal;
}

void readers_add(Readers *readers, sd_bus_message *call)
{
    reader_get(readers, call);
}

void readers_grant(Readers *readers, sd_bus_message *call)
{
    Reader *reader = reader_get(readers, call);
    if (!reader)
        return;
    reader->granted = TRUE;
    set_sight(reader, SIGHT_ALL);
}

/* Telling */

/* GCOVR_EXCL_BR_START: what fails in here fails without memory or bus only */
void readers_tell_one(const Readers *readers, const char *sender, const char *path,
                      const char *interface, GVariant *values)
{
    g_autoptr(sd_bus_message) m = NULL;
    int r = sd_bus_message_new_signal(readers->bus, &m, path, "org.freedesktop.DBus.Properties",
                                      "PropertiesChanged");
    if (r >= 0)
        r = sd_bus_message_append(m, "s", interface);
    if (r >= 0)
        r = mig_variant_append(m, values);
    if (r >= 0)
        r = sd_bus_message_append(m, "as", 0);
    if (r >= 0)
        r = sd_bus_send_to(readers->bus, m, sender, NULL);
    if (r < 0)
        log_warning("cannot tell %s of a change of %s: %s", sender, path, g_strerror(-r));
}
/* GCOVR_EXCL_BR_STOP */

void readers_tell(const Readers *readers, guint32 owner_uid, const char *path,
                  const char *interface, GVariant *values)
{
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, readers->by_sender);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Reader *reader = value;
        if (may_see(reader, owner_uid))
            readers_tell_one(readers, reader->sender, path, interface, values);
    }
}

int readers_begin(Readers *readers)
{
    int r = polkit_watch(readers->bus, &readers->changed, on_polkit_changed, readers);
    return r < 0 ? r : sd_bus_add_filter(readers->bus, NULL, on_message, readers);
}

Readers *readers_new(sd_bus *bus, Limits *limits, const ReadersHandlers *handlers, void *userdata)
{
    Readers *readers = g_new0(Readers, 1);
    readers->bus = sd_bus_ref(bus);
    readers->limits = limits;
    readers->handlers = handlers;
    readers->userdata = userdata;
    readers->by_sender = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, reader_free);
    return readers;
}

void readers_free(Readers *readers)
{
    if (!readers)
        return;
    sd_bus_slot_unref(readers->changed);
    g_hash_table_destroy(readers->by_sender);
    sd_bus_unref(readers->bus);
    g_free(readers);
}
