"""Nothing lies on anything else and no text leaves its box, at four widths, in three languages, on every tab."""

import pytest

pytestmark = pytest.mark.browser
SIZES = {width: {"width": width, "height": 844 if width < 800 else 900} for width in (390, 820, 1400, 1920)}
LANGUAGES = ("en", "vi", "zh")
TABS = ("decide", "compare", "evidence", "method")

# texts and controls as they can be seen: cut to the frames that scroll, and without what is for screen readers alone.
# The map is left out but for its buttons and legend: a test of its own measures what it draws
FAULTS = """() => {
    const homes = "button, td, th, li, dd, dt, label, summary, p, figcaption, h2, h3, a, section, header, body, .chip";
    const own = ".leaflet-pane, svg, .sr, .skip, script, style, option, [hidden]";
    const seen = (box, element) => {
        let { left, top, right, bottom } = box;
        for (let e = element; e && e !== document.body; e = e.parentElement) {
            const { overflowX, overflowY, position } = getComputedStyle(e);
            const frame = e.getBoundingClientRect();
            if (overflowX !== "visible") [left, right] = [Math.max(left, frame.left), Math.min(right, frame.right)];
            if (overflowY !== "visible") [top, bottom] = [Math.max(top, frame.top), Math.min(bottom, frame.bottom)];
            if (position === "fixed") break;
        }
        return { left, top, right, bottom };
    };
    const clipped = (element) =>
        element && (getComputedStyle(element).clipPath.startsWith("inset") || clipped(element.parentElement));
    const large = ({ left, top, right, bottom }) => right - left > 1 && bottom - top > 1;
    const told = ({ tagName, className, textContent: text }) => `<${tagName} ${className}> ${text.trim().slice(0, 40)}`;
    const faults = [];
    const things = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
        const parent = node.parentElement;
        if (!node.data.trim() || parent.closest(own) || !parent.checkVisibility({ opacityProperty: true })) continue;
        if (clipped(parent)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        // a line's own frame is higher than its letters
        const boxes = [...range.getClientRects()].map(({ left, top, right, bottom }) => {
            const third = (bottom - top) / 5;
            return { left, top: top + third, right, bottom: bottom - third };
        });
        const home = parent.closest(homes);
        const frame = home.getBoundingClientRect();
        const out = boxes.some((box) => box.left < frame.left - 2 || box.right > frame.right + 2);
        if (out && getComputedStyle(home).display !== "inline")
            faults.push(`leaves its box: ${told(home)}`);
        boxes.map((box) => seen(box, parent)).filter(large).forEach((box) => things.push([box, parent, "text"]));
    }
    document.querySelectorAll("a, button, input, select, summary, textarea").forEach((element) => {
        if (element.closest(`${own}, label, .leaflet-control-attribution`) || !element.checkVisibility()) return;
        if (getComputedStyle(element).display === "inline") return; // a link in a sentence is its text
        const box = seen(element.getBoundingClientRect(), element);
        if (large(box)) things.push([box, element, "control"]);
    });
    things.sort(([a], [b]) => a.top - b.top);
    things.forEach(([a, one, kind], k) => {
        for (let m = k + 1; m < things.length && things[m][0].top < a.bottom - 1; m += 1) {
            const [b, other, kindOfOther] = things[m];
            const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            if (wide <= 1 || Math.min(a.bottom, b.bottom) - b.top <= 1) continue;
            if (one === other || one.contains(other) || other.contains(one)) continue;
            faults.push(`${kind} on ${kindOfOther}: ${told(one)} | ${told(other)}`);
        }
    });
    return [...new Set(faults)];
}"""

# names, pins and controls of the map that lie on each other by more than a pixel; a name that slopes is left out, for
# its frame is that of the whole slope, and so are two pins, which are round: a test of the pages measures them
ON_EACH_OTHER = """() => {
    const frame = map_city.getContainer();
    const turned = (one) => one.matches(".named-street, .named-water") && one.style.transform.includes("rotate");
    const boxes = [...frame.querySelectorAll(".name-on-map:not([class*=dot-]):not(.leader), .pin, .leaflet-control")]
        .map((one) => [one, one.getBoundingClientRect()])
        .filter(([one, { width }]) => width && !turned(one));
    const meets = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
    const told = (one) => `${one.className.split(" ")} ${one.textContent.slice(0, 60)}`;
    const found = [];
    boxes.forEach(([one, a], k) => boxes.slice(k + 1).forEach(([other, b]) => {
        const apart = one.contains(other) || other.contains(one) || (one.matches(".pin") && other.matches(".pin"));
        if (meets(a, b) && !apart) found.push(`${told(one)} | ${told(other)}`);
    }));
    return found;
}"""


