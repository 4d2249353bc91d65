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
from creative_nodes.whatif import read_asked, sites_asked

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


def test_a_city_whose_country_is_not_filled_in_hinders_no_other(tmp_path):
    (tmp_path / "config/cities").mkdir(parents=True)
    for name in ("config.yaml", "cities/hanoi.yaml"):
        (tmp_path / "config" / name).write_bytes((ROOT / "config" / name).read_bytes())
    for name, mode in (("Paris", {}), ("Lyon", {"main_mode": "transit"})):
        path = cn.new_city(name=name, root=tmp_path, ask=False, **mode)
        said = path.read_text(encoding="utf-8")
        assert not yaml.safe_load(said).get("country")
        assert ("the country is not known; as in a city of VN" in said) == (name == "Paris")


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
    "no finite place": (
        lambda rows: rows.set_geometry([shapely.Point(3, 0.02), shapely.Point(float("inf"), 1)], crs=4326),
        r": h-2: geometry is no place on Earth in row 2: POINT \(Inf",
    ),
    "no coordinates": (
        lambda rows: rows.set_geometry([shapely.Point(), shapely.Point(3, 0.02)], crs=4326),
        ": h-1: geometry is no place on Earth in row 1: POINT EMPTY",
    ),
    "a latitude of 999": (
        lambda rows: rows.set_geometry([shapely.Point(3, 999)] * 2, crs=4326),
        ": h-1: geometry is no place on Earth in row 1",
    ),
    "an infinite figure": (
        lambda rows: rows.assign(confidence=[0.5, float("inf")]),
        ": h-2: confidence is infinite in row 2; give a number$",
    ),
    "a figure that must be known": (
        lambda rows: rows.assign(confidence=[0.5, float("nan")]),
        "column confidence has 1 missing values, none are allowed, the first in row 2",
    ),
    "a column twice": (
        lambda rows: pd.concat([rows, rows[["site_id"]]], axis=1).set_geometry("geometry"),
        "has column site_id twice",
    ),
    "a geometry by another name": (lambda rows: rows.rename_geometry("shape"), r"is called shape; \.rename_geometry"),
    "no rows, no columns": (lambda rows: gpd.GeoDataFrame(), "lacks column site_id"),
    "no place": (lambda rows: rows.set_geometry([None, None], crs=4326), "column geometry has 2 missing values"),
}


def test_candidates_measured_under_other_settings_are_not_scored_as_if_they_were_not(town):
    changed = town.changed({"reach": {"walk_minutes": 10}})
    for run in (changed, changed.changed({"score": {"draws": 1000}})):
        with pytest.raises(InputError, match=r"another reach; give candidates=measure_reach\(run\)"):
            cn.score_candidates(run)
    # other weights need no other figures: what is missed here is the table
    with pytest.raises(InputError, match=r"candidates\.parquet: is not there"):
        cn.score_candidates(town.changed({"score": {"draws": 1000}}))


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
    # who calls from Python reads of no option of the command line
    with pytest.raises(InputError, match=r"^new city: boxx: no such key; did you mean box"):
        cn.new_city(name="A", boxx="1,2,3,4", root=ROOT, ask=False)


def some_run(tmp_path, *, run=""):
    """Make a project folder with a run of the sample town that holds one table."""
    (tmp_path / "config/cities").mkdir(parents=True)
    for name in ("config.yaml", "cities/sample.yaml"):
        (tmp_path / "config" / name).write_bytes((ROOT / "config" / name).read_bytes())
    folder = tmp_path / "data/processed" / run / "sample"
    folder.mkdir(parents=True)
    tables.write(rows_of("heritage", ["h-1"]), TABLES["heritage"], folder / "heritage.parquet", provenance={})
    return folder


@pytest.mark.parametrize("wrong", [3, None, 3.5, True, ["hanoi"], b"hanoi", Path("hanoi"), "", "/not/a/run", "../x"])
def test_what_is_no_key_of_a_city_opens_none(wrong):
    with pytest.raises(InputError, match=r"^city: .*give the key of a city, such as"):
        cn.load_run(wrong, root=ROOT)


@pytest.mark.parametrize("wrong", [3, True, [], Path("x"), "..", "/tmp", "a/../b"])
def test_what_is_no_name_of_a_run_opens_none(wrong):
    with pytest.raises(InputError, match=r"^run: .*give the name of a run, such as"):
        cn.load_run("hanoi", run=wrong, root=ROOT)


