"""The pages in a real browser: no network, no errors, the table and the map linked, hostile names inert."""

import math
import runpy
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MADE_UP = runpy.run_path(str(ROOT / "tests" / "unit" / "report" / "made_up.py"))
REPORTS = sorted((ROOT / "reports").glob("*.html"))
CITIES = [path for path in REPORTS if path.stem not in ("index", "comparison")]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def whole(visit, city_page):
    """A city's page with every part in view, opened once for what a reader does there one after the other."""
    with visit(city_page) as opened:
        yield opened


@pytest.fixture
def seen(whole):
    """The page at rest: no site chosen, the map at its whole, the window at its beginning."""
    whole.page.keyboard.press("Escape")
    whole.page.locator(".icon-whole").click()
    whole.page.evaluate("scrollTo(0, 0)")
    assert selected(whole.page) == [] and not whole.page.locator("#card").is_visible()
    return whole


def selected(page) -> list[str]:
    return page.eval_on_selector_all('[aria-current="true"]', "rows => rows.map((row) => row.dataset.site)")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_page_opens_without_errors_network_or_sideways_scroll(visit, city_page, size):
    with visit(city_page, size) as seen:
        for row in seen.page.locator("[data-site]").all()[:3]:
            row.click()
        seen.page.wait_for_timeout(200)
        assert seen.wrong == []
        assert seen.asked == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert seen.page.locator("canvas").count() >= 1


@pytest.mark.parametrize(("tab", "beside"), [("decide", ".choice"), ("compare", "#ranking")])
def test_first_screen_holds_answer_map_and_what_there_is_to_choose(visit, city_page, tab, beside):
    with visit(city_page, fragment=f"tab={tab}") as seen:
        for selector in ("#answer", ".folium-map", beside):
            box = seen.page.locator(selector).bounding_box()
            assert box["height"] > 10
            assert box["y"] + box["height"] <= DESKTOP["height"] + 1, selector
        assert seen.page.locator(".folium-map").bounding_box()["width"] > DESKTOP["width"] / 2


def test_the_map_is_not_blank(whole):
    inked = whole.page.evaluate(
        """() => [...document.querySelectorAll("canvas")].map((canvas) => {
            const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            return pixels.filter((value, i) => i % 4 === 3 && value > 0).length;
        })"""
    )
    assert max(inked) > 1000


def test_marks_stand_on_their_sites(whole):
    far = whole.page.evaluate(
        """() => {
            const frame = document.querySelector(".folium-map").getBoundingClientRect();
            const off = (layer) => {
                const box = layer.getElement().getBoundingClientRect();
                const at = map_city.latLngToContainerPoint(layer.getLatLng());
                return Math.hypot(box.x + box.width / 2 - frame.x - at.x, box.y + box.height / 2 - frame.y - at.y);
            };
            return shapes_pins.getLayers().map(off);
        }"""
    )
    assert far and max(far) < 2


def test_row_click_selects_and_zooms_on_the_map(seen):
    row = seen.page.locator("#rows tr").nth(2)
    row.click()
    assert selected(seen.page) == ["2"]
    assert seen.page.locator(".pin.chosen").inner_text() == row.locator(".rank").inner_text()
    assert seen.page.locator("#card").is_visible()
    assert row.locator(".name").inner_text() in seen.page.locator("#card h2").inner_text()
    # the site is in view, and not under the card
    pin, card = seen.page.locator(".pin.chosen").bounding_box(), seen.page.locator("#card").bounding_box()
    frame = seen.page.locator(".folium-map").bounding_box()
    assert card["x"] + card["width"] < pin["x"] < frame["x"] + frame["width"]
    assert frame["y"] < pin["y"] < frame["y"] + frame["height"]
    assert seen.page.evaluate("map_city.getZoom()") >= 13


def test_marker_click_selects_and_shows_the_row(seen):
    pin = seen.page.locator(".pin").last
    rank = pin.inner_text()
    pin.dispatch_event("click")
    chosen = seen.page.locator('#rows tr[aria-current="true"]')
    assert chosen.locator(".rank").inner_text() == rank
    box, frame = chosen.bounding_box(), seen.page.locator("#ranking").bounding_box()
    assert frame["y"] <= box["y"] and box["y"] + box["height"] <= frame["y"] + frame["height"] + 1
    assert seen.page.locator("#card").is_visible()


