/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See post.h: a queue, and an eventfd that wakes the event loop.
 */
#include "post.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "error.h"

struct MigPost {
    GAsyncQueue *letters;
    gpointer receiver;
    int fd;
    sd_event_source *source;
};

typedef struct {
    GMutex mutex;
    GCond cond;
    gboolean done;
} Answer;

typedef struct {
    MigPostFunc func;
    gpointer data;
    Answer *answer; /* NULL: nobody waits */
} Letter;

static void open_letter(MigPost *post, Letter *letter)
{
    letter->func(post->receiver, letter->data);
    if (letter->answer) {
        g_mutex_lock(&letter->answer->mutex);
        letter->answer->done = TRUE;
        g_cond_signal(&letter->answer->cond);
        g_mutex_unlock(&letter->answer->mutex);
    }
    g_free(letter);
}

static int on_letters(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
    MigPost *post = userdata;
    eventfd_t count;
    eventfd_read(fd, &count);
    for (Letter *letter; (letter = g_async_queue_try_pop(post->letters));)
        open_letter(post, letter);
    return 0;
}

MigPost *mig_post_new(sd_event *event, gpointer receiver, GError **error)
{
    g_autoptr(MigPost) post = g_new0(MigPost, 1);
    post->letters = g_async_queue_new_full(g_free);
    post->receiver = receiver;
    post->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int r = sd_event_add_io(event, &post->source, post->fd, EPOLLIN, on_letters, post);
    if (r >= 0)
        return g_steal_pointer(&post);
    g_set_error(error, MIG_ERROR, MIG_ERROR_WORKER, "cannot make an eventfd: %s", g_strerror(-r));
    return NULL;
}

void mig_post_free(MigPost *post)
{
    if (!post)
        return;
    post->source = sd_event_source_disable_unref(post->source);
    if (post->fd >= 0)
        close(post->fd);
    g_async_queue_unref(post->letters);
    g_free(post);
}

static void send_letter(MigPost *post, MigPostFunc func, gpointer data, Answer *answer)
{
    Letter *letter = g_new(Letter, 1);
    *letter = (Letter){ func, data, answer };
    g_async_queue_push(post->letters, letter);
    eventfd_write(post->fd, 1);
}

void mig_post_send(MigPost *post, MigPostFunc func, gpointer data)
{
    send_letter(post, func, data, NULL);
}

void mig_post_ask(MigPost *post, MigPostFunc func, gpointer data)
{
    Answer answer = { .done = FALSE };
    g_mutex_init(&answer.mutex);
    g_cond_init(&answer.cond);
    send_letter(post, func, data, &answer);
    g_mutex_lock(&answer.mutex);
    while (!answer.done)
        g_cond_wait(&answer.cond, &answer.mutex);
    g_mutex_unlock(&answer.mutex);
    g_mutex_clear(&answer.mutex);
    g_cond_clear(&answer.cond);
}
