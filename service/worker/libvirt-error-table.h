/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each of libvirt's errors means: rows, of which the first that fits counts.
 */
#pragma once

#include "error.h"
#include "libvirt-error.h"

#define MIG_LIBVIRT_ANY_CODE (-1)
#define MIG_LIBVIRT_MAX_TEXTS 7

/* Which host of the place a failure of the migrate call is about, where its error is one of a host;
 * that of everything else is the one that was asked. */
typedef enum { MIG_ABOUT_HOST, MIG_ABOUT_DESTINATION, MIG_ABOUT_EITHER } MigAbout;

typedef struct {
    guint doing;                              /* MigDoing, several */
    int code;                                 /* virErrorNumber, MIG_LIBVIRT_ANY_CODE */
    const char *texts[MIG_LIBVIRT_MAX_TEXTS]; /* libvirt's text has one of these in it; none: any */
    MigError error;
    const char *sentence; /* {host}, {destination}, {guest}, {address}, {login}, {via} */
    MigAbout about;
} MigLibvirtRow;

/* All of them, for tests; the last fits everything. */
extern const MigLibvirtRow mig_libvirt_rows[];
extern const guint mig_libvirt_n_rows;

/* The row for the error libvirt calls `code` (virErrorNumber) with that text; never NULL. */
const MigLibvirtRow *mig_libvirt_row(MigDoing doing, int code, const char *text);
