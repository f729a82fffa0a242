/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which case of its row in access.h a call is, by what it is about.
 */
#pragma once

#include "access.h"
#include "ledger.h"
#include "request.h"

/* The destination counts for more than an unsafe option: whoever may name any host says who gets
 * the guest. */
AccessCase access_case_of_request(const MigRequest *request);

/* A job is the caller's own or somebody else's. */
AccessCase access_case_of_job(const MigJob *job, guint32 caller);

/* The caller's own jobs are asked for, or those of all. */
AccessCase access_case_of_filter(const MigJobFilter *filter);
