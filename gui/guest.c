/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest as the service lists it, what was found in it, and the job that moves it. */
#include "guest.h"

#include <glib/gi18n.h>

#include "finding.h"
#include "words.h"

struct _MigGuest {
    MigObject parent_instance;
    MigJob *job;
    GVariant *found;      /* aa{sv}; NULL: nothing */
    GListModel *findings; /* MigFinding: the same */
    const char *checked;  /* the state it was in then; NULL: it is to be checked */
    gint64 checked_at;    /* monotonic us */
};

G_DEFINE_FINAL_TYPE(MigGuest, mig_guest, MIG_TYPE_OBJECT)

static const MigKey keys[] = {
    { "name", "name", "s" },
    { "uuid", "uuid", "s" },
    { "state", "state", "s" },
    { "persistent", "persistent", "b" },
    { "memory", "memory", "t" },
    { "maximum-memory", "maximum-memory", "t" },
    { "vcpus", "vcpus", "u" },
    { "disks", "disks", "aa{sv}" },
    { "can-migrate", "can-migrate", "b" },
    { "reasons", "reasons", "a(ss)" },
};

enum { PROP_JOB = G_N_ELEMENTS(keys) + 1 };

static GParamSpec *job_pspec;

MigGuest *mig_guest_new(GVariant *row)
{
    g_autoptr(MigGuest) self = g_object_new(MIG_TYPE_GUEST, NULL);
    mig_object_update(MIG_OBJECT(self), row);
    return g_steal_pointer(&self);
}

const char *mig_guest_get_name(MigGuest *self)
{
    return mig_object_get_string(MIG_OBJECT(self), "name");
}

const char *mig_guest_get_uuid(MigGuest *self)
{
    return mig_object_get_string(MIG_OBJECT(self), "uuid");
}

static const char *get_state(MigGuest *self)
{
    return mig_object_get_string(MIG_OBJECT(self), "state");
}

guint64 mig_guest_get_memory(MigGuest *self)
{
    return mig_object_get_number(MIG_OBJECT(self), "memory");
}

gboolean mig_guest_is_active(MigGuest *self)
{
    static const char *const inactive[] = { "shutoff", "crashed", NULL };
    return !g_strv_contains(inactive, get_state(self));
}

static gsize n_reasons(MigGuest *self)
{
    GVariant *reasons = mig_object_get_variant(MIG_OBJECT(self), "reasons");
    return reasons ? g_variant_n_children(reasons) : 0;
}

/* By its state. */
static gboolean can_migrate(MigGuest *self)
{
    return mig_object_get_boolean(MIG_OBJECT(self), "can-migrate");
}

/* Of a guest that cannot move as it is nothing else matters. */
static guint n_findings(MigGuest *self)
{
    return self->findings && can_migrate(self) ? g_list_model_get_n_items(self->findings) : 0;
}

static gboolean is_blocked(MigGuest *self)
{
    for (guint i = 0; i < n_findings(self); i++) {
        g_autoptr(MigObject) finding = g_list_model_get_item(self->findings, i);
        if (g_str_equal(mig_object_get_string(finding, "severity"), "blocker"))
            return TRUE;
    }
    return FALSE;
}

MigMove mig_guest_get_move(MigGuest *self)
{
    if (self->job)
        return MIG_MOVE_MOVING;
    if (!can_migrate(self) || is_blocked(self))
        return MIG_MOVE_NO;
    return n_reasons(self) || n_findings(self) ? MIG_MOVE_REMARKS : MIG_MOVE_YES;
}

/* Some hypervisors call a guest idle that waits for something: it is the same guest. */
static const char *settled(const char *state)
{
    return g_intern_string(g_str_equal(state, "idle") ? "running" : state);
}

gboolean mig_guest_wants_check(MigGuest *self, gint64 now)
{
    return !self->job && can_migrate(self) &&
           (self->checked != settled(get_state(self)) ||
            now - self->checked_at > MIG_GUEST_CHECK_LASTS);
}

void mig_guest_set_findings(MigGuest *self, const char *state, GVariant *findings)
{
    g_autoptr(GVariant) found = findings ? g_variant_ref_sink(findings) : NULL;
    if (settled(state) != settled(get_state(self)))
        return;
    self->checked = settled(state);
    self->checked_at = g_get_monotonic_time();
    if (found == self->found || (found && self->found && g_variant_equal(found, self->found)))
        return;
    g_clear_pointer(&self->found, g_variant_unref);
    self->found = g_steal_pointer(&found);
    g_clear_object(&self->findings);
    self->findings = mig_finding_list_new(self->found, NULL);
    mig_object_emit_changed(MIG_OBJECT(self));
}

void mig_guest_forget_check(MigGuest *self)
{
    self->checked = NULL;
}

char *mig_guest_dup_detail(MigGuest *self)
{
    /* one that is shut off has none now */
    const guint64 maximum = mig_object_get_number(MIG_OBJECT(self), "maximum-memory");
    g_autofree char *memory = mig_words_size(mig_guest_get_memory(self) ?: maximum);
    const char *state = mig_words_guest_state(get_state(self));
    /* Translators: state of a guest and its memory, for example "Running · 2.0 GiB" */
    return g_strdup_printf(_("%s · %s"), state, memory);
}

char *mig_guest_dup_reason(MigGuest *self)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (gsize i = 0; i < n_reasons(self); i++) {
        const char *id, *sentence;
        g_variant_get_child(mig_object_get_variant(MIG_OBJECT(self), "reasons"), i, "(&s&s)", &id,
                            &sentence);
        g_string_append_printf(text, "%s%s", text->len ? " " : "", mig_words_reason(id, sentence));
    }
    for (guint i = 0; i < n_findings(self); i++) {
        g_autoptr(MigObject) finding = g_list_model_get_item(self->findings, i);
        g_string_append_printf(text, "%s%s", text->len ? " " : "",
                               mig_object_get_string(finding, "sentence"));
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

MigJob *mig_guest_get_job(MigGuest *self)
{
    return self->job;
}

void mig_guest_set_job(MigGuest *self, MigJob *job)
{
    if (!g_set_object(&self->job, job))
        return;
    g_object_notify_by_pspec(G_OBJECT(self), job_pspec);
    mig_object_emit_changed(MIG_OBJECT(self));
}

static void mig_guest_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    if (id == PROP_JOB)
        g_value_set_object(value, MIG_GUEST(object)->job);
    else
        G_OBJECT_CLASS(mig_guest_parent_class)->get_property(object, id, value, pspec);
}

static void mig_guest_dispose(GObject *object)
{
    MigGuest *self = MIG_GUEST(object);
    g_clear_object(&self->job);
    g_clear_object(&self->findings);
    g_clear_pointer(&self->found, g_variant_unref);
    G_OBJECT_CLASS(mig_guest_parent_class)->dispose(object);
}

static void mig_guest_class_init(MigGuestClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    object_class->dispose = mig_guest_dispose;
    mig_object_class_set_keys(MIG_OBJECT_CLASS(klass), keys, G_N_ELEMENTS(keys));
    object_class->get_property = mig_guest_get_property;
    job_pspec =
        g_param_spec_object("job", NULL, NULL, MIG_TYPE_JOB,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
    g_object_class_install_property(object_class, PROP_JOB, job_pspec);
}

static void mig_guest_init(MigGuest *self)
{
}
