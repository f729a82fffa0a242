/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be done about a finding with one command: that command, to be copied. */
#pragma once

#include "finding.h"

/* Ready for a shell on the host the finding is about; NULL: there is no such command. */
char *mig_remedy_dup_command(MigFinding *finding);
