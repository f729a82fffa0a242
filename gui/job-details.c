/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The small print of a job: a row a thing, those without a value are not shown. */
#include "job-details.h"

#include <glib/gi18n.h>
#include <pwd.h>
#include <string.h>

#include "words.h"

typedef char *(*MakeText)(MigJob *job);

static char *from_plan(MigJob *job, const char *key)
{
    GVariant *plan = mig_object_get_variant(MIG_OBJECT(job), "Plan");
    const char *text = "";
    if (plan)
        g_variant_lookup(plan, key, "&s", &text);
    return g_strdup(text);
}

static char *make_source(MigJob *job)
{
    return mig_words_host(mig_job_get_source(job));
}

static char *make_destination(MigJob *job)
{
    return mig_words_host(mig_job_get_destination(job));
}

static char *make_encryption(MigJob *job)
{
    GVariant *plan = mig_object_get_variant(MIG_OBJECT(job), "Plan");
    gboolean encrypted;
    if (!plan || !g_variant_lookup(plan, "encrypted", "b", &encrypted))
        return g_strdup("");
    return g_strdup(encrypted ? _("Encrypted") : _("Not encrypted"));
}

static char *make_network(MigJob *job)
{
    GVariant *plan = mig_object_get_variant(MIG_OBJECT(job), "Plan");
    g_autoptr(GVariant) connections =
        plan ? g_variant_lookup_value(plan, "connections", G_VARIANT_TYPE("aa{sv}")) : NULL;
    for (gsize i = 0; connections && i < g_variant_n_children(connections); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(connections, i);
        const char *carries = "", *uri = "";
        g_variant_lookup(row, "carries", "&s", &carries);
        g_variant_lookup(row, "uri", "&s", &uri);
        if (strcmp(carries, "memory") == 0)
            return g_strdup(uri[0] ? uri : _("Chosen by the destination"));
    }
    return g_strdup("");
}

static char *make_owner(MigJob *job)
{
    const guint uid = (guint) mig_object_get_number(MIG_OBJECT(job), "OwnerUID");
    const struct passwd *user = getpwuid(uid);
    return user ? g_strdup(user->pw_name) : g_strdup_printf("%u", uid);
}

static char *make_time(MigJob *job, const char *key)
{
    const gint64 time = (gint64) mig_object_get_number(MIG_OBJECT(job), key);
    g_autoptr(GDateTime) moment = g_date_time_new_from_unix_local(time / G_USEC_PER_SEC);
    return time && moment ? g_date_time_format(moment, "%c") : g_strdup("");
}

static char *make_created(MigJob *job)
{
    return make_time(job, "Created");
}

static char *make_finished(MigJob *job)
{
    return make_time(job, "Finished");
}

static char *make_flags(MigJob *job)
{
    GVariant *plan = mig_object_get_variant(MIG_OBJECT(job), "Plan");
    g_autofree const char **flags = NULL;
    if (!plan || !g_variant_lookup(plan, "flags", "^a&s", &flags))
        return g_strdup("");
    return g_strjoinv(", ", (char **) flags);
}

static char *make_virsh(MigJob *job)
{
    return from_plan(job, "virsh");
}

static const struct {
    const char *title;
    MakeText make;
} things[] = {
    { N_("From"), make_source },
    { N_("To"), make_destination },
    { N_("Network"), make_network },
    { N_("The guest’s memory on the way"), make_encryption },
    { N_("Started by"), make_owner },
    { N_("Started"), make_created },
    { N_("Ended"), make_finished },
    { N_("Flags of libvirt"), make_flags },
    { N_("The same with virsh"), make_virsh },
};

struct _MigJobDetails {
    AdwBin parent_instance;

    GVariant *plan;   /* that is shown, and is not shown again */
    guint64 finished; /* the same */
    AdwActionRow *rows[G_N_ELEMENTS(things)];
};

G_DEFINE_FINAL_TYPE(MigJobDetails, mig_job_details, ADW_TYPE_BIN)

void mig_job_details_update(MigJobDetails *self, MigJob *job)
{
    g_return_if_fail(MIG_IS_JOB_DETAILS(self) && MIG_IS_JOB(job));
    GVariant *plan = mig_object_get_variant(MIG_OBJECT(job), "Plan");
    const guint64 finished = mig_object_get_number(MIG_OBJECT(job), "Finished");
    if (self->plan && plan == self->plan && finished == self->finished)
        return; /* the rest never changes */
    g_clear_pointer(&self->plan, g_variant_unref);
    self->plan = plan ? g_variant_ref(plan) : NULL;
    self->finished = finished;
    for (gsize i = 0; i < G_N_ELEMENTS(things); i++) {
        g_autofree char *text = things[i].make(job);
        if (g_strcmp0(adw_action_row_get_subtitle(self->rows[i]), text) == 0)
            continue;
        adw_action_row_set_subtitle(self->rows[i], text);
        gtk_widget_set_visible(GTK_WIDGET(self->rows[i]), text[0] != '\0');
    }
}

static void mig_job_details_finalize(GObject *object)
{
    g_clear_pointer(&MIG_JOB_DETAILS(object)->plan, g_variant_unref);
    G_OBJECT_CLASS(mig_job_details_parent_class)->finalize(object);
}

static void mig_job_details_class_init(MigJobDetailsClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = mig_job_details_finalize;
}

static void mig_job_details_init(MigJobDetails *self)
{
    GtkWidget *group = adw_preferences_group_new();
    AdwExpanderRow *expander = g_object_new(ADW_TYPE_EXPANDER_ROW, "title", _("Details"), NULL);
    GtkWidget *copy = gtk_button_new_with_mnemonic(_("Copy _Report"));
    gtk_widget_set_valign(copy, GTK_ALIGN_CENTER);
    gtk_actionable_set_action_name(GTK_ACTIONABLE(copy), "job.copy-report");
    adw_expander_row_add_action(expander, copy);
    for (gsize i = 0; i < G_N_ELEMENTS(things); i++) {
        self->rows[i] = g_object_new(ADW_TYPE_ACTION_ROW, "title", _(things[i].title), "use-markup",
                                     FALSE, "subtitle-lines", 0, "visible", FALSE, NULL);
        adw_expander_row_add_row(expander, GTK_WIDGET(self->rows[i]));
    }
    adw_preferences_group_add(ADW_PREFERENCES_GROUP(group), GTK_WIDGET(expander));
    adw_bin_set_child(ADW_BIN(self), group);
}
