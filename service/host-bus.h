/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bus face of a host: org.example.Migration1.Host.
 */
#pragma once

#include "bus-object.h"

extern const BusKind host_kind;
