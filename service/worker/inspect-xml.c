/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See inspect-xml.h. One table says what of a guest matters to a migration and where it is in the
 * guest's XML; what comes of it is for core/check-*.c to say.
 */
#include "inspect-xml.h"

#include <libxml/xpath.h>

#include "guest-xml.h"
#include "inspect-call.h"
#include "xml.h"

#define KIB 1024
#define CAPABILITIES_BYTES (1024 * 1024)

#define HOSTDEV "/domain/devices/hostdev"
#define INTERFACE "/domain/devices/interface"
#define STAYS "[not(teaming/@type='transient')]"

/* What matters: its kind, where it is, and what it is called there. */
static const struct {
    const char *kind;
    const char *where; /* XPath of the nodes */
    const char *name;  /* XPath of the name, from the node; NULL: it has none */
} parts[] = {
    { "network", INTERFACE "[@type='network']", "source/@network" },
    { "bridge", INTERFACE "[@type='bridge']", "source/@bridge" },
    { "direct", INTERFACE "[@type='direct']", "source/@dev" },
    { "slirp", INTERFACE "[@type='user']", "mac/@address" },
    { "vdpa", INTERFACE "[@type='vdpa']", "source/@dev" },
    { "hostdev-pci", INTERFACE "[@type='hostdev']" STAYS, "mac/@address" },
    { "hostdev-pci", HOSTDEV "[@mode='subsystem'][@type='pci']" STAYS, "alias/@name" },
    { "hostdev-mdev", HOSTDEV "[@mode='subsystem'][@type='mdev']", "alias/@name" },
    { "hostdev-scsi", HOSTDEV "[@mode='subsystem'][@type='scsi']", "alias/@name" },
    { "hostdev-scsi_host", HOSTDEV "[@mode='subsystem'][@type='scsi_host']", "alias/@name" },
    { "hostdev-usb", HOSTDEV "[@mode='subsystem'][@type='usb']", "alias/@name" },
    { "hostdev-capabilities", HOSTDEV "[@mode='capabilities']", "alias/@name" },
    { "shmem-legacy", "/domain/devices/shmem[not(model) or model/@type='ivshmem']", "@name" },
    { "shmem-peer", "/domain/devices/shmem[model/@type!='ivshmem'][not(@role='master')]", "@name" },
    { "virtiofs", "/domain/devices/filesystem[driver/@type='virtiofs']", "target/@dir" },
    { "9p", "/domain/devices/filesystem[not(driver/@type='virtiofs')]", "target/@dir" },
    { "dimm", "/domain/devices/memory[@model='dimm'][not(address/@type='dimm')]", NULL },
    { "invtsc",
      "/domain/cpu/feature[@name='invtsc'][@policy='require' or @policy='force' or not(@policy)]"
      "[not(/domain/clock/timer[@name='tsc'][@frequency > 0])]",
      NULL },
    { "host-cpu", "/domain/cpu[@mode='host-passthrough' or @mode='maximum']", "@mode" },
    { "nvram", "/domain/os/nvram[text()]", "text()" },
    { "loader", "/domain/os/loader[@type='pflash'][text()]", "text()" },
    { "tpm", "/domain/devices/tpm", "backend/@type" },
    { "graphics-address",
      "/domain/devices/graphics/listen[@type='address'][@address][not(@address='0.0.0.0')]"
      "[not(@address='::')][not(starts-with(@address, '127.'))][not(@address='::1')]",
      "@address" },
};

/* Of the guest as a whole. */
static const struct {
    const char *where;
    gsize offset;
} words[] = {
    { "/domain/@type", G_STRUCT_OFFSET(MigGuestReport, virt_type) },
    { "/domain/os/type/@arch", G_STRUCT_OFFSET(MigGuestReport, arch) },
    { "/domain/os/type/@machine", G_STRUCT_OFFSET(MigGuestReport, machine) },
    { "/domain/devices/emulator/text()", G_STRUCT_OFFSET(MigGuestReport, emulator) },
};

