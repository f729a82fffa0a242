/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt's answer to a call on a guest that is made ready for it. For main.c.
 */
#pragma once

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "call.h"

typedef struct {
    virConnectPtr source, destination;
    const char *peer_uri;          /* the destination for the source's libvirt daemon */
    const char *plain, *with_disk; /* XML of the guests, with UUIDs */
} Hosts;

/* NULL: libvirt has done it; otherwise why not, to be freed with virFreeError(). A migration that
 * takes longer than ANSWER_SECONDS is called off. The guest may be anywhere afterwards. */
#define ANSWER_SECONDS 40
virErrorPtr answer(const Hosts *hosts, const Call *call);

/* Forgets both guests on both hosts. */
void answer_clear(const Hosts *hosts);
