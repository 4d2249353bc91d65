"""The catalogue in a real browser: no network, hostile names inert, filters that leave what they say."""

import runpy
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[1] / "unit"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    made = runpy.run_path(str(UNIT / "report/catalogued.py"))
    folder = tmp_path_factory.mktemp("catalogue")
    made["write"](folder)
    return folder / "catalogue", made["HOSTILE"]


@pytest.fixture
def opened(chromium):
    """Open files by their address; what they ask for beside themselves, and what goes wrong, is kept."""
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page, asked, wrong = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    yield page, asked, wrong
    context.close()


@pytest.mark.parametrize("name", ["index.html", "dictionary.html", "x/index.html", "x/space/c-n7.html"])
def test_a_page_asks_for_nothing_and_fits_a_phone(opened, catalogue, name):
    page, asked, wrong = opened
    address = (catalogue[0] / name).as_uri()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert (asked, wrong) == ([address], [])
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_phone_what_is_said_of_a_place_has_the_wider_column(opened, catalogue):
    page, _, _ = opened
    page.goto((catalogue[0] / "x/space/c-n7.html").as_uri())
    label, said = (
        page.locator(f"article:visible dl > {tag} >> nth=0").evaluate("one => one.clientWidth") for tag in ("dt", "dd")
    )
    assert said > 1.5 * label


def test_a_hostile_name_is_text(opened, catalogue):
    page, _, wrong = opened
    folder, hostile = catalogue
    for name, where in (
        ("x/space/c-n7.html", "article:visible h1"),
        ("x/index.html", "article:visible .places tbody a >> nth=0"),
    ):
        page.goto((folder / name).as_uri())
        assert page.locator(where).inner_text() == hostile
        assert page.locator("img").count() == 0 and page.title() != "run"
    assert wrong == []


def rows_of(page):
    return page.locator(".places tbody tr:visible")


@pytest.fixture
def listed(opened, catalogue):
    """The list of a city's places as it opens, its part in English, and what went wrong on it."""
    page, _, wrong = opened
    page.goto((catalogue[0] / "x/index.html").as_uri())
    return page, page.locator("article:visible"), wrong


def test_the_filters_leave_what_they_say(listed):
    page, english, wrong = listed
    rows = rows_of(page)
    assert rows.count() == 5
    english.get_by_label("Owner").select_option("community")
    assert rows.count() == 1 and english.locator(".shown").inner_text() == "1"
    english.get_by_label("Kind").select_option("site")
    assert rows.count() == 0 and english.get_by_text("No place fits this.").is_visible()
    english.get_by_label("Owner").select_option("")
    assert rows.count() == 2
    english.get_by_label("Kind").select_option("online")
    assert rows.count() == 1
    english.get_by_role("button", name="Show all places").click()
    assert rows.count() == 5 and "kind" not in page.url and wrong == []


def test_the_address_keeps_filters_search_and_language_and_back_returns(listed):
    page, english, wrong = listed
    english.get_by_label("Kind").select_option("site")
    english.get_by_label("Search names").press_sequentially("khanh hoi")
    page.get_by_role("link", name="Tiếng Việt").click()
    link = page.url
    assert page.locator("html").get_attribute("lang") == "vi" and rows_of(page).count() == 1
    # a reload and another reader see the same
    for again in (page.reload, lambda: (page.goto("about:blank"), page.goto(link))):
        again()
        vietnamese = page.locator("article:visible")
        assert vietnamese.get_attribute("lang") == "vi" and rows_of(page).count() == 1
        assert page.locator("article:visible input").input_value() == "khanh hoi"
        assert page.locator("article:visible select >> nth=0").input_value() == "site"
    # a place opens in the language, and Back finds the list as it was
    rows_of(page).locator("a").click()
    assert page.url.endswith("site/h-2.html#lang=vi")
    assert page.locator("article:visible").get_attribute("lang") == "vi"
    assert page.locator("article:visible .note a").get_attribute("href") == "../site/h-1.html#lang=vi"
    page.go_back()
    assert page.url == link and rows_of(page).count() == 1 and wrong == []


def test_back_takes_a_step_for_a_choice_and_one_for_a_search(listed):
    page, english, _ = listed
    english.get_by_label("Kind").select_option("site")
    english.get_by_label("Search names").press_sequentially("xuong")
    assert rows_of(page).count() == 1
    page.go_back()
    assert rows_of(page).count() == 2 and english.get_by_label("Kind").input_value() == "site"
    page.go_back()
    assert rows_of(page).count() == 5 and english.get_by_label("Kind").input_value() == ""


def test_language_and_theme_of_the_address_go_along(opened, catalogue):
    page, _, wrong = opened
    page.goto(f"{(catalogue[0] / 'index.html').as_uri()}#lang=vi&theme=dark")
    for _ in range(2):
        page.locator("article:visible li a, article:visible .places th a").first.click()
        assert page.locator("html").get_attribute("lang") == "vi"
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert "/x/" in page.url and "index.html" not in page.url and wrong == []


@pytest.mark.parametrize(
    "search", ["Khánh Hội", "khanh hoi", "KHANH", "Kha\u0301nh", "  khanh   hoi ", "hoi kho", "khanhhoi"]
)
def test_names_are_found_without_their_marks(listed, search):
    page, english, _ = listed
    english.get_by_label("Search names").fill(search)
    assert rows_of(page).count() == 1


@pytest.mark.parametrize("code", ["vi", "zh", "en"])
def test_without_a_script_the_address_chooses_the_language(chromium, catalogue, code):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    for name in ("index.html", "x/index.html", "x/site/h-2.html"):
        page.goto(f"{(catalogue[0] / name).as_uri()}#lang={code}")
        assert [one.get_attribute("lang") for one in page.locator("article:visible").all()] == [code]
    page.goto((catalogue[0] / "x/site/h-2.html").as_uri())
    assert [one.get_attribute("lang") for one in page.locator("article:visible").all()] == ["en"]
    context.close()


@pytest.mark.parametrize("name", ["index.html", "x/index.html", "x/space/c-n7.html"])
def test_a_page_opens_in_the_language_of_the_address_else_of_the_browser(chromium, catalogue, name):
    context = chromium.new_context(locale="vi-VN")
    page, address = context.new_page(), (catalogue[0] / name).as_uri()
    told = "[document.documentElement.lang, document.querySelector('.languages [aria-current]').lang]"
    for opened, code in ((address, "vi"), (f"{address}#lang=zh", "zh"), (f"{address}#lang=en", "en")):
        page.goto("about:blank")
        page.goto(opened)
        assert page.evaluate(told) == [code, code] and page.locator("article:visible").count() == 1
        assert page.title() == page.locator("article:visible").get_attribute("data-title")
    # English that was chosen goes along to the next page
    page.locator("article:visible a[href$='.html'] >> nth=0").click()
    assert page.evaluate(told) == ["en", "en"] and page.url.endswith("#lang=en")
    context.close()
