/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of error names. A name that was once released never changes: programs branch on it.
 */
/* Of an error of ours mig_error_get_private() never gives NULL, and is asked for no other: without
 * its checks gcc's analyzer sees so, too. */
#define G_DISABLE_CHECKS
#include "error.h"

#include <string.h>

#define NAME(name) MIG_ERROR_PREFIX name

static const char *const error_names[MIG_N_ERRORS] = {
    [MIG_ERROR_FAILED] = NAME("Failed"),
    [MIG_ERROR_INVALID_ARGUMENT] = NAME("InvalidArgument"),
    [MIG_ERROR_UNKNOWN_OPTION] = NAME("UnknownOption"),
    [MIG_ERROR_INVALID_OPTION_TYPE] = NAME("InvalidOptionType"),
    [MIG_ERROR_INVALID_OPTION_VALUE] = NAME("InvalidOptionValue"),
    [MIG_ERROR_OPTION_CONFLICT] = NAME("OptionConflict"),
    [MIG_ERROR_UNKNOWN_HOST] = NAME("UnknownHost"),
    [MIG_ERROR_INVALID_HOST_FILE] = NAME("InvalidHostFile"),
    [MIG_ERROR_SAME_HOST] = NAME("SameHost"),
    [MIG_ERROR_INVALID_ADDRESS] = NAME("InvalidAddress"),
    [MIG_ERROR_ADDRESS_NOT_ALLOWED] = NAME("AddressNotAllowed"),
    [MIG_ERROR_GUEST_NOT_FOUND] = NAME("GuestNotFound"),
    [MIG_ERROR_GUEST_NOT_RUNNING] = NAME("GuestNotRunning"),
    [MIG_ERROR_GUEST_RUNNING] = NAME("GuestRunning"),
    [MIG_ERROR_GUEST_BUSY] = NAME("GuestBusy"),
    [MIG_ERROR_GUEST_EXISTS] = NAME("GuestExists"),
    [MIG_ERROR_HOST_UNREACHABLE] = NAME("HostUnreachable"),
    [MIG_ERROR_HOST_TIMEOUT] = NAME("HostTimeout"),
    [MIG_ERROR_HOST_KEY_UNKNOWN] = NAME("HostKeyUnknown"),
    [MIG_ERROR_LOGIN_REFUSED] = NAME("LoginRefused"),
    [MIG_ERROR_HOST_UUID_MISMATCH] = NAME("HostUUIDMismatch"),
    [MIG_ERROR_NOT_ALLOWED] = NAME("NotAllowed"),
    [MIG_ERROR_BLOCKED] = NAME("Blocked"),
    [MIG_ERROR_NOT_SUPPORTED] = NAME("NotSupported"),
    [MIG_ERROR_UNSAFE] = NAME("Unsafe"),
    [MIG_ERROR_INCOMPATIBLE] = NAME("Incompatible"),
    [MIG_ERROR_CONNECTION_LOST] = NAME("ConnectionLost"),
    [MIG_ERROR_TOO_EARLY] = NAME("TooEarly"),
    [MIG_ERROR_TOO_LATE] = NAME("TooLate"),
    [MIG_ERROR_CANCELLED] = NAME("Cancelled"),
    [MIG_ERROR_INTERRUPTED] = NAME("Interrupted"),
    [MIG_ERROR_NO_SUCH_JOB] = NAME("NoSuchJob"),
    [MIG_ERROR_JOB_FINISHED] = NAME("JobFinished"),
    [MIG_ERROR_ACCESS_DENIED] = NAME("AccessDenied"),
    [MIG_ERROR_LIMITS_EXCEEDED] = NAME("LimitsExceeded"),
    [MIG_ERROR_LEDGER] = NAME("Ledger"),
    [MIG_ERROR_WORKER] = NAME("Worker"),
    [MIG_ERROR_HOST_EXISTS] = NAME("HostExists"),
    [MIG_ERROR_HOST_BUSY] = NAME("HostBusy"),
    [MIG_ERROR_HOST_PROTECTED] = NAME("HostProtected"),
    [MIG_ERROR_HOST_NAME_UNKNOWN] = NAME("HostNameUnknown"),
    [MIG_ERROR_CONNECTION_REFUSED] = NAME("ConnectionRefused"),
    [MIG_ERROR_HOST_KEY_CHANGED] = NAME("HostKeyChanged"),
    [MIG_ERROR_LIBVIRT_REFUSED] = NAME("LibvirtRefused"),
    [MIG_ERROR_LIBVIRT_DOWN] = NAME("LibvirtDown"),
    [MIG_ERROR_NOT_RECOVERABLE] = NAME("NotRecoverable"),
};

