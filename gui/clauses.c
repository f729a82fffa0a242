/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of the service's sentence. */
#include "clauses.h"

#include <string.h>

#include "words.h"

#define SEPARATOR "; "

/* A name in quotation marks may have a separator in it. */
static GStrv split(const char *text)
{
    g_autoptr(GStrvBuilder) parts = g_strv_builder_new();
    g_autoptr(GString) part = g_string_new(NULL);
    gboolean quoted = FALSE;
    while (*text) {
        if (!quoted && g_str_has_prefix(text, SEPARATOR)) {
            g_strv_builder_add(parts, part->str);
            g_string_truncate(part, 0);
            text += strlen(SEPARATOR);
            continue;
        }
        if (quoted && text[0] == '\\' && text[1])
            g_string_append_c(part, *text++);
        else if (*text == '"')
            quoted = !quoted;
        g_string_append_c(part, *text++);
    }
    g_strv_builder_add(parts, part->str);
    return g_strv_builder_end(parts);
}

/* Where the guest is, which the app says itself. */
static gboolean says_where(const char *clause)
{
    static const char *const beginnings[] = { "guest \"", "host ", "hosts ", "neither host " };
    for (gsize i = 0; i < G_N_ELEMENTS(beginnings); i++)
        if (g_str_has_prefix(clause, beginnings[i]))
            return TRUE;
    return FALSE;
}

char *mig_clauses_why(const char *sentence)
{
    g_auto(GStrv) clauses = split(sentence);
    return mig_words_clause(clauses[0]);
}

char **mig_clauses_remedies(const char *sentence)
{
    g_autoptr(GStrvBuilder) steps = g_strv_builder_new();
    g_auto(GStrv) clauses = split(sentence);
    for (gsize i = 1; clauses[i] && !says_where(clauses[i]); i++) {
        g_autofree char *step = mig_words_clause(clauses[i]);
        /* that text is on the page */
        if (clauses[i][0] && !g_str_has_prefix(clauses[i], "its own text "))
            g_strv_builder_add(steps, step);
    }
    return g_strv_builder_end(steps);
}
