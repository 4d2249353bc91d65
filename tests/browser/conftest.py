"""One browser for all tests of pages, and a visit to a page that sees what went wrong on it."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

DESKTOP = {"width": 1440, "height": 900}


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium; a machine without it fails, since a skipped page is an untested page."""
    found = shutil.which("chromium")
    assert found, "Chromium is not installed: the pages cannot be tested (apt-get install chromium)"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visit:
    """An open page, with what it asked the network for and what went wrong on it."""

    def __init__(self, browser, path: Path, size: dict, fragment: str = ""):
        self.context = browser.new_context(viewport=size, reduced_motion="reduce", locale="en-GB")
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.page.on(
            "console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.route("**/*", self._only_this_file)
        self.address = path.as_uri()
        self.page.goto(f"{self.address}#{fragment}" if fragment else self.address)
        self.page.wait_for_function("document.documentElement.dataset.ready === 'true'")

    def _only_this_file(self, route):
        if route.request.url.split("#")[0] == self.address:
            route.continue_()
        else:
            self.asked.append(route.request.url)
            route.abort()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.context.close()


@pytest.fixture
def visit(chromium):
    def open_page(path, size=DESKTOP, fragment=""):
        return Visit(chromium, path, size, fragment)

    return open_page
