/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host that is asked something, as the one thread that asks has it: it keeps the connection from
 * one question to the next. All questions block.
 */
#pragma once

#include <glib.h>

typedef struct MigQueryHost MigQueryHost;

MigQueryHost *mig_query_host_new(const char *name, const char *pki_path);

/* A question: the host's dictionary (mig_host_to_variant()), the other arguments as a tuple, the
 * answer or an error. An answer on a connection that turns out to be dead is tried once more on a
 * new one. */
typedef GVariant *(*MigQuestion)(MigQueryHost *host, GVariant *dict, GVariant *arguments,
                                 GError **error);

GVariant *mig_query_list_guests(MigQueryHost *host, GVariant *dict, GVariant *arguments,
                                GError **error); /* (a{sv} filter) -> aa{sv} */
GVariant *mig_query_get_facts(MigQueryHost *host, GVariant *dict, GVariant *arguments,
                              GError **error); /* (s guest, s uuid) -> a{sv} */
GVariant *mig_query_list_interfaces(MigQueryHost *host, GVariant *dict, GVariant *arguments,
                                    GError **error); /* () -> aa{sv} */
GVariant *mig_query_find_routes(MigQueryHost *host, GVariant *dict, GVariant *arguments,
                                GError **error); /* (as addresses) -> a{ss} */
GVariant *mig_query_inspect_guest(MigQueryHost *host, GVariant *dict, GVariant *arguments,
                                  GError **error); /* (a{sv} question) -> a{sv} */
GVariant *mig_query_inspect_destination(MigQueryHost *host, GVariant *dict, GVariant *arguments,
                                        GError **error); /* (a{sv} question) -> a{sv} */
GVariant *mig_query_test(MigQueryHost *host, GVariant *dict, GVariant *arguments,
                         GError **error); /* () -> a{sv} */
