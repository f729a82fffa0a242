# SPDX-License-Identifier: LGPL-2.1-or-later
"""How pytest's processes share the tests of a ring, see run-tests: one by one, so that all are busy to the
end; but those of a file with a fixture for the whole file together, so that it is made once, and first,
because they take longest."""

import functools
import re

import pytest
from xdist.scheduler import LoadScopeScheduling


@functools.cache
def is_shared(path):
    return re.search(r'scope="module"', path.read_text()) is not None


class Scheduling(LoadScopeScheduling):
    def _split_scope(self, nodeid):
        """Those of which this is the same go to one process."""
        file = nodeid.split("::")[0]
        return file if is_shared(self.config.rootpath / file) else nodeid

    def _assign_work_unit(self, node):
        longest = max(self.workqueue, key=lambda scope: len(self.workqueue[scope]))
        self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl
def pytest_xdist_make_scheduler(config, log):
    return Scheduling(config, log)
