/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the service says, in the user's language: its own tables are the originals of translations.
 */
#include "service-words.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/advice.h"
#include "core/error.h"
#include "core/finding.h"
#include "core/refusal.h"
#include "core/text.h"
#include "words.h"

static const MigFindingInfo *find(const char *id)
{
    for (const MigFindingInfo *info = mig_findings_table(); info->id; info++)
        if (strcmp(info->id, id) == 0)
            return info;
    return NULL;
}

static char *quote(const char *value)
{
    g_autofree char *quoted = mig_text_quote(value);
    quoted[strlen(quoted) - 1] = '\0';
    /* Translators: quotation marks around a name */
    return g_strdup_printf(_("“%s”"), quoted + 1);
}

/* The outcome's words for a configuration, which are arguments as they are. */
static const struct {
    const char *id, *text;
} configurations[] = {
    { "none", N_("absent") },       { "unchanged", N_("unchanged") }, { "written", N_("new") },
    { "replaced", N_("replaced") }, { "removed", N_("removed") },     { "unknown", N_("unknown") },
};

static const char *translate_argument(const char *name, const char *value)
{
    if (strcmp(name, "expected") != 0 && strcmp(name, "found") != 0)
        return value;
    for (gsize i = 0; i < G_N_ELEMENTS(configurations); i++)
        if (strcmp(configurations[i].id, value) == 0)
            return _(configurations[i].text);
    return value;
}

static GVariant *translate_arguments(GVariant *arguments)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{ss}"));
    GVariantIter iter;
    const char *name, *value;
    if (arguments)
        g_variant_iter_init(&iter, arguments);
    while (arguments && g_variant_iter_next(&iter, "{&s&s}", &name, &value))
        g_variant_builder_add(&builder, "{ss}", name, translate_argument(name, value));
    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

/* What was given no argument for stays empty: the service's sentence is the technical message. */
static char *say(const char *pattern, GVariant *arguments, const char *fallback)
{
    const char *translated = pattern[0] ? _(pattern) : pattern;
    if (translated == pattern)
        return g_strdup(fallback);
    g_autoptr(GVariant) words = translate_arguments(arguments);
    return mig_finding_fill_in(translated, words, quote);
}

/* A finding of which the table only says that it has a message is an error. */
static const char *error_of(const char *id)
{
    const MigError code = mig_error_from_id(id);
    return mig_error_name(code < MIG_N_ERRORS ? code : MIG_ERROR_FAILED);
}

/* With the host that the finding names, if it is about one. */
static MigFailureNames names_of(GVariant *arguments, const MigFailureNames *names)
{
    MigFailureNames all = names ? *names : (MigFailureNames){ NULL };
    if (arguments)
        g_variant_lookup(arguments, "host", "&s", &all.host);
    return all;
}

static gboolean is_error(const MigFindingInfo *info)
{
    return strcmp(info->sentence, "{message}") == 0;
}

char *mig_service_words_sentence(const char *id, GVariant *arguments, const MigFailureNames *names,
                                 const char *sentence)
{
    const MigFindingInfo *info = find(id);
    if (!info)
        return mig_failure_why(MIG_ERROR_PREFIX "Failed", names, sentence);
    if (!is_error(info))
        return say(info->sentence, arguments, sentence);
    const MigFailureNames all = names_of(arguments, names);
    return mig_failure_why(error_of(id), &all, sentence);
}

char *mig_service_words_remedy(const char *id, GVariant *arguments, const char *remedy)
{
    const MigFindingInfo *info = find(id);
    if (!info || !is_error(info))
        return info ? say(info->remedy, arguments, remedy) : g_strdup(remedy);
    const char *name = error_of(id);
    /* in English the sentence of an error has its remedy */
    return mig_failure_is_translated(name) ? mig_failure_remedy(name, NULL) : g_strdup(remedy);
}

const char *mig_service_words_refusal(const char *id, const char *sentence)
{
    const char *own = mig_refusal_sentence(mig_refusal_from_id(id));
    return own[0] ? _(own) : sentence;
}

/* The service names this computer "local", as its commands do; in other languages it has a name. */
static char *say_step(const char *step, const char *source, const char *destination)
{
    const char *translated = _(step);
    g_autofree char *here = translated == step ? g_strdup(source) : mig_words_host_inside(source);
    g_autofree char *there =
        translated == step ? g_strdup(destination) : mig_words_host_inside(destination);
    g_autofree char *text = mig_words_fill(translated, "source", here, "destination", there, NULL);
    return mig_words_clause(text);
}

char **mig_service_words_advice(const char *id, const char *source, const char *destination)
{
    g_autoptr(GStrvBuilder) steps = g_strv_builder_new();
    const MigAdvice advice = mig_advice_from_id(id);
    const char *step;
    for (guint i = 0; (step = mig_advice_step(advice, i)); i++) {
        g_autofree char *text = say_step(step, source, destination);
        g_strv_builder_add(steps, text);
    }
    return g_strv_builder_end(steps);
}
