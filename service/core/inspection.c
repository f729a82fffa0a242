/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See inspection.h: one table of fields a struct, and the two questions.
 */
#include "inspection.h"

#include "record.h"

#define FIELD(Type, key, signature, member)                                                        \
    {                                                                                              \
        key, signature, G_STRUCT_OFFSET(Type, member)                                              \
    }
#define LIST(Type, key, member, record)                                                            \
    {                                                                                              \
        key, "aa{sv}", G_STRUCT_OFFSET(Type, member), &record                                      \
    }

static const MigField guest_question_fields[] = {
    FIELD(MigGuestQuestion, "guest", "s", guest),
    FIELD(MigGuestQuestion, "sizes", "b", sizes),
    FIELD(MigGuestQuestion, "address", "s", address),
    { NULL },
};
static const MigRecord guest_question = { "question about a guest", sizeof(MigGuestQuestion),
                                          guest_question_fields };

static const MigField guest_disk_fields[] = {
    FIELD(MigGuestDisk, "target", "s", target),
    FIELD(MigGuestDisk, "type", "s", type),
    FIELD(MigGuestDisk, "path", "s", path),
    FIELD(MigGuestDisk, "pool", "s", pool),
    FIELD(MigGuestDisk, "volume", "s", volume),
    FIELD(MigGuestDisk, "cache", "s", cache),
    FIELD(MigGuestDisk, "filesystem", "s", filesystem),
    FIELD(MigGuestDisk, "readonly", "b", readonly),
    FIELD(MigGuestDisk, "shareable", "b", shareable),
    FIELD(MigGuestDisk, "transient", "b", transient),
    FIELD(MigGuestDisk, "block-job", "b", block_job),
    FIELD(MigGuestDisk, "capacity", "t", capacity),
    FIELD(MigGuestDisk, "allocation", "t", allocation),
    { NULL },
};
static const MigRecord guest_disk = { "disk of a guest", sizeof(MigGuestDisk), guest_disk_fields };

static const MigField guest_part_fields[] = {
    FIELD(MigGuestPart, "kind", "s", kind),
    FIELD(MigGuestPart, "name", "s", name),
    { NULL },
};
static const MigRecord guest_part = { "part of a guest", sizeof(MigGuestPart), guest_part_fields };

static const MigField guest_report_fields[] = {
    FIELD(MigGuestReport, "readable", "b", readable),
    FIELD(MigGuestReport, "read-only", "b", read_only),
    FIELD(MigGuestReport, "denied", "as", denied),
    FIELD(MigGuestReport, "hypervisor", "t", hypervisor),
    FIELD(MigGuestReport, "arch", "s", arch),
    FIELD(MigGuestReport, "machine", "s", machine),
    FIELD(MigGuestReport, "emulator", "s", emulator),
    FIELD(MigGuestReport, "virt-type", "s", virt_type),
    FIELD(MigGuestReport, "cpu", "s", cpu),
    FIELD(MigGuestReport, "cpu-known", "b", cpu_known),
    FIELD(MigGuestReport, "cpu-checked", "b", cpu_checked),
    FIELD(MigGuestReport, "memory", "t", memory),
    FIELD(MigGuestReport, "hugepages", "b", hugepages),
    FIELD(MigGuestReport, "hard-limit", "b", hard_limit),
    FIELD(MigGuestReport, "snapshots", "u", snapshots),
    FIELD(MigGuestReport, "route", "s", route),
    LIST(MigGuestReport, "disks", disks, guest_disk),
    LIST(MigGuestReport, "parts", parts, guest_part),
    { NULL },
};
static const MigRecord guest_report = { "report about a guest", sizeof(MigGuestReport),
                                        guest_report_fields };

static const MigField host_disk_fields[] = {
    FIELD(MigHostDisk, "target", "s", target), FIELD(MigHostDisk, "path", "s", path),
    FIELD(MigHostDisk, "pool", "s", pool),     FIELD(MigHostDisk, "volume", "s", volume),
    FIELD(MigHostDisk, "copied", "b", copied), { NULL },
};
static const MigRecord host_disk = { "disk for a host", sizeof(MigHostDisk), host_disk_fields };

