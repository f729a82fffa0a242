/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of failures. */
#include "failure.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client.h"
#include "core/error.h"
#include "words.h"

/* {guest}, {source}, {destination}, {host}; none of a host begins a sentence: in some languages the
 * name of this computer has another form there. */
typedef struct {
    const char *sentence, *remedy; /* "": nothing is to be done */
    /* in English too: who may what the service tells in polkit's words, which are not for people */
    gboolean always;
} Row;

#define READ_ON N_("Read the technical message: it names the reason.")
#define CORRECT N_("Correct it; the technical message says what.")
#define SAME_VERSION N_("Bring the app and the service to the same version.")
#define SEE_JOURNAL N_("Ask the administrator to look into the journal of the service.")

static const Row rows[MIG_N_ERRORS] = {
    [MIG_ERROR_FAILED] = { N_("It failed."), READ_ON },
    [MIG_ERROR_INVALID_ARGUMENT] = { N_("A name or a value is not possible."), CORRECT },
    [MIG_ERROR_UNKNOWN_OPTION] = { N_("The service does not know an option."), SAME_VERSION },
    [MIG_ERROR_INVALID_OPTION_TYPE] = { N_("An option has a value of the wrong kind."),
                                        SAME_VERSION },
    [MIG_ERROR_INVALID_OPTION_VALUE] = { N_("An option has a value that it cannot have."),
                                         CORRECT },
    [MIG_ERROR_OPTION_CONFLICT] = { N_("Options that were chosen do not go together."), CORRECT },
    [MIG_ERROR_UNKNOWN_HOST] = { N_("No host of that name is configured."),
                                 N_("Add the host under Hosts.") },
    [MIG_ERROR_INVALID_HOST_FILE] = { N_("The description of {host} cannot be used."),
                                      N_("Correct the host's description under Hosts.") },
    [MIG_ERROR_SAME_HOST] = { N_("Source and destination are the same machine."),
                              N_("Choose another destination: this one is the same machine.") },
    [MIG_ERROR_INVALID_ADDRESS] = { N_("This is no IP address."),
                                    N_("Give an IPv4 or IPv6 address that other hosts can "
                                       "reach.") },
    [MIG_ERROR_ADDRESS_NOT_ALLOWED] = { N_("Memory may not be sent to this address on "
                                           "{destination}."),
                                        N_("Choose one of the destination's own addresses.") },
    [MIG_ERROR_GUEST_NOT_FOUND] = { N_("{guest} is not on {source}."),
                                    N_("See on which host the guest is now.") },
    [MIG_ERROR_GUEST_NOT_RUNNING] = { N_("{guest} does not run on {source}."),
                                      N_("Start the guest, or move its configuration alone.") },
    [MIG_ERROR_GUEST_RUNNING] = { N_("{guest} runs on {source}."),
                                  N_("Move it as a running guest, or shut it down first.") },
    [MIG_ERROR_GUEST_BUSY] = { N_("{guest} is held by another job."),
                               N_("Wait until the other job of this guest has ended.") },
    [MIG_ERROR_GUEST_EXISTS] = { N_("A guest of that name or UUID is in the way on "
                                    "{destination}."),
                                 N_("Rename or remove the guest that is in the way on the "
                                    "destination.") },
    [MIG_ERROR_HOST_UNREACHABLE] = { N_("There is no connection to {host}."),
                                     N_("Check the host's address, the network, the firewall, and "
                                        "whether libvirt runs there.") },
    [MIG_ERROR_HOST_TIMEOUT] = { N_("No answer came from {host} in time."),
                                 N_("See whether libvirt on that host hangs, then try again.") },
    [MIG_ERROR_HOST_KEY_UNKNOWN] = { N_("The ssh key of {host} is not known."),
                                     N_("Compare the host's ssh key and make it known to the "
                                        "service.") },
    [MIG_ERROR_LOGIN_REFUSED] = { N_("The migration service is not let in on {host}."),
                                  N_("Install the service's key or certificate on that host.") },
    [MIG_ERROR_HOST_UUID_MISMATCH] = { N_("Another machine answers at the address of {host}."),
                                       N_("Find out which machine answers at that address.") },
    [MIG_ERROR_NOT_ALLOWED] = { N_("This is not allowed on {destination}."),
                                N_("Ask the administrator to allow it, or leave that option "
                                   "out.") },
    [MIG_ERROR_BLOCKED] = { N_("The checks found what would make it fail."),
                            N_("Solve what the checks have found, then try again.") },
    [MIG_ERROR_NOT_SUPPORTED] = { N_("The hypervisor cannot do this."),
                                  N_("Use other settings: the hypervisor cannot do this.") },
    [MIG_ERROR_UNSAFE] = { N_("{guest} cannot be moved safely: its disks are not shared, or are "
                              "cached."),
                           N_("Copy the disks too, or share them between the hosts.") },
    [MIG_ERROR_INCOMPATIBLE] = { N_("{guest} cannot run on {destination}."),
                                 N_("Choose a destination whose processors and software fit the "
                                    "guest.") },
    [MIG_ERROR_CONNECTION_LOST] = { N_("The connection to {host} was lost."),
                                    N_("Check the network between the hosts, then try again.") },
    [MIG_ERROR_TOO_EARLY] = { N_("It is too early for that."),
                              N_("Try again as soon as memory is copied.") },
    [MIG_ERROR_TOO_LATE] = { N_("It is too late for that."), N_("Wait for the end of the move.") },
    [MIG_ERROR_CANCELLED] = { N_("It was cancelled."), "" },
    [MIG_ERROR_INTERRUPTED] = { N_("It was interrupted."),
                                N_("See where the guest is, then try again.") },
    [MIG_ERROR_NO_SUCH_JOB] = { N_("There is no such job."), N_("Look for it under History.") },
    [MIG_ERROR_JOB_FINISHED] = { N_("The job has ended already."), "" },
    [MIG_ERROR_ACCESS_DENIED] = { N_("You are not allowed to do this."),
                                  N_("Ask the administrator for the permission."), TRUE },
    [MIG_ERROR_LIMITS_EXCEEDED] = { N_("The service has too much to do."),
                                    N_("Wait until other jobs have ended, then try again.") },
    [MIG_ERROR_NOT_RECOVERABLE] = { N_("What both hosts show does not allow this step."),
                                    N_("Look at both hosts, then choose another step.") },
    [MIG_ERROR_LEDGER] = { N_("The service cannot use its records."), SEE_JOURNAL },
    [MIG_ERROR_WORKER] = { N_("The service could not start a worker."), SEE_JOURNAL },
    [MIG_ERROR_HOST_EXISTS] = { N_("There is a host of that name already."),
                                N_("Choose another name.") },
    [MIG_ERROR_HOST_BUSY] = { N_("A move that has not ended needs the description of {host}."),
                              N_("Wait for its end, or stop it.") },
    [MIG_ERROR_HOST_PROTECTED] = { N_("The description of {host} is not one that was added here."),
                                   N_("Change its file in /etc/migrationd/hosts.d.") },
    [MIG_ERROR_HOST_NAME_UNKNOWN] = { N_("The address of {host} is not known to the name "
                                         "service."),
                                      N_("Correct the host's address, or the name service.") },
    [MIG_ERROR_CONNECTION_REFUSED] = { N_("The connection to {host} was refused."),
                                       N_("Start what should listen there, correct the port, or "
                                          "open the firewall.") },
    [MIG_ERROR_HOST_KEY_CHANGED] = { N_("The ssh key of {host} has changed."),
                                     N_("Find out why before you make the new one known to the "
                                        "service.") },
    [MIG_ERROR_LIBVIRT_REFUSED] = { N_("Libvirt does not let the migration service in on {host}."),
                                    N_("Allow it to the user of the login there: by the group "
                                       "libvirt, or by polkit.") },
    [MIG_ERROR_LIBVIRT_DOWN] = { N_("Libvirt does not run on {host}."),
                                 N_("Start it there: systemctl start libvirtd.socket") },
};

