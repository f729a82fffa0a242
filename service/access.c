/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See access.h. The table, and the filter of the bus that holds calls against it.
 */
#include "access.h"

#include <errno.h>

#define ACTION(name) ACCESS_PREFIX name

#define FOR_ALL ACCESS_METHOD, NULL, NULL
#define WITH(action) ACCESS_METHOD, ACTION(action), ACTION(action)
#define WITH_EITHER(ordinary, grave) ACCESS_METHOD, ACTION(ordinary), ACTION(grave)
#define OF_JOB(action) WITH_EITHER(action "-own", action "-other")
#define READ ACCESS_PROPERTY, NULL, NULL

static const AccessRow manager_rows[] = {
    { "ListGuests", WITH("list") },
    { "ListJobs", WITH("list") },
    { "Plan", WITH("check") },
    { "Check", WITH("check") },
    { "Migrate", WITH_EITHER("migrate", "migrate-unsafe") },
    { "AddHost", WITH("configure") },
    { "RemoveHost", WITH("configure") },
    { "Version", READ },
    { "LibvirtVersion", READ },
    { "RunningJobs", READ },
    { "QueuedJobs", READ },
    { "MaximumRunningJobs", READ },
    { "MaximumJobs", READ },
    { NULL },
};

static const AccessRow host_rows[] = {
    { "ListInterfaces", WITH("check") },
    { "Test", WITH("check") },
    { "Name", READ },
    { "Driver", READ },
    { "Transport", READ },
    { "Address", READ },
    { "PeerTransport", READ },
    { "PeerAddress", READ },
    { "MigrationAddresses", READ },
    { "HostUUID", READ },
    { "Origin", READ },
    { "Settings", READ },
    { "FileError", READ },
    { "LastContact", READ },
    { "LastError", READ },
    { NULL },
};

static const AccessRow job_rows[] = {
    { "Cancel", OF_JOB("cancel") },
    { "StartPostCopy", OF_JOB("tune") },
    { "SetMaximumDowntime", OF_JOB("tune") },
    { "SetBandwidth", OF_JOB("tune") },
    { "SetPostCopyBandwidth", OF_JOB("tune") },
    { "Pause", OF_JOB("tune") },
    { "GetSamples", FOR_ALL }, /* no more than Statistics, which everybody reads as it changes */
    { "Id", READ },
    { "OwnerUID", READ },
    { "Guest", READ },
    { "GuestUUID", READ },
    { "Source", READ },
    { "Destination", READ },
    { "Options", READ },
    { "State", READ },
    { "Phase", READ },
    { "Plan", READ },
    { "Findings", READ },
    { "Progress", READ },
    { "Statistics", READ },
    { "DirtyRate", READ },
    { "Throughput", READ },
    { "Remaining", READ },
    { "Iteration", READ },
    { "ExpectedDowntime", READ },
    { "Downtime", READ },
    { "ExpectedEnd", READ },
    { "Converging", READ },
    { "Created", READ },
    { "Called", READ },
    { "Finished", READ },
    { "Cancelable", READ },
    { "CancelRefusal", READ },
    { "Controls", READ },
    { "SourceState", READ },
    { "DestinationState", READ },
    { "GuestHost", READ },
    { "Verification", READ },
    { "Error", READ },
    { NULL },
};

/* Set as well: no property can be written, and sd-bus says so better than we could. */
static const AccessRow properties_rows[] = {
    { "Get", FOR_ALL },
    { "GetAll", FOR_ALL },
    { "Set", FOR_ALL },
    { NULL },
};

static const AccessRow object_manager_rows[] = {
    { "GetManagedObjects", FOR_ALL },
    { NULL },
};

static const AccessRow introspectable_rows[] = {
    { "Introspect", FOR_ALL },
    { NULL },
};

static const AccessRow peer_rows[] = {
    { "Ping", FOR_ALL },
    { "GetMachineId", FOR_ALL },
    { NULL },
};

const AccessInterface access_table[] = {
    { "org.example.Migration1.Manager", manager_rows },
    { "org.example.Migration1.Host", host_rows },
    { "org.example.Migration1.Job", job_rows },
    { "org.freedesktop.DBus.Properties", properties_rows },
    { "org.freedesktop.DBus.ObjectManager", object_manager_rows },
    { "org.freedesktop.DBus.Introspectable", introspectable_rows },
    { "org.freedesktop.DBus.Peer", peer_rows },
    { NULL },
};

static const AccessRow *rows_of(const char *interface)
{
    for (const AccessInterface *one = access_table; one->interface; one++)
        if (g_strcmp0(one->interface, interface) == 0)
            return one->rows;
    return NULL;
}

const AccessRow *access_find(const char *interface, AccessKind kind, const char *member)
{
    for (const AccessRow *row = rows_of(interface); row && row->member; row++)
        if (row->kind == kind && g_strcmp0(row->member, member) == 0)
            return row;
    return NULL;
}

const char *access_action(const char *interface, const char *method, AccessCase which)
{
    const AccessRow *row = access_find(interface, ACCESS_METHOD, method);
    if (!row)
        return NULL;
    return which == ACCESS_GRAVE ? row->grave : row->ordinary;
}

int access_check_read(const char *interface, const char *property)
{
    return access_find(interface, ACCESS_PROPERTY, property) ? 0 : -EACCES;
}

static int refuse(sd_bus_message *call, const char *interface)
{
    const char *name = !interface || rows_of(interface) ? SD_BUS_ERROR_UNKNOWN_METHOD
                                                        : SD_BUS_ERROR_UNKNOWN_INTERFACE;
    if (interface)
        sd_bus_reply_method_errorf(call, name, "nobody may call %s of %s",
                                   sd_bus_message_get_member(call), interface);
    else
        sd_bus_reply_method_errorf(call, name, "name the interface of %s",
                                   sd_bus_message_get_member(call));
    return 1;
}

/* Never fails: sd-bus closes the connection when a filter does. */
static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    const char *interface = sd_bus_message_get_interface(m);
    if (sd_bus_message_is_method_call(m, NULL, NULL) <= 0 ||
        access_find(interface, ACCESS_METHOD, sd_bus_message_get_member(m)))
        return 0;
    return refuse(m, interface);
}

int access_guard(sd_bus *bus)
{
    return sd_bus_add_filter(bus, NULL, on_message, NULL);
}
