"""Debian's Chromium, for the tests of the pages, their benchmark and the pictures of the docs."""

import shutil


def chromium() -> str:
    """Find Chromium: the one without windows of its own, which draw beside every page opened, else the whole one.

    A machine without either fails, since a skipped page is an untested page.
    """
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert found, "Chromium is not installed: no page can be opened (apt-get install chromium-headless-shell)"
    return found
