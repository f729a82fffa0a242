# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fake itself: the worker must not be able to get past it."""

import harness

# Functions that need no daemon: the library's own are good enough.
HELPERS = ("virTypedParam", "virEvent", "virInitialize", "virSetErrorFunc", "virGetVersion",
           "virFreeError", "virGetLastError")


def test_the_worker_calls_no_libvirt_function_that_needs_a_daemon():
    symbols = harness.undefined_symbols(harness.built("tests/bus/fake-worker"))
    assert symbols, "the worker is not linked with libvirt at all"
    assert [name for name in sorted(symbols) if not name.startswith(HELPERS)] == []
