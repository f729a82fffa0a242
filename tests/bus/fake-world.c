/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way to the world, and the thread's last error. Where the world is comes from the environment,
 * read before main() because the worker throws its environment away.
 */
#include "fake.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char *world_path;

static void __attribute__((constructor)) read_environment(void)
{
    world_path = g_strdup(g_getenv("FAKE_LIBVIRT_WORLD"));
}

static void free_error(gpointer data)
{
    virErrorPtr error = data;

    g_free(error->message);
    g_free(error->str1);
    g_free(error);
}

static GPrivate last_error = G_PRIVATE_INIT(free_error);

void fake_set_error(int code, int domain, const char *text)
{
    virErrorPtr error = g_new0(virError, 1);

    error->code = code;
    error->domain = domain;
    error->level = VIR_ERR_ERROR;
    error->message = g_strdup(text);
    error->str1 = g_strdup(text);
    g_private_replace(&last_error, error);
}

/* The library's own helpers (typed parameters, event loop) report through the library. */
virErrorPtr __wrap_virGetLastError(void)
{
    virErrorPtr error = g_private_get(&last_error);

    return error != NULL ? error : __real_virGetLastError();
}

static int connect_world(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_strlcpy(address.sun_path, world_path, sizeof address.sun_path);
    if (connect(fd, (struct sockaddr *) &address, sizeof address) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static char *exchange(int fd, const char *line)
{
    g_autoptr(GString) answer = g_string_new(NULL);
    gsize length = strlen(line);
    char buffer[65536];
    gssize n;

    if (send(fd, line, length, MSG_NOSIGNAL) != (gssize) length)
        return NULL;
    /* Not more than the line: what follows it on a socket that stays open is an event. */
    while ((n = recv(fd, buffer, sizeof buffer, MSG_PEEK)) > 0) {
        const char *end = memchr(buffer, '\n', (gsize) n);

        g_string_append_len(answer, buffer, end != NULL ? end - buffer : n);
        recv(fd, buffer, end != NULL ? (gsize) (end - buffer) + 1 : (gsize) n, 0);
        if (end != NULL)
            return g_string_free(g_steal_pointer(&answer), FALSE);
    }
    return NULL;
}

GVariant *fake_ask(const char *function, GVariant *arguments, int *ret_fd)
{
    g_autoptr(GVariant) call = g_variant_ref_sink(g_variant_new(
        "(s@a{sv})", function,
        arguments != NULL ? arguments : g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0)));
    g_autofree char *text = g_variant_print(call, TRUE);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    g_autofree char *reply = NULL;
    g_autoptr(GVariant) answer = NULL;
    const char *sentence;
    int code, domain, fd;

    g_private_replace(&last_error, NULL);
    if (world_path == NULL)
        g_error("FAKE_LIBVIRT_WORLD is not set: this worker has no libvirt");
    fd = connect_world();
    if (fd >= 0)
        reply = exchange(fd, line);
    if (reply != NULL)
        answer = g_variant_parse(G_VARIANT_TYPE_VARDICT, reply, NULL, NULL, NULL);
    if (answer == NULL)
        fake_set_error(VIR_ERR_RPC, VIR_FROM_RPC, "client socket is closed");
    else if (g_variant_lookup(answer, "error", "(ii&s)", &code, &domain, &sentence))
        fake_set_error(code, domain, sentence);
    else if (ret_fd != NULL)
        *ret_fd = g_steal_fd(&fd);
    if (fd >= 0)
        close(fd);
    return g_private_get(&last_error) == NULL ? g_steal_pointer(&answer) : NULL;
}

static GVariantDict *dict_or_new(GVariantDict *dict, GVariantDict *own)
{
    if (dict != NULL)
        return dict;
    g_variant_dict_init(own, NULL);
    return own;
}

GVariant *fake_ask_connection(virConnectPtr connection, const char *function, GVariantDict *more)
{
    GVariantDict own;
    GVariantDict *dict = dict_or_new(more, &own);

    g_variant_dict_insert(dict, "connection", "t", connection->id);
    return fake_ask(function, g_variant_dict_end(dict), NULL);
}

GVariant *fake_ask_domain(virDomainPtr domain, const char *function, GVariantDict *more)
{
    GVariantDict own;
    GVariantDict *dict = dict_or_new(more, &own);

    g_variant_dict_insert(dict, "guest", "s", domain->name);
    g_variant_dict_insert(dict, "uuid", "s", domain->uuid);
    return fake_ask_connection(domain->connection, function, dict);
}

gint64 fake_get_number(GVariant *answer, const char *key)
{
    g_autoptr(GVariant) value = g_variant_lookup_value(answer, key, G_VARIANT_TYPE_INT64);

    return g_variant_get_int64(value);
}

char *fake_get_string(GVariant *answer, const char *key)
{
    g_autoptr(GVariant) value = g_variant_lookup_value(answer, key, G_VARIANT_TYPE_STRING);

    return g_variant_dup_string(value, NULL);
}

static GVariant *value_of(virTypedParameterPtr param)
{
    switch (param->type) {
    case VIR_TYPED_PARAM_INT:
        return g_variant_new_int32(param->value.i);
    case VIR_TYPED_PARAM_UINT:
        return g_variant_new_uint32(param->value.ui);
    case VIR_TYPED_PARAM_LLONG:
        return g_variant_new_int64(param->value.l);
    case VIR_TYPED_PARAM_ULLONG:
        return g_variant_new_uint64(param->value.ul);
    case VIR_TYPED_PARAM_DOUBLE:
        return g_variant_new_double(param->value.d);
    case VIR_TYPED_PARAM_BOOLEAN:
        return g_variant_new_boolean(param->value.b);
    case VIR_TYPED_PARAM_STRING:
        return g_variant_new_string(param->value.s);
    }
    g_error("typed parameter %s has the unknown type %d", param->field, param->type);
}

GVariant *fake_from_params(virTypedParameterPtr params, int count)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(sv)"));
    for (int i = 0; i < count; i++)
        g_variant_builder_add(&builder, "(sv)", params[i].field, value_of(&params[i]));
    return g_variant_builder_end(&builder);
}

