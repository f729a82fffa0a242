/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Typed edits of a guest's XML: exactly what was asked for is changed, in XML that libvirt writes
 * and in XML that nobody should.
 */
#include "worker/edit.h"

#include <string.h>

#include "error.h"
#include "worker/guest-xml.h"
#include "worker/volumes.h"

#define HEAD "<domain type='qemu' id='3'><name>web1</name><devices>"
#define TAIL "</devices></domain>"
#define VDA                                                                                        \
    "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"                           \
    "<source file='/srv/a/web1.qcow2' index='2'><seclabel model='dac' relabel='no'/></source>"     \
    "<backingStore type='file'><format type='qcow2'/><source file='/srv/a/base.qcow2'/>"           \
    "<backingStore/></backingStore><target dev='vda' bus='virtio'/></disk>"
#define VDB                                                                                        \
    "<disk type='block' device='disk'><source dev='/dev/vg/data'/>"                                \
    "<target dev='vdb' bus='virtio'/></disk>"
#define CDROM "<disk type='file' device='cdrom'><target dev='hda'/><readonly/></disk>"
#define NBD                                                                                        \
    "<disk type='network' device='disk'><source protocol='nbd' name='x'/><target dev='vdc'/>"      \
    "</disk>"
#define LAN                                                                                        \
    "<interface type='network'><mac address='52:54:00:00:00:01'/>"                                 \
    "<source network='lan' portid='c0ffee' bridge='virbr1'/><target dev='vnet3'/></interface>"
#define DMZ "<interface type='network'><source network='dmz'/></interface>"
#define BRIDGE "<interface type='bridge'><source bridge='br0'/></interface>"
/* a bridge whose name is that of a network, and the other way round */
#define MIXED                                                                                      \
    "<interface type='bridge'><source bridge='lan'/></interface>"                                  \
    "<interface type='network'><source network='br0'/></interface>"
#define GUEST HEAD VDA VDB CDROM NBD LAN DMZ BRIDGE MIXED TAIL

static MigRequest *make_request(const char *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) dict = g_variant_parse(G_VARIANT_TYPE_VARDICT, options, NULL, NULL, &error);
    MigRequest *request;

    g_assert_no_error(error);
    request = mig_request_new("web1", "host-b", dict, &error);
    g_assert_no_error(error);
    return request;
}

static char *edit(const char *xml, const char *options, gboolean lenient, GError **error)
{
    g_autoptr(MigRequest) request = make_request(options);

    return mig_edit_guest(xml, request, lenient, error);
}

/* What comes of it, without the XML declaration and with the quotes of this file. */
static char *edited(const char *xml, const char *options, gboolean lenient)
{
    g_autoptr(GError) error = NULL;
    char *text = edit(xml, options, lenient, &error);
    char *begin;

    g_assert_no_error(error);
    begin = strstr(text, "<domain");
    g_assert_nonnull(begin);
    memmove(text, begin, strlen(begin) + 1);
    return g_strchomp(g_strdelimit(text, "\"", '\''));
}

