/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What callers see of libvirt's texts: nothing secret, nothing that does not print, the rest whole.
 */
#include "clean.h"

#include <string.h>

static void test_texts(void)
{
    static const struct {
        const char *text;
        const char *clean;
    } rows[] = {
        { "", "" },
        { "operation failed: disk on fire", "operation failed: disk on fire" },
        { "unable to connect to server at 'b.example:16514': Connection refused",
          "unable to connect to server at 'b.example:16514': Connection refused" },
        { "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file",
          "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file" },
        { "cannot open '/srv/images/private.qcow2': gone",
          "cannot open '/srv/images/private.qcow2': gone" },
        /* what ends a line, hides text or moves the cursor */
        { "a\nb\033[31mc", "a b\xef\xbf\xbd[31mc" },
        { "\xff", "\xef\xbf\xbd" },
        /* passwords */
        { "cannot open vpx://root:hunter2@vc.example/DC",
          "cannot open vpx://root:***@vc.example/DC" },
        { "x qemu+ssh://root@b.example/system y", "x qemu+ssh://root@b.example/system y" },
        { "at tcp://[2001:db8::1]:49152 now", "at tcp://[2001:db8::1]:49152 now" },
        { "-spice password=hunter2,port=1", "-spice password=***,port=1" },
        { "{\"password\": \"hunter2 x\", \"a\": 1}", "{\"password\": ***, \"a\": 1}" },
        { "passwd='hunter2'", "passwd=***" },
        { "PASSWORD:hunter2", "PASSWORD:***" },
        { "incorrect user name or password.", "incorrect user name or password." },
        /* where keys are */
        { "Cannot read CA certificate '/etc/pki/CA/cacert.pem': gone",
          "Cannot read CA certificate 'cacert.pem': gone" },
        { "Load key \"/var/lib/migrationd/.ssh/id_ed25519\": bad permissions",
          "Load key \"id_ed25519\": bad permissions" },
        { "/run/credentials/migration-job@1.service/vc: gone", "vc: gone" },
        { "/root/.pki/libvirt/clientkey.pem", "clientkey.pem" },
        { "/srv/tls/server.key", "server.key" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *clean = mig_clean_foreign(rows[i].text);
        g_autofree char *again = mig_clean_foreign(clean);

        g_assert_cmpstr(clean, ==, rows[i].clean);
        g_assert_cmpstr(again, ==, clean);
    }
}

/* Any bytes: printable, bounded, and in no time that anybody notices. */
static void test_any_bytes(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(11);
    static const char alphabet[] = "/:@ap.'\"=, \n\xc3\xa4\x1b";

    for (guint i = 0; i < 2000; i++) {
        gsize length = (gsize) g_rand_int_range(random, 0, 400);
        g_autofree char *text = g_malloc0(length + 1);
        g_autofree char *clean = NULL;

        for (gsize j = 0; j < length; j++)
            text[j] = alphabet[g_rand_int_range(random, 0, sizeof alphabet - 1)];
        clean = mig_clean_foreign(text);
        g_assert_true(g_utf8_validate(clean, -1, NULL));
        g_assert_null(strpbrk(clean, "\n\r\033"));
    }
}

static void test_length(void)
{
    g_autofree char *slashes = g_strnfill(100000, '/');
    g_autofree char *words = g_strnfill(100000, 'a');
    g_autofree char *first = mig_clean_foreign(slashes);
    g_autofree char *second = mig_clean_foreign(words);

    g_assert_cmpuint(strlen(first), <=, MIG_CLEAN_CHARACTERS + 3);
    g_assert_cmpuint(strlen(second), ==, MIG_CLEAN_CHARACTERS + 3); /* "..." */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/clean/texts", test_texts);
    g_test_add_func("/clean/any-bytes", test_any_bytes);
    g_test_add_func("/clean/length", test_length);

    return g_test_run();
}
