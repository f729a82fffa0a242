/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See host-uri.h.
 */
#include "host-uri.h"

#include <string.h>

#include "error.h"
#include "hostfile-check.h"
#include "uri.h"

#define INSTANCE_PREFIX "URI-"
#define INSTANCE_DIGITS 32 /* of a SHA-256 */

gboolean mig_host_is_uri(const char *name)
{
    return strstr(name, "://") != NULL;
}

static gboolean check_connect(const MigUri *uri, GError **error)
{
    if (uri->connect == MIG_CONNECT_SSH || uri->connect == MIG_CONNECT_TLS)
        return TRUE;

    g_set_error_literal(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                        "A destination that is given as a URI is reached by ssh or TLS, as "
                        "qemu+ssh://root@host-b.example/system; for anything else add a host, see "
                        "migrationd.hosts(5).");
    return FALSE;
}

static MigHost *build(const MigUri *uri, GError **error)
{
    g_auto(HostTexts) texts = { 0 };

    texts.text[KEY_DRIVER] = g_strdup(uri->driver);
    texts.text[KEY_TRANSPORT] = g_strdup(mig_connect_to_string(uri->connect));
    texts.text[KEY_ADDRESS] = g_strdup(uri->host);
    texts.text[KEY_PORT] = uri->port != 0 ? g_strdup_printf("%u", uri->port) : NULL;
    texts.text[KEY_USER] = g_strdup(uri->user);

    return mig_hostfile_build("URI", &texts, error);
}

/* Without what is only for libvirt to read. */
static char *canonical(const MigHost *host)
{
    char *text = mig_uri_for_route(host->driver, &host->own, NULL);
    char *query = strchr(text, '?');

    if (query != NULL)
        *query = '\0';

    return text;
}

MigHost *mig_host_from_uri(const char *text, GError **error)
{
    g_autoptr(MigUri) uri = mig_uri_parse(text, error);
    g_autoptr(MigHost) host = NULL;

    if (uri == NULL || !check_connect(uri, error))
        return NULL;

    host = build(uri, error);
    /* GCOVR_EXCL_START: a URI may name less than a host file may, as test-uri-differential shows */
    if (host == NULL)
        return NULL;
    /* GCOVR_EXCL_STOP */
    g_free(host->name);
    host->name = canonical(host);

    return g_steal_pointer(&host);
}

char *mig_host_instance(const char *name)
{
    g_autofree char *hash = NULL;

    if (!mig_host_is_uri(name))
        return g_strdup(name);
    hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, name, -1);

    return g_strdup_printf(INSTANCE_PREFIX "%.*s", INSTANCE_DIGITS, hash);
}

gboolean mig_host_instance_is_valid(const char *instance)
{
    const char *digits = instance + strlen(INSTANCE_PREFIX);

    if (!g_str_has_prefix(instance, INSTANCE_PREFIX))
        return mig_host_name_is_valid(instance);

    return strlen(digits) == INSTANCE_DIGITS &&
           strspn(digits, G_CSET_DIGITS "abcdef") == INSTANCE_DIGITS;
}
