/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is read from libvirt's documents about network interfaces (virInterfaceGetXMLDesc()) and
 * network devices (virNodeDeviceGetXMLDesc()).
 */
#pragma once

#include "core/interfaces.h"

/* Longest document that is looked at, in bytes; that of a bridge names all its ports. */
#define MIG_INTERFACE_XML_MAX (1024 * 1024)

typedef struct {
    gboolean known; /* the document says something of the link */
    guint speed;    /* Mbit/s, 0 unknown */
    MigLinkState state;
} MigLinkFacts;

/* Adds the addresses of interface `name` and tells of its link. Returns how many addresses the
 * document has, those that are of no use included; 0 too if it is no such document. */
guint mig_interface_xml_read(const char *xml, const char *name, GPtrArray *interfaces,
                             MigLinkFacts *link);

/* FALSE if the document is not that of the network device of interface `name`. */
gboolean mig_interface_xml_read_device(const char *xml, const char *name, MigLinkFacts *link);
