"""Sites side by side, two sets, and the card beside the map, in a real browser."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
JUDGED = runpy.run_path(str(ROOT / "tests" / "browser" / "test_judged.py"))
PHONE = {"width": 390, "height": 844}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return JUDGED["Town"](tmp_path_factory.mktemp("compared"))


def columns(page):
    return page.locator("#versus thead [data-show]").evaluate_all("(all) => all.map((one) => +one.dataset.show)")


def cells(page, row):
    """The cells of a row of the table of sites."""
    lines = page.locator("#versus table").first.locator("tbody tr")
    found = [k for k in range(lines.count()) if lines.nth(k).locator("th").inner_text().startswith(row)]
    return lines.nth(found[0]).locator("td")


def test_boxes_of_the_table_put_sites_side_by_side_and_the_address_keeps_them(visit, town):
    with visit(town.path, fragment="tab=compare") as seen:
        page = seen.page
        for i in (0, 3, 5):
            page.locator(f'#rows [data-pick="{i}"]').check()
        assert columns(page) == [0, 3, 5]
        assert page.locator("#card").is_hidden()  # a box is not the row
        ids = page.evaluate("[0, 3, 5].map((i) => creativeNodes.data.sites[i].site_id)")
        kept = page.url.split("#")[1]
        assert f"sites={'+'.join(ids)}" in kept
        page.go_back()
        page.wait_for_timeout(200)
        assert columns(page) == [0, 3] and not page.locator('#rows [data-pick="5"]').is_checked()
        assert seen.wrong == []
    with visit(town.path, fragment=f"{kept}&lang=zh") as again:
        assert columns(again.page) == [0, 3, 5]
        assert again.page.locator('#rows [data-pick="3"]').is_checked()
        assert again.wrong == []


def test_each_criterion_stands_in_natural_units_with_a_bar(visit, town):
    with visit(town.path, fragment="tab=compare") as seen:
        page = seen.page
        for i in (1, 2):
            page.locator(f'#rows [data-pick="{i}"]').check()
        criteria = page.evaluate("creativeNodes.data.criteria.map((one) => one[0])")
        known = page.evaluate("livePriorities.known")
        for k, label in enumerate(criteria):
            for j, i in enumerate((1, 2)):
                cell = cells(page, label).nth(j)
                value = page.evaluate(f"creativeNodes.data.sites[{i}].measures[{k}][0]")
                assert " ".join(value.split()) in " ".join(cell.inner_text().split())
                if known[k]:
                    outer, inner = (cell.locator(part).bounding_box() for part in (".bar", ".bar > span"))
                    share = page.evaluate(f"creativeNodes.data.priorities.values[{i}][{k}]")
                    assert (inner or {"width": 0})["width"] == pytest.approx(outer["width"] * share, abs=1.5)


def test_a_fifth_site_is_refused_and_the_page_says_why(visit, town):
    with visit(town.path, fragment="tab=compare") as seen:
        page = seen.page
        for i in range(4):
            page.locator(f'#rows [data-pick="{i}"]').check()
        page.locator('#rows [data-pick="4"]').click()
        assert columns(page) == [0, 1, 2, 3]
        assert not page.locator('#rows [data-pick="4"]').is_checked()
        assert "Four sites at most" in page.locator("#picked").inner_text()
        page.locator("#versus .away").first.click()
        assert columns(page) == [1, 2, 3]
        assert page.evaluate("document.activeElement.id") == "versus"


def test_sites_are_added_in_the_tab_and_from_the_card_by_keyboard(visit, town):
    with visit(town.path, fragment="tab=compare") as seen:
        page = seen.page
        page.locator("#versus .choose select").select_option("2")
        assert columns(page) == [2]
        page.locator("#rows tr").nth(6).focus()
        page.keyboard.press("Enter")
        box = page.locator("#card [data-pick]")
        box.focus()
        page.keyboard.press("Space")
        assert len(columns(page)) == 2


def test_under_other_priorities_ranks_and_marks_of_the_columns_are_the_new_ones(visit, town):
    with visit(town.path, fragment="tab=compare&preset=heritage_first") as seen:
        page = seen.page
        first = page.evaluate("livePriorities.result().order[0]")
        page.locator(f'#rows [data-pick="{first}"]').check()
        assert cells(page, "Rank").first.inner_text().strip().startswith("1")
        judged = page.evaluate(f"livePriorities.judge(livePriorities.state.weights).priorities[{first}]")
        assert judged["verdict"].replace("_", " ") in cells(page, "Among the first").first.inner_text()


def test_two_sets_stand_side_by_side_and_can_be_chosen(visit, town):
    with visit(town.path, fragment="tab=compare") as seen:
        page = seen.page
        sets = page.evaluate("livePriorities.judge(livePriorities.state.weights).sets")
        table = page.locator("#versus .of-sets")

        def members(column):
            return (
                table.locator("tbody tr")
                .first.locator("td")
                .nth(column)
                .locator("[data-show]")
                .evaluate_all("(all) => all.map((one) => +one.dataset.show)")
            )

        assert [members(0), members(1)] == [sets[0]["members"], sets[1]["members"]]
        table.locator("select").nth(1).select_option(index=4)
        assert members(1) == sets[4]["members"]
        assert "sets=" in page.url
        told = table.locator("tbody tr").last.locator("td")
        assert told.first.inner_text().strip().startswith("100")
        share = 100 * sets[4]["worth"] / sets[0]["worth"]
        assert float(told.nth(1).inner_text().replace("\u00a0", " ").split()[0]) == pytest.approx(share, abs=0.51)
        kept = page.url.split("#")[1]
    with visit(town.path, fragment=kept) as again:
        found = again.page.locator("#versus .of-sets tbody tr").first.locator("td").nth(1).locator("[data-show]")
        assert [int(one.get_attribute("data-show")) for one in found.all()] == sets[4]["members"]


def test_on_a_phone_nothing_is_wider_than_the_page(visit, town):
    with visit(town.path, PHONE, fragment="tab=compare") as seen:
        page = seen.page
        for i in range(4):
            page.locator(f'#rows [data-pick="{i}"]').check()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        for cell in page.locator("#versus :is(td, th):visible").all():
            box = cell.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 390.5
        assert page.locator("#versus tbody td:visible").first.evaluate(
            "(cell) => getComputedStyle(cell, '::before').content"
        )


@pytest.mark.parametrize("width", [820, 1024, 1280, 1400, 1920])
def test_the_card_stands_beside_the_map_and_covers_none_of_it(visit, town, width):
    for tab in ("decide", "compare"):
        with visit(town.path, {"width": width, "height": 900}, fragment=f"tab={tab}") as seen:
            page = seen.page
            site = page.evaluate("creativeNodes.data.sites[0].site_id")
            page.evaluate(f"location.hash = 'tab={tab}&site={site}'")
            page.reload()
            page.wait_for_selector("html[data-ready=true]", state="attached")
            card, frame = page.locator("#card").bounding_box(), page.locator(".mapframe").bounding_box()
            assert card["x"] + card["width"] <= frame["x"] + 0.5
            assert frame["width"] >= 300 and 300 <= frame["height"] <= 900
            assert abs(card["y"] - frame["y"]) < 2 and card["height"] <= frame["height"] + 2
            panel = page.locator(".side-panel" if tab == "decide" else "#ranking").bounding_box()
            assert panel["x"] >= frame["x"] + frame["width"] - 1 or panel["y"] >= frame["y"] + frame["height"] - 1
            assert page.evaluate("map_city.getSize().x") == pytest.approx(frame["width"] - 2, abs=2)
            page.locator("#card .close").click()
            assert not page.locator("body").evaluate("(body) => body.classList.contains('carded')")
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_card_is_below_the_map(visit, town):
    with visit(town.path, PHONE, fragment="tab=compare") as seen:
        seen.page.locator("#rows tr").first.click()
        card, frame = seen.page.locator("#card").bounding_box(), seen.page.locator(".mapframe").bounding_box()
        assert card["y"] >= frame["y"] + frame["height"]