def test_numbered_pins_never_hide_each_other(seen):
    seen.page.locator(".icon-whole").click()
    seen.page.wait_for_timeout(100)
    boxes = [pin.bounding_box() for pin in seen.page.locator(".pin").all()]
    middles = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
    gaps = [math.dist(a, b) for i, a in enumerate(middles) for b in middles[:i]]
    assert min(gaps) >= 22


def test_keyboard_selects_and_closes(seen):
    seen.page.locator("#rows tr").nth(1).focus()
    seen.page.keyboard.press("Enter")
    assert selected(seen.page) == ["1"]
    seen.page.keyboard.press("Escape")
    assert selected(seen.page) == []
    assert not seen.page.locator("#card").is_visible()
    seen.page.locator(".pin").first.focus()
    seen.page.keyboard.press("Enter")
    assert len(selected(seen.page)) == 1


def test_card_shows_every_criterion_beside_its_median_and_the_evidence(visit, made_up_page):
    with visit(made_up_page) as seen:
        seen.page.locator("#rows tr").first.click()
        card = seen.page.locator("#card")
        rows = card.locator(".measures > tbody > tr:not(.made)")
        assert rows.count() == 11
        assert rows.first.locator("td").count() == 3
        assert card.locator("a").evaluate_all("links => links.map((link) => link.href)") == [
            "https://commons.wikimedia.org/wiki/File:Old_mill.jpg",
            "https://commons.wikimedia.org/wiki/Category:Mills",
            "https://vi.wikipedia.org/wiki/Nh%C3%A0_m%C3%A1y_%22M%E1%BB%99t%22",
            "https://www.wikidata.org/wiki/Q42",
            "https://www.openstreetmap.org/way/100",
            "https://www.openstreetmap.org/edit?way=100",
        ]
        assert "More: photo 1 · photo 2 · Wikipedia · Wikidata" in card.inner_text()
        assert "Its rank lies between 1 and 5 in 90 %" in card.inner_text()


def test_hostile_names_are_inert_everywhere(visit, made_up_page):
    with visit(made_up_page) as seen:
        unwanted = "img[src=x], #card script, .leaflet-tooltip script, .leaflet-popup script"
        elements = f"document.querySelectorAll('{unwanted}').length"
        for i in range(5):
            seen.page.locator("[data-site]").nth(i).click()
            seen.page.evaluate("i => void shapes_pins.getLayers()[i].openTooltip()", i)
            assert MADE_UP["HOSTILE"][i] in seen.page.locator(".leaflet-tooltip").last.inner_text()
            assert MADE_UP["HOSTILE"][i] in seen.page.locator("#card").inner_text()
            assert seen.page.evaluate(elements) == 0
            seen.page.evaluate("i => void shapes_pins.getLayers()[i].closeTooltip()", i)
        for layer in ("spaces_core", "hulls"):
            seen.page.evaluate(f"void shapes_{layer}.getLayers()[0].openTooltip()")
        seen.page.evaluate("void shapes_spaces_core.getLayers()[0].openPopup()")
        assert MADE_UP["HOSTILE"][0] in seen.page.locator(".leaflet-popup").inner_text()
        assert seen.page.evaluate(elements) == 0
        assert seen.wrong == [] and seen.asked == []


def test_rows_beyond_the_first_are_shown_on_demand_and_by_their_marker(visit, made_up_page):
    with visit(made_up_page) as seen:
        assert seen.page.locator("#rows tr:visible").count() == 12
        seen.page.evaluate("void shapes_dots.getLayers().at(-1).fire('click')")
        assert seen.page.locator("#rows tr:visible").count() == 29
        assert seen.page.locator('#rows tr[aria-current="true"]').is_visible()


def test_out_of_reach_sites_open_a_card_with_the_reason(visit, made_up_page):
    with visit(made_up_page) as seen:
        seen.page.locator(".apart li").first.click()
        assert "Out of reach, not scored: no street within 200 m" in seen.page.locator("#card").inner_text()


