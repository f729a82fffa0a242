/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest as the service lists it, and the job that moves it. */
#include "guest.h"

#include "words.h"

struct _MigGuest {
    MigObject parent_instance;
    MigJob *job;
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

const char *mig_guest_get_state(MigGuest *self)
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
    return !g_strv_contains(inactive, mig_guest_get_state(self));
}

static gsize n_reasons(MigGuest *self)
{
    GVariant *reasons = mig_object_get_variant(MIG_OBJECT(self), "reasons");
    return reasons ? g_variant_n_children(reasons) : 0;
}

MigMove mig_guest_get_move(MigGuest *self)
{
    if (self->job)
        return MIG_MOVE_MOVING;
    if (!mig_object_get_boolean(MIG_OBJECT(self), "can-migrate"))
        return MIG_MOVE_NO;
    return n_reasons(self) ? MIG_MOVE_REMARKS : MIG_MOVE_YES;
}

char *mig_guest_dup_reason(MigGuest *self)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (gsize i = 0; i < n_reasons(self); i++) {
        const char *id, *sentence;
        g_variant_get_child(mig_object_get_variant(MIG_OBJECT(self), "reasons"), i, "(&s&s)", &id,
                            &sentence);
        g_string_append_printf(text, "%s%s", i ? " " : "", mig_words_reason(id, sentence));
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
    g_clear_object(&MIG_GUEST(object)->job);
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
