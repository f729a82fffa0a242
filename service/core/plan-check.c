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
        return mig_plan_refuse_driver(on_source->driver, "is not known here",
                                      "use hosts with driver QEMU, Xen, vz, OpenVZ or ESX", error);

    return mig_plan_check_driver(request, driver, error);
}

/* An offline migration is for a guest that is shut off, every other one for a guest that is not. */
static gboolean check_guest_state(const MigRequest *request, const MigHost *source,
                                  const MigFacts *facts, const char *guest, GError **error)
{
    gboolean offline = mig_request_number(request, MIG_OPT_OFFLINE) != 0;
    const MigDriver *driver = mig_driver(facts->driver);

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

    /* libvirt adds that it is to stay paused, which such a driver does not know; to those without
     * migration protocol 3 it does not */
    if (facts->guest_state == VIR_DOMAIN_PAUSED && !(driver->flags & VIR_MIGRATE_PAUSED) &&
        !driver->managed) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_GUEST_NOT_RUNNING,
                    "guest %s on host \"%s\" is paused, and hypervisor driver %s migrates only "
                    "guests that run: resume it",
                    guest, source->name, driver->type);
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
