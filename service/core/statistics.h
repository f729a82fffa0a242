/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libvirt's job fields (a{st}, by libvirt's names) say in plain units.
 */
#pragma once

#include <glib.h>

/* Number of a field, 0 if it is not there. */
guint64 mig_statistics_get(GVariant *statistics, const char *field);

/* Bytes a second that the guest changes; libvirt tells it after the first pass. */
guint64 mig_statistics_dirty_rate(GVariant *statistics);
/* Bytes a second that are sent, memory and disks together. */
guint64 mig_statistics_throughput(GVariant *statistics);
/* Bytes that are left, memory and disks together. */
guint64 mig_statistics_remaining(GVariant *statistics);
/* Bytes that were sent, memory again and again and disks together. */
guint64 mig_statistics_processed(GVariant *statistics);
/* Passes over the memory. */
guint64 mig_statistics_iteration(GVariant *statistics);
/* Milliseconds: an estimate while it runs, made after the first pass, and the truth afterwards. */
guint64 mig_statistics_downtime(GVariant *statistics);
