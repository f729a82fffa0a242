# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every view by keys: the focus gets to each button, and is caught nowhere."""

import pytest

from views import VIEWS


@pytest.mark.parametrize("view", VIEWS)
def test_all_is_reached(show, view):
    stage = show(view)
    stage.spy.until(lambda: stage.spy.ask("unreached") == [], lambda: stage.spy.ask("unreached"))
