/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hostile texts in every place a caller or a host file can put one: while they are looked at, no
 * process is started, no file is opened and nothing is connected to. The kernel watches: a system
 * call of that kind kills the process that does the looking.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile-uris.h"
#include "plan.h"
#include "uri.h"

static const int forbidden[] = {
    SYS_execve, SYS_execveat, SYS_open,   SYS_openat,   SYS_openat2,  SYS_creat,
    SYS_fork,   SYS_vfork,    SYS_clone,  SYS_clone3,   SYS_socket,   SYS_connect,
    SYS_bind,   SYS_sendto,   SYS_unlink, SYS_unlinkat, SYS_rename,   SYS_renameat,
    SYS_mkdir,  SYS_stat,     SYS_lstat,  SYS_access,   SYS_readlink,
};

static void watch(void)
{
    struct sock_filter filter[2 * G_N_ELEMENTS(forbidden) + 2];
    struct sock_fprog program = { .filter = filter };

    filter[program.len++] =
        (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (guint i = 0; i < G_N_ELEMENTS(forbidden); i++) {
        filter[program.len++] =
            (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (guint32) forbidden[i], 0, 1);
        filter[program.len++] =
            (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    }
    filter[program.len++] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        _exit(2);
}

typedef void (*Look)(const char *text);

typedef struct {
    Look look;
    const char *const *texts;
    guint n;
    const char *first; /* looked at before the watch begins: what is opened once, is opened then */
} Looking;

/* Wait status of a process that looks at every text while it is watched. */
static int look_watched(const Looking *looking)
{
    pid_t pid = fork();
    int status = 0;

    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        g_test_message("first use");
        looking->look(looking->first);
        watch();
        for (guint i = 0; i < looking->n; i++)
            looking->look(looking->texts[i]);
        _exit(0);
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);

    return status;
}

static void look_as_uri(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MigUri) uri = mig_uri_parse(text, &error);

    g_assert_true((uri == NULL) == (error != NULL));
    mig_uri_host_is_valid(text);
    g_free(mig_uri_canonical_address(text));
}

static void look_as_request(const char *text)
{
    static const char *const keys[] = {
        "source",           "flow",
        "transport",        "interface-address",
        "listen-address",   "tls-name",
        "disks-address",    "destination-name",
        "graphics-address", "graphics-tls-subject",
    };
    static const char *const maps[] = { "disk-paths", "networks", "bridges" };

    if (!g_utf8_validate(text, -1, NULL))
        return; /* D-Bus lets no such string through */
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GVariant) options =
            g_variant_ref_sink(g_variant_new_parsed("{%s: <%s>}", keys[i], text));

        mig_request_free(mig_request_new(text, "host-b", options, NULL));
        mig_request_free(mig_request_new("web1", text, options, NULL));
        mig_request_free(mig_request_new("web1", "host-b", options, NULL));
    }
    for (guint i = 0; i < G_N_ELEMENTS(maps); i++) {
        g_autoptr(GVariant) options =
            g_variant_ref_sink(g_variant_new_parsed("{%s: <{'vda': %s}>}", maps[i], text));

        mig_request_free(mig_request_new("web1", "host-b", options, NULL));
    }
}

static void look_as_host(const char *text)
{
    static const char *const lines[] = {
        "Address",         "PeerAddress", "User", "Port", "HostUUID", "MigrationAddresses",
        "DiskDirectories", "Driver"
    };

    mig_host_free(mig_host_parse(text, "", 0, NULL));
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *file = g_strdup_printf(
            "[Host]\nDriver=qemu\nTransport=ssh\nAddress=a\n%s=%s\n", lines[i], text);

        mig_host_free(mig_host_parse("host-b", file, strlen(file), NULL));
    }
}

static void refuse(gboolean accepted, const char *where, const char *text)
{
    if (!accepted)
        return;
    g_test_message("accepted as %s: %s", where, text);
    _exit(1);
}

