/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * migration-worker: reads its command line and leaves with _exit(), because a thread that hangs in
 * libvirt cannot be waited for and must not see the process taken down around it.
 */
#include <errno.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "environment.h"
#include "host-uri.h"
#include "log.h"
#include "password.h"
#include "worker.h"

#define EXIT_USAGE 2

typedef struct {
    const char *name;
    gboolean is_number;
    gsize offset;
    const char *help;
} Option;

static const Option known_options[] = {
    { "--state-dir", FALSE, G_STRUCT_OFFSET(MigWorkerOptions, state_dir), "DIR" },
    { "--runtime-dir", FALSE, G_STRUCT_OFFSET(MigWorkerOptions, runtime_dir), "DIR" },
    { "--connect-deadline", TRUE, G_STRUCT_OFFSET(MigWorkerOptions, connect_deadline), "SECONDS" },
    { "--answer-deadline", TRUE, G_STRUCT_OFFSET(MigWorkerOptions, answer_deadline), "SECONDS" },
    { "--cancel-deadline", TRUE, G_STRUCT_OFFSET(MigWorkerOptions, cancel_deadline), "SECONDS" },
    { "--idle-timeout", TRUE, G_STRUCT_OFFSET(MigWorkerOptions, idle_timeout), "SECONDS" },
};

static int usage(void)
{
    fprintf(stderr, "Usage: migration-worker job ID|query HOST");
    for (gsize i = 0; i < G_N_ELEMENTS(known_options); i++)
        fprintf(stderr, " [%s %s]", known_options[i].name, known_options[i].help);
    fprintf(stderr, "\n");
    return EXIT_USAGE;
}

static gboolean set_option(MigWorkerOptions *options, const char *name, const char *value)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known_options); i++) {
        const Option *option = &known_options[i];
        void *field = G_STRUCT_MEMBER_P(options, option->offset);
        guint64 number = 0;
        if (!g_str_equal(name, option->name))
            continue;
        if (!option->is_number)
            *(const char **) field = value;
        else if (g_ascii_string_to_unsigned(value, 10, 1, 3600, &number, NULL))
            *(guint *) field = (guint) number;
        else
            return FALSE;
        return TRUE;
    }
    return FALSE;
}

static int run_job(const char *id_text, const MigWorkerOptions *options)
{
    guint64 id = 0;
    if (!g_ascii_string_to_unsigned(id_text, 10, 1, G_MAXINT64, &id, NULL))
        return usage();
    return mig_worker_job(id, options);
}

static int run_query(const char *host, const MigWorkerOptions *options)
{
    return mig_host_instance_is_valid(host) ? mig_worker_query(host, options) : usage();
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(const char *instance, const MigWorkerOptions *options);
    } modes[] = { { "job", run_job }, { "query", run_query } };
    MigWorkerOptions options = { STATE_DIR, RUNTIME_DIR, 15, 600, 120, 0 };

    for (int i = 3; i < argc; i += 2) {
        if (i + 1 == argc || !set_option(&options, argv[i], argv[i + 1]))
            return usage();
    }
    for (gsize i = 0; i < G_N_ELEMENTS(modes) && argc >= 3; i++) {
        if (!g_str_equal(argv[1], modes[i].name))
            continue;
        umask(0077);
        mig_password_set_directories(options.state_dir, getenv("CREDENTIALS_DIRECTORY"));
        mig_environment_clean(options.runtime_dir);
        mig_environment_signals();
        xmlInitParser(); /* two threads may parse at once, the first use must not be theirs */
        int status = modes[i].run(argv[2], &options);
        mig_environment_kill_children();
        _exit(status);
    }
    return usage();
}
