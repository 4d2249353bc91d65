"""The tabs of a city's page in a real browser: what is in view first, what the address keeps, Back, paper."""

import re

import pytest

pytestmark = pytest.mark.browser
LANGUAGES = ("en", "vi", "zh")
TABS = ["decide", "compare", "evidence", "method", "all"]
MOST_WORDS = 300  # of the first screen
PHONE = {"width": 390, "height": 844}

# words (numbers are none) of what stands within the first screen, as the browser tells them apart in that language; the
# names of streets and quarters on the map are looked up, not read, and the sites named there are read
FIRST_SCREEN = """(language) => {
  const segmenter = new Intl.Segmenter(language, { granularity: "word" });
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let words = 0;
  while (walker.nextNode()) {
    const frame = walker.currentNode.parentElement;
    const { top, right, height } = frame.getBoundingClientRect();
    if (!frame.checkVisibility() || !height || top > innerHeight || right < 0) continue;
    if (frame.matches("[class*=named-]")) continue;
    const parts = [...segmenter.segment(walker.currentNode.data)];
    words += parts.filter(({ isWordLike, segment }) => isWordLike && /\\p{L}/u.test(segment)).length;
  }
  return words;
}"""


def in_view(page):
    """The tabs whose parts can be seen."""
    frames = page.locator("[data-of]")
    seen = set()
    for k in range(frames.count()):
        if frames.nth(k).evaluate("(frame) => getComputedStyle(frame).display !== 'none'"):
            seen.update(frames.nth(k).get_attribute("data-of").split())
    return seen


@pytest.fixture(scope="module")
def decided(visit, city_page):
    """A city's page as it opens, for the tests that switch its language and print it."""
    with visit(city_page, fragment="tab=decide") as opened:
        yield opened


def test_the_first_screen_is_the_answer_in_under_three_hundred_words(decided):
    for code in LANGUAGES:
        decided.speak(code)
        assert decided.page.evaluate("document.documentElement.lang") == code
        assert decided.page.locator("body").get_attribute("data-tab") == "decide"
        assert decided.page.evaluate(FIRST_SCREEN, code) < MOST_WORDS
        for part in ("#answer .lead", ".choice", ".folium-map"):
            assert decided.page.locator(part).bounding_box()["y"] < 900
        assert decided.page.locator(".marks li").count() in (0, 3)
    assert decided.wrong == [] and decided.asked == []


def test_each_tab_shows_its_parts_alone_and_everything_shows_all(visit, made_up_page):
    with visit(made_up_page, fragment="tab=decide") as seen:
        page = seen.page
        for tab in TABS:
            page.locator(f"#tab-{tab}").click()
            assert page.locator("[aria-selected=true]").get_attribute("data-tab") == tab
            shown = in_view(page)
            assert (tab in shown or tab == "all") and (tab != "all" or shown >= set(TABS[1:4]))
            own = {"decide": {"decide", "compare"}, "compare": {"decide", "compare"}}.get(tab, {tab})
            assert tab == "all" or shown <= own
        assert seen.wrong == []


def test_the_address_keeps_the_tab_and_back_returns_to_it(visit, made_up_page):
    with visit(made_up_page, fragment="lang=vi&tab=decide") as seen:
        page = seen.page
        page.locator("#tab-compare").click()
        page.locator("#tab-method").click()
        assert "tab=method" in page.url and "lang=vi" in page.url
        page.go_back()
        page.wait_for_selector("body[data-tab=compare]")
        page.go_back()
        page.wait_for_selector("body[data-tab=decide]")
        page.go_forward()
        page.wait_for_selector("body[data-tab=compare]")


def test_a_link_to_a_site_opens_it_and_the_address_keeps_the_chosen_site(visit, made_up_page):
    with visit(made_up_page, fragment="tab=compare") as seen:
        page = seen.page
        page.locator("#rows [data-site='3']").click()
        kept = page.url.split("#")[1]
        site = page.evaluate("creativeNodes.data.sites[3]")
        assert f"site={site['site_id']}" in kept
    with visit(made_up_page, fragment=kept) as seen:
        assert seen.page.locator("#card h2").inner_text() == f"{site['rank']}. {site['name']}"
        seen.page.locator("#card .close").click()
        assert "site=" not in seen.page.url


def test_the_address_keeps_where_the_map_was_moved_to(visit, made_up_page):
    with visit(made_up_page, fragment="tab=decide") as seen:
        assert "map=" not in seen.page.url
        seen.page.locator(".folium-map").click(position={"x": 300, "y": 420})
        seen.page.keyboard.press("+")
        seen.page.wait_for_url(re.compile("map="))
        zoom = seen.page.evaluate("map_city.getZoom()")
        kept = seen.page.url.split("#")[1]
        middle = seen.page.evaluate("map_city.getCenter()")
    with visit(made_up_page, fragment=kept) as seen:
        assert seen.page.evaluate("map_city.getZoom()") == zoom
        again = seen.page.evaluate("map_city.getCenter()")
        assert (again["lat"], again["lng"]) == pytest.approx((middle["lat"], middle["lng"]), abs=2e-3)


