/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt's connections, played by the world.
 */
#include "fake.h"

#include <stdlib.h>
#include <unistd.h>

/* What the callback gives for one credential, NULL if it does not. */
static char *ask_callback(virConnectAuthPtr auth, int type)
{
    virConnectCredential credential = { .type = type, .prompt = "Password" };

    if (auth == NULL || auth->cb == NULL || auth->cb(&credential, 1, auth->cbdata) < 0)
        return NULL;
    return credential.result;
}

static GVariant *open_host(const char *name, unsigned int flags, const char *password, int *fd)
{
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "uri", "s", name != NULL ? name : "");
    g_variant_dict_insert(&dict, "flags", "u", flags);
    if (password != NULL)
        g_variant_dict_insert(&dict, "password", "s", password);
    return fake_ask("virConnectOpenAuth", g_variant_dict_end(&dict), fd);
}

/* A host that asks is opened once more with what the worker gives. */
static GVariant *answer_question(const char *name, virConnectAuthPtr auth, unsigned int flags,
                                 GVariant *answer, int *fd)
{
    char *password = ask_callback(auth, (int) fake_get_number(answer, "asks"));
    GVariant *opened = NULL;

    close(*fd);
    if (password != NULL)
        opened = open_host(name, flags, password, fd);
    else
        fake_set_error(VIR_ERR_AUTH_FAILED, VIR_FROM_RPC, "authentication failed: no credentials");
    free(password);
    return opened;
}

virConnectPtr __wrap_virConnectOpenAuth(const char *name, virConnectAuthPtr auth,
                                        unsigned int flags)
{
    int fd = -1;
    g_autoptr(GVariant) answer = open_host(name, flags, NULL, &fd);
    virConnectPtr connection;

    if (answer != NULL && g_variant_lookup(answer, "asks", "x", NULL)) {
        g_autoptr(GVariant) asked = g_steal_pointer(&answer);

        answer = answer_question(name, auth, flags, asked, &fd);
    }
    if (answer == NULL)
        return NULL;
    connection = g_new0(virConnect, 1);
    g_atomic_ref_count_init(&connection->refs);
    connection->id = (guint64) fake_get_number(answer, "connection");
    connection->type = fake_get_string(answer, "type");
    connection->events = fake_events_new(connection, fd);
    return connection;
}

int __wrap_virConnectClose(virConnectPtr connection)
{
    if (!g_atomic_ref_count_dec(&connection->refs))
        return 1;
    fake_events_close(connection->events);
    g_free(connection->type);
    g_free(connection);
    return 0;
}

int __wrap_virConnectRef(virConnectPtr connection)
{
    g_atomic_ref_count_inc(&connection->refs);
    return 0;
}

const char *__wrap_virConnectGetType(virConnectPtr connection)
{
    return connection->type;
}

static char *ask_string(virConnectPtr connection, const char *function)
{
    g_autoptr(GVariant) answer = fake_ask_connection(connection, function, NULL);

    return answer != NULL ? fake_get_string(answer, "result") : NULL;
}

static int ask_int(virConnectPtr connection, const char *function)
{
    g_autoptr(GVariant) answer = fake_ask_connection(connection, function, NULL);

    return answer != NULL ? (int) fake_get_number(answer, "result") : -1;
}

char *__wrap_virConnectGetHostname(virConnectPtr connection)
{
    return ask_string(connection, "virConnectGetHostname");
}

char *__wrap_virConnectGetCapabilities(virConnectPtr connection)
{
    return ask_string(connection, "virConnectGetCapabilities");
}

int __wrap_virConnectGetLibVersion(virConnectPtr connection, unsigned long *version)
{
    g_autoptr(GVariant) answer = fake_ask_connection(connection, "virConnectGetLibVersion", NULL);

    if (answer == NULL)
        return -1;
    *version = (unsigned long) fake_get_number(answer, "result");
    return 0;
}

int __wrap_virConnectIsAlive(virConnectPtr connection)
{
    return ask_int(connection, "virConnectIsAlive");
}

int __wrap_virConnectSetKeepAlive(virConnectPtr connection, int interval, unsigned int count)
{
    if (!fake_events_come(connection->events)) {
        fake_set_error(VIR_ERR_INTERNAL_ERROR, VIR_FROM_REMOTE,
                       "the caller doesn't support keepalive protocol; perhaps it's missing event "
                       "loop implementation");
        return -1;
    }
    return ask_int(connection, "virConnectSetKeepAlive");
}

int fake_to_records(virConnectPtr connection, GVariant *answer, virDomainStatsRecordPtr **records)
{
    g_autoptr(GVariantIter) iter = NULL;
    const char *name, *uuid;
    GVariant *params;
    int count = 0;

    g_variant_lookup(answer, "guests", "a(ssa(sv))", &iter);
    *records = g_new0(virDomainStatsRecordPtr, g_variant_iter_n_children(iter) + 1);
    while (g_variant_iter_loop(iter, "(&s&s@a(sv))", &name, &uuid, &params)) {
        virDomainStatsRecordPtr record = g_new0(virDomainStatsRecord, 1);

        record->dom = fake_domain_new(connection, name, uuid);
        fake_to_params(params, &record->params, &record->nparams);
        (*records)[count++] = record;
    }
    return count;
}

int __wrap_virConnectGetAllDomainStats(virConnectPtr connection, unsigned int stats,
                                       virDomainStatsRecordPtr **records, unsigned int flags)
{
    g_autoptr(GVariant) answer = NULL;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "stats", "u", stats);
    g_variant_dict_insert(&dict, "flags", "u", flags);
    answer = fake_ask_connection(connection, "virConnectGetAllDomainStats", &dict);
    return answer != NULL ? fake_to_records(connection, answer, records) : -1;
}

void __wrap_virDomainStatsRecordListFree(virDomainStatsRecordPtr *records)
{
    for (virDomainStatsRecordPtr *record = records; record != NULL && *record != NULL; record++) {
        virTypedParamsFree((*record)->params, (*record)->nparams);
        __wrap_virDomainFree((*record)->dom);
        g_free(*record);
    }
    g_free(records);
}
