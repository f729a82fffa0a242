/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the desktop is told: one notification a job, and one for all that go on. */
#include "notify.h"

#include <glib/gi18n.h>

#include "job-outcome.h"
#include "job-words.h"

#define GOES_ON "goes-on"

static char *make_id(MigJob *job)
{
    return g_strdup_printf("job-%" G_GUINT64_FORMAT, mig_job_get_id(job));
}

static char *make_body(MigJob *job, MigJobEnd end)
{
    if (end == MIG_JOB_MOVED)
        return mig_job_outcome_summary(job);
    if (end == MIG_JOB_UNCLEAR || end == MIG_JOB_TWICE)
        return g_strdup(_("Somebody has to look after it: open this to see what to do."));
    return mig_job_outcome_why(job);
}

static GNotification *make_notification(MigJob *job, const char *title, const char *body)
{
    GNotification *notification = g_notification_new(title);
    const char *path = mig_object_get_path(MIG_OBJECT(job));
    if (body[0])
        g_notification_set_body(notification, body);
    if (path)
        g_notification_set_default_action_and_target(notification, "app.show-job", "s", path);
    return notification;
}

void mig_notify_ended(GApplication *application, MigJob *job)
{
    const MigJobEnd end = mig_job_outcome_end(job);
    g_autofree char *id = make_id(job);
    g_autofree char *where = mig_job_outcome_where(job);
    g_autofree char *body = make_body(job, end);
    g_autoptr(GNotification) notification = make_notification(job, where, body);
    if (end == MIG_JOB_UNCLEAR || end == MIG_JOB_TWICE)
        g_notification_set_priority(notification, G_NOTIFICATION_PRIORITY_URGENT);
    g_application_send_notification(application, id, notification);
}

void mig_notify_stuck(GApplication *application, MigJob *job)
{
    static const char told[] = "told-stuck";
    if (g_object_get_data(G_OBJECT(job), told))
        return;
    g_object_set_data(G_OBJECT(job), told, (gpointer) told);
    g_autofree char *id = make_id(job);
    g_autofree char *title = mig_job_words_fill(job, _("The move of {guest} does not end"));
    g_autoptr(GNotification) notification = make_notification(
        job, title, _("It changes its memory as fast as it is copied: open this to help."));
    g_application_send_notification(application, id, notification);
}

void mig_notify_goes_on(GApplication *application, MigJob *job, guint n)
{
    g_autofree char *title = mig_job_words_going_on(job, n);
    g_autoptr(GNotification) notification =
        make_notification(job, title, _("You are told when it has ended."));
    g_application_send_notification(application, GOES_ON, notification);
}

void mig_notify_withdraw(GApplication *application, MigJob *job)
{
    g_autofree char *id = job ? make_id(job) : g_strdup(GOES_ON);
    g_application_withdraw_notification(application, id);
}
