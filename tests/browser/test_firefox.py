"""The pages in Debian's Firefox: four widths, both themes, three languages, keyboard, paper, and no network."""

import os
from pathlib import Path

import bidi
import pytest

ROOT = Path(__file__).parents[2]
REAL = [path.name for path in sorted((ROOT / "reports").glob("*.html"))]
KINDS = ("made-up", "index", "comparison")
WIDTHS = (390, 820, 1400, 1920)
LANGUAGES = ("en", "vi", "zh")
MOST_SHEETS = 4  # of the print edition

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def firefox(tmp_path_factory):
    """Debian's Firefox; where FIREFOX=required says so, a machine without it fails."""
    found = bidi.executable()
    if not found:
        missing = "Firefox is not installed: the pages were not tried in it (apt-get install firefox-esr)"
        assert os.environ.get("FIREFOX") != "required", missing
        pytest.skip(missing)
    browser = bidi.Firefox(found, tmp_path_factory.mktemp("firefox"))
    yield browser
    browser.close()


@pytest.fixture(params=[*KINDS, *REAL])
def any_page(request, spoken_pages):
    return spoken_pages.get(request.param) or ROOT / "reports" / request.param


@pytest.fixture
def tab(firefox):
    """Open pages, and close them again."""
    opened = []

    def open_page(path, width=1400, fragment=""):
        size = {"width": width, "height": 844 if width < 800 else 900}
        opened.append(bidi.Tab(firefox, f"{path.as_uri()}#{fragment}", size))
        return opened[-1]

    yield open_page
    for one in opened:
        one.close()


def is_city(page) -> bool:
    """Whether a page has tabs and a map."""
    return page.evaluate("document.body.classList.contains('city')")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_opens_without_errors_network_or_sideways_scroll(tab, any_page, width):
    page = tab(any_page, width, "theme=light")
    for theme in ("light", "dark"):
        if theme == "dark":
            page.evaluate("document.getElementById('theme').click()")
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
        assert (max(ground) < 80) == (theme == "dark")
        for code in LANGUAGES:
            page.evaluate(f"document.querySelector('[data-language={code}]').click()")
            assert page.evaluate("document.documentElement.lang") == code
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        if is_city(page):
            assert page.evaluate("document.querySelectorAll('.name-on-map').length") > 0
            # the map is drawn: its canvases hold more than one colour
            assert page.evaluate(
                """[...document.querySelectorAll(".folium-map canvas")].some((canvas) => {
                    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                    return new Set(new Uint32Array(data.buffer)).size > 3;
                })"""
            )
    assert page.wrong_and_asked() == ([], [])


def test_tabs_are_walked_by_keyboard(tab, any_page):
    page = tab(any_page)
    if not is_city(page):
        page.press("Tab", "Tab")
        assert page.evaluate("document.activeElement !== document.body")
        return
    page.evaluate("document.getElementById('tab-decide').focus()")
    now = "document.body.dataset.tab + ' ' + document.activeElement.id"
    for key, name in (("ArrowRight", "compare"), ("ArrowRight", "evidence"), ("End", "all"), ("Home", "decide")):
        page.press(key)
        assert page.evaluate(now) == f"{name} tab-{name}"
    page.press("ArrowRight")
    page.evaluate("document.querySelector('#rows tr, .apart li')?.focus()")
    if page.evaluate("document.activeElement.matches('[data-site]')"):
        page.press("Enter")
        assert not page.evaluate("document.getElementById('card').hidden")
        page.press("Escape")
        assert page.evaluate("document.getElementById('card').hidden")
    assert page.wrong_and_asked() == ([], [])


def test_the_answer_takes_four_sheets_of_paper_at_most_and_the_whole_page_more(tab, any_page):
    page = tab(any_page, fragment="theme=dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    for code in LANGUAGES:
        page.evaluate(f"document.querySelector('[data-language={code}]').click()")
        sheets = page.printed()
        assert sheets >= 1
        if is_city(page):
            assert sheets <= MOST_SHEETS, code
            page.evaluate("document.getElementById('tab-all').click()")
            assert page.printed() > sheets
            page.evaluate("document.getElementById('tab-decide').click()")
    assert page.wrong_and_asked() == ([], [])


def test_what_goes_wrong_and_what_is_asked_for_is_seen(tab, spoken_pages):
    page = tab(spoken_pages["index"])
    page.evaluate("console.error('a fault')")
    page.evaluate("fetch('https://example.org/').catch(() => 0)")  # its policy stops it
    wrong, _ = page.wrong_and_asked()
    assert wrong[0] == "error: a fault" and "example.org" in wrong[1]
