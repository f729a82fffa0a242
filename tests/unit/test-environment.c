/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The worker's environment, which libvirt, ssh and TLS read: made from nothing, whatever the
 * program was started with.
 */
#include "worker/environment.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

/* What would steer the libraries and programs that make a connection. */
static const char *const foreign[] = {
    "LIBVIRT_DEFAULT_URI",
    "LIBVIRT_AUTH_FILE",
    "LIBVIRT_AUTOSTART",
    "LIBVIRT_DEBUG",
    "LIBVIRT_LOG_OUTPUTS",
    "LIBVIRT_LOG_FILTERS",
    "LIBVIRT_DRIVER_DIR",
    "LIBVIRT_DIR_OVERRIDE",
    "VIRTD_PATH",
    "LIBVIRTD_PATH",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
    "HOME",
    "PATH",
    "LANG",
    "LC_ALL",
    "SSH_AUTH_SOCK",
    "SSH_ASKPASS",
    "KRB5CCNAME",
    "GPG_TTY",
    "TERM",
    "OPENSSL_CONF",
    "DISPLAY",
    "XAUTHORITY",
    "GNUTLS_SYSTEM_PRIORITY_FILE",
    "CREDENTIALS_DIRECTORY",
    "LISTEN_FDS",
    "an-odd-one",
};

static const char *home(void)
{
    const struct passwd *user = getpwuid(geteuid());

    return user && user->pw_dir ? user->pw_dir : "/";
}

static void assert_pairs(const char *const *wanted)
{
    for (; wanted[0]; wanted += 2)
        g_assert_cmpstr(g_getenv(wanted[0]), ==, wanted[1]);
}

/* What there is always, `more` (pairs, NULL-terminated) and nothing else. */
static void assert_environment(const char *const *more)
{
    const char *const always[] = { "PATH",
                                   "/usr/sbin:/usr/bin:/sbin:/bin",
                                   "HOME",
                                   home(),
                                   "LANG",
                                   "C.UTF-8",
                                   "LIBVIRT_AUTOSTART",
                                   "0",
                                   "XDG_CONFIG_HOME",
                                   "/run/migrationd/no-config",
                                   NULL };
    g_auto(GStrv) names = g_listenv();

    assert_pairs(always);
    assert_pairs(more);
    g_assert_cmpuint(g_strv_length(names) * 2, ==,
                     g_strv_length((char **) always) + g_strv_length((char **) more));
}

static void test_from_nothing(void)
{
    static const char *const nothing[] = { NULL };

    for (gsize i = 0; i < G_N_ELEMENTS(foreign); i++)
        g_assert_true(g_setenv(foreign[i], "/tmp/evil", TRUE));
    g_unsetenv("NOTIFY_SOCKET");
    g_unsetenv("WATCHDOG_PID");
    g_unsetenv("WATCHDOG_USEC");
    mig_environment_clean("/run/migrationd");
    assert_environment(nothing);
}

/* What systemd says of itself stays. */
static void test_systemd(void)
{
    static const char *const systemd[] = {
        "NOTIFY_SOCKET", "/run/systemd/notify", "WATCHDOG_PID", "1",
        "WATCHDOG_USEC", "180000000",           NULL,
    };

    for (const char *const *one = systemd; one[0]; one += 2)
        g_setenv(one[0], one[1], TRUE);
    g_setenv("LISTEN_PID", "1", TRUE);
    mig_environment_clean("/run/migrationd");
    assert_environment(systemd);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/environment/from-nothing", test_from_nothing);
    g_test_add_func("/environment/systemd", test_systemd);

    return g_test_run();
}
