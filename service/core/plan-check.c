/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What cannot work by the facts both hosts gave, said before libvirt is called. Every sentence ends
 * with the remedy.
 */
#include "plan-check.h"

#include <libvirt/libvirt.h>

#include "error.h"
#include "mode.h"
#include "text.h"

gboolean mig_plan_is_same_uuid(const char *a, const char *b)
{
    return a && b && *a && g_ascii_strcasecmp(a, b) == 0;
}

static gboolean refuse_driver(const char *type, const char *what, const char *remedy,
                              GError **error)
{
    g_autofree char *driver = mig_text_quote(type);

    g_set_error(error, MIG_ERROR, MIG_ERROR_NOT_SUPPORTED, "hypervisor driver %s %s: %s", driver,
                what, remedy);
    return FALSE;
}

static gboolean check_mode(const MigRequest *request, const MigDriver *driver, GError **error)
{
    const char *flow = mig_option_info(MIG_OPT_FLOW)->choices[mig_request_flow(request)];
    const char *transport =
        mig_option_info(MIG_OPT_TRANSPORT)->choices[mig_request_transport(request)];
    g_autofree char *what = NULL;

    if (mig_driver_has_mode(driver, request))
        return TRUE;
    /* the call is made as libvirt defines it, and libvirt says that nobody takes it */
    if (mig_request_flow(request) == MIG_FLOW_UNMANAGED_DIRECT &&
        mig_request_number(request, MIG_OPT_TRY))
        return TRUE;

    what = g_strdup_printf("cannot migrate with flow \"%s\" and transport \"%s\"", flow, transport);
    return refuse_driver(driver->type, what,
                         driver->modes & MIG_MODE_BIT(MIG_FLOW_PEER_TO_PEER, MIG_TRANSPORT_NATIVE)
                             ? "use flow \"peer-to-peer\" or \"managed-direct\" with transport "
                               "\"native\""
                             : "use flow \"managed-direct\" with transport \"native\"",
                         error);
}

/* Options whose flag or parameter the driver, or the call, does not know. */
static gboolean option_is_taken(const MigRequest *request, MigOption option,
                                const MigDriver *driver)
{
    const MigOptionInfo *info = mig_option_info(option);
    guint64 number = mig_request_number(request, option);
    guint32 flags = (number != 0 ? info->flag : 0) | (info->choice ? info->choice[number].flag : 0);
    gboolean set = request->options[option].set;

    return !(flags & ~driver->flags) &&
           (!set || !info->param || mig_takes_param(driver, mig_mode(request), info->param));
}

/* What belongs to no single flag or parameter. */
static gboolean is_taken_otherwise(const MigRequest *request, MigOption option,
                                   const MigDriver *driver)
{
    const MigMode *mode = mig_mode(request);

    if (!request->options[option].set)
        return TRUE;
    switch (option) {
    case MIG_OPT_INTERFACE_ADDRESS:
        return driver->scheme && mig_takes_param(driver, mode, VIR_MIGRATE_PARAM_URI);
    case MIG_OPT_DATA_PROTOCOL:
        return driver->rdma || mig_request_number(request, option) == MIG_PROTOCOL_TCP;
    case MIG_OPT_DISKS_ADDRESS:
        return mig_takes_param(driver, mode, VIR_MIGRATE_PARAM_DISKS_URI);
    case MIG_OPT_DISKS_PORT:
        return mig_takes_param(driver, mode, VIR_MIGRATE_PARAM_DISKS_PORT);
    case MIG_OPT_GRAPHICS_ADDRESS:
        return mig_takes_param(driver, mode, VIR_MIGRATE_PARAM_GRAPHICS_URI);
    case MIG_OPT_DISK_PATHS:
    case MIG_OPT_NETWORKS:
    case MIG_OPT_BRIDGES:
        return mig_takes_param(driver, mode, VIR_MIGRATE_PARAM_DEST_XML);
    case MIG_OPT_MAXIMUM_DOWNTIME:
        return driver->tunes;
    default:
        return TRUE;
    }
}

static gboolean check_options(const MigRequest *request, const MigDriver *driver, GError **error)
{
    for (guint i = 0; i < MIG_N_OPTS; i++) {
        g_autofree char *what = NULL;

        if (option_is_taken(request, i, driver) && is_taken_otherwise(request, i, driver))
            continue;
        what = g_strdup_printf("does not know option \"%s\"%s", mig_option_info(i)->key,
                               mig_mode(request)->params ? " with this flow" : "");
        return refuse_driver(driver->type, what, "leave it out", error);
    }

    return TRUE;
}

