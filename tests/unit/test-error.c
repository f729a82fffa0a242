/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of the table of error names: complete, well formed, and never changed.
 */
#include "error.h"

#include <string.h>

/* Released names, in the order of the enum. A failure here means that a program somewhere breaks.
 */
static const char *const released[] = {
    "Failed",
    "InvalidArgument",
    "UnknownOption",
    "InvalidOptionType",
    "InvalidOptionValue",
    "OptionConflict",
    "UnknownHost",
    "InvalidHostFile",
    "SameHost",
    "InvalidAddress",
    "AddressNotAllowed",
    "GuestNotFound",
    "GuestNotRunning",
    "GuestRunning",
    "GuestBusy",
    "GuestExists",
    "HostUnreachable",
    "HostTimeout",
    "HostKeyUnknown",
    "LoginRefused",
    "HostUUIDMismatch",
    "NotAllowed",
    "Blocked",
    "NotSupported",
    "Unsafe",
    "Incompatible",
    "ConnectionLost",
    "TooEarly",
    "TooLate",
    "Cancelled",
    "Interrupted",
    "NoSuchJob",
    "JobFinished",
    "AccessDenied",
    "LimitsExceeded",
    "Ledger",
    "Worker",
    "HostExists",
    "HostBusy",
    "HostProtected",
    "HostNameUnknown",
    "ConnectionRefused",
    "HostKeyChanged",
    "LibvirtRefused",
    "LibvirtDown",
    "NotRecoverable",
};

static void test_names(void)
{
    g_assert_cmpuint(G_N_ELEMENTS(released), ==, MIG_N_ERRORS);

    for (guint i = 0; i < MIG_N_ERRORS; i++) {
        g_autofree char *expected = g_strconcat(MIG_ERROR_PREFIX, released[i], NULL);

        g_assert_cmpstr(mig_error_name((MigError) i), ==, expected);
        g_assert_cmpint(mig_error_from_name(expected), ==, i);
    }
}

/* Each name is a D-Bus error name: two elements at least, none empty, 255 bytes at most. */
static void test_well_formed(void)
{
    for (guint i = 0; i < MIG_N_ERRORS; i++) {
        const char *name = mig_error_name((MigError) i);
        const char *member = strrchr(name, '.') + 1;

        g_assert_cmpuint(strlen(name), <=, 255);
        g_assert_true(g_ascii_isupper(member[0]));
        g_assert_cmpuint(strspn(member, G_CSET_A_2_Z G_CSET_a_2_z), ==, strlen(member));
    }
}

static void test_foreign_names(void)
{
    static const char *const names[] = { "",
                                         "UnknownHost",
                                         "org.example.Migration1.Error.",
                                         "org.example.Migration1.Error.unknownhost",
                                         "org.example.Migration1.Error.UnknownHost ",
                                         "org.freedesktop.DBus.Error.UnknownHost",
                                         NULL };

    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_cmpint(mig_error_from_name(names[i]), ==, MIG_ERROR_FAILED);

    g_assert_cmpstr(mig_error_name((MigError) MIG_N_ERRORS), ==, MIG_ERROR_PREFIX "Failed");
    g_assert_cmpstr(mig_error_name((MigError) -1), ==, MIG_ERROR_PREFIX "Failed");
}

static void test_of_gerror(void)
{
    g_autoptr(GError) ours = g_error_new(MIG_ERROR, MIG_ERROR_TOO_LATE, "too late");
    g_autoptr(GError) foreign = g_error_new(G_FILE_ERROR, MIG_ERROR_TOO_LATE, "no file");
    g_autoptr(GError) newer = g_error_new(MIG_ERROR, MIG_N_ERRORS + 7, "unheard of");

    g_assert_cmpstr(mig_error_dbus_name(ours), ==, MIG_ERROR_PREFIX "TooLate");
    g_assert_cmpstr(mig_error_dbus_name(foreign), ==, MIG_ERROR_PREFIX "Failed");
    g_assert_cmpstr(mig_error_dbus_name(newer), ==, MIG_ERROR_PREFIX "Failed");
    g_assert_cmpstr(mig_error_dbus_name(NULL), ==, MIG_ERROR_PREFIX "Failed");
}

static void test_libvirt_code(void)
{
    g_autoptr(GError) ours = g_error_new(MIG_ERROR, MIG_ERROR_FAILED, "failed");
    g_autoptr(GError) foreign = g_error_new(G_FILE_ERROR, 1, "no file");

    g_assert_cmpint(mig_error_libvirt(NULL).code, ==, 0);
    g_assert_cmpint(mig_error_libvirt(ours).code, ==, 0);

    mig_error_set_libvirt(ours, (MigLibvirtCode){ 7, 38 });
    mig_error_set_libvirt(foreign, (MigLibvirtCode){ 7, 38 });

    g_autoptr(GError) copy = g_error_copy(ours);
    g_assert_cmpint(mig_error_libvirt(copy).domain, ==, 7);
    g_assert_cmpint(mig_error_libvirt(copy).code, ==, 38);
    g_assert_cmpint(mig_error_libvirt(foreign).code, ==, 0);
}

static void test_ids(void)
{
    static const struct {
        MigError code;
        const char *id;
    } ids[] = {
        { MIG_ERROR_FAILED, "failed" },
        { MIG_ERROR_HOST_UNREACHABLE, "host-unreachable" },
        { MIG_ERROR_HOST_UUID_MISMATCH, "host-uuid-mismatch" },
        { MIG_ERROR_LIBVIRT_DOWN, "libvirt-down" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree char *id = mig_error_id(ids[i].code);

        g_assert_cmpstr(id, ==, ids[i].id);
    }
    for (guint i = 0; i < MIG_N_ERRORS; i++) {
        g_autofree char *id = mig_error_id((MigError) i);

        g_assert_cmpint(mig_error_from_id(id), ==, i);
    }
    g_assert_cmpint(mig_error_from_id("network-missing"), ==, MIG_N_ERRORS);
    g_assert_cmpint(mig_error_from_id(""), ==, MIG_N_ERRORS);
}

static void test_host(void)
{
    g_autoptr(GError) ours = g_error_new(MIG_ERROR, MIG_ERROR_HOST_TIMEOUT, "silent");
    g_autoptr(GError) foreign = g_error_new(G_FILE_ERROR, 1, "no file");
    g_autoptr(GError) of_guest = g_error_new(MIG_ERROR, MIG_ERROR_GUEST_BUSY, "busy");

    g_assert_true(mig_error_is_of_host(ours));
    g_assert_false(mig_error_is_of_host(foreign));
    g_assert_false(mig_error_is_of_host(of_guest));
    g_assert_false(mig_error_is_of_host(NULL));
    g_assert_null(mig_error_host(ours));
    g_assert_null(mig_error_host(NULL));

    mig_error_set_host(ours, "a");
    mig_error_set_host(ours, "b");
    mig_error_set_host(foreign, "b");

    g_autoptr(GError) copy = g_error_copy(ours);
    g_assert_cmpstr(mig_error_host(copy), ==, "b");
    g_assert_null(mig_error_host(foreign));

    mig_error_set_host(ours, NULL);
    g_assert_null(mig_error_host(ours));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/error/names", test_names);
    g_test_add_func("/error/well-formed", test_well_formed);
    g_test_add_func("/error/foreign-names", test_foreign_names);
    g_test_add_func("/error/of-gerror", test_of_gerror);
    g_test_add_func("/error/libvirt-code", test_libvirt_code);
    g_test_add_func("/error/ids", test_ids);
    g_test_add_func("/error/host", test_host);

    return g_test_run();
}
