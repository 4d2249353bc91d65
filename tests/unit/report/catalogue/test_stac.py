"""The STAC collection of a run, read and checked by pystac with the schemas that it brings along."""

import json
import socket
from dataclasses import replace
from datetime import UTC, datetime

import catalogued
import pystac
import pytest
import shapely

from creative_nodes.report.catalogue.stac import stac

RELATIVE = ("root", "parent", "collection", "item")


@pytest.fixture
def offline(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a network was asked"))


@pytest.fixture
def dated(plain):
    return plain[2]


def test_a_city_is_an_item_of_the_collection_of_the_run(dated, offline):
    found = pystac.Collection.from_file(str(dated / "collection.json"))
    assert found.validate_all() == 1 and found.id == catalogued.RUN["id"]
    (item,) = found.get_items()
    assert item.validate() and item.get_collection().id == item.get_parent().id == found.id
    assert item.id == f"x-{found.id}" and item.datetime == datetime(2026, 11, 1, tzinfo=UTC)
    assert "start_datetime" not in item.properties and item.properties["license"] == found.license == "ODbL-1.0"
    assert item.bbox == [105.7, 20.9, 106.0, 21.1] and found.extent.spatial.bboxes == [item.bbox]
    assert found.extent.temporal.intervals == [[item.datetime, item.datetime]]
    assert shapely.geometry.shape(item.geometry).exterior.is_ccw
    names = [one.name for one in found.providers]
    assert names[:3] == ["creative-nodes", "OpenStreetMap contributors", catalogued.COUNTED]
    assert catalogued.FEED in names and f"{catalogued.LIST} (licence not known)" in names
    assert [one["name"] for one in item.properties["providers"]] == names


def test_every_asset_is_a_file_with_its_role_and_kind(dated):
    item = json.loads((dated / "x/item.json").read_text(encoding="utf-8"))
    found = {key: (one["roles"], one["type"]) for key, one in item["assets"].items()}
    assert all((dated / "x" / one["href"]).is_file() for one in item["assets"].values())
    assert found["creative.parquet"] == (["data"], "application/vnd.apache.parquet")
    assert found["index.html"] == (["overview"], "text/html")
    assert found["dictionary"] == (["metadata"], "text/html")
    tables = {one.name for one in (dated / "x").iterdir() if one.suffix in (".parquet", ".csv", ".geojson", ".fgb")}
    assert tables == {key for key, (roles, _) in found.items() if roles == ["data"]}


def test_links_are_relative_and_lead_to_files(dated):
    for name in ("collection.json", "x/item.json"):
        links = json.loads((dated / name).read_text(encoding="utf-8"))["links"]
        within = [link for link in links if link["rel"] in RELATIVE]
        assert within and all(((dated / name).parent / link["href"]).is_file() for link in within)
        assert {link["rel"] for link in links} - {*RELATIVE} == {"license"}


def test_a_city_whose_map_has_no_day_is_no_item_and_gets_no_day(tmp_path, offline):
    catalogued.write(tmp_path, snapshot="unknown", told=True)
    folder = tmp_path / "catalogue"
    found = pystac.Collection.from_file(str(folder / "collection.json"))
    assert found.validate_all() == 0 and not (folder / "x/item.json").exists()
    assert found.extent.temporal.intervals == [[None, None]]
    assert "Of Brick Town the day of the map is not known" in found.description
    assert (folder / found.assets["x-creative.parquet"].href).is_file()
    assert "9999" not in (folder / "collection.json").read_text(encoding="utf-8")


def test_of_several_cities_each_has_its_own_day(plain):
    _, (city,), _ = plain
    assert city.snapshot == "2026-11-01"
    first, second = (replace(city, snapshot=day) for day in ("2018-01-01", "2026-01-01"))
    told = stac([first, second], catalogued.RUN)["collection.json"]
    assert told["extent"]["temporal"]["interval"] == [["2018-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]]
    assert len(told["extent"]["spatial"]["bbox"]) == 3 and len(told["providers"]) == 8