static gboolean check_drivers(const MigRequest *request, const MigHost *source,
                              const MigHost *destination, const MigFacts *on_source,
                              const MigFacts *on_destination, GError **error)
{
    const MigDriver *driver = mig_driver(on_source->driver);

    if (on_destination && g_strcmp0(on_source->driver, on_destination->driver) != 0) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_NOT_SUPPORTED,
                    "host \"%s\" runs hypervisor driver %s and host \"%s\" %s: name a destination "
                    "with the source's driver",
                    source->name, on_source->driver, destination->name, on_destination->driver);
        return FALSE;
    }
    if (!driver)
        return refuse_driver(on_source->driver, "is not known here",
                             "use hosts with driver QEMU, Xen, vz, OpenVZ or ESX", error);
    if (!driver->modes)
        return refuse_driver(driver->type, "cannot migrate guests at all",
                             "shut the guest down and move its configuration and disks by other "
                             "means",
                             error);

    return check_mode(request, driver, error) && check_options(request, driver, error);
}

/* An offline migration is for a guest that is shut off, every other one for a guest that is not. */
static gboolean check_guest_state(const MigRequest *request, const MigHost *source,
                                  const MigFacts *facts, const char *guest, GError **error)
{
    gboolean offline = mig_request_number(request, MIG_OPT_OFFLINE) != 0;

    if (offline && facts->guest_state != VIR_DOMAIN_SHUTOFF) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_GUEST_RUNNING,
                    "guest %s on host \"%s\" is not shut off (%s): leave out offline, or shut it "
                    "down first",
                    guest, source->name, mig_guest_state_to_string(facts->guest_state));
        return FALSE;
    }
    if (!offline && !mig_guest_state_can_move(facts->guest_state)) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_GUEST_NOT_RUNNING,
                    "guest %s on host \"%s\" is not running (%s): start it, or move its "
                    "configuration alone with offline",
                    guest, source->name, mig_guest_state_to_string(facts->guest_state));
        return FALSE;
    }

    return TRUE;
}

static gboolean check_source_guest(const MigRequest *request, const MigHost *source,
                                   const MigFacts *facts, GError **error)
{
    g_autofree char *guest =
        mig_text_quote(facts->guest_found ? facts->guest_name : request->guest);

    if (!facts->guest_found) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_GUEST_NOT_FOUND,
                    "host \"%s\" has no guest %s: check the name or UUID, or give the host it runs "
                    "on as option \"source\"",
                    source->name, guest);
        return FALSE;
    }
    if (!check_guest_state(request, source, facts, guest, error))
        return FALSE;
    /* a post-copy migration that was broken off is such a job */
    if (facts->guest_job && !mig_request_number(request, MIG_OPT_POSTCOPY_RESUME)) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_GUEST_BUSY,
                    "guest %s on host \"%s\" is held by another libvirt job (a migration, save or "
                    "dump): wait for its end or abort it with virsh domjobabort",
                    guest, source->name);
        return FALSE;
    }

    return TRUE;
}

/* Libvirt takes over an inactive guest of the same name and UUID, and nothing else. */
static gboolean check_destination_guest(const MigRequest *request, const MigHost *destination,
                                        const MigFacts *on_source, const MigFacts *on_destination,
                                        GError **error)
{
    const char *name = mig_request_name_there(request, on_source->guest_name);
    g_autofree char *guest = NULL;
    const char *way = NULL;

    if (!on_destination->guest_found)
        return TRUE;

    if (!mig_plan_is_same_uuid(on_destination->guest_uuid, on_source->guest_uuid))
        way = "of the same name and another UUID: rename or remove that one";
    else if (on_destination->guest_state != VIR_DOMAIN_SHUTOFF)
        way = "of the same UUID that is active: if it is the same guest, stop one of the two";
    else if (g_strcmp0(on_destination->guest_name, name) != 0)
        way = "of the same UUID and another name: rename or undefine that one";
    if (!way)
        return TRUE;

    guest = mig_text_quote(on_destination->guest_name);
    g_set_error(error, MIG_ERROR, MIG_ERROR_GUEST_EXISTS, "host \"%s\" has a guest %s (%s, %s) %s",
                destination->name, guest, on_destination->guest_uuid,
                mig_guest_state_to_string(on_destination->guest_state), way);
    return FALSE;
}

static gboolean check_same_host(const MigHost *source, const MigHost *destination,
                                const MigFacts *on_source, const MigFacts *on_destination,
                                GError **error)
{
    if (!mig_plan_is_same_uuid(on_source->host_uuid, on_destination->host_uuid))
        return TRUE;

    g_set_error(error, MIG_ERROR, MIG_ERROR_SAME_HOST,
                "hosts \"%s\" and \"%s\" are one machine, both have host UUID %s: name another "
                "destination; two machines with one UUID need host_uuid in libvirtd.conf",
                source->name, destination->name, on_source->host_uuid);
    return FALSE;
}

gboolean mig_plan_check_facts(const MigRequest *request, const MigHost *source,
                              const MigHost *destination, const MigFacts *on_source,
                              const MigFacts *on_destination, GError **error)
{
    gboolean resume = mig_request_number(request, MIG_OPT_POSTCOPY_RESUME) != 0;

    return (!on_destination ||
            check_same_host(source, destination, on_source, on_destination, error)) &&
           check_drivers(request, source, destination, on_source, on_destination, error) &&
           check_source_guest(request, source, on_source, error) &&
           (!on_destination || resume ||
            check_destination_guest(request, destination, on_source, on_destination, error));
}
