/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See sentence.h.
 */
#include "sentence.h"

#include "text.h"

char *mig_sentence(const char *pattern, ...)
{
    GString *sentence = g_string_new(pattern);
    va_list pairs;
    va_start(pairs, pattern);
    for (const char *name; (name = va_arg(pairs, const char *));) {
        const char *value = va_arg(pairs, const char *);
        g_autofree char *shown =
            g_str_equal(name, "{guest}") ? mig_text_quote(value) : g_strdup(value);
        g_string_replace(sentence, name, shown, 0);
    }
    va_end(pairs);
    return g_string_free(sentence, FALSE);
}
