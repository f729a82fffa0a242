/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every fuzz target has: libFuzzer's entry point, and a way to take texts off the input.
 */
#pragma once

#include <glib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    const char *data;
    gsize size;
} FuzzInput;

/* The next text, up to a NUL byte or the end. */
static inline char *fuzz_take_text(FuzzInput *input)
{
    gsize length = strnlen(input->data, input->size);
    char *text = g_strndup(input->data, length);
    gsize used = MIN(length + 1, input->size);

    input->data += used;
    input->size -= used;

    return text;
}

/* Not an assertion of GLib: it must stop the fuzzer in every build. */
static inline void fuzz_require(gboolean truth)
{
    if (!truth)
        abort();
}
