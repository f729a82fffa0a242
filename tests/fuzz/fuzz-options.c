/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A request: guest, destination and a dictionary of options, as text or as bytes off the wire. What
 * is accepted is written back and read again the same.
 */
#include "fuzz.h"
#include "request.h"

static GVariant *read_options(const FuzzInput *input, gboolean bytes)
{
    if (bytes) {
        gpointer copy = g_memdup2(input->data, input->size);

        return g_variant_ref_sink(g_variant_new_from_data(G_VARIANT_TYPE_VARDICT, copy, input->size,
                                                          FALSE, g_free, copy));
    }

    if (!g_utf8_validate(input->data, (gssize) input->size, NULL))
        return NULL;

    return g_variant_parse(G_VARIANT_TYPE_VARDICT, input->data, input->data + input->size, NULL,
                           NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = { (const char *) data, size };
    gboolean bytes = size > 0 && (data[0] & 1);
    g_autofree char *guest = fuzz_take_text(&input);
    g_autofree char *destination = fuzz_take_text(&input);
    g_autoptr(GVariant) options = read_options(&input, bytes);
    g_autoptr(MigRequest) request =
        options ? mig_request_new(guest, destination, options, NULL) : NULL;
    g_autoptr(GVariant) written = NULL;
    g_autoptr(GVariant) rewritten = NULL;
    g_autoptr(MigRequest) again = NULL;

    if (!request)
        return 0;

    written = g_variant_ref_sink(mig_request_options(request));
    again = mig_request_new(guest, destination, written, NULL);
    fuzz_require(again != NULL);
    rewritten = g_variant_ref_sink(mig_request_options(again));
    fuzz_require(g_variant_equal(written, rewritten));

    return 0;
}