def test_a_folder_that_holds_no_tables_is_no_run(tmp_path):
    folder = some_run(tmp_path, run="rush")
    assert list(cn.load_run("sample", run="rush", root=tmp_path)) == ["heritage"]
    (folder / "heritage.parquet").rename(folder / "notes.txt")
    with pytest.raises(InputError, match=r"not made yet; make it: snakemake sample --config run=rush$"):
        cn.load_run("sample", run="rush", root=tmp_path)
    for wrong in (3, [], b"x"):
        with pytest.raises(InputError, match=r"^root: give the path of a folder"):
            cn.load_run("sample", root=wrong)


SPOILT_FILES = {
    "cut": lambda whole: whole[: len(whole) // 2],
    "empty": lambda whole: b"",
    "no Parquet": lambda whole: b"site_id,name\n" * 99,
    "overwritten in the middle": lambda whole: whole[:8] + bytes(400) + whole[408:],
}


@pytest.mark.parametrize("fault", SPOILT_FILES)
def test_a_table_that_is_cut_is_told_with_its_file(tmp_path, fault):
    folder = some_run(tmp_path)
    run = cn.load_run("sample", root=tmp_path)
    assert len(run["heritage"]) == 1
    path = folder / "heritage.parquet"
    path.write_bytes(SPOILT_FILES[fault](path.read_bytes()))
    with pytest.raises(InputError, match=r"heritage\.parquet: is no whole table; remove it and make it again"):
        run["heritage"]
    if fault != "overwritten in the middle":  # its foot, which is whole, tells where it comes from
        with pytest.raises(InputError, match=r"heritage\.parquet: is no whole table"):
            run.made_of("heritage")


def test_a_table_without_shapes_is_told(tmp_path):
    folder = some_run(tmp_path)
    pd.DataFrame({"a": [1]}).to_parquet(folder / "heritage.parquet")
    with pytest.raises(InputError, match=r"heritage\.parquet: is no whole table"):
        cn.load_run("sample", root=tmp_path)["heritage"]


@pytest.mark.parametrize("function", [cn.score_candidates, cn.measure_reach, cn.locate_sites, cn.try_site])
@pytest.mark.parametrize("wrong", [None, 3, "hanoi", gpd.GeoDataFrame({"a": [1]})], ids=lambda one: type(one).__name__)
def test_what_is_no_run_is_refused_by_every_function(function, wrong):
    with pytest.raises(InputError, match=f"^{function.__name__}: give a run, such as load_run"):
        function(wrong)


NUMBERS = [
    (name, column.name)
    for name in ("heritage", "candidates")
    for column in TABLES[name].columns
    if column.kind in ("number", "integer")
]


@pytest.mark.parametrize(("name", "column"), NUMBERS)
def test_every_figure_that_is_infinite_is_refused_with_its_row_and_column(town, name, column):
    for wrong in (float("inf"), -float("inf")):
        rows = rows_of(name, ["h-1", "h-2"]).assign(**{column: [1.0, wrong]})
        with pytest.raises(InputError, match=f"^{name}: h-2: {column} is infinite in row 2; give a number"):
            given(town, name, rows)


@pytest.mark.parametrize(("name", "column"), NUMBERS)
def test_a_figure_that_is_not_known_may_be_missing_where_the_docs_say_so(town, name, column):
    rows = rows_of(name, ["h-1", "h-2"]).assign(**{column: [1.0, float("nan")]})
    words = r"\.parquet" if TABLES[name].column(column).nullable else f"column {column} has 1 missing values"
    with pytest.raises(InputError, match=words):  # what is missed next is a file of the run
        given(town, name, rows)


WRONG_SITES = {
    "nothing": {},
    "a place of NaN": {"at": (float("nan"), 3.0)},
    "an infinite place": {"at": [float("inf"), 3.0]},
    "a place off the Earth": {"at": (999, 3.0)},
    "three numbers": {"at": (1, 2, 3)},
    "words": {"at": ("here", 3.0)},
    "a shape": {"at": shapely.Point(3, 0.02)},
    "an infinite area": {"at": "0.02,3", "area_m2": float("inf")},
    "a confidence of NaN": {"at": "0.02,3", "confidence": float("nan")},
    "no file": {"sites": "no-such.csv"},
}


@pytest.mark.parametrize("fault", WRONG_SITES)
def test_a_what_if_speaks_to_python_as_to_the_command_line(fault):
    with pytest.raises(InputError, match=r"^what-if: ") as told:
        sites_asked(read_asked({"city": "sample", **WRONG_SITES[fault]}))
    assert "--" not in str(told.value) and "snakemake" not in str(told.value)


def test_no_message_of_the_library_names_an_option_of_the_command_line():
    # where a message stands is told by its subject; what makes a run is a command wherever one is
    for path in sorted((ROOT / "src/creative_nodes").rglob("*.py")):
        assert 'where="--' not in (text := path.read_text(encoding="utf-8")) and '"--config"' not in text, path
