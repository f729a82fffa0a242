/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes the documents that are made of the service's own tables, so that they cannot say anything
 * else than it does: options, findings, drivers, outcomes, and the manual page of the options.
 *
 *   describe NAME            prints one document
 *   describe --write DIR     writes all that are kept in docs/
 *   describe --check DIR     says which of them is not what it should be
 */
#include <libvirt/libvirt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "error.h"
#include "finding.h"
#include "mode.h"
#include "outcome.h"
#include "refusal.h"
#include "rules.h"

#define SPDX "<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->\n"
#define MADE "<!-- Made by build/docs/describe; `./dev docs` makes it anew. -->\n\n"

/* "b", or "u, 1 to 99 %", or "s: none, all" */
static char *type_text(const MigOptionInfo *info)
{
    g_autofree char *choices = info->choices ? g_strjoinv(", ", (char **) info->choices) : NULL;

    if (choices)
        return g_strdup_printf("%s: %s", info->signature, choices);
    if (info->kind == MIG_KIND_UINT)
        return g_strdup_printf("%s, %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT "%s%s",
                               info->signature, info->min, info->max, info->unit ? " " : "",
                               info->unit ?: "");

    return g_strdup(info->signature);
}

static char *default_text(const MigOptionInfo *info)
{
    switch (info->kind) {
    case MIG_KIND_BOOL:
        return g_strdup(info->fallback ? "true" : "false");
    case MIG_KIND_CHOICE:
        return g_strdup(info->choices[info->fallback]);
    case MIG_KIND_HOST:
        return g_strdup(MIG_HOST_LOCAL);
    default:
        return g_strdup("");
    }
}

static char *flag_name(guint32 flag)
{
    g_auto(GStrv) names = mig_plan_flag_names(flag);

    return g_strdup(names[0] ?: "");
}

/* What it is to libvirt: flag, choices' flags, parameter. */
static char *libvirt_text(const MigOptionInfo *info)
{
    const char *const *choices = info->choice ? info->choices : NULL;
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);

    if (info->flag)
        g_ptr_array_add(parts, flag_name(info->flag));
    for (guint i = 0; choices && choices[i]; i++)
        if (info->choice[i].flag)
            g_ptr_array_add(parts, flag_name(info->choice[i].flag));
    if (info->param)
        g_ptr_array_add(parts, g_strdup(info->param));
    g_ptr_array_add(parts, NULL);

    return g_strjoinv(", ", (char **) parts->pdata);
}

static char *virsh_text(const MigOptionInfo *info)
{
    const char *const *choices = info->choice ? info->choices : NULL;
    g_autoptr(GPtrArray) parts = g_ptr_array_new();

    if (info->virsh_flag)
        g_ptr_array_add(parts, (char *) info->virsh_flag);
    for (guint i = 0; choices && choices[i]; i++)
        if (info->choice[i].virsh)
            g_ptr_array_add(parts, (char *) info->choice[i].virsh);
    if (info->virsh)
        g_ptr_array_add(parts, (char *) info->virsh);
    g_ptr_array_add(parts, NULL);

    return g_strjoinv(" ", (char **) parts->pdata);
}

static void describe_option(GString *text, const MigOptionInfo *info)
{
    g_autofree char *type = type_text(info);
    g_autofree char *fallback = default_text(info);
    g_autofree char *libvirt = libvirt_text(info);
    g_autofree char *virsh = virsh_text(info);

    g_string_append_printf(text, "| `%s` | %s | %s | %s | %s | %s |\n", info->key, type, fallback,
                           info->description, libvirt, virsh);
}

static void describe_options(GString *text)
{
    g_string_append(text, SPDX MADE
                    "# Options of a migration\n\n"
                    "`Plan`, `Check` and `Migrate` take them as `a{sv}`. An unknown key, another "
                    "type, a value out of range or a combination of the second table is an error "
                    "that names the key and the remedy, before anything is touched. Addresses must "
                    "be among the destination's `MigrationAddresses`, paths below its "
                    "`DiskDirectories` (migrationd.hosts(5)).\n\n"
                    "| option | D-Bus type, range, unit | default | meaning | libvirt | virsh |\n"
                    "|---|---|---|---|---|---|\n");
    for (guint i = 0; i < MIG_N_OPTS; i++)
        describe_option(text, mig_option_info(i));

    g_string_append(text,
                    "\n## What cannot be combined\n\n"
                    "\"libvirt\": libvirt or QEMU refuse it too; \"ours\": libvirt lets it pass "
                    "and does something else, or nothing, or cannot be asked for it. "
                    "tests/hosts/test_pairs.py compares this with libvirt itself.\n\n"
                    "| rule | why | what to do | whose |\n|---|---|---|---|\n");
    for (const MigRule *rule = mig_rules(); rule->id; rule++)
        g_string_append_printf(text, "| `%s` | %s | %s | %s |\n", rule->id, rule->reason,
                               rule->remedy, rule->ours ? "ours" : "libvirt");
}

