/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libvirt of another machine says of its host: capabilities, what guests it can have, network
 * interfaces and devices. Each reader gets every document; all that is believed has its bounds.
 */
#include "fuzz.h"
#include "worker/capabilities.h"
#include "worker/inspect-xml.h"
#include "worker/interface-xml.h"

static void read_capabilities(const char *xml)
{
    g_autofree char *uuid = mig_capabilities_host_uuid(xml);
    g_autoptr(MigHostReport) report = mig_host_report_new();
    g_autoptr(MigHostReport) again = NULL;
    g_autoptr(GVariant) dict = NULL;

    fuzz_require(*uuid == '\0' || g_uuid_string_is_valid(uuid));
    mig_inspect_read_capabilities(xml, report);
    fuzz_require(g_strv_length(report->loaders) <= MIG_INSPECTION_MAX &&
                 g_strv_length(report->tpms) <= MIG_INSPECTION_MAX);
    dict = g_variant_ref_sink(mig_host_report_to_variant(report));
    again = mig_host_report_from_variant(dict, NULL);
    fuzz_require(again != NULL);
}

static void read_interface(const char *xml, const char *name)
{
    g_autoptr(GPtrArray) interfaces = mig_interfaces_new();
    g_autoptr(GPtrArray) again = NULL;
    g_autoptr(GVariant) rows = NULL;
    MigLinkFacts link;

    fuzz_require(mig_interface_xml_read(xml, name, interfaces, &link) >= interfaces->len);
    fuzz_require(interfaces->len <= MIG_INTERFACES_MAX && link.state < MIG_N_LINK_STATES);
    rows = g_variant_ref_sink(mig_interfaces_to_variant(interfaces));
    again = mig_interfaces_from_variant(rows, NULL);
    fuzz_require(again && again->len == interfaces->len);
    mig_interface_xml_read_device(xml, name, &link);
    fuzz_require(link.state < MIG_N_LINK_STATES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = { (const char *) data, size };
    g_autofree char *name = fuzz_take_text(&input);
    g_autofree char *xml = fuzz_take_text(&input);

    read_capabilities(xml);
    read_interface(xml, name);

    return 0;
}
