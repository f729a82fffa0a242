/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See clean.h. One table: what is looked for, and what stands there instead.
 */
#include "clean.h"

#include "text.h"

static const struct {
    const char *pattern;
    const char *replacement;
} rows[] = {
    /* qemu+ssh://user:password@host */
    { "(\\w://[^\\s/@:]*):[^\\s/@]*@", "\\1:***@" },
    /* password=x, "passwd": "x", passphrase 'x' */
    { "((?:passw(?:or)?d|passphrase|secret)[\"']?\\s*[=:]\\s*)(?:\"[^\"]*\"|'[^']*'|[^\\s,;&]+)",
      "\\1***" },
    /* /var/lib/migrationd/.ssh/id_ed25519, /etc/pki/libvirt/private/clientkey.pem */
    { "/[^\\s'\":;,]*/(?:\\.ssh|\\.pki|pki|private|passwords|credentials|credstore)/"
      "(?:[^\\s'\":;,/]*/)*(?=[^\\s'\":;,/])",
      "" },
    { "/[^\\s'\":;,]*/(?=[^\\s'\":;,/]+\\.(?:pem|key)\\b)", "" },
};

static char *replace(const char *text, const char *pattern, const char *replacement)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_CASELESS, 0, NULL);
    char *replaced = g_regex_replace(regex, text, -1, 0, replacement, 0, NULL);

    /* a text that PCRE gives up on is not shown */
    return replaced ? replaced : g_strdup("");
}

char *mig_clean_foreign(const char *text)
{
    char *clean = mig_text_clean(text, MIG_CLEAN_CHARACTERS);

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *before = clean;

        clean = replace(before, rows[i].pattern, rows[i].replacement);
    }

    return clean;
}
