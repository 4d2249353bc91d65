"""Live priorities in a real browser: the page scores as Python does, and table, map, card and address follow."""

import itertools
import runpy
from pathlib import Path

import numpy as np
import pytest
import yaml

from creative_nodes.common import tables
from creative_nodes.common.words import CRITERIA, CRITERION_GROUPS
from creative_nodes.report.tables import TABLES
from creative_nodes.score.against import scales_by, values_of
from creative_nodes.score.rank import score_candidates
from creative_nodes.score.scenarios import Basis, score_scenarios
from creative_nodes.settings import load_config, load_settings

ROOT = Path(__file__).parents[2]
MADE_UP = runpy.run_path(str(ROOT / "tests" / "unit" / "report" / "made_up.py"))
CONFIG = load_config(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8")))
REAL = [
    path.stem
    for path in sorted((ROOT / "reports").glob("*.html"))
    if (ROOT / "data" / "processed" / path.stem / "candidates.parquet").exists()
]
LACKING = ("transit_minutes", "network_gain")
EVEN_PEOPLE = "25_25_25_0_0_0_25_0_0_0_0"  # in the order of CRITERIA

pytestmark = pytest.mark.browser


def tied(candidates):
    """Let three sites share all their values, among them the last of the first ten by id."""
    rows = candidates.index[[3, 9, 20]]
    for key in CRITERIA:
        candidates.loc[rows, key] = candidates.loc[rows[0], key]
    return candidates


TOWNS = {
    "full": (40, lambda candidates: candidates, ()),
    "tied": (40, tied, ()),
    "lacking": (40, lambda candidates: candidates.assign(**dict.fromkeys(LACKING, np.nan)), LACKING),
    "three": (14, lambda candidates: candidates, ()),  # as few as are ranked
}


class City:
    """A page, the candidates and reference places it was made from, and the settings of its run."""

    def __init__(self, path, candidates, reference, analysis):
        self.path, self.candidates, self.reference, self.analysis = path, candidates, reference, analysis
        self.scales = scales_by(reference, analysis.score.anchors)

    def scores(self, weights=None):
        score = self.analysis.score
        if weights is not None:
            score = score.model_copy(update={"weights": weights})
        found = score_candidates(self.candidates, self.scales, score.model_copy(update={"draws": 100}), seed=1)
        return found[found["rank"].notna()]


@pytest.fixture(scope="session")
def towns(tmp_path_factory):
    made = {}

    def town(name):
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            size, change, lacking = TOWNS[name]
            frames = MADE_UP["frames"](n_heritage=size)
            candidates = change(frames["candidates"])
            city = City(folder / "made-up.html", candidates, MADE_UP["reference"](lacking=lacking), CONFIG)
            scores = score_candidates(candidates, city.scales, CONFIG.score, seed=CONFIG.seed)
            values = values_of(candidates, city.scales, CONFIG.score)
            frames |= {"candidates": candidates, "scores": scores, "values": values}
            city.path.write_text(MADE_UP["city_html"](ROOT, folder, frames), encoding="utf-8")
            made[name] = city
        return made[name]

    return town


@pytest.fixture
def full(towns):
    return towns("full")


@pytest.fixture(scope="module", params=[*TOWNS, *REAL])
def city(request, towns):
    if request.param in TOWNS:
        return towns(request.param)
    folder = ROOT / "data" / "processed" / request.param
    candidates, reference = (
        tables.read(TABLES[name], folder / f"{name}.parquet") for name in ("candidates", "reference")
    )
    settings = load_settings(CONFIG, request.param, root=ROOT)
    return City(ROOT / "reports" / f"{request.param}.html", candidates, reference, settings.analysis)


@pytest.fixture(scope="module")
def seen(visit, city):
    """A city's page as it opens, for the tests that only read it; the one that sets priorities comes last."""
    with visit(city.path) as opened:
        yield opened


# ---------------------------------------------------------------- what the page shows


SHOWN = """() => [...document.querySelectorAll("#rows tr")].map((row) => ({
    id: creativeNodes.data.sites[row.dataset.site].site_id,
    site: +row.dataset.site,
    rank: +row.querySelector(".rank").firstChild.textContent,
    score: +row.querySelector(".score .value").textContent.replace(",", "."),
}))"""


def shown(page):
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.wait_for_selector("body:not(.judging)")  # marks follow the ranks
    return page.evaluate(SHOWN)


def agrees(page, scores):
    """Check order, ranks and scores of the table against Python's."""
    rows = shown(page)
    assert [row["id"] for row in rows] == scores["site_id"].tolist()
    assert [row["rank"] for row in rows] == scores["rank"].tolist()
    assert [row["score"] for row in rows] == pytest.approx(scores["score"].tolist(), abs=0.00501)


def opened(page):
    page.locator("#priorities summary").click()


def slider(page, label):
    return page.get_by_role("slider", name=label, exact=True)


def press(page, label, key, times=1):
    slider(page, label).focus()
    for _ in range(times):
        page.keyboard.press(key)


def fragment(page):
    page.wait_for_timeout(250)  # the address is written when the hand rests
    kept = page.evaluate("location.hash.slice(1)").split("&")
    return "&".join(part for part in kept if not part.startswith("tab="))


def on_sliders(city):
    """The scenarios that change weights alone."""
    return [(key, one) for key, one in city.analysis.scenarios.items() if not one.needs_own_reach]


def copied(page):
    page.get_by_role("button", name="Copy as config").click()
    return page.locator(".copied textarea").input_value()


# ---------------------------------------------------------------- the same numbers as Python


def test_fifty_random_weightings_give_pythons_scores_and_ranks(seen, city):
    drawn = np.random.default_rng(6).dirichlet(np.full(len(CRITERIA), 0.7), 50)
    ids = seen.page.evaluate("creativeNodes.data.sites.map((site) => site.site_id)")
    for weights in drawn.tolist():
        found = seen.page.evaluate(
            """(weights) => {
                const scores = livePriorities.scoreAll(weights);
                return { scores, ...livePriorities.rankAll(scores) };
            }""",
            weights,
        )
        scores = city.scores(dict(zip(CRITERIA, weights, strict=True)))
        assert [ids[i] for i in found["order"]] == scores["site_id"].tolist()
        assert [found["ranks"][i] for i in found["order"]] == scores["rank"].tolist()
        ordered = np.array([found["scores"][i] for i in found["order"]])
        assert np.abs(ordered - scores["score"].to_numpy(dtype=float)).max() <= 1e-9
    assert seen.wrong == []


def test_at_first_the_page_shows_the_run(seen, city):
    agrees(seen.page, city.scores())
    assert seen.page.locator("#priorities summary").inner_text() == "Set your own priorities"
    assert seen.page.locator(".shift").count() == 0
    page_run = seen.page.evaluate("livePriorities.result()")
    assert [page_run["ranks"][i] for i in page_run["order"]] == city.scores()["rank"].tolist()


def test_presets_rank_as_the_table_of_scenarios_and_copied_text_makes_the_pipeline_rank_so(seen, city, tmp_path):
    page = seen.page
    opened(page)
    press(page, "People", "ArrowRight", 7)
    press(page, "Site", "ArrowLeft", 3)
    page.get_by_role("button", name="All criteria").click()
    press(page, "Readiness (0–1)", "ArrowRight", 5)
    texts = [(copied(page), shown(page))]
    table = score_scenarios(Basis(city.candidates, city.reference), city.analysis.score, city.analysis.scenarios)
    for key, scenario in on_sliders(city):
        button = page.get_by_role("button", name=scenario.label, exact=True)
        button.click()
        agrees(page, table[(table["scenario"] == key) & table["rank"].notna()])
        assert button.get_attribute("aria-pressed") == "true"
        assert page.locator('.presets [aria-pressed="true"]').count() == 1
        assert len(page.locator("#priorities .reason").inner_text()) > 20
        rows = shown(page)
        texts.append((copied(page), rows))
    folder = tmp_path / "config" / "cities"
    folder.mkdir(parents=True)
    base = yaml.safe_load((ROOT / "config" / "cities" / "sample.yaml").read_text(encoding="utf-8"))
    for text, rows in texts:
        over = yaml.safe_load(text)
        assert over.keys() == {"override"}
        override = {**base.get("override", {}), **over["override"]}
        (folder / "town.yaml").write_text(yaml.safe_dump({**base, "override": override}), encoding="utf-8")
        weights = load_settings(CONFIG, "town", root=tmp_path).analysis.score.weights
        assert sum(weights.values()) == pytest.approx(1, abs=1e-9)
        scores = city.scores(weights)
        assert [row["id"] for row in rows] == scores["site_id"].tolist()
        assert [row["rank"] for row in rows] == scores["rank"].tolist()
        assert [row["score"] for row in rows] == pytest.approx(scores["score"].tolist(), abs=0.00501)


def test_a_scenario_that_changes_the_criteria_cannot_be_chosen_and_says_why(visit, full):
    with visit(full.path, fragment="preset=older_walkers") as seen:
        agrees(seen.page, full.scores())
        opened(seen.page)
        assert seen.page.get_by_role("button", name="Older walkers").is_disabled()
        assert "Older walkers: It changes the criteria themselves" in seen.page.locator("#priorities").inner_text()


def test_the_text_goes_to_the_clipboard(visit, full):
    with visit(full.path, fragment=f"w={EVEN_PEOPLE}") as seen:
        seen.context.grant_permissions(["clipboard-read", "clipboard-write"])
        text = copied(seen.page)
        seen.page.get_by_text("Copied. This is the text:").wait_for()
        assert seen.page.evaluate("navigator.clipboard.readText()") == text
        assert "residents_walk_15: 0.25\n" in text


def test_where_a_page_may_not_copy_the_text_is_selected(visit, full):
    with visit(full.path, fragment=f"w={EVEN_PEOPLE}") as seen:
        seen.page.evaluate(
            """() => {
                Object.defineProperty(navigator, "clipboard", { value: undefined });
                document.execCommand = () => false;
            }"""
        )
        text = copied(seen.page)
        seen.page.get_by_text("copy it by hand").wait_for()
        assert seen.page.evaluate("getSelection().toString()") == text
        assert seen.wrong == []


# ---------------------------------------------------------------- sliders


def test_the_keyboard_moves_a_slider_and_its_share_is_told(visit, full):
    with visit(full.path) as seen:
        opened(seen.page)
        people = slider(seen.page, "People")
        assert people.get_attribute("aria-valuetext") == "36\u00a0% of the score"
        press(seen.page, "People", "ArrowRight", 8)
        shown(seen.page)
        # 44 of the now 108
        assert people.get_attribute("aria-valuetext") == "40.7\u00a0% of the score"
        shares = seen.page.locator(".bundle > .slide output").all_inner_texts()
        assert sum(float(share.split("\u00a0")[0]) for share in shares) == pytest.approx(100, abs=0.2)
        assert people.evaluate("(input) => input === document.activeElement")
        assert seen.page.locator("#priorities summary").inner_text() == "Priorities: your own"
        assert "The first is" in seen.page.locator(".moves").inner_text()
        assert seen.wrong == []


def test_a_slider_inside_a_group_leaves_the_group_as_heavy_as_it_was(visit, full):
    with visit(full.path) as seen:
        opened(seen.page)
        every = seen.page.get_by_role("button", name="All criteria")
        every.focus()
        seen.page.keyboard.press("Enter")
        assert every.get_attribute("aria-pressed") == "true"
        label = "Creative domains around (effective number)"
        before = slider(seen.page, label).get_attribute("aria-valuetext")
        press(seen.page, label, "End")
        shown(seen.page)
        assert slider(seen.page, label).get_attribute("aria-valuetext") != before
        assert slider(seen.page, "Spillover").get_attribute("aria-valuetext") == "19\u00a0% of the score"


def test_the_last_slider_cannot_go_to_nothing(visit, full):
    with visit(full.path) as seen:
        opened(seen.page)
        for label in ("People", "Spillover", "Network"):
            press(seen.page, label, "Home")
        press(seen.page, "Site", "Home")
        rows = shown(seen.page)
        assert slider(seen.page, "Site").input_value() == "1"
        assert slider(seen.page, "Site").get_attribute("aria-valuetext") == "100\u00a0% of the score"
        assert seen.page.locator(".moves").inner_text().startswith("Something has to count")
        weights = yaml.safe_load(copied(seen.page))["override"]["score"]["weights"]
        assert [row["id"] for row in rows] == full.scores(weights)["site_id"].tolist()
        # and it comes back
        press(seen.page, "People", "ArrowRight")
        shown(seen.page)
        assert slider(seen.page, "People").get_attribute("aria-valuetext") == "50\u00a0% of the score"


def test_reset_brings_the_run_back(visit, full):
    with visit(full.path) as seen:
        opened(seen.page)
        reset = seen.page.get_by_role("button", name="Reset")
        assert reset.is_disabled()
        press(seen.page, "Network", "End")
        assert fragment(seen.page).startswith("w=")
        reset.click()
        agrees(seen.page, full.scores())
        assert fragment(seen.page) == ""
        assert seen.page.locator(".shift").count() == 0
        assert seen.page.locator("#ranking.reweighed").count() == 0
        assert seen.page.evaluate("creativeNodes.data.sites.every((site) => !site.run_rank)")


def test_a_criterion_without_data_has_a_still_slider_and_the_reason(visit, towns):
    city = towns("lacking")
    with visit(city.path) as seen:
        opened(seen.page)
        assert slider(seen.page, "Network").is_disabled()
        assert "None of its criteria counts in this city." in seen.page.locator("#priorities").inner_text()
        seen.page.get_by_role("button", name="All criteria").click()
        still = slider(seen.page, "Walk to the nearest rapid-transit station")
        assert still.is_disabled() and still.get_attribute("aria-valuetext") == "0\u00a0% of the score"
        told = seen.page.locator("#inside-people").inner_text()
        assert "It does not count in this city" in told
        # its weight is shared: people without transit are 30 of the remaining 69
        assert slider(seen.page, "People").get_attribute("aria-valuetext") == "43.5\u00a0% of the score"
        press(seen.page, "People", "ArrowRight", 5)
        weights = yaml.safe_load(copied(seen.page))["override"]["score"]["weights"]
        assert weights["transit_minutes"] == weights["network_gain"] == 0


def test_fewer_than_three_are_not_weighed_and_the_page_says_so(visit, tmp_path):
    frames = MADE_UP["frames"](n_heritage=13)  # five candidates, three of them out of reach
    scales = scales_by(MADE_UP["reference"](), CONFIG.score.anchors)
    frames["scores"] = score_candidates(frames["candidates"], scales, CONFIG.score, seed=CONFIG.seed)
    path = tmp_path / "made-up.html"
    path.write_text(MADE_UP["city_html"](ROOT, tmp_path, frames), encoding="utf-8")
    with visit(path, fragment=f"w={EVEN_PEOPLE}") as seen:
        assert "There is nothing to weigh" in seen.page.locator("#priorities").inner_text()
        assert seen.page.locator("#priorities input").count() == 0
        assert seen.wrong == []


def test_a_ranking_that_is_no_weighted_sum_has_no_sliders(visit, tmp_path):
    frames = MADE_UP["frames"]()  # its scores are made up, not summed
    path = tmp_path / "made-up.html"
    path.write_text(MADE_UP["city_html"](ROOT, tmp_path, frames), encoding="utf-8")
    with visit(path, fragment=f"w={EVEN_PEOPLE}") as seen:
        assert "only a weighted sum can be weighed anew" in seen.page.locator("#priorities").inner_text()
        assert seen.page.locator("#priorities input").count() == 0
        assert [row["rank"] for row in seen.page.evaluate(SHOWN)] == frames["scores"]["rank"].dropna().tolist()
        assert seen.wrong == []


# ---------------------------------------------------------------- the address


def test_the_address_brings_the_same_ranking_back(visit, full):
    with visit(full.path) as seen:
        opened(seen.page)
        press(seen.page, "People", "ArrowRight", 13)
        rows = shown(seen.page)
        kept, text = fragment(seen.page), copied(seen.page)
    with visit(full.path, fragment=kept) as again:
        assert shown(again.page) == rows
        assert copied(again.page) == text
        assert fragment(again.page) == kept
        assert again.page.locator("#priorities details").evaluate("(box) => box.open")


def test_a_preset_stands_in_the_address_by_its_name_beside_the_language(visit, full):
    with visit(full.path, fragment="lang=vi&preset=heritage_first") as seen:
        rows = shown(seen.page)
        assert seen.page.evaluate("document.documentElement.lang") == "vi"
        assert seen.page.locator('.presets [aria-pressed="true"]').count() == 1
        seen.page.locator('[data-language="en"]').click()
        assert shown(seen.page) == rows
        assert seen.page.locator("#priorities summary").inner_text() == "Priorities: Heritage first"
        assert fragment(seen.page) == "lang=en&preset=heritage_first"
        assert seen.wrong == []


@pytest.mark.parametrize(
    "broken", ["w=", "w=1_2_3", "w=0_0_0_0_0_0_0_0_0_0_0", "w=a_1_1_1_1_1_1_1_1_1_1", "w=-1_1", "preset=none"]
)
def test_an_address_that_says_nothing_sound_shows_the_run(visit, full, broken):
    with visit(full.path, fragment=broken) as seen:
        agrees(seen.page, full.scores())
        assert seen.page.locator("#priorities summary").inner_text() == "Set your own priorities"
        assert seen.wrong == []


def test_weights_in_the_address_are_made_to_sum_to_one(visit, full):
    with visit(full.path, fragment="w=1,1,1,0,0,0,0,0,0,0,0") as seen:
        weights = yaml.safe_load(copied(seen.page))["override"]["score"]["weights"]
        assert [weights[key] for key in list(CRITERIA)[:3]] == [0.3334, 0.3333, 0.3333]
        agrees(seen.page, full.scores(weights))


def test_a_link_within_the_page_leaves_the_priorities_alone(visit, full):
    with visit(full.path, fragment=f"w={EVEN_PEOPLE}") as seen:
        rows = shown(seen.page)
        link = seen.page.locator('a[href="#ranking"]').first
        link.focus()
        seen.page.keyboard.press("Enter")
        assert seen.page.evaluate("document.activeElement.id") == "ranking"
        assert shown(seen.page) == rows
        assert fragment(seen.page) == f"w={EVEN_PEOPLE}"


def test_an_address_changed_by_hand_is_followed(visit, full):
    with visit(full.path) as seen:
        seen.page.evaluate(f"location.hash = 'w={EVEN_PEOPLE}'")
        weights = dict.fromkeys(CRITERIA, 0) | {list(CRITERIA)[k]: 0.25 for k in (0, 1, 2, 6)}
        agrees(seen.page, full.scores(weights))


# ---------------------------------------------------------------- map, card, rows


PINS = """() => shapes_pins.getLayers().map((pin) => ({
    site: pin.feature.properties.i, text: pin.getElement().textContent, label: pin.getElement().ariaLabel,
}))"""


def test_a_chosen_order_and_filter_hold_under_other_priorities(visit, full):
    with visit(full.path) as seen:
        page = seen.page
        rows = "rows => rows.map((row) => +row.dataset.site)"
        page.locator("[data-sort=name]").click()
        page.locator("[data-filter=status]").select_option(index=1)
        before = page.locator("#rows tr:not([hidden])").evaluate_all(rows)
        opened(page)
        press(page, "Network", "End")
        assert [row["rank"] for row in shown(page)] != sorted(row["rank"] for row in shown(page))
        assert page.locator("#rows tr:not([hidden])").evaluate_all(rows) == before
        assert page.evaluate("performance.getEntriesByName('first-screen').length") == 1


def test_pins_and_dots_stand_for_the_new_order(visit, city):
    with visit(city.path, fragment=f"w={EVEN_PEOPLE}") as seen:
        rows = shown(seen.page)
        pins = seen.page.evaluate(PINS)
        # those of the set whatever their rank, then the first in order
        held = set(seen.page.evaluate("creativeNodes.data.choice[0] ?? []")) & {row["site"] for row in rows}
        held |= set([row["site"] for row in rows if row["site"] not in held][: len(pins) - len(held)])
        pinned = [row for row in rows if row["site"] in held]
        assert len(pins) >= min(10, len(rows)) and [pin["site"] for pin in pins] == [row["site"] for row in pinned]
        assert [pin["text"] for pin in pins] == [str(row["rank"]) for row in pinned]
        assert all(pin["label"].startswith(f"Rank {row['rank']}: ") for pin, row in zip(pins, pinned, strict=True))
        dots = seen.page.evaluate(
            """() => (window.shapes_dots?.getLayers() ?? []).map((dot) => {
                const at = creativeNodes.data.sites[dot.feature.properties.i].at;
                const off = dot.getLatLng().distanceTo(at);
                return [dot.feature.properties.i, off];
            })"""
        )
        assert sorted(i for i, _ in dots) == sorted(row["site"] for row in rows if row not in pinned)
        assert all(off < 2 for _, off in dots)
        assert seen.wrong == []


def test_a_pin_that_moved_opens_the_site_it_stands_for(visit, full):
    with visit(full.path, fragment=f"w={EVEN_PEOPLE}") as seen:
        rows = shown(seen.page)
        moved = next(k for k, row in enumerate(rows[:10]) if row["site"] >= 10)
        seen.page.locator(".pin").nth(moved).dispatch_event("click")
        current = seen.page.locator('#rows tr[aria-current="true"]')
        assert current.get_attribute("data-site") == str(rows[moved]["site"])
        assert seen.page.locator("#card h2").inner_text().startswith(f"{rows[moved]['rank']}. ")
        assert seen.page.locator(".pin.chosen").count() == 1


def test_the_open_card_follows(visit, full):
    with visit(full.path) as seen:
        seen.page.locator("#rows tr").nth(4).click()
        opened(seen.page)
        press(seen.page, "Site", "End")
        press(seen.page, "People", "Home")
        rows = {row["site"]: row for row in shown(seen.page)}
        weights = yaml.safe_load(copied(seen.page))["override"]["score"]["weights"]
        assert seen.page.locator("#card h2").inner_text().startswith(f"{rows[4]['rank']}. ")
        adds = [float(text) for text in seen.page.locator("#card .adds").all_inner_texts()]
        parts = full.scores(weights).set_index("site_id").loc[rows[4]["id"], [f"part_{key}" for key in CRITERIA]]
        assert adds == pytest.approx(parts.astype(float).fillna(0).tolist(), abs=0.000501)
        assert "In the run its rank is 5;" in seen.page.locator("#card").inner_text()
        seen.page.get_by_role("button", name="Reset").click()
        shown(seen.page)
        assert seen.page.locator("#card h2").inner_text().startswith("5. ")
        assert "In the run its rank" not in seen.page.locator("#card").inner_text()


def test_each_row_says_how_far_it_moved(visit, full):
    with visit(full.path, fragment=f"w={EVEN_PEOPLE}") as seen:
        run = full.scores()["rank"].astype(int).tolist()
        for row in shown(seen.page):
            by = run[row["site"]] - row["rank"]
            told = seen.page.locator(f'#rows [data-site="{row["site"]}"] .shift')
            if by == 0:
                assert told.count() == 0
            else:
                ranks = "rank" if abs(by) == 1 else "ranks"
                assert told.get_attribute("title") == f"{'up' if by > 0 else 'down'} {abs(by)} {ranks} from the run"
        moved = sum(run[row["site"]] != row["rank"] for row in shown(seen.page))
        assert seen.page.locator(".moves").inner_text().startswith(f"{moved} sites moved. The first is ")


def test_undo_and_redo_go_step_by_step_and_a_new_step_ends_redo(visit, full):
    with visit(full.path) as seen:
        page = seen.page
        opened(page)
        undo, redo = (page.get_by_role("button", name=name, exact=True) for name in ("Undo", "Redo"))
        assert undo.is_disabled() and redo.is_disabled()
        texts = [copied(page)]
        press(page, "People", "ArrowRight")
        texts.append(copied(page))
        page.get_by_role("button", name="More weight: Site").click()
        texts.append(copied(page))
        page.get_by_role("button", name="Heritage first", exact=True).click()
        texts.append(copied(page))
        for text in texts[-2::-1]:
            undo.click()
            assert copied(page) == text
        assert undo.is_disabled()
        agrees(page, full.scores())
        for text in texts[1:]:
            redo.click()
            assert copied(page) == text
        undo.click()
        page.get_by_role("button", name="Less weight: Network").click()
        assert redo.is_disabled()
        assert copied(page) not in texts


def test_buttons_move_a_weight_by_a_step_with_the_keyboard_and_a_thumb(visit, full):
    with visit(full.path, {"width": 390, "height": 844}) as seen:
        page = seen.page
        opened(page)
        more = page.get_by_role("button", name="More weight: People")
        box = more.bounding_box()
        assert box["width"] >= 44 and box["height"] >= 44
        before = int(slider(page, "People").input_value())
        more.focus()
        page.keyboard.press("Enter")
        assert int(slider(page, "People").input_value()) == before + 5
        page.get_by_role("button", name="Less weight: People").click()
        assert int(slider(page, "People").input_value()) == before
        for button in page.locator("#priorities details button:visible").all():
            assert button.bounding_box()["height"] >= 44


def test_in_the_simple_mode_groups_move_and_their_criteria_keep_their_proportions(visit, full):
    with visit(full.path) as seen:
        page = seen.page
        opened(page)
        assert page.locator("#priorities .slide:visible").count() == 4
        own = {key: full.analysis.score.weights[key] for key in CRITERIA}
        page.get_by_role("button", name="More weight: Site").click()
        weights = yaml.safe_load(copied(page))["override"]["score"]["weights"]
        for names in CRITERION_GROUPS.values():
            for one, other in itertools.pairwise(names):
                assert weights[one] * own[other] == pytest.approx(weights[other] * own[one], abs=2e-5)
        page.get_by_role("button", name="All criteria").click()
        assert page.locator("#priorities .slide:visible").count() == 4 + len(CRITERIA)
        page.get_by_role("button", name="Four groups").click()
        assert page.locator("#priorities .slide:visible").count() == 4


@pytest.mark.parametrize("width", [390, 1440])
def test_the_panel_fits(visit, full, width):
    with visit(full.path, {"width": width, "height": 844}, f"w={EVEN_PEOPLE}") as seen:
        seen.page.get_by_role("button", name="All criteria").click()
        copied(seen.page)
        frame = seen.page.locator("#priorities").bounding_box()
        for part in seen.page.locator("#priorities :is(button, input, output, textarea)").all():
            box = part.bounding_box()
            assert frame["x"] <= box["x"] and box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
