/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See authorize.h. One Question a call; the subject is always the sender's name on the bus.
 */
#include "authorize.h"

#include <errno.h>

#include "error.h"
#include "journal.h"
#include "log.h"
#include "sd-autoptr.h"
#include "variant.h"

#define POLKIT_NAME "org.freedesktop.PolicyKit1"
#define POLKIT_PATH "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE "org.freedesktop.PolicyKit1.Authority"
#define POLKIT_ALLOW_INTERACTION 1u

/* Unanswered questions at once; a person answers a dialog or two, more is a flood. */
#define QUESTIONS_MAX 64
#define QUESTIONS_MAX_SENDER 8

struct Authorizer {
    sd_bus *bus;
    GHashTable *questions; /* set of Question */
    guint64 last_id;
};

typedef struct {
    Authorizer *authorizer;
    sd_bus_message *call;
    char *action;
    char **details;
    char *cancellation_id;
    sd_bus_slot *asked;
    sd_bus_track *caller;
    Authorized authorized;
    void *request;
    GDestroyNotify free_request;
} Question;

static void question_free(void *data)
{
    Question *question = data;
    sd_bus_slot_unref(question->asked);
    sd_bus_track_unref(question->caller);
    sd_bus_message_unref(question->call);
    question->free_request(question->request);
    g_free(question->action);
    g_strfreev(question->details);
    g_free(question->cancellation_id);
    g_free(question);
}

static void question_end(Question *question)
{
    g_hash_table_remove(question->authorizer->questions, question);
}

