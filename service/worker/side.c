/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See side.h.
 */
#include "side.h"

#include <libvirt/virterror.h>
#include <stdlib.h>

#include "control.h"
#include "error.h"
#include "inspect.h"
#include "libvirt-error.h"
#include "params.h"
#include "volumes.h"

MigSide *mig_side_new(const MigHost *host, const char *pki_path)
{
    MigSide *side = g_new0(MigSide, 1);
    side->host = host;
    side->pki_path = pki_path;
    return side;
}

void mig_side_set_guest(MigSide *side, const char *guest, const char *uuid)
{
    g_free(side->guest);
    g_free(side->uuid);
    side->guest = g_strdup(guest);
    side->uuid = g_strdup(uuid);
}

static void close_connection(MigSide *side)
{
    if (side->connection)
        virConnectClose(side->connection);
    side->connection = NULL;
}

void mig_side_free(MigSide *side)
{
    if (!side)
        return;
    close_connection(side);
    mig_facts_free(side->facts);
    g_free(side->guest);
    g_free(side->uuid);
    mig_guest_question_free(side->guest_question);
    mig_host_question_free(side->host_question);
    mig_guest_report_free(side->guest_report);
    mig_host_report_free(side->host_report);
    g_clear_pointer(&side->statistics, g_variant_unref);
    g_free(side->configuration);
    g_free(side->xml);
    g_free(side->inactive_xml);
    g_strfreev(side->volumes);
    g_strfreev(side->found_volumes);
    g_strfreev(side->deleted_volumes);
    g_clear_error(&side->error);
    g_free(side->raw);
    g_free(side);
}

gboolean mig_side_open(gpointer data)
{
    MigSide *side = data;
    if (!side->connection)
        side->connection =
            mig_connection_open(side->host, side->pki_path, &side->raw, &side->error);
    return side->connection != NULL;
}

static gboolean ask_host(MigSide *side)
{
    if (!side->facts)
        side->facts =
            mig_connection_ask_host(side->connection, side->host, &side->raw, &side->error);
    return side->facts != NULL;
}

/* Connects if need be, then the facts of host and guest. */
static gboolean ask(MigSide *side)
{
    if (!mig_side_open(side) || !ask_host(side))
        return FALSE;
    return !side->guest ||
           mig_connection_ask_guest(side->connection, side->host, side->guest, side->uuid,
                                    side->facts, &side->raw, &side->error);
}

gboolean mig_side_inspect(gpointer data)
{
    MigSide *side = data;
    if (!ask(side))
        return FALSE;
    if (side->guest_question && side->facts->guest_found) {
        side->guest_report = mig_inspect_source(side->connection, side->host, side->facts,
                                                side->guest_question, &side->raw, &side->error);
        return side->guest_report != NULL;
    }
    if (side->host_question)
        side->host_report = mig_inspect_destination(side->connection, side->host,
                                                    side->host_question, &side->raw, &side->error);
    return !side->host_question || side->host_report;
}

gboolean mig_side_look(gpointer data)
{
    MigSide *side = data;
    gboolean let_go = side->let_go;
    side->let_go = FALSE;
    g_clear_error(&side->error);
    if (side->connection && (let_go || !mig_connection_is_alive(side->connection))) {
        close_connection(side);
        /* a pinned host must show its UUID on every connection */
        g_clear_pointer(&side->facts, mig_facts_free);
    }
    if (!ask(side))
        close_connection(side);
    return TRUE;
}

gboolean mig_side_ask_statistics(gpointer data)
{
    MigSide *side = data;
    g_autoptr(virDomain) domain = NULL;
    virTypedParameterPtr params = NULL;
    int type = VIR_DOMAIN_JOB_NONE, n = 0;
    const unsigned int flags = VIR_DOMAIN_JOB_STATS_COMPLETED | VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED;
    if (!side->connection || !mig_connection_find_guest(side->connection, side->host, side->guest,
                                                        side->uuid, &domain, NULL, NULL))
        return TRUE;
    if (domain && virDomainGetJobStats(domain, &type, &params, &n, flags) >= 0 &&
        type == VIR_DOMAIN_JOB_COMPLETED)
        side->statistics = mig_params_to_statistics(params, n);
    virTypedParamsFree(params, n);
    return TRUE;
}

/* With the passwords in it, or the guest would be without them; unless libvirtd keeps them back. */
static char *read_xml(virDomainPtr domain, unsigned int flags)
{
    char *xml = virDomainGetXMLDesc(domain, flags | VIR_DOMAIN_XML_SECURE);
    virErrorPtr last = xml ? NULL : virGetLastError();
    if (last && last->code == VIR_ERR_ACCESS_DENIED)
        xml = virDomainGetXMLDesc(domain, flags);
    char *copy = g_strdup(xml);
    free(xml);
    return copy;
}