/* What the bus says when there is no service. */
static const struct {
    const char *name;
    Row row;
} bus_rows[] = {
    { "org.freedesktop.DBus.Error.ServiceUnknown", { N_("It is not installed."), "" } },
    { "org.freedesktop.DBus.Error.NameHasNoOwner", { N_("It does not run."), "" } },
    { "org.freedesktop.DBus.Error.NoReply", { N_("It did not answer."), "" } },
    { "org.freedesktop.DBus.Error.TimedOut", { N_("It did not answer in time."), "" } },
    { "org.freedesktop.DBus.Error.AccessDenied", { N_("The bus does not allow it."), "", TRUE } },
};
static const Row no_bus = { N_("The system bus cannot be reached."), "" };

static const Row *find(const char *name)
{
    for (int code = 0; name && code < MIG_N_ERRORS; code++)
        if (strcmp(name, mig_error_name(code)) == 0)
            return &rows[code];
    for (gsize i = 0; name && i < G_N_ELEMENTS(bus_rows); i++)
        if (strcmp(name, bus_rows[i].name) == 0)
            return &bus_rows[i].row;
    /* one that is not known here still gets a sentence in the user's language */
    return name ? &rows[MIG_ERROR_FAILED] : &no_bus;
}

static gboolean is_translated(const char *text)
{
    return text[0] && _(text) != text;
}

