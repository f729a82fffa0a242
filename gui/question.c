/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one way in which the app asks. */
#include "question.h"

AdwMessageDialog *mig_question_new(GtkWindow *parent, const char *heading, const char *body,
                                   const char *no, const char *yes, AdwResponseAppearance look)
{
    AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG(adw_message_dialog_new(parent, heading, body));
    adw_message_dialog_add_responses(dialog, "no", no, "yes", yes, NULL);
    adw_message_dialog_set_response_appearance(dialog, "yes", look);
    adw_message_dialog_set_default_response(dialog, "no");
    adw_message_dialog_set_close_response(dialog, "no");
    return dialog;
}