def test_tabs_are_walked_with_the_arrow_keys(visit, made_up_page):
    with visit(made_up_page, fragment="tab=decide") as seen:
        page = seen.page
        page.locator("#tab-decide").focus()
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.id") == "tab-compare"
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        assert page.evaluate("document.activeElement.id") == "tab-all"
        page.keyboard.press("Home")
        assert page.evaluate("document.activeElement.id") == "tab-decide"
        page.keyboard.press("End")
        assert page.locator("body").get_attribute("data-tab") == "all"


def test_the_recommended_sites_are_named_on_the_map_within_its_frame(visit, city_page):
    for size in ({"width": 1440, "height": 900}, PHONE):
        with visit(city_page, size, fragment="tab=decide") as seen:
            members = seen.page.evaluate(
                "(creativeNodes.data.choice[0] ?? []).map((i) => creativeNodes.data.sites[i].name)"
            )
            labels = seen.page.locator(".set-name:not(.beside-set) .name")
            assert [labels.nth(k).inner_text() for k in range(labels.count())] == [
                re.sub(r"\s+", " ", name) for name in members
            ]
            seen.page.locator("#tab-compare").click()
            assert seen.page.locator(".set-name").count() == 0


def test_a_site_of_the_choice_is_shown_where_it_is(visit, made_up_page):
    with visit(made_up_page, fragment="tab=decide") as seen:
        button = seen.page.locator("[data-show]").first
        button.click()
        assert button.inner_text() in seen.page.locator("#card h2").inner_text()


def test_the_language_goes_along_to_the_other_pages(decided):
    decided.speak("zh")
    links = decided.page.locator(".crumb a")
    if links.count():
        decided.page.evaluate("document.querySelector('.crumb a').addEventListener('click', (e) => e.preventDefault())")
        links.first.click()
        assert links.first.get_attribute("href").endswith("index.html#lang=zh")


def test_on_paper_the_answer_takes_four_pages_at_most(decided):
    for code in LANGUAGES:
        decided.speak(code)
        printed = decided.page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) <= 4, code


SET_IN_VIEW = """() => {
  const frame = document.querySelector('.mapframe').getBoundingClientRect();
  return [...document.querySelectorAll('.set-name:not(.beside-set)')].every((name) => {
    const box = name.getBoundingClientRect();
    return box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
  });
}"""


def test_on_paper_the_map_is_light_and_keeps_in_view_what_was_in_view(visit, city_page):
    with visit(city_page, fragment="theme=dark") as seen:
        page = seen.page
        assert page.evaluate(SET_IN_VIEW)
        before = page.locator(".mapframe").bounding_box()
        scale = page.locator(".leaflet-control-scale-line").inner_text()
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate("document.documentElement.dataset.theme") == "light"
        assert page.locator(".mapframe").bounding_box()["width"] == pytest.approx(186 / 25.4 * 96, abs=1)
        assert page.evaluate(SET_IN_VIEW)
        # a picture stands for each canvas, as it was drawn for paper
        stills = page.locator(".mapframe .still")
        assert stills.count() == page.locator(".mapframe .leaflet-pane canvas").count() > 0
        assert all(len(still.get_attribute("src")) > 1000 for still in stills.all())
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        assert page.locator(".mapframe").bounding_box() == before and stills.count() == 0
        assert page.locator(".leaflet-control-scale-line").inner_text() == scale


def test_filters_set_elsewhere_are_told_where_they_dim_the_map(visit, made_up_page):
    with visit(made_up_page, fragment="tab=compare") as seen:
        seen.page.locator("[data-filter=status]").select_option(index=1)
        seen.page.locator("#tab-decide").click()
        assert seen.page.locator("#not-the-run").inner_text() == "The filters of the tab Compare dim sites on the map."
        seen.page.locator("#tab-compare").click()
        seen.page.locator("#no-filters").click()
        seen.page.locator("#tab-decide").click()
        assert not seen.page.locator("#not-the-run").is_visible()


# ---------------------------------------------------------------- the table


ROWS = """() => [...document.querySelectorAll("#rows tr")].filter((row) => row.checkVisibility())
    .map((row) => +row.dataset.site)"""


