/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The options of a migration while somebody chooses them. What is wished is kept even where it
 * cannot be combined with something else that is wished: it is then only left out of the options,
 * and its obstacle says why. Of two that exclude each other the later of the table
 * (core/option-table.c) is left out; flow and transport never are.
 *
 * The combinations are the service's own (core/rules-table.c), so the app and the service agree.
 * Signal "changed" after each change of a wish or a mistake.
 */
#pragma once

#include <glib-object.h>

#include "core/request.h"

#define MIG_TYPE_DRAFT (mig_draft_get_type())
G_DECLARE_FINAL_TYPE(MigDraft, mig_draft, MIG, DRAFT, GObject)

MigDraft *mig_draft_new(void);

/* A floating `value` is taken; NULL, or the default: not given. If it cannot be, the option is not
 * given, and there is a mistake until it is set again. */
void mig_draft_set(MigDraft *self, MigOption option, GVariant *value);
/* The same of a number of the option, which counts choices too. */
void mig_draft_set_number(MigDraft *self, MigOption option, guint64 number);

/* All at once, as Migrate takes them; what is not known is left out. NULL: none. */
void mig_draft_load(MigDraft *self, GVariant *options);

/* What is wished; of one that is not given its default. */
const MigOptionValue *mig_draft_get(MigDraft *self, MigOption option);
guint64 mig_draft_get_number(MigDraft *self, MigOption option);
const char *mig_draft_get_text(MigDraft *self, MigOption option); /* NULL: none */

/* Sentence, translated: why what was typed cannot be. NULL: it can. */
const char *mig_draft_get_mistake(MigDraft *self, MigOption option);
/* Why the option cannot be used as the others are now, translated. NULL: it can. */
const char *mig_draft_get_obstacle(MigDraft *self, MigOption option);
/* The same of a flow and transport; `driver`: hypervisor driver of the hosts, "" if not known.
 * Owned by the caller. */
char *mig_draft_dup_mode_obstacle(MigDraft *self, MigFlow flow, MigTransport transport,
                                  const char *driver);
/* The first mistake, or what makes the whole impossible; NULL: nothing. */
const char *mig_draft_get_fault(MigDraft *self);

/* What counts: for Plan, Check and Migrate, a floating a{sv}. */
GVariant *mig_draft_get_options(MigDraft *self);
