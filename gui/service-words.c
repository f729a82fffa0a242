/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the service says, in the user's language. Owns the texts of errors; those of findings are
 * the service's own table, which is part of the template of translations. */
#include "service-words.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/error.h"
#include "core/finding.h"
#include "core/text.h"

static const char *const errors[MIG_N_ERRORS] = {
    [MIG_ERROR_FAILED] = N_("It failed."),
    [MIG_ERROR_INVALID_ARGUMENT] = N_("This cannot be the name of a guest or a host."),
    [MIG_ERROR_UNKNOWN_OPTION] = N_("The service does not know an option."),
    [MIG_ERROR_INVALID_OPTION_TYPE] = N_("An option has a value of the wrong kind."),
    [MIG_ERROR_INVALID_OPTION_VALUE] = N_("An option has a value that it cannot have."),
    [MIG_ERROR_OPTION_CONFLICT] = N_("Options that were chosen do not go together."),
    [MIG_ERROR_UNKNOWN_HOST] = N_("No host of that name is configured."),
    [MIG_ERROR_INVALID_HOST_FILE] = N_("The host’s file cannot be used."),
    [MIG_ERROR_SAME_HOST] = N_("Source and destination are the same machine."),
    [MIG_ERROR_INVALID_ADDRESS] = N_("This is no IP address."),
    [MIG_ERROR_ADDRESS_NOT_ALLOWED] = N_("This address is none of the destination’s."),
    [MIG_ERROR_GUEST_NOT_FOUND] = N_("The source has no such guest."),
    [MIG_ERROR_GUEST_NOT_RUNNING] = N_("The guest does not run."),
    [MIG_ERROR_GUEST_RUNNING] = N_("The guest runs."),
    [MIG_ERROR_GUEST_BUSY] = N_("Another job holds the guest."),
    [MIG_ERROR_GUEST_EXISTS] = N_("The destination has a guest of that name already."),
    [MIG_ERROR_HOST_UNREACHABLE] = N_("The host cannot be reached."),
    [MIG_ERROR_HOST_TIMEOUT] = N_("The host did not answer in time."),
    [MIG_ERROR_HOST_KEY_UNKNOWN] = N_("The host’s ssh key is not known, or has changed."),
    [MIG_ERROR_LOGIN_REFUSED] = N_("The host does not let the migration service in."),
    [MIG_ERROR_HOST_UUID_MISMATCH] = N_("Another machine answers at the host’s address."),
    [MIG_ERROR_NOT_ALLOWED] = N_("The host’s file does not allow it."),
    [MIG_ERROR_BLOCKED] = N_("The checks found what would make it fail."),
    [MIG_ERROR_NOT_SUPPORTED] = N_("The hypervisor cannot do this."),
    [MIG_ERROR_UNSAFE] = N_("Libvirt calls this unsafe."),
    [MIG_ERROR_INCOMPATIBLE] = N_("The destination cannot run this guest."),
    [MIG_ERROR_CONNECTION_LOST] = N_("The connection to a host was lost."),
    [MIG_ERROR_TOO_EARLY] = N_("It is too early for that."),
    [MIG_ERROR_TOO_LATE] = N_("It is too late for that."),
    [MIG_ERROR_CANCELLED] = N_("It was cancelled."),
    [MIG_ERROR_INTERRUPTED] = N_("It was interrupted."),
    [MIG_ERROR_NO_SUCH_JOB] = N_("There is no such job."),
    [MIG_ERROR_JOB_FINISHED] = N_("The job has ended already."),
    [MIG_ERROR_ACCESS_DENIED] = N_("You are not allowed to do this."),
    [MIG_ERROR_LIMITS_EXCEEDED] = N_("The service has too much to do."),
    [MIG_ERROR_LEDGER] = N_("The service cannot use its records."),
    [MIG_ERROR_WORKER] = N_("The service could not start a worker."),
    [MIG_ERROR_NOT_RECOVERABLE] = N_("What both hosts show does not allow this step."),
};

