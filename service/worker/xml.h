/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading libvirt's documents. They come from another machine: no network, no entities, no errors
 * printed, as a stream, so that nothing grows with the document.
 */
#pragma once

#include <glib.h>
#include <libxml/xmlreader.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlTextReader, xmlFreeTextReader)

/* NULL if there is no memory for it. */
static inline xmlTextReaderPtr mig_xml_read(const char *xml)
{
    return xmlReaderForMemory(xml, (int) strlen(xml), NULL, "utf-8",
                              XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
}
