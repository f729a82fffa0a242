/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The hosts and jobs that the service has told of, by the paths of their objects: for the client
 * (client.h), which hands on the lists and the signals "job-ended" and "job-stuck". "job-untold"
 * (MigJob): nothing is known of a job of this user's own but that it is there; whoever has read it
 * says so with mig_inventory_let_go().
 */
#pragma once

#include <gio/gio.h>

#include "host.h"
#include "job.h"

#define MIG_TYPE_INVENTORY (mig_inventory_get_type())
G_DECLARE_FINAL_TYPE(MigInventory, mig_inventory, MIG, INVENTORY, GObject)

MigInventory *mig_inventory_new(void);

/* `interfaces` a{sa{sv}} of an object. `read`: they are an answer to us, not what is said to all.
 */
void mig_inventory_take(MigInventory *self, const char *path, GVariant *interfaces, gboolean read);
/* `objects` a{oa{sa{sv}}}: all there are; those that are not among them are dropped. */
void mig_inventory_take_all(MigInventory *self, GVariant *objects);
/* `changes` a{sv}; of what is not known nothing happens, here and in the next. */
void mig_inventory_update(MigInventory *self, const char *path, GVariant *changes);
void mig_inventory_drop(MigInventory *self, const char *path);
/* It is listed now, whatever is known of it. */
void mig_inventory_let_go(MigInventory *self, MigJob *job);

/* As in client.h. */
GListModel *mig_inventory_get_hosts(MigInventory *self);
GListModel *mig_inventory_get_jobs(MigInventory *self);
MigHost *mig_inventory_find_host(MigInventory *self, const char *name);
MigJob *mig_inventory_find_job(MigInventory *self, const char *path);
