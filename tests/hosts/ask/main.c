/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asks libvirt what our rules say: see help(). Fields of a line are separated by tabs.
 */
#include <stdio.h>

#include "answer.h"

static void help(const char *program)
{
    g_printerr(
        "Usage: %s list\n"
        "  prints each pair of settings that can be asked about: both names, the rules that\n"
        "  say what libvirt says, those that are ours, and the call\n"
        "Usage: %s ask SOURCE DESTINATION PEER ADDRESS PORT NAME PLAIN WITH-DISK\n"
        "  reads pairs of names from standard input and prints libvirt's answer to each:\n"
        "  both names, \"done\" or the error's code, and its message. The first three are\n"
        "  URIs, the last two files with the XML of guests; PORT and those that follow are\n"
        "  used, each once.\n",
        program, program);
}

static int list(void)
{
    const Place place = { NULL };
    g_auto(GStrv) names = call_settings();

    for (guint i = 0; names[i]; i++)
        for (guint j = i; names[j]; j++) {
            g_autoptr(Call) call = NULL;
            g_autofree char *libvirts = NULL, *ours = NULL, *text = NULL;

            if (i != j &&
                (g_str_has_suffix(names[i], "-alone") || g_str_has_suffix(names[j], "-alone")))
                continue;
            call = call_of(names[i], names[j], &place);
            if (!call)
                continue;
            libvirts = call_rules(call, FALSE);
            ours = call_rules(call, TRUE);
            text = call_text(call);
            g_print("%s\t%s\t%s\t%s\t%s\n", names[i], names[j], libvirts, ours, text);
        }

    return 0;
}

static void print_answer(char **names, virErrorPtr error)
{
    if (error)
        g_print("%s\t%s\t%d\t%s\n", names[0], names[1], error->code,
                g_strdelimit(error->message, "\t\n", ' '));
    else
        g_print("%s\t%s\tdone\t\n", names[0], names[1]);
    fflush(stdout);
}

/* A port that was taken by name once is not always free again for the next call. */
static int ask(const Hosts *hosts, const char *address, guint port, const char *certificate_name)
{
    char line[256];

    answer_clear(hosts);
    for (; fgets(line, sizeof line, stdin); port += 2) {
        g_auto(GStrv) names = g_strsplit(g_strchomp(line), "\t", 0);
        const Place place = { address, port, certificate_name };
        g_autoptr(Call) call =
            g_strv_length(names) == 2 ? call_of(names[0], names[1], &place) : NULL;
        virErrorPtr error;

        if (!call) {
            g_printerr("no call can be made of: %s\n", line);
            return 2;
        }
        error = answer(hosts, call);
        print_answer(names, error);
        virFreeError(error);
    }
    answer_clear(hosts);

    return 0;
}

static char *read_file(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);

    return text;
}

static void say_nothing(void *data, virErrorPtr error)
{
}

static int ask_hosts(char **words)
{
    g_autofree char *plain = read_file(words[6]), *with_disk = read_file(words[7]);
    const Hosts hosts = { virConnectOpen(words[0]), virConnectOpen(words[1]), words[2], plain,
                          with_disk };
    int status;

    if (!hosts.source || !hosts.destination) {
        g_printerr("%s\n", virGetLastErrorMessage());
        return 1;
    }
    status = ask(&hosts, words[3], (guint) atoi(words[4]), words[5]);
    virConnectClose(hosts.destination);
    virConnectClose(hosts.source);

    return status;
}

int main(int argc, char **argv)
{
    if (argc == 2 && g_str_equal(argv[1], "list"))
        return list();
    if (argc != 10 || !g_str_equal(argv[1], "ask")) {
        help(argv[0]);
        return 2;
    }

    virSetErrorFunc(NULL, say_nothing);
    return ask_hosts(argv + 2);
}
