"""Results for spreadsheets, read back with what we did not write: csv."""

import csv

import numpy as np
import pandas as pd
import pytest
import shapely
from packed import SHAPES, packed_frames

from creative_nodes.report import pack
from creative_nodes.report.tables import TABLES


@pytest.fixture
def frames():
    return packed_frames()


def read_csv(path):
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")  # a byte order mark tells spreadsheets that it is UTF-8
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_spreadsheet_reads_names_numbers_and_places(frames, tmp_path):
    pack.write_csv(frames["candidates"], tmp_path / "csv" / "candidates.csv")
    rows = read_csv(tmp_path / "csv" / "candidates.csv")
    assert [row["name"] for row in rows] == ["Nhà máy xe lửa Gia Lâm", "杨树浦电厂"]
    assert [row["network_gain"] for row in rows] == ["0.25", ""]
    assert [row["transit_minutes"] for row in rows] == ["", ""]
    point = shapely.Point(float(rows[0]["lon"]), float(rows[0]["lat"]))
    assert SHAPES[0].contains(point)
    assert (rows[1]["lon"], rows[1]["lat"]) == ("105.85", "21.02")
    assert set(rows[0]) == {*(c.name for c in TABLES["candidates"].columns), "lon", "lat"} - {
        "geometry",
        "messages",
    }


def test_every_table_of_the_results_survives_csv(frames, tmp_path):
    for name, frame in frames.items():
        pack.write_csv(frame, tmp_path / f"{name}.csv")
        rows = read_csv(tmp_path / f"{name}.csv")
        assert len(rows) == len(frame)
    assert [row["sites"] for row in read_csv(tmp_path / "portfolio.csv")] == ["", "h-2, h-1"]
    assert [row["largest_move"] for row in read_csv(tmp_path / "priorities_doubt.csv")] == ["-3", "-3"]
    assert not list(tmp_path.glob(".*"))


def test_numbers_come_back_as_they_were(tmp_path):
    values = np.random.default_rng(1).random(50) * 10.0 ** np.arange(-25, 25)
    pack.write_csv(pd.DataFrame({"x": values}), tmp_path / "x.csv")
    assert [float(row["x"]) for row in read_csv(tmp_path / "x.csv")] == values.tolist()


def test_a_name_is_no_formula(tmp_path):
    names = ["=HYPERLINK(1)", "@home", "+84 bar", "-5", "- 5 -", 'a "quoted", name\nin two lines', "× 0.85"]
    pack.write_csv(pd.DataFrame({"name": names}), tmp_path / "x.csv")
    found = [row["name"] for row in read_csv(tmp_path / "x.csv")]
    assert found == ["'=HYPERLINK(1)", "'@home", "'+84 bar", "-5", "'- 5 -", *names[5:]]


def test_about_says_where_each_file_comes_from():
    found = pack.about_tables(
        {"scores": {"source": "x.osm.pbf", "snapshot": "2026-11-01", "settings": "ab", "version": "1"}}
    )
    assert found.loc[0, ["file", "a_row_is", "source"]].tolist() == ["scores.csv", "a candidate, ranked", "x.osm.pbf"]


@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\u3000", "\ufeff", "\u200b ", "\n", "\t "])
@pytest.mark.parametrize("sign", [*"=+-@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_formula_behind_blanks_or_in_full_width_is_none(tmp_path, before, sign):
    import csv

    text = f"{before}{sign}cmd|' /C calc'!A0"
    pack.write_csv(pd.DataFrame({"name": [text, " -5", "Kho = A"]}), tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == [f"'{text}", " -5", "Kho = A"]


def test_candidates_carry_rank_and_score_into_a_spreadsheet(frames, tmp_path):
    pack.write_csv(pack.for_spreadsheets(frames)["candidates"], tmp_path / "c.csv")
    rows = read_csv(tmp_path / "c.csv")
    assert list(rows[0])[:4] == ["site_id", "rank", "score", "name"]
    assert [(row["rank"], row["score"]) for row in rows] == [("1", "0.5"), ("2", "0.25")]
