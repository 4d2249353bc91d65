"""The tables that tell how sure the ranks are, made by the workflow on the sample town."""

import pytest

from creative_nodes import tables

NAMES = (
    *("scenarios", "robustness", "rank_acceptability", "agreement", "backtest", "backtest_summary"),
    *("portfolio", "portfolio_sites", "portfolio_gain", "portfolio_front", "sweeps", "sweep_variants"),
)


@pytest.fixture(scope="module")
def made(demo):
    demo.snakemake("demo_robustness")
    folder = demo.folder / "data/processed/sample"
    return {
        name: tables.read(name, folder / f"{name}.parquet") for name in (*NAMES, "scores", "candidates", "heritage")
    }


def test_every_table_tells_of_the_ranked_sites(made):
    ranked = set(made["scores"].loc[made["scores"]["rank"].notna(), "site_id"])
    assert len(ranked) == 15
    robustness = made["robustness"]
    assert set(robustness["site_id"]) == set(made["candidates"]["site_id"])
    assert set(robustness.loc[robustness["rank"].notna(), "site_id"]) == ranked
    swept = made["sweeps"].drop_duplicates("site_id").set_index("site_id")["rank_today"]
    today = made["scores"].set_index("site_id")["rank"].dropna()
    assert swept.to_dict() == today.to_dict()


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
