/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plan in the words of others: libvirt's names of flags, and the equivalent virsh command line.
 * The virsh word of an option is in its row (option.c); here are only those that belong to no
 * option.
 */
#include "plan-virsh.h"

#include <libvirt/libvirt.h>
#include <string.h>

#include "uri.h"

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
    { VIR_MIGRATE_PARAM_DISKS_URI, "--disks-uri" },
    { VIR_MIGRATE_PARAM_DISKS_PORT, "--disks-port" },
    { VIR_MIGRATE_PARAM_GRAPHICS_URI, "--graphicsuri" },
};

GStrv mig_plan_flag_names(guint32 flags)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();

    for (guint i = 0; i < G_N_ELEMENTS(flag_names); i++)
        if (flags & flag_names[i].flag)
            g_strv_builder_add(names, flag_names[i].name);

    return g_strv_builder_end(names);
}

static const char *option_word(const MigOptionInfo *info, guint32 flag)
{
    if (info->flag == flag)
        return info->virsh_flag;
    for (guint i = 0; info->choice && info->choices[i]; i++)
        if (info->choice[i].flag == flag)
            return info->choice[i].virsh;

    return NULL;
}

static const char *flag_word(guint32 flag, const char *word)
{
    for (guint i = 0; i < MIG_N_OPTS && !word; i++)
        word = option_word(mig_option_info(i), flag);

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

    g_return_if_fail(word != NULL); /* a flag or parameter that the tables have no word for */
    if (*word == '\0' || word[strspn(word, safe)] != '\0')
        quoted = g_shell_quote(word);

    g_string_append_printf(line, " %s", quoted ?: word);
}

/* virsh takes a number for an id and a leading "-" for an option. */
static gboolean is_plain_name(const char *name)
{
    return *name != '-' && name[strspn(name, G_CSET_DIGITS)] != '\0';
}

/* As virsh takes it: numbers in decimal, lists with commas. */
static char *value_word(GVariant *value)
{
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING_ARRAY)) {
        g_autofree const char **list = g_variant_get_strv(value, NULL);

        return g_strjoinv(",", (char **) list);
    }
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
        return g_variant_dup_string(value, NULL);

    return g_variant_print(value, FALSE);
}

static void append_start(GString *line, const MigPlan *plan, const char *command)
{
    g_string_append(line, "virsh -c");
    append_word(line, plan->source_uri);
    append_word(line, command);
}

/* What virsh does in a command of its own. */
static void append_maximum_downtime(GString *line, const MigPlan *plan, const MigRequest *request,
                                    const char *guest)
{
    if (!request->options[MIG_OPT_MAXIMUM_DOWNTIME].set)
        return;
    append_start(line, plan, "migrate-setmaxdowntime");
    append_word(line, guest);
    g_string_append_printf(line, " %" G_GUINT64_FORMAT " && ",
                           mig_request_number(request, MIG_OPT_MAXIMUM_DOWNTIME));
}

static char *make_line(const MigPlan *plan, const MigRequest *request, const char *destination_uri,
                       const char *guest)
{
    GString *line = g_string_new(NULL);
    GVariantIter iter;
    const char *key;
    GVariant *value;

    append_maximum_downtime(line, plan, request, guest);
    append_start(line, plan, "migrate");
    if (mig_request_flow(request) == MIG_FLOW_UNMANAGED_DIRECT)
        append_word(line, "--direct");
    for (guint i = 0; i < G_N_ELEMENTS(flag_names); i++)
        if (plan->flags & flag_names[i].flag)
            append_word(line, flag_word(flag_names[i].flag, flag_names[i].virsh));

    append_word(line, guest);
    append_word(line, destination_uri);

    g_variant_iter_init(&iter, plan->params);
    while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
        g_autoptr(GVariant) held = value;
        g_autofree char *word = value_word(held);

        append_word(line, param_word(key));
        append_word(line, word);
    }

    return g_string_free(line, FALSE);
}

void mig_plan_virsh(MigPlan *plan, const MigRequest *request, const MigHost *destination,
                    const MigFacts *on_source)
{
    gboolean named = is_plain_name(on_source->guest_name);
    /* virsh wants one with --direct too, and libvirt does not look at it */
    g_autofree char *any = mig_uri_for_route(destination->driver, &destination->own, NULL);
    const char *uri = plan->peer_uri ?: plan->destination_uri ?: any;

    if (mig_request_has_edits(request)) {
        plan->no_virsh = MIG_REFUSAL_VIRSH_EDITS;
        return;
    }
    plan->virsh =
        make_line(plan, request, uri, named ? on_source->guest_name : on_source->guest_uuid);
}
