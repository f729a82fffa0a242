/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service's methods, one function each. All end with mig_client_call_finish(), whose tuple has
 * what dbus-interfaces/ documents; the type stands beside each. `options` and `filter` are a{sv},
 * a floating one is taken; NULL: empty.
 */
#pragma once

#include "client.h"

/* (aa{sv}) */
void mig_client_list_guests(MigClient *self, const char *host, GVariant *filter, MigCallFlags flags,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* (aa{sv}) */
void mig_client_list_jobs(MigClient *self, GVariant *filter, MigCallFlags flags,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* (a{sv}aa{sv}): plan and findings */
void mig_client_check(MigClient *self, const char *guest, const char *destination,
                      GVariant *options, MigCallFlags flags, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data);
/* (o): path of the job, which is in mig_client_get_jobs() by then or soon after */
void mig_client_migrate(MigClient *self, const char *guest, const char *destination,
                        GVariant *options, MigCallFlags flags, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data);
/* (o): path of the host; `settings` a{sv} as Manager.AddHost has them, "replace" among them */
void mig_client_add_host(MigClient *self, const char *name, GVariant *settings, MigCallFlags flags,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* () */
void mig_client_remove_host(MigClient *self, const char *name, MigCallFlags flags,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* (aa{sv}); `source`: name of the host the guest comes from, or "" */
void mig_client_list_interfaces(MigClient *self, MigHost *host, const char *source,
                                MigCallFlags flags, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer data);
/* (a{sv}) */
void mig_client_test_host(MigClient *self, MigHost *host, MigCallFlags flags,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* (a(tttt)) */
void mig_client_get_samples(MigClient *self, MigJob *job, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data);
/* (): a step of the job's Recovery; it may take half a minute */
void mig_client_recover(MigClient *self, MigJob *job, const char *step, MigCallFlags flags,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/*
 * (): a control of a job: Cancel, StartPostCopy, Pause (`value` 0), SetMaximumDowntime (ms),
 * SetBandwidth, SetPostCopyBandwidth (MiB/s; `value` > 0).
 */
void mig_client_control(MigClient *self, MigJob *job, const char *control, guint64 value,
                        MigCallFlags flags, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer data);
