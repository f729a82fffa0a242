/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The questions before a start: one row an option that is asked about. */
#include "start-question.h"

#include <adwaita.h>
#include <glib/gi18n.h>

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

static AdwMessageDialog *make_dialog(GtkWindow *window, const char *heading, const char *body)
{
    AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG(adw_message_dialog_new(window, heading, body));
    adw_message_dialog_add_responses(dialog, "keep", _("Don’t Move"), "move", _("Move Anyway"),
                                     NULL);
    adw_message_dialog_set_response_appearance(dialog, "move", ADW_RESPONSE_DESTRUCTIVE);
    adw_message_dialog_set_default_response(dialog, "keep");
    adw_message_dialog_set_close_response(dialog, "keep");
    return dialog;
}

GtkWidget *mig_start_question_new(GtkWindow *window, MigDraft *draft, const char *guest)
{
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++) {
        if (!mig_draft_get_number(draft, questions[i].option))
            continue;
        /* of several the first counts */
        g_autofree char *heading = mig_words_fill(_(questions[i].heading), "guest", guest, NULL);
        return GTK_WIDGET(make_dialog(window, heading, _(questions[i].body)));
    }
    return NULL;
}
