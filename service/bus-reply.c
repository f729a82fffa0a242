/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See bus-reply.h.
 */
#include "bus-reply.h"

#include "error.h"
#include "sd-autoptr.h"
#include "variant.h"

int bus_reply_error(sd_bus_message *call, const GError *error)
{
    g_auto(BusError) reply = SD_BUS_ERROR_NULL;
    mig_error_set_bus(&reply, error);
    return sd_bus_reply_method_error(call, &reply);
}

/* `r` is what has come of making the reply. */
static int send_reply(sd_bus_message *call, sd_bus_message *reply, int r)
{
    if (r >= 0)
        r = sd_bus_send(NULL, reply, NULL);
    if (r >= 0)
        return 1;
    g_autoptr(GError) error =
        g_error_new(MIG_ERROR, MIG_ERROR_WORKER,
                    "the answer cannot be passed on (%s); ask for less, or see what \"journalctl "
                    "-u migrationd -t migration-worker\" tells",
                    g_strerror(-r));
    return bus_reply_error(call, error);
}

int bus_reply_tuple(sd_bus_message *call, GVariant *tuple)
{
    g_autoptr(GVariant) owned = g_variant_take_ref(tuple);
    g_autoptr(sd_bus_message) reply = NULL;
    int r = sd_bus_message_new_method_return(call, &reply);
    for (gsize i = 0; r >= 0 && i < g_variant_n_children(owned); i++) {
        g_autoptr(GVariant) value = g_variant_get_child_value(owned, i);
        r = mig_variant_append(reply, value);
    }
    return send_reply(call, reply, r);
}

int bus_reply_variant(sd_bus_message *call, GVariant *value)
{
    g_autoptr(GVariant) owned = g_variant_take_ref(value);
    return bus_reply_tuple(call, g_variant_new_tuple(&owned, 1));
}

int bus_forward_answer(sd_bus_message *call, sd_bus_message *answer, const GError *error)
{
    if (error)
        return bus_reply_error(call, error);
    g_autoptr(sd_bus_message) reply = NULL;
    int r = sd_bus_message_new_method_return(call, &reply);
    if (r >= 0)
        r = sd_bus_message_copy(reply, answer, TRUE);
    return send_reply(call, reply, r);
}
