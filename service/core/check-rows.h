/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private to check*.c: the single checks, rows of the table in check.c. Each adds what it finds.
 */
#pragma once

#include "check.h"

typedef void (*MigCheckFunc)(const MigCheckInput *input, GPtrArray *findings);

/* Name of the destination; NULL: rows that need none are asked without one. */
const char *mig_check_destination(const MigCheckInput *input);

/* Adds a finding with the arguments guest, source, destination if there is one, and those given. */
#define mig_check_add(input, findings, id, ...)                                                    \
    mig_findings_add(findings, id, "guest", (input)->on_source->guest_name, "source",              \
                     (input)->source->name, "destination", mig_check_destination(input),           \
                     ##__VA_ARGS__, NULL)

/* "512 MiB" */
static inline char *mig_check_size(guint64 bytes)
{
    return g_strdup_printf("%" G_GUINT64_FORMAT " MiB", bytes >> 20);
}

/* check-host.c: the two hosts */
void mig_check_permissions(const MigCheckInput *input, GPtrArray *findings);
void mig_check_versions(const MigCheckInput *input, GPtrArray *findings);
void mig_check_option_versions(const MigCheckInput *input, GPtrArray *findings);
void mig_check_hostname(const MigCheckInput *input, GPtrArray *findings);
void mig_check_address(const MigCheckInput *input, GPtrArray *findings);
void mig_check_ports(const MigCheckInput *input, GPtrArray *findings);
void mig_check_emulator(const MigCheckInput *input, GPtrArray *findings);
void mig_check_cpu(const MigCheckInput *input, GPtrArray *findings);
void mig_check_memory(const MigCheckInput *input, GPtrArray *findings);
void mig_check_networks(const MigCheckInput *input, GPtrArray *findings);
void mig_check_interfaces(const MigCheckInput *input, GPtrArray *findings);
void mig_check_configuration(const MigCheckInput *input, GPtrArray *findings);
void mig_check_others(const MigCheckInput *input, GPtrArray *findings);

/* check-guest.c: the guest as it is */
void mig_check_readable(const MigCheckInput *input, GPtrArray *findings);
void mig_check_snapshots(const MigCheckInput *input, GPtrArray *findings);
void mig_check_pause(const MigCheckInput *input, GPtrArray *findings);
void mig_check_broken_off(const MigCheckInput *input, GPtrArray *findings);
void mig_check_parts(const MigCheckInput *input, GPtrArray *findings);
void mig_check_host_devices(const MigCheckInput *input, GPtrArray *findings);
void mig_check_firmware(const MigCheckInput *input, GPtrArray *findings);
void mig_check_tpm(const MigCheckInput *input, GPtrArray *findings);
void mig_check_graphics(const MigCheckInput *input, GPtrArray *findings);
void mig_check_edits(const MigCheckInput *input, GPtrArray *findings);
void mig_check_options(const MigCheckInput *input, GPtrArray *findings);

/* check-storage.c: its disks */
void mig_check_disk_states(const MigCheckInput *input, GPtrArray *findings);
void mig_check_disks(const MigCheckInput *input, GPtrArray *findings);
void mig_check_sharing(const MigCheckInput *input, GPtrArray *findings);
void mig_check_copies(const MigCheckInput *input, GPtrArray *findings);
