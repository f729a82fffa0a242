# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls that may be refused for a limit."""

import time

from harness import BusError
from loop import DEADLINE


def outcome(reply):
    """The error, None without one."""
    try:
        reply.result()
    except BusError as error:
        return error
    return None


def is_limit(error):
    return error is not None and error.short == "LimitsExceeded"


def call_until(condition, what):
    """Calls again and again; time passes meanwhile, and nothing else need happen."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"not within {DEADLINE} s: {what}"
