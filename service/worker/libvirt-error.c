/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See libvirt-error.h.
 */
#include "libvirt-error.h"

#include <libvirt/virterror.h>

#include "clean.h"
#include "error.h"
#include "libvirt-error-table.h"
#include "log.h"
#include "sentence.h"
#include "text.h"

/* Characters of libvirt's text for the journal. */
#define LINE_MAX_CHARACTERS 8000

static const char *const listens_for[MIG_N_CONNECTS] = {
    [MIG_CONNECT_NONE] = "connections",
    [MIG_CONNECT_UNIX] = "local connections (libvirtd.socket)",
    [MIG_CONNECT_SSH] = "ssh",
    [MIG_CONNECT_TLS] = "TLS (libvirtd-tls.socket)",
    [MIG_CONNECT_TCP] = "TCP (libvirtd-tcp.socket)",
    [MIG_CONNECT_HTTPS] = "HTTPS, as a vCenter does",
};

static char *make_sentence(const char *pattern, const MigErrorPlace *place)
{
    const MigRoute *route = &place->host->own;
    return mig_sentence(pattern, "{host}", place->host->name, "{address}",
                        route->address ? route->address : "this machine", "{login}",
                        route->user ? route->user : g_get_user_name(), "{via}",
                        listens_for[route->connect], "{destination}",
                        place->destination ? place->destination->name : "", "{guest}",
                        place->guest ? place->guest : "", NULL);
}

/* NULL: it cannot be told. */
static const MigHost *blamed_host(const MigErrorPlace *place, const MigLibvirtRow *row)
{
    const MigHost *const hosts[] = { [MIG_ABOUT_HOST] = place->host,
                                     [MIG_ABOUT_DESTINATION] = place->destination,
                                     [MIG_ABOUT_EITHER] = NULL };
    return place->doing == MIG_DOING_MIGRATE ? hosts[row->about] : place->host;
}

GError *mig_libvirt_error_map(const MigErrorPlace *place, int domain, int code, const char *text)
{
    const MigLibvirtRow *row = mig_libvirt_row(place->doing, code, text);
    g_autofree char *sentence = make_sentence(row->sentence, place);
    GError *error = g_error_new_literal(MIG_ERROR, (int) row->error, sentence);
    const MigHost *host = mig_error_is_of_host(error) ? blamed_host(place, row) : NULL;
    mig_error_set_libvirt(error, (MigLibvirtCode){ domain, code });
    mig_error_set_host(error, host ? host->name : NULL);
    return error;
}

void mig_libvirt_error(const MigErrorPlace *place, char **raw, GError **error)
{
    virErrorPtr last = virGetLastError();
    const char *text = last && last->message ? last->message : "no error was given";
    int code = last ? last->code : VIR_ERR_INTERNAL_ERROR;
    int domain = last ? last->domain : VIR_FROM_NONE;

    g_autofree char *line = mig_text_clean(text, LINE_MAX_CHARACTERS);
    log_warning("libvirt, %s: %s (error %d of domain %d)", place->host->name, line, code, domain);
    if (raw) {
        g_free(*raw);
        *raw = mig_clean_foreign(text);
    }
    g_propagate_error(error, mig_libvirt_error_map(place, domain, code, text));
}
