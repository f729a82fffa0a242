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
#define ARRIVED MIG_SHOWS_ARRIVED
#define SPLIT MIG_SHOWS_SPLIT
#define KEPT MIG_SHOWS_KEPT
#define GONE MIG_SHOWS_GONE
#define UNSEEN MIG_SHOWS_UNSEEN
#define UNASKED MIG_SHOWS_UNASKED
#define ADVISE(advice) MIG_ADVICE_##advice

static const MigEndRow moved[MIG_N_SHOWS][MIG_N_SHOWS] = {
    [RUNS] = {
        [RUNS] = { NOWHERE,
                   "guest {guest} runs on host {source} AND on host {destination}, its disks are "
                   "in danger",
                   ADVISE(STOP_ONE) },
        [PAUSED] = { SOURCE,
                     "guest {guest} runs on host {source}, a paused copy is on host {destination}",
                     ADVISE(REMOVE_COPY_ON_DESTINATION) },
        [SPLIT] = { NOWHERE,
                    "guest {guest} runs on host {source} AND, in post-copy, on host "
                    "{destination}, its disks are in danger",
                    ADVISE(SUSPEND_BOTH) },
        [GONE] = { SOURCE,
                   "guest {guest} runs on host {source} and not on host {destination}",
                   ADVISE(NONE) },
        [UNSEEN] = { SOURCE,
                     "guest {guest} runs on host {source}, host {destination} cannot be asked",
                     ADVISE(LOOK_FOR_COPY_ON_DESTINATION) },
        [UNASKED] = { SOURCE,
                      "guest {guest} runs on host {source}, host {destination} was not looked at",
                      ADVISE(LOOK_FOR_COPY_ON_DESTINATION) },
    },
    [PAUSED] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} runs on host {destination}, a paused copy is on host {source}",
                   ADVISE(REMOVE_COPY_ON_SOURCE) },
        [PAUSED] = { NOWHERE,
                     "guest {guest} is paused on host {source} and on host {destination}",
                     ADVISE(REMOVE_COPY_AND_RESUME) },
        [ARRIVED] = { DESTINATION,
                      "guest {guest} has arrived on host {destination} and is paused there, a "
                      "paused copy is on host {source}",
                      ADVISE(REMOVE_COPY_ON_SOURCE) },
        [SPLIT] = { NOWHERE,
                    "guest {guest} runs on host {destination} in post-copy and is paused on host "
                    "{source}",
                    ADVISE(DESTROY_NEITHER) },
        [GONE] = { SOURCE,
                   "guest {guest} is paused on host {source} and not on host {destination}",
                   ADVISE(RESUME_ON_SOURCE) },
        [UNSEEN] = { NOWHERE,
                     "guest {guest} is paused on host {source}, host {destination} cannot be "
                     "asked and may run it",
                     ADVISE(RESUME_AFTER_DESTINATION) },
        [UNASKED] = { NOWHERE,
                      "guest {guest} is paused on host {source}, host {destination} was not "
                      "looked at and may run it",
                      ADVISE(RESUME_AFTER_DESTINATION) },
    },
    [SPLIT] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} runs on host {destination}, host {source} has a copy that was "
                   "stopped in post-copy",
                   ADVISE(NEVER_RESUME_COPY) },
        [PAUSED] = { NOWHERE,
                     "guest {guest} is paused on host {destination}, host {source} has a copy "
                     "that was stopped in post-copy",
                     ADVISE(DESTROY_NEITHER) },
        [SPLIT] = { NOWHERE,
                    "guest {guest} was broken off in post-copy: it runs on host {destination} and "
                    "the rest of its memory is on host {source}",
                    ADVISE(DESTROY_NEITHER) },
        [GONE] = { NOWHERE,
                   "guest {guest} was broken off in post-copy and is not on host {destination} "
                   "any more, with the memory that was there",
                   ADVISE(START_ANEW) },
        [UNSEEN] = { NOWHERE,
                     "guest {guest} was broken off in post-copy: the rest of its memory is on "
                     "host {source}, host {destination} cannot be asked",
                     ADVISE(DESTROY_NEITHER) },
        [UNASKED] = { NOWHERE,
                      "guest {guest} was broken off in post-copy: the rest of its memory is on "
                      "host {source}, host {destination} was not looked at",
                      ADVISE(DESTROY_NEITHER) },
    },
    [GONE] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} runs on host {destination} and not on host {source}",
                   ADVISE(NONE) },
        [PAUSED] = { DESTINATION,
                     "guest {guest} is paused on host {destination} and not on host {source}",
                     ADVISE(RESUME_ON_DESTINATION) },
        [SPLIT] = { DESTINATION,
                    "guest {guest} runs on host {destination} in post-copy, host {source} has "
                    "lost the rest of its memory",
                    ADVISE(SAVE_AND_START) },
        [GONE] = { NOWHERE,
                   "guest {guest} runs neither on host {source} nor on host {destination}",
                   ADVISE(READ_LOGS) },
        [UNSEEN] = { NOWHERE,
                     "guest {guest} is not on host {source}, host {destination} cannot be asked",
                     ADVISE(LOOK_AT_DESTINATION) },
        [UNASKED] = { NOWHERE,
                      "guest {guest} is not on host {source} any more, host {destination} was not "
                      "looked at",
                      ADVISE(LOOK_AT_DESTINATION) },
    },
    [UNSEEN] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} runs on host {destination}, host {source} cannot be asked",
                   ADVISE(LOOK_FOR_COPY_ON_SOURCE) },
        [PAUSED] = { NOWHERE,
                     "guest {guest} is paused on host {destination}, host {source} cannot be asked",
                     ADVISE(RESUME_AFTER_SOURCE) },
        [SPLIT] = { NOWHERE,
                    "guest {guest} runs on host {destination} in post-copy, host {source}, which "
                    "has the rest of its memory, cannot be asked",
                    ADVISE(DESTROY_NEITHER) },
        [GONE] = { NOWHERE,
                   "guest {guest} is not on host {destination}, host {source} cannot be asked",
                   ADVISE(LOOK_AT_SOURCE) },
        [UNSEEN] = { NOWHERE,
                     "neither host {source} nor host {destination} can be asked about guest "
                     "{guest}",
                     ADVISE(LOOK_AT_BOTH) },
        [UNASKED] = { NOWHERE,
                      "host {source} cannot be asked about guest {guest}, host {destination} was "
                      "not looked at",
                      ADVISE(LOOK_AT_BOTH) },
    },
};