def test_filter_and_sort_stand_in_the_address_and_a_link_restores_them_in_every_language(visit, made_up_page):
    with visit(made_up_page, fragment="tab=compare") as seen:
        page = seen.page
        page.locator("[data-filter=status]").select_option("brownfield")
        page.locator("[data-filter=heritage_class]").select_option(index=1)
        page.locator("[data-sort=name]").click()
        page.locator("[data-sort=name]").click()
        rows = page.evaluate(ROWS)
        kept = page.url.split("#")[1]
        assert "status=brownfield" in kept and "sort=-name" in kept and "class=" in kept
    for code in ("en", "vi", "zh"):
        with visit(made_up_page, fragment=f"{kept}&lang={code}") as seen:
            assert sorted(seen.page.evaluate(ROWS)) == sorted(rows)
            assert seen.page.locator("[data-filter=status]").input_value() == "brownfield"
            assert seen.page.locator("th[aria-sort=descending] [data-sort=name]").count() == 1
            assert seen.wrong == []


def test_back_takes_filters_and_sort_back_one_by_one(visit, made_up_page):
    with visit(made_up_page, fragment="tab=compare") as seen:
        page = seen.page
        rows = [page.evaluate(ROWS)]
        page.locator("[data-filter=status]").select_option("brownfield")
        rows.append(page.evaluate(ROWS))
        page.locator("[data-sort=name]").click()
        assert len({tuple(one) for one in (*rows, page.evaluate(ROWS))}) >= 2
        for before in rows[::-1]:
            page.go_back()
            page.wait_for_timeout(200)
            assert page.evaluate(ROWS) == before
        page.go_forward()
        page.wait_for_timeout(200)
        assert page.evaluate(ROWS) == rows[1]
        page.locator("#no-filters").click()
        assert "status=" not in page.url
        page.go_back()
        page.wait_for_timeout(200)
        assert page.evaluate(ROWS) == rows[1]


def test_what_cannot_be_reused_now_is_grey_with_the_reason_and_stays_in_sight(visit, made_up_page):
    with visit(made_up_page, fragment="tab=compare") as seen:
        page = seen.page
        before = page.evaluate(ROWS)
        page.get_by_label("Could be reused now").check()
        assert page.evaluate(ROWS) == before and "reuse=1" in page.url
        statuses = page.evaluate("creativeNodes.data.sites.map((site) => site.status)")
        for i in before:
            row = page.locator(f'#rows [data-site="{i}"]')
            free = statuses[i] in ("to_be_vacated", "vacated", "brownfield", "not_known")
            assert row.evaluate("(row) => row.classList.contains('greyed')") is not free
            assert row.locator(".not-now").count() == (0 if free else 1)
        assert {statuses[i] for i in before} & {"in_use"}
        page.get_by_label("Could be reused now").uncheck()
        assert page.locator(".greyed, .not-now").count() == 0


def test_each_row_draws_its_range_of_ranks_and_says_what_it_brings_beside_a_typical_place(visit, made_up_page):
    with visit(made_up_page, fragment="tab=compare") as seen:
        sites = seen.page.evaluate("creativeNodes.data.sites")
        n = sum("rank" in site for site in sites)
        for i, site in enumerate(sites[:8]):
            row = seen.page.locator(f'#rows [data-site="{i}"]')
            outer, inner = (row.locator(part).bounding_box() for part in (".range", ".range > span"))
            assert inner["x"] - outer["x"] == pytest.approx(outer["width"] * (site["rank_low"] - 1) / n, abs=1.5)
            share = (site["rank_high"] - site["rank_low"] + 1) / n
            assert inner["width"] == pytest.approx(max(outer["width"] * share, 3), abs=1.5)
            assert row.locator(".unit-of").count() == 2
            assert "median" in row.locator(".unit-newly_served").inner_text()


@pytest.mark.parametrize("size", [{"width": 1280, "height": 1024}, {"width": 1400, "height": 1000}], ids=str)
def test_a_link_to_a_site_brings_it_into_view_and_its_card_keeps_within_its_frame(visit, city_page, size):
    with visit(city_page, size) as seen:
        sites = seen.page.evaluate("creativeNodes.data.sites.filter(({ rank }) => rank).map(({ site_id }) => site_id)")
    for site in (sites[0], sites[-1]):
        with visit(city_page, size, fragment=f"tab=decide&site={site}") as seen:
            for code in LANGUAGES:
                seen.speak(code)
                wide = "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.getElementById('card'))"
                assert seen.page.evaluate(wide) <= 1, (site, code)
            at = seen.page.evaluate(
                "id => map_city.latLngToContainerPoint(creativeNodes.data.sites.find((one) => one.site_id === id).at)",
                site,
            )
            frame = seen.page.locator(".folium-map").bounding_box()
            assert 20 < at["x"] < frame["width"] - 20 and 20 < at["y"] < frame["height"] - 20, site
