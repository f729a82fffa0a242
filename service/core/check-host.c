/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks of the two hosts: what they run, where they are, and whether the destination has what the
 * guest needs.
 */
#include <libvirt/libvirt.h>
#include <string.h>

#include "check-rows.h"
#include "hostfile.h"
#include "mode.h"

/* Of QEMU as libvirt starts it, and where disks are sent. */
#define FIRST_PORT 49152
#define LAST_PORT 49215

#define VERSION(major, minor) ((major) *G_GUINT64_CONSTANT(1000000) + (minor) *1000)

static char *version_text(guint64 version)
{
    return g_strdup_printf("%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT,
                           version / 1000000, version / 1000 % 1000, version % 1000);
}

void mig_check_permissions(const MigCheckInput *input, GPtrArray *findings)
{
    const MigHostReport *there = input->there;
    const struct {
        const MigHost *host;
        gboolean read_only;
        GStrv denied;
    } hosts[] = {
        { input->source, input->guest->read_only, input->guest->denied },
        { input->destination, there && there->read_only, there ? there->denied : NULL },
    };

    for (guint i = 0; i < G_N_ELEMENTS(hosts); i++) {
        g_autofree char *functions =
            hosts[i].denied ? g_strjoinv(", ", hosts[i].denied) : g_strdup("");

        if (hosts[i].read_only)
            mig_check_add(input, findings, "read-only", "host", hosts[i].host->name);
        if (*functions)
            mig_check_add(input, findings, "access-denied", "host", hosts[i].host->name,
                          "functions", functions);
    }
}

static void check_older(const MigCheckInput *input, GPtrArray *findings, const char *id,
                        guint64 from, guint64 to)
{
    g_autofree char *have = version_text(from);
    g_autofree char *older = version_text(to);

    /* a release of a version is no new feature */
    if (from && to && to / 1000 < from / 1000)
        mig_check_add(input, findings, id, "driver", input->on_source->driver, "have", have,
                      "older", older);
}

void mig_check_versions(const MigCheckInput *input, GPtrArray *findings)
{
    check_older(input, findings, "libvirt-older", input->on_source->libvirt,
                input->on_destination->libvirt);
    check_older(input, findings, "hypervisor-older", input->guest->hypervisor,
                input->there->hypervisor);
}

/* Since when libvirt knows an option's flag or parameter on both hosts, where that is later than
 * what runs anywhere; and since when QEMU does, 0: does not matter. */
static const struct {
    MigOption option;
    guint64 libvirt;
    guint64 source, destination;
} since[] = {
    { MIG_OPT_PARALLEL, VERSION(5, 2), VERSION(4, 0), VERSION(4, 0) },
    { MIG_OPT_POSTCOPY_BANDWIDTH, VERSION(5, 1), 0, 0 },
    { MIG_OPT_TLS_NAME, VERSION(6, 0), 0, 0 },
    { MIG_OPT_DISKS_ADDRESS, VERSION(6, 8), 0, 0 },
    { MIG_OPT_SYNCHRONOUS_WRITES, VERSION(8, 0), VERSION(3, 0), 0 },
    { MIG_OPT_ZERO_COPY, VERSION(8, 5), VERSION(7, 1), 0 },
};

static void check_since(const MigCheckInput *input, GPtrArray *findings, const char *id,
                        MigOption option, const MigHost *host, guint64 have, guint64 need)
{
    g_autofree char *has = version_text(have);
    g_autofree char *needs = version_text(need);

    if (have && have < need)
        mig_check_add(input, findings, id, "option", mig_option_info(option)->key, "host",
                      host->name, "driver", input->on_source->driver, "have", has, "need", needs);
}

void mig_check_option_versions(const MigCheckInput *input, GPtrArray *findings)
{
    gboolean qemu = g_str_equal(input->on_source->driver, "QEMU");

    for (guint i = 0; i < G_N_ELEMENTS(since); i++) {
        MigOption option = since[i].option;
        gboolean used =
            input->request->options[option].text || mig_request_number(input->request, option) != 0;

        if (!used)
            continue;
        check_since(input, findings, "libvirt-too-old", option, input->source,
                    input->on_source->libvirt, since[i].libvirt);
        if (qemu)
            check_since(input, findings, "hypervisor-too-old", option, input->source,
                        input->guest->hypervisor, since[i].source);
        if (!input->on_destination || !input->there)
            continue;
        check_since(input, findings, "libvirt-too-old", option, input->destination,
                    input->on_destination->libvirt, since[i].libvirt);
        if (qemu)
            check_since(input, findings, "hypervisor-too-old", option, input->destination,
                        input->there->hypervisor, since[i].destination);
    }
}

