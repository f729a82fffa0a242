/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of checks, and when each of them makes sense. What libvirt itself looks at is in
 * qemuMigrationSrcIsAllowed() and qemuMigrationSrcIsSafe() of its source.
 */
#include "check.h"

#include <string.h>

#include "check-rows.h"
#include "error.h"

typedef enum {
    THERE = 1 << 0,  /* the destination was asked */
    READ = 1 << 1,   /* the guest's XML could be read */
    ACTIVE = 1 << 2, /* not for an offline migration */
    QEMU = 1 << 3,   /* what only the driver QEMU is known to do */
} When;

#define ALONE TRUE

static const struct {
    MigCheckFunc check;
    guint when;
    gboolean alone; /* needs no destination and no options, and holds for every live migration */
} rows[] = {
    { mig_check_permissions, 0, ALONE },
    { mig_check_readable, 0, ALONE },
    { mig_check_snapshots, QEMU, ALONE },
    { mig_check_pause, ACTIVE | QEMU },
    { mig_check_parts, READ | ACTIVE | QEMU, ALONE },
    { mig_check_host_devices, READ | ACTIVE | QEMU, ALONE },
    { mig_check_disk_states, READ | ACTIVE | QEMU, ALONE },
    { mig_check_disks, READ | ACTIVE | QEMU },
    { mig_check_sharing, READ | ACTIVE | QEMU },
    { mig_check_copies, READ | THERE | ACTIVE | QEMU },
    { mig_check_edits, READ },
    { mig_check_emulator, THERE | ACTIVE | QEMU },
    { mig_check_cpu, THERE | READ | ACTIVE | QEMU },
    { mig_check_memory, THERE | READ | ACTIVE },
    { mig_check_networks, THERE | ACTIVE },
    { mig_check_interfaces, THERE | ACTIVE | QEMU },
    { mig_check_hostname, THERE | QEMU },
    { mig_check_address, ACTIVE },
    { mig_check_ports, ACTIVE | QEMU },
    { mig_check_versions, THERE },
    { mig_check_option_versions, 0 },
    { mig_check_firmware, READ | QEMU },
    { mig_check_tpm, READ | QEMU },
    { mig_check_graphics, READ | THERE | ACTIVE | QEMU },
    { mig_check_options, ACTIVE | QEMU },
    { mig_check_configuration, THERE },
    { mig_check_others, 0 },
};

const char *mig_check_destination(const MigCheckInput *input)
{
    return input->destination ? input->destination->name : NULL;
}

static guint what_holds_of_guest(const MigCheckInput *input)
{
    return (input->guest->readable ? READ : 0) |
           (g_str_equal(input->on_source->driver, "QEMU") ? QEMU : 0);
}

static guint what_holds(const MigCheckInput *input)
{
    gboolean offline = mig_request_number(input->request, MIG_OPT_OFFLINE) != 0;

    return (input->there && input->on_destination ? THERE : 0) | (offline ? 0 : ACTIVE) |
           what_holds_of_guest(input);
}

/* Who has thousands of disks need not be told of each, and the ledger has to hold it all. */
static void run_row(const MigCheckInput *input, GPtrArray *findings, MigCheckFunc check)
{
    guint most = findings->len + MIG_CHECK_MAX;

    check(input, findings);
    if (findings->len > most)
        g_ptr_array_set_size(findings, (int) most);
}

GPtrArray *mig_check(const MigCheckInput *input)
{
    GPtrArray *findings = mig_findings_new();
    guint holds = what_holds(input);

    /* a post-copy migration that is taken up again has all else behind it */
    if (mig_request_number(input->request, MIG_OPT_POSTCOPY_RESUME)) {
        mig_check_broken_off(input, findings);
        return findings;
    }
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (!(rows[i].when & ~holds))
            run_row(input, findings, rows[i].check);

    return findings;
}

GPtrArray *mig_check_guest(const MigHost *source, const MigFacts *on_source,
                           const MigGuestReport *guest)
{
    MigCheckInput input = { .source = source, .on_source = on_source, .guest = guest };
    GPtrArray *findings = mig_findings_new();
    guint holds = ACTIVE | what_holds_of_guest(&input);

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].alone && !(rows[i].when & ~holds))
            run_row(&input, findings, rows[i].check);

    return findings;
}

/* "guest-exists" for GuestExists; "failed" for one without a row. */
static char *refusal_id(const GError *refusal)
{
    g_autofree char *id = mig_error_id(mig_error_from_name(mig_error_dbus_name(refusal)));

    for (const MigFindingInfo *info = mig_findings_table(); info->id; info++)
        if (g_str_equal(info->id, id))
            return g_steal_pointer(&id);

    return g_strdup("failed");
}

void mig_check_add_refusal(GPtrArray *findings, const GError *refusal)
{
    g_autofree char *id = refusal_id(refusal);

    mig_findings_add(findings, id, "message", refusal->message, "host", mig_error_host(refusal),
                     NULL);
}

GVariant *mig_check_with_error(GVariant *before, const GError *error)
{
    g_autoptr(GPtrArray) findings = mig_findings_new();

    if (mig_error_is_of_host(error) && mig_error_host(error))
        mig_check_add_refusal(findings, error);

    return mig_findings_join(before, findings);
}

/* A blocker that is the caller's mistake has the name of one. */
static MigError blocker_error(const MigFinding *blocker)
{
    return g_str_equal(blocker->info->id, "not-in-guest") ? MIG_ERROR_INVALID_OPTION_VALUE
                                                          : MIG_ERROR_BLOCKED;
}

gboolean mig_check_passes(const MigRequest *request, const GPtrArray *findings, GError **error)
{
    const MigFinding *blocker = mig_findings_worst(findings, MIG_SEVERITY_BLOCKER);
    g_autofree char *sentence = NULL;
    g_autofree char *remedy = NULL;

    if (!blocker || mig_request_number(request, MIG_OPT_TRY))
        return TRUE;

    sentence = mig_finding_sentence(blocker);
    remedy = mig_finding_remedy(blocker);
    g_set_error(error, MIG_ERROR, (int) blocker_error(blocker),
                "%s %s%sOption try lets libvirt decide in spite of it.", sentence, remedy,
                *remedy ? " " : "");
    return FALSE;
}
