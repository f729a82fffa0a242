/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sentences out of tables: patterns with {names} in braces.
 */
#pragma once

#include <glib.h>

/* `pattern` with each {name} that is given replaced by its value: pairs of name (with braces) and
 * value, then NULL. {guest} is put in quotes, a guest's name may be any text; hosts and addresses
 * are of a strict grammar. */
char *mig_sentence(const char *pattern, ...) G_GNUC_NULL_TERMINATED;
