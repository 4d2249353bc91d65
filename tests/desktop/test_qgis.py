"""The GeoPackage and the project as Debian's own QGIS and GDAL open them: apt-get install python3-qgis gdal-bin."""

import json
import math
import os
import shutil
import subprocess
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import shapely

from creative_nodes.common import tables
from creative_nodes.report import TABLES, pack_city, read_base
from creative_nodes.report.city.hexagons import WALK_CLASSES, _walk_class
from creative_nodes.report.gis.layers import ATTRIBUTES, LAYERS, MADE_LAYERS, geopackage_contents
from creative_nodes.report.gis.looks import PIN_MM
from creative_nodes.report.settings import GisSettings

HERE = Path(__file__).resolve().parent
PYTHON = "/usr/bin/python3"  # Debian's, which its QGIS is made for
# what QGIS calls geometry types
TYPES = {"Point": 1, "MultiLineString": 5, "MultiPolygon": 6, "no geometry": 100}
DRAWN = [name for name, _, shape in geopackage_contents() if shape != "no geometry"]
EVERY = [name for name, _, _ in geopackage_contents() if name != "layer_styles"]


def missing():
    """Say what is missing for these tests; empty when nothing is."""
    found = [] if shutil.which("ogrinfo") else ["gdal-bin"]
    asked = Path(PYTHON).exists() and subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True)
    return " ".join(found if asked and asked.returncode == 0 else [*found, "python3-qgis"])


# where somebody says that it must run, what is missing is an error
REQUIRED = os.environ.get("QGIS") == "required"
pytestmark = pytest.mark.skipif(bool(missing()) and not REQUIRED, reason=f"no QGIS here: apt-get install {missing()}")


@pytest.fixture(scope="module")
def found(sample, tmp_path_factory):
    """What QGIS makes of the files of the sample town, moved to another folder together."""
    assert not missing(), missing()
    folder = tmp_path_factory.mktemp("qgis")
    files = [shutil.copy(sample / f"sample.{ending}", folder) for ending in ("gpkg", "qgz")]
    return opened(*files, folder)


def opened(geopackage, project, folder):
    """Tell what QGIS makes of two files; of the pins alone where the first is a hyphen."""
    command = [PYTHON, str(HERE / "open_in_qgis.py"), str(geopackage), str(project), str(folder / "pictures")]
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV", "GDAL"))}
    done = subprocess.run(command, capture_output=True, text=True, env={**env, "QT_QPA_PLATFORM": "offscreen"})
    assert done.returncode == 0, done.stderr
    told = json.loads((folder / "pictures" / "found.json").read_text(encoding="utf-8"))
    return {**told, "folder": folder, "stderr": done.stderr}


