"""The picture of the stages shows who takes from whom, and nothing that is not so."""

import re
import xml.etree.ElementTree as ET

import pytest

from creative_nodes.tools import house

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A house of three stages, drawn: `low` is taken from twice and once, `middle` once."""
    files = {
        "low/__init__.py": '"""Low: what all share."""',
        "middle/__init__.py": '"""Middle: in between (METHOD section 1)."""',
        "middle/room.py": "from creative_nodes.low import a, b\nfrom creative_nodes.middle.other import c\n",
        "middle/other.py": "import json\nfrom creative_nodes.low import a\n",
        "top.py": '"""Top: <everything>.\n\nMore."""\nfrom creative_nodes.low import a\n'
        "def late():\n    from creative_nodes.middle import c\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(house, "SOURCE", tmp_path)
    monkeypatch.setattr(house, "STAGES", ("low", "middle", "top"))
    return ET.fromstring(house.picture())


def test_names_are_counted_once_a_stage(small):
    assert house.names_taken() == {("middle", "low"): 2, ("top", "low"): 1, ("top", "middle"): 1}
    told = [one.findtext(f"{SVG}title") for one in small.iter(f"{SVG}circle")]
    assert told == [
        "middle takes 2 names from low",
        "top takes 1 name from low",
        "top takes 1 name from middle",
    ]


def test_a_dot_stands_in_the_row_of_the_taker_and_under_the_giver(small):
    dots = [(float(one.get("cx")), float(one.get("cy"))) for one in small.iter(f"{SVG}circle")]
    rows, columns = ([house.MARGIN + (n + 0.5) * house.CELL for n in range(3)] for _ in range(2))
    assert dots == [(columns[0], rows[1]), (columns[0], rows[2]), (columns[1], rows[2])]


def test_stages_are_named_with_their_purpose(small):
    said = [one.text for one in small.iter(f"{SVG}text")]
    assert said == ["low", "what all share", "middle", "in between", "top", "<everything>"]


def test_every_import_of_the_real_house_goes_up_the_way():
    for taker, giver in house.names_taken():
        assert house.STAGES.index(giver) < house.STAGES.index(taker)


def test_every_word_of_the_real_picture_fits():
    root = ET.fromstring(house.picture())
    width = float(root.get("width"))
    for one in root.iter(f"{SVG}text"):
        assert float(one.get("x")) + 7.2 * len(one.text) < width, one.text
    assert not re.search(r"href|<script|url\(", house.picture())