/* Libvirt sends the guest to the name the destination has for itself. */
void mig_check_hostname(const MigCheckInput *input, GPtrArray *findings)
{
    const char *name = input->on_destination->hostname;

    if (!mig_mode(input->request)->tunnel && g_str_has_prefix(name, "localhost") &&
        !mig_request_text(input->request, MIG_OPT_INTERFACE_ADDRESS))
        mig_check_add(input, findings, "hostname-localhost", "hostname", name);
}

void mig_check_address(const MigCheckInput *input, GPtrArray *findings)
{
    const char *address = mig_request_text(input->request, MIG_OPT_INTERFACE_ADDRESS);
    const char *const *known = input->there ? (const char *const *) input->there->addresses : NULL;

    if (!address)
        return;
    if (known && *known && !g_strv_contains(known, address))
        mig_check_add(input, findings, "address-not-there", "address", address);
    if (g_str_equal(input->guest->route, "none"))
        mig_check_add(input, findings, "no-route", "address", address);
}

void mig_check_ports(const MigCheckInput *input, GPtrArray *findings)
{
    static const MigOption options[] = { MIG_OPT_PORT, MIG_OPT_DISKS_PORT };

    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        guint64 port = mig_request_number(input->request, options[i]);
        g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, port);

        if (port && (port < FIRST_PORT || port > LAST_PORT))
            mig_check_add(input, findings, "port-outside-range", "option",
                          mig_option_info(options[i])->key, "port", text);
    }
}

void mig_check_emulator(const MigCheckInput *input, GPtrArray *findings)
{
    static const char *const ids[][2] = {
        { "no-emulator", "emulator-missing" },
        { "no-machine", "machine-missing" },
        { "no-virt-type", "acceleration-missing" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(ids); i++)
        if (g_str_equal(input->there->emulator, ids[i][0]))
            mig_check_add(input, findings, ids[i][1], "emulator", input->guest->emulator, "machine",
                          input->guest->machine, "acceleration", input->guest->virt_type, "text",
                          input->there->emulator_text);
}

/* If the source does not find the CPU in its own either, the answer means nothing. */
void mig_check_cpu(const MigCheckInput *input, GPtrArray *findings)
{
    const char *id = !input->guest->cpu_known     ? "cpu-unsure"
                     : !input->guest->cpu_checked ? "cpu-unchecked"
                                                  : "cpu-incompatible";

    if (g_str_equal(input->there->cpu, "incompatible"))
        mig_check_add(input, findings, id, "text", input->there->cpu_text);
}

void mig_check_memory(const MigCheckInput *input, GPtrArray *findings)
{
    g_autofree char *need = mig_check_size(input->guest->memory);
    g_autofree char *have = mig_check_size(input->there->available);

    /* pages that were set aside are not free memory */
    if (!input->guest->hugepages && input->there->available &&
        input->there->available < input->guest->memory)
        mig_check_add(input, findings, "memory-short", "need", need, "have", have);
}

static void check_names(const MigCheckInput *input, GPtrArray *findings, const char *id,
                        GStrv names)
{
    for (guint i = 0; names[i]; i++)
        mig_check_add(input, findings, id, "name", names[i]);
}

void mig_check_networks(const MigCheckInput *input, GPtrArray *findings)
{
    check_names(input, findings, "network-missing", input->there->missing_networks);
    check_names(input, findings, "network-inactive", input->there->inactive_networks);
}

/* Of other drivers a bridge is not always one of the host's interfaces. */
void mig_check_interfaces(const MigCheckInput *input, GPtrArray *findings)
{
    check_names(input, findings, "interface-missing", input->there->missing_interfaces);
}

void mig_check_configuration(const MigCheckInput *input, GPtrArray *findings)
{
    gboolean persist = mig_request_number(input->request, MIG_OPT_PERSIST) != 0;

    if (input->on_destination->guest_found && input->on_destination->guest_persistent)
        mig_check_add(input, findings, persist ? "configuration-replaced" : "configuration-kept");
}

void mig_check_others(const MigCheckInput *input, GPtrArray *findings)
{
    g_autofree char *count = g_strdup_printf("%u", input->others);

    if (input->others)
        mig_check_add(input, findings, "source-busy", "count", count);
}
