/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See edit.h. What an edit changes is a row of a table; the texts that go in have passed the
 * request's grammar, and libxml2 alone writes them.
 */
#include "edit.h"

#include "error.h"
#include "guest-xml.h"
#include "text.h"

/* What a device must be like to be changed, and what is changed. */
typedef struct {
    const char *type;          /* of the device */
    const char *attribute;     /* of its <source>, takes the new value */
    const char *const *notes;  /* attributes of <source> that belong to the old value */
    const char *const *others; /* children of the device that do */
} Kind;

typedef struct {
    MigOption option;
    const char *device;
    gboolean by_target;  /* found by its <target dev=>, else by the old value of `attribute` */
    const char *nothing; /* why no device was changed */
    Kind kinds[3];       /* ends with a type that is NULL */
} Edit;

static const char *const none[] = { NULL };
static const char *const port_notes[] = { "portid", "bridge", NULL };
static const char *const chain[] = { "backingStore", "mirror", NULL };

static const Edit edits[] = {
    { MIG_OPT_DISK_PATHS,
      "disk",
      TRUE,
      "is no disk of the guest that is a file or block device",
      { { "file", "file", none, chain }, { "block", "dev", none, chain } } },
    { MIG_OPT_NETWORKS,
      "interface",
      FALSE,
      "is no network that an interface of the guest is on",
      { { "network", "network", port_notes, none } } },
    { MIG_OPT_BRIDGES,
      "interface",
      FALSE,
      "is no bridge that an interface of the guest is on",
      { { "bridge", "bridge", none, none } } },
};

static const Kind *kind_of(const Edit *edit, const xmlNode *device)
{
    g_autofree char *type = mig_guest_xml_attribute(device, "type");
    for (const Kind *kind = edit->kinds; kind->type; kind++)
        if (g_strcmp0(kind->type, type) == 0)
            return kind;
    return NULL;
}

static gboolean is_meant(const Edit *edit, const Kind *kind, const xmlNode *device,
                         const char *from)
{
    const xmlNode *source = mig_guest_xml_child(device, "source");
    g_autofree char *now = mig_guest_xml_attribute(source, kind->attribute);
    g_autofree char *target = mig_guest_xml_attribute(mig_guest_xml_child(device, "target"), "dev");
    return now && g_strcmp0(edit->by_target ? target : now, from) == 0;
}

static void change(const Kind *kind, xmlNode *device, const char *to)
{
    xmlNode *source = mig_guest_xml_child(device, "source");
    xmlSetProp(source, (const xmlChar *) kind->attribute, (const xmlChar *) to);
    for (const char *const *note = kind->notes; *note; note++)
        xmlUnsetProp(source, (const xmlChar *) *note);
    for (const char *const *other = kind->others; *other; other++) {
        for (xmlNode *node; (node = mig_guest_xml_child(device, *other));) {
            xmlUnlinkNode(node);
            xmlFreeNode(node);
        }
    }
}

typedef struct {
    xmlNode *device;
    const Kind *kind;
    const char *to;
} Change;

/* The devices that one entry of an option means. */
static guint find_changes(GArray *changes, const xmlDoc *doc, const Edit *edit, const char *from,
                          const char *to)
{
    g_autoptr(GPtrArray) devices = mig_guest_xml_devices(doc, edit->device);
    guint before = changes->len;
    for (guint i = 0; i < devices->len; i++) {
        xmlNode *device = g_ptr_array_index(devices, i);
        Change one = { device, kind_of(edit, device), to };
        if (one.kind && is_meant(edit, one.kind, device, from))
            g_array_append_val(changes, one);
    }
    return changes->len - before;
}

static gboolean refuse(const Edit *edit, const char *from, GError **error)
{
    g_autofree char *quoted = mig_text_quote(from);
    g_set_error(error, MIG_ERROR, MIG_ERROR_INVALID_OPTION_VALUE,
                "option \"%s\": %s %s; look at it with virsh dumpxml on the source, or leave it "
                "out",
                mig_option_info(edit->option)->key, quoted, edit->nothing);
    return FALSE;
}

/* All are found before one is made: two networks may change places. */
static gboolean find_all(GArray *changes, const xmlDoc *doc, const MigRequest *request,
                         gboolean lenient, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(edits); i++) {
        const char *const *list = mig_request_list(request, edits[i].option);
        for (guint j = 0; list[j]; j += 2)
            if (find_changes(changes, doc, &edits[i], list[j], list[j + 1]) == 0 && !lenient)
                return refuse(&edits[i], list[j], error);
    }
    return TRUE;
}

char *mig_edit_guest(const char *xml, const MigRequest *request, gboolean lenient, GError **error)
{
    g_autoptr(xmlDoc) doc = mig_guest_xml_parse(xml, error);
    g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(Change));
    if (!doc || !find_all(changes, doc, request, lenient, error))
        return NULL;
    for (guint i = 0; i < changes->len; i++) {
        const Change *one = &g_array_index(changes, Change, i);
        change(one->kind, one->device, one->to);
    }
    return mig_guest_xml_write(doc, error);
}
