"""Bad input ends with one clear error, exit code not 0, nothing half-written."""

import csv
import itertools
import re
import shutil

import osmium
import pytest


def said(done):
    """Return what a failed run said; no Python traceback may be in it."""
    text = done.stdout + done.stderr
    assert done.returncode != 0, text
    assert "Traceback" not in text, text
    return text


@pytest.mark.parametrize(
    ("path", "change", "words"),
    [
        pytest.param(
            "config/config.yaml",
            lambda d: d["reach"].update(walk_minuts=10),
            ["config/config.yaml", "reach.walk_minuts", "unknown key", "did you mean walk_minutes"],
            id="unknown key",
        ),
        pytest.param(
            "config/config.yaml",
            lambda d: d["reach"].update(walk_minutes="soon"),
            ["reach.walk_minutes", "'soon'"],
            id="wrong type",
        ),
        pytest.param(
            "config/config.yaml",
            lambda d: d["score"]["weights"].update(network_gain=0.5),
            ["score", "sum to 1", "1.25"],
            id="weights",
        ),
        pytest.param(
            "config/config.yaml",
            lambda d: d["score"]["weights"].update(network_gain=-0.15, exchange=0.40),
            ["config/config.yaml: score.weights", "network_gain must be a number of 0 or more, got -0.15"],
            id="negative weight",
        ),
        pytest.param(
            "config/config.yaml",
            lambda d: d["score"].update(weights=dict.fromkeys(d["score"]["weights"], 0)),
            ["config/config.yaml: score.weights", "they sum to 0; all are 0, so nothing would count"],
            id="no weight",
        ),
        pytest.param(
            "config/config.yaml",
            lambda d: d["scenarios"]["quick_wins"]["weights"]["within"].update(site={"redyness": 1.0}),
            ["config/config.yaml: scenarios.quick_wins", "redyness", "did you mean readiness?"],
            id="scenario with an unknown criterion",
        ),
        pytest.param(
            "config/config.yaml",
            lambda d: d["scenarios"]["older_walkers"]["override"].update(people_grid={"cell_m": 50}),
            ["config/config.yaml: scenarios.older_walkers.override", "cannot change people_grid"],
            id="scenario that changes what is not measured anew",
        ),
        pytest.param(
            "config/config.yaml",
            lambda d: d["score"].update(sobol_samples=1000),
            ["config/config.yaml: score.sobol_samples", "power of 2"],
            id="samples",
        ),
        pytest.param(
            "config/taxonomy/industrial_heritage.yaml",
            lambda d: d.update(clases=d.pop("classes")),
            ["industrial_heritage.yaml: classes", "is missing", "clases"],
            id="misspelt key of a taxonomy",
        ),
        pytest.param(
            "config/config.yaml",
            lambda d: d["portfolio"].update(k=0),
            ["config/config.yaml: portfolio.k", "greater than or equal to 1"],
            id="no site to choose",
        ),
        pytest.param(
            "config/config.yaml",
            lambda d: d["reach"]["thresholds"].update(walk=[5, 15, 10]),
            ["config/config.yaml", "reach.thresholds", "walk", "rise", "[5.0, 15.0, 10.0]"],
            id="thresholds out of order",
        ),
        pytest.param(
            "config/config.yaml",
            lambda d: d["travel"]["speeds_kmh"]["VN"].pop("bike"),
            ["config/config.yaml", "travel", "VN.bike", "default speed"],
            id="mode without speeds",
        ),
        pytest.param(
            "config/cities/sample.yaml",
            lambda d: d.update(boundary={"bbox": [3.02, 0.0, 3.0, 0.03]}),
            ["config/cities/sample.yaml", "boundary", "west"],
            id="bbox order",
        ),
        pytest.param(
            "config/cities/sample.yaml",
            lambda d: d.update(people={"total": {"residents": 0, "year": 2026, "source": "nobody"}}),
            ["config/cities/sample.yaml", "people.total.residents", "greater than 0"],
            id="nobody lives there",
        ),
        pytest.param(
            "config/cities/sample.yaml",
            lambda d: d.update(epsg=4326),
            ["config/cities/sample.yaml", "epsg", "metres"],
            id="not metric",
        ),
        pytest.param(
            "config/cities/sample.yaml",
            lambda d: d["source"].update(file="nowhere.osm.pbf"),
            ["config/cities/sample.yaml", "source.file", "nowhere.osm.pbf"],
            id="missing extract",
        ),
    ],
)
def test_before_any_rule_runs(fresh, path, change, words):
    fresh.edit(path, change)
    text = said(fresh.snakemake("demo", check=False))
    for word in words:
        assert word in text
    assert not list((fresh.folder / "data").rglob("*.pbf"))


