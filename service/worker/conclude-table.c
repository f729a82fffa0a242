/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See conclude-table.h. A row for every pair; a pair that cannot be has none.
 */
#include "conclude-table.h"

#define NOWHERE MIG_AT_NOWHERE
#define SOURCE MIG_AT_SOURCE
#define DESTINATION MIG_AT_DESTINATION
#define RUNS MIG_SHOWS_RUNS
#define PAUSED MIG_SHOWS_PAUSED
#define SPLIT MIG_SHOWS_SPLIT
#define KEPT MIG_SHOWS_KEPT
#define GONE MIG_SHOWS_GONE
#define UNSEEN MIG_SHOWS_UNSEEN
#define UNASKED MIG_SHOWS_UNASKED

#define STOP_ONE "stop one of the two at once with virsh destroy"
#define LOOK_THERE "look at host {destination} before you start it anywhere"
#define DESTROY_NEITHER                                                                            \
    "its memory is partly on each host, destroy neither copy; mend what broke the connection, "    \
    "then "                                                                                        \
    "migrate it again with the same options and postcopy-resume"

static const MigEndRow moved[MIG_N_SHOWS][MIG_N_SHOWS] = {
    [RUNS] = {
        [RUNS] = { NOWHERE,
                   "guest {guest} runs on host {source} AND on host {destination}, its disks are in "
                   "danger",
                   STOP_ONE },
        [PAUSED] = { SOURCE,
                     "guest {guest} runs on host {source}, a paused copy is on host {destination}",
                     "if virsh domjobinfo shows no migration on host {source}, remove the copy on "
                     "host {destination} with virsh destroy" },
        [SPLIT] = { NOWHERE,
                    "guest {guest} runs on host {source} AND, in post-copy, on host {destination}, "
                    "its disks are in danger",
                    "suspend both at once with virsh suspend, then find out which one is complete" },
        [GONE] = { SOURCE,
                   "guest {guest} runs on host {source} and not on host {destination}",
                   NULL },
        [UNSEEN] = { SOURCE,
                     "guest {guest} runs on host {source}, host {destination} cannot be asked",
                     "look whether host {destination} has a paused copy before migrating again" },
        [UNASKED] = { SOURCE,
                      "guest {guest} runs on host {source}, host {destination} was not looked at",
                      "look whether host {destination} has a paused copy before migrating again" },
    },
    [PAUSED] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} runs on host {destination}, a paused copy is on host {source}",
                   "remove the copy on host {source} with virsh destroy and never resume it" },
        [PAUSED] = { NOWHERE,
                     "guest {guest} is paused on host {source} and on host {destination}",
                     "if virsh domjobinfo shows no migration on host {source}, remove the copy on "
                     "host {destination} with virsh destroy, then resume the guest on host {source} "
                     "with virsh resume" },
        [SPLIT] = { NOWHERE,
                    "guest {guest} runs on host {destination} in post-copy and is paused on host "
                    "{source}",
                    DESTROY_NEITHER },
        [GONE] = { SOURCE,
                   "guest {guest} is paused on host {source} and not on host {destination}",
                   "resume it there with virsh resume" },
        [UNSEEN] = { NOWHERE,
                     "guest {guest} is paused on host {source}, host {destination} cannot be asked "
                     "and may run it",
                     "do not resume it before you have looked at host {destination}" },
        [UNASKED] = { NOWHERE,
                      "guest {guest} is paused on host {source}, host {destination} was not looked "
                      "at and may run it",
                      "do not resume it before you have looked at host {destination}" },
    },
    [SPLIT] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} runs on host {destination}, host {source} has a copy that was "
                   "stopped in post-copy",
                   "never resume the copy on host {source}; remove it with virsh destroy once "
                   "virsh domstate --reason shows no post-copy on host {destination}" },
        [PAUSED] = { NOWHERE,
                     "guest {guest} is paused on host {destination}, host {source} has a copy that "
                     "was stopped in post-copy",
                     DESTROY_NEITHER },
        [SPLIT] = { NOWHERE,
                    "guest {guest} was broken off in post-copy: it runs on host {destination} and "
                    "the rest of its memory is on host {source}",
                    DESTROY_NEITHER },
        [GONE] = { NOWHERE,
                   "guest {guest} was broken off in post-copy and is not on host {destination} any "
                   "more, with the memory that was there",
                   "never resume the copy on host {source}; if host {destination} has lost it for "
                   "good, remove the copy with virsh destroy and start the guest again from its "
                   "configuration" },
        [UNSEEN] = { NOWHERE,
                     "guest {guest} was broken off in post-copy: the rest of its memory is on host "
                     "{source}, host {destination} cannot be asked",
                     DESTROY_NEITHER },
        [UNASKED] = { NOWHERE,
                      "guest {guest} was broken off in post-copy: the rest of its memory is on host "
                      "{source}, host {destination} was not looked at",
                      DESTROY_NEITHER },
    },
    [GONE] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} runs on host {destination} and not on host {source}",
                   NULL },
        [PAUSED] = { DESTINATION,
                     "guest {guest} is paused on host {destination} and not on host {source}",
                     "resume it there with virsh resume" },
        [SPLIT] = { DESTINATION,
                    "guest {guest} runs on host {destination} in post-copy, host {source} has lost "
                    "the rest of its memory",
                    "save what can be saved from within the guest, then stop it with virsh destroy "
                    "and start it again from its configuration" },
        [GONE] = { NOWHERE,
                   "guest {guest} runs neither on host {source} nor on host {destination}",
                   "look for the reason in its log in /var/log/libvirt/qemu on both, then start it "
                   "where its configuration is" },
        [UNSEEN] = { NOWHERE,
                     "guest {guest} is not on host {source}, host {destination} cannot be asked",
                     LOOK_THERE },
        [UNASKED] = { NOWHERE,
                      "guest {guest} is not on host {source} any more, host {destination} was not "
                      "looked at",
                      LOOK_THERE },
    },
    [UNSEEN] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} runs on host {destination}, host {source} cannot be asked",
                   "look whether host {source} has a paused copy; remove it with virsh destroy and "
                   "never resume it" },
        [PAUSED] = { NOWHERE,
                     "guest {guest} is paused on host {destination}, host {source} cannot be asked",
                     "do not resume it before you have looked at host {source}" },
        [SPLIT] = { NOWHERE,
                    "guest {guest} runs on host {destination} in post-copy, host {source}, which "
                    "has the rest of its memory, cannot be asked",
                    DESTROY_NEITHER },
        [GONE] = { NOWHERE,
                   "guest {guest} is not on host {destination}, host {source} cannot be asked",
                   "look at host {source} before you start it anywhere" },
        [UNSEEN] = { NOWHERE,
                     "neither host {source} nor host {destination} can be asked about guest {guest}",
                     "look at both before you start it anywhere" },
        [UNASKED] = { NOWHERE,
                      "host {source} cannot be asked about guest {guest}, host {destination} was "
                      "not looked at",
                      "look at both before you start it anywhere" },
    },
};

