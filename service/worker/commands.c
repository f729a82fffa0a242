/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See commands.h.
 */
#include "commands.h"

#include "run-bus.h"

void mig_commands_send(MigCommands *commands, MigMonitor *monitor, MigControl control,
                       guint64 value, void *caller)
{
    MigCommand *command = g_new(MigCommand, 1);
    *command = (MigCommand){ control, value, NULL, caller };
    g_queue_push_tail(&commands->list, command);
    mig_monitor_command(monitor, command);
}

static void answer(MigCommands *commands, MigCommand *command, const GError *error)
{
    g_queue_remove(&commands->list, command);
    mig_run_bus_answer(command->caller, error);
}

void mig_commands_done(MigCommands *commands, MigCommand *command)
{
    answer(commands, command, command->error);
    g_clear_error(&command->error);
    g_free(command);
}

void mig_commands_refuse(MigCommands *commands, const MigJob *job)
{
    for (MigCommand *command; (command = g_queue_peek_head(&commands->list));) {
        g_autoptr(GError) error = NULL;
        mig_control_check(command->control, job, &error);
        answer(commands, command, error); /* the monitor may be at it: it is not freed */
    }
}
