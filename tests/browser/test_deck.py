"""The slides of a city in a real browser: keys, address, languages, phone, paper."""

import re
import runpy
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
MADE_UP = runpy.run_path(str(ROOT / "tests" / "unit" / "report" / "made_up.py"))
SLIDES = sorted((ROOT / "reports" / "slides").glob("*.html"))


@pytest.fixture(scope="module", params=["made-up", *(path.stem for path in SLIDES)])
def deck(request, tmp_path_factory):
    if request.param != "made-up":
        return ROOT / "reports" / "slides" / f"{request.param}.html"
    path = tmp_path_factory.mktemp("deck") / "made-up.html"
    path.write_text(MADE_UP["deck_html"](ROOT, path.parent, MADE_UP["frames"]()), encoding="utf-8")
    return path


def shown(page):
    return [k + 1 for k in range(6) if page.locator(".slide").nth(k).is_visible()]


def test_arrows_turn_one_slide_at_a_time_and_the_address_keeps_it(visit, deck):
    with visit(deck, fragment="lang=en") as seen:
        page = seen.page
        assert page.locator(".slide").count() == 6 and shown(page) == [1]
        page.keyboard.press("ArrowRight")
        page.keyboard.press("PageDown")
        assert shown(page) == [3] and "slide=3" in page.url
        page.keyboard.press("ArrowLeft")
        assert shown(page) == [2]
        page.keyboard.press("End")
        page.keyboard.press("ArrowRight")
        assert shown(page) == [6]
        page.evaluate("creativeNodes.speak('zh')")
        assert shown(page) == [6]
        page.keyboard.press("Home")
        assert shown(page) == [1]
        assert seen.wrong == [] and seen.asked == []


@pytest.mark.parametrize("code", ["en", "vi", "zh"])
def test_on_paper_each_slide_is_a_page_and_nothing_is_cut(visit, deck, code):
    with visit(deck, fragment=f"lang={code}") as seen:
        printed = seen.page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 6
        seen.page.emulate_media(media="print")
        heights = seen.page.evaluate(
            "[...document.querySelectorAll('.slide')].map((s) => s.scrollHeight - s.clientHeight)"
        )
        assert max(heights) <= 1


@pytest.mark.parametrize("code", ["en", "vi", "zh"])
def test_no_slide_is_wider_than_a_phone_or_a_screen(visit, deck, code):
    for width in (390, 1400):
        with visit(deck, {"width": width, "height": 844}, fragment=f"lang={code}") as seen:
            for _ in range(6):
                assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
                seen.page.keyboard.press("ArrowRight")
