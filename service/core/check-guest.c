/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks of the guest itself: what of it libvirt or QEMU cannot move, and what the options want of
 * it.
 */
#include <libvirt/libvirt.h>
#include <string.h>

#include "check-rows.h"

/* Devices of the host: QEMU from `asked` on says itself what it cannot move, and until `moves` that
 * is this kind of device for sure. */
#define QEMU_ASKED 6000000
#define QEMU_VFIO 8000000

static const struct {
    const char *kind;
    guint64 moves;
} host_devices[] = {
    { "hostdev-pci", QEMU_VFIO },
    { "hostdev-mdev", QEMU_VFIO },
    { "hostdev-scsi", QEMU_ASKED },
    { "hostdev-scsi_host", QEMU_ASKED },
    { "hostdev-capabilities", G_MAXUINT64 },
    { "hostdev-usb", 0 },
    { "vdpa", QEMU_ASKED },
};

/* Parts that are a finding of their own. */
static const struct {
    const char *kind;
    const char *id;
} parts[] = {
    { "shmem-legacy", "shared-memory" }, { "shmem-peer", "shared-memory" },
    { "virtiofs", "virtiofs" },          { "9p", "shared-directory" },
    { "dimm", "memory-device" },         { "invtsc", "invariant-tsc" },
    { "slirp", "user-network" },         { "host-cpu", "cpu-passthrough" },
};

static const MigGuestPart *find_part(const MigCheckInput *input, const char *kind, const char *name)
{
    for (guint i = 0; i < input->guest->parts->len; i++) {
        const MigGuestPart *part = g_ptr_array_index(input->guest->parts, i);

        if (g_str_equal(part->kind, kind) && (!name || g_str_equal(part->name, name)))
            return part;
    }

    return NULL;
}

void mig_check_readable(const MigCheckInput *input, GPtrArray *findings)
{
    if (!input->guest->readable)
        mig_check_add(input, findings, "guest-unreadable");
}

void mig_check_snapshots(const MigCheckInput *input, GPtrArray *findings)
{
    g_autofree char *count = g_strdup_printf("%u", input->guest->snapshots);

    if (input->guest->snapshots)
        mig_check_add(input, findings, "snapshots", "count", count);
}

void mig_check_pause(const MigCheckInput *input, GPtrArray *findings)
{
    const MigFacts *facts = input->on_source;

    if (facts->guest_state == VIR_DOMAIN_PAUSED && facts->guest_reason == VIR_DOMAIN_PAUSED_IOERROR)
        mig_check_add(input, findings,
                      mig_request_number(input->request, MIG_OPT_ABORT_ON_ERROR) ? "io-error-abort"
                                                                                 : "io-error");
}

void mig_check_broken_off(const MigCheckInput *input, GPtrArray *findings)
{
    const MigFacts *facts = input->on_source;

    if (facts->guest_state != VIR_DOMAIN_PAUSED ||
        facts->guest_reason != VIR_DOMAIN_PAUSED_POSTCOPY_FAILED)
        mig_check_add(input, findings, "not-broken-off");
}

void mig_check_parts(const MigCheckInput *input, GPtrArray *findings)
{
    for (guint i = 0; i < input->guest->parts->len; i++) {
        const MigGuestPart *part = g_ptr_array_index(input->guest->parts, i);

        for (guint j = 0; j < G_N_ELEMENTS(parts); j++)
            if (g_str_equal(part->kind, parts[j].kind))
                mig_check_add(input, findings, parts[j].id, "name", part->name);
    }
}

void mig_check_host_devices(const MigCheckInput *input, GPtrArray *findings)
{
    for (guint i = 0; i < input->guest->parts->len; i++) {
        const MigGuestPart *part = g_ptr_array_index(input->guest->parts, i);

        for (guint j = 0; j < G_N_ELEMENTS(host_devices); j++)
            if (g_str_equal(part->kind, host_devices[j].kind))
                mig_check_add(input, findings,
                              input->guest->hypervisor < host_devices[j].moves
                                  ? "host-device"
                                  : "host-device-unsure",
                              "kind", part->kind, "name", part->name);
    }
}

