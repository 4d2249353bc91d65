"""What a reader does on a city's page in a real browser: sort and filter, follow links, print, look terms up."""

import re
import runpy
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

ROOT = Path(__file__).parents[2]
MADE_UP = runpy.run_path(str(ROOT / "tests" / "unit" / "report" / "made_up.py"))
LANGUAGES = ("en", "vi", "zh")

pytestmark = pytest.mark.browser


def shown_rows(page) -> list[int]:
    return page.eval_on_selector_all(
        "#rows tr", "rows => rows.filter((row) => row.offsetHeight).map((row) => +row.dataset.site)"
    )


# ---------------------------------------------------------------- sort and filter


def test_filters_leave_the_rows_that_fit_fade_the_rest_on_the_map_and_survive_another_language(visit, made_up_page):
    with visit(made_up_page) as seen:
        page = seen.page
        sites = page.evaluate("creativeNodes.data.sites")
        ranked = [i for i, site in enumerate(sites) if site.get("rank")]
        wanted = [i for i in ranked if sites[i]["status"] == "brownfield"]
        apart = sum(site["status"] == "brownfield" for site in sites) - len(wanted)
        assert 0 < len(wanted) < 12
        page.locator("[data-filter=status]").select_option(label=f"brownfield ({len(wanted) + apart})")
        assert shown_rows(page) == wanted
        assert page.locator("#shown-rows").inner_text() == (f"{len(wanted) + apart} of {len(sites)} candidates shown.")
        faded = page.evaluate(
            "shapes_pins.getLayers().filter((pin) => pin.getElement().classList.contains('faded'))"
            ".map((pin) => pin.feature.properties.i)"
        )
        assert faded == [i for i in ranked[:10] if i not in wanted]
        opacity = page.evaluate(
            "shapes_dots.getLayers().map((dot) => [dot.feature.properties.i, dot.options.fillOpacity < 0.2])"
        )
        assert opacity == [[i, i not in wanted] for i in ranked[10:]]
        page.locator("[data-language=vi]").click()
        assert shown_rows(page) == wanted
        page.locator("#no-filters").click()
        assert len(shown_rows(page)) == 12
        assert page.locator(".pin.faded").count() == 0
        assert seen.wrong == []


def test_rows_sort_by_name_and_score_with_the_keyboard(visit, made_up_page):
    with visit(made_up_page) as seen:
        page = seen.page
        sites = [site for site in page.evaluate("creativeNodes.data.sites") if site.get("rank")]
        page.locator("#all").click()
        page.locator("[data-sort=name]").focus()
        page.keyboard.press("Enter")
        rows = shown_rows(page)
        assert sorted(rows) == list(range(len(sites))) and rows != sorted(rows)
        names = [sites[i]["name"] for i in rows]
        assert names == page.evaluate("names => [...names].sort((a, b) => a.localeCompare(b, 'en-GB'))", names)
        assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Site")
        page.locator("[data-sort=score]").click()
        page.locator("[data-sort=score]").click()
        scores = [sites[i]["score"] for i in shown_rows(page)]
        assert scores == sorted(scores)
        assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Score")


def test_the_links_that_the_numbered_sites_would_have_are_a_layer_that_follows_the_numbers(visit, made_up_page):
    with visit(made_up_page) as seen:
        assert not seen.page.evaluate("map_city.hasLayer(shapes_new_links)")
        seen.layer("New links with the numbered sites").click()
        lines = seen.page.evaluate("shapes_new_links.getLayers()[0].getLatLngs().length")
        numbered = seen.page.evaluate("creativeNodes.data.sites.filter((site) => site.rank && site.rank <= 10)")
        assert lines == sum(len(site.get("linked", [])) for site in numbered) == 3


def test_a_site_takes_one_page_of_a4_with_two_maps_and_room_for_notes(visit, city_page):
    with visit(city_page) as seen:
        page = seen.page
        for code in LANGUAGES:
            seen.speak(code)
            for i in range(min(3, page.evaluate("creativeNodes.data.sites.length"))):
                page.evaluate(f"void creativeNodes.openSheet('sites', {i})")
                site = page.evaluate(f"creativeNodes.data.sites[{i}]")
                assert page.locator("#sheet h2").text_content() == f"{site['rank']}. {site['name']}"
                assert page.locator("#sheet svg").count() == 2 and page.locator("#sheet svg path").count() >= 2
                assert site["settle"] in page.locator("#sheet").inner_text()
                page.locator("#sheet textarea").fill("ask the owner")
                printed = page.pdf(prefer_css_page_size=True, print_background=True)
                assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
            page.keyboard.press("Escape")
        assert seen.wrong == [] and seen.asked == []


