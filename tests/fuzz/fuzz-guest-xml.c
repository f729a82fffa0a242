/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest's XML as another machine gives it, and edits of it: options as text, a NUL byte, the XML.
 * What was edited can be read again, and nothing is another but what the options name.
 */
#include "worker/guest-xml.h"

#include "fuzz.h"
#include "worker/edit.h"
#include "worker/inspect-xml.h"
#include "worker/volumes.h"

static MigRequest *read_request(const char *text)
{
    g_autoptr(GVariant) options =
        g_utf8_validate(text, -1, NULL)
            ? g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL)
            : NULL;

    return options ? mig_request_new("web1", "host-b", options, NULL) : NULL;
}

static MigGuestReport *inspect(const char *xml)
{
    MigGuestReport *report = mig_guest_report_new();
    g_autoptr(GVariant) dict = NULL;
    g_autoptr(MigGuestReport) again = NULL;

    mig_inspect_read_guest(xml, report);
    dict = g_variant_ref_sink(mig_guest_report_to_variant(report));
    again = mig_guest_report_from_variant(dict, NULL);
    fuzz_require(again != NULL);

    return report;
}

/* TRUE if a disk of that name has another path by these options. */
static gboolean is_named(const MigRequest *request, const char *target)
{
    const char *const *list = mig_request_list(request, MIG_OPT_DISK_PATHS);

    for (guint i = 0; list[i]; i += 2)
        if (g_str_equal(list[i], target))
            return TRUE;

    return FALSE;
}

static void require_same_but_edits(const MigRequest *request, const MigGuestReport *before,
                                   const MigGuestReport *after)
{
    fuzz_require(after->readable && before->disks->len == after->disks->len &&
                 before->parts->len == after->parts->len && before->memory == after->memory &&
                 g_str_equal(before->machine, after->machine) &&
                 g_str_equal(before->emulator, after->emulator));
    for (guint i = 0; i < before->disks->len; i++) {
        const MigGuestDisk *was = g_ptr_array_index(before->disks, i);
        const MigGuestDisk *is = g_ptr_array_index(after->disks, i);

        fuzz_require(g_str_equal(was->target, is->target) && g_str_equal(was->type, is->type));
        fuzz_require(g_str_equal(was->path, is->path) || is_named(request, was->target));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = { (const char *) data, size };
    g_autofree char *options = fuzz_take_text(&input);
    g_autofree char *xml = fuzz_take_text(&input);
    g_autoptr(MigGuestReport) before = inspect(xml);
    g_autoptr(MigRequest) request = read_request(options);
    g_autofree char *lenient = request ? mig_edit_guest(xml, request, TRUE, NULL) : NULL;
    g_autofree char *strict = request ? mig_edit_guest(xml, request, FALSE, NULL) : NULL;

    fuzz_require(!request || (lenient != NULL) == before->readable);
    if (lenient) {
        g_autoptr(MigGuestReport) after = inspect(lenient);

        require_same_but_edits(request, before, after);
    }
    fuzz_require(!strict || g_strcmp0(strict, lenient) == 0);

    return 0;
}
