/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The service's methods, one function each. */
#include "client-calls.h"

static GVariant *or_empty(GVariant *dictionary)
{
    return dictionary ?: g_variant_new("a{sv}", NULL);
}

static void call_manager(MigClient *self, const char *method, GVariant *arguments,
                         const char *reply, MigCallFlags flags, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data)
{
    mig_client_call(self, MIG_ROOT_PATH, MIG_MANAGER_INTERFACE, method, arguments, reply, flags,
                    cancellable, callback, data);
}

void mig_client_list_guests(MigClient *self, const char *host, GVariant *filter, MigCallFlags flags,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    call_manager(self, "ListGuests", g_variant_new("(s@a{sv})", host, or_empty(filter)), "(aa{sv})",
                 flags, cancellable, callback, data);
}

void mig_client_list_jobs(MigClient *self, GVariant *filter, MigCallFlags flags,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    call_manager(self, "ListJobs", g_variant_new("(@a{sv})", or_empty(filter)), "(aa{sv})", flags,
                 cancellable, callback, data);
}

static GVariant *migration(const char *guest, const char *destination, GVariant *options)
{
    return g_variant_new("(ss@a{sv})", guest, destination, or_empty(options));
}

void mig_client_check(MigClient *self, const char *guest, const char *destination,
                      GVariant *options, MigCallFlags flags, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
    call_manager(self, "Check", migration(guest, destination, options), "(a{sv}aa{sv})", flags,
                 cancellable, callback, data);
}

void mig_client_migrate(MigClient *self, const char *guest, const char *destination,
                        GVariant *options, MigCallFlags flags, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data)
{
    call_manager(self, "Migrate", migration(guest, destination, options), "(o)", flags, cancellable,
                 callback, data);
}

void mig_client_add_host(MigClient *self, const char *name, GVariant *settings, MigCallFlags flags,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    call_manager(self, "AddHost", g_variant_new("(s@a{sv})", name, or_empty(settings)), "(o)",
                 flags, cancellable, callback, data);
}

void mig_client_remove_host(MigClient *self, const char *name, MigCallFlags flags,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    call_manager(self, "RemoveHost", g_variant_new("(s)", name), "()", flags, cancellable, callback,
                 data);
}

void mig_client_list_interfaces(MigClient *self, MigHost *host, const char *source,
                                MigCallFlags flags, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer data)
{
    mig_client_call(self, mig_object_get_path(MIG_OBJECT(host)), MIG_HOST_INTERFACE,
                    "ListInterfaces", g_variant_new("(s)", source), "(aa{sv})", flags, cancellable,
                    callback, data);
}

void mig_client_test_host(MigClient *self, MigHost *host, MigCallFlags flags,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    mig_client_call(self, mig_object_get_path(MIG_OBJECT(host)), MIG_HOST_INTERFACE, "Test", NULL,
                    "(a{sv})", flags, cancellable, callback, data);
}

void mig_client_get_samples(MigClient *self, MigJob *job, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data)
{
    mig_client_call(self, mig_object_get_path(MIG_OBJECT(job)), MIG_JOB_INTERFACE, "GetSamples",
                    NULL, "(a(tttt))", MIG_CALL_NONE, cancellable, callback, data);
}

void mig_client_control(MigClient *self, MigJob *job, const char *control, guint64 value,
                        MigCallFlags flags, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer data)
{
    mig_client_call(self, mig_object_get_path(MIG_OBJECT(job)), MIG_JOB_INTERFACE, control,
                    value ? g_variant_new("(t)", value) : NULL, "()", flags, cancellable, callback,
                    data);
}

void mig_client_recover(MigClient *self, MigJob *job, const char *step, MigCallFlags flags,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    mig_client_call(self, mig_object_get_path(MIG_OBJECT(job)), MIG_JOB_INTERFACE, "Recover",
                    g_variant_new("(s)", step), "()", flags, cancellable, callback, data);
}