def test_a_site_in_one_page_opens_from_its_card_and_its_address_and_keeps_notes_over_languages(visit, made_up_page):
    with visit(made_up_page, fragment="tab=compare") as seen:
        page = seen.page
        page.locator("#rows [data-site='2']").click()
        page.locator("#card .open-sheet").click()
        page.locator("#sheet textarea").fill("ask the owner")
        page.evaluate("creativeNodes.speak('vi')")
        assert page.locator("#sheet textarea").input_value() == "ask the owner"
        kept = page.url.split("#")[1]
        page.keyboard.press("Escape")
        assert page.locator("#sheet").count() == 0 and "sheet=" not in page.url
    with visit(made_up_page, fragment=kept) as seen:
        assert seen.page.locator("#sheet h2").is_visible() and not seen.page.locator("main").is_visible()


@pytest.fixture(scope="module")
def chinese_page(tmp_path_factory):
    """A page of a Chinese city whose sites have a Chinese name alone: it tells more of them where that is spelt out."""
    folder, frames = tmp_path_factory.mktemp("chinese"), MADE_UP["frames"]()
    nameless = dict.fromkeys(("name_en", "name_vi", "name_zh"), "")
    named = frames["candidates"].assign(name="纺纱厂", **nameless)
    path = folder / "chinese.html"
    path.write_text(MADE_UP["city_html"](ROOT, folder, frames | {"candidates": named}, country="CN"), encoding="utf-8")
    return path


@pytest.mark.parametrize(("code", "name"), [("en", "Fang Shachang"), ("vi", "Fang Shachang"), ("zh", "纺纱厂")])
def test_a_site_tells_all_of_itself_where_a_language_tells_more_of_it_than_another(visit, chinese_page, code, name):
    with visit(chinese_page, fragment=f"lang={code}") as seen:
        sites = seen.page.evaluate(
            "creativeNodes.data.sites.map(({ name, heritage_class, evidence }) => ({ name, heritage_class, evidence }))"
        )
        assert sites and all(site["heritage_class"] and site["evidence"] for site in sites)
        assert sites[0]["name"] == name
        seen.page.locator("[data-site]").first.click()
        told = seen.page.locator("#card").inner_text()
        assert "undefined" not in told and sites[0]["heritage_class"] in told
        assert ("拼音" in told or "pinyin of" in told or "pinyin của" in told) == (code != "zh")


def test_every_site_of_a_page_has_its_class_and_its_words(visit, city_page):
    with visit(city_page) as seen:
        for code in LANGUAGES:
            seen.speak(code)
            assert seen.page.evaluate("document.documentElement.lang") == code
            without = seen.page.evaluate(
                "[...creativeNodes.data.sites, ...creativeNodes.data.others]"
                ".filter((one) => !one.heritage_class || !one.status_words).map(({ name }) => name)"
            )
            assert without == [], code


def test_on_paper_the_page_is_unfolded_and_has_no_controls(visit, made_up_page):
    with visit(made_up_page) as seen:
        seen.page.emulate_media(media="print")
        seen.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert seen.page.locator("main details:not([open])").count() == 0
        for control in (".languages", "#all", ".leaflet-control-zoom", "#priorities"):
            assert not seen.page.locator(control).first.is_visible(), control
        assert seen.page.locator("#rows tr:visible").count() == 29
        seen.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert seen.page.locator("main details[open]").count() == 0


# ---------------------------------------------------------------- words explained


def test_a_question_mark_opens_what_the_word_means_in_place_and_in_another_language(visit, made_up_page):
    with visit(made_up_page) as seen:
        page = seen.page
        button = page.locator("button[data-term=marks]")
        assert button.get_attribute("aria-label") == "What is “holds, open, does not hold”?"
        button.focus()
        page.keyboard.press("Enter")
        note = page.locator("[role=note]#meaning-marks")
        assert note.inner_text() == page.evaluate("creativeNodes.data.terms.marks")
        assert button.get_attribute("aria-expanded") == "true"
        page.locator("[data-language=vi]").click()
        assert note.inner_text() == page.evaluate("creativeNodes.data.terms.marks")
        page.locator("button[data-term=marks]").focus()
        page.keyboard.press("Escape")
        assert note.count() == 0
        assert page.locator("button[data-term=marks]").get_attribute("aria-expanded") == "false"
        assert "term" not in page.evaluate("location.hash") and seen.wrong == []


def test_the_layer_of_residents_is_switched_on_in_the_legend_and_tells_who_lives_there(visit, made_up_page):
    with visit(made_up_page) as seen:
        page = seen.page
        assert page.evaluate("map_city.hasLayer(feature_group_crowds)") is False
        seen.layer("Residents in a hexagon").click()
        assert page.evaluate("map_city.hasLayer(feature_group_crowds)") is True
        said = page.evaluate(
            "shapes_crowds_crowd5.getLayers().map((layer) => { layer.openTooltip();"
            " return layer.getTooltip().getElement().innerText; })"
        )
        assert len(said) == 1 and said[0].startswith("4,000 residents")
        assert seen.wrong == []


