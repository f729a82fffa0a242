/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plan in the words of others: libvirt's names of flags, and the equivalent virsh command line.
 * The virsh word of an option is in its row (option.c); here are only those that belong to no
 * option.
 */
#include "plan-virsh.h"

#include <libvirt/libvirt.h>
#include <string.h>

/* In bit order; all of libvirt 9.0. */
static const struct {
    guint32 flag;
    const char *name;
    const char *virsh; /* only if no option has the flag */
} flag_names[] = {
    { VIR_MIGRATE_LIVE, "VIR_MIGRATE_LIVE" },
    { VIR_MIGRATE_PEER2PEER, "VIR_MIGRATE_PEER2PEER", "--p2p" },
    { VIR_MIGRATE_TUNNELLED, "VIR_MIGRATE_TUNNELLED", "--tunnelled" },
    { VIR_MIGRATE_PERSIST_DEST, "VIR_MIGRATE_PERSIST_DEST" },
    { VIR_MIGRATE_UNDEFINE_SOURCE, "VIR_MIGRATE_UNDEFINE_SOURCE" },
    { VIR_MIGRATE_PAUSED, "VIR_MIGRATE_PAUSED" },
    { VIR_MIGRATE_NON_SHARED_DISK, "VIR_MIGRATE_NON_SHARED_DISK" },
    { VIR_MIGRATE_NON_SHARED_INC, "VIR_MIGRATE_NON_SHARED_INC" },
    { VIR_MIGRATE_CHANGE_PROTECTION, "VIR_MIGRATE_CHANGE_PROTECTION" },
    { VIR_MIGRATE_UNSAFE, "VIR_MIGRATE_UNSAFE" },
    { VIR_MIGRATE_OFFLINE, "VIR_MIGRATE_OFFLINE" },
    { VIR_MIGRATE_COMPRESSED, "VIR_MIGRATE_COMPRESSED" },
    { VIR_MIGRATE_ABORT_ON_ERROR, "VIR_MIGRATE_ABORT_ON_ERROR" },
    { VIR_MIGRATE_AUTO_CONVERGE, "VIR_MIGRATE_AUTO_CONVERGE" },
    { VIR_MIGRATE_RDMA_PIN_ALL, "VIR_MIGRATE_RDMA_PIN_ALL" },
    { VIR_MIGRATE_POSTCOPY, "VIR_MIGRATE_POSTCOPY" },
    { VIR_MIGRATE_TLS, "VIR_MIGRATE_TLS" },
    { VIR_MIGRATE_PARALLEL, "VIR_MIGRATE_PARALLEL" },
    { VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES, "VIR_MIGRATE_NON_SHARED_SYNCHRONOUS_WRITES" },
    { VIR_MIGRATE_POSTCOPY_RESUME, "VIR_MIGRATE_POSTCOPY_RESUME" },
    { VIR_MIGRATE_ZEROCOPY, "VIR_MIGRATE_ZEROCOPY" },
};

/* Parameters that belong to no option. */
static const struct {
    const char *param;
    const char *virsh;
} param_words[] = {
    { VIR_MIGRATE_PARAM_URI, "--migrateuri" },
};

GStrv mig_plan_flag_names(guint32 flags)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();

    for (guint i = 0; i < G_N_ELEMENTS(flag_names); i++)
        if (flags & flag_names[i].flag)
            g_strv_builder_add(names, flag_names[i].name);

    return g_strv_builder_end(names);
}

static const char *flag_word(guint32 flag, const char *word)
{
    for (guint i = 0; i < MIG_N_OPTS && !word; i++)
        if (mig_option_info(i)->flag == flag)
            word = mig_option_info(i)->virsh;

    return word;
}

static const char *param_word(const char *param)
{
    for (guint i = 0; i < G_N_ELEMENTS(param_words); i++)
        if (g_str_equal(param_words[i].param, param))
            return param_words[i].virsh;

    for (guint i = 0; i < MIG_N_OPTS; i++)
        if (g_strcmp0(mig_option_info(i)->param, param) == 0)
            return mig_option_info(i)->virsh;

    return NULL;
}

static void append_word(GString *line, const char *word)
{
    static const char safe[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "@%+=:,./_-";
    g_autofree char *quoted = NULL;

    if (*word == '\0' || word[strspn(word, safe)] != '\0')
        quoted = g_shell_quote(word);

    g_string_append_printf(line, " %s", quoted ?: word);
}

/* virsh takes a number for an id and a leading "-" for an option. */
static gboolean is_plain_name(const char *name)
{
    return *name != '-' && name[strspn(name, G_CSET_DIGITS)] != '\0';
}

char *mig_plan_virsh(const MigPlan *plan, const char *guest_name, const char *guest_uuid)
{
    GString *line = g_string_new("virsh -c");
    GVariantIter iter;
    const char *key;
    GVariant *value;

    append_word(line, plan->source_uri);
    append_word(line, "migrate");

    for (guint i = 0; i < G_N_ELEMENTS(flag_names); i++)
        if (plan->flags & flag_names[i].flag)
            append_word(line, flag_word(flag_names[i].flag, flag_names[i].virsh));

    append_word(line, is_plain_name(guest_name) ? guest_name : guest_uuid);
    append_word(line, plan->peer_uri ?: plan->destination_uri);

    g_variant_iter_init(&iter, plan->params);
    while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
        g_autoptr(GVariant) held = value;

        append_word(line, param_word(key));
        append_word(line, g_variant_get_string(held, NULL));
    }

    return g_string_free(line, FALSE);
}
