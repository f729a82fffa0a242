/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a check reads of libvirt's documents. They come from other machines: no entities, and no
 * more of anything than the numbers in core/inspection.h and here.
 */
#pragma once

#include "inspection.h"

/* Longest name or path, and longest XML of a CPU that is handed on, in bytes. */
#define MIG_INSPECT_NAME_BYTES 1024
#define MIG_INSPECT_CPU_BYTES (16 * 1024)

/* Fills in all that a guest's XML tells (virDomainGetXMLDesc()); `readable` is FALSE and the rest
 * untouched if it is none. */
void mig_inspect_read_guest(const char *xml, MigGuestReport *report);

/* Fills in loaders and tpms of virConnectGetDomainCapabilities(). */
void mig_inspect_read_capabilities(const char *xml, MigHostReport *report);
