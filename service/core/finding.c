/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See finding.h. Sentences are filled in when they are asked for; a finding owns only its
 * arguments.
 */
#include "finding.h"

#include <string.h>

#include "text.h"

#define PLAIN G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._:/%+-"
/* Characters of an argument; one with a sentence of libvirt in it is the longest. */
#define ARGUMENT_MAX 4096

static const char *const severity_names[] = {
    [MIG_SEVERITY_NOTE] = "note",
    [MIG_SEVERITY_WARNING] = "warning",
    [MIG_SEVERITY_BLOCKER] = "blocker",
};

const char *mig_severity_to_string(MigSeverity severity)
{
    g_return_val_if_fail((guint) severity < G_N_ELEMENTS(severity_names), NULL);

    return severity_names[severity];
}

void mig_finding_free(MigFinding *finding)
{
    if (!finding)
        return;

    g_variant_unref(finding->arguments);
    g_free(finding);
}

GPtrArray *mig_findings_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify) mig_finding_free);
}

static const MigFindingInfo *find_info(const char *id)
{
    for (const MigFindingInfo *info = mig_findings_table(); info->id; info++)
        if (g_str_equal(info->id, id))
            return info;

    g_error("no finding \"%s\" in the table", id);
}

void mig_findings_add(GPtrArray *findings, const char *id, ...)
{
    g_auto(GVariantBuilder) arguments = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{ss}"));
    MigFinding *finding = g_new(MigFinding, 1);
    va_list pairs;

    va_start(pairs, id);
    for (const char *name; (name = va_arg(pairs, const char *));) {
        const char *value = va_arg(pairs, const char *);
        g_autofree char *clean = value ? mig_text_clean(value, ARGUMENT_MAX) : NULL;

        if (clean)
            g_variant_builder_add(&arguments, "{ss}", name, clean);
    }
    va_end(pairs);

    finding->info = find_info(id);
    finding->arguments = g_variant_ref_sink(g_variant_builder_end(&arguments));
    g_ptr_array_add(findings, finding);
}

const MigFinding *mig_findings_worst(const GPtrArray *findings, MigSeverity severity)
{
    const MigFinding *worst = NULL;

    for (guint i = 0; i < findings->len; i++) {
        const MigFinding *finding = g_ptr_array_index(findings, i);

        if (finding->info->severity >= severity &&
            (!worst || finding->info->severity > worst->info->severity))
            worst = finding;
    }

    return worst;
}

const MigFinding *mig_findings_find(const GPtrArray *findings, const char *id)
{
    for (guint i = 0; i < findings->len; i++) {
        const MigFinding *finding = g_ptr_array_index(findings, i);

        if (g_str_equal(finding->info->id, id))
            return finding;
    }

    return NULL;
}

static void append_value(GString *text, const char *name, const char *value,
                         char *(*quote)(const char *) )
{
    g_autofree char *quoted = NULL;

    /* a sentence of ours that says it all */
    if (g_str_equal(name, "message")) {
        g_string_append(text, value);
        return;
    }
    if (g_str_equal(name, "guest") || *value == '\0' || value[strspn(value, PLAIN)] != '\0')
        quoted = quote(value);

    g_string_append(text, quoted ?: value);
}

/* In one pass, so that a value with braces in it stays what it is. */
char *mig_finding_fill_in(const char *pattern, GVariant *arguments, char *(*quote)(const char *) )
{
    GString *text = g_string_new(NULL);

    while (*pattern) {
        gsize plain = strcspn(pattern, "{");
        const char *end = strchr(pattern + plain, '}');
        const char *value = NULL;
        g_autofree char *name = NULL;

        g_string_append_len(text, pattern, (gssize) plain);
        pattern += plain;
        if (!end)
            break;

        name = g_strndup(pattern + 1, (gsize) (end - pattern - 1));
        if (g_variant_lookup(arguments, name, "&s", &value))
            append_value(text, name, value, quote);
        pattern = end + 1;
    }

    return g_string_free(text, FALSE);
}

char *mig_finding_sentence(const MigFinding *finding)
{
    return mig_finding_fill_in(finding->info->sentence, finding->arguments, mig_text_quote);
}

char *mig_finding_remedy(const MigFinding *finding)
{
    return mig_finding_fill_in(finding->info->remedy, finding->arguments, mig_text_quote);
}

static GVariant *finding_to_variant(const MigFinding *finding)
{
    g_autofree char *sentence = mig_finding_sentence(finding);
    g_autofree char *remedy = mig_finding_remedy(finding);

    return g_variant_new_parsed("{'id': <%s>, 'severity': <%s>, 'arguments': <%@a{ss}>, "
                                "'sentence': <%s>, 'remedy': <%s>}",
                                finding->info->id, mig_severity_to_string(finding->info->severity),
                                finding->arguments, sentence, remedy);
}

GVariant *mig_findings_to_variant(const GPtrArray *findings)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));

    for (guint i = 0; i < findings->len; i++)
        g_variant_builder_add_value(&builder, finding_to_variant(g_ptr_array_index(findings, i)));

    return g_variant_builder_end(&builder);
}

GVariant *mig_findings_join(GVariant *before, const GPtrArray *findings)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));

    for (gsize i = 0; i < g_variant_n_children(before); i++) {
        g_autoptr(GVariant) finding = g_variant_get_child_value(before, i);

        g_variant_builder_add_value(&builder, finding);
    }
    for (guint i = 0; i < findings->len; i++)
        g_variant_builder_add_value(&builder, finding_to_variant(g_ptr_array_index(findings, i)));

    return g_variant_builder_end(&builder);
}
