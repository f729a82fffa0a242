/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See refusal.h. The sentences are also the originals of the app's translations.
 */
#include "refusal.h"

static const struct {
    const char *id, *sentence;
} rows[MIG_N_REFUSALS] = {
    [MIG_REFUSAL_NONE] = { "", "" },
    [MIG_REFUSAL_ENDED] = { "ended", "The job has ended already; its state and error say how, and "
                                     "a new job can be started." },
    [MIG_REFUSAL_CANCELLING] = { "cancelling",
                                 "The job is being cancelled already; wait for its outcome." },
    [MIG_REFUSAL_SWITCHING] = { "switching",
                                "The switch to the destination has begun and libvirt cannot take "
                                "it back; wait for the outcome and migrate the guest back if need "
                                "be." },
    [MIG_REFUSAL_POST_COPY] = { "post-copy",
                                "The guest runs on the destination already and the rest of its "
                                "memory is still on the source: giving up now would lose the "
                                "guest; wait for the outcome." },
    [MIG_REFUSAL_VERIFYING] = { "verifying", "Libvirt has answered and both hosts are being looked "
                                             "at; wait for the outcome." },
    [MIG_REFUSAL_NOT_COPYING] = { "not-copying", "The guest's memory is not being copied yet; try "
                                                 "again in phase copying." },
    [MIG_REFUSAL_CANNOT_CANCEL] = { "cannot-cancel",
                                    "The source's hypervisor driver cannot cancel a migration; "
                                    "wait for its end." },
    [MIG_REFUSAL_CANNOT_TUNE] = { "cannot-tune",
                                  "The source's hypervisor driver cannot change a migration that "
                                  "runs; wait for its end." },
    [MIG_REFUSAL_WITHOUT_POSTCOPY] = { "without-postcopy",
                                       "The job was started without option postcopy and cannot use "
                                       "post-copy; cancel it and migrate again with the option." },
    [MIG_REFUSAL_IN_POST_COPY] = { "in-post-copy",
                                   "The guest runs on the destination already and fetches the rest "
                                   "of its memory (post-copy); wait for the outcome." },
    [MIG_REFUSAL_OTHER_LIMIT] = { "other-limit",
                                  "In post-copy another limit counts; call SetPostCopyBandwidth." },
    [MIG_REFUSAL_PAUSED] = { "paused", "The guest is paused already; the job ends when all of it "
                                       "is copied." },
    [MIG_REFUSAL_VIRSH_EDITS] = { "virsh-edits",
                                  "virsh cannot edit the guest's XML on its way; it takes a file "
                                  "with all of it (--xml, --persistent-xml)" },
};

const char *mig_refusal_id(MigRefusal refusal)
{
    g_return_val_if_fail((guint) refusal < MIG_N_REFUSALS, NULL);

    return rows[refusal].id;
}

const char *mig_refusal_sentence(MigRefusal refusal)
{
    g_return_val_if_fail((guint) refusal < MIG_N_REFUSALS, NULL);

    return rows[refusal].sentence;
}

MigRefusal mig_refusal_from_id(const char *id)
{
    for (MigRefusal refusal = 0; refusal < MIG_N_REFUSALS; refusal++)
        if (g_strcmp0(id, rows[refusal].id) == 0)
            return refusal;

    return MIG_REFUSAL_NONE;
}
