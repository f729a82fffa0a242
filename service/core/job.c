/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The job record, and the table of what of it changes while a worker is at it: one row is one key
 * of the status dictionary, its D-Bus type and the field it is.
 */
#include "job.h"

#include "convergence.h"
#include "error.h"
#include "samples.h"

#include <math.h>
#include <string.h>

typedef enum { KIND_STATE, KIND_PHASE, KIND_STRING, KIND_TIME, KIND_DICT, KIND_FRACTION } Kind;

static const struct {
    const char *key;
    const char *type;
    Kind kind;
    gsize offset;
} status_fields[] = {
    { "state", "s", KIND_STATE, G_STRUCT_OFFSET(MigJob, state) },
    { "phase", "s", KIND_PHASE, G_STRUCT_OFFSET(MigJob, phase) },
    { "guest-name", "s", KIND_STRING, G_STRUCT_OFFSET(MigJob, guest_name) },
    { "guest-uuid", "s", KIND_STRING, G_STRUCT_OFFSET(MigJob, guest_uuid) },
    { "called", "t", KIND_TIME, G_STRUCT_OFFSET(MigJob, called) },
    { "finished", "t", KIND_TIME, G_STRUCT_OFFSET(MigJob, finished) },
    { "plan", "a{sv}", KIND_DICT, G_STRUCT_OFFSET(MigJob, plan) },
    { "findings", "aa{sv}", KIND_DICT, G_STRUCT_OFFSET(MigJob, findings) },
    { "statistics", "a{st}", KIND_DICT, G_STRUCT_OFFSET(MigJob, statistics) },
    { "progress", "d", KIND_FRACTION, G_STRUCT_OFFSET(MigJob, progress) },
    { "expected-end", "t", KIND_TIME, G_STRUCT_OFFSET(MigJob, expected_end) },
    { "waiting-for", "s", KIND_STRING, G_STRUCT_OFFSET(MigJob, waiting_for) },
    { "converging", "s", KIND_STRING, G_STRUCT_OFFSET(MigJob, converging) },
    { "source-state", "s", KIND_STRING, G_STRUCT_OFFSET(MigJob, source_state) },
    { "destination-state", "s", KIND_STRING, G_STRUCT_OFFSET(MigJob, destination_state) },
    { "guest-host", "s", KIND_STRING, G_STRUCT_OFFSET(MigJob, guest_host) },
    { "verification", "a{sv}", KIND_DICT, G_STRUCT_OFFSET(MigJob, verification) },
    { "recovery", "as", KIND_DICT, G_STRUCT_OFFSET(MigJob, recovery) },
    { "error-name", "s", KIND_STRING, G_STRUCT_OFFSET(MigJob, error_name) },
    { "error-message", "s", KIND_STRING, G_STRUCT_OFFSET(MigJob, error_message) },
    { "error-raw", "s", KIND_STRING, G_STRUCT_OFFSET(MigJob, error_raw) },
};

MigJob *mig_job_new(void)
{
    static const gsize strings[] = {
        G_STRUCT_OFFSET(MigJob, guest),         G_STRUCT_OFFSET(MigJob, source),
        G_STRUCT_OFFSET(MigJob, destination),   G_STRUCT_OFFSET(MigJob, guest_name),
        G_STRUCT_OFFSET(MigJob, guest_uuid),    G_STRUCT_OFFSET(MigJob, source_state),
        G_STRUCT_OFFSET(MigJob, guest_host),    G_STRUCT_OFFSET(MigJob, destination_state),
        G_STRUCT_OFFSET(MigJob, error_name),    G_STRUCT_OFFSET(MigJob, error_raw),
        G_STRUCT_OFFSET(MigJob, error_message), G_STRUCT_OFFSET(MigJob, state_before),
        G_STRUCT_OFFSET(MigJob, waiting_for),
    };
    static const gsize dicts[] = {
        G_STRUCT_OFFSET(MigJob, options),          G_STRUCT_OFFSET(MigJob, source_host),
        G_STRUCT_OFFSET(MigJob, destination_host), G_STRUCT_OFFSET(MigJob, plan),
        G_STRUCT_OFFSET(MigJob, verification),
    };
    MigJob *job = g_new0(MigJob, 1);

    for (guint i = 0; i < G_N_ELEMENTS(strings); i++)
        mig_job_set_string(&G_STRUCT_MEMBER(char *, job, strings[i]), "");
    for (guint i = 0; i < G_N_ELEMENTS(dicts); i++)
        mig_job_set_variant(&G_STRUCT_MEMBER(GVariant *, job, dicts[i]),
                            g_variant_new("a{sv}", NULL));
    mig_job_set_variant(&job->findings, g_variant_new("aa{sv}", NULL));
    mig_job_set_variant(&job->statistics, g_variant_new("a{st}", NULL));
    mig_job_set_variant(&job->recovery, g_variant_new("as", NULL));
    mig_job_set_variant(&job->samples, g_variant_new(MIG_SAMPLES_TYPE, NULL));
    mig_job_set_string(&job->converging, mig_converging_to_string(MIG_CONVERGING_UNKNOWN));

    return job;
}

void mig_job_free(MigJob *job)
{
    if (job == NULL)
        return;

    g_free(job->guest);
    g_free(job->source);
    g_free(job->destination);
    g_clear_pointer(&job->options, g_variant_unref);
    g_clear_pointer(&job->source_host, g_variant_unref);
    g_clear_pointer(&job->destination_host, g_variant_unref);
    g_free(job->guest_name);
    g_free(job->guest_uuid);
    g_clear_pointer(&job->plan, g_variant_unref);
    g_clear_pointer(&job->verification, g_variant_unref);
    g_clear_pointer(&job->recovery, g_variant_unref);
    g_clear_pointer(&job->findings, g_variant_unref);
    g_clear_pointer(&job->statistics, g_variant_unref);
    g_clear_pointer(&job->samples, g_variant_unref);
    g_free(job->converging);
    g_free(job->waiting_for);
    g_free(job->state_before);
    g_free(job->source_state);
    g_free(job->destination_state);
    g_free(job->guest_host);
    g_free(job->error_name);
    g_free(job->error_message);
    g_free(job->error_raw);
    g_free(job);
}

