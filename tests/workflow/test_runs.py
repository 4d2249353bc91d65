"""Runs by name and from anywhere: what they are made of, what changed between two, other folders, a module."""

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pytest
import yaml
from shapely.geometry import box

from creative_nodes.common import code_fingerprint, tables
from creative_nodes.report.tables import TABLES
from creative_nodes.runs import answers, changes, keys
from creative_nodes.runs.record import RunCity

ROOT = Path(__file__).resolve().parents[2]
TABLE = "data/processed/sample/scores.parquet"
TODAY = {name: code_fingerprint(ROOT / "scripts" / f"{name}.py") for name in keys.ANSWERING}
WITHOUT_NETWORK = {"residents_walk_15": 0.31, "network_gain": 0.0}
# a workflow of somebody else, with rules of its own
CONSUMER = f"""
configfile: "mine.yaml"


module creative_nodes:
    snakefile:
        "{ROOT}/workflow/Snakefile"
    config:
        config


use rule * from creative_nodes as nodes_*


rule first:
    default_target: True
    input:
        "data/processed/mine/{{city}}/scores.parquet".format(city=config["cities"][0]),
    output:
        "first.txt",
    shell:
        "cp {{input}} {{output}}"


rule own:
    output:
        "data/processed/mine/{{city}}/own.parquet",
    shell:
        "exit 1"
"""


@pytest.fixture(scope="module")
def base(demo):
    return RunCity.read(demo.folder / "data/processed/sample")


def changed(base, folder, *, values=None, made_of=None):
    """Copy a run, say that it was made otherwise, and lay there what that gives."""
    shutil.copytree(base.folder, folder, ignore=shutil.ignore_patterns("csv", "*.gpkg"))
    record = json.loads((folder / "run.json").read_text())
    record["values"] |= values or {}
    for part, hashes in (made_of or {}).items():
        record["made_of"][part] |= hashes
    (folder / "run.json").write_text(json.dumps(record))
    return RunCity.read(folder)


def rewritten(run, name, change):
    """Change a table of a run, as other data would."""
    path = run.files(name)[name]
    frame, note = tables.read(TABLES[name], path), tables.provenance(path)
    note["made_of"]["data"]["source"] = "other"
    tables.write(change(frame), TABLES[name], path, provenance=note)


def lay(run, answer):
    """Write an answer into the tables of a run."""
    files = run.files("scores", "recommended")
    scores = tables.read(TABLES["scores"], files["scores"]).set_index("site_id")
    scores = scores.reindex(answer.ranks.index).assign(rank=answer.ranks["rank"], score=answer.ranks["score"])
    tables.write(scores.reset_index(), TABLES["scores"], files["scores"], provenance=tables.provenance(files["scores"]))
    recommended = tables.read(TABLES["recommended"], files["recommended"])
    row = recommended[recommended["set"] == "best"].iloc[:1]
    rows = gpd.pd.concat([row.assign(site_id=site) for site in sorted(answer.chosen)])
    tables.write(rows, TABLES["recommended"], files["recommended"], provenance=tables.provenance(files["recommended"]))


def test_the_record_tells_what_each_table_depends_on(demo, base):
    record = base.record
    whole = tables.provenance(demo.folder / TABLE)
    assert record["tables"]["scores"] == "-".join(whole[part] for part in ("data", "settings", "code"))
    assert set(record["tables"]) == {path.stem for path in base.folder.glob("*.parquet")}
    assert set(record["made_of"]["data"]) == {"source", "raster", "registry", "decisions"}
    assert record["made_of"]["code"]["score_candidates"] == TODAY["score_candidates"]
    assert str(demo.folder) not in json.dumps(record)
    page = (demo.folder / "reports/sample.html").read_text(encoding="utf-8")
    assert all(record[part] in page for part in ("data", "settings", "code"))


def test_what_is_computed_anew_is_what_the_run_found(base):
    again, found = answers.scored(answers.measured(base, base), base, base), answers.stored(base)
    assert again.ranks.equals(found.ranks) and again.chosen == found.chosen