gboolean mig_side_read_xml(gpointer data)
{
    MigSide *side = data;
    MigErrorPlace place = { MIG_DOING_ASK, .host = side->host, .guest = side->facts->guest_name };
    g_autoptr(virDomain) domain = NULL;
    if (!mig_connection_find_guest(side->connection, side->host, "", side->facts->guest_uuid,
                                   &domain, &side->raw, &side->error))
        return FALSE;
    side->xml = domain ? read_xml(domain, VIR_DOMAIN_XML_MIGRATABLE) : NULL;
    if (side->xml && side->facts->guest_persistent)
        side->inactive_xml = read_xml(domain, VIR_DOMAIN_XML_INACTIVE);
    if (side->xml && (side->inactive_xml || !side->facts->guest_persistent))
        return TRUE;
    mig_libvirt_error(&place, &side->raw, &side->error);
    return FALSE;
}

gboolean mig_side_missing_volumes(gpointer data)
{
    MigSide *side = data;
    if (!mig_side_open(side))
        return FALSE;
    side->found_volumes =
        mig_volumes_missing(side->connection, (const char *const *) side->volumes);
    return TRUE;
}

/* Those of `all` that `left` has not. */
static GStrv without(GStrv all, GStrv left)
{
    g_autoptr(GStrvBuilder) rest = g_strv_builder_new();
    for (; *all; all++)
        if (!g_strv_contains((const char *const *) left, *all))
            g_strv_builder_add(rest, *all);
    return g_strv_builder_end(rest);
}

gboolean mig_side_clear_volumes(gpointer data)
{
    MigSide *side = data;
    if (!mig_side_open(side))
        return FALSE;
    g_auto(GStrv) there = mig_volumes_there(side->connection, (const char *const *) side->volumes);
    side->found_volumes = side->may_delete
                              ? mig_volumes_delete(side->connection, (const char *const *) there)
                              : g_strdupv(there);
    side->deleted_volumes = without(there, side->found_volumes);
    return TRUE;
}

gboolean mig_side_set_downtime(gpointer data)
{
    MigSide *side = data;
    g_autoptr(virDomain) domain = NULL;
    MigErrorPlace place = { MIG_DOING_CONTROL, .host = side->host };
    if (!side->connection || !mig_connection_find_guest(side->connection, side->host, side->guest,
                                                        side->uuid, &domain, NULL, NULL))
        return TRUE;
    if (domain && side->facts && side->facts->guest_state != VIR_DOMAIN_SHUTOFF &&
        !mig_control_set_downtime(domain, side->downtime))
        mig_libvirt_error(&place, NULL, NULL);
    return TRUE;
}

static int resume(virDomainPtr domain)
{
    return virDomainResume(domain);
}

/* The process alone: a configuration stays. */
static int destroy(virDomainPtr domain)
{
    return virDomainDestroyFlags(domain, VIR_DOMAIN_DESTROY_DEFAULT);
}

/* Nobody may have touched it since: libvirt has no call that looks and acts in one. */
static gboolean is_as_seen(const MigSide *side, virDomainPtr domain)
{
    int state = 0, reason = 0;
    return virDomainGetState(domain, &state, &reason, 0) == 0 &&
           state == side->facts->guest_state && reason == side->facts->guest_reason;
}

gboolean mig_side_recover(gpointer data)
{
    static int (*const acts[])(virDomainPtr) = {
        [MIG_RECOVERY_RESUMES] = resume,
        [MIG_RECOVERY_DESTROYS] = destroy,
    };
    MigSide *side = data;
    MigErrorPlace place = { MIG_DOING_RECOVER, .host = side->host,
                            .guest = side->facts->guest_name };
    g_autoptr(virDomain) domain = NULL;
    if (!mig_connection_find_guest(side->connection, side->host, "", side->uuid, &domain,
                                   &side->raw, &side->error))
        return FALSE;
    if (!domain || !is_as_seen(side, domain)) {
        g_set_error(&side->error, MIG_ERROR, MIG_ERROR_NOT_RECOVERABLE,
                    "guest %s on host %s has just changed; call look-again",
                    side->facts->guest_name, side->host->name);
        return FALSE;
    }
    if (acts[side->act](domain) == 0)
        return TRUE;
    mig_libvirt_error(&place, &side->raw, &side->error);
    return FALSE;
}