/* Of a disk. */
static const struct {
    const char *where; /* from the <disk> */
    gsize offset;
} disk_words[] = {
    { "target/@dev", G_STRUCT_OFFSET(MigGuestDisk, target) },
    { "@type", G_STRUCT_OFFSET(MigGuestDisk, type) },
    { "source/@file | source/@dev", G_STRUCT_OFFSET(MigGuestDisk, path) },
    { "source/@pool", G_STRUCT_OFFSET(MigGuestDisk, pool) },
    { "source/@volume", G_STRUCT_OFFSET(MigGuestDisk, volume) },
    { "driver/@cache", G_STRUCT_OFFSET(MigGuestDisk, cache) },
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlXPathContext, xmlXPathFreeContext)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlXPathObject, xmlXPathFreeObject)

/* The text at an XPath, "" if there is none or it is too long. */
static void read_word(xmlXPathContext *context, const char *where, char **field)
{
    g_autofree char *expression = g_strdup_printf("string(%s)", where);
    g_autoptr(xmlXPathObject) found = xmlXPathEvalExpression((const xmlChar *) expression, context);
    const char *text = found && found->stringval ? (const char *) found->stringval : "";
    mig_inspect_set(
        field, strnlen(text, MIG_INSPECT_NAME_BYTES + 1) <= MIG_INSPECT_NAME_BYTES ? text : "");
}

static gboolean holds(xmlXPathContext *context, const char *where)
{
    g_autoptr(xmlXPathObject) found = xmlXPathEvalExpression((const xmlChar *) where, context);
    return found && found->nodesetval && found->nodesetval->nodeNr > 0;
}

static double read_number(xmlXPathContext *context, const char *where)
{
    g_autoptr(xmlXPathObject) found = xmlXPathEvalExpression((const xmlChar *) where, context);
    double number = found ? found->floatval : 0;
    return number > 0 && number < (double) G_MAXINT64 / KIB ? number : 0; /* not of a NaN either */
}

/* Calls `read` for each node, `max` at most. */
static void each(xmlXPathContext *context, const char *where, int max,
                 void (*read)(xmlXPathContext *context, guint row, MigGuestReport *report),
                 guint row, MigGuestReport *report)
{
    xmlNode *before = context->node;
    g_autoptr(xmlXPathObject) found = xmlXPathEvalExpression((const xmlChar *) where, context);
    int n = found && found->nodesetval ? found->nodesetval->nodeNr : 0;
    for (int i = 0; i < MIN(n, max); i++) {
        context->node = found->nodesetval->nodeTab[i];
        read(context, row, report);
    }
    context->node = before;
}

static void read_part(xmlXPathContext *context, guint row, MigGuestReport *report)
{
    MigGuestPart *part = mig_guest_report_add_part(report);
    mig_inspect_set(&part->kind, parts[row].kind);
    if (parts[row].name)
        read_word(context, parts[row].name, &part->name);
}

static void read_disk(xmlXPathContext *context, guint row, MigGuestReport *report)
{
    MigGuestDisk *disk = mig_guest_report_add_disk(report);
    for (guint i = 0; i < G_N_ELEMENTS(disk_words); i++)
        read_word(context, disk_words[i].where,
                  &G_STRUCT_MEMBER(char *, disk, disk_words[i].offset));
    disk->readonly = holds(context, "readonly");
    disk->shareable = holds(context, "shareable");
    disk->transient = holds(context, "transient");
    if (!holds(context, "source[@*[not(name()='index')][not(name()='startupPolicy')]]"))
        mig_inspect_set(&disk->type, "");
}

/* Only the model of a CPU can be compared with another host's. */
static void read_cpu(xmlDoc *doc, xmlXPathContext *context, MigGuestReport *report)
{
    g_autoptr(xmlXPathObject) found =
        xmlXPathEvalExpression((const xmlChar *) "/domain/cpu[model]", context);
    xmlBuffer *text = xmlBufferCreate();
    if (text && found && found->nodesetval && found->nodesetval->nodeNr > 0 &&
        xmlNodeDump(text, doc, found->nodesetval->nodeTab[0], 0, 0) > 0 &&
        xmlBufferLength(text) <= MIG_INSPECT_CPU_BYTES)
        mig_inspect_set(&report->cpu, (const char *) xmlBufferContent(text));
    xmlBufferFree(text);
}

