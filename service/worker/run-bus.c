/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See run-bus.h: a job's worker as link.h describes it.
 */
#include "run-bus.h"

#include "link.h"
#include "log.h"
#include "sd-autoptr.h"
#include "variant.h"

static int on_get_status(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    const MigRun *run = userdata;
    g_autoptr(GVariant) status = g_variant_ref_sink(mig_job_status(mig_run_job(run)));
    g_autoptr(sd_bus_message) reply = NULL;
    int r = sd_bus_message_new_method_return(call, &reply);
    if (r >= 0)
        r = mig_variant_append(reply, status);
    return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

static int on_cancel(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    g_autoptr(GError) error = NULL;
    if (!mig_run_cancel(userdata, &error))
        return mig_error_set_bus(ret_error, error);
    return sd_bus_reply_method_return(call, NULL);
}

/* It was told by a service that has died since. */
static int on_begin(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    return sd_bus_reply_method_return(call, NULL);
}

static int on_get_samples(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    g_autoptr(GVariant) samples = g_variant_ref_sink(mig_run_samples(userdata));
    g_autoptr(sd_bus_message) reply = NULL;
    int r = sd_bus_message_new_method_return(call, &reply);
    if (r >= 0)
        r = mig_variant_append(reply, samples);
    return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

void mig_run_bus_answer(void *caller, const GError *error)
{
    g_autoptr(sd_bus_message) call = caller;
    g_auto(BusError) reply = SD_BUS_ERROR_NULL;
    if (!error) {
        sd_bus_reply_method_return(call, NULL);
        return;
    }
    mig_error_set_bus(&reply, error);
    sd_bus_reply_method_error(call, &reply);
}

/* All of core/control.h but Cancel; answered when libvirt has. */
static int on_control(sd_bus_message *call, void *userdata, sd_bus_error *ret_error)
{
    g_autoptr(GError) error = NULL;
    MigControl control;
    guint64 value = 0;
    int r = mig_control_from_method(sd_bus_message_get_member(call), &control) ? 0 : -EINVAL;
    if (r >= 0 && mig_control_info(control)->value != MIG_N_OPTS)
        r = sd_bus_message_read(call, "t", &value);
    if (r < 0)
        return r;
    if (mig_run_control(userdata, control, value, sd_bus_message_ref(call), &error))
        return 1;
    sd_bus_message_unref(call);
    return mig_error_set_bus(ret_error, error);
}

#define CONTROL(method, signature)                                                                 \
    SD_BUS_METHOD(method, signature, NULL, on_control, SD_BUS_VTABLE_UNPRIVILEGED)

static const sd_bus_vtable vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD_WITH_ARGS("Begin", SD_BUS_ARGS("s", version, "t", until), SD_BUS_NO_RESULT,
                            on_begin, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_NAMES("GetStatus", NULL, , "a{sv}", SD_BUS_PARAM(status), on_get_status,
                             SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_NAMES("GetSamples", NULL, , "a(tttt)", SD_BUS_PARAM(samples), on_get_samples,
                             SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Cancel", NULL, NULL, on_cancel, SD_BUS_VTABLE_UNPRIVILEGED),
    CONTROL("StartPostCopy", NULL),
    CONTROL("SetMaximumDowntime", "t"),
    CONTROL("SetBandwidth", "t"),
    CONTROL("SetPostCopyBandwidth", "t"),
    CONTROL("Pause", NULL),
    SD_BUS_SIGNAL_WITH_NAMES("Status", "a{sv}", SD_BUS_PARAM(changes), 0),
    SD_BUS_VTABLE_END,
};

void mig_run_bus_attach(sd_bus *link, void *run)
{
    int r = sd_bus_add_object_vtable(link, NULL, MIG_LINK_PATH, MIG_LINK_INTERFACE, vtable, run);
    if (r < 0)
        log_warning("cannot show the job on its link: %s", g_strerror(-r));
}