def test_weights_and_data_that_change_together_are_told_apart(base, tmp_path):
    weights = {**base.values["analysis.score"]["weights"], **WITHOUT_NETWORK}
    score = {**base.values["analysis.score"], "weights": weights}
    gone = answers.stored(base).ranks.query("rank == 2").index[0]
    after = changed(base, tmp_path / "after", values={"analysis.score": score})
    rewritten(after, "heritage", lambda sites: sites[sites["site_id"] != gone].reset_index(drop=True))
    lay(after, answers.scored(answers.measured(after, after), after, after))
    found = changes.compare_runs(base, after, TODAY)
    sites, told = found["run_changes"].set_index("site_id"), found["run_steps"]
    assert told["cause"].tolist() == ["settings", "data"] and told["went"].tolist() == [0, 1]
    assert any("weights.network_gain: 0.25 → 0.0" in one for one in told["differs"].iloc[0])
    assert sites.loc[gone, "change"] == "gone" and "data" in sites.loc[gone, "because"]
    # hand-made: the base's own candidates by the new weights
    between = answers.answer(base, after, TODAY).ranks["rank"]
    was = answers.stored(base).ranks["rank"]
    moved = sites["move"].dropna().index
    assert (sites.loc[moved, "move_settings"] == (was - between)[moved]).all()
    assert (sites.loc[moved, "move_data"] == sites.loc[moved, "move"] - sites.loc[moved, "move_settings"]).all()
    assert (sites.loc[moved, "move_settings"] != 0).any() and (sites.loc[moved, "move_data"] != 0).any()


def test_two_runs_are_compared_by_name(demo, base):
    folder = demo.folder / "data/processed/older/sample"
    older = changed(base, folder, made_of={"code": {"score_candidates": "older"}})
    ranks = answers.stored(base).ranks
    lay(older, answers.Answer(ranks.assign(rank=ranks["rank"].iloc[::-1].to_numpy()), frozenset(ranks.index[:2])))
    try:
        demo.snakemake("diff", "--config", "before=older", "after=unnamed")
        made = demo.folder / "data/processed/older..unnamed/sample"
        assert tables.read(TABLES["run_steps"], made / "run_steps.parquet")["cause"].tolist() == ["code"]
        assert {path.suffix for path in made.iterdir()} == {".parquet", ".csv", ".gpkg"}
        page = (demo.folder / "reports/older..unnamed/changes.html").read_text(encoding="utf-8")
        assert "score_candidates" in page and "Kho Bến Cũ" in page
        done = demo.snakemake("diff", "--config", "before=oldre", check=False)
        assert done.returncode != 0 and "did you mean older?" in done.stdout + done.stderr
        # the runs themselves are files of others: neither is made again
        assert demo.would_run("diff", "--config", "before=older", "after=unnamed") == set()
    finally:
        for path in ("data/processed/older", "data/processed/older..unnamed", "reports/older..unnamed"):
            shutil.rmtree(demo.folder / path, ignore_errors=True)


def test_another_folder_and_a_module_give_the_same_bytes(demo, fresh, tmp_path):
    place = type(fresh)(tmp_path / "place")
    place.folder.mkdir()
    (place.folder / "Snakefile").write_text(CONSUMER, encoding="utf-8")
    (place.folder / "mine.yaml").write_text("{run: mine, cities: [sample]}\n", encoding="utf-8")
    place.snakemake("-c1")
    assert (place.folder / "first.txt").read_bytes() == (demo.folder / TABLE).read_bytes()
    # a table of the consumer's own is none of the workflow's
    assert "own" not in place.would_run("nodes_demo")

    # a city of the folder's own, its study area in a file
    town = yaml.safe_load((ROOT / "config/cities/sample.yaml").read_text(encoding="utf-8"))
    area = gpd.GeoDataFrame(geometry=[box(2.99, 0.01, 3.01, 0.02)], crs="EPSG:4326")
    area.to_file(place.folder / "area.geojson")
    cities = place.folder / "config/cities"
    cities.mkdir(parents=True)
    config = ["--snakefile", str(fresh.folder / "workflow/Snakefile"), "--directory", str(place.folder)]
    target = "data/processed/town/study_area.parquet"

    def with_area(name):
        file = cities / "town.yaml"
        file.write_text(yaml.safe_dump({**town, "boundary": {"polygon": name}}, allow_unicode=True), encoding="utf-8")

    with_area("area.geojson")
    fresh.snakemake(*config, "-c1", target)
    (place.folder / "area.geojson").rename(place.folder / "outline.geojson")
    with_area("outline.geojson")
    assert fresh.would_run(*config, target) == set()
