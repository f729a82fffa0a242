/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See advice.h. The steps are also the originals of the app's translations.
 */
#include "advice.h"

#define REMOVE_COPY                                                                                \
    "if virsh domjobinfo shows no migration on host {source}, remove the copy on host "            \
    "{destination} with virsh destroy"
#define NEVER_RESUME "never resume the copy on host {source}"

static const struct {
    const char *id;
    const char *steps[MIG_ADVICE_STEPS];
} rows[MIG_N_ADVICE] = {
    [MIG_ADVICE_NONE] = { "" },
    [MIG_ADVICE_STOP_ONE] = { "stop-one", { "stop one of the two at once with virsh destroy" } },
    [MIG_ADVICE_SUSPEND_BOTH] = { "suspend-both",
                                  { "suspend both at once with virsh suspend",
                                    "find out which one is complete" } },
    [MIG_ADVICE_DESTROY_NEITHER] = { "destroy-neither",
                                     { "its memory is partly on each host, destroy neither copy",
                                       "mend what broke the connection",
                                       "migrate it again with the same options and "
                                       "postcopy-resume" } },
    [MIG_ADVICE_REMOVE_COPY_ON_SOURCE] = { "remove-copy-on-source",
                                           { "remove the copy on host {source} with virsh destroy "
                                             "and never resume it" } },
    [MIG_ADVICE_REMOVE_COPY_ON_DESTINATION] = { "remove-copy-on-destination", { REMOVE_COPY } },
    [MIG_ADVICE_REMOVE_COPY_AND_RESUME] = { "remove-copy-and-resume",
                                            { REMOVE_COPY, "resume the guest on host {source} with "
                                                           "virsh resume" } },
    [MIG_ADVICE_NEVER_RESUME_COPY] = { "never-resume-copy",
                                       { NEVER_RESUME,
                                         "remove it with virsh destroy once virsh domstate "
                                         "--reason shows no post-copy on host {destination}" } },
    [MIG_ADVICE_START_ANEW] = { "start-anew",
                                { NEVER_RESUME,
                                  "if host {destination} has lost it for good, remove the copy "
                                  "with virsh destroy and start the guest again from its "
                                  "configuration" } },
    [MIG_ADVICE_SAVE_AND_START] = { "save-and-start",
                                    { "save what can be saved from within the guest",
                                      "stop it with virsh destroy and start it again from its "
                                      "configuration" } },
    [MIG_ADVICE_RESUME_ON_SOURCE] = { "resume-on-source",
                                      { "resume it on host {source} with virsh resume" } },
    [MIG_ADVICE_RESUME_ON_DESTINATION] = { "resume-on-destination",
                                           { "resume it on host {destination} with virsh "
                                             "resume" } },
    [MIG_ADVICE_RESUME_AFTER_SOURCE] = { "resume-after-source",
                                         { "do not resume it before you have looked at host "
                                           "{source}" } },
    [MIG_ADVICE_RESUME_AFTER_DESTINATION] = { "resume-after-destination",
                                              { "do not resume it before you have looked at host "
                                                "{destination}" } },
    [MIG_ADVICE_LOOK_AT_SOURCE] = { "look-at-source",
                                    { "look at host {source} before you start it anywhere" } },
    [MIG_ADVICE_LOOK_AT_DESTINATION] = { "look-at-destination",
                                         { "look at host {destination} before you start it "
                                           "anywhere" } },
    [MIG_ADVICE_LOOK_AT_BOTH] = { "look-at-both",
                                  { "look at host {source} and host {destination} before you start "
                                    "it anywhere" } },
    [MIG_ADVICE_LOOK_FOR_COPY_ON_SOURCE] = { "look-for-copy-on-source",
                                             { "look whether host {source} has a paused copy",
                                               "remove it with virsh destroy and never resume "
                                               "it" } },
    [MIG_ADVICE_LOOK_FOR_COPY_ON_DESTINATION] = { "look-for-copy-on-destination",
                                                  { "look whether host {destination} has a paused "
                                                    "copy before migrating again" } },
    [MIG_ADVICE_READ_LOGS] = { "read-logs",
                               { "look for the reason in its log in /var/log/libvirt/qemu on both "
                                 "hosts",
                                 "start it where its configuration is" } },
    [MIG_ADVICE_UNDEFINE_ON_SOURCE] = { "undefine-on-source",
                                        { "remove its configuration from host {source} with virsh "
                                          "undefine" } },
    [MIG_ADVICE_UNDEFINE_ON_DESTINATION] = { "undefine-on-destination",
                                             { "remove its configuration from host {destination} "
                                               "with virsh undefine" } },
    [MIG_ADVICE_UNDEFINE_ONE] = { "undefine-one",
                                  { "remove it with virsh undefine from the host on which the "
                                    "guest is not to start" } },
    [MIG_ADVICE_LOOK_FOR_CONFIGURATION] = { "look-for-configuration",
                                            { "look which of them has its configuration" } },
    [MIG_ADVICE_LOOK_FOR_CONFIGURATION_ON_SOURCE] = { "look-for-configuration-on-source",
                                                      { "look whether host {source} has its "
                                                        "configuration" } },
    [MIG_ADVICE_LOOK_FOR_CONFIGURATION_ON_DESTINATION] = { "look-for-configuration-on-destination",
                                                           { "look whether host {destination} has "
                                                             "its configuration too" } },
    [MIG_ADVICE_DEFINE_AGAIN] = { "define-again", { "define it again from a backup" } },
};

const char *mig_advice_id(MigAdvice advice)
{
    g_return_val_if_fail((guint) advice < MIG_N_ADVICE, NULL);

    return rows[advice].id;
}

MigAdvice mig_advice_from_id(const char *id)
{
    for (MigAdvice advice = 0; advice < MIG_N_ADVICE; advice++)
        if (g_strcmp0(id, rows[advice].id) == 0)
            return advice;

    return MIG_ADVICE_NONE;
}

const char *mig_advice_step(MigAdvice advice, guint i)
{
    g_return_val_if_fail((guint) advice < MIG_N_ADVICE, NULL);

    return i < MIG_ADVICE_STEPS ? rows[advice].steps[i] : NULL;
}

char *mig_advice_pattern(MigAdvice advice)
{
    g_autoptr(GStrvBuilder) steps = g_strv_builder_new();
    const char *step;

    for (guint i = 0; (step = mig_advice_step(advice, i)); i++)
        g_strv_builder_add(steps, step);
    g_auto(GStrv) list = g_strv_builder_end(steps);

    return list[0] ? g_strjoinv("; ", list) : NULL;
}
