/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See vir-loop.h.
 */
#include "vir-loop.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "error.h"
#include "log.h"

/* Errors are taken from the call that failed; libvirt would print each of them as well. */
static void print_nothing(void *userdata, virErrorPtr error)
{
}

static gpointer run_loop(gpointer data)
{
    while (virEventRunDefaultImpl() >= 0)
        ;
    log_error("libvirt's event loop has ended");
    return NULL;
}

gboolean mig_vir_loop_start(GError **error)
{
    static gboolean started;
    if (started)
        return TRUE;
    virSetErrorFunc(NULL, print_nothing);
    if (virInitialize() < 0 || virEventRegisterDefaultImpl() < 0) {
        g_set_error_literal(error, MIG_ERROR, MIG_ERROR_FAILED,
                            "libvirt's event loop could not be started");
        return FALSE;
    }
    g_thread_unref(g_thread_new("vir-loop", run_loop, NULL));
    started = TRUE;
    return TRUE;
}
