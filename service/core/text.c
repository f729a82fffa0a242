/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Foreign text in our sentences: quoting that nobody can break out of, and "did you mean".
 */
#include "text.h"

#include <string.h>

#define QUOTE_CHARACTERS 64
#define NEAREST_LENGTH 48

char *mig_text_quote(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *quoted = g_string_new("\"");
    guint n = 0;

    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (n++ == QUOTE_CHARACTERS) {
            g_string_append(quoted, "...");
            break;
        }
        if (g_unichar_iscntrl(c) || g_unichar_type(c) == G_UNICODE_FORMAT)
            g_string_append_printf(quoted, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            g_string_append_printf(quoted, "\\%c", (char) c);
        else
            g_string_append_unichar(quoted, c);
    }

    return g_string_free(g_string_append_c(quoted, '"'), FALSE);
}

/* Joiners and the like belong to some scripts; what turns the direction around can disguise. */
static gboolean is_harmless(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);

    return !g_unichar_iscntrl(c) && type != G_UNICODE_LINE_SEPARATOR &&
           type != G_UNICODE_PARAGRAPH_SEPARATOR && !(c >= 0x202a && c <= 0x202e) &&
           !(c >= 0x2066 && c <= 0x2069);
}

char *mig_text_clean(const char *text, gsize max)
{
    /* a character has up to 4 bytes; what is cut anyway need not be looked at */
    gsize length = strnlen(text ? text : "", max * 4 + 1);
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", (gssize) length);
    GString *clean = g_string_new(NULL);
    gsize n = 0;

    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (n++ == max) {
            g_string_append(clean, "...");
            break;
        }
        g_string_append_unichar(clean, is_harmless(c) ? c : c == '\n' ? ' ' : 0xfffd);
    }

    return g_string_free(clean, FALSE);
}

/* Edits (insert, delete, replace a byte; case and "_" for "-" are free) from one word to the other.
 */
static guint edit_distance(const char *a, const char *b)
{
    guint row[NEAREST_LENGTH + 1];
    gsize length = strlen(b);

    for (gsize j = 0; j <= length; j++)
        row[j] = j;

    for (gsize i = 0; a[i]; i++) {
        char from = (char) (a[i] == '_' ? '-' : g_ascii_tolower(a[i]));
        guint diagonal = row[0];

        row[0] = i + 1;
        for (gsize j = 0; j < length; j++) {
            guint replaced = diagonal + (from != b[j]);

            diagonal = row[j + 1];
            row[j + 1] = MIN(replaced, MIN(row[j], diagonal) + 1);
        }
    }

    return row[length];
}

const char *mig_text_nearest(const char *word, const char *const *names)
{
    gsize length = strlen(word);
    const char *nearest = NULL;
    guint best = MAX(1, length / 3) + 1;

    if (length == 0 || length > NEAREST_LENGTH)
        return NULL;

    for (; *names; names++) {
        guint distance;

        if (strlen(*names) > NEAREST_LENGTH)
            continue;
        distance = edit_distance(word, *names);
        if (distance < best) {
            best = distance;
            nearest = *names;
        }
    }

    return nearest;
}

char *mig_text_did_you_mean(const char *word, const char *const *names)
{
    const char *nearest = mig_text_nearest(word, names);

    return nearest != NULL ? g_strdup_printf("did you mean \"%s\"? ", nearest) : g_strdup("");
}