static char *replaced(const char *from, const char *to)
{
    g_autoptr(GString) text = g_string_new(GUEST);

    g_assert_cmpuint(g_string_replace(text, from, to, 0), ==, 1);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Exactly this one place is another. */
static const struct {
    const char *options, *from, *to;
} changes[] = {
    { "{'disk-paths': <{'vda': '/srv/b/web1.qcow2'}>}", VDA,
      "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
      "<source file='/srv/b/web1.qcow2' index='2'><seclabel model='dac' relabel='no'/></source>"
      "<target dev='vda' bus='virtio'/></disk>" },
    { "{'disk-paths': <{'vdb': '/dev/vg2/data'}>}", "/dev/vg/data", "/dev/vg2/data" },
    { "{'disk-paths': <{'vda': '/srv/b/a&b\\'<\"c>.img'}>}", VDA,
      "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
      "<source file='/srv/b/a&amp;b'&lt;&quot;c&gt;.img' index='2'>"
      "<seclabel model='dac' relabel='no'/></source><target dev='vda' bus='virtio'/></disk>" },
    { "{'networks': <{'lan': 'lan-b'}>}", "network='lan' portid='c0ffee' bridge='virbr1'",
      "network='lan-b'" },
    { "{'networks': <{'dmz': 'dmz & co'}>}", "network='dmz'", "network='dmz &amp; co'" },
    { "{'bridges': <{'br0': 'br-b'}>}", "bridge='br0'", "bridge='br-b'" },
    { "{'bridges': <{'lan': 'br-b'}>}", "<source bridge='lan'", "<source bridge='br-b'" },
};

static void test_changes(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autofree char *expected = replaced(changes[i].from, changes[i].to);
        g_autofree char *found = edited(GUEST, changes[i].options, FALSE);

        g_assert_cmpstr(found, ==, expected);
    }
}

/* Two that change places do not run into each other. */
static void test_swap(void)
{
    g_autofree char *found =
        edited(HEAD DMZ BRIDGE "<interface type='network'><source network='wan'/></interface>" TAIL,
               "{'networks': <{'dmz': 'wan', 'wan': 'dmz'}>}", FALSE);

    g_assert_cmpstr(found, ==,
                    HEAD "<interface type='network'><source network='wan'/></interface>" BRIDGE
                         "<interface type='network'><source network='dmz'/></interface>" TAIL);
}

static void test_all_of_a_network(void)
{
    g_autofree char *found = edited(HEAD DMZ DMZ TAIL, "{'networks': <{'dmz': 'x'}>}", FALSE);

    g_assert_cmpstr(found, ==,
                    HEAD "<interface type='network'><source network='x'/></interface>"
                         "<interface type='network'><source network='x'/></interface>" TAIL);
}

static const char *const nothing[] = {
    "{'disk-paths': <{'vdz': '/srv/b/x'}>}",
    "{'disk-paths': <{'hda': '/srv/b/x'}>}",
    "{'disk-paths': <{'vdc': '/srv/b/x'}>}",
    "{'networks': <{'wan': 'x'}>}",
    "{'bridges': <{'dmz': 'x'}>}",
    "{'bridges': <{'virbr1': 'x'}>}",
    "{'networks': <{'dmz': 'x', 'no': 'y'}>}",
};

static void test_nothing_to_change(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(nothing); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = edit(GUEST, nothing[i], FALSE, &error);
        g_autofree char *lenient = NULL;

        g_assert_null(text);
        g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_OPTION_VALUE);
        g_assert_nonnull(strstr(error->message, "leave it out"));
        lenient = edited(GUEST, nothing[i], TRUE);
        g_assert_nonnull(lenient);
    }
}

static const char *const foreign[] = {
    "",
    "no XML",
    "<domain",
    "<domainsnapshot/>",
    "<x:domain xmlns:x='urn:x'/>",
    HEAD TAIL "<domain/>",
    "<!DOCTYPE domain><domain/>",
    "<!DOCTYPE domain [<!ENTITY x 'y'>]><domain>&x;</domain>",
    "<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain/>",
    "<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain>&x;</domain>",
    "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
    "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><domain type='&c;'/>",
    "<domain>&unknown;</domain>",
    HEAD "<interface type='network'><source network='dmz' network='x'/></interface>" TAIL,
    HEAD "\xff\xfe" TAIL,
};

static void test_foreign(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(foreign); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = edit(foreign[i], "{'networks': <{'dmz': 'x'}>}", TRUE, &error);

        g_test_message("%u", i);
        g_assert_null(text);
        g_assert_error(error, MIG_ERROR, MIG_ERROR_FAILED);
    }
}