def test_creative_spaces_of_one_domain_stand_out_on_the_map(visit, made_up_page):
    drawn = (
        "['core', 'intermediate', 'supporting'].flatMap((tier) => window[`shapes_spaces_${tier}`]?.getLayers() ?? [])"
        ".map((dot) => [dot.feature.properties.i, dot.options.fillOpacity > 0.5])"
    )
    with visit(made_up_page) as seen:
        page = seen.page
        domains = [space[2] for space in page.evaluate("creativeNodes.data.spaces")]
        rows = shown_rows(page)
        assert len(set(domains)) > 1
        page.locator("[data-filter=domain]").select_option(label=f"{domains[-1]} ({domains.count(domains[-1])})")
        for _ in range(2):
            found = dict(page.evaluate(drawn))
            assert found == {i: domain == domains[-1] for i, domain in enumerate(domains)}
            page.locator("[data-language=vi]").click()
        assert shown_rows(page) == rows
        page.locator("#no-filters").click()
        assert all(dict(page.evaluate(drawn)).values()) and page.locator("[data-filter=domain]").input_value() == ""
        assert seen.wrong == []


def test_districts_filter_the_ranking_where_the_map_data_have_them(visit, tmp_path):
    made = MADE_UP["frames"]()
    west = made["study_area"].geometry.iloc[0].centroid.x
    areas = {"West <b>": box(west - 1, 20, west, 22), "East": box(west, 20, west + 1, 22)}
    districts = gpd.GeoDataFrame({"name": list(areas)}, geometry=list(areas.values()), crs=4326)
    path = tmp_path / "districts.html"
    path.write_text(MADE_UP["city_html"](ROOT, tmp_path, made, districts=districts), encoding="utf-8")
    with visit(path) as seen:
        sites = seen.page.evaluate("creativeNodes.data.sites")
        told = seen.page.locator("[data-filter=district] option").all_inner_texts()
        n = {name: sum(site["district"] == name for site in sites) for name in areas}
        assert set(told[1:]) == {f"{name} ({count})" for name, count in n.items()} and min(n.values()) > 0
        seen.page.locator("[data-filter=district]").select_option(label=f"East ({n['East']})")
        assert all(sites[i]["district"] == "East" for i in shown_rows(seen.page))
        assert seen.wrong == []


# ---------------------------------------------------------------- where a node would connect most, and what was decided


def test_network_gain_is_a_layer_under_the_sites_that_the_text_opens(visit, made_up_page):
    with visit(made_up_page) as seen:
        page = seen.page
        assert not page.evaluate("map_city.hasLayer(feature_group_gains)")
        page.locator(".also + p .onmap").click()
        assert page.evaluate("map_city.hasLayer(feature_group_gains)")
        assert seen.layer("Network gain of a node").is_checked()
        page.evaluate("void shapes_gains_gain4.getLayers()[0].openTooltip()")
        told = page.locator(".leaflet-tooltip").inner_text().splitlines()
        assert told[:2] == ["Network gain here: 0.05 spaces", "enough to bridge a gap"]
        page.evaluate("void shapes_gains_gain1.getLayers()[0].openTooltip()")
        little = page.locator(".leaflet-tooltip", has_text="Network gain here: 0.01 spaces")
        assert "enough to bridge a gap" not in little.inner_text()
        assert page.evaluate(
            """() => {
                const order = [];
                const canvas = shapes_sites.getLayers()[0]._renderer;
                for (let one = canvas._drawFirst; one; one = one.next) order.push(one.layer);
                const of = (...names) => names
                    .flatMap((name) => window[`shapes_${name}`].getLayers())
                    .map((layer) => order.indexOf(layer));
                return Math.min(...of("sites", "dots")) > Math.max(...of("gains_gain1", "gains_gain4"));
            }"""
        )
        page.locator("[data-language=vi]").click()
        page.locator("#gaps .spots .onmap").first.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("map_city.hasLayer(feature_group_gains)")
        assert page.evaluate("map_city.getBounds().intersects(shapes_gains_gain4.getBounds())")
        inside = page.evaluate("document.querySelector('.mapbox').getBoundingClientRect().bottom > 0")
        assert inside and seen.wrong == [] and seen.asked == []


def test_clusters_correlations_and_decisions_stand_in_tables_that_a_phone_can_read(visit, made_up_page):
    for size in (None, {"width": 390, "height": 844}):
        with visit(made_up_page, **({"size": size} if size else {})) as seen:
            page = seen.page
            first, second = page.locator("#record tbody tr").all()
            assert "rank 1 of 29" in first.inner_text() and "in the set of this run" in first.inner_text()
            assert "not located" in second.inner_text() and MADE_UP["HOSTILE"][0] in second.inner_text()
            assert "map older" in second.inner_text()
            assert "may be older than a decision" in page.locator("#record").inner_text()
            links = page.locator("#record a").all()
            assert [link.get_attribute("href") for link in links] == ["https://example.org/list"] * 2
            assert "9 spaces" in page.locator("#nodes tbody tr").nth(1).inner_text()
            cells = page.locator(".related tbody td")
            assert cells.count() == 28
            wide = page.viewport_size["width"]
            assert all(cell.bounding_box()["x"] + cell.bounding_box()["width"] <= wide for cell in cells.all())
            assert page.evaluate("document.documentElement.scrollWidth") <= wide
            assert seen.wrong == [] and seen.asked == []