static const MigField host_question_fields[] = {
    FIELD(MigHostQuestion, "guest", "s", guest),
    FIELD(MigHostQuestion, "uuid", "s", uuid),
    FIELD(MigHostQuestion, "arch", "s", arch),
    FIELD(MigHostQuestion, "machine", "s", machine),
    FIELD(MigHostQuestion, "emulator", "s", emulator),
    FIELD(MigHostQuestion, "virt-type", "s", virt_type),
    FIELD(MigHostQuestion, "cpu", "s", cpu),
    FIELD(MigHostQuestion, "networks", "as", networks),
    FIELD(MigHostQuestion, "interfaces", "as", interfaces),
    FIELD(MigHostQuestion, "addresses", "b", addresses),
    LIST(MigHostQuestion, "disks", disks, host_disk),
    { NULL },
};
static const MigRecord host_question = { "question to a host", sizeof(MigHostQuestion),
                                         host_question_fields };

static const MigField host_volume_fields[] = {
    FIELD(MigHostVolume, "target", "s", target),       FIELD(MigHostVolume, "volume", "s", volume),
    FIELD(MigHostVolume, "capacity", "t", capacity),   FIELD(MigHostVolume, "pool", "s", pool),
    FIELD(MigHostVolume, "available", "t", available), { NULL },
};
static const MigRecord host_volume = { "volume of a host", sizeof(MigHostVolume),
                                       host_volume_fields };

static const MigField host_report_fields[] = {
    FIELD(MigHostReport, "read-only", "b", read_only),
    FIELD(MigHostReport, "denied", "as", denied),
    FIELD(MigHostReport, "hypervisor", "t", hypervisor),
    FIELD(MigHostReport, "memory", "t", memory),
    FIELD(MigHostReport, "available", "t", available),
    FIELD(MigHostReport, "emulator", "s", emulator),
    FIELD(MigHostReport, "emulator-text", "s", emulator_text),
    FIELD(MigHostReport, "cpu", "s", cpu),
    FIELD(MigHostReport, "cpu-text", "s", cpu_text),
    FIELD(MigHostReport, "loaders", "as", loaders),
    FIELD(MigHostReport, "tpms", "as", tpms),
    FIELD(MigHostReport, "missing-networks", "as", missing_networks),
    FIELD(MigHostReport, "inactive-networks", "as", inactive_networks),
    FIELD(MigHostReport, "missing-interfaces", "as", missing_interfaces),
    FIELD(MigHostReport, "addresses", "as", addresses),
    LIST(MigHostReport, "volumes", volumes, host_volume),
    { NULL },
};
static const MigRecord host_report = { "report of a host", sizeof(MigHostReport),
                                       host_report_fields };

#define DEFINE_TYPE(Type, prefix, record)                                                          \
    Type *prefix##_new(void)                                                                       \
    {                                                                                              \
        return mig_record_new(&record);                                                            \
    }                                                                                              \
                                                                                                   \
    void prefix##_free(Type *data)                                                                 \
    {                                                                                              \
        mig_record_free(&record, data);                                                            \
    }                                                                                              \
                                                                                                   \
    GVariant *prefix##_to_variant(const Type *data)                                                \
    {                                                                                              \
        return mig_record_to_variant(&record, data);                                               \
    }                                                                                              \
                                                                                                   \
    Type *prefix##_from_variant(GVariant *dict, GError **error)                                    \
    {                                                                                              \
        return mig_record_from_variant(&record, dict, error);                                      \
    }

DEFINE_TYPE(MigGuestQuestion, mig_guest_question, guest_question)
DEFINE_TYPE(MigGuestReport, mig_guest_report, guest_report)
DEFINE_TYPE(MigHostQuestion, mig_host_question, host_question)
DEFINE_TYPE(MigHostReport, mig_host_report, host_report)

static gpointer add_new(GPtrArray *list, const MigRecord *record)
{
    gpointer entry = mig_record_new(record);

    g_ptr_array_add(list, entry);

    return entry;
}

MigGuestDisk *mig_guest_report_add_disk(MigGuestReport *report)
{
    return add_new(report->disks, &guest_disk);
}

MigGuestPart *mig_guest_report_add_part(MigGuestReport *report)
{
    return add_new(report->parts, &guest_part);
}

