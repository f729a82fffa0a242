/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See access.h. The table, and the filter of the bus that holds calls against it.
 */
#include "access.h"

#include <errno.h>

#define ACTION(name) ACCESS_PREFIX name

/* clang-format off */
#define ACTIONS(ordinary, grave, custom) { ordinary, grave, custom }
/* clang-format on */
#define FOR_ALL ACCESS_METHOD, ACTIONS(NULL, NULL, NULL)
#define WITH(action) ACCESS_METHOD, ACTIONS(ACTION(action), ACTION(action), ACTION(action))
#define WITH_EITHER(ordinary, grave)                                                               \
    ACCESS_METHOD, ACTIONS(ACTION(ordinary), ACTION(grave), ACTION(grave))
#define OF_JOB(action) WITH_EITHER(action "-own", action "-other")
#define TO_HOST(ordinary, grave)                                                                   \
    ACCESS_METHOD, ACTIONS(ACTION(ordinary), ACTION(grave), ACTION("migrate-custom-destination"))
#define LIST_OWN ACCESS_METHOD, ACTIONS(NULL, ACCESS_LIST, ACCESS_LIST)
#define READ ACCESS_PROPERTY, ACTIONS(NULL, NULL, NULL)
/* Of a job of others needs an authorization, see readers.h. */
#define READ_OWN ACCESS_PROPERTY, ACTIONS(NULL, ACCESS_LIST, ACCESS_LIST)

static const AccessRow manager_rows[] = {
    { "ListGuests", WITH("list") },
    { "ListJobs", LIST_OWN },
    { "Plan", TO_HOST("check", "check") },
    { "Check", TO_HOST("check", "check") },
    { "Migrate", TO_HOST("migrate", "migrate-unsafe") },
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
    { "Recover", WITH("recover") },
    { "GetSamples", FOR_ALL }, /* no more than Statistics, which everybody may read */
    { "Id", READ },
    { "OwnerUID", READ },
    { "Guest", READ_OWN },
    { "GuestUUID", READ_OWN },
    { "Source", READ_OWN },
    { "Destination", READ_OWN },
    { "Options", READ_OWN },
    { "State", READ },
    { "Phase", READ },
    { "Plan", READ_OWN },
    { "Findings", READ_OWN },
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
    { "WaitingFor", READ_OWN },
    { "Created", READ },
    { "Called", READ },
    { "Finished", READ },
    { "Cancelable", READ },
    { "CancelRefusal", READ },
    { "Controls", READ },
    { "Refusals", READ },
    { "SourceState", READ_OWN },
    { "DestinationState", READ_OWN },
    { "GuestHost", READ_OWN },
    { "Verification", READ_OWN },
    { "Recovery", READ_OWN },
    { "Error", READ_OWN },
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
    return row->actions[which];
}

int access_check_read(const char *interface, const char *property)
{
    return access_find(interface, ACCESS_PROPERTY, property) ? 0 : -EACCES;
}

gboolean access_is_for_owner(const char *interface, const char *property)
{
    const AccessRow *row = access_find(interface, ACCESS_PROPERTY, property);
    return row && row->actions[ACCESS_GRAVE] != NULL;
}

gboolean access_is_read_of_jobs(sd_bus_message *call)
{
    static const char properties[] = "org.freedesktop.DBus.Properties";
    if (sd_bus_message_is_method_call(call, "org.freedesktop.DBus.ObjectManager",
                                      "GetManagedObjects") > 0)
        return TRUE;
    return (sd_bus_message_is_method_call(call, properties, "Get") > 0 ||
            sd_bus_message_is_method_call(call, properties, "GetAll") > 0) &&
           g_str_has_prefix(sd_bus_message_get_path(call), ACCESS_JOBS);
}

static int refuse(sd_bus_message *call, const char *interface)
{
    const char *name = !interface || rows_of(interface) ? SD_BUS_ERROR_UNKNOWN_METHOD
                                                        : SD_BUS_ERROR_UNKNOWN_INTERFACE;
    if (interface)
        sd_bus_reply_method_errorf(call, name, "interface %s has no method %s that can be called",
                                   interface, sd_bus_message_get_member(call));
    else
        sd_bus_reply_method_errorf(call, name, "name the interface of %s",
                                   sd_bus_message_get_member(call));
    return 1;
}

/* What systemd, polkit, logind and the bus tell they tell everybody, and the bus passes it on only
 * if it is theirs. A signal to us alone can be anybody's: sd-bus takes it for what it claims to be,
 * that a caller has left or that a worker could not be started. */
static gboolean is_forged(sd_bus_message *m)
{
    return sd_bus_message_is_signal(m, NULL, NULL) > 0 && sd_bus_message_get_destination(m) &&
           g_strcmp0(sd_bus_message_get_sender(m), "org.freedesktop.DBus") != 0;
}

/* Never fails: sd-bus closes the connection when a filter does. */
static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    const char *interface = sd_bus_message_get_interface(m);
    if (is_forged(m))
        return 1;
    if (sd_bus_message_is_method_call(m, NULL, NULL) <= 0 ||
        access_find(interface, ACCESS_METHOD, sd_bus_message_get_member(m)))
        return 0;
    return refuse(m, interface);
}

int access_guard(sd_bus *bus)
{
    return sd_bus_add_filter(bus, NULL, on_message, NULL);
}
