/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the command line of migrationd(8) sets. Tests point the directories elsewhere; an installed
 * service takes the defaults.
 */
#pragma once

#include <glib.h>

typedef enum {
    LAUNCH_SYSTEMD, /* units migration-job@ID and migration-query@HOST */
    LAUNCH_DIRECT,  /* child processes, where systemd is not PID 1 */
} LaunchMode;

typedef struct {
    LaunchMode launch;
    char *worker;         /* path of migration-worker, for LAUNCH_DIRECT */
    char *state_dir;      /* ledger.sqlite, hosts.d/, pki/ */
    char *runtime_dir;    /* sockets of the workers */
    char *config_dir;     /* hosts.d/ */
    guint idle_timeout;   /* seconds until an idle service exits */
    guint query_deadline; /* seconds a host has to answer a question */
} Settings;

/* Parses and removes the options; FALSE with a sentence for the user. */
gboolean settings_parse(Settings *settings, int *argc, char ***argv, GError **error);
void settings_clear(Settings *settings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Settings, settings_clear)