def test_a_configuration_with_a_wrong_indent_is_told_with_its_line(fresh):
    path = fresh.folder / "config/config.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = lines.index("locate:")
    path.write_text("\n".join([*lines[:at], "  locate:", *lines[at + 1 :]]), encoding="utf-8")
    text = said(fresh.snakemake("demo", check=False))
    assert "config/config.yaml: not valid YAML" in text and f"line {at + 1}" in text


def test_a_folder_of_extracts_that_is_not_there(fresh):
    text = said(fresh.snakemake("hanoi", check=False, env={"EXTRACTS": "no/such/folder"}))
    assert "EXTRACTS" in text
    assert "no/such/folder" in text


def write_osm(path, *, streets):
    """Write a small file near the sample town, with or without a street."""
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (lon, lat) in enumerate([(3.0, 0.018), (3.001, 0.018), (3.002, 0.019)], start=1):
            tags = {"amenity": "cafe", "name": "Café"} if number == 3 else {}
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, lat), tags=tags))
        if streets:
            writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2], tags={"highway": "residential"}))


def with_source(project, file, bbox=(2.99, 0.01, 3.01, 0.03)):
    def change(data):
        data["source"]["file"] = str(file)
        data["boundary"] = {"bbox": list(bbox)}

    project.edit("config/cities/sample.yaml", change)


def test_an_empty_extract(fresh):
    file = fresh.folder / "empty.osm.pbf"
    osmium.SimpleWriter(str(file)).close()
    with_source(fresh, file)
    text = said(fresh.snakemake("demo", check=False))
    assert "empty.osm.pbf" in text
    assert not (fresh.folder / "data/raw/sample/osm.pbf").exists()


def test_a_study_area_elsewhere(fresh):
    shutil.copy2(fresh.folder / "tests/data/sample_town/sample.osm.pbf", fresh.folder / "town.osm.pbf")
    with_source(fresh, "town.osm.pbf", bbox=(105.7, 20.9, 105.9, 21.1))
    assert "town.osm.pbf" in said(fresh.snakemake("demo", check=False))
    assert not (fresh.folder / "data/raw/sample/osm.pbf").exists()


def test_a_study_area_without_streets(fresh):
    write_osm(fresh.folder / "bare.osm.pbf", streets=False)
    with_source(fresh, "bare.osm.pbf")
    text = said(fresh.snakemake("demo", check=False))
    assert "bare.osm.pbf" in text and "no way" in text  # nodes alone: a file cut short


def test_a_place_with_hardly_anything_gets_a_page_that_says_so(fresh):
    write_osm(fresh.folder / "bare.osm.pbf", streets=True)
    with_source(fresh, "bare.osm.pbf")
    fresh.edit("config/cities/sample.yaml", lambda data: (data.pop("people"), data.pop("registry")))
    fresh.snakemake("demo")
    page = (fresh.folder / "reports/sample.html").read_text(encoding="utf-8")
    assert "No source of residents was given" in page
    assert "no rapid-transit station" in page
    assert not re.search(r"\bnan\b", page.split("<script")[0], re.IGNORECASE)


def test_one_candidate_and_a_budget_for_none_get_tables_that_say_so(demo, tmp_path):
    copy = type(demo)(shutil.copytree(demo.folder, tmp_path / "copy", symlinks=True))
    copy.edit(
        "config/config.yaml",
        lambda d: (
            d["candidates"].update(min_confidence=0.99),
            d["portfolio"].update(budget=1),
            d["sweeps"].update(keys={}),
        ),
    )
    copy.snakemake("data/processed/sample/sample.gpkg", "data/processed/sample/csv")
    rows = {
        name: list(csv.DictReader((copy.folder / f"data/processed/sample/csv/{name}.csv").open(encoding="utf-8-sig")))
        for name in ("scores", "priorities_doubt", "scenarios", "portfolio", "portfolio_gain", "backtest_summary")
    }
    for row in itertools.chain(*rows.values()):
        assert not {"nan", "inf", "none", "<na>"} & {value.lower() for value in row.values()}
    assert [(row["rank"], row["priorities"]) for row in rows["scores"]] == [("", "not_ranked")]
    assert (rows["priorities_doubt"][0]["largest_move"], rows["priorities_doubt"][0]["moved_by"]) == ("", "")
    assert {(row["rank"], row["status"]) for row in rows["scenarios"]} == {("", "scored")}
    plans = {row["plan"]: row for row in rows["portfolio"]}
    assert plans["coverage"]["n_sites"] == "0" and "the budget pays for no site" in plans["coverage"]["note"]
    assert len(rows["portfolio_gain"]) == 1  # of ten asked for
    figures = {row["figure"]: row["value"] for row in rows["backtest_summary"]}
    assert float(figures["rivals"]) == 1
