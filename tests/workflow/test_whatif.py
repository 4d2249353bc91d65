"""A what-if run by the workflow on the sample town: its own folder and page, and nothing else touched."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from creative_nodes.common import tables
from creative_nodes.common.words import CRITERIA
from creative_nodes.report.tables import TABLES

ROOT = Path(__file__).resolve().parents[2]
TRUTH = json.loads((ROOT / "tests/data/sample_town/truth.json").read_text(encoding="utf-8"))


def _same(value, expected):
    """Assert equality but for the order in which floats are added up; missing equals missing."""
    np.testing.assert_allclose(float(value), float(expected), rtol=1e-12)


def _state(folder):
    """Return the hash and the time of every file of the base."""
    files = [path for top in ("data", "reports") for path in sorted((folder / top).rglob("*")) if path.is_file()]
    mine = [path for path in files if "whatif" not in path.relative_to(folder).as_posix()]
    return {path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in mine}


def _run(project, *asked, check=True):
    return project.snakemake("whatif", "--config", "city=sample", *asked, check=check)


def _read(project, name, trial="whatif"):
    return tables.read(TABLES[name], project.folder / f"data/processed/sample/{trial}/{name}.parquet")


@pytest.fixture(scope="module")
def base(demo):
    return _state(demo.folder)


def test_a_candidate_tried_again_is_as_in_the_base(demo, base):
    osm = TRUTH["first"]["osm_ids"][1]
    done = _run(demo, f"osm={osm}", "out=again")
    (row,) = _read(demo, "whatif_candidates", "whatif-again").to_dict("records")
    candidates = tables.read(TABLES["candidates"], demo.folder / "data/processed/sample/candidates.parquet")
    known = candidates.set_index("site_id").loc[row["site_id"]]
    for name in CRITERIA:
        _same(row[name], known[name])
    scores = _read(demo, "whatif_scores", "whatif-again")
    assert scores.loc[scores["tried"], "rank"].tolist() == [1]
    assert (scores["move"].dropna() == 0).all()
    # the same town in the same worlds: set, chances and marks are those of the base, to the bit
    for name in ("recommended", "site_doubt", "set_doubt", "marks"):
        mine, theirs = (_read(demo, name, folder) for folder in ("whatif-again", ""))
        pd.testing.assert_frame_equal(mine, theirs, check_exact=True)
    assert f"{TRUTH['first']['name']} (vacated" in done.stdout + done.stderr
    assert _state(demo.folder) == base


def test_a_place_has_the_true_figures_and_a_page_of_its_own(demo, base):
    # the water tower, asked for by its place alone; its gain as a candidate is worked out by networkx in another test
    true = _read(demo, "candidates", "").set_index("site_id").loc["h-n2934"]
    heritage = tables.read(TABLES["heritage"], demo.folder / "data/processed/sample/heritage.parquet")
    point = next(row.geometry for row in heritage.itertuples() if "node/2934" in row.osm_ids)
    done = _run(demo, f"at={point.y!r},{point.x!r}", "name=Kho: <b>thử</b>", "class=warehouse", "status=vacated")
    (row,) = _read(demo, "whatif_candidates").to_dict("records")
    assert row["network_gain"] == pytest.approx(true["network_gain"], rel=1e-9)
    assert row["name"] == "Kho: <b>thử</b>"
    marks = _read(demo, "marks").set_index(["site_id", "mark"])
    worlds = len(tables.read(TABLES["worlds"], demo.folder / "data/processed/sample/worlds.parquet"))
    assert marks.loc[(row["site_id"], "map_and_model"), "draws"] == worlds
    # two rows on one ground: never both in the set
    assert list(row["one_ground_with"]) == ["h-n2934"]
    best = _read(demo, "recommended").query("set == 'best'")["site_id"]
    assert len({row["site_id"], "h-n2934"} & set(best)) <= 1
    said = done.stdout + done.stderr
    assert "lies on" in said and "its area is not known" in said
    page = (demo.folder / "reports/whatif_sample.html").read_text(encoding="utf-8")
    assert "What if: Kho" in page and "<b>thử</b>" not in page
    back = pd.read_csv(demo.folder / "data/processed/sample/whatif/whatif_scores.csv")
    assert back["tried"].sum() == 1 and len(back) == len(_read(demo, "candidates"))
    assert _state(demo.folder) == base
    # asked again, nothing is made again; asked otherwise, the site alone is
    asked = [f"at={point.y!r},{point.x!r}", "name=Kho: <b>thử</b>", "class=warehouse", "status=vacated"]
    assert demo.would_run("whatif", "--config", "city=sample", *asked) == set()
    asked[-1] = "status=in_use"
    again = {"try_site", "recommend_trial", "doubt_trial", "judge_trial", "draw_trial", "whatif"}
    assert demo.would_run("whatif", "--config", "city=sample", *asked) == again


def test_residents_of_a_junction_are_the_true_ones(demo, tmp_path):
    known = TRUTH["residents"]["walk_15"]
    file = tmp_path / "junctions.csv"
    rows = [f"{one['node_id']},{one['lat']},{one['lon']}" for one in known]
    file.write_text("name,lat,lon\n" + "\n".join(rows) + "\n", encoding="utf-8")
    _run(demo, f"sites={file}", "status=brownfield", "out=junctions")
    found = _read(demo, "whatif_candidates", "whatif-junctions").set_index("name")["residents_walk_15"]
    for one in known:
        assert found[str(one["node_id"])] == pytest.approx(one["residents"], rel=1e-3)


def test_a_base_that_is_not_there_is_made_first(fresh):
    run = fresh.would_run("whatif", "--config", "city=sample", "osm=way/1")
    assert run >= {"pull_osm", "locate_sites", "measure_reach", "score_candidates", "try_site", "draw_trial"}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["city=sampel", "osm=way/1"], "did you mean sample?"),
        (["city=sample"], "give one of at=, osm= and sites="),
        (["city=sample", "osm=way/1", "stauts=vacated"], "did you mean status?"),
        (["osm=way/1"], "city: this key is missing"),
        (["city=sample", "sites=nowhere.csv"], "no such file: nowhere.csv"),
        ([], "say what to try, for example: snakemake whatif"),
        (["city=sample", "at=0.5,3.0", "status=vacated"], "outside the study area of sample"),
        (["city=sample", "osm=way/999999"], "way/999999 is neither"),
        (["city=sample", "at=0.0166199,3.0011054", "status=vacated", "class=mil"], "class: mil is no class"),
    ],
)
def test_a_wrong_wish_ends_with_its_message(demo, base, asked, words):
    options = ["--config", *asked] if asked else []
    done = demo.snakemake("whatif", *options, check=False)
    said = done.stdout + done.stderr
    assert done.returncode != 0 and words in said and "Traceback" not in said, said
    assert _state(demo.folder) == base
