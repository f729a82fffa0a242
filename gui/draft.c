/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Options while they are chosen: owns the wishes, and what becomes of them by the service's rules.
 * Requests are copied flat to try something: the texts stay those of the wishes.
 */
#include "draft.h"

#include <glib/gi18n.h>

#include "core/mode.h"
#include "core/option.h"
#include "core/rules.h"
#include "failure.h"
#include "words.h"

struct _MigDraft {
    GObject parent_instance;

    MigRequest wishes; /* options only */
    char *mistakes[MIG_N_OPTS];

    MigRequest settled; /* a flat copy: what is left of the wishes */
    const MigRule *obstacles[MIG_N_OPTS];
    const MigRule *refusal; /* of what cannot be left out; NULL: none */
};

G_DEFINE_FINAL_TYPE(MigDraft, mig_draft, G_TYPE_OBJECT)

static guint changed_signal;

/* rules */

/* A rule that wants an option which comes later: it is not to be left out, but to be completed. */
static gboolean is_about_more(const MigRule *rule)
{
    MigOption wanted = 0, last = 0;
    for (guint i = 0; i < G_N_ELEMENTS(rule->when) && rule->when[i].test; i++) {
        MigOption *kind = rule->when[i].test == MIG_IS_UNSET ? &wanted : &last;
        *kind = MAX(*kind, rule->when[i].option);
    }
    return wanted > last;
}

static const MigRule *first_refusal(const MigRequest *request, gboolean about_more)
{
    MigRequest complete = *request;
    mig_rules_complete(&complete);
    for (const MigRule *rule = mig_rules(); rule->id; rule++)
        if (is_about_more(rule) == about_more && mig_rule_refuses(rule, &complete))
            return rule;
    return NULL;
}

static gboolean can_be_left_out(MigOption option)
{
    return option != MIG_OPT_SOURCE && option != MIG_OPT_FLOW && option != MIG_OPT_TRANSPORT;
}

/* The last of a rule's options that is given; MIG_N_OPTS: none. */
static MigOption find_victim(const MigRule *rule, const MigRequest *request)
{
    MigOption victim = MIG_N_OPTS;
    for (guint i = 0; i < G_N_ELEMENTS(rule->when) && rule->when[i].test; i++) {
        const MigOption option = rule->when[i].option;
        if (request->options[option].set && can_be_left_out(option) &&
            (victim == MIG_N_OPTS || option > victim))
            victim = option;
    }
    return victim;
}

static void leave_out(MigRequest *request, MigOption option)
{
    request->options[option] = (MigOptionValue){ .number = mig_option_info(option)->fallback };
}

/* The rule that refuses an option whatever value it is given. */
static const MigRule *try_option(const MigRequest *request, MigOption option)
{
    const MigOptionInfo *info = mig_option_info(option);
    MigRequest trial = *request;
    MigOptionValue *value = &trial.options[option];
    const MigRule *first = NULL;
    *value = (MigOptionValue){ .set = TRUE, .number = info->max, .text = (char *) "" };
    if (info->kind == MIG_KIND_BOOL)
        value->number = !info->fallback;
    if (!info->choices)
        return first_refusal(&trial, FALSE);
    for (guint i = 0; info->choices[i]; i++) {
        if (info->kind == MIG_KIND_CHOICE && i == info->fallback)
            continue;
        value->number = info->kind == MIG_KIND_CHOICES ? 1u << i : i;
        const MigRule *rule = first_refusal(&trial, FALSE);
        if (!rule)
            return NULL;
        first = first ?: rule;
    }
    return first;
}

static void settle(MigDraft *self)
{
    self->settled = self->wishes;
    self->refusal = NULL;
    memset(self->obstacles, 0, sizeof self->obstacles);
    for (const MigRule *rule; !self->refusal && (rule = first_refusal(&self->settled, FALSE));) {
        const MigOption victim = find_victim(rule, &self->settled);
        if (victim == MIG_N_OPTS) {
            self->refusal = rule;
        } else {
            leave_out(&self->settled, victim);
            self->obstacles[victim] = rule;
        }
    }
    if (self->refusal)
        return;
    self->refusal = first_refusal(&self->settled, TRUE);
    for (MigOption option = 0; option < MIG_N_OPTS; option++)
        if (!self->wishes.options[option].set && can_be_left_out(option))
            self->obstacles[option] = try_option(&self->settled, option);
}

/* wishes */

static void clear_value(MigDraft *self, MigOption option)
{
    MigOptionValue *value = &self->wishes.options[option];
    g_free(value->text);
    g_strfreev(value->list);
    *value = (MigOptionValue){ .number = mig_option_info(option)->fallback };
    g_clear_pointer(&self->mistakes[option], g_free);
}

