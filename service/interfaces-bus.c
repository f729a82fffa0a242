/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See interfaces-bus.h. Both hosts are asked at once; the first error is the answer. If the source
 * is the machine itself, it is then asked for its routes to the destination's addresses.
 */
#include "interfaces-bus.h"

#include "core/interfaces.h"
#include "error.h"
#include "sd-autoptr.h"
#include "variant.h"

typedef enum { DESTINATION, SOURCE, N_ENDS } End;

typedef struct {
    ManagerBus *face;
    sd_bus_message *call; /* NULL: answered */
    MigHost *hosts[N_ENDS];
    GPtrArray *interfaces[N_ENDS]; /* NULL: not answered yet */
    guint pending;
} Listing;

static void listing_free(Listing *listing)
{
    sd_bus_message_unref(listing->call);
    for (End end = 0; end < N_ENDS; end++) {
        mig_host_free(listing->hosts[end]);
        g_clear_pointer(&listing->interfaces[end], g_ptr_array_unref);
    }
    g_free(listing);
}

static void listing_fail(Listing *listing, const GError *error)
{
    if (listing->call)
        bus_reply_error(listing->call, error);
    listing->call = sd_bus_message_unref(listing->call);
}

static void listing_reply(Listing *listing, GVariant *routes)
{
    bus_reply_variant(listing->call, mig_interfaces_join(listing->interfaces[DESTINATION],
                                                         listing->hosts[DESTINATION],
                                                         listing->interfaces[SOURCE], routes));
}

static void on_routes(sd_bus_message *answer, const GError *failed, void *userdata)
{
    Listing *listing = userdata;
    g_autoptr(GError) error = failed ? g_error_copy(failed) : NULL;
    g_autoptr(GVariant) routes = answer ? mig_variant_read(answer, "a{ss}", 0, &error) : NULL;
    if (routes)
        listing_reply(listing, routes);
    else
        listing_fail(listing, error);
    listing_free(listing);
}

/* Both have answered, or one has failed. */
static void listing_finish(Listing *listing)
{
    const MigHost *source = listing->hosts[SOURCE];
    if (listing->call && source && source->own.connect == MIG_CONNECT_UNIX) {
        g_autofree const char **addresses =
            mig_interfaces_addresses(listing->interfaces[DESTINATION]);
        manager_bus_ask(listing->face, listing->call, source, "FindRoutes",
                        g_variant_new("(^as)", addresses), on_routes, listing);
        return;
    }
    if (listing->call)
        listing_reply(listing, NULL);
    listing_free(listing);
}

static void take_answer(Listing *listing, End end, sd_bus_message *answer, const GError *failed)
{
    g_autoptr(GError) error = failed ? g_error_copy(failed) : NULL;
    g_autoptr(GVariant) array = answer ? mig_variant_read(answer, "aa{sv}", 0, &error) : NULL;
    listing->interfaces[end] = array ? mig_interfaces_from_variant(array, &error) : NULL;
    if (listing->interfaces[end])
        mig_interfaces_add_host_file(listing->interfaces[end], listing->hosts[end]);
    else
        listing_fail(listing, error);
    if (--listing->pending == 0)
        listing_finish(listing);
}

static void on_destination(sd_bus_message *answer, const GError *failed, void *userdata)
{
    take_answer(userdata, DESTINATION, answer, failed);
}

static void on_source(sd_bus_message *answer, const GError *failed, void *userdata)
{
    take_answer(userdata, SOURCE, answer, failed);
}

void interfaces_bus_answer(ManagerBus *face, sd_bus_message *call, const MigHost *destination,
                           const MigHost *source)
{
    Listing *listing = g_new0(Listing, 1);
    listing->face = face;
    listing->call = sd_bus_message_ref(call);
    listing->hosts[DESTINATION] = mig_host_copy(destination);
    listing->hosts[SOURCE] = source ? mig_host_copy(source) : NULL;
    listing->pending = source ? 2 : 1;
    manager_bus_ask(face, call, destination, "ListInterfaces", NULL, on_destination, listing);
    if (source)
        manager_bus_ask(face, call, source, "ListInterfaces", NULL, on_source, listing);
}