static MigHost *host_with(const char *key, const char *text)
{
    g_autofree char *file = g_strdup_printf("[Host]\nDriver=qemu\nTransport=ssh\n%s=%s\n"
                                            "PeerTransport=tls\n%s=b.example\n",
                                            key, text, *key == 'A' ? "PeerAddress" : "Address");

    return mig_host_parse("host-b", file, strlen(file), NULL);
}

static MigRequest *request_with(const char *option, const char *text)
{
    g_autoptr(GVariant) options =
        g_variant_ref_sink(g_variant_new_parsed("{%s: <%s>, 'tls': <true>}", option, text));

    return mig_request_new("web1", "host-b", options, NULL);
}

/* Nowhere is that a host. */
static void refuse_as_host(const char *text)
{
    static const char *const keys[] = { "Address", "PeerAddress", "MigrationAddresses" };
    static const char *const options[] = { "interface-address", "listen-address", "tls-name" };

    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(MigHost) host = host_with(keys[i], text);

        refuse(host != NULL, keys[i], text);
    }
    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        g_autoptr(MigRequest) request = request_with(options[i], text);

        refuse(request != NULL, options[i], text);
    }
}

static void refuse_as_uri(const char *text)
{
    g_autoptr(MigUri) uri = mig_uri_parse(text, NULL);

    refuse(uri != NULL, "URI", text);
}

/* Good ones are taken in all these places, or to refuse the others would prove nothing. */
static void test_good(void)
{
    g_autoptr(MigHost) own = host_with("Address", "a.example");
    g_autoptr(MigHost) peer = host_with("PeerAddress", "a.example");
    g_autoptr(MigHost) addresses = host_with("MigrationAddresses", "192.0.2.1");
    g_autoptr(MigRequest) sent_to = request_with("interface-address", "192.0.2.1");
    g_autoptr(MigRequest) listens = request_with("listen-address", "192.0.2.1");
    g_autoptr(MigRequest) named = request_with("tls-name", "a.example");

    g_assert_true(own && peer && addresses && sent_to && listens && named);
}

static void look_by_opening(const char *text)
{
    g_autofree char *contents = NULL;

    g_file_get_contents(text, &contents, NULL, NULL);
}

static void test_silent(gconstpointer looking)
{
    int status = look_watched(looking);

    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

/* The watch itself. */
static void test_watch(void)
{
    static const char *const texts[] = { "/dev/null" };
    static const Looking opening = { look_by_opening, texts, 1, "/dev/null" };
    int status = look_watched(&opening);

    g_assert_true(WIFSIGNALED(status));
    g_assert_cmpint(WTERMSIG(status), ==, SIGSYS);
}

int main(int argc, char **argv)
{
#define URIS hostile_uris, G_N_ELEMENTS(hostile_uris), "qemu+ssh://host-b"
#define HOSTS hostile_hosts, G_N_ELEMENTS(hostile_hosts), "-first"
    static const struct {
        const char *path;
        Looking looking;
    } lookings[] = {
        { "/hostile/uri/as-uri", { look_as_uri, URIS } },
        { "/hostile/uri/as-request", { look_as_request, URIS } },
        { "/hostile/uri/as-host", { look_as_host, URIS } },
        { "/hostile/uri/refused", { refuse_as_uri, URIS } },
        { "/hostile/host/as-uri", { look_as_uri, HOSTS } },
        { "/hostile/host/as-request", { look_as_request, HOSTS } },
        { "/hostile/host/refused", { refuse_as_host, HOSTS } },
    };

    g_test_init(&argc, &argv, NULL);
    g_assert_cmpuint(G_N_ELEMENTS(hostile_uris), >=, 400);
    g_assert_cmpuint(G_N_ELEMENTS(hostile_hosts), >=, 150);
    for (guint i = 0; i < G_N_ELEMENTS(lookings); i++)
        g_test_add_data_func(lookings[i].path, &lookings[i].looking, test_silent);
    g_test_add_func("/hostile/good", test_good);
    g_test_add_func("/hostile/watch", test_watch);

    return g_test_run();
}
