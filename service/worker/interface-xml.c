/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See interface-xml.h. What is below another interface (a bridge's port, a bond's slave) has no
 * address of its own, so elements count at one depth only.
 */
#include "interface-xml.h"

#include "xml.h"

/* The attribute, "" if there is none. */
static char *get_attribute(xmlTextReaderPtr reader, const char *name)
{
    xmlChar *value = xmlTextReaderGetAttribute(reader, (const xmlChar *) name);
    char *copy = g_strdup(value ? (const char *) value : "");
    xmlFree(value);
    return copy;
}

/* 0 if it is no number. */
static guint get_number(xmlTextReaderPtr reader, const char *name)
{
    g_autofree char *text = get_attribute(reader, name);
    guint64 number = 0;
    g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, &number, NULL);
    return (guint) number;
}

static gboolean is_element(xmlTextReaderPtr reader, int depth, const char *name)
{
    return xmlTextReaderDepth(reader) == depth &&
           xmlStrEqual(xmlTextReaderConstLocalName(reader), (const xmlChar *) name);
}

/* Reads on to the next element. A document with a type declares entities: libvirt's have none. */
static gboolean next_element(xmlTextReaderPtr reader)
{
    while (xmlTextReaderRead(reader) == 1) {
        int type = xmlTextReaderNodeType(reader);
        if (type == XML_READER_TYPE_DOCUMENT_TYPE)
            return FALSE;
        if (type == XML_READER_TYPE_ELEMENT)
            return TRUE;
    }
    return FALSE;
}

/* At the document's first element, or NULL if it is another document. */
static xmlTextReaderPtr open_document(const char *xml, const char *root)
{
    g_autoptr(xmlTextReader) reader =
        strlen(xml) <= MIG_INTERFACE_XML_MAX ? mig_xml_read(xml) : NULL;
    return reader && next_element(reader) && is_element(reader, 0, root) ? g_steal_pointer(&reader)
                                                                         : NULL;
}

static void read_link(xmlTextReaderPtr reader, MigLinkFacts *link)
{
    g_autofree char *state = get_attribute(reader, "state");
    *link = (MigLinkFacts){ TRUE, get_number(reader, "speed"), mig_link_state_from_string(state) };
}

static void read_address(xmlTextReaderPtr reader, const char *name, GPtrArray *interfaces)
{
    g_autofree char *address = get_attribute(reader, "address");
    MigInterface said = { .name = (char *) name,
                          .address = address,
                          .prefix = get_number(reader, "prefix"),
                          .origin = MIG_ORIGIN_LIBVIRT };
    mig_interfaces_add(interfaces, &said);
}

guint mig_interface_xml_read(const char *xml, const char *name, GPtrArray *interfaces,
                             MigLinkFacts *link)
{
    g_autoptr(xmlTextReader) reader = open_document(xml, "interface");
    gboolean in_protocol = FALSE;
    guint found = 0;
    *link = (MigLinkFacts){ FALSE };
    while (reader && next_element(reader)) {
        if (xmlTextReaderDepth(reader) == 1)
            in_protocol = is_element(reader, 1, "protocol");
        if (is_element(reader, 1, "link")) {
            read_link(reader, link);
        } else if (in_protocol && is_element(reader, 2, "ip")) {
            read_address(reader, name, interfaces);
            found++;
        }
    }
    return found;
}

static gboolean text_is(xmlTextReaderPtr reader, const char *text)
{
    xmlChar *value = xmlTextReaderReadString(reader);
    gboolean same = value && g_str_equal((const char *) value, text);
    xmlFree(value);
    return same;
}

gboolean mig_interface_xml_read_device(const char *xml, const char *name, MigLinkFacts *link)
{
    g_autoptr(xmlTextReader) reader = open_document(xml, "device");
    gboolean in_capability = FALSE, is_it = FALSE;
    *link = (MigLinkFacts){ FALSE };
    while (reader && next_element(reader)) {
        if (xmlTextReaderDepth(reader) == 1)
            in_capability = is_element(reader, 1, "capability");
        if (in_capability && is_element(reader, 2, "interface"))
            is_it = text_is(reader, name);
        else if (in_capability && is_element(reader, 2, "link"))
            read_link(reader, link);
    }
    return is_it;
}
