/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong with a host, in the app's words, and the command that helps. */
#include "host-words.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/error.h"

typedef struct {
    MigError error;
    const char *problem;
    const char *command; /* {host}, {user}: the host's name, the user of the login */
    gboolean there;      /* it is run on that host */
} Row;

static const Row rows[] = {
    { MIG_ERROR_HOST_NAME_UNKNOWN, N_("Its name is not known"), NULL, FALSE },
    { MIG_ERROR_HOST_TIMEOUT, N_("It does not answer"), NULL, FALSE },
    { MIG_ERROR_HOST_UNREACHABLE, N_("It cannot be reached"), NULL, FALSE },
    { MIG_ERROR_CONNECTION_REFUSED, N_("It refused the connection"), NULL, FALSE },
    { MIG_ERROR_HOST_KEY_UNKNOWN, N_("Its ssh key is not known yet"),
      "sudo migration-key --accept {host}", FALSE },
    { MIG_ERROR_HOST_KEY_CHANGED, N_("Its ssh key has changed"),
      "sudo migration-key --forget {host} && sudo migration-key --accept {host}", FALSE },
    { MIG_ERROR_LOGIN_REFUSED, N_("It refused the login"), "sudo migration-key {host}", FALSE },
    { MIG_ERROR_LIBVIRT_REFUSED, N_("Its libvirt does not let the service in"),
      "sudo usermod -aG libvirt {user}", TRUE },
    { MIG_ERROR_LIBVIRT_DOWN, N_("Libvirt does not run there"),
      "sudo systemctl start libvirtd.socket", TRUE },
    { MIG_ERROR_HOST_UUID_MISMATCH, N_("It is another machine than expected"), NULL, FALSE },
    { MIG_ERROR_ACCESS_DENIED, N_("You may not test it"), NULL, FALSE },
};

static const Row *find(const char *error_name)
{
    const MigError error = mig_error_from_name(error_name);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].error == error)
            return &rows[i];
    return NULL;
}

const char *mig_host_words_problem(const char *error_name)
{
    const Row *row = find(error_name);
    return row ? _(row->problem) : _("It cannot be used");
}

static const char *user_of(MigHost *host)
{
    GVariant *settings = mig_object_get_variant(MIG_OBJECT(host), "Settings");
    const char *user = NULL;
    if (settings && g_variant_lookup(settings, "user", "&s", &user))
        return user;
    return "migrationd";
}

char *mig_host_words_command(MigHost *host, const char *error_name)
{
    const Row *row = find(error_name);
    const gboolean ssh = g_str_equal(mig_object_get_string(MIG_OBJECT(host), "Transport"), "ssh");
    if (!row || !row->command || (row->error == MIG_ERROR_LOGIN_REFUSED && !ssh))
        return NULL;
    GString *command = g_string_new(row->command);
    g_string_replace(command, "{host}", mig_host_get_name(host), 0);
    g_string_replace(command, "{user}", user_of(host), 0);
    return g_string_free(command, FALSE);
}

char *mig_host_words_where(MigHost *host, const char *error_name)
{
    const Row *row = find(error_name);
    if (row && row->there && strcmp(mig_host_get_name(host), "local") != 0)
        /* Translators: %s is the name of a host */
        return g_strdup_printf(_("Run this on %s:"), mig_host_get_name(host));
    return g_strdup(_("Run this on this computer:"));
}

/* "SSH", "TLS": how it is reached. */
static const char *name_transport(const char *transport)
{
    static const struct {
        const char *id, *text;
    } names[] = {
        { "unix", N_("Direct") },   { "ssh", N_("SSH") },
        { "tls", N_("TLS") },       { "tcp", N_("TCP, not encrypted") },
        { "https", N_("vCenter") },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(names[i].id, transport))
            return _(names[i].text);
    return transport;
}

char *mig_host_words_route(MigHost *host)
{
    MigObject *object = MIG_OBJECT(host);
    const char *address = mig_object_get_string(object, "Address");
    const char *transport = name_transport(mig_object_get_string(object, "Transport"));
    GVariant *settings = mig_object_get_variant(object, "Settings");
    const char *user = NULL;
    if (!address[0])
        return g_strdup(_("The computer the migration service runs on"));
    if (settings && g_variant_lookup(settings, "user", "&s", &user))
        return g_strdup_printf("%s, %s@%s", transport, user, address);
    return g_strdup_printf("%s, %s", transport, address);
}