static gboolean has_own_words(const Row *row)
{
    return row->always || is_translated(row->sentence);
}

static char *name_of(const char *host, const char *fallback)
{
    return host && host[0] ? mig_words_host_inside(host) : g_strdup(fallback);
}

/* Which of two hosts it was the service does not always say. */
static char *name_host(const MigFailureNames *names)
{
    if (names->host || !names->source || !names->destination)
        return name_of(names->host ?: names->source ?: names->destination, _("the host"));
    g_autofree char *source = mig_words_host_inside(names->source);
    g_autofree char *destination = mig_words_host_inside(names->destination);
    /* Translators: two hosts, in the place of the name of one */
    return mig_words_fill(_("{source} or {destination}"), "source", source, "destination",
                          destination, NULL);
}

static char *fill(const char *text, const MigFailureNames *names)
{
    static const MigFailureNames nobody = { NULL };
    names = names ?: &nobody;
    g_autofree char *source = name_of(names->source ?: names->host, _("the source"));
    g_autofree char *destination = name_of(names->destination ?: names->host, _("the destination"));
    g_autofree char *host = name_host(names);
    return mig_words_fill(text, "guest", names->guest ?: _("The guest"), "source", source,
                          "destination", destination, "host", host, NULL);
}

char *mig_failure_why(const char *name, const MigFailureNames *names, const char *sentence)
{
    const Row *row = find(name);
    if (!has_own_words(row) && sentence[0])
        return mig_words_sentence(sentence);
    return fill(_(row->sentence), names);
}

char *mig_failure_remedy(const char *name, const MigFailureNames *names)
{
    const char *remedy = find(name)->remedy;
    return fill(remedy[0] ? _(remedy) : "", names);
}

gboolean mig_failure_is_translated(const char *name)
{
    return has_own_words(find(name));
}

char *mig_failure_text(const char *name, const MigFailureNames *names, const char *sentence)
{
    g_autofree char *why = mig_failure_why(name, names, sentence);
    if (!mig_failure_is_translated(name))
        return g_steal_pointer(&why);
    g_autofree char *remedy = mig_failure_remedy(name, names);
    return g_strjoin(remedy[0] ? " " : "", why, remedy, NULL);
}

char *mig_failure_of(const GError *error, const MigFailureNames *names)
{
    g_autofree char *name = mig_client_error_name(error);
    return mig_failure_text(name, names, error->message);
}

char *mig_failure_why_of(const GError *error, const MigFailureNames *names)
{
    g_autofree char *name = mig_client_error_name(error);
    return mig_failure_why(name, names, error->message);
}

gboolean mig_failure_is_known(int code)
{
    return rows[code].sentence && rows[code].sentence[0] && rows[code].remedy;
}
