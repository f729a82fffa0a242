/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests of which action a call needs by what it is about.
 */
#include "access-case.h"

#include <string.h>

#define MANAGER "org.example.Migration1.Manager"
#define JOB "org.example.Migration1.Job"
#define URI "qemu+tls://host-c.example/system"

static const struct {
    const char *destination;
    const char *options;
    const char *migrate, *check; /* actions without their prefix */
} requests[] = {
    { "host-b", "@a{sv} {}", "migrate", "check" },
    { "host-b", "{'unsafe': <false>}", "migrate", "check" },
    { "host-b", "{'unsafe': <true>}", "migrate-unsafe", "check" },
    { URI, "@a{sv} {}", "migrate-custom-destination", "migrate-custom-destination" },
    { URI, "{'unsafe': <true>}", "migrate-custom-destination", "migrate-custom-destination" },
};

static void assert_action(const char *interface, const char *method, AccessCase which,
                          const char *wanted)
{
    const char *action = access_action(interface, method, which);

    g_assert_nonnull(action);
    g_assert_true(g_str_has_prefix(action, ACCESS_PREFIX));
    g_assert_cmpstr(action + strlen(ACCESS_PREFIX), ==, wanted);
}

static void test_requests(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(requests); i++) {
        g_autoptr(GVariant) options =
            g_variant_parse(G_VARIANT_TYPE_VARDICT, requests[i].options, NULL, NULL, NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(MigRequest) request =
            mig_request_new("web1", requests[i].destination, options, &error);
        AccessCase which;

        g_assert_no_error(error);
        which = access_case_of_request(request);
        assert_action(MANAGER, "Migrate", which, requests[i].migrate);
        assert_action(MANAGER, "Plan", which, requests[i].check);
        assert_action(MANAGER, "Check", which, requests[i].check);
    }
}

static void test_jobs(void)
{
    g_autoptr(MigJob) job = mig_job_new();

    job->owner_uid = 1000;
    assert_action(JOB, "Cancel", access_case_of_job(job, 1000), "cancel-own");
    assert_action(JOB, "Cancel", access_case_of_job(job, 1001), "cancel-other");
    assert_action(JOB, "Cancel", access_case_of_job(job, 0), "cancel-other");
    assert_action(JOB, "SetBandwidth", access_case_of_job(job, 1000), "tune-own");
    assert_action(JOB, "SetBandwidth", access_case_of_job(job, 1001), "tune-other");
    job->owner_uid = 0;
    assert_action(JOB, "Cancel", access_case_of_job(job, 0), "cancel-own");
    assert_action(JOB, "Cancel", access_case_of_job(job, 1000), "cancel-other");
}

static void test_lists(void)
{
    const MigJobFilter all = { .owner_uid = 1000 };
    const MigJobFilter own = { .by_owner = TRUE, .owner_uid = 1000 };

    assert_action(MANAGER, "ListJobs", access_case_of_filter(&all), "list");
    g_assert_null(access_action(MANAGER, "ListJobs", access_case_of_filter(&own)));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/access-case/requests", test_requests);
    g_test_add_func("/access-case/jobs", test_jobs);
    g_test_add_func("/access-case/lists", test_lists);

    return g_test_run();
}
