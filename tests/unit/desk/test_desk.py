"""The package's front door for notebooks: fast to import, and the same numbers as the workflow's."""

import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import yaml

import creative_nodes as cn
from creative_nodes.common import InputError, read_yaml, tables
from creative_nodes.report import TABLES
from creative_nodes.settings import load_config, load_settings

ROOT = Path(__file__).resolve().parents[3]


def test_importing_it_loads_next_to_nothing():
    code = "import sys, creative_nodes as cn; print(*sorted({one.partition('.')[0] for one in sys.modules}), dir(cn))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert not {"pandas", "geopandas", "numpy", "scipy", "shapely", "pydantic", "osmium", "snakemake"} & set(loaded)
    assert "'load_run'" in done.stdout


def test_the_door_is_small_and_told():
    names = [name for name in cn.__all__ if not name.startswith("_")]
    assert len(names) <= 8
    for name in names:
        assert len(getattr(cn, name).__doc__.splitlines()[0]) > 20, name
    assert cn.__version__.count(".") == 2


def test_what_is_not_there_is_said(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"hanoy\.yaml: no such city file; did you mean hanoi"):
        cn.load_run("hanoy", root=ROOT)
    with pytest.raises(InputError, match="make it: snakemake hanoi"):
        cn.load_run("hanoi", run="never-made", root=ROOT)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="no project here or above"):
        cn.load_run("hanoi")
    monkeypatch.chdir(ROOT / "docs")
    assert cn.project_folder() == ROOT


def test_a_city_is_begun_without_asking_anybody(tmp_path):
    (tmp_path / "config/cities").mkdir(parents=True)
    (tmp_path / "config/config.yaml").write_bytes((ROOT / "config/config.yaml").read_bytes())
    path = cn.new_city(name="Da Nang", box="108.17,16.03,108.26,16.10", country="VN", root=tmp_path, ask=False)
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert path == tmp_path / "config/cities/da-nang.yaml" and said["epsg"] == 32648 + 1
    assert "nobody was asked" in path.read_text(encoding="utf-8")


PLAIN = {"text": "", "number": 0.5, "integer": 1, "flag": True, "texts": []}


def rows_of(name, ids, **values):
    """Return rows that keep the schema of a table, made of plain values."""
    columns = {c.name: [PLAIN[c.kind]] * len(ids) for c in TABLES[name].columns if c.kind != "geometry"}
    shapes = [shapely.Point(3 + k / 1000, 0.02) for k in range(len(ids))]
    made = gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).assign(site_id=ids, **{"status": "vacated", **values})
    tables.check(made, TABLES[name], where=name)
    return made


@pytest.fixture
def town(tmp_path):
    settings = load_settings(load_config(read_yaml(ROOT / "config/config.yaml")), "sample", root=ROOT)
    return cn.CityRun("sample", tmp_path, ROOT, settings)


def given(run, name, frame):
    """Give a stage rows of one's own."""
    if name == "heritage":
        return cn.measure_reach(run, heritage=frame)
    return cn.score_candidates(run, candidates=frame)


SPOILT = {
    "no GeoDataFrame": (lambda rows: pd.DataFrame(rows.drop(columns="geometry")), r": give a GeoDataFrame, not DataFr"),
    "a file's name": (lambda rows: "sites.gpkg", r": give a GeoDataFrame, not str; run\["),
    "another CRS": (lambda rows: rows.to_crs(32648), r"must be in EPSG:4326, it is in EPSG:32648; \.to_crs\(4326\)"),
    "no CRS": (lambda rows: rows.set_crs(None, allow_override=True), "its CRS is not told"),
    "no id": (lambda rows: rows.drop(columns="site_id"), "lacks column site_id"),
    "no status": (lambda rows: rows.drop(columns="status"), "lacks column status"),
    "an id twice": (lambda rows: rows.assign(site_id="h-1"), r": h-1: site_id stands in two rows"),
    "an unknown status": (
        lambda rows: rows.assign(status="vacatd"),
        r": h-1: no such status 'vacatd'; did you mean vac",
    ),
    "words for a number": (lambda rows: rows.assign(confidence="much"), "column confidence is not of type number"),
    "no place": (lambda rows: rows.set_geometry([None, None], crs=4326), "column geometry has 2 missing values"),
}


@pytest.mark.parametrize("name", ["heritage", "candidates"])
@pytest.mark.parametrize("fault", SPOILT)
def test_rows_of_ones_own_are_checked_at_the_door(town, name, fault):
    # wrong degrees measured nothing, and an unknown status left its site out, without a word
    spoil, said = SPOILT[fault]
    with pytest.raises(InputError, match=f"^{name}.*{said}"):
        given(town, name, spoil(rows_of(name, ["h-1", "h-2"])))


@pytest.mark.parametrize("name", ["heritage", "candidates"])
def test_columns_of_ones_own_are_no_fault(town, name):
    # the door lets them pass: what is missed next is a file of the run
    rows = rows_of(name, ["h-1", "h-2"]).assign(parcel="P001")
    with pytest.raises((InputError, FileNotFoundError), match=r"\.parquet"):
        given(town, name, rows)


def test_what_is_asked_wrongly_is_said_in_a_line(town, tmp_path):
    with pytest.raises(InputError, match=f"^{tmp_path}: no project here; give root"):
        cn.load_run("hanoi", root=tmp_path)
    with pytest.raises(InputError, match=r"^score: no such table; did you mean scores"):
        town.made_of("score")
    with pytest.raises(InputError, match=r"^3: no such table"):
        town[3]
    with pytest.raises(InputError, match=r"^changes: give keys as in config.yaml"):
        town.changed("score")
    # who calls from Python reads the name of the function, not an option of the command line
    with pytest.raises(InputError, match=r"^new_city: boxx: no such key; did you mean box"):
        cn.new_city(name="A", boxx="1,2,3,4", root=ROOT, ask=False)
