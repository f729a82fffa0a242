/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The view History and its rows in this process, without a bus. */
#include "fixture.h"
#include "history-list.h"
#include "history-page.h"
#include "history-row.h"
#include "job-report.h"
#include "lint.h"

#include <string.h>

#define ENDED                                                                                      \
    "'Id': <uint64 7>, 'Guest': <'<b>web'>, 'Source': <'local'>, 'Destination': <'b'>, "           \
    "'OwnerUID': <uint32 4711>, 'Created': <uint64 1700000000000000>, "                            \
    "'Finished': <uint64 1700000150000000>"

static void test_row(void)
{
    g_autoptr(MigClient) client = mig_client_new();
    g_autoptr(MigJob) job = parse_job(
        "{" ENDED ", 'State': <'failed'>, 'Error': <('x.Error.Failed', 'it did not', 'raw')>}");
    GtkWidget *row = g_object_ref_sink(mig_history_row_new(client, job));
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(1700000150);
    g_autofree char *when = g_date_time_format(time, "%x, %X");
    g_autofree char *name = g_strdup_printf(
        "<b>web, from this computer to b, Failed · %s · 3 minutes · by user 4711", when);
    g_assert_cmpuint(lint(row), ==, 0);
    gtk_test_accessible_assert_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_LABEL, name);
    gtk_test_accessible_assert_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                        "It did not");
    g_object_unref(row);
}

/* Nothing is said that is not known, and nothing offered that cannot work. */
static void test_damaged(void)
{
    g_autoptr(MigClient) client = mig_client_new();
    g_autoptr(MigJob) job = parse_job(
        "{'Id': <uint64 7>, 'Guest': <''>, 'Source': <''>, 'Destination': <''>, 'State': "
        "<'unreadable'>, 'Error': <('org.example.Migration1.Error.Ledger', 'remove it', '')>}");
    GtkWidget *row = g_object_ref_sink(mig_history_row_new(client, job));
    g_assert_cmpuint(lint(row), ==, 0);
    gtk_test_accessible_assert_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                        "Migration 7, Record damaged");
    gtk_test_accessible_assert_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                        "Remove it");
    for (gsize i = 0; i < 2; i++) {
        const char *const hidden[] = { "repeat_button", "open_button" };
        GObject *button = gtk_widget_get_template_child(row, MIG_TYPE_HISTORY_ROW, hidden[i]);
        g_assert_false(gtk_widget_get_visible(GTK_WIDGET(button)));
    }
    g_object_unref(row);
}

static void test_list(void)
{
    g_autoptr(MigClient) client = mig_client_new();
    g_autoptr(MigHistoryList) list = mig_history_list_new(client);
    g_assert_cmpint(mig_history_list_get_state(list), ==, MIG_HISTORY_UNASKED);
    g_assert_false(mig_history_list_has_more(list));
    g_assert_null(mig_history_list_get_error(list));
    mig_history_list_load(list, MIG_CALL_NONE);
    while (mig_history_list_get_state(list) == MIG_HISTORY_LOADING)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(mig_history_list_get_state(list), ==, MIG_HISTORY_FAILED);
    g_assert_nonnull(mig_history_list_get_error(list));
}

static void test_report(void)
{
    g_autoptr(MigJob) job = parse_job("{" ENDED ", 'State': <'completed'>}");
    g_autofree char *report = mig_job_report(job);
    g_assert_nonnull(strstr(report, "<b>web"));
    g_assert_nonnull(strstr(report, "completed"));
}

static void test_pages(void)
{
    g_autoptr(MigClient) client = mig_client_new();
    GtkWidget *history = g_object_ref_sink(g_object_new(MIG_TYPE_HISTORY_PAGE, NULL));
    mig_history_page_set_client(MIG_HISTORY_PAGE(history), client);
    g_assert_cmpuint(lint(history), ==, 0);
    g_assert_cmpint(width_of(history), <=, 360);
    g_object_unref(history);
}

int main(int argc, char **argv)
{
    gtk_test_init(&argc, &argv, NULL);
    adw_init();

    g_test_add_func("/history/row", test_row);
    g_test_add_func("/history/damaged", test_damaged);
    g_test_add_func("/history/list", test_list);
    g_test_add_func("/history/report", test_report);
    g_test_add_func("/history/pages", test_pages);

    return g_test_run();
}
