/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The view Hosts and its rows in this process, without a bus. */
#include "client.h"
#include "fixture.h"
#include "host-page.h"
#include "host-row.h"
#include "host-words.h"
#include "hosts-page.h"
#include "lint.h"

#define ERROR_PREFIX "org.example.Migration1.Error."

#define SSH                                                                                        \
    "'Name': <'b'>, 'Transport': <'ssh'>, 'Address': <'b.example'>, "                              \
    "'Settings': <{'user': <'root'>}>"

static void assert_label(GtkWidget *row, const char *expected)
{
    gtk_test_accessible_assert_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                        expected);
}

static void test_row(void)
{
    g_autoptr(MigClient) client = mig_client_new();
    g_autoptr(MigHost) host = parse_host("{" SSH ", 'Origin': <'bus'>}");
    GtkWidget *row = g_object_ref_sink(mig_host_row_new(client, host));
    g_assert_cmpuint(lint(row), ==, 0);
    assert_label(row, "b, SSH, root@b.example, Not tested yet");

    g_autoptr(GVariant) failed = g_variant_ref_sink(g_variant_new_parsed(
        "{'LastError': <(%s, 'the <b>key</b> is not known')>}", ERROR_PREFIX "HostKeyUnknown"));
    mig_object_update(MIG_OBJECT(host), failed);
    g_assert_cmpuint(lint(row), ==, 0);
    assert_label(row, "b, SSH, root@b.example, Its ssh key is not known yet");
    gtk_test_accessible_assert_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                        "The <b>key</b> is not known");
    g_object_unref(row);
}

/* A name that nobody knows, as of a service that is newer, is no trouble. */
static void test_words(void)
{
    static const struct {
        const char *error, *command;
    } rows[] = {
        { "HostKeyUnknown", "sudo migration-key --accept b" },
        { "HostKeyChanged", "sudo migration-key --forget b && sudo migration-key --accept b" },
        { "LoginRefused", "sudo migration-key b" },
        { "LibvirtRefused", "sudo usermod -aG libvirt root" },
        { "LibvirtDown", "sudo systemctl start libvirtd.socket" },
        { "HostNameUnknown", NULL },
        { "Newer", NULL },
    };
    g_autoptr(MigHost) host = parse_host("{" SSH "}");
    g_autoptr(MigHost) tls = parse_host("{'Name': <'b'>, 'Transport': <'tls'>}");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = g_strconcat(ERROR_PREFIX, rows[i].error, NULL);
        g_autofree char *command = mig_host_words_command(host, name);
        g_assert_cmpstr(command, ==, rows[i].command);
        g_assert_cmpstr(mig_host_words_problem(name), !=, "");
    }
    g_assert_null(mig_host_words_command(tls, ERROR_PREFIX "LoginRefused"));
    g_autofree char *there = mig_host_words_where(host, ERROR_PREFIX "LibvirtDown");
    g_autofree char *here = mig_host_words_where(host, ERROR_PREFIX "LoginRefused");
    g_assert_cmpstr(there, ==, "Run this on b:");
    g_assert_cmpstr(here, ==, "Run this on this computer:");
}

static void test_pages(void)
{
    g_autoptr(MigClient) client = mig_client_new();
    g_autoptr(MigHost) host = parse_host("{" SSH ", 'Origin': <'bus'>}");
    GtkWidget *view = g_object_ref_sink(g_object_new(MIG_TYPE_HOSTS_PAGE, NULL));
    GtkWidget *add = g_object_ref_sink(mig_host_page_new(client, NULL));
    GtkWidget *edit = g_object_ref_sink(mig_host_page_new(client, host));
    mig_hosts_page_set_client(MIG_HOSTS_PAGE(view), client);
    g_assert_cmpuint(lint(view), ==, 0);
    g_assert_cmpuint(lint(add), ==, 0);
    g_assert_cmpuint(lint(edit), ==, 0);
    g_assert_cmpint(width_of(view), <=, 360);
    g_assert_cmpint(width_of(add), <=, 360);
    g_object_unref(view);
    g_object_unref(add);
    g_object_unref(edit);
}

int main(int argc, char **argv)
{
    gtk_test_init(&argc, &argv, NULL);
    adw_init();

    g_test_add_func("/hosts/row", test_row);
    g_test_add_func("/hosts/words", test_words);
    g_test_add_func("/hosts/pages", test_pages);

    return g_test_run();
}
