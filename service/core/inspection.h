/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a check asks of both hosts and what they answer, besides the facts of plan.h: the source
 * tells what guest and host are like, the destination whether it has what the guest needs. Each
 * struct travels between service and worker as an a{sv}.
 *
 * Nothing here is an error: what a host cannot tell, or libvirt's driver does not have, is unknown
 * ("" or 0), and a check that needs it says nothing.
 */
#pragma once

#include "plan.h"

/* Disks that a guest is believed to have, and parts of one kind. */
#define MIG_INSPECTION_DISKS 1024
#define MIG_INSPECTION_PARTS 128
/* Disks, networks and interfaces that are asked about, each; of more nothing is known. */
#define MIG_INSPECTION_MAX 64

/* To the source. */
typedef struct {
    char *guest;    /* name or UUID */
    gboolean sizes; /* of its disks */
    char *address;  /* to which there may be a route, or "" */
} MigGuestQuestion;

/* A disk as the guest has it. */
typedef struct {
    char *target;        /* "vda" */
    char *type;          /* "file", "block", "volume", "network", "nvme", ..., "": it is empty */
    char *path;          /* of a file or block device, and of a volume if it is known */
    char *pool, *volume; /* of type "volume" */
    char *cache;         /* "none", "writeback", ...; "": the hypervisor's default */
    char *filesystem;    /* that the path is on: "local", "shared" */
    gboolean readonly, shareable, transient;
    gboolean block_job; /* libvirt is copying, committing, ... it */
    guint64 capacity;   /* bytes, if sizes were asked for */
    guint64 allocation;
} MigGuestDisk;

/* Something the guest has that matters; all kinds are rows of worker/inspect-xml.c. */
typedef struct {
    char *kind; /* "network", "bridge", "hostdev-pci", "virtiofs", ... */
    char *name; /* of the one among its kind, or "" */
} MigGuestPart;

/* From the source. */
typedef struct {
    gboolean readable;  /* the guest's XML is one; if not all that comes of it is unknown */
    gboolean read_only; /* libvirt takes this service for a mere reader */
    GStrv denied;       /* libvirt functions that this service may not call */
    guint64 hypervisor; /* virConnectGetVersion(): major * 1000000 + minor * 1000 + release */
    char *arch, *machine, *emulator;
    char *virt_type;      /* "kvm", "qemu" */
    char *cpu;            /* XML of the CPU the guest has, "": not a model that can be compared */
    gboolean cpu_known;   /* the source finds that CPU in its own */
    gboolean cpu_checked; /* libvirt refuses a host whose CPU is another one */
    guint64 memory;       /* bytes the guest has now */
    gboolean hugepages;   /* it is made of them */
    gboolean hard_limit;  /* of its memory is set */
    guint snapshots;
    char *route;      /* address it would send from to the question's, "none", "" */
    GPtrArray *disks; /* MigGuestDisk */
    GPtrArray *parts; /* MigGuestPart */
} MigGuestReport;

/* A disk as the destination is to have it. */
typedef struct {
    char *target;
    char *path;
    char *pool, *volume;
    gboolean copied; /* to there by this migration */
} MigHostDisk;

/* To the destination. */
typedef struct {
    char *guest, *uuid; /* to be looked up, as for the facts */
    char *arch, *machine, *emulator, *virt_type, *cpu;
    GStrv networks;     /* libvirt's */
    GStrv interfaces;   /* bridges and network cards */
    gboolean addresses; /* are asked for */
    GPtrArray *disks;   /* MigHostDisk */
} MigHostQuestion;

/* What the destination has for a disk. */
typedef struct {
    char *target;
    char *volume;      /* "found", "missing" */
    guint64 capacity;  /* bytes, of a volume that was found */
    char *pool;        /* "active", "inactive", "missing" */
    guint64 available; /* bytes left in the pool when it was last refreshed */
} MigHostVolume;

/* From the destination. */
typedef struct {
    gboolean read_only;
    GStrv denied;
    guint64 hypervisor;
    guint64 memory;      /* bytes of the host */
    guint64 available;   /* that are free, or would be if caches were dropped; 0 unknown */
    char *emulator;      /* "fits", "no-emulator", "no-machine", "no-virt-type" */
    char *emulator_text; /* libvirt's, why not */
    char *cpu;           /* "fits", "incompatible" */
    char *cpu_text;
    GStrv loaders; /* UEFI firmwares; empty: unknown */
    GStrv tpms;    /* backends: "emulator", "passthrough"; empty: unknown */
    GStrv missing_networks, inactive_networks, missing_interfaces;
    GStrv addresses;    /* canonical; empty: unknown */
    GPtrArray *volumes; /* MigHostVolume */
} MigHostReport;

#define MIG_INSPECTION_TYPE(Type, prefix)                                                          \
    Type *prefix##_new(void); /* empty strings and lists, zeroes */                                \
    void prefix##_free(Type *data);                                                                \
    G_DEFINE_AUTOPTR_CLEANUP_FUNC(Type, prefix##_free)                                             \
    /* Floating a{sv}; from_variant wants every key with its type (INVALID_ARGUMENT). */           \
    GVariant *prefix##_to_variant(const Type *data);                                               \
    Type *prefix##_from_variant(GVariant *dict, GError **error);

MIG_INSPECTION_TYPE(MigGuestQuestion, mig_guest_question)
MIG_INSPECTION_TYPE(MigGuestReport, mig_guest_report)
MIG_INSPECTION_TYPE(MigHostQuestion, mig_host_question)
MIG_INSPECTION_TYPE(MigHostReport, mig_host_report)

/* Appends an empty one; it belongs to the report. */
MigGuestDisk *mig_guest_report_add_disk(MigGuestReport *report);
MigGuestPart *mig_guest_report_add_part(MigGuestReport *report);
MigHostVolume *mig_host_report_add_volume(MigHostReport *report);

/* What a request makes a check ask. */
MigGuestQuestion *mig_guest_question_of(const MigRequest *request);
/* `on_source` has found the guest. */
MigHostQuestion *mig_host_question_of(const MigRequest *request, const MigFacts *on_source,
                                      const MigGuestReport *report);

/* TRUE if this migration copies the disk, as libvirt decides it. */
gboolean mig_disk_is_copied(const MigRequest *request, const MigGuestDisk *disk);
