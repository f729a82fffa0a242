/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Errors: one domain for the whole project and one table with the stable D-Bus name of each code.
 *
 * Functions report through GError with a sentence for people: it names the thing and the remedy.
 * Programs branch on the name. Libvirt's own error codes are mapped to these in
 * worker/libvirt-error-table.c, the only place that knows them.
 */
#pragma once

#include <glib.h>

#define MIG_ERROR_PREFIX "org.example.Migration1.Error."

typedef enum {
    MIG_ERROR_FAILED,               /* anything without a name of its own; the raw text tells */
    MIG_ERROR_INVALID_ARGUMENT,     /* guest, host or filter that cannot be one */
    MIG_ERROR_UNKNOWN_OPTION,       /* option key that does not exist */
    MIG_ERROR_INVALID_OPTION_TYPE,  /* option with another D-Bus type than documented */
    MIG_ERROR_INVALID_OPTION_VALUE, /* right type, value out of range or not one of the choices */
    MIG_ERROR_OPTION_CONFLICT,      /* options that cannot be combined */
    MIG_ERROR_UNKNOWN_HOST,         /* no host of that name is configured */
    MIG_ERROR_INVALID_HOST_FILE,    /* the host's key file cannot be used */
    MIG_ERROR_SAME_HOST,            /* source and destination are one machine */
    MIG_ERROR_INVALID_ADDRESS,      /* interface address that is no IP address */
    MIG_ERROR_ADDRESS_NOT_ALLOWED,  /* an IP address, but not one of the destination's */
    MIG_ERROR_GUEST_NOT_FOUND,      /* no such guest on the source */
    MIG_ERROR_GUEST_NOT_RUNNING,    /* the guest is shut off, crashed, ... */
    MIG_ERROR_GUEST_RUNNING,        /* an offline migration is for a guest that is shut off */
    MIG_ERROR_GUEST_BUSY,           /* another job holds the guest, in libvirt or here */
    MIG_ERROR_GUEST_EXISTS,       /* the destination has a guest of that name or UUID in the way */
    MIG_ERROR_HOST_UNREACHABLE,   /* no route, connection reset, or unheard of */
    MIG_ERROR_HOST_TIMEOUT,       /* no answer within the deadline */
    MIG_ERROR_HOST_KEY_UNKNOWN,   /* ssh: host key not known */
    MIG_ERROR_LOGIN_REFUSED,      /* ssh, TLS or SASL refused our key */
    MIG_ERROR_HOST_UUID_MISMATCH, /* the host is not the one pinned in its file */
    MIG_ERROR_NOT_ALLOWED,        /* the host's file does not allow it */
    MIG_ERROR_BLOCKED,            /* a check found what will stop the migration; see Findings */
    MIG_ERROR_NOT_SUPPORTED,      /* the hypervisor driver cannot do this */
    MIG_ERROR_UNSAFE,             /* libvirt calls it unsafe: disks not shared, cache mode */
    MIG_ERROR_INCOMPATIBLE,       /* CPU, machine type or emulator of the destination */
    MIG_ERROR_CONNECTION_LOST,    /* a host went away in the middle */
    MIG_ERROR_TOO_EARLY,          /* a control of a job that is not copying memory yet */
    MIG_ERROR_TOO_LATE,           /* a control of a job that is beyond it, for example switching */
    MIG_ERROR_CANCELLED,          /* the job was cancelled */
    MIG_ERROR_INTERRUPTED,        /* the worker died without an outcome */
    MIG_ERROR_NO_SUCH_JOB,        /* no job of that number */
    MIG_ERROR_JOB_FINISHED,       /* the job has ended already */
    MIG_ERROR_ACCESS_DENIED,      /* polkit said no, or could not be asked */
    MIG_ERROR_LIMITS_EXCEEDED,    /* too many jobs, calls, questions or bytes */
    MIG_ERROR_LEDGER,             /* the job ledger cannot be used */
    MIG_ERROR_WORKER,             /* a worker process could not be started */
    MIG_ERROR_HOST_EXISTS,        /* a host of that name is there already */
    MIG_ERROR_HOST_BUSY,          /* a job that is not finished uses the host */
    MIG_ERROR_HOST_PROTECTED,     /* local, or a host of the administrator's files */
    MIG_ERROR_HOST_NAME_UNKNOWN,  /* the host's name does not resolve */
    MIG_ERROR_CONNECTION_REFUSED, /* nothing listens at the host's port */
    MIG_ERROR_HOST_KEY_CHANGED,   /* ssh: another host key than the known one */
    MIG_ERROR_LIBVIRT_REFUSED,    /* libvirtd there does not let our user in: group, polkit */
    MIG_ERROR_LIBVIRT_DOWN,       /* the host answers, its libvirtd does not run */
    MIG_ERROR_NOT_RECOVERABLE,    /* a step of Job.Recover that the hosts do not allow now */
    MIG_N_ERRORS
} MigError;

#define MIG_ERROR (mig_error_quark())
GQuark mig_error_quark(void);

/* Full D-Bus name ("org.example.Migration1.Error.UnknownHost"); never NULL. */
const char *mig_error_name(MigError code);

/* Code of a full D-Bus name; MIG_ERROR_FAILED for a name that is not ours. */
MigError mig_error_from_name(const char *name);

/* What an error is called among findings: "host-timeout" for HostTimeout; code must be one. */
char *mig_error_id(MigError code);

/* The code of such an id; MIG_N_ERRORS: it is none. */
MigError mig_error_from_id(const char *id);

/* D-Bus name of any GError: ours by table, foreign domains are MIG_ERROR_FAILED. */
const char *mig_error_dbus_name(const GError *error);

/* What libvirt called the failure behind an error: virErrorDomain and virErrorNumber. A code of 0:
 * it is none of libvirt's. */
typedef struct {
    int domain, code;
} MigLibvirtCode;

/* Kept by g_error_copy(). An error of a foreign domain has none and takes none. */
void mig_error_set_libvirt(GError *error, MigLibvirtCode libvirt);
MigLibvirtCode mig_error_libvirt(const GError *error);

/* TRUE if a host could not be asked, or went away; the same by the error's id. */
gboolean mig_error_is_of_host(const GError *error);
gboolean mig_error_id_is_of_host(const char *id);

/* Name of the host that an error is about; NULL: of none, or it is not known of which. Kept by
 * g_error_copy(). An error of a foreign domain has none and takes none. */
void mig_error_set_host(GError *error, const char *host);
const char *mig_error_host(const GError *error);
