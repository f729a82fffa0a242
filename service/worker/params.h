/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt's typed parameters to and from GVariant.
 */
#pragma once

#include <glib.h>
#include <libvirt/libvirt.h>

typedef struct {
    virTypedParameterPtr list;
    int n;
} MigParams;

void mig_params_clear(MigParams *params);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MigParams, mig_params_clear)

/* Of an a{sv} with strings, string arrays and numbers, as a plan has them. */
MigParams mig_params_from_dict(GVariant *dict);

/* A job's statistics: all whole numbers and yes or no (1 or 0) as a{st}. */
GVariant *mig_params_to_statistics(virTypedParameterPtr list, int n);
