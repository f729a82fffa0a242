/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One of the two hosts of a job, as the job's own thread and its helpers work with it. Nothing in
 * it is locked: it belongs to whoever mig_pair_run() has given it to.
 */
#pragma once

#include "baseline.h"
#include "conclude.h"
#include "connection.h"
#include "inspection.h"
#include "pair.h"
#include "verification.h"

typedef struct {
    const MigHost *host;
    const char *pki_path;
    virConnectPtr connection;
    gboolean let_go; /* mig_side_look() is to close the connection first, once */
    MigFacts *facts; /* NULL until the host was asked */
    /* the guest to look for, uuid wins; both NULL: none yet */
    char *guest, *uuid;
    /* what a check is to ask of it, one of them or none, and the answer */
    MigGuestQuestion *guest_question;
    MigHostQuestion *host_question;
    MigGuestReport *guest_report;
    MigHostReport *host_report;
    GVariant *statistics;  /* a{st} of its last completed job, or NULL */
    char *configuration;   /* digest, see verify.h, or NULL */
    gboolean watch;        /* mig_side_verify() looks whether the guest goes on */
    gboolean has_baseline; /* since `baseline`, see baseline.h */
    MigRunTime baseline;
    gint64 downtime;    /* ms, for mig_side_set_downtime() */
    MigRecoveryAct act; /* for mig_side_recover() */
    MigExecuting executing;
    /* mig_side_read_xml(): the guest's XML as it would migrate, and its configuration's or NULL */
    char *xml, *inactive_xml;
    GStrv volumes;       /* paths, see volumes.h */
    gboolean may_delete; /* those that are there */
    GStrv found_volumes, deleted_volumes;
    GError *error; /* of the step that failed */
    char *raw;
} MigSide;

MigSide *mig_side_new(const MigHost *host, const char *pki_path);
void mig_side_free(MigSide *side);

/* Says which guest is meant; either may be "". */
void mig_side_set_guest(MigSide *side, const char *guest, const char *uuid);

/* Steps for mig_pair_run(). */
gboolean mig_side_open(gpointer side); /* connects */
/* Connects if need be, then the facts of host and guest, and then the question, a guest_question
 * only if the guest was found. */
gboolean mig_side_inspect(gpointer side);
/* The facts alone, on a connection that works, old or new. Never FALSE: the other side counts too.
 */
gboolean mig_side_look(gpointer side);
gboolean mig_side_ask_statistics(gpointer side);
gboolean mig_side_read_xml(gpointer side);
/* Those of `volumes` that libvirt will make into `found_volumes`. Both connect if need be. */
gboolean mig_side_missing_volumes(gpointer side);
/* Deletes `volumes` if it may; what remains, and what does not, into found and deleted. */
gboolean mig_side_clear_volumes(gpointer side);
/* Sets the guest's maximum downtime if it is active; a failure is only logged. */
gboolean mig_side_set_downtime(gpointer side);
/* Does `act` to the guest, if it still is as mig_side_look() has seen it. */
gboolean mig_side_recover(gpointer side);