def test_online_tiles_wait_until_they_are_asked_for(visit, tmp_path):
    html = MADE_UP["city_html"](ROOT, tmp_path, MADE_UP["frames"](), online_tiles=True)
    path = tmp_path / "tiles.html"
    path.write_text(html, encoding="utf-8")
    with visit(path) as seen:
        seen.page.wait_for_timeout(200)
        assert seen.asked == []
        seen.layer("Online tiles").click()
        seen.page.wait_for_timeout(300)
        assert seen.asked
        assert all(url.startswith("https://tiles.example/") for url in seen.asked)


def test_layers_can_be_switched_off(visit, made_up_page):
    with visit(made_up_page) as seen:
        drawn = """(name) => {
            const layer = window[`shapes_${name}`];
            return map_city.hasLayer(layer) && layer.getLayers().length;
        }"""
        assert seen.page.evaluate(drawn, "others_converted") == 4
        seen.layer("Industrial site, converted").click()
        assert seen.page.evaluate(drawn, "others_converted") is False
        assert seen.page.evaluate(drawn, "others_low") is False
        seen.layer("weak evidence").click()
        assert seen.page.evaluate(drawn, "others_low") == 2


# the colour in the middle of each sign, or where two of its lines meet
@pytest.mark.parametrize(("kind", "colour"), [("converted", (0, 158, 115)), ("lost", (125, 118, 107))])
def test_signs_are_drawn_on_their_sites_and_open_a_card(visit, made_up_page, kind, colour):
    with visit(made_up_page) as seen:
        seen.page.locator(".icon-whole").click()
        seen.page.wait_for_timeout(200)
        pixels = seen.page.evaluate(
            """(kind) => window[`shapes_others_${kind}`].getLayers().map((layer) => {
                const canvas = layer._renderer;
                const at = layer._point.subtract(canvas._bounds.min).multiplyBy(canvas._ctx.getTransform().a);
                return [...canvas._ctx.getImageData(Math.round(at.x), Math.round(at.y), 1, 1).data].slice(0, 3);
            })""",
            kind,
        )
        near = [pixel for pixel in pixels if max(abs(a - b) for a, b in zip(pixel, colour, strict=True)) < 45]
        assert len(near) >= 1
        seen.page.evaluate("(kind) => void window[`shapes_others_${kind}`].getLayers()[0].fire('click')", kind)
        assert "so it is no candidate" in seen.page.locator("#card").inner_text()


def test_the_completeness_of_mapping_is_a_layer_under_the_sites(visit, city_page):
    with visit(city_page) as seen:
        assert not seen.page.evaluate("map_city.hasLayer(feature_group_mapping)")
        box = seen.layer("How complete is the mapping")
        assert not box.is_checked()
        box.click()
        assert seen.page.evaluate("map_city.hasLayer(feature_group_mapping)")
        drawn = seen.page.evaluate(
            """() => ["thin", "fair", "good"].flatMap((grade) =>
                (window[`shapes_mapping_${grade}`]?.getLayers() ?? []).map((layer) => layer.feature.properties.i)
            ).sort((a, b) => a - b)"""
        )
        block = seen.page.evaluate("creativeNodes.data")
        assert drawn == list(range(len(block["hexagons"]))) != []
        # a site is still the one that is hit: in the order of the canvas it comes after every hexagon
        assert seen.page.evaluate(
            """() => {
                const order = [];
                const canvas = shapes_sites.getLayers()[0]._renderer;
                for (let one = canvas._drawFirst; one; one = one.next) order.push(one.layer);
                const hexagons = ["thin", "fair", "good"]
                    .flatMap((grade) => window[`shapes_mapping_${grade}`]?.getLayers() ?? []);
                const last = Math.max(...hexagons.map((layer) => order.indexOf(layer)));
                return Math.min(...shapes_sites.getLayers().map((layer) => order.indexOf(layer))) > last;
            }"""
        )
        assert seen.wrong == [] and seen.asked == []


