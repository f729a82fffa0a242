/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A finding of the service's checks. */
#include "finding.h"

#include "service-words.h"
#include "words.h"

struct _MigFinding {
    MigObject parent_instance;
};

G_DEFINE_FINAL_TYPE(MigFinding, mig_finding, MIG_TYPE_OBJECT)

static const MigKey keys[] = {
    { "id", "id", "s" },
    { "severity", "severity", "s" },
    { "arguments", "arguments", "a{ss}" },
    { "sentence", "sentence", "s" },
    { "remedy", "remedy", "s" },
    { "message", "message", "s" },
};

/* What the service says in English, in the user's language. */
static void translate(MigFinding *self, const MigFailureNames *names)
{
    MigObject *object = MIG_OBJECT(self);
    const char *id = mig_object_get_string(object, "id");
    GVariant *arguments = mig_object_get_variant(object, "arguments");
    const char *own = mig_object_get_string(object, "sentence");
    const char *own_remedy = mig_object_get_string(object, "remedy");
    g_autofree char *message = g_strjoin(own_remedy[0] ? " " : "", own, own_remedy, NULL);
    g_autofree char *sentence = mig_service_words_sentence(id, arguments, names, own);
    g_autofree char *remedy = mig_service_words_remedy(id, arguments, own_remedy);
    const char *technical = mig_words_is_sentence(sentence, own) ? "" : message;
    g_autoptr(GVariant) texts = g_variant_ref_sink(g_variant_new_parsed(
        "{'sentence': <%s>, 'remedy': <%s>, 'message': <%s>}", sentence, remedy, technical));
    mig_object_update(object, texts);
}

GListModel *mig_finding_list_new(GVariant *findings, const MigFailureNames *names)
{
    g_autoptr(GListStore) list = g_list_store_new(MIG_TYPE_FINDING);
    for (gsize i = 0; findings && i < g_variant_n_children(findings); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(findings, i);
        g_autoptr(MigFinding) finding = g_object_new(MIG_TYPE_FINDING, NULL);
        mig_object_update(MIG_OBJECT(finding), row);
        translate(finding, names);
        g_list_store_append(list, finding);
    }
    return G_LIST_MODEL(g_steal_pointer(&list));
}

static void mig_finding_class_init(MigFindingClass *klass)
{
    mig_object_class_set_keys(MIG_OBJECT_CLASS(klass), keys, G_N_ELEMENTS(keys));
}

static void mig_finding_init(MigFinding *self)
{
}