static void describe_findings(GString *text)
{
    g_string_append(
        text,
        SPDX MADE "# Findings\n\n"
                  "What `Plan` and `Check` say of a migration before it starts, and a job of one "
                  "that has ended. A program goes by the id, which never changes its meaning, and "
                  "by the arguments in braces. A blocker stops `Migrate` unless option `try` is "
                  "given. `ListGuests` with `check` says those that need no destination. One whose "
                  "sentence is {message} has the name and the sentence of an error (errors.md); if "
                  "that is about a host, argument `host` is the host's name.\n\n"
                  "| id | severity | sentence | remedy |\n|---|---|---|---|\n");
    for (const MigFindingInfo *info = mig_findings_table(); info->id; info++)
        g_string_append_printf(text, "| `%s` | %s | %s | %s |\n", info->id,
                               mig_severity_to_string(info->severity), info->sentence,
                               info->remedy);
}

static void describe_refusals(GString *text)
{
    g_string_append(text, SPDX MADE
                    "# Refusals and advice\n\n"
                    "Why something is not offered now: the ids of `Refusals` of a job and of "
                    "`virsh-refusal-id` of a plan. A program goes by the id, which never changes "
                    "its meaning.\n\n"
                    "| id | sentence |\n|---|---|\n");
    for (MigRefusal refusal = MIG_REFUSAL_NONE + 1; refusal < MIG_N_REFUSALS; refusal++)
        g_string_append_printf(text, "| `%s` | %s |\n", mig_refusal_id(refusal),
                               mig_refusal_sentence(refusal));
    g_string_append(text,
                    "\n## What is to be done about the guest\n\n"
                    "`advice` in `Verification` of a job that has ended, of which somebody has to "
                    "look after the guest: its steps, in the order in which they are to be done. "
                    "The names in braces are the job's.\n\n"
                    "| id | steps |\n|---|---|\n");
    for (MigAdvice advice = MIG_ADVICE_NONE + 1; advice < MIG_N_ADVICE; advice++) {
        g_autofree char *steps = mig_advice_pattern(advice);

        g_string_append_printf(text, "| `%s` | %s |\n", mig_advice_id(advice), steps);
    }
}

static char *modes_text(const MigDriver *driver)
{
    static const struct {
        guint32 bit;
        const char *name;
    } rows[] = {
        { MIG_MODE_BIT(MIG_FLOW_PEER_TO_PEER, MIG_TRANSPORT_NATIVE), "peer-to-peer" },
        { MIG_MODE_BIT(MIG_FLOW_PEER_TO_PEER, MIG_TRANSPORT_TUNNELLED), "peer-to-peer tunnelled" },
        { MIG_MODE_BIT(MIG_FLOW_MANAGED_DIRECT, MIG_TRANSPORT_NATIVE), "managed-direct" },
        { MIG_MODE_BIT(MIG_FLOW_UNMANAGED_DIRECT, MIG_TRANSPORT_NATIVE), "unmanaged-direct" },
    };
    g_autoptr(GPtrArray) parts = g_ptr_array_new();

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (driver->modes & rows[i].bit)
            g_ptr_array_add(parts, (char *) rows[i].name);
    g_ptr_array_add(parts, NULL);

    return g_strjoinv(", ", (char **) parts->pdata);
}

/* TRUE if the driver takes all that an option is to libvirt. */
static gboolean driver_takes(const MigDriver *driver, const MigOptionInfo *info)
{
    const char *const *choices = info->choice ? info->choices : NULL;
    guint32 flags = info->flag;

    for (guint i = 0; choices && choices[i]; i++)
        flags |= info->choice[i].flag;

    return (flags || info->param) && (flags & driver->flags) == flags &&
           (!info->param || g_strv_contains(driver->params, info->param));
}

