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
    label, said = (page.locator(f"dl > {tag} >> nth=0").evaluate("one => one.clientWidth") for tag in ("dt", "dd"))
    assert said > 1.5 * label


def test_a_hostile_name_is_text(opened, catalogue):
    page, _, wrong = opened
    folder, hostile = catalogue
    for name, where in (("x/space/c-n7.html", "h1"), ("x/index.html", "#places tbody a >> nth=0")):
        page.goto((folder / name).as_uri())
        assert page.locator(where).inner_text() == hostile
        assert page.locator("img").count() == 0 and page.title() != "run"
    assert wrong == []


def test_the_filters_leave_what_they_say(opened, catalogue):
    page, _, wrong = opened
    page.goto((catalogue[0] / "x/index.html").as_uri())
    rows = page.locator("#places tbody tr:visible")
    assert rows.count() == 5
    page.get_by_label("Owner").select_option("Community")
    assert rows.count() == 1 and page.locator("#shown").inner_text() == "1"
    page.get_by_label("Kind").select_option("site")
    assert rows.count() == 0
    page.get_by_label("Owner").select_option("")
    assert rows.count() == 2
    page.get_by_label("Kind").select_option("online")
    assert rows.count() == 1 and wrong == []
