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

/* Puts in the argument whose name begins at *p, and goes on behind the brace at its end. */
static gboolean append_argument(GString *text, const char **p, GVariant *arguments)
{
    gsize length = strcspn(*p, "}");
    g_autofree char *name = g_strndup(*p, length);
    const char *value = NULL;
    /* what begins with a dash is an option, whatever it is quoted with */
    if (!arguments || !g_variant_lookup(arguments, name, "&s", &value) || value[0] == '-')
        return FALSE;
    append_value(text, value);
    *p += length + 1;
    return TRUE;
}

static char *fill(const char *pattern, GVariant *arguments)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (const char *p = pattern; *p;) {
        char c = *p++;
        if (c != '{')
            g_string_append_c(text, c);
        else if (!append_argument(text, &p, arguments))
            return NULL;
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
