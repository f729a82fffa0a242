/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What both ways of starting a worker share.
 */
#include "launch.h"

const char *launch_kind_to_string(LaunchKind kind)
{
    static const char *const names[] = { [LAUNCH_JOB] = "job", [LAUNCH_QUERY] = "query" };
    return names[kind];
}

Launch *launch_start(Launcher *launcher, LaunchKind kind, const char *instance, LaunchHow how,
                     const LaunchHandlers *handlers, void *userdata, GError **error)
{
    return launcher->type->start(launcher, kind, instance, how, handlers, userdata, error);
}

void launch_stop(Launcher *launcher, LaunchKind kind, const char *instance)
{
    launcher->type->stop(launcher, kind, instance);
}

void launch_forget(Launch *launch)
{
    if (launch)
        launch->launcher->type->forget(launch);
}

void launcher_free(Launcher *launcher)
{
    if (launcher)
        launcher->type->free(launcher);
}
