"""The library without Snakemake gives the workflow's own tables, and the notebooks of the docs show what they show."""

from pathlib import Path

import nbformat
import pandas as pd
import pytest

import creative_nodes as cn
from creative_nodes.tools.notebooks import NOTEBOOKS, executed, shown

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / NOTEBOOKS).glob("*.ipynb"))


@pytest.fixture(scope="module")
def town(demo):
    return cn.load_run("sample", root=demo.folder)


def plain(frame):
    """Return a frame with arrays as lists, and shapes as text, so that all of it compares."""
    found = pd.DataFrame(frame.to_wkt() if hasattr(frame, "to_wkt") else frame)
    for column in found.columns[found.map(lambda one: hasattr(one, "tolist") and not isinstance(one, str)).any()]:
        found[column] = [one.tolist() if hasattr(one, "tolist") else one for one in found[column]]
    return found


def same(made, kept):
    pd.testing.assert_frame_equal(plain(made), plain(kept), check_exact=True)


def test_every_stage_gives_the_tables_of_the_run(town):
    assert {"heritage", "candidates", "scores", "worlds"} <= set(town)
    assert town.made_of("scores")["table"] == "scores"
    same(cn.locate_sites(town).heritage, town["heritage"])
    measured = cn.measure_reach(town)
    same(measured.candidates, town["candidates"])
    same(measured.reach, town["reach"])
    same(cn.score_candidates(town), town["scores"])
    # a candidate tried again is as it was
    first = town["scores"].iloc[0]["site_id"]
    trial = cn.try_site(town, osm=first)
    assert trial.scores.loc[trial.scores["tried"], "rank"].tolist() == [1]


def test_other_weights_change_the_ranking_and_not_the_run(town):
    heavy = town.changed(
        {"score": {"weights": {"groups": {"people": 0.0, "spillover": 0.0, "network": 0.0, "site": 1.0}}}}
    )
    other = cn.score_candidates(heavy)
    assert other["site_id"].tolist() != town["scores"]["site_id"].tolist()
    ordered = other.dropna(subset=["score"])
    parts = ordered.filter(like="part_").fillna(0).sum(axis=1)
    assert (parts - ordered["score"]).abs().max() < 1e-9  # the score is the sum of its parts
    same(cn.score_candidates(town), town["scores"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_notebook_shows_what_it_shows(demo, path):
    kept = nbformat.read(path, as_version=4)
    nbformat.validate(kept)
    assert path.stat().st_size < 30_000
    assert "/home/" not in path.read_text() and "/tmp/" not in path.read_text()
    assert any(shown(kept))
    assert shown(executed(path, demo.folder)) == shown(kept)


def test_there_are_three():
    assert [path.stem for path in FILES] == ["add_a_city", "change_weights", "own_parcels"]
