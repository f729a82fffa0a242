/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Foreign text in our sentences: names that callers and hosts send appear in errors, which go to
 * the journal, to dialogs and over D-Bus.
 */
#pragma once

#include <glib.h>

/* `text` in double quotes, valid UTF-8 without control characters, cut after 64 characters. */
char *mig_text_quote(const char *text);

/* `text` for people: valid UTF-8, one line, every character that steers a terminal or turns the
 * writing direction replaced, cut after `max` characters. Names that libvirt accepts stay as they
 * are. NULL is "". */
char *mig_text_clean(const char *text, gsize max);

/* The entry of the NULL-terminated `names` that `word` is probably a slip of, or NULL. */
const char *mig_text_nearest(const char *word, const char *const *names);
/* "did you mean "NAME"? " of that one, for the middle of a sentence, or "". */
char *mig_text_did_you_mean(const char *word, const char *const *names);
