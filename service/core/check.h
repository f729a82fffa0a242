/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The check: a pure function from a request and what both hosts said to everything that may stop
 * the migration or make it end otherwise than wished, before libvirt is called. A blocker is only
 * what libvirt is sure to refuse; what may go well is a warning.
 */
#pragma once

#include "finding.h"
#include "inspection.h"

/* Rows that speak without a destination and options have neither: NULL. */
typedef struct {
    const MigRequest *request;
    const MigHost *source, *destination;
    const MigFacts *on_source;      /* it has found the guest */
    const MigFacts *on_destination; /* NULL: nobody looked */
    const MigGuestReport *guest;
    const MigHostReport *there; /* NULL: nobody looked */
    guint others;               /* jobs of ours that run on the source */
} MigCheckInput;

/* Most findings of one check. */
#define MIG_CHECK_MAX 16

/* All findings, in the order of the table. */
GPtrArray *mig_check(const MigCheckInput *input);

/* Those that hold for every live migration of the guest, whereto and however: what of the table
 * needs no destination and no options. */
GPtrArray *mig_check_guest(const MigHost *source, const MigFacts *on_source,
                           const MigGuestReport *guest);

/* What a refusal of mig_plan_new(), or a host that cannot be asked, is among the findings: a
 * blocker whose id is the error's name, "guest-exists", with the name of the host it is about. */
void mig_check_add_refusal(GPtrArray *findings, const GError *refusal);

/* Floating aa{sv}: those of `before`, such an aa{sv}, and the same of an error that is about a
 * known host; `error` may be NULL. */
GVariant *mig_check_with_error(GVariant *before, const GError *error);

/* MIG_ERROR_BLOCKED with sentence and remedy of the first blocker, or INVALID_OPTION_VALUE if that
 * is an option's; TRUE if there is none, or the request says to try. */
gboolean mig_check_passes(const MigRequest *request, const GPtrArray *findings, GError **error);