/* Its default says the same as nothing. */
static gboolean is_default(MigOption option, const MigOptionValue *value)
{
    const MigOptionInfo *info = mig_option_info(option);
    if (info->kind == MIG_KIND_BOOL || info->kind == MIG_KIND_CHOICE)
        return value->number == info->fallback;
    return info->kind == MIG_KIND_CHOICES && !value->number;
}

static void take(MigDraft *self, MigOption option, GVariant *variant)
{
    g_autoptr(GError) error = NULL;
    MigOptionValue *value = &self->wishes.options[option];
    clear_value(self, option);
    if (!variant)
        return;
    value->set = TRUE;
    if (!mig_option_read(option, variant, value, &error)) {
        clear_value(self, option);
        self->mistakes[option] = mig_failure_of(error, NULL);
    } else if (is_default(option, value)) {
        clear_value(self, option);
    }
}

static void changed(MigDraft *self)
{
    settle(self);
    g_signal_emit(self, changed_signal, 0);
}

void mig_draft_set(MigDraft *self, MigOption option, GVariant *value)
{
    g_return_if_fail(MIG_IS_DRAFT(self));
    g_autoptr(GVariant) owned = value ? g_variant_ref_sink(value) : NULL;
    take(self, option, owned);
    changed(self);
}

void mig_draft_set_number(MigDraft *self, MigOption option, guint64 number)
{
    const MigOptionValue value = { .set = TRUE, .number = number };
    if (is_default(option, &value))
        mig_draft_set(self, option, NULL);
    else
        mig_draft_set(self, option, mig_option_write(option, &value));
}

void mig_draft_load(MigDraft *self, GVariant *options)
{
    g_return_if_fail(MIG_IS_DRAFT(self));
    for (MigOption option = 0; option < MIG_N_OPTS; option++) {
        g_autoptr(GVariant) value =
            options ? g_variant_lookup_value(options, mig_option_info(option)->key, NULL) : NULL;
        take(self, option, value);
        g_clear_pointer(&self->mistakes[option], g_free);
    }
    changed(self);
}

/* what others read */

static const char *rule_words(const MigRule *rule)
{
    return mig_words_rule(rule->id, rule->reason);
}

const MigOptionValue *mig_draft_get(MigDraft *self, MigOption option)
{
    return &self->wishes.options[option];
}

guint64 mig_draft_get_number(MigDraft *self, MigOption option)
{
    return self->wishes.options[option].number;
}

const char *mig_draft_get_text(MigDraft *self, MigOption option)
{
    return self->wishes.options[option].text;
}

const char *mig_draft_get_mistake(MigDraft *self, MigOption option)
{
    return self->mistakes[option];
}

const char *mig_draft_get_obstacle(MigDraft *self, MigOption option)
{
    return self->obstacles[option] ? rule_words(self->obstacles[option]) : NULL;
}

char *mig_draft_dup_mode_obstacle(MigDraft *self, MigFlow flow, MigTransport transport,
                                  const char *driver)
{
    const MigDriver *row = mig_driver_named(driver);
    MigRequest trial = self->wishes;
    trial.options[MIG_OPT_FLOW] = (MigOptionValue){ .set = TRUE, .number = flow };
    trial.options[MIG_OPT_TRANSPORT] = (MigOptionValue){ .set = TRUE, .number = transport };
    if (row && !mig_driver_has_mode(row, &trial))
        /* Translators: %s is a hypervisor driver of libvirt, for example QEMU */
        return g_strdup_printf(_("the hypervisor driver %s cannot do this"), row->type);
    const MigRule *rule;
    while ((rule = first_refusal(&trial, FALSE))) {
        const MigOption victim = find_victim(rule, &trial);
        if (victim == MIG_N_OPTS)
            return g_strdup(rule_words(rule));
        leave_out(&trial, victim);
    }
    return NULL;
}

const char *mig_draft_get_fault(MigDraft *self)
{
    for (MigOption option = 0; option < MIG_N_OPTS; option++)
        if (self->mistakes[option] && !self->obstacles[option])
            return self->mistakes[option];
    return self->refusal ? rule_words(self->refusal) : NULL;
}

GVariant *mig_draft_get_options(MigDraft *self)
{
    return mig_request_options(&self->settled);
}

/* life */

static void mig_draft_finalize(GObject *object)
{
    for (MigOption option = 0; option < MIG_N_OPTS; option++)
        clear_value(MIG_DRAFT(object), option);
    G_OBJECT_CLASS(mig_draft_parent_class)->finalize(object);
}

static void mig_draft_class_init(MigDraftClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = mig_draft_finalize;
    changed_signal = g_signal_new("changed", MIG_TYPE_DRAFT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
}

static void mig_draft_init(MigDraft *self)
{
    for (MigOption option = 0; option < MIG_N_OPTS; option++)
        clear_value(self, option);
    settle(self);
}

MigDraft *mig_draft_new(void)
{
    return g_object_new(MIG_TYPE_DRAFT, NULL);
}