void mig_inspect_read_guest(const char *xml, MigGuestReport *report)
{
    g_autoptr(xmlDoc) doc = mig_guest_xml_parse(xml, NULL);
    g_autoptr(xmlXPathContext) context = doc ? xmlXPathNewContext(doc) : NULL;
    if (!context)
        return;
    report->readable = TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        read_word(context, words[i].where, &G_STRUCT_MEMBER(char *, report, words[i].offset));
    read_cpu(doc, context, report);
    report->cpu_checked = !holds(context, "/domain/cpu[@check='none']");
    report->memory = (guint64) (read_number(context, "number(/domain/currentMemory)") * KIB);
    report->hugepages = holds(context, "/domain/memoryBacking/hugepages");
    report->hard_limit = holds(context, "/domain/memtune/hard_limit");
    each(context, "/domain/devices/disk", MIG_INSPECTION_DISKS, read_disk, 0, report);
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
        each(context, parts[i].where, MIG_INSPECTION_PARTS, read_part, i, report);
}

static const char *const loader_path[] = { "domainCapabilities", "os", "loader", "value", NULL };
static const char *const tpm_path[] = {
    "domainCapabilities", "devices", "tpm", "enum", "value", NULL
};

/* What is below `path` in the document, "" in between left out. */
typedef struct {
    const char *const *path;
    guint matched;    /* ancestors that are those of the path */
    const char *only; /* of an "enum" that has a name, or NULL */
    GStrvBuilder *values;
    guint n;
} Collect;

static gboolean fits(xmlTextReaderPtr reader, const Collect *collect, guint depth)
{
    if (!xmlStrEqual(xmlTextReaderConstLocalName(reader), (const xmlChar *) collect->path[depth]))
        return FALSE;
    if (!collect->only || !g_str_equal(collect->path[depth], "enum"))
        return TRUE;
    xmlChar *name = xmlTextReaderGetAttribute(reader, (const xmlChar *) "name");
    gboolean same = xmlStrEqual(name, (const xmlChar *) collect->only);
    xmlFree(name);
    return same;
}

/* At an element. */
static void collect_element(xmlTextReaderPtr reader, Collect *collect)
{
    guint depth = (guint) xmlTextReaderDepth(reader);
    guint length = g_strv_length((GStrv) collect->path);
    collect->matched = MIN(collect->matched, depth);
    if (depth >= length || collect->matched != depth || !fits(reader, collect, depth))
        return;
    collect->matched = depth + 1;
    if (collect->matched < length || collect->n >= MIG_INSPECTION_MAX)
        return;
    xmlChar *text = xmlTextReaderReadString(reader);
    if (text && xmlStrlen(text) <= MIG_INSPECT_NAME_BYTES) {
        g_strv_builder_add(collect->values, (const char *) text);
        collect->n++;
    }
    xmlFree(text);
}

void mig_inspect_read_capabilities(const char *xml, MigHostReport *report)
{
    g_autoptr(GStrvBuilder) loaders = g_strv_builder_new();
    g_autoptr(GStrvBuilder) tpms = g_strv_builder_new();
    Collect collects[] = { { loader_path, .values = loaders },
                           { tpm_path, .only = "backendModel", .values = tpms } };
    gsize length = strnlen(xml, CAPABILITIES_BYTES + 1);
    g_autoptr(xmlTextReader) reader = length <= CAPABILITIES_BYTES ? mig_xml_read(xml) : NULL;
    while (reader && xmlTextReaderRead(reader) == 1) {
        int type = xmlTextReaderNodeType(reader);
        if (type == XML_READER_TYPE_DOCUMENT_TYPE) /* it declares entities; libvirt's have none */
            return;
        for (guint i = 0; type == XML_READER_TYPE_ELEMENT && i < G_N_ELEMENTS(collects); i++)
            collect_element(reader, &collects[i]);
    }
    g_strfreev(report->loaders);
    g_strfreev(report->tpms);
    report->loaders = g_strv_builder_end(loaders);
    report->tpms = g_strv_builder_end(tpms);
}
