/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A step of recovery under way, as the service has it: the worker that is started for it and the
 * call on its link.
 */
#pragma once

#include "core/recovery.h"
#include "worker-link.h"

typedef struct Recovery Recovery;

/* `error` NULL: it is done, and the ledger has what is there now. With an error too the ledger may
 * have changed. Called once, not from within recovery_start(). The recovery is still to be freed.
 */
typedef void (*RecoveryDone)(const GError *error, void *userdata);

Recovery *recovery_start(const WorkerContext *context, guint64 job, MigRecovery step,
                         guint32 caller, RecoveryDone done, void *userdata, GError **error);
void recovery_free(Recovery *recovery);
