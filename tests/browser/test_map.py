"""The map that one can orient by: names that cover nothing, the ground at a scale, reach on demand, both themes."""

import math
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MADE_UP = runpy.run_path(str(ROOT / "tests" / "unit" / "report" / "made_up.py"))
NAMES = "[...document.querySelectorAll('.name-on-map[class*=named-]')].map((one) => one.textContent)"

pytestmark = pytest.mark.browser


def test_more_is_named_from_near_than_from_afar(visit, city_page):
    with visit(city_page, fragment="tab=compare") as seen:
        seen.page.locator(".icon-whole").click()
        afar = seen.page.evaluate(NAMES)
        wanted = seen.page.evaluate("creativeNodes.once.place_names.filter(([, zoom]) => zoom <= map_city.getZoom())")
        assert len(afar) <= len(wanted)
        seen.page.evaluate(
            """() => {
                const { once, nameStandsAt } = creativeNodes;
                const k = once.place_names.findIndex(([kind, zoom]) => kind !== "street" && zoom > map_city.getZoom());
                map_city.setView(nameStandsAt(k), 17, { animate: false });
            }"""
        )
        assert set(seen.page.evaluate(NAMES)) - set(afar)


def test_names_are_text_in_the_language_of_the_page_and_no_element(visit, made_up_page):
    with visit(made_up_page) as seen:
        seen.page.evaluate("void map_city.setView([21.03, 105.83], 15, { animate: false })")
        for code, name in (("en", "Old Market"), ("vi", "Chợ Cũ"), ("zh", "旧市")):
            seen.page.locator(f"[data-language={code}]").click()
            assert name in seen.page.evaluate(NAMES)
        assert MADE_UP["HOSTILE"][0] in seen.page.evaluate(NAMES)  # streets and the water are called so
        assert seen.page.locator(".name-on-map img, .name-on-map script").count() == 0
        assert seen.wrong == []


def test_the_ground_is_shown_at_one_to_2500_with_what_stands_around_it(visit, made_up_page):
    with visit(made_up_page, fragment="tab=decide") as seen:
        seen.page.locator(".icon-ground").click()
        metres = seen.page.evaluate(
            """() => {
                const { x, y } = map_city.getSize();
                const [a, b] = [x / 2 - 50, x / 2 + 50].map((at) => map_city.containerPointToLatLng([at, y / 2]));
                return [a.lat, b.lng - a.lng];
            }"""
        )
        # 100 pixels of 1/96 inch on the ground, against the length of a degree on a sphere of Web Mercator's radius
        long = math.radians(metres[1]) * 6_378_137 * math.cos(math.radians(metres[0]))
        assert long == pytest.approx(2500 * 100 * 0.0254 / 96, rel=0.002)
        assert seen.page.evaluate("map_city.hasLayer(feature_group_near)")
        first = seen.page.evaluate("creativeNodes.data.sites[creativeNodes.data.choice[0][0]].at")
        assert seen.page.evaluate("(at) => map_city.getBounds().contains(at)", first)
        seen.page.locator(".icon-whole").click()
        assert not seen.page.evaluate("map_city.hasLayer(feature_group_near)")
        assert seen.page.evaluate("map_city.getZoom() % 0.25") == 0


def test_reach_is_drawn_on_demand(visit, made_up_page):
    with visit(made_up_page, fragment="tab=decide") as seen:
        button = seen.page.locator(".icon-reach")
        assert button.get_attribute("aria-pressed") == "false"
        assert not seen.page.evaluate("map_city.hasLayer(shapes_reached)")
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        assert seen.page.evaluate("shapes_reached.getLayers().length") == 2
        button.click()
        assert not seen.page.evaluate("map_city.hasLayer(shapes_reached)")


def test_the_folded_legend_shows_the_signs_of_what_is_on(visit, made_up_page):
    with visit(made_up_page) as seen:
        signs = "[...document.querySelectorAll('.signs .sw')].map((one) => one.className)"
        assert "sw sw-converted" in seen.page.evaluate(signs)
        seen.layer("Industrial site, converted").click()
        assert "sw sw-converted" not in seen.page.evaluate(signs)
        seen.layer("How complete is the mapping").click()
        assert "sw sw-mapping" in seen.page.evaluate(signs)


def test_the_runner_up_and_the_best_single_site_are_named_as_such(visit, city_page):
    with visit(city_page, fragment="tab=decide") as seen:
        choice, words = seen.page.evaluate("[creativeNodes.data.choice, creativeNodes.data.choice_words]")
        names = seen.page.evaluate("creativeNodes.data.sites.map((site) => site.name)")
        told = seen.page.eval_on_selector_all(
            ".set-name", "all => all.map((one) => [one.children[0].textContent, one.children[1]?.textContent ?? ''])"
        )
        for option, members in enumerate(choice[1:], 1):
            for i in members:
                role = dict(told)[" ".join(names[i].split()) if names[i] not in dict(told) else names[i]]
                assert (words[option] in role) or i in choice[0]
        assert {name for name, _ in told} == {names[i] for members in choice for i in members}


def test_likely_sites_are_told_from_known_ones_by_shape_and_colour(visit, made_up_page):
    with visit(made_up_page) as seen:
        looks = seen.page.eval_on_selector_all(
            ".pin",
            """(pins) => Object.fromEntries(pins.map((pin) => {
                const { borderRadius, backgroundColor } = getComputedStyle(pin);
                return [pin.textContent, [borderRadius, backgroundColor]];
            }))""",
        )
        assert looks["2"][0] != looks["1"][0] and looks["2"][1] != looks["1"][1]
        assert looks["1"] == looks["3"]
        dots = seen.page.evaluate(
            "shapes_dots.getLayers().map(({ options: { sign, fillColor }, feature }) =>"
            " [feature.properties.i, sign, fillColor])"
        )
        shapes = {i: (sign, colour) for i, sign, colour in dots}
        assert {i for i, look in shapes.items() if look[0] == "square"} == {14}
        assert len({colour for _, colour in shapes.values()}) == 2


@pytest.mark.parametrize("device", ["light", "dark"])
def test_the_theme_is_that_of_the_device_until_another_is_chosen_and_the_address_keeps_it(visit, city_page, device):
    with visit(city_page, fragment="tab=decide") as seen:
        page, other = seen.page, {"light": "dark", "dark": "light"}[device]
        page.emulate_media(color_scheme=device)
        page.wait_for_selector(f"html[data-theme={device}]", state="attached")
        grounds = (
            "[document.body, document.querySelector('.folium-map')].map((one) => getComputedStyle(one).backgroundColor)"
        )
        water = "shapes_water.options.style().fillColor"
        before = page.evaluate(grounds), page.evaluate(water)
        page.locator("#theme").click()
        assert page.locator("html").get_attribute("data-theme") == other
        assert f"theme={other}" in page.url
        after = page.evaluate(grounds), page.evaluate(water)
        assert all(a != b for a, b in zip((*before[0], before[1]), (*after[0], after[1]), strict=True))
        page.reload()
        page.wait_for_selector("html[data-ready=true]", state="attached")
        assert page.locator("html").get_attribute("data-theme") == other
        page.locator("#theme").click()
        assert "theme=" not in page.url
        assert seen.wrong == [] and seen.asked == []


def test_paper_is_light_whatever_the_theme(visit, made_up_page):
    with visit(made_up_page, fragment="theme=dark") as seen:
        seen.page.emulate_media(media="print")
        assert seen.page.evaluate("getComputedStyle(document.body).color") == "rgb(35, 33, 30)"
