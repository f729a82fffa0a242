/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See journal.h. Two tables: the events, and what of a job is which field. The values of fields are
 * whatever callers and hosts have sent; in the sentence they are made one harmless line.
 */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "journal.h"

#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "attention.h"
#include "error.h"
#include "text.h"

/* An id never changes: programs wait for it, and the catalog explains it. */
static const MigEventInfo events[MIG_N_EVENTS] = {
    [MIG_EVENT_JOB_STARTED] = { "job-started", "9503c61fc27b4364b79393efddf060e0", LOG_INFO,
                                "Job {JOB_ID} migrates guest {GUEST_NAME} from host {SOURCE_HOST} "
                                "to host {DESTINATION} for user {OWNER_UID}." },
    [MIG_EVENT_PHASE] = { "phase", "6dac5d2c467843119d02a876ec223905", LOG_INFO,
                          "Job {JOB_ID} is {JOB_PHASE}." },
    [MIG_EVENT_COMPLETED] = { "completed", "11aad8fd82a64b1aa5667f6d03cc1128", LOG_NOTICE,
                              "Job {JOB_ID} completed: guest {GUEST_NAME} has moved from host "
                              "{SOURCE_HOST} to host {DESTINATION}." },
    [MIG_EVENT_FAILED] = { "failed", "7a7faea0ee0244b9aea205529db185dc", LOG_WARNING,
                           "Job {JOB_ID} failed: {ERROR_MESSAGE}" },
    [MIG_EVENT_CANCELLED] = { "cancelled", "055fde2b3bed48b585b5bc6033834db7", LOG_NOTICE,
                              "Job {JOB_ID} ended: {ERROR_MESSAGE}" },
    [MIG_EVENT_NEEDS_ATTENTION] = { "needs-attention", "5f26e4b53bfa453c8cb54d01894ade63", LOG_ERR,
                                    "Job {JOB_ID} {JOB_STATE}, look after guest {GUEST_NAME}: "
                                    "{ERROR_MESSAGE}" },
    [MIG_EVENT_SPLIT] = { "split", "9e13134f6a634de9a89ff240c3ab2f4e", LOG_CRIT,
                          "Job {JOB_ID} {JOB_STATE}, guest {GUEST_NAME} runs TWICE: "
                          "{ERROR_MESSAGE}" },
    [MIG_EVENT_DENIED] = { "denied", "03b4c3bd31a846e3932f05a5ff860961", LOG_WARNING,
                           "User {CALLER_UID} ({CALLER}) was denied {METHOD} ({ACTION}): "
                           "{REASON}" },
    [MIG_EVENT_RECOVERED] = { "recovered", "e3b70d3fd1994e7e85873922f8049780", LOG_NOTICE,
                              "Job {JOB_ID} recovered: {RECOVERY}." },
};

typedef enum { KIND_ID, KIND_UID, KIND_STATE, KIND_PHASE, KIND_STRING } Kind;

static const struct {
    const char *name;
    Kind kind;
    gsize offset;
    gboolean at_end; /* says something only when the job has ended */
} job_fields[] = {
    { "JOB_ID", KIND_ID, G_STRUCT_OFFSET(MigJob, id) },
    { "JOB_STATE", KIND_STATE, G_STRUCT_OFFSET(MigJob, state) },
    { "JOB_PHASE", KIND_PHASE, G_STRUCT_OFFSET(MigJob, phase) },
    { "GUEST_UUID", KIND_STRING, G_STRUCT_OFFSET(MigJob, guest_uuid) },
    { "SOURCE_HOST", KIND_STRING, G_STRUCT_OFFSET(MigJob, source) },
    { "DESTINATION", KIND_STRING, G_STRUCT_OFFSET(MigJob, destination) },
    { "OWNER_UID", KIND_UID, G_STRUCT_OFFSET(MigJob, owner_uid) },
    { "SOURCE_STATE", KIND_STRING, G_STRUCT_OFFSET(MigJob, source_state), TRUE },
    { "DESTINATION_STATE", KIND_STRING, G_STRUCT_OFFSET(MigJob, destination_state), TRUE },
    { "GUEST_HOST", KIND_STRING, G_STRUCT_OFFSET(MigJob, guest_host), TRUE },
    { "ERROR_NAME", KIND_STRING, G_STRUCT_OFFSET(MigJob, error_name), TRUE },
    { "ERROR_MESSAGE", KIND_STRING, G_STRUCT_OFFSET(MigJob, error_message), TRUE },
    { "LIBVIRT_ERROR", KIND_STRING, G_STRUCT_OFFSET(MigJob, error_raw), TRUE },
};

const MigEventInfo *mig_event_info(MigEvent event)
{
    return &events[event];
}

static void add_field(GPtrArray *fields, const char *name, const char *value)
{
    if (*value)
        g_ptr_array_add(fields, g_strconcat(name, "=", value, NULL));
}

