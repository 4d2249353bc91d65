"""Pages for everyone: axe-core's rules, the keyboard, phone width, names for every picture, hostile names inert."""

import runpy
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MADE_UP = runpy.run_path(str(ROOT / "tests" / "unit" / "report" / "made_up.py"))
AXE = (ROOT / "tests" / "data" / "axe" / "axe.min.js").read_text(encoding="utf-8")
HOSTILE = MADE_UP["HOSTILE"]
SIZES = {"desktop": {"width": 1400, "height": 900}, "phone": {"width": 390, "height": 844}}
KINDS = ("made-up", "weighed", "index", "comparison")  # weighed: a city with live priorities
REAL = [path.name for path in sorted((ROOT / "reports").glob("*.html"))]
LANGUAGES = ("en", "vi", "zh")
OF_COLOUR = ("color-contrast", "link-in-text-block")  # rules of axe that read colours
# elements and attributes that no page may hold, wherever a name came from
UNWANTED = """() => [...document.querySelectorAll("*")].filter((one) =>
    (one.tagName === "IMG" && one.getAttribute("src") === "x")
    || [...one.attributes].some(({ name }) => name.startsWith("on"))
    || (one.tagName === "SCRIPT" && one.textContent.trim() === "alert(1)")
    || (one.hasAttribute("href") && !/^(https?:|#|([a-z0-9-]+\\/)?[a-z0-9-]+\\.html$)/.test(one.getAttribute("href")))
).map((one) => one.outerHTML.slice(0, 200))"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=[*KINDS, *REAL])
def any_page(request, spoken_pages):
    return spoken_pages.get(request.param) or ROOT / "reports" / request.param


@pytest.fixture(scope="module", params=SIZES.values(), ids=list(SIZES))
def seen(visit, any_page, request):
    """A page at a size in the light, opened once; the test that opens cards and folds on it comes last."""
    with visit(any_page, request.param, "theme=light") as opened:
        yield opened


def faults(page, rules: Sequence[str] = ()) -> list[str]:
    """What axe-core calls serious or critical, with the first places of each; by all its rules or by those named."""
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    bad = [fault for fault in found if fault["impact"] in ("serious", "critical")]
    return [f"{fault['id']}: {[node['html'][:160] for node in fault['nodes'][:3]]}" for fault in bad]


def speaks_without_faults(seen, rules: Sequence[str] = (), languages: Sequence[str] = LANGUAGES):
    """Have axe-core look at a page in some languages, as it is and with a card and all folds open."""
    seen.page.evaluate(AXE)
    for code in languages:
        seen.speak(code)
        assert faults(seen.page, rules) == [], code
        if seen.page.locator("[data-site]").count():
            seen.page.locator("[data-site]").first.click()
            seen.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            assert faults(seen.page, rules) == [], f"{code}, card open"
            seen.page.locator("#card .close").click()


def test_no_page_scrolls_sideways_on_a_phone_and_nothing_lies_under_the_language_switch(seen):
    for code in LANGUAGES:
        seen.speak(code)
        assert seen.page.evaluate("document.documentElement.lang") == code
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= seen.page.viewport_size["width"]
        hidden = seen.page.evaluate(
            """() => {
                const frame = document.getElementById("languages").getBoundingClientRect();
                const meets = (box) => box.width > 1 && box.right > frame.left && box.left < frame.right
                    && box.bottom > frame.top + 1 && box.top < frame.bottom - 1;
                const found = [];
                const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                for (let node = texts.nextNode(); node; node = texts.nextNode()) {
                    const parent = node.parentElement;
                    if (!node.data.trim() || parent.closest("#languages, script, .skip, .sr")) continue;
                    const range = document.createRange();
                    range.selectNodeContents(node);
                    if ([...range.getClientRects()].some(meets)) found.push(node.data);
                }
                return found;
            }"""
        )
        assert hidden == [], code


def test_every_picture_has_a_name_or_is_decoration(seen):
    seen.speak("en")
    nameless = seen.page.eval_on_selector_all(
        "svg, img, canvas",
        """all => all.filter((one) => !one.closest('[aria-hidden="true"]') && !(one.tagName === "IMG" && one.alt)
            && !(one.getAttribute("role") === "img" && one.getAttribute("aria-label"))
            && !one.closest('[role="region"][aria-label]')).map((one) => one.outerHTML.slice(0, 120))""",
    )
    assert nameless == []


def test_axe_finds_no_serious_fault(seen):
    speaks_without_faults(seen)


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
def test_axe_finds_no_serious_fault_of_colour_in_the_dark(visit, any_page, size):
    """A theme changes colours alone: the rest was looked at in the light.

    No colour hangs on the language (tests/unit/report/test_colours.py), so that one tells of all; some do on the width.
    """
    with visit(any_page, size, "theme=dark") as seen:
        speaks_without_faults(seen, OF_COLOUR, ["en"])


def test_axe_does_find_a_fault_that_is_there(visit, spoken_pages):
    with visit(spoken_pages["index"]) as seen:
        seen.page.evaluate(AXE)
        seen.page.evaluate("document.querySelector('main').append(document.createElement('button'))")
        assert [fault.split(":")[0] for fault in faults(seen.page)] == ["button-name"]
    with visit(spoken_pages["index"], fragment="theme=dark") as seen:
        seen.page.evaluate(AXE)
        seen.page.evaluate(
            """() => {
                const pale = Object.assign(document.createElement("p"), { textContent: "pale on dark" });
                pale.style.color = "#3a3836";
                document.querySelector("main").append(pale);
            }"""
        )
        assert [fault.split(":")[0] for fault in faults(seen.page, OF_COLOUR)] == ["color-contrast"]


def test_the_keyboard_reaches_everything_and_shows_where_it_is(visit, any_page):
    """Tab goes through every control once, in the order of the page, and each shows a ring."""
    with visit(any_page) as seen:
        wanted = seen.page.evaluate(
            """() => {
                const can = "a[href], button:not([tabindex='-1']), input, select, summary, [tabindex='0']";
                const seen = [...document.querySelectorAll(can)]
                    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled);
                seen.forEach((one, i) => { one.dataset.stop = i; });
                return seen.length;
            }"""
        )
        reached = {}
        for _ in range(wanted + 5):
            seen.page.keyboard.press("Tab")
            stop, ring = seen.page.evaluate(
                """() => {
                    const one = document.activeElement;
                    const style = getComputedStyle(one);
                    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
                    return [one.dataset.stop ?? null, ring];
                }"""
            )
            if stop is not None:
                reached[int(stop)] = ring
        radios = set(seen.page.eval_on_selector_all("input[type=radio]", "all => all.map((one) => +one.dataset.stop)"))
        assert set(range(wanted)) - set(reached) - radios == set()
        assert [stop for stop, ring in reached.items() if not ring] == []


def test_space_selects_and_escape_closes_and_gives_the_focus_back(visit, made_up_page):
    with visit(made_up_page) as seen:
        row = seen.page.locator("#rows tr").nth(1)
        row.focus()
        seen.page.keyboard.press("Space")
        assert seen.page.locator("#card").is_visible()
        assert seen.page.evaluate("document.activeElement.id") == "card"
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.className") == "close"
        seen.page.keyboard.press("Escape")
        assert not seen.page.locator("#card").is_visible()
        assert seen.page.evaluate("document.activeElement.dataset.site") == "1"
        seen.page.locator(".pin").first.focus()
        seen.page.keyboard.press("Space")
        assert seen.page.evaluate("document.activeElement.id") == "card"
        seen.page.locator("#card .close").press("Enter")
        assert seen.page.evaluate("document.activeElement.classList.contains('pin')")


def test_closing_after_a_switch_of_language_finds_the_new_row(visit, made_up_page):
    with visit(made_up_page) as seen:
        seen.page.locator("#rows tr").nth(1).press("Enter")
        seen.page.locator('[data-language="vi"]').click()
        seen.page.locator("#card .close").press("Enter")
        assert seen.page.evaluate("document.activeElement.dataset.site") == "1"


def test_nothing_moves_for_those_who_asked_for_calm(visit, made_up_page):
    with visit(made_up_page) as seen:
        moving = seen.page.evaluate(
            """() => [...document.querySelectorAll("*")].filter((one) =>
                getComputedStyle(one).transitionDuration.split(",").some((time) => parseFloat(time) > 0)
                || getComputedStyle(one).animationName !== "none").map((one) => one.className)"""
        )
        assert moving == []
        seen.page.locator("#rows tr").nth(2).click()
        first = seen.page.evaluate("map_city.getCenter()")
        seen.page.wait_for_timeout(400)
        assert seen.page.evaluate("map_city.getCenter()") == first


# ---------------------------------------------------------------- names nobody vouches for


def test_hostile_names_stand_as_text_in_every_language(visit, spoken_pages):
    for kind in KINDS:
        for code in LANGUAGES:
            with visit(spoken_pages[kind], fragment=f"lang={code}") as seen:
                told = seen.page.locator("body").inner_text()
                assert any(name in told for name in HOSTILE), (kind, code)
                assert "49" not in seen.page.title()
                assert seen.page.evaluate(UNWANTED) == [], (kind, code)
                assert seen.wrong == [] and seen.asked == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_hostile_names_are_inert_in_cards_tooltips_popups_and_legend(visit, spoken_pages, code):
    """Every layer is switched on, and whatever has a tooltip, popup or card shows it."""
    with visit(spoken_pages["made-up"], fragment=f"lang={code}") as seen:
        for row in range(len(HOSTILE)):
            seen.page.locator("[data-site]").nth(row).click()
            assert HOSTILE[row] in seen.page.locator("#card").inner_text()
            for fold in seen.page.locator("#card .fold").all():
                fold.click()
            assert seen.page.evaluate(UNWANTED) == []
            seen.page.locator("#card .close").click()
        seen.page.evaluate("void layer_control_legend.expand()")
        for box in seen.page.locator(".leaflet-control-layers-selector").all():
            box.check()
        opened = seen.page.evaluate(
            f"""() => {{
                const unwanted = {UNWANTED};
                const bad = [];
                let opened = 0;
                map_city.eachLayer((layer) => {{
                    for (const what of ["Tooltip", "Popup"]) {{
                        if (!layer[`get${{what}}`]?.()) continue;
                        layer[`open${{what}}`]();
                        opened += 1;
                        bad.push(...unwanted());
                        layer[`close${{what}}`]();
                    }}
                }});
                return [opened, bad];
            }}"""
        )
        assert opened[0] > 100 and opened[1] == []
        assert seen.wrong == [] and seen.asked == []
