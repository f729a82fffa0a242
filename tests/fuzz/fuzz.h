/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every fuzz target has: libFuzzer's entry point, and a way to take texts off the input.
 */
#pragma once

#include <glib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* GLib's complaints are findings. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);

    return 0;
}

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
