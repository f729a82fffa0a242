/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which options cannot be combined, as a table of rows with the reason and the remedy.
 */
#pragma once

#include "request.h"

/* MIG_HAS, MIG_LACKS: of an option that is a set of choices, the position of one. */
typedef enum { MIG_IS_SET = 1, MIG_IS_UNSET, MIG_IS, MIG_IS_NOT, MIG_HAS, MIG_LACKS } MigTest;

typedef struct {
    MigTest test; /* 0 ends the list of conditions */
    MigOption option;
    guint64 value; /* number of the option, or position of a choice */
} MigCondition;

/* If all conditions hold, the request is refused. */
typedef struct {
    const char *id;
    MigCondition when[4];
    const char *reason;
    const char *remedy;
    gboolean ours; /* libvirt would let it pass and do something else, or nothing */
} MigRule;

/* The table, for documentation and tests; ends with a row whose id is NULL. */
const MigRule *mig_rules(void);

/* TRUE if all conditions of this one row hold. */
gboolean mig_rule_refuses(const MigRule *rule, const MigRequest *request);

/* Fills in the defaults that depend on other options: an offline migration is not live. */
void mig_rules_complete(MigRequest *request);

/* First row that refuses the request as MIG_ERROR_OPTION_CONFLICT: "transport, flow: reason;
 * remedy". */
gboolean mig_rules_check(const MigRequest *request, GError **error);
