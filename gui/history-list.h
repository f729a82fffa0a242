/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Jobs that have ended, newest first: pages of Manager.ListJobs, and those that end while it is
 * alive. Nothing is asked before mig_history_list_load(). Signal "updated" when state, error or
 * has-more may have changed.
 */
#pragma once

#include "client.h"

typedef enum {
    MIG_HISTORY_UNASKED,
    MIG_HISTORY_LOADING,
    MIG_HISTORY_READY,
    MIG_HISTORY_DENIED, /* polkit said no, see error */
    MIG_HISTORY_FAILED, /* see error */
} MigHistoryState;

#define MIG_TYPE_HISTORY_LIST (mig_history_list_get_type())
G_DECLARE_FINAL_TYPE(MigHistoryList, mig_history_list, MIG, HISTORY_LIST, GObject)

MigHistoryList *mig_history_list_new(MigClient *client);

GListModel *mig_history_list_get_model(MigHistoryList *self); /* of MigJob */
MigHistoryState mig_history_list_get_state(MigHistoryList *self);
const GError *mig_history_list_get_error(MigHistoryList *self); /* NULL unless DENIED or FAILED */
gboolean mig_history_list_has_more(MigHistoryList *self);       /* there are older ones */

/* The first page, or the next one; nothing while one is being loaded. */
void mig_history_list_load(MigHistoryList *self, MigCallFlags flags);
