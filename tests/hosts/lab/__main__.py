# SPDX-License-Identifier: LGPL-2.1-or-later
"""`python3 -m lab` is the same as `tests/hosts/hosts`."""

import sys

from .cli import main

sys.exit(main())
