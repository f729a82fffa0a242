/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bus face of the manager: org.example.Migration1.Manager, the registry of host and job
 * objects, and what all bus faces share. A handler reads, validates, authorises, acts and replies,
 * in this order.
 */
#pragma once

#include "authorize.h"
#include "bus-object.h"
#include "bus-reply.h"
#include "manager.h"
#include "readers.h"
#include "shutdown.h"

#define MANAGER_NAME "org.example.Migration1"
#define MANAGER_PATH "/org/example/Migration1"

typedef struct GuestLists GuestLists;

typedef struct {
    sd_bus *bus;
    Manager *manager;
    Limits *limits;
    Readers *readers;
    GuestLists *guest_lists;
    Authorizer *authorizer;
    BusObjects *objects;
    Shutdown *shutdown;
} ManagerBus;

/* Puts all objects on the bus, then starts the manager; the name is the caller's to request. */
ManagerBus *manager_bus_new(const Settings *settings, sd_event *event, sd_bus *bus,
                            Launcher *launcher, GError **error);
void manager_bus_free(ManagerBus *face);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ManagerBus, manager_bus_free)

gboolean manager_bus_idle(const ManagerBus *face);

/* Asks the host's query worker and records whether it could be reached. The question counts for
 * the call, unless that is NULL; if it is one too many, `answered` is told so from within. */
void manager_bus_ask(ManagerBus *face, sd_bus_message *call, const MigHost *host,
                     const char *method, GVariant *arguments, QueryAnswered answered,
                     void *userdata);