static const MigEndRow offline_moved[MIG_N_SHOWS][MIG_N_SHOWS] = {
    [RUNS] = {
        [RUNS] = { NOWHERE,
                   "guest {guest} was started meanwhile and runs on host {source} AND on host "
                   "{destination}, its disks are in danger",
                   ADVISE(STOP_ONE) },
        [KEPT] = { SOURCE,
                   "guest {guest} was started meanwhile and runs on host {source}, host "
                   "{destination} has its configuration too",
                   ADVISE(UNDEFINE_ON_DESTINATION) },
        [GONE] = { SOURCE,
                   "guest {guest} was started meanwhile and runs on host {source}",
                   ADVISE(NONE) },
        [UNSEEN] = { SOURCE,
                     "guest {guest} was started meanwhile and runs on host {source}, host "
                     "{destination} cannot be asked",
                     ADVISE(LOOK_FOR_CONFIGURATION_ON_DESTINATION) },
        [UNASKED] = { SOURCE,
                      "guest {guest} was started meanwhile and runs on host {source}, host "
                      "{destination} was not looked at",
                      ADVISE(LOOK_FOR_CONFIGURATION_ON_DESTINATION) },
    },
    [KEPT] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} was started meanwhile and runs on host {destination}, host "
                   "{source} has its configuration too",
                   ADVISE(UNDEFINE_ON_SOURCE) },
        [KEPT] = { NOWHERE,
                   "hosts {source} and {destination} both have the configuration of guest {guest}",
                   ADVISE(UNDEFINE_ONE) },
        [GONE] = { SOURCE,
                   "host {source} has the configuration of guest {guest}, host {destination} has "
                   "not",
                   ADVISE(NONE) },
        [UNSEEN] = { SOURCE,
                     "host {source} has the configuration of guest {guest}, host {destination} "
                     "cannot be asked",
                     ADVISE(LOOK_FOR_CONFIGURATION_ON_DESTINATION) },
        [UNASKED] = { SOURCE,
                      "host {source} has the configuration of guest {guest}, host {destination} "
                      "was not looked at",
                      ADVISE(LOOK_FOR_CONFIGURATION_ON_DESTINATION) },
    },
    [GONE] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} was started meanwhile and runs on host {destination}",
                   ADVISE(NONE) },
        [KEPT] = { DESTINATION,
                   "host {destination} has the configuration of guest {guest}, host {source} has "
                   "not",
                   ADVISE(NONE) },
        [GONE] = { NOWHERE,
                   "neither host {source} nor host {destination} has the configuration of guest "
                   "{guest}",
                   ADVISE(DEFINE_AGAIN) },
        [UNSEEN] = { NOWHERE,
                     "host {source} has the configuration of guest {guest} no more, host "
                     "{destination} cannot be asked",
                     ADVISE(LOOK_AT_DESTINATION) },
        [UNASKED] = { NOWHERE,
                      "host {source} has the configuration of guest {guest} no more, host "
                      "{destination} was not looked at",
                      ADVISE(LOOK_AT_DESTINATION) },
    },
    [UNSEEN] = {
        [RUNS] = { DESTINATION,
                   "guest {guest} was started meanwhile and runs on host {destination}, host "
                   "{source} cannot be asked",
                   ADVISE(LOOK_FOR_CONFIGURATION_ON_SOURCE) },
        [KEPT] = { NOWHERE,
                   "host {destination} has the configuration of guest {guest}, host {source} "
                   "cannot be asked",
                   ADVISE(LOOK_FOR_CONFIGURATION_ON_SOURCE) },
        [GONE] = { NOWHERE,
                   "host {destination} has no configuration of guest {guest}, host {source} "
                   "cannot be asked",
                   ADVISE(LOOK_FOR_CONFIGURATION_ON_SOURCE) },
        [UNSEEN] = { NOWHERE,
                     "neither host {source} nor host {destination} can be asked about guest "
                     "{guest}",
                     ADVISE(LOOK_FOR_CONFIGURATION) },
        [UNASKED] = { NOWHERE,
                      "host {source} cannot be asked about guest {guest}, host {destination} was "
                      "not looked at",
                      ADVISE(LOOK_FOR_CONFIGURATION) },
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
