/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See password.h.
 */
#include "password.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"

#define PASSWORD_MAX 512

/* Credentials of systemd first: they are made for this. Others may be read by nobody but us. */
static struct {
    char *path;
    mode_t refused;
} directories[2];

void mig_password_set_directories(const char *state_dir, const char *credentials_dir)
{
    directories[0].path = g_strdup(credentials_dir);
    directories[1].path = g_build_filename(state_dir, "passwords", NULL);
    directories[1].refused = S_IRWXG | S_IRWXO;
}

static void refuse(GError **error, const MigHost *host, const char *path, const char *why)
{
    g_set_error(error, MIG_ERROR, MIG_ERROR_LOGIN_REFUSED,
                "the password file of host %s, %s, %s; PasswordFile= in its host file names it",
                host->name, path, why);
}

/* -1 and no error: it is not there. */
static int open_file(const MigHost *host, const char *path, mode_t refused, GError **error)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        if (errno != ENOENT)
            refuse(error, host, path, g_strerror(errno));
        return -1;
    }
    const char *why = NULL;
    if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode))
        why = "is no file";
    else if (info.st_mode & refused)
        why = "can be read by others: make its mode 0600";
    if (!why)
        return fd;
    refuse(error, host, path, why);
    close(fd);
    return -1;
}

/* Its first line. One more byte than may be there is asked for, so that nothing is cut off. */
static char *read_line(const MigHost *host, const char *path, int fd, GError **error)
{
    char buffer[PASSWORD_MAX + 2];
    const char *why = NULL;
    ssize_t n = read(fd, buffer, sizeof buffer);
    gsize length = n > 0 ? (gsize) n : 0;
    const char *end = memchr(buffer, '\n', length);
    if (end)
        length = (gsize) (end - buffer);
    if (n < 0)
        why = g_strerror(errno);
    else if (length == 0)
        why = "is empty: write the password into its first line";
    else if (length > PASSWORD_MAX)
        why = "has more than 512 bytes in its first line";
    else if (memchr(buffer, '\0', length))
        why = "has a zero byte in its first line";
    /* for a zero byte at its end; the buffer has none */
    char *password = why ? NULL : calloc(1, length + 1);
    if (password)
        memcpy(password, buffer, length);
    explicit_bzero(buffer, sizeof buffer);
    if (why)
        refuse(error, host, path, why);
    return password;
}

char *mig_password_read(const MigHost *host, GError **error)
{
    g_autofree char *path = NULL;
    g_autoptr(GError) local = NULL;
    int fd = -1;
    for (gsize i = 0; i < G_N_ELEMENTS(directories) && fd < 0 && !local; i++) {
        if (!directories[i].path)
            continue;
        g_free(path);
        path = g_build_filename(directories[i].path, host->inventory.password_file, NULL);
        fd = open_file(host, path, directories[i].refused, &local);
    }
    if (fd < 0) {
        if (!local)
            refuse(&local, host, path, "is not there");
        g_propagate_error(error, g_steal_pointer(&local));
        return NULL;
    }
    char *password = read_line(host, path, fd, error);
    close(fd);
    return password;
}

void mig_password_wipe(char *password)
{
    if (password)
        explicit_bzero(password, strlen(password));
    free(password);
}
