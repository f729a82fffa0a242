/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is read from a host's capabilities document (virConnectGetCapabilities()).
 */
#pragma once

/* /capabilities/host/uuid in lower case, "" if it has none or is no such document. */
char *mig_capabilities_host_uuid(const char *xml);