def test_a_hexagon_tells_its_figures_and_a_card_that_mapping_is_thin(visit, made_up_page):
    with visit(made_up_page) as seen:
        seen.layer("How complete is the mapping").click()
        seen.page.evaluate("void shapes_mapping_thin.getLayers()[0].openTooltip()")
        told = seen.page.locator(".leaflet-tooltip").inner_text()
        assert told.splitlines()[:2] == ["Mapping here: thin", "1.5 named venues per 1,000 residents, city median 5.8"]
        block = seen.page.evaluate("creativeNodes.data")
        thin = next(i for i, site in enumerate(block["sites"][:12]) if "city median" in site.get("thin", ""))
        seen.page.locator(f'[data-site="{thin}"]').click()
        said = "Mapping around here is thin: 1.5 named venues per 1,000 residents, city median 5.8."
        assert said in seen.page.locator("#card").inner_text()


def drawn_areas(page) -> list[bool]:
    """Which areas lie on the map, from the one drawn first: true for the area on foot."""
    return page.evaluate("() => shapes_reached.getLayers().map((layer) => !layer.options.dashArray)")


def test_a_chosen_site_shows_the_ground_it_reaches_and_closing_takes_it_away(visit, made_up_page):
    with visit(made_up_page) as seen:
        assert drawn_areas(seen.page) == []
        seen.page.locator("#rows tr").nth(0).click()
        assert drawn_areas(seen.page) == [False, True]
        # the second is drawn on foot only, and stands in for the first
        seen.page.locator("#rows tr").nth(1).click()
        assert drawn_areas(seen.page) == [True]
        at = seen.page.evaluate("creativeNodes.data")["sites"][1]["at"]
        assert seen.page.evaluate("at => shapes_reached.getBounds().contains(L.latLng(at))", at)
        seen.page.keyboard.press("Escape")
        assert drawn_areas(seen.page) == []
        assert seen.wrong == []


def test_pointing_at_a_row_shows_its_ground_and_leaving_gives_back_the_chosen_one(visit, made_up_page):
    with visit(made_up_page) as seen:
        seen.page.locator("#rows tr").nth(2).hover()
        assert drawn_areas(seen.page) == [False, True]
        seen.page.locator("h1").hover()
        assert drawn_areas(seen.page) == []
        seen.page.locator("#rows tr").nth(1).click()
        seen.page.locator("#rows tr").nth(2).hover()
        assert drawn_areas(seen.page) == [False, True]
        seen.page.locator("h1").hover()
        assert drawn_areas(seen.page) == [True]


def test_the_ground_reached_hides_no_street(seen):
    seen.page.locator("#rows tr").first.click()
    styles = seen.page.evaluate("() => shapes_reached.getLayers().map((layer) => layer.options)")
    assert styles
    assert all(style["fillOpacity"] <= 0.2 and not style["interactive"] for style in styles)
    assert not seen.layer("Reached from the chosen site").is_checked()  # on demand


def test_a_card_tells_what_is_within_reach(visit, made_up_page):
    with visit(made_up_page) as seen:
        seen.page.locator("#rows tr").nth(1).click()
        card = seen.page.locator("#card")
        assert card.locator(".times").first.locator("tr.scored").count() == 2
        assert "15 min ✓" in card.locator(".times").first.inner_text()
        assert not card.locator(".times").nth(1).is_visible()
        card.locator("summary").click()
        assert "no such street or stop meets the site" in card.locator(".times").nth(1).inner_text()
        assert "12,000" in card.inner_text()


def test_a_criterion_opens_by_keyboard_and_tells_its_parts_as_text(visit, made_up_page):
    with visit(made_up_page) as seen:
        seen.page.locator("#rows tr").first.click()
        fold = seen.page.locator("#card .fold", has_text="Exchange")
        below = seen.page.locator("#card #" + fold.get_attribute("aria-controls"))
        assert not below.is_visible()
        fold.focus()
        seen.page.keyboard.press("Enter")
        assert fold.get_attribute("aria-expanded") == "true"
        told = below.inner_text()
        assert MADE_UP["HOSTILE"][2] in told and "and 6 others, together 0.16" in told
        assert below.locator("img, script").count() == 0
        seen.page.keyboard.press("Enter")
        assert not below.is_visible()
        gain = seen.page.locator("#card .fold", has_text="Network gain")
        gain.click()
        assert "whose network would grow" in seen.page.locator("#card").inner_text()


