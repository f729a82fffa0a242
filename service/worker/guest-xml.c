/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See guest-xml.h.
 */
#include "guest-xml.h"

#include <libxml/parser.h>
#include <string.h>

#include "error.h"

#define XML_OPTIONS (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

/* A guest has no document type; with one would come entities. */
static void refuse_doctype(void *context, const xmlChar *name, const xmlChar *id,
                           const xmlChar *system)
{
    xmlParserCtxtPtr parser = context;
    parser->wellFormed = 0;
    xmlStopParser(parser);
}

static xmlDoc *parse(const char *xml, gsize length)
{
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    if (!parser)
        g_error("no memory for an XML parser");
    parser->sax->internalSubset = refuse_doctype;
    xmlDoc *doc = xmlCtxtReadMemory(parser, xml, (int) length, NULL, "utf-8", XML_OPTIONS);
    xmlFreeParserCtxt(parser);
    return doc;
}

static gboolean is_element(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && !node->ns &&
           g_str_equal((const char *) node->name, name);
}

xmlDoc *mig_guest_xml_parse(const char *xml, GError **error)
{
    gsize length = strnlen(xml, MIG_GUEST_XML_BYTES + 1);
    g_autoptr(xmlDoc) doc = length <= MIG_GUEST_XML_BYTES ? parse(xml, length) : NULL;
    const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
    if (root && is_element(root, "domain"))
        return g_steal_pointer(&doc);
    g_set_error_literal(error, MIG_ERROR, MIG_ERROR_FAILED,
                        "the source's libvirt gave an XML of the guest that is none; look at it "
                        "with virsh dumpxml --migratable");
    return NULL;
}

char *mig_guest_xml_write(xmlDoc *doc, GError **error)
{
    xmlChar *text = NULL;
    int length = 0;
    xmlDocDumpMemoryEnc(doc, &text, &length, "UTF-8");
    g_autofree char *copy =
        text && length <= MIG_GUEST_XML_BYTES ? g_strndup((char *) text, (gsize) length) : NULL;
    xmlFree(text);
    if (!copy)
        g_set_error_literal(error, MIG_ERROR, MIG_ERROR_FAILED,
                            "the guest's XML has become too long with the edits; give fewer or "
                            "shorter ones");
    return g_steal_pointer(&copy);
}

xmlNode *mig_guest_xml_child(const xmlNode *node, const char *name)
{
    for (xmlNode *child = node ? node->children : NULL; child; child = child->next)
        if (is_element(child, name))
            return child;
    return NULL;
}

GPtrArray *mig_guest_xml_devices(const xmlDoc *doc, const char *name)
{
    const xmlNode *devices = mig_guest_xml_child(xmlDocGetRootElement(doc), "devices");
    GPtrArray *found = g_ptr_array_new();
    for (xmlNode *child = devices ? devices->children : NULL; child; child = child->next)
        if (is_element(child, name))
            g_ptr_array_add(found, child);
    return found;
}

char *mig_guest_xml_attribute(const xmlNode *node, const char *name)
{
    xmlChar *value = node ? xmlGetNoNsProp(node, (const xmlChar *) name) : NULL;
    char *copy = g_strdup((const char *) value);
    xmlFree(value);
    return copy;
}
