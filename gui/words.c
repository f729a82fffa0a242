/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of the app for what the service says by id. */
#include "words.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct {
    const char *id, *text;
} Word;

static const Word guest_states[] = {
    { "running", N_("Running") },       { "idle", N_("Running") },
    { "paused", N_("Paused") },         { "in-shutdown", N_("Shutting down") },
    { "shutoff", N_("Shut off") },      { "crashed", N_("Crashed") },
    { "pmsuspended", N_("Suspended") }, { "no-state", N_("State unknown") },
};

static const Word job_states[] = {
    { "queued", N_("Waiting") },          { "running", N_("Running") },
    { "cancelling", N_("Stopping…") },    { "completed", N_("Completed") },
    { "failed", N_("Failed") },           { "cancelled", N_("Cancelled") },
    { "interrupted", N_("Interrupted") }, { "unreadable", N_("Record damaged") },
};

static const Word phases[] = {
    { "queued", N_("Waiting for its turn") },
    { "connecting", N_("Connecting to the hosts") },
    { "checking", N_("Checking both hosts") },
    { "preparing", N_("Preparing the destination") },
    { "copying", N_("Copying memory") },
    { "switching", N_("Switching over") },
    { "post-copy", N_("Fetching the rest of the memory") },
    { "verifying", N_("Looking at both hosts") },
    { "done", N_("Done") },
};

static const Word reasons[] = {
    { "no-state", N_("Its host cannot tell its state; look at it there.") },
    { "paused", N_("It is paused and will be so on the destination.") },
    { "in-shutdown", N_("It is shutting down.") },
    { "not-running", N_("It does not run; start it first.") },
    { "crashed", N_("It has crashed; start it again first.") },
    { "pmsuspended", N_("It has suspended itself and will be so on the destination.") },
    { "transient", N_("It has no saved configuration and is gone when it stops.") },
    { "migrating", N_("A migration of it is going on.") },
};

/* Where the service's words name an option by its key, the app names it as the page does. */
static const Word rules[] = {
    { "tunnelled-flow", N_("only with the source host in charge there is a tunnel") },
    { "tunnelled-interface-address", N_("the tunnel has no address of its own") },
    { "tunnelled-port", N_("the tunnel has no port of its own") },
    { "tunnelled-listen-address", N_("the tunnel has no address of its own") },
    { "tunnelled-data-protocol", N_("the tunnel is a connection of libvirt") },
    { "tunnelled-copy-storage", N_("disks cannot be copied through the tunnel") },
    { "tunnelled-tls", N_("the tunnel has an encryption of its own") },
    { "tunnelled-postcopy",
      N_("post-copy needs a way back from the destination, which the tunnel has not") },
    { "tunnelled-parallel", N_("the tunnel is a single connection") },
    { "tunnelled-offline", N_("an offline migration has no data that could be tunnelled") },
    { "unmanaged-interface-address",
      N_("the hypervisor is told nothing but an address to send the guest to") },
    { "unmanaged-offline", N_("a configuration is moved by libvirt daemons, not by hypervisors") },
    { "rdma-parallel", N_("RDMA takes a single connection") },
    { "rdma-tls", N_("RDMA cannot be encrypted") },
    { "offline-live", N_("a guest that is shut off cannot run on meanwhile") },
    { "offline-copy-storage", N_("an offline migration copies no disks") },
    { "offline-postcopy", N_("a guest that is shut off has no memory to copy") },
    { "offline-parallel", N_("a guest that is shut off has no memory to copy") },
    { "offline-auto-converge", N_("a guest that is shut off has no memory to copy") },
    { "offline-tls", N_("a guest that is shut off has no memory to copy") },
    { "offline-compression", N_("a guest that is shut off has no memory to copy") },
    { "offline-bandwidth", N_("a guest that is shut off has no memory to copy") },
    { "offline-maximum-downtime", N_("a guest that is shut off has no memory to copy") },
    { "paused-postcopy", N_("a guest that is switched to post-copy must run to fetch its memory") },
    { "postcopy-live", N_("post-copy is for a guest that runs") },
    { "postcopy-parallel", N_("the guest would be lost: QEMU crashes on the destination at the end "
                              "of a post-copy migration with several connections") },
    { "disks-copy-storage", N_("no disks are copied") },
    { "disks-address-copy-storage", N_("no disks are copied") },
    { "disks-port-copy-storage", N_("no disks are copied") },
    { "synchronous-writes-copy-storage", N_("no disks are copied") },
    { "zero-copy-tls", N_("what is encrypted has to be copied") },
    { "zero-copy-compression", N_("what is compressed has to be copied") },
    { "graphics-type-address", N_("there is no address to send graphics clients to") },
    { "graphics-type-port", N_("there is no port to send graphics clients to") },
    { "graphics-tls-subject-port", N_("there is a certificate at a port with TLS only") },
    { "port-interface-address", N_("choose an address first") },
    { "rdma-interface-address", N_("RDMA needs an address; choose one first") },
    { "rdma-pin-all-protocol", N_("the protocol is not RDMA") },
    { "managed-open-destination",
      N_("this service is in charge and has to reach the destination") },
    { "offline-persist",
      N_("the configuration is all that moves, and “Keep on the destination” is off") },
    { "postcopy-bandwidth-postcopy", N_("post-copy is not allowed") },
    { "postcopy-resume-postcopy", N_("post-copy is not allowed") },
    { "tls-name-tls", N_("it is not encrypted with TLS") },
    { "auto-converge-initial-auto-converge", N_("the guest is not to be slowed down") },
    { "auto-converge-increment-auto-converge", N_("the guest is not to be slowed down") },
    { "compression-mt-level-mt", N_("multi-threaded compression is not chosen") },
    { "compression-mt-threads-mt", N_("multi-threaded compression is not chosen") },
    { "compression-mt-dthreads-mt", N_("multi-threaded compression is not chosen") },
    { "compression-xbzrle-cache-xbzrle", N_("compression by differences is not chosen") },
    { "parallel-connections-parallel", N_("there is only one connection") },
    { "parallel-mt", N_("multi-threaded compression takes a single connection") },
    { "zero-copy-parallel", N_("it needs several connections") },
    { "graphics-address-type", N_("choose the kind of viewers first") },
    { "graphics-port-type", N_("choose the kind of viewers first") },
    { "graphics-tls-port-type", N_("choose the kind of viewers first") },
};

