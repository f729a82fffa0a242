/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Foreign text made fit for people: what is replaced, what stays, where it is cut.
 */
#include "text.h"

#include <string.h>

static const struct {
    const char *text;
    gsize max;
    const char *clean;
} rows[] = {
    { NULL, 10, "" },
    { "", 10, "" },
    { "web-1 (new)", 20, "web-1 (new)" },
    { "Gästebuch \xe2\x98\x83", 20, "Gästebuch \xe2\x98\x83" },
    { "one\ntwo\rthree", 20, "one two\xef\xbf\xbdthree" },
    { "\x1b[2J\a\x7f", 20, "\xef\xbf\xbd[2J\xef\xbf\xbd\xef\xbf\xbd" },
    { "\xc2\x85", 20, "\xef\xbf\xbd" }, /* a control character of ISO 8859 */
    { "\xe2\x80\xae"
      "gnp.exe",
      20, "\xef\xbf\xbdgnp.exe" }, /* turns the direction */
    { "\xe2\x81\xa6"
      "x",
      20, "\xef\xbf\xbdx" },                /* and so does this */
    { "\xe2\x80\xa8", 20, "\xef\xbf\xbd" }, /* separates lines */
    { "a\xe2\x80\x8d"
      "b",
      20,
      "a\xe2\x80\x8d"
      "b" }, /* joins, as some scripts need */
    { "\xff\xfe", 20, "\xef\xbf\xbd\xef\xbf\xbd" },
    { "1234567890", 10, "1234567890" },
    { "12345678901", 10, "1234567890..." },
    { "\xf0\x9f\x98\x80\xf0\x9f\x98\x80", 1, "\xf0\x9f\x98\x80..." },
};

static void test_clean(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *clean = mig_text_clean(rows[i].text, rows[i].max);

        g_assert_cmpstr(clean, ==, rows[i].clean);
    }
}

static void test_long(void)
{
    g_autofree char *text = g_strnfill(4 * 1024 * 1024, '\xff');
    g_autofree char *clean = mig_text_clean(text, 100);

    g_assert_true(g_utf8_validate(clean, -1, NULL));
    g_assert_cmpint(g_utf8_strlen(clean, -1), ==, 103);
}

/* Names of hosts may be longer than those that a slip is looked for among. */
static void test_nearest(void)
{
    g_autofree char *long_name = g_strnfill(64, 'a');
    const char *const names[] = { long_name, "local", "host-b", NULL };

    g_assert_cmpstr(mig_text_nearest("locl", names), ==, "local");
    g_assert_cmpstr(mig_text_nearest("HOST-B", names), ==, "host-b");
    g_assert_null(mig_text_nearest("elsewhere", names));
    g_assert_null(mig_text_nearest(long_name, names));
    g_assert_null(mig_text_nearest("", names));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/clean", test_clean);
    g_test_add_func("/text/long", test_long);
    g_test_add_func("/text/nearest", test_nearest);

    return g_test_run();
}