#define UNDEFINE_ONE                                                                               \
    "remove it with virsh undefine from the host on which the guest is not to start"

static const MigEndRow offline_moved[MIG_N_SHOWS][MIG_N_SHOWS] = {
    [RUNS] = {
        [RUNS] = { NOWHERE,
                   "guest {guest} was started meanwhile and runs on host {source} AND on host "
                   "{destination}, its disks are in danger",
                   STOP_ONE },
        [KEPT] = { SOURCE,
                   "guest {guest} was started meanwhile and runs on host {source}, host "
                   "{destination} has its configuration too",
                   "remove it there with virsh undefine" },
        [GONE] = { SOURCE,
                   "guest {guest} was started meanwhile and runs on host {source}",
                   NULL },
        [UNSEEN] = { SOURCE,
                     "guest {guest} was started meanwhile and runs on host {source}, host "
                     "{destination} cannot be asked",
                     "look whether host {destination} has its configuration too" },
        [UNASKED] = { SOURCE,
                      "guest {guest} was started meanwhile and runs on host {source}, host "
                      "{destination} was not looked at",
                      "look whether host {destination} has its configuration too" },
    },
    [KEPT] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} was started meanwhile and runs on host {destination}, host "
                   "{source} has its configuration too",
                   "remove it there with virsh undefine" },
        [KEPT] = { NOWHERE,
                   "hosts {source} and {destination} both have the configuration of guest {guest}",
                   UNDEFINE_ONE },
        [GONE] = { SOURCE,
                   "host {source} has the configuration of guest {guest}, host {destination} has "
                   "not",
                   NULL },
        [UNSEEN] = { SOURCE,
                     "host {source} has the configuration of guest {guest}, host {destination} "
                     "cannot be asked",
                     "look whether host {destination} has it too" },
        [UNASKED] = { SOURCE,
                      "host {source} has the configuration of guest {guest}, host {destination} was "
                      "not looked at",
                      "look whether host {destination} has it too" },
    },
    [GONE] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} was started meanwhile and runs on host {destination}",
                   NULL },
        [KEPT] = { DESTINATION,
                   "host {destination} has the configuration of guest {guest}, host {source} has "
                   "not",
                   NULL },
        [GONE] = { NOWHERE,
                   "neither host {source} nor host {destination} has the configuration of guest "
                   "{guest}",
                   "define it again from a backup" },
        [UNSEEN] = { NOWHERE,
                     "host {source} has the configuration of guest {guest} no more, host "
                     "{destination} cannot be asked",
                     LOOK_THERE },
        [UNASKED] = { NOWHERE,
                      "host {source} has the configuration of guest {guest} no more, host "
                      "{destination} was not looked at",
                      LOOK_THERE },
    },
    [UNSEEN] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} was started meanwhile and runs on host {destination}, host "
                   "{source} cannot be asked",
                   "look whether host {source} has its configuration too" },
        [KEPT] = { NOWHERE,
                   "host {destination} has the configuration of guest {guest}, host {source} cannot "
                   "be asked",
                   "look whether host {source} has it too" },
        [GONE] = { NOWHERE,
                   "host {destination} has no configuration of guest {guest}, host {source} cannot "
                   "be asked",
                   "look whether host {source} has it" },
        [UNSEEN] = { NOWHERE,
                     "neither host {source} nor host {destination} can be asked about guest {guest}",
                     "look which of them has its configuration" },
        [UNASKED] = { NOWHERE,
                      "host {source} cannot be asked about guest {guest}, host {destination} was "
                      "not looked at",
                      "look which of them has its configuration" },
    },
};

const MigEndRow *mig_end_row_or_null(gboolean offline, MigShows source, MigShows destination)
{
    const MigEndRow *row = &(offline ? offline_moved : moved)[source][destination];

    return row->where ? row : NULL;
}

const MigEndRow *mig_end_row(gboolean offline, MigShows source, MigShows destination)
{
    const MigEndRow *row = mig_end_row_or_null(offline, source, destination);

    g_return_val_if_fail(row, NULL);
    return row;
}