static const Word remedies[] = {
    { "configuration-lost", N_("Switch on “Keep on the destination”.") },
    { "configuration-on-both", N_("Switch on “Remove from the source”.") },
    { "configuration-kept", N_("Switch on “Keep on the destination” to replace it.") },
    { "memory-unencrypted",
      N_("Use a network nobody else is on, “Encrypt with TLS”, or the tunnel.") },
    { "disks-unencrypted", N_("Use a network nobody else is on, or “Encrypt with TLS”.") },
    { "driven-by-job", N_("With the source host in charge it would go on.") },
    { "destination-not-opened",
      N_("Switch on “Look at the destination” if this service can reach it.") },
    { "unsafe", N_("Switch off “Skip the check of disks” if the disks do not need it.") },
    { "hostname-localhost", N_("Choose an address, correct its host name, or set migration_host in "
                               "qemu.conf there.") },
    { "address-not-there",
      N_("See that it is one of its interfaces’ now, or choose another address.") },
    { "no-route", N_("Bring up the interface that leads there, or choose another address.") },
    { "disk-not-shared", N_("Choose “Copy disks”, or move it to storage that both hosts share.") },
    { "disk-sharing-unknown", N_("Choose “Copy disks” unless both hosts share it.") },
    { "disk-not-seen",
      N_("See that it is there under the same path, or fill in “Other paths there”.") },
    { "disk-not-copyable", N_("Leave it out of “Only these disks”.") },
    { "volume-missing", N_("Make it there, refresh the pool, or choose “Copy disks”.") },
    { "network-missing", N_("Define it there, or fill in “Other networks there”.") },
    { "interface-missing", N_("Make it there; for a bridge fill in “Other bridges there”.") },
    { "io-error-abort", N_("Mend it, or switch off “Give up on disk errors”.") },
    { "rdma-memory-limit",
      N_("Set one with virsh memtune --hard-limit, or choose another protocol.") },
};

static const Word refusals[] = {
    { "without-postcopy", N_("“Allow post-copy” was off when the move was started; stop it and "
                             "move the guest again with it.") },
    { "other-limit", N_("After switching over the speed limit for that counts.") },
    { "not-copying", N_("Memory is not being copied yet.") },
};

static const char *find(const Word *words, gsize n, const char *id)
{
    for (gsize i = 0; i < n; i++)
        if (strcmp(words[i].id, id) == 0)
            return _(words[i].text);
    return NULL;
}

#define WORD(words, id) find(words, G_N_ELEMENTS(words), id) ?: id

const char *mig_words_guest_state(const char *state)
{
    return WORD(guest_states, state);
}

const char *mig_words_job_state(const char *state)
{
    return WORD(job_states, state);
}

const char *mig_words_phase(const char *phase)
{
    return WORD(phases, phase);
}

const char *mig_words_reason(const char *id, const char *sentence)
{
    return find(reasons, G_N_ELEMENTS(reasons), id) ?: sentence;
}

const char *mig_words_rule(const char *id, const char *reason)
{
    return find(rules, G_N_ELEMENTS(rules), id) ?: _(reason);
}

