/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the process itself is set up with, before its first thread and libvirt's first call.
 */
#pragma once

#include <glib.h>
#include <systemd/sd-event.h>

/* Empties the environment but for what we set ourselves and what systemd wants to be told by:
 * libvirt and the ssh it starts read some thirty variables, which name programs, files and hosts.
 */
void mig_environment_clean(const char *runtime_dir);

/* Blocks the signals the event loop handles, ignores SIGPIPE, and adopts orphaned helpers of ssh.
 */
void mig_environment_signals(void);

/* The main thread's loop. Where systemd wants signs of life (WatchdogSec=) the loop gives them. */
sd_event *mig_environment_loop(void);

/* Kills all child processes, theirs included, and returns when none is left (5 s at most). libvirt
 * starts ssh and has no way to end one in which it hangs. */
void mig_environment_kill_children(void);
