/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See filter.h.
 */
#include "filter.h"

#include "error.h"
#include "text.h"

#define LIMIT_DEFAULT 100
#define LIMIT_MAX 1000
#define KEYS_MAX 8

typedef struct {
    const char *key;
    const char *type;
} FilterKey;

static const FilterKey guest_keys[] = {
    { "active", "b" }, { "name", "s" }, { "guests", "as" }, { "check", "b" }, { NULL },
};
static const FilterKey job_keys[] = {
    { "state", "s" },  { "unfinished", "b" },  { "guest", "s" },
    { "source", "s" }, { "destination", "s" }, { "mine", "b" },
    { "before", "t" }, { "limit", "u" },       { NULL },
};

static const FilterKey *find_key(const FilterKey *keys, const char *name)
{
    for (; keys->key; keys++)
        if (g_str_equal(keys->key, name))
            return keys;
    return NULL;
}

static char *list_keys(const FilterKey *keys)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (; keys->key; keys++)
        g_string_append_printf(list, "%s%s (%s)", list->len ? ", " : "", keys->key, keys->type);
    return g_string_free(g_steal_pointer(&list), FALSE);
}

static gboolean refuse_unknown(const FilterKey *keys, const char *name, GError **error)
{
    g_autofree char *known = list_keys(keys);
    g_autofree char *quoted = mig_text_quote(name);
    const char *names[KEYS_MAX + 1] = { NULL };
    for (guint i = 0; keys[i].key && i < KEYS_MAX; i++)
        names[i] = keys[i].key;
    g_autofree char *meant = mig_text_did_you_mean(name, names);
    g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                "unknown filter key %s: %sthe keys are %s", quoted, meant, known);
    return FALSE;
}

static gboolean check_entry(const FilterKey *keys, const char *name, GVariant *value,
                            GHashTable *seen, GError **error)
{
    const FilterKey *key = find_key(keys, name);
    if (!key)
        return refuse_unknown(keys, name, error);
    if (!g_str_equal(g_variant_get_type_string(value), key->type)) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                    "filter key \"%s\" must be of D-Bus type \"%s\", not \"%s\"", key->key,
                    key->type, g_variant_get_type_string(value));
        return FALSE;
    }
    if (g_hash_table_add(seen, (void *) key))
        return TRUE;
    g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                "filter key \"%s\" is given twice: give it once", key->key);
    return FALSE;
}

static gboolean check(GVariant *dict, const FilterKey *keys, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    GVariantIter iter;
    const char *name;
    GVariant *value;
    g_variant_iter_init(&iter, dict);
    while (g_variant_iter_loop(&iter, "{&sv}", &name, &value)) {
        if (!check_entry(keys, name, value, seen, error)) {
            g_variant_unref(value);
            return FALSE;
        }
    }
    return TRUE;
}

/* What "guests" names is looked up, and only what is looked up can be checked. */
static gboolean check_names(GVariant *dict, GError **error)
{
    g_autoptr(GVariant) names = g_variant_lookup_value(dict, "guests", NULL);
    gboolean checked = g_variant_lookup(dict, "check", "b", NULL);
    gsize n = names ? g_variant_n_children(names) : 0;
    const char *wrong = NULL;
    if (checked && !names)
        wrong = "filter key \"check\" goes only with \"guests\": name the guests";
    else if (names && n == 0)
        wrong = "filter key \"guests\" is empty: name a guest, or leave it out";
    else if (names && g_variant_n_children(dict) > (checked ? 2 : 1))
        wrong = "filter key \"guests\" goes only with \"check\": leave out the others";
    if (wrong)
        g_set_error_literal(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT, wrong);
    else if (n > FILTER_GUESTS_MAX)
        g_set_error(error, MIG_ERROR, MIG_ERROR_LIMITS_EXCEEDED,
                    "filter key \"guests\" has %" G_GSIZE_FORMAT
                    " names, and %d is the most: ask for some after the others",
                    n, FILTER_GUESTS_MAX);
    return !wrong && n <= FILTER_GUESTS_MAX;
}

gboolean filter_check_guests(GVariant *dict, GError **error)
{
    return check(dict, guest_keys, error) && check_names(dict, error);
}

gboolean filter_read_jobs(GVariant *dict, guint32 caller, MigJobFilter *filter, GError **error)
{
    gboolean mine = FALSE;
    MigState state;
    *filter = (MigJobFilter){ .limit = LIMIT_DEFAULT, .owner_uid = caller };
    if (!check(dict, job_keys, error))
        return FALSE;
    g_variant_lookup(dict, "state", "&s", &filter->state);
    g_variant_lookup(dict, "unfinished", "b", &filter->unfinished);
    g_variant_lookup(dict, "guest", "&s", &filter->guest);
    g_variant_lookup(dict, "source", "&s", &filter->source);
    g_variant_lookup(dict, "destination", "&s", &filter->destination);
    g_variant_lookup(dict, "before", "t", &filter->before);
    g_variant_lookup(dict, "limit", "u", &filter->limit);
    g_variant_lookup(dict, "mine", "b", &mine);
    filter->by_owner = mine;
    if (filter->limit < 1 || filter->limit > LIMIT_MAX) {
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                    "filter key \"limit\": %u must be 1 to %d", filter->limit, LIMIT_MAX);
        return FALSE;
    }
    if (filter->state && !mig_state_from_string(filter->state, &state)) {
        g_autofree char *quoted = mig_text_quote(filter->state);
        g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_ARGUMENT,
                    "filter key \"state\": %s is no state of a job: queued, running, cancelling, "
                    "completed, failed, cancelled or interrupted",
                    quoted);
        return FALSE;
    }
    return TRUE;
}
