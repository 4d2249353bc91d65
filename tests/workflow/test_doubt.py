"""The tables that tell how sure the ranks are, made by the workflow on the sample town."""

import csv
import shutil

import pandas as pd
import pytest

from creative_nodes.common import tables
from creative_nodes.report.tables import TABLES

OF_THE_SURVEY = ("survey", "survey_candidates", "survey_scores")
OF_THE_ANSWER = (
    *("reference", "network_parts", "cluster_reach", "scenario_reference"),
    *("values", "scales", "correlations", "recommended", "set_beside_ranking", "set_front", "decisions"),
)
OF_WORLDS = ("worlds", "world_values", "site_doubt", "set_doubt", "member_doubt", "marks")
NAMES = (
    *("scenarios", "scenario_candidates", "priorities_doubt", "rank_acceptability", "agreement"),
    *("backtest", "backtest_pairs", "backtest_summary"),
    *("portfolio", "portfolio_sites", "portfolio_gain", "portfolio_front", "sweeps", "sweep_variants"),
)


@pytest.fixture(scope="module")
def made(demo):
    folder = demo.folder / "data/processed/sample"
    return {
        name: tables.read(TABLES[name], folder / f"{name}.parquet")
        for name in (*NAMES, *OF_THE_ANSWER, *OF_WORLDS, *OF_THE_SURVEY, "scores", "candidates", "heritage")
    }


def test_every_table_tells_of_the_ranked_sites(made):
    ranked = set(made["scores"].loc[made["scores"]["rank"].notna(), "site_id"])
    assert len(ranked) == 15
    priorities_doubt = made["priorities_doubt"]
    assert set(priorities_doubt["site_id"]) == set(made["candidates"]["site_id"])
    assert set(priorities_doubt.loc[priorities_doubt["rank"].notna(), "site_id"]) == ranked
    swept = made["sweeps"].drop_duplicates("site_id").set_index("site_id")["rank_today"]
    today = made["scores"].set_index("site_id")["rank"].dropna()
    assert swept.to_dict() == today.to_dict()


def test_each_statement_is_judged_against_each_doubt(made):
    ranked = set(made["scores"].loc[made["scores"]["rank"].notna(), "site_id"])
    marks = made["marks"]
    by_site = marks[marks["about"] == "site"]
    for kind in ("priorities", "map_and_model"):
        own = by_site[by_site["mark"] == kind]
        assert set(own["site_id"]) == ranked and len(own) == len(ranked)
    assert set(marks.loc[marks["about"] == "set", "mark"]) == {"priorities", "map_and_model"}
    # one converted site tells nothing of the past
    assert marks.loc[marks["mark"] == "past", "verdict"].tolist() == ["too_few"]
    words = made["scores"].set_index("site_id")["priorities"]
    assert (
        by_site[by_site["mark"] == "priorities"].set_index("site_id")["verdict"].to_dict()
        == words[list(ranked)].to_dict()
    )


def test_worlds_are_whole_and_their_shares_those_of_the_marks(made):
    worlds, sure = made["worlds"], made["site_doubt"].set_index("site_id")
    assert len(worlds) == 100 and worlds["world"].is_unique
    assert set(worlds["people"]) == {0}  # one source
    first = worlds["first"].value_counts(normalize=True)
    # of several that share the first place one is named
    assert all(share <= sure.loc[site, "p_first_map"] + 1e-9 for site, share in first.items())
    marks = made["marks"].set_index(["mark", "site_id"])["share"]
    for site in sure.index[sure["rank"].notna()]:
        assert marks["map_and_model", site] == pytest.approx(sure.loc[site, "p_top_map"])
    members = set(made["recommended"].query("set == 'best'")["site_id"])
    assert set(made["set_doubt"]["members"].iloc[0]) == members
    assert set(made["member_doubt"].query("in_set")["site_id"]) == members


