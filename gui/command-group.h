/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The group "The Same as a Command" of the page New migration: virsh's command line for what is
 * chosen, or why there is none. Its button does page.copy-command.
 */
#pragma once

#include <adwaita.h>

#define MIG_TYPE_COMMAND_GROUP (mig_command_group_get_type())
G_DECLARE_FINAL_TYPE(MigCommandGroup, mig_command_group, MIG, COMMAND_GROUP, AdwPreferencesGroup)

/* `plan`: a{sv} as Check tells it; NULL: there is none, nor anything to show. */
void mig_command_group_show(MigCommandGroup *self, GVariant *plan);

/* "": there is none. */
const char *mig_command_group_get_command(MigCommandGroup *self);
