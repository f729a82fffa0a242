/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The questions before a start: one row an option that is asked about. */
#include "start-question.h"

#include <glib/gi18n.h>

#include "question.h"
#include "words.h"

static const struct {
    MigOption option;
    const char *heading, *body;
} questions[] = {
    { MIG_OPT_UNSAFE, N_("Move {guest} although its disks may be damaged?"),
      N_("Libvirt’s check of its disks is skipped: disks that are not shared, or cached, may be "
         "damaged.") },
    { MIG_OPT_TRY, N_("Move {guest} in spite of what is in the way?"),
      N_("It will most likely fail. The guest then stays where it is.") },
};

AdwMessageDialog *mig_start_question_new(GtkWindow *window, MigDraft *draft, const char *guest)
{
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++) {
        if (!mig_draft_get_number(draft, questions[i].option))
            continue;
        /* of several the first counts */
        g_autofree char *heading = mig_words_fill(_(questions[i].heading), "guest", guest, NULL);
        return mig_question_new(window, heading, _(questions[i].body), _("Don’t Move"),
                                _("Move Anyway"), ADW_RESPONSE_DESTRUCTIVE);
    }
    return NULL;
}