static void test_bounds(void)
{
    g_autofree char *filler = g_strnfill(MIG_GUEST_XML_BYTES, ' ');
    g_autofree char *longer = g_strconcat(HEAD, filler, DMZ TAIL, NULL);
    g_autoptr(GString) nested = g_string_new("<domain>");
    g_autoptr(GError) error = NULL;
    g_autofree char *text = edit(longer, "{'networks': <{'dmz': 'x'}>}", FALSE, &error);

    g_assert_null(text);
    g_assert_error(error, MIG_ERROR, MIG_ERROR_FAILED);
    g_clear_error(&error);
    for (guint i = 0; i < 100000; i++)
        g_string_append(nested, "<a>");
    text = edit(nested->str, "{'networks': <{'dmz': 'x'}>}", FALSE, &error);
    g_assert_null(text);
    g_assert_error(error, MIG_ERROR, MIG_ERROR_FAILED);
    g_clear_error(&error);

    /* what fits going in and not coming out */
    filler[MIG_GUEST_XML_BYTES - strlen(HEAD DMZ TAIL)] = '\0';
    g_free(longer);
    longer = g_strconcat(HEAD, filler, DMZ TAIL, NULL);
    text = edit(longer, "{'networks': <{'dmz': 'longer-than-before'}>}", FALSE, &error);
    g_assert_null(text);
    g_assert_error(error, MIG_ERROR, MIG_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "too long"));
}

/* Elements elsewhere that look like devices are none. */
static void test_elsewhere(void)
{
    static const char xml[] =
        "<domain type='qemu'><metadata><devices>" DMZ "</devices></metadata>"
        "<devices xmlns='urn:x'>" DMZ "</devices><devices><!-- " DMZ " --><controller>" DMZ
        "</controller><x:interface xmlns:x='urn:x' type='network'><source network='dmz'/>"
        "</x:interface></devices></domain>";
    g_autoptr(GError) error = NULL;
    g_autofree char *text = edit(xml, "{'networks': <{'dmz': 'x'}>}", FALSE, &error);

    g_assert_null(text);
    g_assert_error(error, MIG_ERROR, MIG_ERROR_INVALID_OPTION_VALUE);
}

static const struct {
    const char *options;
    const char *paths; /* with "," between them */
} copies[] = {
    { "{}", "" },
    { "{'copy-storage': <'all'>}", "/srv/a/web1.qcow2" },
    { "{'copy-storage': <'incremental'>}", "" },
    { "{'copy-storage': <'all'>, 'disks': <['vdb']>}", "" },
    { "{'copy-storage': <'all'>, 'disks': <['vda', 'vdb']>}", "/srv/a/web1.qcow2" },
};

/* Disks that libvirt makes volumes for: files that are copied. */
static void test_volumes(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(copies); i++) {
        g_autoptr(MigRequest) request = make_request(copies[i].options);
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) paths = mig_volumes_of_guest(
            HEAD VDA VDB CDROM NBD
            "<disk type='file'><source file='/srv/a/shared'/><target dev='vdd'/><shareable/></disk>"
            "<disk type='file'><source file='/srv/a/iso'/><target dev='vde'/><readonly/></disk>"
            "<disk type='file'><source file='relative'/><target dev='vdf'/></disk>" TAIL,
            request, &error);
        g_autofree char *found = g_strjoinv(",", paths);

        g_assert_no_error(error);
        g_assert_cmpstr(found, ==, copies[i].paths);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/edit/changes", test_changes);
    g_test_add_func("/edit/swap", test_swap);
    g_test_add_func("/edit/all-of-a-network", test_all_of_a_network);
    g_test_add_func("/edit/nothing-to-change", test_nothing_to_change);
    g_test_add_func("/edit/foreign", test_foreign);
    g_test_add_func("/edit/bounds", test_bounds);
    g_test_add_func("/edit/elsewhere", test_elsewhere);
    g_test_add_func("/edit/volumes", test_volumes);

    return g_test_run();
}
