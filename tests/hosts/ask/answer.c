/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See answer.h.
 */
#include "answer.h"

#include <signal.h>
#include <time.h>

#include "params.h"

typedef virDomain Domain;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Domain, virDomainFree)

static G_NORETURN void give_up(const char *doing)
{
    g_printerr("%s: %s\n", doing, virGetLastErrorMessage());
    exit(1);
}

static Domain *find(virConnectPtr host, const char *xml)
{
    const char *start = strstr(xml, "<uuid>");
    g_autofree char *uuid =
        start ? g_strndup(start + strlen("<uuid>"), VIR_UUID_STRING_BUFLEN - 1) : NULL;

    g_assert_nonnull(uuid);
    return virDomainLookupByUUIDString(host, uuid);
}

static void forget(virConnectPtr host, const char *xml)
{
    g_autoptr(Domain) guest = find(host, xml);

    if (!guest)
        return;
    if (virDomainIsActive(guest) == 1 && virDomainDestroy(guest) < 0)
        give_up("destroying a guest");
    /* a transient one is gone already */
    if (virDomainIsPersistent(guest) == 1 && virDomainUndefine(guest) < 0)
        give_up("undefining a guest");
}

/* The guest on the source, persistent and in the wanted state, and not on the destination. */
static Domain *make_ready(const Hosts *hosts, const char *xml, int wanted)
{
    g_autoptr(Domain) guest = NULL;
    int state = VIR_DOMAIN_NOSTATE;

    forget(hosts->destination, xml);
    guest = find(hosts->source, xml);
    if (guest && virDomainIsPersistent(guest) != 1) {
        forget(hosts->source, xml);
        g_clear_pointer(&guest, virDomainFree);
    }
    if (!guest)
        guest = virDomainDefineXML(hosts->source, xml);
    if (!guest || virDomainGetState(guest, &state, NULL, 0) < 0)
        give_up("looking at a guest");

    if (state != wanted && state != VIR_DOMAIN_SHUTOFF && virDomainDestroy(guest) < 0)
        give_up("destroying a guest");
    if (state != wanted && wanted == VIR_DOMAIN_RUNNING && virDomainCreate(guest) < 0)
        give_up("starting a guest");

    return g_steal_pointer(&guest);
}

static gboolean needs_disk(const MigRequest *request)
{
    return mig_request_number(request, MIG_OPT_COPY_STORAGE) != MIG_COPY_NONE ||
           mig_request_number(request, MIG_OPT_SYNCHRONOUS_WRITES) ||
           request->options[MIG_OPT_DISKS].set;
}

static void call_off(union sigval guest)
{
    virDomainAbortJob(guest.sival_ptr);
}

static timer_t start_timer(Domain *guest)
{
    struct sigevent event = { .sigev_notify = SIGEV_THREAD,
                              .sigev_value.sival_ptr = guest,
                              .sigev_notify_function = call_off };
    const struct itimerspec when = { .it_value.tv_sec = ANSWER_SECONDS };
    timer_t timer;

    if (timer_create(CLOCK_MONOTONIC, &event, &timer) < 0 ||
        timer_settime(timer, 0, &when, NULL) < 0)
        g_error("no timer can be had");

    return timer;
}

/* In place of an edited one: that there is one is what libvirt may object to. */
static GVariant *with_xml(GVariant *params, Domain *guest)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(params);
    char *xml = virDomainGetXMLDesc(guest, VIR_DOMAIN_XML_MIGRATABLE | VIR_DOMAIN_XML_SECURE);

    if (!xml)
        give_up("asking for the guest's XML");
    g_variant_dict_insert(&dict, VIR_MIGRATE_PARAM_DEST_XML, "s", xml);
    free(xml);

    return g_variant_ref_sink(g_variant_dict_end(&dict));
}

static gboolean migrate(const Hosts *hosts, const Call *call, Domain *guest, guint32 flags)
{
    g_autoptr(GVariant) dict = mig_request_has_edits(call->request) ? with_xml(call->params, guest)
                                                                    : g_variant_ref(call->params);
    g_auto(MigParams) params = mig_params_from_dict(dict);
    g_autoptr(Domain) there = NULL;

    if (!call->managed)
        return virDomainMigrateToURI3(guest, call->peer ? hosts->peer_uri : NULL, params.list,
                                      (guint) params.n, flags) == 0;

    there = virDomainMigrate3(guest, hosts->destination, params.list, (guint) params.n, flags);
    return there != NULL;
}

virErrorPtr answer(const Hosts *hosts, const Call *call)
{
    gboolean offline = mig_request_number(call->request, MIG_OPT_OFFLINE) != 0;
    gboolean disk = needs_disk(call->request);
    g_autoptr(Domain) guest = make_ready(hosts, disk ? hosts->with_disk : hosts->plain,
                                         offline ? VIR_DOMAIN_SHUTOFF : VIR_DOMAIN_RUNNING);
    /* a disk that is not shared is not what is asked about */
    guint32 unsafe = disk ? VIR_MIGRATE_UNSAFE : 0;
    timer_t timer = start_timer(guest);
    gboolean done = migrate(hosts, call, guest, call->flags | unsafe);
    virErrorPtr error = done ? NULL : virSaveLastError();

    timer_delete(timer);

    return error;
}

void answer_clear(const Hosts *hosts)
{
    const char *const guests[] = { hosts->plain, hosts->with_disk };

    for (guint i = 0; i < G_N_ELEMENTS(guests); i++) {
        forget(hosts->destination, guests[i]);
        forget(hosts->source, guests[i]);
    }
}
