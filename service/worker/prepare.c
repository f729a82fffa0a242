/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See prepare.h.
 */
#include "prepare.h"

#include "edit.h"
#include "mode.h"
#include "volumes.h"

static gboolean copies_storage(const MigTask *task)
{
    return mig_request_number(task->request, MIG_OPT_COPY_STORAGE) != MIG_COPY_NONE;
}

gboolean mig_prepare_needs_xml(const MigTask *task)
{
    return mig_request_has_edits(task->request) || (copies_storage(task) && !task->unopened);
}

/* A configuration of its own is written only if there is one: the running guest's otherwise. */
static gboolean writes_configuration(const MigTask *task, const MigSide *source)
{
    return source->inactive_xml && mig_request_number(task->request, MIG_OPT_PERSIST) &&
           mig_takes_param(mig_driver(source->facts->driver), mig_mode(task->request),
                           VIR_MIGRATE_PARAM_PERSIST_XML);
}

GVariant *mig_prepare_params(const MigTask *task, const MigPlan *plan, const MigSide *source,
                             GError **error)
{
    if (!mig_request_has_edits(task->request))
        return g_variant_ref(plan->params);

    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(plan->params);
    g_autofree char *xml = mig_edit_guest(source->xml, task->request, FALSE, error);
    if (!xml)
        return NULL;
    g_variant_dict_insert(&dict, VIR_MIGRATE_PARAM_DEST_XML, "s", xml);
    if (writes_configuration(task, source)) {
        /* what was plugged in while it runs is not in it */
        g_autofree char *inactive =
            mig_edit_guest(source->inactive_xml, task->request, TRUE, error);
        if (!inactive)
            return NULL;
        g_variant_dict_insert(&dict, VIR_MIGRATE_PARAM_PERSIST_XML, "s", inactive);
    }
    return g_variant_ref_sink(g_variant_dict_end(&dict));
}

GStrv mig_prepare_volumes(const MigTask *task, const MigSide *source, GVariant *params,
                          GError **error)
{
    const char *xml = source->xml;
    g_variant_lookup(params, VIR_MIGRATE_PARAM_DEST_XML, "&s", &xml);
    return mig_volumes_of_guest(xml, task->request, error);
}
