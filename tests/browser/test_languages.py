"""The language switch in a real browser: every word changes, and what the reader had opened stays."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FRONT = {"vi": "«việt»", "zh": "«中文»"}  # as in conftest.py
NAMES = {"vi": "Tiếng Việt", "zh": "中文", "en": "English"}
KINDS = ("made-up", "weighed", "index", "comparison")  # weighed: a city with live priorities

pytestmark = pytest.mark.browser


def switch(page, code):
    page.get_by_role("button", name=NAMES[code], exact=True).click()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", FRONT)
def test_the_switch_changes_every_part_title_and_lang(visit, spoken_pages, kind, code):
    with visit(spoken_pages[kind]) as seen:
        english = seen.page.title()
        assert not any(front in seen.page.content() for front in FRONT.values())
        switch(seen.page, code)
        assert seen.page.title().startswith(FRONT[code])
        assert seen.page.evaluate("document.documentElement.lang") == code
        parts = seen.page.eval_on_selector_all("[data-part]", "all => all.map((one) => one.innerHTML.trim())")
        assert parts and all(FRONT[code] in part for part in parts if part)
        pressed = seen.page.locator('[data-language][aria-pressed="true"]')
        assert pressed.all_inner_texts() == [NAMES[code]]
        switch(seen.page, "en")
        assert seen.page.title() == english and FRONT[code] not in seen.page.content()
        assert seen.wrong == [] and seen.asked == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_english_is_left_when_another_language_is_spoken(visit, spoken_pages, kind):
    """Headings, column heads, buttons, legend: each is a message, so each begins with the language's mark."""
    with visit(spoken_pages[kind], fragment="lang=vi") as seen:
        if kind == "made-up":
            seen.page.locator("[data-site]").first.click()
        left = seen.page.evaluate(
            """() => {
                const heads = "h2, h3, caption, summary, #card h3, #card thead th, button, .plain thead th";
                return [...document.querySelectorAll(`${heads}, .leaflet-control-layers label`)]
                    .filter((one) => !one.closest("#languages, .leaflet-control-zoom, article, #card h2, [data-show]"))
                    .filter((one) => /[a-z]{3}/i.test(one.textContent) && !one.textContent.includes("«việt»"))
                    .map((one) => one.outerHTML.slice(0, 160));
            }"""
        )
        assert left == []


def test_the_address_and_the_browser_choose_the_language(visit, spoken_pages):
    chosen = [("lang=vi", "en-GB"), ("", "vi-VN"), ("lang=en", "vi-VN"), ("", "zh-TW"), ("lang=xx", "fr-FR")]
    found = []
    for fragment, locale in chosen:
        with visit(spoken_pages["index"], fragment=fragment, locale=locale) as seen:
            found.append(seen.page.evaluate("document.documentElement.lang"))
    assert found == ["vi", "vi", "en", "zh", "en"]


def test_the_choice_stays_in_the_address_beside_what_else_stands_there(visit, spoken_pages):
    with visit(spoken_pages["made-up"], fragment="else=1") as seen:
        switch(seen.page, "zh")
        assert seen.page.evaluate("new URLSearchParams(location.hash.slice(1)).get('lang')") == "zh"
        assert seen.page.evaluate("new URLSearchParams(location.hash.slice(1)).get('else')") == "1"
        seen.page.reload()
        seen.page.wait_for_selector("html[data-ready=true]", state="attached")
        assert seen.page.evaluate("document.documentElement.lang") == "zh"


def test_selection_layers_and_open_rows_survive_the_switch(visit, spoken_pages):
    with visit(spoken_pages["made-up"]) as seen:
        page = seen.page
        seen.layer("How complete is the mapping").click()
        seen.layer("Industrial site, converted").click()
        page.locator("#all").click()
        page.locator("#rows tr").nth(2).click()
        before = page.evaluate("[map_city.getZoom(), map_city.getCenter().lat, map_city.getCenter().lng]")
        switch(page, "vi")
        current = page.eval_on_selector_all('[aria-current="true"]', "rows => rows.map((row) => row.dataset.site)")
        assert current == ["2"]
        assert page.locator("#card").is_visible() and FRONT["vi"] in page.locator("#card").inner_text()
        assert page.locator(".pin.chosen").count() == 1
        assert FRONT["vi"] in page.locator(".pin.chosen").get_attribute("aria-label")
        assert page.evaluate("map_city.hasLayer(feature_group_mapping)")
        assert seen.layer("How complete is the mapping").is_checked()
        boxes = page.locator(".leaflet-control-layers label", has_text="How complete is the mapping")
        assert FRONT["vi"] in boxes.inner_text() and boxes.locator("input").is_checked()
        converted = page.locator(".leaflet-control-layers label", has_text="Industrial site, converted")
        assert not converted.locator("input").is_checked()
        assert page.locator("#rows tr:visible").count() == 29
        after = page.evaluate("[map_city.getZoom(), map_city.getCenter().lat, map_city.getCenter().lng]")
        assert after == before
        page.evaluate("void shapes_mapping_thin.getLayers()[0].openTooltip()")
        assert page.locator(".leaflet-tooltip").inner_text().startswith(FRONT["vi"])
        assert seen.wrong == []


def test_the_focus_stays_on_the_switch(visit, spoken_pages):
    with visit(spoken_pages["made-up"]) as seen:
        seen.page.locator('[data-language="vi"]').focus()
        seen.page.keyboard.press("Enter")
        assert seen.page.evaluate("document.activeElement.dataset.language") == "vi"


def test_numbers_are_written_as_the_language_does(visit, spoken_pages):
    with visit(spoken_pages["made-up"]) as seen:
        figures = seen.page.locator(".part section", has_text="123,456")
        assert figures.count() >= 1
        seen.page.locator("#rows tr").first.click()
        seen.page.evaluate("void shapes_hulls.getLayers()[0].openTooltip()")
        assert "0.005" in seen.page.locator(".leaflet-tooltip").inner_text()
        seen.page.evaluate("void shapes_hulls.getLayers()[0].closeTooltip()")
        switch(seen.page, "vi")
        text = seen.page.locator("body").inner_text()
        assert "123.456" in text and "123,456" not in text
        assert "0,82" in seen.page.locator("#rows tr .score").first.inner_text()
        seen.page.evaluate("void shapes_hulls.getLayers()[0].openTooltip()")
        assert "0,005" in seen.page.locator(".leaflet-tooltip").inner_text()
        switch(seen.page, "zh")
        assert "123,456" in seen.page.locator("body").inner_text()
