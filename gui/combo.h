/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libadwaita 1.2 lacks in a combo row: what is chosen, and the list, wrap and are never cut.
 */
#pragma once

#include <adwaita.h>

/* What is chosen is shown by the row's expression, or as it is in a list of strings. `list`: in the
 * list too, which the row then needs no factory for. */
void mig_combo_wrap(AdwComboRow *row, gboolean list);
