"""Cities in tables: a row is as good as a file, and only those asked for are read."""

import csv
import json
from pathlib import Path

import pytest
import yaml

from creative_nodes.common import InputError, cities, cities_named, known_cities, read_city, where_of
from creative_nodes.settings import load_city, load_config, load_settings

ROOT = Path(__file__).resolve().parents[3]
MAIN = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
CONFIG = load_config(MAIN)
HEAD = "city,name,local_name,country,boundary.bbox,source.kind,source.file"
ROW = 'town,Town,Phố,VN,"[105.8, 21.0, 105.9, 21.1]",extract,town.osm.pbf'


@pytest.fixture
def table(tmp_path):
    """Write a table of cities and return the project's folder."""

    def write(*lines: str, name: str = "many.csv", encoding: str = "utf-8") -> Path:
        folder = tmp_path / "config/cities"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("\n".join(lines) + "\n", encoding=encoding)
        return tmp_path

    return write


def said(call, *arguments, **named) -> str:
    with pytest.raises(InputError) as caught:
        call(*arguments, **named)
    return str(caught.value)


def load(root: Path, city: str = "town"):
    return load_settings(CONFIG, city, root=root)


def flat(node, under=""):
    """Write a mapping as dotted columns; lists and empty mappings stay whole."""
    for key, value in node.items():
        if isinstance(value, dict) and value:
            yield from flat(value, f"{under}{key}.")
        else:
            yield f"{under}{key}", value


def cell(value) -> str:
    """Write a value as a cell: JSON is YAML too."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("city", ["hanoi", "hcmc", "shanghai", "sample"])
def test_a_row_is_as_good_as_a_file(table, tmp_path, city):
    given = yaml.safe_load((ROOT / f"config/cities/{city}.yaml").read_text(encoding="utf-8"))
    columns = dict(flat(given))
    root = table("city,name", "other,Other", name="others.csv")
    with (root / "config/cities/many.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["city", *columns], [city, *map(cell, columns.values())]])
    assert read_city(city, root=root)[0] == given
    assert load(root, city) == load_settings(CONFIG, city, root=ROOT).model_copy(
        # files of the project are not in this folder
        update={"city": load_city(city, root=root), "analysis": load(root, city).analysis}
    )
    assert load_city(city, root=root).model_dump() == load_city(city, root=ROOT).model_dump()


@pytest.mark.parametrize(
    ("head", "row", "words"),
    [
        (HEAD, ROW.replace("VN", "Vietnam"), ("line 2 (town): country:",)),
        (HEAD, ROW.replace("105.9", "105.7"), ("line 2 (town): boundary.bbox:", "west < east")),
        (HEAD, ROW.replace('"[105.8, 21.0, 105.9, 21.1]"', ""), ("boundary: this key is missing",)),
        (HEAD, ROW.replace('"[105.8, 21.0, 105.9, 21.1]"', '"[105.8, 21.0"'), ("boundary.bbox: cannot be read",)),
        (HEAD.replace("local_name", "lokal_name"), ROW, ("did you mean local_name",)),
        (HEAD.replace("source.file", "source.flie"), ROW, ("source.flie", "did you mean file")),
        (HEAD + ",source", f"{ROW},osm", ("source: parts of it have columns of their own",)),
        ("city,source,source.kind", "town,osm,extract", ("source.kind: source has a value of its own",)),
        (HEAD + ",override.seed", f"{ROW},minus", ("(override): seed:", "minus")),
        (HEAD, ROW.replace("VN", "ZZ"), ("line 2 (town)", "travel.speeds_kmh has no table for ZZ")),
    ],
)
def test_a_fault_names_file_row_and_key(table, head, row, words):
    message = said(load, table(head, row))
    assert message.startswith("config/cities/many.csv, line 2 (town)")
    assert all(word in message for word in words)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("name,country", "Town,VN"), "column city is missing"),
        (("city;name", "town;Town"), "part the columns with commas"),
        (("city,name,name", "town,a,b"), "column name stands twice"),
        (("city,name", "town,a,b"), "line 2: has more values than there are columns"),
        (("city,name", "Hà Nội,a"), "line 2: city: name the city in small letters"),
        (("city,name", "index,a"), "are taken"),
        (("city,name", 'town,"a'), "is a quote not closed"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(table, lines, words):
    assert words in said(known_cities, root=table(*lines))


@pytest.mark.parametrize("name", ["My cities.csv", "Vietnam.CSV", "all.csv", "town.csv"])
def test_a_table_needs_a_name_of_its_own(table, name):
    root = table(HEAD, ROW, name=name)
    assert name in said(known_cities, root=root)


def test_spreadsheets_marks_and_empty_lines_are_no_fault(table):
    root = table(HEAD, ROW, "", ",,,,,,", encoding="utf-8-sig")
    assert known_cities(root=root) == ["town"] and load(root).city.local_name == "Phố"


def test_a_city_stands_once(table):
    root = table(HEAD, ROW)
    (root / "config/cities/town.yaml").write_text("name: Town", encoding="utf-8")
    message = said(load, root)
    assert "config/cities/town.yaml" in message and "many.csv, line 2 (town)" in message
    (root / "config/cities/town.yaml").unlink()
    table(HEAD, ROW, name="more.csv")
    assert "more.csv, line 2" in said(load, root)
    table(HEAD, ROW, ROW.replace("Town", "Again"), name="more.csv")
    (root / "config/cities/many.csv").unlink()
    assert "line 3 (town) as well" in said(load, root)


def test_a_table_stands_for_its_cities(table):
    root = table(HEAD, ROW, ROW.replace("town", "port", 1))
    assert cities_named(["many", "elsewhere", "port"], root=root) == ["town", "port", "elsewhere"]
    assert where_of("port", root=root) == "config/cities/many.csv, line 3 (port)"
    config = load_config(MAIN | {"cities": "many, hanoi"})
    assert config.cities == ["many", "hanoi"]


def test_one_city_among_a_thousand_reads_one(table, monkeypatch):
    rows = [ROW.replace("town", f"town-{i}", 1).replace("VN", "nowhere") for i in range(1000)]
    root = table(HEAD, *rows, ROW)
    for i in range(1000):
        (root / f"config/cities/file-{i}.yaml").write_bytes(b"\xff not UTF-8")
    read = []
    for name in ("read_yaml", "_mapping"):
        true = getattr(cities, name)
        monkeypatch.setattr(cities, name, lambda *given, true=true: read.append(given[0]) or true(*given))
    assert len(known_cities(root=root)) == 2001
    assert load(root).city.name == "Town"
    assert [one["city"] for one in read] == ["town"]


def test_rows_with_the_same_overrides_are_checked_once(table, monkeypatch):
    from creative_nodes import settings

    root = table(HEAD + ",override.seed", *(ROW.replace("town", f"town-{i}", 1) + f",{i // 3}" for i in range(6)))
    checked = []
    true = settings._analysis
    monkeypatch.setattr(settings, "_analysis", lambda *given: checked.append(given) or true(*given))
    found = [load(root, f"town-{i}") for i in range(6)]
    assert [one.analysis.seed for one in found] == [0, 0, 0, 1, 1, 1]
    assert len(checked) == 2
    assert {one.key for one in found} == {f"town-{i}" for i in range(6)}
