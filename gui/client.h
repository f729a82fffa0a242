/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The app's side of org.example.Migration1 on the system bus: one a process, made by the
 * application. It keeps the hosts and jobs that the service announces as live lists, says whether
 * the service is there, and recovers by itself when it is restarted: objects keep their identity as
 * long as the service has them, and stay as they were last known while it is away.
 *
 * Nothing here blocks. Properties: state (MigClientState), hosts, jobs, error; signals
 * "job-ended" (MigJob) when a job that was known as unfinished has come to its end, and "job-stuck"
 * (MigJob) when it is first seen that one will not without help.
 *
 * Errors of calls are of the domain MIG_ERROR (core/error.h) with the service's sentence: branch on
 * the code, show what failure.h says of it. mig_client_error_name() gives the D-Bus name. Errors of
 * the bus itself (the service is not there, the caller gave up) are of G_DBUS_ERROR or G_IO_ERROR.
 */
#pragma once

#include <gio/gio.h>

#include "core/error.h"
#include "host.h"
#include "job.h"

#define MIG_BUS_NAME "org.example.Migration1"
#define MIG_ROOT_PATH "/org/example/Migration1"
#define MIG_MANAGER_INTERFACE MIG_BUS_NAME ".Manager"
#define MIG_HOST_INTERFACE MIG_BUS_NAME ".Host"
#define MIG_JOB_INTERFACE MIG_BUS_NAME ".Job"

typedef enum {
    MIG_CLIENT_CONNECTING,
    MIG_CLIENT_READY,
    MIG_CLIENT_NO_SERVICE, /* there is no bus, or nobody on it who can be started: see error */
    MIG_CLIENT_DENIED,     /* the bus does not let us talk to it */
} MigClientState;

#define MIG_TYPE_CLIENT_STATE (mig_client_state_get_type())
GType mig_client_state_get_type(void);

#define MIG_TYPE_CLIENT (mig_client_get_type())
G_DECLARE_FINAL_TYPE(MigClient, mig_client, MIG, CLIENT, GObject)

/* Begins to connect at once. */
MigClient *mig_client_new(void);

MigClientState mig_client_get_state(MigClient *self);
const GError *mig_client_get_error(MigClient *self); /* NULL unless NO_SERVICE or DENIED */

/* Tries again now; otherwise it does so when the service appears. */
void mig_client_retry(MigClient *self);

/* Lists of MigHost by name, "local" first, and of MigJob that have an object, newest first. A job
 * of this user's own is found from the moment it is announced, and listed when it is known what it
 * is about. */
GListModel *mig_client_get_hosts(MigClient *self);
GListModel *mig_client_get_jobs(MigClient *self);
MigHost *mig_client_find_host(MigClient *self, const char *name); /* borrowed, or NULL */
MigJob *mig_client_find_job(MigClient *self, const char *path);   /* borrowed, or NULL */

typedef enum {
    MIG_CALL_NONE = 0,
    MIG_CALL_INTERACTIVE =
        1 << 0, /* polkit may ask the user: only for what the user just asked for */
} MigCallFlags;

/*
 * Calls a method. A floating `arguments` is taken; NULL: none. `reply` is the type of the whole
 * answer, for example "(o)". The answer is a tuple, owned by the caller. Typed calls are in
 * client-calls.h.
 */
void mig_client_call(MigClient *self, const char *path, const char *interface, const char *method,
                     GVariant *arguments, const char *reply, MigCallFlags flags,
                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GVariant *mig_client_call_finish(MigClient *self, GAsyncResult *result, GError **error);

/* D-Bus name of an error of a call, for a report; NULL: it has none. */
char *mig_client_error_name(const GError *error);
