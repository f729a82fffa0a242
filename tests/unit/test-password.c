/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Password files: where they are looked for, who may read them, what is taken of them, and that no
 * sentence has anything of it.
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "plan-fixture.h"
#include "worker/password.h"

static char *state_dir, *credentials_dir, *own_dir;

static MigHost *host_with(const char *file)
{
    g_autofree char *text =
        g_strdup_printf("[Host]\nDriver=vpx\nAddress=vc\nUser=root\nDatacenter=D\nHostSystem=h\n"
                        "PasswordFile=%s\n",
                        file);

    return fixture_host("esx1", text);
}

static void write_file(const char *directory, const char *name, const char *data, gssize length,
                       int mode)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);

    g_assert_true(
        g_file_set_contents_full(path, data, length, G_FILE_SET_CONTENTS_NONE, mode, NULL));
    g_assert_cmpint(g_chmod(path, mode), ==, 0);
}

static void assert_password(const char *file, const char *expected)
{
    g_autoptr(MigHost) host = host_with(file);
    g_autoptr(GError) error = NULL;
    char *password = mig_password_read(host, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(password, ==, expected);
    mig_password_wipe(password);
}

static void assert_refused(const char *file, const char *why)
{
    g_autoptr(MigHost) host = host_with(file);
    g_autoptr(GError) error = NULL;

    g_assert_null(mig_password_read(host, &error));
    g_assert_error(error, MIG_ERROR, MIG_ERROR_LOGIN_REFUSED);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, "host esx1"));
    g_assert_nonnull(strstr(error->message, file));
    g_assert_nonnull(strstr(error->message, why));
    g_assert_null(strstr(error->message, "hunter2"));
}

static void test_read(void)
{
    g_autofree char *longest = g_strnfill(512, 'x');

    write_file(own_dir, "plain", "hunter2", -1, 0600);
    write_file(own_dir, "line", "hunter2\nnot this\n", -1, 0400);
    write_file(own_dir, "spaces", " hunter2 \xc3\xa4\r\n", -1, 0600);
    write_file(own_dir, "longest", longest, -1, 0600);
    assert_password("plain", "hunter2");
    assert_password("line", "hunter2");
    assert_password("spaces", " hunter2 \xc3\xa4\r");
    assert_password("longest", longest);
    mig_password_wipe(NULL);
}

/* systemd makes credentials for the unit alone, whatever their mode, and they come first. */
static void test_credentials(void)
{
    write_file(own_dir, "both", "own", -1, 0600);
    write_file(credentials_dir, "both", "systemd's\n", -1, 0440);
    assert_password("both", "systemd's");
}

static void test_refused(void)
{
    g_autofree char *too_long = g_strnfill(513, 'x');
    g_autofree char *link = g_build_filename(own_dir, "link", NULL);
    g_autofree char *fifo = g_build_filename(own_dir, "fifo", NULL);
    g_autofree char *directory = g_build_filename(own_dir, "directory", NULL);

    write_file(own_dir, "group", "hunter2", -1, 0640);
    write_file(own_dir, "world", "hunter2", -1, 0604);
    write_file(own_dir, "empty", "", -1, 0600);
    write_file(own_dir, "empty-line", "\nhunter2\n", -1, 0600);
    write_file(own_dir, "zero", "hunter2\0x", 9, 0600);
    write_file(own_dir, "long", too_long, -1, 0600);
    write_file(state_dir, "outside", "hunter2", -1, 0600);
    g_assert_cmpint(symlink("../outside", link), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_assert_cmpint(g_mkdir(directory, 0700), ==, 0);

    assert_refused("absent", "is not there");
    assert_refused("outside", "is not there");
    assert_refused("group", "mode 0600");
    assert_refused("world", "mode 0600");
    assert_refused("empty", "is empty");
    assert_refused("empty-line", "is empty");
    assert_refused("zero", "zero byte");
    assert_refused("long", "more than 512 bytes");
    assert_refused("link", g_strerror(ELOOP));
    assert_refused("fifo", "is no file");
    assert_refused("directory", "is no file");
}

static void remove_tree(const char *path)
{
    GDir *directory = g_dir_open(path, 0, NULL);

    for (const char *name; directory && (name = g_dir_read_name(directory));) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        if (g_file_test(child, G_FILE_TEST_IS_DIR) && !g_file_test(child, G_FILE_TEST_IS_SYMLINK))
            remove_tree(child);
        else
            g_unlink(child);
    }
    g_clear_pointer(&directory, g_dir_close);
    g_rmdir(path);
}

int main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    state_dir = g_dir_make_tmp("migration-password-XXXXXX", NULL);
    own_dir = g_build_filename(state_dir, "passwords", NULL);
    credentials_dir = g_build_filename(state_dir, "credentials", NULL);
    g_assert_cmpint(g_mkdir(own_dir, 0700), ==, 0);
    g_assert_cmpint(g_mkdir(credentials_dir, 0700), ==, 0);
    mig_password_set_directories(state_dir, credentials_dir);

    g_test_add_func("/password/read", test_read);
    g_test_add_func("/password/credentials", test_credentials);
    g_test_add_func("/password/refused", test_refused);

    status = g_test_run();
    remove_tree(state_dir);
    g_free(state_dir);
    g_free(own_dir);
    g_free(credentials_dir);

    return status;
}
