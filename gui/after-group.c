/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What will be where afterwards. */
#include "after-group.h"

#include <glib/gi18n.h>

#include "consequence.h"
#include "note-row.h"
#include "option-row.h"
#include "words.h"

struct _MigAfterGroup {
    AdwPreferencesGroup parent_instance;

    MigDraft *draft;
    MigDryRun *dry_run;

    MigNoteRow *consequence_row;
};

G_DEFINE_FINAL_TYPE(MigAfterGroup, mig_after_group, ADW_TYPE_PREFERENCES_GROUP)

static const MigField fields[] = {
    { MIG_OPT_PERSIST, 0, N_("Keep on the destination"),
      N_("Save the guest’s configuration there") },
    { MIG_OPT_UNDEFINE_SOURCE, 0, N_("Remove from the source"),
      N_("Its configuration there is deleted when it has arrived") },
};

static MigOutcome get_outcome(MigAfterGroup *self, gboolean configured)
{
    GVariant *plan = mig_dry_run_get_plan(self->dry_run);
    if (plan && mig_dry_run_get_state(self->dry_run) == MIG_DRY_RUN_DONE)
        return mig_outcome_from_plan(plan);
    return mig_outcome_unseen(configured, mig_draft_get_number(self->draft, MIG_OPT_PERSIST) != 0,
                              mig_draft_get_number(self->draft, MIG_OPT_UNDEFINE_SOURCE) != 0);
}

static char *host_words(const char *name)
{
    return name ? mig_words_host_inside(name) : g_strdup(_("the destination"));
}

void mig_after_group_show(MigAfterGroup *self, const MigFailureNames *names, gboolean configured)
{
    g_return_if_fail(MIG_IS_AFTER_GROUP(self));
    g_autofree char *source = host_words(names->source);
    g_autofree char *destination = host_words(names->destination);
    const MigConsequenceNames people = {
        .guest = names->guest ?: _("The guest"),
        .source = source,
        .destination = destination,
        .configured = configured,
    };
    gboolean warning = FALSE;
    g_autofree char *text = mig_consequence(&people, get_outcome(self, configured), &warning);
    mig_note_row_set(self->consequence_row,
                     warning ? "dialog-warning-symbolic" : "dialog-information-symbolic", warning,
                     text);
}

static void mig_after_group_dispose(GObject *object)
{
    MigAfterGroup *self = MIG_AFTER_GROUP(object);
    g_clear_object(&self->draft);
    g_clear_object(&self->dry_run);
    G_OBJECT_CLASS(mig_after_group_parent_class)->dispose(object);
}

static void mig_after_group_class_init(MigAfterGroupClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = mig_after_group_dispose;
}

static void mig_after_group_init(MigAfterGroup *self)
{
}

void mig_after_group_open(MigAfterGroup *self, MigDraft *draft, MigDryRun *dry_run)
{
    AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP(self);
    self->draft = g_object_ref(draft);
    self->dry_run = g_object_ref(dry_run);
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        adw_preferences_group_add(group, mig_option_row_new(&fields[i], draft));
    self->consequence_row = mig_note_row_new(_("What this means"));
    adw_preferences_group_add(group, GTK_WIDGET(self->consequence_row));
}
