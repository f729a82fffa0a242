/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A libvirt without daemons: the worker's own objects are linked with replacements (--wrap) that
 * ask a "world" over a unix socket. The world is part of the test (world.py): it has the hosts and
 * guests, answers each call, holds back what the test wants held back and outlives the worker.
 *
 * A call is a connection of its own: one line with a GVariant "(sa{sv})" in text form (function,
 * arguments), answered by one line "a{sv}", which is the results or "error": (code, domain, text).
 * The connection of virConnectOpenAuth stays open: it carries the host's events as lines of
 * "(sa{sv})", and its end is the end of the libvirt connection, for both sides.
 */
#pragma once

#include <glib.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#define WRAP(function)                                                                             \
    __typeof__(function) __wrap_##function;                                                        \
    __typeof__(function) __real_##function;
#include "wrapped.def"
#undef WRAP

typedef struct FakeEvents FakeEvents;

struct _virConnect {
    gatomicrefcount refs;
    guint64 id; /* what the world calls it */
    char *type; /* virConnectGetType() */
    FakeEvents *events;
};

struct _virDomain {
    gatomicrefcount refs;
    virConnectPtr connection;
    char *name;
    char *uuid;
};

struct _virStoragePool {
    gatomicrefcount refs;
    virConnectPtr connection;
    char *path; /* its directory */
};

struct _virStorageVol {
    gatomicrefcount refs;
    virConnectPtr connection;
    char *path;
};

/* Asks the world. `arguments` (a{sv}) may be floating or NULL. NULL: the last error is set. If
 * `ret_fd` is not NULL it takes over the socket of a call that succeeded. */
GVariant *fake_ask(const char *function, GVariant *arguments, int *ret_fd);
/* The same with the argument "connection", or "connection", "guest" and "uuid". */
GVariant *fake_ask_connection(virConnectPtr connection, const char *function, GVariantDict *more);
GVariant *fake_ask_domain(virDomainPtr domain, const char *function, GVariantDict *more);

/* Numbers and strings of an answer; the key must be there. Strings are the caller's. */
gint64 fake_get_number(GVariant *answer, const char *key);
char *fake_get_string(GVariant *answer, const char *key);

void fake_set_error(int code, int domain, const char *text);

/* Typed parameters to and from "a(sv)", types kept: i, u, x, t, d, b, s. */
GVariant *fake_from_params(virTypedParameterPtr params, int count);
void fake_to_params(GVariant *array, virTypedParameterPtr *params, int *count);

/* "guests" of an answer, "a(ssa(sv))": name, UUID and typed parameters of each guest. Returns how
 * many. */
int fake_to_records(virConnectPtr connection, GVariant *answer, virDomainStatsRecordPtr **records);

virDomainPtr fake_domain_new(virConnectPtr connection, const char *name, const char *uuid);

/* The events of a connection, delivered by libvirt's own event loop; takes over the socket. As in
 * libvirt none ever comes when no event loop was registered before. */
FakeEvents *fake_events_new(virConnectPtr connection, int fd);
gboolean fake_events_come(FakeEvents *events);
void fake_events_close(FakeEvents *events);

/* What has a name on a connection and nothing else: networks, interfaces, pools. The struct of each
 * begins with it. */
typedef struct {
    virConnectPtr connection;
    char *name;
} FakeNamed;

/* `size`: of the struct. */
gpointer fake_named_new(virConnectPtr connection, const char *name, gsize size);
int fake_named_free(FakeNamed *named);
/* Asks with the argument "name". */
GVariant *fake_ask_name(virConnectPtr connection, const char *function, const char *name);