static void add_param(virTypedParameterPtr *params, int *count, int *max, const char *key,
                      GVariant *value)
{
    switch (g_variant_classify(value)) {
    case G_VARIANT_CLASS_INT32:
        virTypedParamsAddInt(params, count, max, key, g_variant_get_int32(value));
        return;
    case G_VARIANT_CLASS_UINT32:
        virTypedParamsAddUInt(params, count, max, key, g_variant_get_uint32(value));
        return;
    case G_VARIANT_CLASS_INT64:
        virTypedParamsAddLLong(params, count, max, key, g_variant_get_int64(value));
        return;
    case G_VARIANT_CLASS_UINT64:
        virTypedParamsAddULLong(params, count, max, key, g_variant_get_uint64(value));
        return;
    case G_VARIANT_CLASS_DOUBLE:
        virTypedParamsAddDouble(params, count, max, key, g_variant_get_double(value));
        return;
    case G_VARIANT_CLASS_BOOLEAN:
        virTypedParamsAddBoolean(params, count, max, key, g_variant_get_boolean(value));
        return;
    case G_VARIANT_CLASS_STRING:
        virTypedParamsAddString(params, count, max, key, g_variant_get_string(value, NULL));
        return;
    default:
        g_error("the world gave %s a type that libvirt does not have", key);
    }
}

void fake_to_params(GVariant *array, virTypedParameterPtr *params, int *count)
{
    GVariantIter iter;
    const char *key;
    GVariant *value;
    int max = 0;

    *params = NULL;
    *count = 0;
    g_variant_iter_init(&iter, array);
    while (g_variant_iter_loop(&iter, "(&sv)", &key, &value))
        add_param(params, count, &max, key, value);
}