def test_the_walk_to_a_core_space_is_a_layer_under_the_sites_that_tells_its_figures(visit, made_up_page):
    with visit(made_up_page) as seen:
        assert not seen.page.evaluate("map_city.hasLayer(feature_group_served)")
        seen.layer("Walk to a core creative space").click()
        assert seen.page.evaluate("map_city.hasLayer(feature_group_served)")
        seen.page.evaluate("void shapes_served_walk30.getLayers()[0].openTooltip()")
        told = seen.page.locator(".leaflet-tooltip").inner_text()
        assert told.replace("\u00a0", " ").startswith("22 min on foot to the nearest core creative space")
        assert "2,000 residents" in told and "under-served" in told
        assert seen.page.evaluate(
            """() => {
                const order = [];
                const canvas = shapes_sites.getLayers()[0]._renderer;
                for (let one = canvas._drawFirst; one; one = one.next) order.push(one.layer);
                const of = (...names) => names
                    .flatMap((name) => window[`shapes_${name}`].getLayers())
                    .map((layer) => order.indexOf(layer));
                const lines = of("underserved");
                const cells = of("served_walk5", "served_walk30", "served_walkfar");
                return Math.min(...of("sites", "dots")) > Math.max(...lines) && Math.min(...lines) > Math.max(...cells);
            }"""
        )
        assert seen.wrong == []


def test_stations_are_a_layer_of_their_own(visit, made_up_page):
    with visit(made_up_page) as seen:
        assert not seen.page.evaluate("map_city.hasLayer(shapes_stations)")
        seen.layer("Rapid-transit station").click()
        seen.page.evaluate("void shapes_stations.getLayers()[0].openTooltip()")
        told = seen.page.locator(".leaflet-tooltip").inner_text()
        assert told.splitlines() == ["First", "Ga <b>Một</b>", "Rapid-transit station, 1 service"]


def test_a_page_of_many_candidates_stays_small(city_page):
    assert city_page.stat().st_size < 6_000_000


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_meets_contrast_aa(visit, made_up_page, theme):
    """Every visible text against the first opaque background behind it (WCAG 2, 4.5 to 1)."""
    with visit(made_up_page, fragment=f"theme={theme}") as seen:
        seen.page.locator("#rows tr").first.click()
        poor = seen.page.evaluate(
            """() => {
              const parse = (text) => text.match(/[\\d.]+/g).map(Number);
              const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
                .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
                .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
              const behind = (element) => {
                for (let e = element; e; e = e.parentElement) {
                  const color = parse(getComputedStyle(e).backgroundColor);
                  if (color.length < 4 || color[3] > 0.7) return color;
                }
                return [255, 255, 255];
              };
              return [...document.querySelectorAll("body *")]
                .filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
                .map((e) => {
                  const pair = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((a, b) => b - a);
                  return [(pair[0] + 0.05) / (pair[1] + 0.05), e.className + ": " + e.textContent.slice(0, 40)];
                })
                .filter(([ratio]) => ratio < 4.5);
            }"""
        )
        assert poor == []


def test_index_opens_without_errors_network_or_sideways_scroll(visit, tmp_path):
    from creative_nodes.report import page
    from creative_nodes.report.cities import index as cities
    from creative_nodes.report.cities.comparing import ComparedCity
    from creative_nodes.report.city.figures import snapshot_of

    row = ComparedCity(MADE_UP["settings"](ROOT), MADE_UP["frames"](), snapshot_of(MADE_UP["PROVENANCE"]))
    path = tmp_path / "index.html"
    page.write_page(page.index_html(partial(cities.index_page, [row] * 3)), path)
    for where in (path, *(report for report in REPORTS if report.stem == "index")):
        for size in (DESKTOP, PHONE):
            with visit(where, size) as seen:
                assert seen.wrong == [] and seen.asked == []
                assert seen.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
                assert seen.page.locator("article").count() >= 1
                columns = seen.page.locator(".compared thead th").count()
                assert columns == seen.page.locator("article").count()
                assert all(
                    row.locator("td").count() == columns for row in seen.page.locator(".compared tbody tr").all()
                )
