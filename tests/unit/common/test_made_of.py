"""What results depend on: by bytes and values, told apart, the same wherever the folder stands."""

import hashlib
import json

import pandas as pd
import pytest

from creative_nodes.common import tables
from creative_nodes.common.made_of import MadeOf, made_from, read_made_of, together
from creative_nodes.common.schema import Column, Table

TABLE = Table("some", "a row", (Column("n", "integer", "a number"),))
SETTINGS = json.dumps({"analysis.score": {"weights": [1, 2]}, "city.country": "VN"})


def sha(text, digits=12):
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


@pytest.fixture
def made(tmp_path):
    """Make a result of a registry and rules in some folder, with some code and settings; return what it depends on."""

    def make(folder, *, registry="a,b", rules="x: 1", code="abc", settings=SETTINGS):
        home = tmp_path / folder
        home.mkdir(exist_ok=True)
        (home / "known.csv").write_text(registry)
        (home / "rules.yaml").write_text(rules)
        inputs = {"registry": str(home / "known.csv"), "heritage_taxonomy": [str(home / "rules.yaml")], "imports": []}
        return made_from("locate_sites", inputs, {"code": code, "settings": settings})

    return make


def test_hashes_are_those_of_bytes_and_of_values_by_key(made):
    one = made("here")
    assert one.data == {"registry": sha("a,b")}
    assert one.code == {"locate_sites": "abc"}
    assert one.settings == {
        "analysis.score": sha('{"weights": [1, 2]}'),
        "city.country": sha('"VN"'),
        # rules in a file of their own are settings
        "heritage_taxonomy": sha("x: 1"),
    }


def test_the_id_is_the_same_wherever_the_folder_stands_and_parts_are_told_apart(made):
    one = made("here")
    assert made("elsewhere").id == one.id
    assert one.id == "-".join(one.parts.values())
    for part, change in {
        "data": {"registry": "a,c"},
        "settings": {"rules": "x: 2"},
        "code": {"code": "abd"},
    }.items():
        other = made("changed", **change).parts
        assert {name for name in other if other[name] != one.parts[name]} == {part}
    assert made("here", settings=SETTINGS.replace("VN", "CN")).parts["settings"] != one.parts["settings"]


def test_a_table_hands_on_what_it_depends_on(made, tmp_path):
    path, frame = tmp_path / "some.parquet", pd.DataFrame({"n": [1]})
    tables.write(frame, TABLE, path, provenance={"source": "x"} | tables.note_of(made("here")))
    after = made_from("score", {"some": str(path)}, {"code": "def", "settings": '{"analysis.seed": 1}'})
    assert after.data == made("here").data
    assert after.code == {"locate_sites": "abc", "score": "def"}
    assert set(after.settings) == {*made("here").settings, "analysis.seed"}
    passed = tables.carry_on(path, after)
    assert passed["source"] == "x" and passed["data"] == after.parts["data"]
    assert read_made_of(passed["made_of"]) == after
    # a table of somebody else counts by its bytes
    frame.to_parquet(path)
    found = made_from("score", {"some": str(path)}, {}).data
    assert found == {"some": hashlib.sha256(path.read_bytes()).hexdigest()[:12]}


def test_a_pull_hands_on_what_it_noted_or_the_bytes_of_its_source(tmp_path):
    osm, note = tmp_path / "osm.pbf", tmp_path / "provenance.json"
    osm.write_bytes(b"x")
    note.write_text(json.dumps({"source_sha256": "f" * 64, "sha256": "0" * 64}))
    assert made_from("read_osm", {"osm": str(osm)}, {}) == MadeOf(data={"source": "f" * 12})
    whole = MadeOf({"source": "1"}, {"city.boundary": "2"}, {})
    note.write_text(json.dumps({"sha256": "0" * 64} | tables.note_of(whole)))
    assert made_from("read_osm", {"osm": str(osm), "provenance": str(note)}, {}) == whole


def test_what_differs_under_a_name_is_kept_apart_and_order_does_not_matter():
    one, other = MadeOf({"raster": "a"}, {}, {"s": "1"}), MadeOf({"raster": "b"}, {"k": "v"}, {"s": "1"})
    assert (one | other) == (other | one) == ((one | other) | one)
    assert together([one, other]) == together([other, one])
    assert together([one, one]) == one
    assert together([one, other]).data["raster"] not in "ab"
