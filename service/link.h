/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The link between service and worker: sd-bus over a socket, no bus daemon between them.
 *
 * A worker serves RUNTIME/job/ID or RUNTIME/query/HOST. It binds the socket under a name that
 * starts with "." and renames it when it is ready, so a name that is there can be connected to;
 * the service watches the directory and scans it after a restart. One client at a time.
 *
 * Object /org/example/Migration1/worker, interface org.example.Migration1.Worker:
 *
 *   a job's worker
 *     Begin(s version, t until)  A worker whose job is still queued, or not in the ledger yet,
 *                                waits for this call; nothing of the job is touched before. It
 *                                loads the row and answers. `version` is the caller's, empty: does
 *                                not matter; another version is refused. After `until`
 *                                (CLOCK_MONOTONIC, us) the caller has turned to another worker and
 *                                the call is refused. One that was not told ends when its link
 *                                closes, or after minutes.
 *     GetStatus() -> a{sv}       what mig_job_status() gives
 *     Cancel()                   TooLate, NotSupported, JobFinished
 *     StartPostCopy(), SetMaximumDowntime(t ms), SetBandwidth(t MiB/s),
 *     SetPostCopyBandwidth(t MiB/s), Pause()
 *                                core/control.h; answered when libvirt has done it. As Cancel, and
 *                                TooEarly, InvalidOptionValue
 *     GetSamples() -> a(tttt)    core/samples.h
 *     Recover(s step, u caller)  core/recovery.h; of a job that has ended, whose worker is started
 *                                for this and waits for half a minute. `caller` is the user who
 *                                asked. Answered when the row in the ledger says what is there now.
 *                                NotRecoverable, GuestBusy, HostTimeout and what else a look at a
 *                                host can end with
 *     signal Status(a{sv})       the keys that changed, at most 2/s, a new state or phase at once.
 *                                When the job has ended the row is in the ledger first, then comes
 *                                the last Status, then the worker closes the link.
 *
 *   a host's query worker
 *     ListGuests(a{sv} host, a{sv} filter) -> aa{sv}      as Manager.ListGuests
 *     GetFacts(a{sv} host, s guest, s uuid) -> a{sv}      mig_facts_to_variant(); looked up by uuid
 *                                                         if not empty, else or then by guest
 *     ListInterfaces(a{sv} host) -> aa{sv}                mig_interfaces_to_variant(), without what
 *                                                         its file has
 *     FindRoutes(a{sv} host, as addresses) -> a{ss}       mig_machine_find_routes(); of the machine
 *                                                         itself only
 *     InspectGuest(a{sv} host, a{sv} question) -> a{sv}   mig_guest_question_to_variant(); "facts":
 *                                                         as GetFacts, "report":
 *                                                         mig_guest_report_to_variant()
 *     InspectDestination(a{sv} host, a{sv} question) -> a{sv}
 *                                                         the same with mig_host_question and
 *                                                         mig_host_report
 *     Test(a{sv} host) -> a{sv}                           as Host.Test
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#define MIG_LINK_PATH "/org/example/Migration1/worker"
#define MIG_LINK_INTERFACE "org.example.Migration1.Worker"
#define MIG_LINK_JOBS "job"
#define MIG_LINK_QUERIES "query"

/* Connects to a worker's socket and attaches the link to the event loop. */
sd_bus *mig_link_connect(const char *path, sd_event *event, GError **error);

/* A worker's end: a listening socket that hands out one sd_bus a client. */
typedef struct MigLinkServer MigLinkServer;
typedef void (*MigLinkAccept)(sd_bus *link, void *userdata);

/* `accepted` adds the objects; the link starts after it returns and the server keeps it. */
MigLinkServer *mig_link_serve(const char *path, sd_event *event, MigLinkAccept accepted,
                              void *userdata, GError **error);
/* From now on this adds the objects: to the client that is linked, and to those that come. The
 * objects of before must be gone from the link. */
void mig_link_server_hand_over(MigLinkServer *server, MigLinkAccept accepted, void *userdata);
/* Emits a signal of MIG_LINK_INTERFACE with one a{sv} to the connected client, if any. */
void mig_link_emit(MigLinkServer *server, const char *member, GVariant *dict);
/* Writes out what is queued (blocking at most 1 s), closes, and removes the socket. */
void mig_link_server_free(MigLinkServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MigLinkServer, mig_link_server_free)
