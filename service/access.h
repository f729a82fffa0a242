/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may use what: one table from every member on the bus to the polkit action it needs. What is
 * not in the table is not there for any caller: a method is refused before its handler, a property
 * cannot be read.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

#define ACCESS_PREFIX "org.example.Migration1."
#define ACCESS_LIST ACCESS_PREFIX "list"
#define ACCESS_JOBS "/org/example/Migration1/job/"

typedef enum { ACCESS_METHOD, ACCESS_PROPERTY } AccessKind;

/* The same call may need more, depending on what it is about: a migration that is unsafe, a job of
 * somebody else; a destination that is no configured host. */
typedef enum { ACCESS_ORDINARY, ACCESS_GRAVE, ACCESS_CUSTOM, N_ACCESS_CASES } AccessCase;

typedef struct {
    const char *member; /* NULL: end of the rows */
    AccessKind kind;
    const char *actions[N_ACCESS_CASES]; /* whole ids; NULL: needs none */
} AccessRow;

typedef struct {
    const char *interface; /* NULL: end of the table */
    const AccessRow *rows;
} AccessInterface;

extern const AccessInterface access_table[];

/* NULL: not in the table. */
const AccessRow *access_find(const char *interface, AccessKind kind, const char *member);

/* The action that a call of the method needs; NULL: it is for nobody. */
const char *access_action(const char *interface, const char *method, AccessCase which);

/* Refuses calls of methods that are not in the table, and drops signals that are sent to us alone
 * by anybody but the bus. Negative errno. */
int access_guard(sd_bus *bus);

/* 0, or -EACCES for a property that is not in the table. */
int access_check_read(const char *interface, const char *property);
/* TRUE if not everybody may read the property of everybody's object. */
gboolean access_is_for_owner(const char *interface, const char *property);
/* TRUE for calls that answer with properties of jobs. */
gboolean access_is_read_of_jobs(sd_bus_message *call);