@pytest.fixture(scope="module", params=SIZES.values(), ids=list(SIZES))
def seen(visit, city_page, request):
    """A city's page at a width, opened once for all that is looked at there; each test shows its tab and language."""
    with visit(city_page, request.param, fragment="tab=decide") as opened:
        yield opened


def test_names_pins_and_buttons_of_the_map_lie_apart_at_every_width_zoom_and_language(seen):
    seen.show("decide")
    for code in LANGUAGES:
        seen.speak(code)
        assert seen.page.evaluate(ON_EACH_OTHER) == [], code
    middle = seen.page.evaluate("creativeNodes.data.sites[creativeNodes.data.choice[0]?.[0] ?? 0].at")
    for zoom in (12, 14, 16):
        seen.page.evaluate("([at, zoom]) => void map_city.setView(at, zoom, { animate: false })", [middle, zoom])
        names = seen.page.evaluate(ON_EACH_OTHER)
        assert [one for one in names if one.count("name-on-map") == 2] == [], zoom
    assert seen.wrong == [] and seen.asked == []


def test_nothing_lies_on_anything_else_and_no_text_leaves_its_box(seen):
    for tab in TABS:
        seen.show(tab)
        for code in LANGUAGES:
            seen.speak(code)
            assert seen.page.evaluate(FAULTS) == [], (tab, code)
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= seen.page.viewport_size["width"]


def test_the_open_legend_holds_its_words(seen):
    seen.show("decide")
    for code in LANGUAGES:
        seen.speak(code)
        seen.page.evaluate("void layer_control_legend.expand()")
        beyond = seen.page.evaluate(
            """() => {
                const frame = document.querySelector(".leaflet-control-layers").getBoundingClientRect();
                return [...document.querySelectorAll(".leaflet-control-layers label *")]
                    .filter((one) => one.getBoundingClientRect().right > frame.right + 0.5)
                    .map((one) => one.textContent);
            }"""
        )
        assert beyond == [], code
    seen.page.evaluate("void layer_control_legend.collapse()")


def test_a_word_explained_covers_nothing(seen):
    seen.show("compare")
    seen.speak("en")
    seen.page.locator("[data-term=marks]").first.click()
    assert seen.page.locator("#meaning-marks").is_visible()
    assert seen.page.evaluate(FAULTS) == []
    seen.page.locator("[data-term=marks]").first.click()


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
def test_the_other_pages_hold_together_too(visit, spoken_pages, size):
    for kind in ("index", "comparison"):
        with visit(spoken_pages[kind], size) as seen:
            for code in LANGUAGES:
                seen.speak(code)
                assert seen.page.evaluate(FAULTS) == [], (kind, code)


def test_the_card_of_a_site_is_read_on_a_phone_without_scrolling_sideways(visit, city_page):
    for code in LANGUAGES:
        with visit(city_page, SIZES[390], fragment=f"lang={code}") as seen:
            for k in range(5):
                wide = seen.page.evaluate(
                    """(k) => {
                        document.querySelectorAll("[data-site]")[k].click();
                        const card = document.getElementById("card");
                        card.querySelectorAll(".fold").forEach((one) => one.click());
                        return [card.scrollWidth, card.clientWidth];
                    }""",
                    k,
                )
                assert 0 < wide[0] <= wide[1], (code, k)


def test_what_scrolls_sideways_says_so_and_until_its_end(visit, city_page):
    with visit(city_page, SIZES[390], fragment="tab=evidence") as seen:
        frames = seen.page.locator(".wide:visible")
        seen.page.wait_for_timeout(100)
        for k in range(frames.count()):
            frame = frames.nth(k)
            over = frame.evaluate("(one) => one.scrollWidth - one.clientWidth > 1")
            assert frame.evaluate("(one) => one.classList.contains('goes-right')") == over
            if not over:
                continue
            assert frame.get_attribute("tabindex") == "0"
            assert frame.evaluate("(one) => getComputedStyle(one).maskImage") != "none"
            frame.evaluate("(one) => { one.scrollLeft = one.scrollWidth; }")
            seen.page.wait_for_timeout(100)
            assert frame.evaluate("(one) => [...one.classList].filter((name) => name.startsWith('goes-'))") == [
                "goes-left"
            ]


def test_the_measure_finds_what_lies_on_something_and_what_leaves_its_box(visit, made_up_page):
    with visit(made_up_page, fragment="tab=decide") as seen:
        seen.page.evaluate("document.querySelector('#share').style.cssText = 'position:relative;left:-80px'")
        seen.page.evaluate("document.querySelector('.option p').style.cssText = 'width:2rem;white-space:nowrap'")
        found = seen.page.evaluate(FAULTS)
        assert any(fault.startswith("control on control") for fault in found)
        assert any(fault.startswith("leaves its box: <P") for fault in found)
