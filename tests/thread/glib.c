/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Of a build that looks for races alone: GLib's locks and queues are futexes of its own in a
 * library that is not instrumented, so ThreadSanitizer is told here which of them put threads in
 * order.
 */
#include <glib.h>
#include <sanitizer/tsan_interface.h>
#include <stdlib.h>

void __real_g_mutex_lock(GMutex *mutex);
void __real_g_mutex_unlock(GMutex *mutex);
void __real_g_cond_wait(GCond *cond, GMutex *mutex);
gboolean __real_g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end);
void __real_g_async_queue_push(GAsyncQueue *queue, void *data);
void *__real_g_async_queue_pop(GAsyncQueue *queue);
void *__real_g_async_queue_try_pop(GAsyncQueue *queue);
gboolean __real_g_atomic_ref_count_dec(gatomicrefcount *count);
void __wrap_g_mutex_lock(GMutex *mutex);
void __wrap_g_mutex_unlock(GMutex *mutex);
void __wrap_g_cond_wait(GCond *cond, GMutex *mutex);
gboolean __wrap_g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end);
void __wrap_g_async_queue_push(GAsyncQueue *queue, void *data);
void *__wrap_g_async_queue_pop(GAsyncQueue *queue);
void *__wrap_g_async_queue_try_pop(GAsyncQueue *queue);
gboolean __wrap_g_atomic_ref_count_dec(gatomicrefcount *count);
void __wrap_g_free(void *memory);

void __wrap_g_mutex_lock(GMutex *mutex)
{
    __real_g_mutex_lock(mutex);
    __tsan_acquire(mutex);
}

void __wrap_g_mutex_unlock(GMutex *mutex)
{
    __tsan_release(mutex);
    __real_g_mutex_unlock(mutex);
}

void __wrap_g_cond_wait(GCond *cond, GMutex *mutex)
{
    __tsan_release(mutex);
    __real_g_cond_wait(cond, mutex);
    __tsan_acquire(mutex);
}

gboolean __wrap_g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end)
{
    gboolean in_time;

    __tsan_release(mutex);
    in_time = __real_g_cond_wait_until(cond, mutex, end);
    __tsan_acquire(mutex);

    return in_time;
}

void __wrap_g_async_queue_push(GAsyncQueue *queue, void *data)
{
    __tsan_release(queue);
    __real_g_async_queue_push(queue, data);
}

void *__wrap_g_async_queue_pop(GAsyncQueue *queue)
{
    void *data = __real_g_async_queue_pop(queue);

    __tsan_acquire(queue);

    return data;
}

void *__wrap_g_async_queue_try_pop(GAsyncQueue *queue)
{
    void *data = __real_g_async_queue_try_pop(queue);

    __tsan_acquire(queue);

    return data;
}

gboolean __wrap_g_atomic_ref_count_dec(gatomicrefcount *count)
{
    gboolean last;

    __tsan_release(count);
    last = __real_g_atomic_ref_count_dec(count);
    if (last)
        __tsan_acquire(count);

    return last;
}

/* What GLib frees by itself is left out (see suppressions), but not what we free. */
void __wrap_g_free(void *memory)
{
    free(memory);
}
