# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command line of the lab: `hosts up`, `hosts exec host-a virsh list`, `hosts down`, ...

The environment variable LAB names the lab (default: lab); labs with other names live side by side.
"""

import argparse
import os
import signal
import sys

from . import guests, storage
from .host import unit_words
from .lab import Lab
from .network import NETWORKS
from .system import LabError, need_root


def main(argv=None):
    args = _parser().parse_args(argv)
    try:
        need_root()
        return args.verb(Lab(), args) or 0
    except (LabError, OSError) as error:
        print(f"hosts: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser():
    parser = argparse.ArgumentParser(prog="hosts", description="Whole hosts on this machine that migrate guests.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(name, function, text):
        one = verbs.add_parser(name, help=text, description=text)
        one.set_defaults(verb=function)
        return one

    up = verb("up", _up, "boot the hosts")
    up.add_argument("count", nargs="?", type=int, default=2, metavar="N", help="how many (default 2)")
    up.add_argument("--stage", default=os.environ.get("HOSTS_STAGE"), metavar="DIR",
                    help="what 'meson install --destdir' made; it is installed in every host")  # fmt: skip
    verb("down", lambda lab, _: lab.down(), "end the hosts and leave the machine as it was")
    verb("status", _status, "show the hosts, their addresses and guests")
    verb("install", lambda lab, args: lab.install(args.stage), "install a build into the running hosts").add_argument(
        "stage", metavar="DIR"
    )

    run = verb("exec", _exec, "run a command on a host; a shell if none is given")
    run.add_argument("-u", "--user", default="root")
    run.add_argument("host")
    run.add_argument("command", nargs=argparse.REMAINDER)

    guest = verb("guest", _guest, "start a guest on a host")
    guest.add_argument("host")
    guest.add_argument("name")
    guest.add_argument("--memory", type=int, default=96, metavar="MIB")
    guest.add_argument("--dirty", type=int, default=0, metavar="MIB", help="memory that it rewrites over and over")
    guest.add_argument("--disk", action="append", default=[], metavar="SIZE", help="give it one more empty disk, such as 64M")
    guest.add_argument("--persistent", action="store_true")

    for name, function, text in (
        ("cut", _cut, "cut a host's links"),
        ("heal", lambda host, args: host.heal(args.network), "mend a host's links"),
    ):
        one = verb(name, _on_host(function), text)
        one.add_argument("host")
        one.add_argument("network", nargs="?", choices=list(NETWORKS))
        if name == "cut":
            one.add_argument("--silent", action="store_true", help="lose all frames but keep the carrier")
    shape = verb("shape", _on_host(_shape), "limit a host's links to a rate such as 160mbit; 'none' lifts it")
    shape.add_argument("host")
    shape.add_argument("rate")
    shape.add_argument("network", nargs="?", choices=list(NETWORKS))

    for name, text in (
        ("boot", "switch a host on"),
        ("reboot", "reboot a host and wait until it is ready"),
        ("power-off", "shut a host down in order"),
        ("power-cut", "take a host's power away"),
    ):
        method = name.replace("-", "_")
        verb(name, _on_host(lambda host, _, method=method: getattr(host, method)()), text).add_argument("host")
    return parser


def _on_host(function):
    return lambda lab, args: function(lab.host(args.host), args)


def _up(lab, args):
    lab.up(args.count, args.stage, stay=True)
    _status(lab, args)


def _status(lab, _):
    if not lab.hosts:
        print(f"The lab '{lab.name}' is not up.")
        return
    rows = [("HOST", "STATE", *(name.upper() for name in NETWORKS), "GUESTS")]
    for host in lab.hosts.values():
        state = "on" if host.leader else "off"
        known = ", ".join(guests.names(host)) if state == "on" else ""
        rows.append((host.name, state, *(host.addresses[name][0] for name in NETWORKS), known or "-"))
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def _exec(lab, args):
    """Becomes the command, so that pipes, signals and the exit status are the command's own."""
    host = lab.host(args.host)
    command = args.command[1:] if args.command[:1] == ["--"] else args.command
    terminal = os.isatty(0) and os.isatty(1)
    if not command:
        command = ["bash", "-l"] if terminal else ["sh"]
    if terminal:
        # On a terminal of the host's own, where job control works.
        user = ["-p", f"User={args.user}"] if args.user != "root" else []
        term = f"--setenv=TERM={os.environ.get('TERM', 'linux')}"
        words = host.command_line(unit_words(["--pty", term, *user], command))
    else:
        words = host.command_line(command, args.user)
    sys.stdout.flush()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and the command would too
    os.execvp(words[0], words)


def _guest(lab, args):
    host = lab.host(args.host)
    disks = [storage.create(host, f"{args.name}-{number}", size) for number, size in enumerate(args.disk)]
    guests.start(host, args.name, memory=args.memory, dirty=args.dirty, disks=disks, persistent=args.persistent)


def _cut(host, args):
    host.cut(args.network, args.silent)


def _shape(host, args):
    host.shape(None if args.rate == "none" else args.rate, args.network)
