/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Command line of migrationd(8).
 */
#include "settings.h"

#include <systemd/sd-daemon.h>

#include "config.h"
#include "error.h"

static gboolean launch_mode_of(const char *text, LaunchMode *ret, GError **error)
{
    if (!text)
        *ret = sd_booted() > 0 ? LAUNCH_SYSTEMD : LAUNCH_DIRECT;
    else if (g_str_equal(text, "systemd"))
        *ret = LAUNCH_SYSTEMD;
    else if (g_str_equal(text, "direct"))
        *ret = LAUNCH_DIRECT;
    else {
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                    "--launch=%s: must be systemd or direct", text);
        return FALSE;
    }
    return TRUE;
}

static void set_default(char **option, const char *value)
{
    if (!*option)
        *option = g_strdup(value);
}

gboolean settings_parse(Settings *settings, int *argc, char ***argv, GError **error)
{
    g_autofree char *launch = NULL;
    int idle_timeout = 60, query_deadline = 15;
    const GOptionEntry entries[] = {
        { "launch", 0, 0, G_OPTION_ARG_STRING, &launch,
          "How workers are started: systemd or direct (default: systemd where it is PID 1)",
          "MODE" },
        { "worker", 0, 0, G_OPTION_ARG_FILENAME, &settings->worker,
          "Worker program for --launch=direct (default: " WORKER_PATH ")", "PATH" },
        { "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &settings->state_dir,
          "Ledger, added hosts and certificates (default: " STATE_DIR ")", "DIR" },
        { "runtime-dir", 0, 0, G_OPTION_ARG_FILENAME, &settings->runtime_dir,
          "Sockets of the workers (default: " RUNTIME_DIR ")", "DIR" },
        { "config-dir", 0, 0, G_OPTION_ARG_FILENAME, &settings->config_dir,
          "Where hosts.d is (default: " CONFIG_DIR ")", "DIR" },
        { "idle-timeout", 0, 0, G_OPTION_ARG_INT, &idle_timeout,
          "Exit after this time without work (default: 60)", "SECONDS" },
        { "query-deadline", 0, 0, G_OPTION_ARG_INT, &query_deadline,
          "Time a host has to answer (default: 15)", "SECONDS" },
        { NULL },
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_summary(context, "Migrates libvirt guests; see migrationd(8).");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    if (*argc > 1 || idle_timeout < 1 || query_deadline < 1) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT, "%s: see migrationd --help",
                    *argc > 1 ? (*argv)[1] : "--idle-timeout and --query-deadline are 1 s or more");
        return FALSE;
    }
    settings->idle_timeout = idle_timeout;
    settings->query_deadline = query_deadline;
    set_default(&settings->worker, WORKER_PATH);
    set_default(&settings->state_dir, STATE_DIR);
    set_default(&settings->runtime_dir, RUNTIME_DIR);
    set_default(&settings->config_dir, CONFIG_DIR);
    return launch_mode_of(launch, &settings->launch, error);
}

void settings_clear(Settings *settings)
{
    g_clear_pointer(&settings->worker, g_free);
    g_clear_pointer(&settings->state_dir, g_free);
    g_clear_pointer(&settings->runtime_dir, g_free);
    g_clear_pointer(&settings->config_dir, g_free);
}