/* The journal's field for a detail of the question. */
static char *field_of_detail(const char *detail)
{
    static const char *const renamed[][2] = {
        { "source.name", "SOURCE_HOST" },
        { "destination.name", "DESTINATION" },
        { "host.name", "ASKED_HOST" },
        { "job.owner.uid", "OWNER_UID" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(renamed); i++) {
        if (g_str_equal(renamed[i][0], detail))
            return g_strdup(renamed[i][1]);
    }
    g_autofree char *name = g_ascii_strup(detail, -1);
    return g_strdup(g_strdelimit(name, ".-", '_'));
}

static void journal_denial(sd_bus_message *call, const char *action, const char *const *details,
                           const char *why)
{
    guint32 uid = 0;
    g_autofree char *user = authorize_sender(call, &uid, NULL) ? g_strdup_printf("%u", uid) : NULL;
    const char *const who_and_what[] = {
        "CALLER",     sd_bus_message_get_sender(call),
        "CALLER_UID", user ? user : "",
        "METHOD",     sd_bus_message_get_member(call),
        "ACTION",     action,
        "REASON",     why,
    };
    g_autoptr(GStrvBuilder) fields = g_strv_builder_new();
    for (gsize i = 0; i < G_N_ELEMENTS(who_and_what); i++)
        g_strv_builder_add(fields, who_and_what[i]);
    for (; details && details[0]; details += 2) {
        g_autofree char *name = field_of_detail(details[0]);
        g_strv_builder_add_many(fields, name, details[1], NULL);
    }
    g_auto(GStrv) more = g_strv_builder_end(fields);
    mig_journal_write(MIG_EVENT_DENIED, NULL, (const char *const *) more);
}

static int deny(sd_bus_message *call, const char *action, const char *const *details,
                const char *why)
{
    journal_denial(call, action, details, why);
    return sd_bus_reply_method_errorf(call, MIG_ERROR_PREFIX "AccessDenied",
                                      "%s needs the authorization %s: %s",
                                      sd_bus_message_get_member(call), action, why);
}

/* polkit's answer as why not, NULL: yes. */
static const char *refusal_of(sd_bus_message *answer)
{
    int authorized = 0, challenge = 0;
    if (sd_bus_message_is_method_error(answer, NULL))
        return "polkit could not be asked";
    int r = sd_bus_message_enter_container(answer, SD_BUS_TYPE_STRUCT, "bba{ss}");
    if (r > 0)
        r = sd_bus_message_read(answer, "bb", &authorized, &challenge);
    if (r <= 0)
        return "polkit's answer cannot be read";
    if (authorized)
        return NULL;
    return challenge ? "polkit wants a password and the caller did not allow to ask for one"
                     : "polkit said no";
}

static int on_answer(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error)
{
    Question *question = userdata;
    const char *why = refusal_of(answer);
    if (sd_bus_message_is_method_error(answer, NULL))
        log_warning("polkit: %s", sd_bus_message_get_error(answer)->message);
    if (why)
        deny(question->call, question->action, (const char *const *) question->details, why);
    else
        question->authorized(question->call, question->request);
    question_end(question);
    return 0;
}

/* The caller has left the bus: nobody is left to say yes to. */
static int on_caller_gone(sd_bus_track *track, void *userdata)
{
    Question *question = userdata;
    int r = sd_bus_call_method_async(question->authorizer->bus, NULL, POLKIT_NAME, POLKIT_PATH,
                                     POLKIT_INTERFACE, "CancelCheckAuthorization", NULL, NULL, "s",
                                     question->cancellation_id);
    if (r < 0)
        log_warning("cannot withdraw a question from polkit: %s", g_strerror(-r));
    question_end(question);
    return 0;
}

static int append_details(sd_bus_message *m, const char *const *details)
{
    int r = sd_bus_message_open_container(m, SD_BUS_TYPE_ARRAY, "{ss}");
    for (; r >= 0 && details && details[0]; details += 2)
        r = sd_bus_message_append(m, "{ss}", details[0], details[1]);
    return r < 0 ? r : sd_bus_message_close_container(m);
}

static int question_ask(Question *question, const char *const *details)
{
    g_autoptr(sd_bus_message) m = NULL;
    sd_bus *bus = question->authorizer->bus;
    const char *sender = sd_bus_message_get_sender(question->call);
    guint32 flags = sd_bus_message_get_allow_interactive_authorization(question->call) > 0
                        ? POLKIT_ALLOW_INTERACTION
                        : 0;
    int r = sd_bus_track_new(bus, &question->caller, on_caller_gone, question);
    if (r >= 0)
        r = sd_bus_track_add_name(question->caller, sender);
    if (r >= 0)
        r = sd_bus_message_new_method_call(bus, &m, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE,
                                           "CheckAuthorization");
    if (r >= 0)
        r = sd_bus_message_append(m, "(sa{sv})s", "system-bus-name", 1, "name", "s", sender,
                                  question->action);
    if (r >= 0)
        r = append_details(m, details);
    if (r >= 0)
        r = sd_bus_message_append(m, "us", flags, question->cancellation_id);
    /* a person may take minutes to answer */
    if (r >= 0)
        r = sd_bus_call_async(bus, &question->asked, m, on_answer, question, UINT64_MAX);
    return r;
}

static guint questions_of(const Authorizer *authorizer, const char *sender)
{
    GHashTableIter iter;
    void *key;
    guint n = 0;
    g_hash_table_iter_init(&iter, authorizer->questions);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        n += g_str_equal(sd_bus_message_get_sender(((Question *) key)->call), sender);
    return n;
}

int authorize(Authorizer *authorizer, sd_bus_message *call, AccessCase which,
              const char *const *details, Authorized authorized, void *request,
              GDestroyNotify free_request)
{
    const char *action =
        access_action(sd_bus_message_get_interface(call), sd_bus_message_get_member(call), which);
    Question *question = g_new0(Question, 1);
    question->authorizer = authorizer;
    question->call = sd_bus_message_ref(call);
    question->action = g_strdup(action ? action : "that nobody has");
    question->details = g_strdupv((char **) details);
    question->cancellation_id =
        g_strdup_printf("migration-%" G_GUINT64_FORMAT, ++authorizer->last_id);
    question->authorized = authorized;
    question->request = request;
    question->free_request = free_request;
    if (g_hash_table_size(authorizer->questions) >= QUESTIONS_MAX ||
        questions_of(authorizer, sd_bus_message_get_sender(call)) >= QUESTIONS_MAX_SENDER) {
        question_free(question);
        return sd_bus_reply_method_errorf(
            call, MIG_ERROR_PREFIX "LimitsExceeded",
            "too many calls wait for an authorization; wait for the answers of the earlier ones");
    }
    g_hash_table_add(authorizer->questions, question);
    int r = action ? question_ask(question, details) : -EACCES;
    if (r >= 0)
        return 1;
    deny(call, question->action, details, g_strerror(-r));
    question_end(question);
    return 1;
}

gboolean authorize_sender(sd_bus_message *call, guint32 *uid, GError **error)
{
    g_autoptr(sd_bus_creds) creds = NULL;
    uid_t value = 0;
    int r = sd_bus_query_sender_creds(call, SD_BUS_CREDS_EUID, &creds);
    if (r >= 0)
        r = sd_bus_creds_get_euid(creds, &value);
    if (r < 0) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_ACCESS_DENIED, "the caller's user is not known: %s",
                    g_strerror(-r));
        return FALSE;
    }
    *uid = value;
    return TRUE;
}

gboolean authorizer_idle(const Authorizer *authorizer)
{
    return g_hash_table_size(authorizer->questions) == 0;
}

Authorizer *authorizer_new(sd_bus *bus)
{
    Authorizer *authorizer = g_new0(Authorizer, 1);
    authorizer->bus = sd_bus_ref(bus);
    authorizer->questions = g_hash_table_new_full(NULL, NULL, question_free, NULL);
    return authorizer;
}

void authorizer_free(Authorizer *authorizer)
{
    if (!authorizer)
        return;
    g_hash_table_destroy(authorizer->questions);
    sd_bus_unref(authorizer->bus);
    g_free(authorizer);
}