/* What an offline migration does not move, the file of the variables and of the TPM. */
void mig_check_firmware(const MigCheckInput *input, GPtrArray *findings)
{
    gboolean offline = mig_request_number(input->request, MIG_OPT_OFFLINE) != 0;
    const MigGuestPart *nvram = find_part(input, "nvram", NULL);
    const MigGuestPart *loader = find_part(input, "loader", NULL);
    const char *const *loaders = input->there ? (const char *const *) input->there->loaders : NULL;

    if (nvram)
        mig_check_add(input, findings, offline ? "firmware-variables-stay" : "firmware-variables",
                      "path", nvram->name);
    if (loader && !offline && loaders && *loaders && !g_strv_contains(loaders, loader->name))
        mig_check_add(input, findings, "firmware-missing", "path", loader->name);
}

void mig_check_tpm(const MigCheckInput *input, GPtrArray *findings)
{
    gboolean offline = mig_request_number(input->request, MIG_OPT_OFFLINE) != 0;
    const MigGuestPart *tpm = find_part(input, "tpm", NULL);
    const char *const *known = input->there ? (const char *const *) input->there->tpms : NULL;

    if (!tpm)
        return;
    if (g_str_equal(tpm->name, "passthrough"))
        mig_check_add(input, findings, "tpm-passthrough");
    else if (g_str_equal(tpm->name, "emulator"))
        mig_check_add(input, findings, offline ? "tpm-stays" : "tpm-state");
    if (!offline && known && *known && !g_strv_contains(known, tpm->name))
        mig_check_add(input, findings, "tpm-missing", "backend", tpm->name);
}

void mig_check_graphics(const MigCheckInput *input, GPtrArray *findings)
{
    const char *const *known = (const char *const *) input->there->addresses;

    for (guint i = 0; i < input->guest->parts->len; i++) {
        const MigGuestPart *part = g_ptr_array_index(input->guest->parts, i);

        if (g_str_equal(part->kind, "graphics-address") &&
            !(*known && g_strv_contains(known, part->name)))
            mig_check_add(input, findings, "graphics-address", "address", part->name);
    }
}

static gboolean has_disk(const MigCheckInput *input, const char *target)
{
    for (guint i = 0; i < input->guest->disks->len; i++)
        if (g_str_equal(((MigGuestDisk *) g_ptr_array_index(input->guest->disks, i))->target,
                        target))
            return TRUE;

    return FALSE;
}

/* Options that name something of the guest: how many strings there are for each. */
void mig_check_edits(const MigCheckInput *input, GPtrArray *findings)
{
    static const struct {
        MigOption option;
        guint step;
        const char *kind; /* of the part, NULL: it is a disk */
    } named[] = {
        { MIG_OPT_DISKS, 1, NULL },
        { MIG_OPT_DISK_PATHS, 2, NULL },
        { MIG_OPT_NETWORKS, 2, "network" },
        { MIG_OPT_BRIDGES, 2, "bridge" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(named); i++) {
        const char *const *list = mig_request_list(input->request, named[i].option);

        for (guint j = 0; list[j]; j += named[i].step)
            if (named[i].kind ? !find_part(input, named[i].kind, list[j])
                              : !has_disk(input, list[j]))
                mig_check_add(input, findings, "not-in-guest", "option",
                              mig_option_info(named[i].option)->key, "name", list[j]);
    }
}

/* What is good to know of an option, and what cannot be asked. */
void mig_check_options(const MigCheckInput *input, GPtrArray *findings)
{
    const MigRequest *request = input->request;
    gboolean rdma = mig_request_number(request, MIG_OPT_DATA_PROTOCOL) == MIG_PROTOCOL_RDMA;

    if (rdma && input->guest->readable && !input->guest->hard_limit)
        mig_check_add(input, findings, "rdma-memory-limit");
    if (mig_request_number(request, MIG_OPT_ZERO_COPY))
        mig_check_add(input, findings, "zero-copy-locks");
    if (mig_request_number(request, MIG_OPT_TLS))
        mig_check_add(input, findings, "tls-unasked");
    if (mig_request_number(request, MIG_OPT_POSTCOPY))
        mig_check_add(input, findings, "postcopy-unasked");
}
