/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The XML of a guest as libvirt of another machine wrote it, read with nothing trusted: at most
 * MIG_GUEST_XML_BYTES, no document type and so no entities, no network.
 */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

/* What libvirt's protocol has room for in one string. */
#define MIG_GUEST_XML_BYTES (4 * 1024 * 1024)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlDoc, xmlFreeDoc)

/* A document whose root is <domain>. NULL: MIG_ERROR_FAILED. */
xmlDoc *mig_guest_xml_parse(const char *xml, GError **error);
/* NULL, MIG_ERROR_FAILED: it has become longer than libvirt takes. */
char *mig_guest_xml_write(xmlDoc *doc, GError **error);

/* First child element of that name, or NULL. */
xmlNode *mig_guest_xml_child(const xmlNode *node, const char *name);
/* The elements of that name in <devices>, in order; the array owns nothing. */
GPtrArray *mig_guest_xml_devices(const xmlDoc *doc, const char *name);
/* Attribute of an element that may be NULL, or NULL. Free with g_free(). */
char *mig_guest_xml_attribute(const xmlNode *node, const char *name);
