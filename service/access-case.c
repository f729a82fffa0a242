/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See access-case.h.
 */
#include "access-case.h"

#include "host-uri.h"

AccessCase access_case_of_request(const MigRequest *request)
{
    if (mig_host_is_uri(request->destination))
        return ACCESS_CUSTOM;
    return mig_request_number(request, MIG_OPT_UNSAFE) != 0 ? ACCESS_GRAVE : ACCESS_ORDINARY;
}

AccessCase access_case_of_job(const MigJob *job, guint32 caller)
{
    return job->owner_uid == caller ? ACCESS_ORDINARY : ACCESS_GRAVE;
}

AccessCase access_case_of_filter(const MigJobFilter *filter)
{
    return filter->by_owner ? ACCESS_ORDINARY : ACCESS_GRAVE;
}
