# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every view by keys: the focus gets to each button, and is caught nowhere."""

import pytest

from languages import Languages
from views import VIEWS, Stage


@pytest.fixture
def stage(desk, tmp_path):
    stage = Stage(desk, Languages(str(tmp_path)))
    yield stage
    stage.close()


@pytest.mark.parametrize("view", VIEWS)
def test_all_is_reached(stage, view):
    VIEWS[view](stage)
    stage.spy.until(lambda: stage.spy.ask("unreached") == [], lambda: stage.spy.ask("unreached"))