/* What the bus says when there is no service. */
static const struct {
    const char *name, *text;
} bus_errors[] = {
    { "org.freedesktop.DBus.Error.ServiceUnknown", N_("It is not installed.") },
    { "org.freedesktop.DBus.Error.NameHasNoOwner", N_("It does not run.") },
    { "org.freedesktop.DBus.Error.NoReply", N_("It did not answer.") },
    { "org.freedesktop.DBus.Error.TimedOut", N_("It did not answer in time.") },
    { "org.freedesktop.DBus.Error.AccessDenied", N_("The bus does not allow it.") },
};

static const MigFindingInfo *find(const char *id)
{
    for (const MigFindingInfo *info = mig_findings_table(); info->id; info++)
        if (strcmp(info->id, id) == 0)
            return info;
    return NULL;
}

static char *quote(const char *value)
{
    g_autofree char *quoted = mig_text_quote(value);
    quoted[strlen(quoted) - 1] = '\0';
    /* Translators: quotation marks around a name */
    return g_strdup_printf(_("“%s”"), quoted + 1);
}

/* Whether a value was given for every {name}. */
static gboolean is_complete(const char *pattern, GVariant *arguments)
{
    for (const char *at = strchr(pattern, '{'), *end; at; at = strchr(end, '{')) {
        end = strchr(at, '}');
        if (!end)
            return FALSE;
        g_autofree char *name = g_strndup(at + 1, (gsize) (end - at - 1));
        if (!g_variant_lookup(arguments, name, "&s", NULL))
            return FALSE;
    }
    return TRUE;
}

static char *say(const char *pattern, GVariant *arguments, const char *fallback)
{
    const char *translated = pattern[0] ? _(pattern) : pattern;
    if (translated == pattern || !arguments || !is_complete(translated, arguments))
        return g_strdup(fallback);
    return mig_finding_fill_in(translated, arguments, quote);
}

/* A refusal, of which the table only says that it has a message, is an error: "same-host" is
 * SameHost. */
static char *say_refusal(const char *id, const char *sentence)
{
    g_autoptr(GString) name = g_string_new(MIG_ERROR_PREFIX);
    gboolean first = TRUE;
    for (; *id; id++) {
        if (*id != '-')
            g_string_append_c(name, first ? g_ascii_toupper(*id) : *id);
        first = *id == '-';
    }
    return mig_service_words_error(name->str, sentence);
}

char *mig_service_words_sentence(const char *id, GVariant *arguments, const char *sentence)
{
    const MigFindingInfo *info = find(id);
    if (!info)
        return g_strdup(sentence);
    if (strcmp(info->sentence, "{message}") == 0)
        return say_refusal(id, sentence);
    return say(info->sentence, arguments, sentence);
}

char *mig_service_words_remedy(const char *id, GVariant *arguments, const char *remedy)
{
    const MigFindingInfo *info = find(id);
    return info ? say(info->remedy, arguments, remedy) : g_strdup(remedy);
}

char *mig_service_words_error(const char *name, const char *sentence)
{
    const char *text = NULL;
    for (int code = 0; name && code < MIG_N_ERRORS; code++)
        if (strcmp(name, mig_error_name(code)) == 0)
            text = errors[code];
    for (gsize i = 0; name && i < G_N_ELEMENTS(bus_errors); i++)
        if (strcmp(name, bus_errors[i].name) == 0)
            text = bus_errors[i].text;
    /* one that is not known here still gets a sentence in the user's language in front */
    text = text ?: errors[MIG_ERROR_FAILED];
    const char *translated = _(text);
    /* who may what is told in polkit's words, which are no sentence for people */
    if (translated == text && text != errors[MIG_ERROR_ACCESS_DENIED])
        return g_strdup(sentence);
    /* Translators: what is wrong, and the service's own words for it, which are English */
    return g_strdup_printf(_("%s\n%s"), translated, sentence);
}