/* Those that say of a host that it cannot be asked. */
static const MigError of_host[] = {
    MIG_ERROR_HOST_UNREACHABLE,   MIG_ERROR_HOST_TIMEOUT,     MIG_ERROR_HOST_NAME_UNKNOWN,
    MIG_ERROR_CONNECTION_REFUSED, MIG_ERROR_HOST_KEY_UNKNOWN, MIG_ERROR_HOST_KEY_CHANGED,
    MIG_ERROR_LOGIN_REFUSED,      MIG_ERROR_LIBVIRT_REFUSED,  MIG_ERROR_LIBVIRT_DOWN,
    MIG_ERROR_HOST_UUID_MISMATCH, MIG_ERROR_CONNECTION_LOST,
};

typedef struct {
    MigLibvirtCode libvirt;
    char *host;
} MigErrorPrivate;

static void mig_error_private_init(MigErrorPrivate *private)
{
    *private = (MigErrorPrivate){ { 0, 0 }, NULL };
}

static void mig_error_private_copy(const MigErrorPrivate *from, MigErrorPrivate *to)
{
    *to = (MigErrorPrivate){ from->libvirt, g_strdup(from->host) };
}

static void mig_error_private_clear(MigErrorPrivate *private)
{
    g_free(private->host);
}

G_DEFINE_EXTENDED_ERROR(MigError, mig_error)

const char *mig_error_name(MigError code)
{
    if ((guint) code >= MIG_N_ERRORS)
        code = MIG_ERROR_FAILED;

    return error_names[code];
}

MigError mig_error_from_name(const char *name)
{
    for (guint i = 0; i < MIG_N_ERRORS; i++) {
        if (g_strcmp0(name, error_names[i]) == 0)
            return (MigError) i;
    }

    return MIG_ERROR_FAILED;
}

/* A dash where a word begins: before a capital behind a small letter, and before the last of
 * several ("HostUUIDMismatch"). */
char *mig_error_id(MigError code)
{
    const char *name = mig_error_name(code) + strlen(MIG_ERROR_PREFIX);
    GString *id = g_string_new(NULL);

    for (const char *p = name; *p; p++) {
        if (p > name && g_ascii_isupper(*p) && (g_ascii_islower(p[-1]) || g_ascii_islower(p[1])))
            g_string_append_c(id, '-');
        g_string_append_c(id, g_ascii_tolower(*p));
    }

    return g_string_free(id, FALSE);
}

MigError mig_error_from_id(const char *id)
{
    guint code = 0;

    for (; code < MIG_N_ERRORS; code++) {
        g_autofree char *own = mig_error_id((MigError) code);

        if (g_strcmp0(id, own) == 0)
            break;
    }

    return (MigError) code;
}

const char *mig_error_dbus_name(const GError *error)
{
    if (error == NULL || error->domain != MIG_ERROR)
        return error_names[MIG_ERROR_FAILED];

    return mig_error_name((MigError) error->code);
}

void mig_error_set_libvirt(GError *error, MigLibvirtCode libvirt)
{
    if (error->domain == MIG_ERROR)
        mig_error_get_private(error)->libvirt = libvirt;
}

MigLibvirtCode mig_error_libvirt(const GError *error)
{
    if (error == NULL || error->domain != MIG_ERROR)
        return (MigLibvirtCode){ 0, 0 };

    return mig_error_get_private(error)->libvirt;
}

static gboolean is_of_host(MigError code)
{
    for (guint i = 0; i < G_N_ELEMENTS(of_host); i++)
        if (of_host[i] == code)
            return TRUE;

    return FALSE;
}

gboolean mig_error_is_of_host(const GError *error)
{
    return error && error->domain == MIG_ERROR && is_of_host((MigError) error->code);
}

gboolean mig_error_id_is_of_host(const char *id)
{
    return is_of_host(mig_error_from_id(id));
}

void mig_error_set_host(GError *error, const char *host)
{
    if (error->domain != MIG_ERROR)
        return;

    g_free(mig_error_get_private(error)->host);
    mig_error_get_private(error)->host = g_strdup(host);
}

const char *mig_error_host(const GError *error)
{
    if (error == NULL || error->domain != MIG_ERROR)
        return NULL;

    return mig_error_get_private(error)->host;
}