static char *field_to_string(gconstpointer field, Kind kind)
{
    switch (kind) {
    case KIND_ID:
        return g_strdup_printf("%" G_GUINT64_FORMAT, *(const guint64 *) field);
    case KIND_UID:
        return g_strdup_printf("%u", *(const guint32 *) field);
    case KIND_STATE:
        return g_strdup(mig_state_to_string(*(const MigState *) field));
    case KIND_PHASE:
        return g_strdup(mig_phase_to_string(*(const MigPhase *) field));
    case KIND_STRING:
        return g_strdup(*(char *const *) field);
    }
    g_assert_not_reached();
}

static void add_job(GPtrArray *fields, const MigJob *job)
{
    for (gsize i = 0; i < G_N_ELEMENTS(job_fields); i++) {
        if (job_fields[i].at_end && !mig_state_is_final(job->state))
            continue;
        g_autofree char *value =
            field_to_string(G_STRUCT_MEMBER_P(job, job_fields[i].offset), job_fields[i].kind);
        add_field(fields, job_fields[i].name, value);
    }
    add_field(fields, "GUEST_NAME", *job->guest_name ? job->guest_name : job->guest);
}

/* The value of the field whose name is the first `length` bytes of `name`. */
static const char *find_value(const GPtrArray *fields, const char *name, gsize length)
{
    for (guint i = 0; i < fields->len; i++) {
        const char *field = g_ptr_array_index(fields, i);
        if (strncmp(field, name, length) == 0 && field[length] == '=')
            return field + length + 1;
    }
    return "unknown";
}

static void append_in_line(GString *sentence, const char *value)
{
    g_autofree char *valid = g_utf8_make_valid(value, -1);
    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        gboolean harmless = !g_unichar_iscntrl(c) && g_unichar_type(c) != G_UNICODE_FORMAT &&
                            g_unichar_type(c) != G_UNICODE_LINE_SEPARATOR &&
                            g_unichar_type(c) != G_UNICODE_PARAGRAPH_SEPARATOR;
        g_string_append_unichar(sentence, harmless ? c : ' ');
    }
}

/* A value is never looked at for further names. */
static char *fill_in(const char *pattern, const GPtrArray *fields)
{
    GString *sentence = g_string_new(NULL);
    for (const char *p = pattern; *p; p++) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL;
        if (!end) {
            g_string_append_c(sentence, *p);
            continue;
        }
        const char *value = find_value(fields, p + 1, (gsize) (end - p - 1));
        g_autofree char *quoted =
            g_str_has_prefix(p, "{GUEST_NAME}") ? mig_text_quote(value) : NULL;
        append_in_line(sentence, quoted ? quoted : value);
        p = end;
    }
    return g_string_free(sentence, FALSE);
}

/* FALSE: it is not in the journal. libsystemd reports success where there is no journal at all, so
 * whether there is one is decided by where standard error leads. */
static gboolean send_fields(const GPtrArray *fields)
{
    if (!g_log_writer_is_journald(STDERR_FILENO))
        return FALSE;
    g_autofree struct iovec *iov = g_new(struct iovec, fields->len);
    for (guint i = 0; i < fields->len; i++) {
        char *field = g_ptr_array_index(fields, i);
        iov[i] = (struct iovec){ field, strlen(field) };
    }
    return sd_journal_sendv(iov, (int) fields->len) >= 0;
}

void mig_journal_write(MigEvent event, const MigJob *job, const char *const *more)
{
    const MigEventInfo *info = &events[event];
    g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *priority = g_strdup_printf("%d", info->priority);
    if (job)
        add_job(fields, job);
    for (; more && more[0]; more += 2)
        add_field(fields, more[0], more[1]);
    g_autofree char *sentence = fill_in(info->sentence, fields);
    add_field(fields, "MESSAGE", sentence);
    add_field(fields, "MESSAGE_ID", info->id);
    add_field(fields, "PRIORITY", priority);
    if (!send_fields(fields))
        g_printerr("<%d>%s\n", info->priority, sentence);
}

MigEvent mig_journal_event_of_end(const MigJob *job, gboolean was_paused)
{
    static const MigEvent of_attention[] = {
        [MIG_ATTENTION_NEEDED] = MIG_EVENT_NEEDS_ATTENTION, [MIG_ATTENTION_SPLIT] = MIG_EVENT_SPLIT
    };
    static const MigEvent of_state[MIG_N_STATES] = {
        [MIG_STATE_COMPLETED] = MIG_EVENT_COMPLETED,
        [MIG_STATE_FAILED] = MIG_EVENT_FAILED,
        [MIG_STATE_CANCELLED] = MIG_EVENT_CANCELLED,
    };
    MigAttention attention = mig_attention(job, was_paused);
    return attention == MIG_ATTENTION_NONE ? of_state[job->state] : of_attention[attention];
}

void mig_journal_end(const MigJob *job, gboolean was_paused, const GError *cause)
{
    MigLibvirtCode libvirt = *job->error_name ? mig_error_libvirt(cause) : (MigLibvirtCode){ 0, 0 };
    g_autofree char *code = g_strdup_printf("%d", libvirt.code);
    g_autofree char *domain = g_strdup_printf("%d", libvirt.domain);
    const char *const more[] = { "LIBVIRT_ERROR_CODE", code, "LIBVIRT_ERROR_DOMAIN", domain, NULL };
    mig_journal_write(mig_journal_event_of_end(job, was_paused), job, libvirt.code ? more : NULL);
}