const char *mig_words_remedy(const char *id, const char *remedy)
{
    return find(remedies, G_N_ELEMENTS(remedies), id) ?: remedy;
}

const char *mig_words_refusal(const char *id, const char *sentence)
{
    return find(refusals, G_N_ELEMENTS(refusals), id) ?: sentence;
}

char *mig_words_host(const char *name)
{
    return g_strdup(strcmp(name, "local") == 0 ? _("This computer") : name);
}

char *mig_words_sentence(const char *sentence)
{
    char first[7] = { 0 };
    if (!sentence || !sentence[0])
        return g_strdup("");
    g_unichar_to_utf8(g_unichar_toupper(g_utf8_get_char(sentence)), first);
    return g_strconcat(first, g_utf8_next_char(sentence), NULL);
}

char *mig_words_clause(const char *clause)
{
    char *sentence = mig_words_sentence(clause);
    if (!sentence[0] || strchr(".!?:", sentence[strlen(sentence) - 1]))
        return sentence;
    g_autofree char *open = sentence;
    return g_strconcat(open, ".", NULL);
}

gboolean mig_words_is_sentence(const char *text, const char *sentence)
{
    g_autofree char *shown = mig_words_sentence(text);
    g_autofree char *own = mig_words_sentence(sentence);
    return g_str_equal(shown, own);
}

char *mig_words_host_inside(const char *name)
{
    /* the service shows the hosts of other users' jobs to few */
    if (!*name)
        /* Translators: inside a sentence, a host that the user may not know */
        return g_strdup(_("another host"));
    /* Translators: inside a sentence, for example "from this computer to kvm2" */
    return g_strdup(strcmp(name, "local") == 0 ? _("this computer") : name);
}

/* Neither a number nor the sign has a direction of its own. */
#define ISOLATE "\u2068"
#define END_OF_ISOLATE "\u2069"

char *mig_words_percent(double fraction)
{
    /* Translators: how far it is */
    g_autofree char *text = g_strdup_printf(_("%d %%"), (int) (fraction * 100));
    return g_strconcat(ISOLATE, text, END_OF_ISOLATE, NULL);
}

char *mig_words_size(guint64 bytes)
{
    return g_format_size_full(bytes, G_FORMAT_SIZE_IEC_UNITS);
}

char *mig_words_rate(guint64 bytes)
{
    g_autofree char *size = mig_words_size(bytes);
    /* Translators: bytes a second, for example "118 MiB/s" */
    return g_strdup_printf(_("%s/s"), size);
}

char *mig_words_time(gint64 microseconds)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(microseconds / G_USEC_PER_SEC);
    return time ? g_date_time_format(time, "%X") : g_strdup("");
}

char *mig_words_duration(gint64 microseconds)
{
    const gint64 minutes = (microseconds + 30 * G_USEC_PER_SEC) / (60 * G_USEC_PER_SEC);
    if (microseconds < 60 * G_USEC_PER_SEC)
        return g_strdup(_("less than a minute"));
    if (minutes < 120)
        return g_strdup_printf(ngettext("%d minute", "%d minutes", (gulong) minutes),
                               (int) minutes);
    const gint64 hours = minutes / 60;
    return g_strdup_printf(ngettext("%d hour", "%d hours", (gulong) hours), (int) hours);
}

/* Value of the name that begins after a brace at `p`; NULL: none of these. */
static const char *find_value(const char *p, va_list pairs, gsize *length)
{
    for (const char *name; (name = va_arg(pairs, const char *));) {
        const char *value = va_arg(pairs, const char *);
        *length = strlen(name);
        if (strncmp(p, name, *length) == 0 && p[*length] == '}')
            return value;
    }
    return NULL;
}

char *mig_words_fill(const char *pattern, ...)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (const char *p = pattern; *p; p++) {
        va_list pairs;
        gsize length;
        va_start(pairs, pattern);
        const char *value = *p == '{' ? find_value(p + 1, pairs, &length) : NULL;
        va_end(pairs);
        if (!value) {
            g_string_append_c(text, *p);
            continue;
        }
        g_string_append(text, value);
        p += length + 1;
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

char *mig_words_span(gint64 microseconds)
{
    const int seconds = (int) (microseconds / G_USEC_PER_SEC);
    if (seconds < 1)
        /* Translators: milliseconds */
        return g_strdup_printf(_("%d ms"), (int) (microseconds / 1000));
    if (seconds < 60)
        /* Translators: seconds */
        return g_strdup_printf(_("%d s"), seconds);
    if (seconds < 3600)
        /* Translators: minutes and seconds */
        return g_strdup_printf(_("%d min %d s"), seconds / 60, seconds % 60);
    /* Translators: hours and minutes */
    return g_strdup_printf(_("%d h %d min"), seconds / 3600, seconds / 60 % 60);
}
