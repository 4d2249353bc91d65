"""Files are found in the working folder, then in the workflow's own; what they are called changes no setting."""

from pathlib import Path

import pytest
import yaml

from creative_nodes.common import places, restore
from creative_nodes.settings import City, load_config, load_settings, pick

ROOT = Path(__file__).resolve().parents[3]
CONFIG = load_config(yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8")))
GTFS = {"file": "feeds/a.zip", "date": "2026-03-04", "source": "x", "window": ["07:00", "09:00"]}
LIST = {"file": "lists/a.csv", "columns": {"name": "n", "lon": "x", "lat": "y"}, "kind": "heritage", "source": "s"}


@pytest.fixture
def town(tmp_path, monkeypatch):
    """Settings of a city of a folder's own beside a workflow's folder: a function of what its file says."""
    monkeypatch.setenv(places.HOME, str(ROOT))

    def settings(**changes):
        file = tmp_path / "config/cities/town.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        whole = yaml.safe_load((ROOT / "config/cities/sample.yaml").read_text(encoding="utf-8")) | changes
        file.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
        return load_settings(CONFIG, "town", root=tmp_path)

    return settings


def test_the_working_folder_goes_first_and_the_workflows_own_stands_in(town, tmp_path):
    found = town()
    assert found.city.registry == str(ROOT / "config/registry/sample.csv")
    assert found.city.people.raster.file == str(ROOT / "tests/data/sample_town/population.tif")
    assert found.analysis.locate.amenity_taxonomy == str(ROOT / "config/taxonomy/amenities.yaml")
    own = tmp_path / "config/registry/sample.csv"
    own.parent.mkdir()
    own.write_text("")
    assert town().city.registry == "config/registry/sample.csv"
    assert load_settings(CONFIG, "hanoi", root=tmp_path).city.name == "Hanoi"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"boundary": {"polygon": "a.geojson"}}, {"boundary": {"polygon": "b/c.gpkg"}}),
        ({"registry": "a.csv"}, {"registry": "b/c.csv"}),
        ({"gtfs": GTFS}, {"gtfs": GTFS | {"file": "b.zip"}}),
        ({"source": {"kind": "extract", "file": "a.osm.pbf"}}, {"source": {"kind": "extract", "file": "b.osm"}}),
        ({"imports": [LIST]}, {"imports": [LIST | {"file": "elsewhere/b.csv"}]}),
    ],
)
def test_what_a_file_is_called_is_no_setting(town, one, other):
    assert pick(town(**one), "city", "analysis") == pick(town(**other), "city", "analysis")


@pytest.mark.parametrize("city", ["hanoi", "hcmc", "sample", "shanghai"])
def test_settings_without_names_are_settings_still(city):
    settings = load_settings(CONFIG, city, root=ROOT)
    again = restore(pick(settings, "city"), "city", City)
    assert [one.kind for one in again.imports] == [one.kind for one in settings.city.imports]
    assert again.name == settings.city.name