MigHostVolume *mig_host_report_add_volume(MigHostReport *report)
{
    return add_new(report->volumes, &host_volume);
}

gboolean mig_disk_is_copied(const MigRequest *request, const MigGuestDisk *disk)
{
    const char *const *chosen = mig_request_list(request, MIG_OPT_DISKS);

    if (mig_request_number(request, MIG_OPT_COPY_STORAGE) == MIG_COPY_NONE)
        return FALSE;
    if (*chosen)
        return g_strv_contains(chosen, disk->target);

    return !disk->shareable && !disk->readonly && *disk->type;
}

MigGuestQuestion *mig_guest_question_of(const MigRequest *request)
{
    MigGuestQuestion *question = g_new0(MigGuestQuestion, 1);

    question->guest = g_strdup(request->guest);
    question->sizes = mig_request_number(request, MIG_OPT_COPY_STORAGE) != MIG_COPY_NONE;
    question->address = g_strdup(mig_request_text(request, MIG_OPT_INTERFACE_ADDRESS) ?: "");

    return question;
}

/* Names of one kind of part, as the destination is to have them, none twice. */
static void add_names(GPtrArray *names, const MigRequest *request, const MigGuestReport *report,
                      const char *kind, MigOption option)
{
    for (guint i = 0; i < report->parts->len; i++) {
        const MigGuestPart *part = g_ptr_array_index(report->parts, i);
        const char *there = part->name;

        if (!g_str_equal(part->kind, kind) || names->len >= MIG_INSPECTION_MAX)
            continue;
        if (option != MIG_N_OPTS)
            there = mig_request_edit(request, option, part->name) ?: part->name;
        if (!g_ptr_array_find_with_equal_func(names, there, g_str_equal, NULL))
            g_ptr_array_add(names, g_strdup(there));
    }
}

static GStrv end_names(GPtrArray *names)
{
    g_ptr_array_add(names, NULL);
    return (GStrv) g_ptr_array_free(names, FALSE);
}

/* What is reached by the network, or is no disk now, is not the host's. */
static gboolean is_of_host(const MigGuestDisk *disk)
{
    return *disk->path || *disk->pool;
}

static GPtrArray *disks_there(const MigRequest *request, const MigGuestReport *report)
{
    GPtrArray *disks = g_ptr_array_new();

    for (guint i = 0; i < report->disks->len; i++) {
        const MigGuestDisk *disk = g_ptr_array_index(report->disks, i);
        const char *moved = mig_request_edit(request, MIG_OPT_DISK_PATHS, disk->target);
        MigHostDisk *there;

        if (!is_of_host(disk) || disks->len >= MIG_INSPECTION_MAX)
            continue;
        there = g_new0(MigHostDisk, 1);
        there->target = g_strdup(disk->target);
        there->path = g_strdup(moved ?: disk->path);
        there->pool = g_strdup(moved ? "" : disk->pool);
        there->volume = g_strdup(moved ? "" : disk->volume);
        there->copied = mig_disk_is_copied(request, disk);
        g_ptr_array_add(disks, there);
    }

    return disks;
}

MigHostQuestion *mig_host_question_of(const MigRequest *request, const MigFacts *on_source,
                                      const MigGuestReport *report)
{
    MigHostQuestion *question = g_new0(MigHostQuestion, 1);
    GPtrArray *networks = g_ptr_array_new();
    GPtrArray *interfaces = g_ptr_array_new();

    add_names(networks, request, report, "network", MIG_OPT_NETWORKS);
    add_names(interfaces, request, report, "bridge", MIG_OPT_BRIDGES);
    add_names(interfaces, request, report, "direct", MIG_N_OPTS);
    question->guest = g_strdup(mig_request_name_there(request, on_source->guest_name));
    question->uuid = g_strdup(on_source->guest_uuid);
    question->arch = g_strdup(report->arch);
    question->machine = g_strdup(report->machine);
    question->emulator = g_strdup(report->emulator);
    question->virt_type = g_strdup(report->virt_type);
    question->cpu = g_strdup(report->cpu);
    question->networks = end_names(networks);
    question->interfaces = end_names(interfaces);
    question->addresses = mig_request_text(request, MIG_OPT_INTERFACE_ADDRESS) != NULL;
    question->disks = disks_there(request, report);

    return question;
}