def test_the_best_portfolio_serves_no_fewer_than_the_first_by_score(made):
    plans = made["portfolio"].set_index("plan")["newly_served"]
    assert plans["coverage"] >= plans["score"] > 0
    gain = made["portfolio_gain"].sort_values("k")["newly_served"]
    assert gain.is_monotonic_increasing


def test_only_converted_sites_of_the_registry_are_tested(made):
    tested = made["backtest"]["site_id"]
    status = made["heritage"].set_index("site_id")["status"]
    assert len(tested) == 1 and (status[tested] == "converted").all()
    assert not set(tested) & set(made["candidates"]["site_id"])
    summary = made["backtest_summary"].set_index("figure")["value"]
    assert summary["rivals"] == 15


def test_residents_from_nowhere_else_are_not_swept(made):
    # the town has one source of residents, so that parameter has no variant
    assert "people" not in set(made["sweep_variants"]["parameter"])
    assert {"reach.walk_minutes", "speed walk"} <= set(made["sweep_variants"]["parameter"])


def test_each_site_has_its_largest_move_and_what_caused_it(made):
    ranked = made["priorities_doubt"].dropna(subset="rank").set_index("site_id")
    sweeps = made["sweeps"].assign(size=made["sweeps"]["move"].abs())
    assert ranked["largest_move"].abs().to_dict() == sweeps.groupby("site_id")["size"].max().to_dict()
    causes = sweeps.set_index(["site_id", "parameter", "value"])["move"]
    for site, row in ranked[ranked["largest_move"] != 0].iterrows():
        assert causes[(site, row["moved_by"], row["moved_by_value"])] == row["largest_move"]
    variants = len(made["sweep_variants"])
    assert set(ranked["swept"] + ranked["swept_out"]) == {variants}


def test_a_scenario_of_slower_walkers_is_scored_on_its_own_reach(made):
    scenarios = made["scenarios"].set_index(["scenario", "site_id"])
    status = scenarios["status"].unstack("scenario")
    assert (status["older_walkers"] == status["balanced"]).all()
    assert set(status["balanced"]) == {"scored", "cannot be reached"}
    own = made["scenario_candidates"].set_index("site_id")
    today = made["candidates"].set_index("site_id").loc[own.index]
    known = own["residents_walk_15"].notna()
    assert (own["residents_walk_15"] <= today["residents_walk_15"] + 1e-6)[known].all()
    assert own["residents_walk_15"].sum() < 0.8 * today["residents_walk_15"].sum()
    # what walking has no part in stays as it is
    pd.testing.assert_series_equal(own["heritage_value"], today["heritage_value"])


def test_every_table_lies_beside_as_csv(demo, made):
    folder = demo.folder / "data/processed/sample/csv"
    names = {path.stem for path in folder.glob("*.csv")}
    assert names == {*NAMES, *OF_THE_ANSWER, *OF_WORLDS, *OF_THE_SURVEY, "scores", "candidates", "about"}
    for name in names - {"about"}:
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == len(made[name])
        assert not any(value.lower() in ("nan", "none", "<na>", "inf") for row in rows for value in row.values())


def test_cities_are_pooled_and_sobol_is_made_when_asked_for(demo, tmp_path):
    copy = type(demo)(shutil.copytree(demo.folder, tmp_path / "copy", symlinks=True))
    copy.edit(
        "config/config.yaml", lambda data: (data.update(cities=["sample"]), data["score"].update(sobol_samples=64))
    )
    copy.snakemake("data/processed/backtest_pooled.parquet", "data/processed/sample/csv")
    folder = copy.folder / "data/processed"
    pooled = tables.read(TABLES["backtest_pooled"], folder / "backtest_pooled.parquet")
    found = pooled[pooled["city"] == "all"].set_index("figure")["value"]
    assert found[["cities", "tested_sites", "rivals"]].tolist() == [1, 1, 15]
    assert (folder / "backtest_pooled.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(tables.read(TABLES["sobol"], folder / "sample/sobol.parquet")) >= 4
    assert (folder / "sample/csv/sobol.csv").exists()