void mig_job_set_string(char **field, const char *value)
{
    /* texts of libvirt and ssh may be anything; D-Bus and the ledger take UTF-8 alone */
    char *copy = g_utf8_make_valid(value != NULL ? value : "", -1);

    g_free(*field);
    *field = copy;
}

void mig_job_set_variant(GVariant **field, GVariant *value)
{
    if (value != NULL)
        g_variant_ref_sink(value);
    g_clear_pointer(field, g_variant_unref);
    *field = value;
}

void mig_job_set_error(MigJob *job, const GError *error, const char *raw)
{
    mig_job_set_string(&job->error_name, error != NULL ? mig_error_dbus_name(error) : NULL);
    mig_job_set_string(&job->error_message, error != NULL ? error->message : NULL);
    mig_job_set_string(&job->error_raw, error != NULL ? raw : NULL);
}

static GVariant *field_to_variant(gconstpointer field, Kind kind)
{
    switch (kind) {
    case KIND_STATE:
        return g_variant_new_string(mig_state_to_string(*(const MigState *) field));
    case KIND_PHASE:
        return g_variant_new_string(mig_phase_to_string(*(const MigPhase *) field));
    case KIND_STRING:
        return g_variant_new_string(*(char *const *) field);
    case KIND_TIME:
        return g_variant_new_uint64((guint64) * (const gint64 *) field);
    case KIND_DICT:
        return *(GVariant *const *) field;
    case KIND_FRACTION:
        return g_variant_new_double(*(const double *) field);
    }
    g_assert_not_reached();
}

GVariant *mig_job_status(const MigJob *job)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(status_fields); i++)
        g_variant_dict_insert_value(
            &dict, status_fields[i].key,
            field_to_variant(G_STRUCT_MEMBER_P(job, status_fields[i].offset),
                             status_fields[i].kind));

    return g_variant_dict_end(&dict);
}

/* Changes are coalesced on the way: who listens may have missed one state in between. */
static gboolean state_is_ahead(MigState from, MigState to)
{
    for (guint via = 0; via < MIG_N_STATES; via++) {
        if (mig_state_may_enter(from, (MigState) via) &&
            (via == to || mig_state_may_enter((MigState) via, to)))
            return TRUE;
    }

    return FALSE;
}

static gboolean apply_state(MigState *field, const char *name)
{
    MigState state;

    if (!mig_state_from_string(name, &state) || !state_is_ahead(*field, state))
        return FALSE;
    *field = state;

    return TRUE;
}

static gboolean apply_phase(MigPhase *field, const char *name)
{
    MigPhase phase;

    if (!mig_phase_from_string(name, &phase) || !mig_phase_may_enter(*field, phase))
        return FALSE;
    *field = phase;

    return TRUE;
}

static gboolean apply_string(char **field, const char *value)
{
    if (strcmp(*field, value) == 0)
        return FALSE;
    mig_job_set_string(field, value);

    return TRUE;
}

static gboolean apply_time(gint64 *field, guint64 value)
{
    if (value > G_MAXINT64 || *field == (gint64) value)
        return FALSE;
    *field = (gint64) value;

    return TRUE;
}

static gboolean apply_dict(GVariant **field, GVariant *value)
{
    if (g_variant_equal(*field, value))
        return FALSE;
    mig_job_set_variant(field, value);

    return TRUE;
}

static gboolean apply_fraction(double *field, double value)
{
    /* not even a number that is none may make the progress fall */
    if (!(value > *field && value <= 1))
        return FALSE;
    *field = value;

    return TRUE;
}

static gboolean apply_field(gpointer field, Kind kind, GVariant *value)
{
    switch (kind) {
    case KIND_STATE:
        return apply_state(field, g_variant_get_string(value, NULL));
    case KIND_PHASE:
        return apply_phase(field, g_variant_get_string(value, NULL));
    case KIND_STRING:
        return apply_string(field, g_variant_get_string(value, NULL));
    case KIND_TIME:
        return apply_time(field, g_variant_get_uint64(value));
    case KIND_DICT:
        return apply_dict(field, value);
    case KIND_FRACTION:
        return apply_fraction(field, g_variant_get_double(value));
    }
    g_assert_not_reached();
}

gboolean mig_job_apply_status(MigJob *job, GVariant *status)
{
    gboolean changed = FALSE;

    if (!g_variant_is_of_type(status, G_VARIANT_TYPE_VARDICT))
        return FALSE;

    for (guint i = 0; i < G_N_ELEMENTS(status_fields); i++) {
        g_autoptr(GVariant) value = g_variant_lookup_value(status, status_fields[i].key,
                                                           G_VARIANT_TYPE(status_fields[i].type));

        if (value != NULL && apply_field(G_STRUCT_MEMBER_P(job, status_fields[i].offset),
                                         status_fields[i].kind, value))
            changed = TRUE;
    }

    return changed;
}

gboolean mig_job_apply_recovery(MigJob *job, GVariant *status)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(status);
    const char *name = NULL;
    MigState state;
    gboolean changed = FALSE;

    if (g_variant_dict_lookup(&dict, "state", "&s", &name) && mig_state_from_string(name, &state) &&
        mig_state_may_recover(job->state, state)) {
        job->state = state;
        changed = TRUE;
    }

    return mig_job_apply_status(job, status) || changed;
}
