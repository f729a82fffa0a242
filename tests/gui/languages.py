# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the app finds its translations before it is installed: those of the build directory, and
one of a language for tests whose words are longer and in brackets (po/update)."""

import gettext
import os
import subprocess
import sys

import harness

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOMAIN = "guest-migration"
PSEUDO = "xx"


class Languages:
    def __init__(self, directory):
        self.directory = os.path.join(directory, "locale")
        os.makedirs(self.directory)
        with open(os.path.join(TOP, "po", "LINGUAS"), encoding="utf-8") as file:
            self.real = file.read().split()
        for name in self.real:
            os.symlink(harness.built(f"po/{name}"), os.path.join(self.directory, name))
        pseudo = os.path.join(self.directory, PSEUDO, "LC_MESSAGES", DOMAIN + ".mo")
        subprocess.run([sys.executable, os.path.join(TOP, "po", "update"), "--pseudo", pseudo],
                       check=True)

    def environment(self, language):
        return {"TEXTDOMAINDIR": self.directory, "LANGUAGE": language}

    def catalogue(self, language):
        """All texts and their translations."""
        catalogue = gettext.translation(DOMAIN, self.directory, [language])._catalog
        return {key: text for key, text in catalogue.items() if isinstance(key, str) and key}

    def text(self, language):
        """A function that translates as the app does."""
        return gettext.translation(DOMAIN, self.directory, [language], fallback=True).gettext
