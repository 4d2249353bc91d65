"""Other priorities judged in a real browser: marks over weightings and worlds, and sets, as Python works them out."""

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from creative_nodes.choose.worth import Aims, Anchors
from creative_nodes.common import tables
from creative_nodes.common.words import CRITERIA
from creative_nodes.report.tables import TABLES
from creative_nodes.score.against import scales_by, values_of
from creative_nodes.score.marks import verdict_of
from creative_nodes.score.rank import ranks_of, score_candidates
from creative_nodes.score.values import weighted_sum
from creative_nodes.settings import load_config

ROOT = Path(__file__).parents[2]
MADE_UP = runpy.run_path(str(ROOT / "tests" / "unit" / "report" / "made_up.py"))
CONFIG = load_config(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8")))
WORLDS, K = 30, 3
ANCHORS = Anchors(newly_served=5000.0, network_gain=0.4)
STEPS = 10_000  # of a value to 1, as the page carries them
REAL = [
    path.parent.name
    for path in sorted((ROOT / "data" / "processed").glob("*/world_values.parquet"))
    if (ROOT / "reports" / f"{path.parent.name}.html").exists()
]

pytestmark = pytest.mark.browser


def drawn_worlds(values, rng):
    """Worlds near the run: values moved a little, some sites not there, now and then a criterion not in use."""
    run = values.pivot(index="site_id", columns="criterion", values="value").reindex(columns=list(CRITERIA)).fillna(0)
    found = []
    for world in range(1, WORLDS + 1):
        near = (run + rng.normal(0, 0.15, run.shape)).clip(0, 1)
        near[near.columns[world % len(CRITERIA)]] = np.nan if world % 4 == 0 else 0.5
        there = rng.random(len(near)) < 0.9
        found.append(near[there].reset_index().assign(world=world))
    return pd.concat(found, ignore_index=True)[["world", "site_id", *CRITERIA]]


def made_sets(ids, rng):
    """Sets whose worth trades serving against connecting, then each site alone."""
    drawn = [rng.choice(len(ids), K, replace=False).tolist() for _ in range(12)]
    rows = []
    for number, members in enumerate([*drawn, *([i] for i in range(len(ids)))]):
        served, gain = rng.uniform(0, 9000), rng.uniform(0, 0.9)
        for i in sorted(members):
            row = {"number": number, "site_id": ids[i], "k": len(members), "adds_served": served / 4}
            rows.append(row | {"adds_gain": gain / 4, "set_served": served, "set_gain": gain})
    return pd.DataFrame(rows)


def beside(k):
    row = {"eligible": 20, "grounds": 20, "k": k, "anchor_served": ANCHORS.newly_served}
    row |= {"anchor_gain": ANCHORS.network_gain, "dropped": [], "connects": True, "reason": "agree", "note": ""}
    return (
        pd.DataFrame([row | {"shared": [], "only_set": [], "only_ranking": []}])
        .reindex(columns=[column.name for column in TABLES["set_beside_ranking"].columns])
        .assign(messages="")
    )


class Town:
    """A made-up city whose page carries worlds and sets."""

    def __init__(self, folder):
        rng = np.random.default_rng(11)
        frames = MADE_UP["frames"]()
        scales = scales_by(MADE_UP["reference"](), CONFIG.score.anchors)
        self.scores = score_candidates(frames["candidates"], scales, CONFIG.score, seed=CONFIG.seed)
        values = values_of(frames["candidates"], scales, CONFIG.score)
        self.ids = self.scores.loc[self.scores["rank"].notna(), "site_id"].tolist()
        self.worlds, self.front = drawn_worlds(values, rng), made_sets(self.ids, rng)
        frames |= {"scores": self.scores, "values": values, "world_values": self.worlds, "set_front": self.front}
        frames["set_beside_ranking"] = beside(K)
        self.path = folder / "judged.html"
        self.path.write_text(MADE_UP["city_html"](ROOT, folder, frames), encoding="utf-8")

    def ranks_in(self, weights, ids):
        """Ranks in each world by the library: what the page carries is rounded to whole steps."""
        out = np.full((WORLDS, len(ids)), len(ids) + 1)
        for world, own in self.worlds.groupby("world"):
            used = [name for name in CRITERIA if own[name].notna().any()]
            given = np.array([weights[name] for name in used])
            matrix = np.round(own[used].to_numpy() * STEPS) / STEPS
            ranks = ranks_of(weighted_sum(matrix, given / given.sum())[:, None])[:, 0]
            out[world - 1, pd.Index(ids).get_indexer(own["site_id"])] = ranks
        return out


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return Town(tmp_path_factory.mktemp("judged"))


def all_ids(page):
    return page.evaluate("creativeNodes.data.sites.map((site) => site.site_id)")


def settled(page):
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.wait_for_selector("body:not(.judging)")  # marks follow the ranks


WEIGHTINGS = [dict(zip(CRITERIA, row, strict=True)) for row in np.random.default_rng(3).dirichlet(np.ones(11), 12)]


# ---------------------------------------------------------------- the same numbers as Python


def test_ranks_in_every_world_are_those_of_the_library(visit, town):
    with visit(town.path) as seen:
        ids = all_ids(seen.page)
        top = seen.page.evaluate("creativeNodes.once.carried.top")
        for weights in WEIGHTINGS:
            found = np.array(seen.page.evaluate("(w) => livePriorities.inWorlds(w)", list(weights.values())))
            mine = town.ranks_in(weights, ids)
            assert found.tolist() == mine.tolist()
            judged = seen.page.evaluate("(w) => livePriorities.judge(w).map", list(weights.values()))
            assert [one["top"] for one in judged] == pytest.approx((mine <= top).mean(axis=0).tolist(), abs=1e-9)
            assert [one["verdict"] for one in judged] == [
                verdict_of(float(share), WORLDS) for share in (mine <= top).mean(axis=0)
            ]
        assert seen.wrong == []


def test_shares_over_drawn_weightings_are_those_of_the_library(visit, town):
    with visit(town.path) as seen:
        live = seen.page.evaluate("creativeNodes.data.priorities.values")
        top = seen.page.evaluate("creativeNodes.once.carried.top")
        for weights in WEIGHTINGS[:3]:
            given = list(weights.values())
            drawn = np.array(seen.page.evaluate("(w) => livePriorities.drawnAround(w)", given))
            assert np.abs(drawn.sum(axis=1) - 1).max() < 1e-12
            ranks = ranks_of(np.column_stack([weighted_sum(np.array(live), one) for one in drawn]))
            judged = seen.page.evaluate("(w) => livePriorities.judge(w).priorities", given)
            assert [one["top"] for one in judged] == pytest.approx((ranks <= top).mean(axis=1).tolist(), abs=1e-9)
            ordered = np.sort(ranks, axis=1)
            at = [int(np.quantile(np.arange(len(drawn)), share, method="nearest")) for share in (0.05, 0.95)]
            assert [[one["low"], one["high"]] for one in judged] == ordered[:, at].tolist()


def test_weightings_are_drawn_as_a_dirichlet_of_the_runs_concentration(visit, town):
    """Mean and variance of a Dirichlet: alpha / a0, and m (1 - m) / (a0 + 1)."""
    with visit(town.path) as seen:
        own = np.array([CONFIG.score.weights[key] for key in CRITERIA])
        drawn = np.array(seen.page.evaluate("(w) => livePriorities.drawnAround(w)", own.tolist()))
        variance = own * (1 - own) / (CONFIG.score.concentration + 1)
        assert np.abs(drawn.mean(axis=0) - own).max() < 5 * np.sqrt(variance.max() / len(drawn))
        assert drawn.var(axis=0) == pytest.approx(variance, rel=0.25)


def test_the_best_set_moves_with_the_weights_of_its_two_aims(visit, town):
    own, at = [CONFIG.score.weights[key] for key in CRITERIA], list(CRITERIA).index
    sets = town.front[town.front["k"] == K].groupby("number")
    with visit(town.path) as seen:
        ids, seen_sets = all_ids(seen.page), set()
        assert seen.page.evaluate("(w) => livePriorities.serving(w)", own) == pytest.approx(0.5, abs=1e-12)
        for served in (0.0, 0.05, 0.1, 0.2, 0.4, 0.7):
            weights = [*own]
            weights[at("newly_served")], weights[at("network_gain")] = served, 0.45 - min(served, 0.45)
            odds = (served / own[at("newly_served")], weights[at("network_gain")] / own[at("network_gain")])
            share = odds[0] / sum(odds)
            aims = Aims.__new__(Aims)
            object.__setattr__(aims, "share", share)
            object.__setattr__(aims, "anchors", ANCHORS)
            worths = {
                tuple(one["site_id"]): float(
                    aims.combine(one["set_served"].iloc[0], one["set_gain"].iloc[0], K).ravel()[0]
                )
                for _, one in sets
            }
            best = max(worths, key=worths.get)
            found = seen.page.evaluate("(w) => livePriorities.judge(w)", weights)
            assert found["share"] == pytest.approx(share, abs=1e-12)
            assert [ids[i] for i in found["sets"][0]["members"]] == list(best)
            assert found["sets"][0]["worth"] == pytest.approx(worths[best], abs=1e-9)
            seen_sets.add(best)
        assert len(seen_sets) > 1


@pytest.mark.parametrize("name", REAL)
def test_under_the_runs_own_weights_the_page_says_what_the_tables_say(visit, name):
    folder = ROOT / "data" / "processed" / name
    read = {one: tables.read(TABLES[one], folder / f"{one}.parquet") for one in ("site_doubt", "scores", "recommended")}
    with visit(ROOT / "reports" / f"{name}.html") as seen:
        ids = all_ids(seen.page)
        found = seen.page.evaluate("livePriorities.judge(livePriorities.state.weights)")
        worlds = len(seen.page.evaluate("livePriorities.worlds().map((world) => world.sites.length)"))
        doubt = read["site_doubt"].set_index("site_id")
        if worlds == doubt["worlds"].iloc[0]:  # values are rounded, so near ties may fall otherwise in a world or two
            mine = [doubt.loc[site, "p_top_map"] for site in ids]
            assert [one["top"] for one in found["map"]] == pytest.approx(mine, abs=2.5 / worlds)
        shares = read["scores"].set_index("site_id").loc[ids[: len(found["priorities"])], "p_top"].astype(float)
        assert [one["top"] for one in found["priorities"]] == pytest.approx(shares.tolist(), abs=0.06)
        for place, kind in enumerate(("best", "runner_up")):
            members = read["recommended"].loc[read["recommended"]["set"] == kind, "site_id"]
            if len(members):
                assert {ids[i] for i in found["sets"][place]["members"]} == set(members)


# ---------------------------------------------------------------- what a reader sees


HERITAGE = "preset=heritage_first"


def test_headline_choice_and_rows_tell_the_chosen_priorities_and_back_returns_to_the_run(visit, town):
    with visit(town.path) as seen:
        page = seen.page
        before = [page.locator(part).inner_text().split() for part in ("#answer", ".choice", "#rows")]
        page.locator("#priorities summary").click()
        page.get_by_role("slider", name="Network", exact=True).focus()
        page.keyboard.press("Home")
        page.get_by_role("slider", name="Site", exact=True).focus()
        page.keyboard.press("End")
        settled(page)
        found = page.evaluate("livePriorities.judge(livePriorities.state.weights)")
        names = [page.evaluate(f"creativeNodes.data.sites[{i}].name") for i in found["sets"][0]["members"]]
        lead, first = page.locator("#answer .lead").inner_text(), page.evaluate("livePriorities.result().order[0]")
        assert all(" ".join(name.split()) in " ".join(lead.split()) for name in names)
        assert (
            page.locator(".option-best [data-show]").evaluate_all("(all) => all.map((one) => +one.dataset.show)")
            == (found["sets"][0]["members"])
        )
        words = page.locator(f'#rows [data-site="{first}"] .marks-of').inner_text()
        assert found["priorities"][first]["verdict"].replace("_", " ") in words
        assert found["map"][first]["verdict"].replace("_", " ") in words
        assert page.locator(".set-name").count() == 0 or page.locator("body").get_attribute("data-tab") != "decide"
        assert page.locator(".of-run").count() > 0
        page.locator("#back-to-run").click()
        settled(page)
        assert [page.locator(part).inner_text().split() for part in ("#answer", ".choice", "#rows")] == before
        assert page.locator(".of-run").count() == 0
        assert seen.wrong == []


def test_the_answer_of_chosen_priorities_follows_the_language(visit, town):
    with visit(town.path, fragment=f"{HERITAGE}&tab=decide") as seen:
        page = seen.page
        chosen = page.evaluate("creativeNodes.data.choice[0]")
        assert page.locator(".set-name:not(.beside-set)").count() == len(chosen)
        page.locator('[data-language="vi"]').click()
        settled(page)
        assert page.locator("#back-to-run").count() == 1
        assert page.evaluate("creativeNodes.data.choice[0]") == chosen
        assert "Best together" not in page.locator("#answer").inner_text()
        assert seen.wrong == []


def test_the_open_card_tells_the_chosen_priorities(visit, town):
    with visit(town.path, fragment=HERITAGE) as seen:
        page = seen.page
        page.locator("#rows tr").nth(2).click()
        i = int(page.locator('#rows tr[aria-current="true"]').get_attribute("data-site"))
        own = page.evaluate(f"livePriorities.judge(livePriorities.state.weights).priorities[{i}]")
        told = page.locator("#card .sure-of").inner_text()
        assert f"{own['low']} and {own['high']}" in told or f"stays {own['low']}" in told
        assert "In the run its rank is" in page.locator("#card .care").inner_text()


def test_without_worlds_the_mark_on_map_and_model_says_that_it_is_the_runs(visit, made_up_page, towns_without):
    with visit(towns_without, fragment=HERITAGE) as seen:
        assert "of the run" in seen.page.locator("#rows tr").first.locator(".marks-of").inner_text()


@pytest.fixture(scope="module")
def towns_without(tmp_path_factory):
    folder = tmp_path_factory.mktemp("without")
    frames = MADE_UP["frames"]()
    scales = scales_by(MADE_UP["reference"](), CONFIG.score.anchors)
    frames["scores"] = score_candidates(frames["candidates"], scales, CONFIG.score, seed=CONFIG.seed)
    path = folder / "without.html"
    path.write_text(MADE_UP["city_html"](ROOT, folder, frames), encoding="utf-8")
    return path
