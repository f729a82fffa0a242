/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See capabilities.h. The document is read only up to the element that is looked for, which is the
 * first.
 */
#include "capabilities.h"

#include "xml.h"

static const char *const path[] = { "capabilities", "host", "uuid" };
#define DEPTH ((int) G_N_ELEMENTS(path) - 1)

/* Reads on to the element of `path`. */
static gboolean find_element(xmlTextReaderPtr reader)
{
    int matched = -1; /* depth up to which the ancestors are those of `path` */
    while (xmlTextReaderRead(reader) == 1) {
        int depth = xmlTextReaderDepth(reader);
        matched = MIN(matched, depth - 1);
        if (xmlTextReaderNodeType(reader) != XML_READER_TYPE_ELEMENT || depth > DEPTH ||
            matched != depth - 1 ||
            !g_str_equal((const char *) xmlTextReaderConstLocalName(reader), path[depth]))
            continue;
        if (depth == DEPTH)
            return TRUE;
        matched = depth;
    }
    return FALSE;
}

char *mig_capabilities_host_uuid(const char *xml)
{
    g_autoptr(xmlTextReader) reader = mig_xml_read(xml);
    char *uuid = NULL;
    if (reader && find_element(reader)) {
        xmlChar *text = xmlTextReaderReadString(reader);
        if (text && g_uuid_string_is_valid((const char *) text))
            uuid = g_ascii_strdown((const char *) text, -1);
        xmlFree(text);
    }
    return uuid ? uuid : g_strdup("");
}
