/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A configured host, as org.example.Migration1.Host describes it: every property of that interface
 * is one here and is read with mig_object_get_*() by its D-Bus name.
 */
#pragma once

#include "object.h"

#define MIG_TYPE_HOST (mig_host_get_type())
G_DECLARE_FINAL_TYPE(MigHost, mig_host, MIG, HOST, MigObject)

MigHost *mig_host_new(const char *path, GVariant *properties);

const char *mig_host_get_name(MigHost *self);

/* Its name for people: that of "local" is a text. */
char *mig_host_dup_title(MigHost *self);
