/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands by the id of a finding. Only what looks or mends, nothing that could lose something. */
#include "remedy.h"

#include <string.h>

static const struct {
    const char *id, *command; /* {names} of the finding's arguments */
} commands[] = {
    { "network-inactive", "virsh net-start {name}" },
    { "pool-inactive", "virsh pool-start {pool}" },
    { "volume-missing", "virsh pool-refresh {pool}" },
    { "snapshots", "virsh snapshot-list {guest}" },
    { "io-error", "virsh domblkerror {guest}" },
    { "io-error-abort", "virsh domblkerror {guest}" },
    { "guest-unreadable", "virsh dumpxml --migratable {guest}" },
    { "not-in-guest", "virsh dumpxml {guest}" },
    { "block-job", "virsh blockjob {guest} {disk} --info" },
    { "cpu-unsure", "virsh domcapabilities" },
    { "postcopy-unasked", "sysctl -w vm.unprivileged_userfaultfd=1" },
};

/* The name of an argument that begins at a brace, or NULL. */
static char *name_at(const char *p)
{
    const char *end = *p == '{' ? strchr(p, '}') : NULL;
    return end ? g_strndup(p + 1, end - p - 1) : NULL;
}

static gboolean is_plain(const char *value)
{
    return value[0] && value[0] != '-' &&
           strspn(value, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._/:+-") == strlen(value);
}

static void append_value(GString *text, const char *value)
{
    g_autofree char *quoted = g_shell_quote(value);
    g_string_append(text, is_plain(value) ? value : quoted);
}

static char *fill(const char *pattern, GVariant *arguments)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (const char *p = pattern; *p;) {
        const char *value = NULL;
        g_autofree char *name = name_at(p);
        if (!name) {
            g_string_append_c(text, *p++);
            continue;
        }
        /* what begins with a dash is an option, whatever it is quoted with */
        if (!arguments || !g_variant_lookup(arguments, name, "&s", &value) || value[0] == '-')
            return NULL;
        append_value(text, value);
        p += strlen(name) + 2;
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

char *mig_remedy_dup_command(MigFinding *finding)
{
    const char *id = mig_object_get_string(MIG_OBJECT(finding), "id");
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(commands[i].id, id) == 0)
            return fill(commands[i].command,
                        mig_object_get_variant(MIG_OBJECT(finding), "arguments"));
    return NULL;
}