def test_older_gdal_reads_it_without_a_word(found):
    done = subprocess.run(
        ["ogrinfo", "-ro", "-so", "-al", str(found["folder"] / "sample.gpkg")], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Warning" not in done.stdout and "GeoPackage" not in found["stderr"]


def test_qgis_has_nothing_to_complain_of(found):
    assert [text for _, level, text in found["said"] if level in (1, 2)] == []


@pytest.mark.parametrize("name", EVERY)
def test_a_layer_opened_by_its_name_has_all_rows_and_every_field_a_name(found, name):
    layer = found["geopackage"][name]
    shape = next(shape for one, _, shape in geopackage_contents() if one == name)
    assert layer["valid"] and layer["geometry"] == TYPES[shape]
    assert all(alias for field, alias in layer["aliases"].items() if field != "fid"), layer["aliases"]
    assert layer["aliases"].keys() == found["project"]["layers"][f"creative_nodes_{name}"]["aliases"].keys()


@pytest.mark.parametrize("name", DRAWN)
def test_every_row_is_drawn_once_by_its_style_as_by_sld(found, name):
    layer = found["geopackage"][name]
    assert layer["drawn"] == layer["rows"]
    assert layer["style"] == [name]
    if layer["rows"]:
        assert layer["sld"]["read"] and layer["sld"]["drawn"] == layer["rows"]
        assert layer["sld"]["rules"] == layer["rules"]
        assert layer["pixels"] > 0 and layer["sld"]["pixels"] > 0
    # a row that two rules draw would tell both
    assert all(rules.count("; ") <= 1 for rules in layer["rules"])


@pytest.mark.parametrize(
    ("name", "table"),
    [("candidates", "candidates"), ("heritage", "heritage"), ("creative", "creative"), ("stations", "stations")],
)
def test_as_many_places_are_drawn_as_the_table_has(found, sample, name, table):
    rows = len(tables.read(TABLES[table], sample / f"{table}.parquet"))
    assert rows and found["geopackage"][name]["drawn"] == rows


def test_the_walk_is_classed_as_on_the_page(found, sample):
    cells = tables.read(TABLES["accessibility"], sample / "accessibility.parquet")
    pairs = zip(cells["minutes_walk"], cells["unreachable_walk"], strict=True)
    ends = [0.0, *list(WALK_CLASSES.values())[:-1]]
    words = {kind: f"{low:g} to {high:g} min" for kind, low, high in zip(WALK_CLASSES, ends, ends[1:], strict=False)}
    kinds = Counter(words[_walk_class(minutes, share)] for minutes, share in pairs)
    assert {rule.removeprefix("; "): n for rule, n in found["geopackage"]["accessibility"]["rules"].items()} == kinds


def test_the_project_opens_whole_wherever_it_lies(found):
    project = found["project"]
    assert project["read"] and not project["absolute"]
    assert set(project["layers"]) == {f"creative_nodes_{name}" for name in EVERY}
    assert all(layer["valid"] for layer in project["layers"].values())
    folder = str(found["folder"])
    assert all(source.startswith(f"{folder}/sample.gpkg|") for source in project["sources"].values())
    assert all(layer["drawn"] == layer["rows"] for layer in project["layers"].values() if layer["spatial"])
    assert all(any(layer["aliases"].values()) for layer in project["layers"].values())
    assert list(project["groups"]) == ["Sites", "Creative spaces", "The city today", "Base map", "Tables"]
    assert len(project["groups"]["Tables"]) == len(ATTRIBUTES)
    assert project["shown"][0] == "creative_nodes_candidates" and project["shown"][-1] == "creative_nodes_base_areas"
    assert project["pixels"] > 1000


def test_the_sheet_is_printed_with_title_map_legend_scale_bar_and_sources(found):
    project, pictures = found["project"], found["folder"] / "pictures"
    assert project["printed"] == [0, 0]  # QGIS's number for success
    assert (pictures / "sheet.pdf").read_bytes().startswith(b"%PDF") and (pictures / "sheet.png").stat().st_size > 50000
    assert project["bar"][2] and project["bar"][0] > 0
    assert project["legend"] and set(project["legend"]) <= set(project["shown"])
    said = " ".join(project["labels"])
    assert "old industry, new nodes" in said and "Made-up map data: sample.osm.pbf" in said


@pytest.fixture(scope="module")
def crowded(sample, tmp_path_factory):
    """The pins of the sample town's sheet with its candidates drawn together, to a tenth of the way between them."""
    folder = tmp_path_factory.mktemp("crowded")
    names = {*LAYERS, *ATTRIBUTES, *(name for some in MADE_LAYERS.values() for name in some)}
    frames = {name: tables.read(TABLES[name], sample / f"{name}.parquet") for name in names}
    sites = frames["candidates"]
    around = sites.union_all().centroid
    near = shapely.transform(sites.geometry.to_numpy(), lambda xy: np.array(around.coords) + (xy - around.coords) / 10)
    frames["candidates"] = sites.set_geometry(near, crs=4326)
    files = {"geopackage": folder / "crowded.gpkg", "project": folder / "crowded.qgz"}
    settings = GisSettings(name="Crowded", fictional=True, min_confidence=0.5, bridges_from=0.0)
    paper = read_base(sample / "places.parquet", sample / "street_edges.parquet", frames["study_area"].iloc[0])
    pack_city(frames, paper, settings, {}, **files)
    return opened("-", files["project"], folder)["project"]["pins"].values()


@pytest.mark.parametrize("town", ["found", "crowded"])
def test_no_pin_on_the_sheet_covers_another(request, town):
    given = request.getfixturevalue(town)
    pins = given["project"]["pins"].values() if town == "found" else given
    assert len(pins) == 10 and any(aside for *_, aside in pins) == (town == "crowded")
    assert all(math.dist(one[:2], other[:2]) >= PIN_MM - 0.05 for one, other in combinations(pins, 2))