static char *options_text(const MigDriver *driver)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new();

    for (guint i = 0; i < MIG_N_OPTS; i++)
        if (driver_takes(driver, mig_option_info(i)))
            g_ptr_array_add(parts, (char *) mig_option_info(i)->key);
    g_ptr_array_add(parts, NULL);

    return g_strjoinv(", ", (char **) parts->pdata);
}

static const char *yes(gboolean truth)
{
    return truth ? "yes" : "no";
}

/* What its migration URI can be made of. */
static char *address_text(const MigDriver *driver)
{
    if (!driver->scheme)
        return g_strdup(driver->modes ? "made by the driver" : "");

    return g_strdup_printf("`%s://` %s%s%s", driver->scheme, driver->ipv6 ? "IPv4, IPv6" : "IPv4",
                           driver->port ? ", port" : "", driver->rdma ? ", rdma" : "");
}

static void describe_drivers(GString *text)
{
    g_string_append(
        text, SPDX MADE
        "# Hypervisor drivers of libvirt 9.0\n\n"
        "What a driver lacks is refused by `Plan` and `Migrate`, with the driver's name, before "
        "anything starts. What it takes and does not do is refused too. The original document's "
        "`xenmigr:` is `tcp://` today.\n\n"
        "| driver | `Driver=` | flows | interface-address | cancel | progress | configuration | "
        "options besides flow, transport and addresses |\n|---|---|---|---|---|---|---|---|\n");
    for (const MigDriver *driver = mig_drivers(); driver->type; driver++) {
        g_autofree char *modes = modes_text(driver);
        g_autofree char *address = address_text(driver);
        g_autofree char *options = options_text(driver);

        g_string_append_printf(text, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", driver->type,
                               driver->name ?: "", *modes ? modes : "none", address,
                               yes(driver->aborts), mig_tells_to_string(driver->tells),
                               !driver->modes  ? ""
                               : driver->moves ? "always moves"
                                               : "by persist and undefine-source",
                               options);
    }
}

static void describe_outcomes(GString *text)
{
    g_string_append(
        text, SPDX MADE
        "# What is where after a migration\n\n"
        "The configuration table of libvirt's migration document, as libvirt 9.0 really does it: "
        "in rows 5 and 6 the document has a transient guest, but the configuration that the "
        "destination has already makes it persistent. Tested row by row on real hosts for "
        "peer-to-peer native, peer-to-peer tunnelled and managed-direct.\n\n"
        "| row | source has a configuration | destination has one | undefine-source | persist | "
        "guest on the destination | configuration on the source | on the destination | warning "
        "|\n|---|---|---|---|---|---|---|---|---|\n");
    for (guint i = 0; i < 16; i++) {
        gboolean source = (i & 8) != 0, destination = (i & 4) != 0;
        gboolean persist = (i & 2) != 0, undefine = (i & 1) != 0;
        MigOutcome outcome = mig_outcome(source, destination, persist, undefine);
        const char *finding = mig_outcome_finding(source, outcome);

        g_string_append_printf(text, "| %u | %s | %s | %s | %s | %s | %s | %s | %s |\n", i + 1,
                               yes(source), yes(destination), yes(undefine), yes(persist),
                               outcome.persistent ? "persistent" : "transient",
                               mig_config_to_string(outcome.source),
                               mig_config_to_string(outcome.destination), finding ?: "");
    }
}

/* Text for mdoc: a line must not begin with a dot or an apostrophe. */
static void append_mdoc(GString *text, const char *words)
{
    g_string_append_printf(text, "%s%s\n", *words == '.' || *words == '\'' ? "\\&" : "", words);
}

static void describe_manual(GString *text)
{
    g_string_append(text, ".\\\" SPDX-License-Identifier: LGPL-2.1-or-later\n"
                          ".Dd November 23, 2026\n"
                          ".Dt ORG.EXAMPLE.MIGRATION1.OPTIONS 7\n.Os\n.Sh NAME\n"
                          ".Nm org.example.Migration1.options\n"
                          ".Nd options of a migration\n.Sh DESCRIPTION\n"
                          "The methods Plan, Check and Migrate of org.example.Migration1.Manager "
                          "take these options as a\ndictionary (a{sv}).\n"
                          ".Bl -tag -width Ds\n");
    for (guint i = 0; i < MIG_N_OPTS; i++) {
        const MigOptionInfo *info = mig_option_info(i);
        g_autofree char *type = type_text(info);
        g_autofree char *fallback = default_text(info);
        g_autofree char *virsh = virsh_text(info);

        g_string_append_printf(text, ".It Cm %s Pq %s\n", info->key, type);
        append_mdoc(text, info->description);
        if (*fallback)
            g_string_append_printf(text, "Default: %s.\n", fallback);
        if (*virsh)
            g_string_append_printf(text, "In virsh: %s.\n", virsh);
    }
    g_string_append(text, ".El\n.Sh COMBINATIONS\nWhat cannot be combined:\n.Bl -tag -width Ds\n");
    for (const MigRule *rule = mig_rules(); rule->id; rule++) {
        g_string_append_printf(text, ".It %s\n", rule->id);
        append_mdoc(text, rule->reason);
        g_string_append_printf(text, "(%s).\n", rule->remedy);
    }
    g_string_append(text, ".El\n.Sh SEE ALSO\n.Xr org.example.Migration1 5 ,\n"
                          ".Xr migrationd.hosts 5 ,\n.Xr migrationd 8\n");
}

static const struct {
    const char *name;
    void (*describe)(GString *text);
    gboolean kept; /* in docs/ */
} documents[] = {
    { "options.md", describe_options, TRUE },
    { "findings.md", describe_findings, TRUE },
    { "refusals.md", describe_refusals, TRUE },
    { "drivers.md", describe_drivers, TRUE },
    { "outcomes.md", describe_outcomes, TRUE },
    { "org.example.Migration1.options.7", describe_manual, FALSE },
};

static int print(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(documents); i++) {
        g_autoptr(GString) text = g_string_new(NULL);

        if (!g_str_equal(documents[i].name, name))
            continue;
        documents[i].describe(text);
        fputs(text->str, stdout);
        return EXIT_SUCCESS;
    }
    fprintf(stderr, "describe: there is no document %s\n", name);

    return EXIT_FAILURE;
}

static gboolean is_as_it_should(const char *path, const GString *text)
{
    g_autofree char *there = NULL;

    if (g_file_get_contents(path, &there, NULL, NULL) && g_str_equal(there, text->str))
        return TRUE;
    fprintf(stderr, "%s is not what the tables say: ./dev docs\n", path);

    return FALSE;
}

static int keep(const char *directory, gboolean write)
{
    int status = EXIT_SUCCESS;

    for (guint i = 0; i < G_N_ELEMENTS(documents); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        g_autofree char *path = g_build_filename(directory, documents[i].name, NULL);

        if (!documents[i].kept)
            continue;
        documents[i].describe(text);
        if (write ? !g_file_set_contents(path, text->str, -1, NULL) : !is_as_it_should(path, text))
            status = EXIT_FAILURE;
    }

    return status;
}

/* The page of errors is written by hand, but none may be missing. */
static int check_errors(const char *directory)
{
    g_autofree char *path = g_build_filename(directory, "errors.md", NULL);
    g_autofree char *page = NULL;
    int status = EXIT_SUCCESS;

    if (!g_file_get_contents(path, &page, NULL, NULL))
        return EXIT_FAILURE;
    for (guint i = 0; i < MIG_N_ERRORS; i++) {
        const char *name = mig_error_name(i) + strlen(MIG_ERROR_PREFIX);
        g_autofree char *row = g_strdup_printf("| `%s` | ", name);

        if (strstr(page, row))
            continue;
        fprintf(stderr, "%s has no row for %s\n", path, name);
        status = EXIT_FAILURE;
    }

    return status;
}

int main(int argc, char **argv)
{
    if (argc == 3 && g_str_equal(argv[1], "--write"))
        return keep(argv[2], TRUE);
    if (argc == 3 && g_str_equal(argv[1], "--check"))
        return keep(argv[2], FALSE) | check_errors(argv[2]);
    if (argc == 2)
        return print(argv[1]);

    fprintf(stderr, "Usage: describe NAME | --write DIR | --check DIR\n");

    return EXIT_FAILURE;
}
