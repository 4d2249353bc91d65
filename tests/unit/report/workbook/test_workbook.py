"""The workbook, read back with openpyxl's own reader and as the XML that spreadsheets get."""

import io
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import made_up
import numpy as np
import openpyxl
import pandas as pd
import pytest

from creative_nodes.common import speaking
from creative_nodes.common.words import CRITERIA
from creative_nodes.report.city import view
from creative_nodes.report.city.reading import once_a_language
from creative_nodes.report.workbook import excel
from creative_nodes.report.workbook.city import write_workbooks
from creative_nodes.report.workbook.sheets import Head, Sheet, lines_of, sheets, without_empty

ROOT = Path(__file__).parents[4]
NAMES = ["=HYPERLINK(1)", "+84 bar", "-1+1", "@SUM(1)", "\t=1+1", "＝1", "Nhà máy xe lửa Gia Lâm", "杨树浦电厂"]


@pytest.fixture(scope="module")
def made():
    return made_up.frames()


@pytest.fixture(scope="module")
def speak(made):
    """The view-model in the language in force, made once in each."""
    own = made_up.settings(ROOT)
    return once_a_language(partial(view.city_page, made, made_up.PROVENANCE, own), own)


@pytest.fixture(scope="module")
def told(made, speak):
    return {sheet.name: sheet for sheet in sheets(speak(), made)}


@pytest.fixture(scope="module")
def book(told):
    return openpyxl.load_workbook(io.BytesIO(excel.workbook(list(told.values()), title="T")))


def xml_of(packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_it_has_the_six_sheets_with_filters_and_heads_in_view(book):
    assert book.sheetnames == ["Answer", "Ranking", "Values", "Survey list", "Sources", "Cautions"]
    for sheet in book:
        assert sheet.auto_filter.ref == sheet.dimensions, sheet.title
        assert sheet.freeze_panes in ("A2", "B2", "C2"), sheet.title
        assert all(cell.value and cell.font.bold for cell in sheet[1]), sheet.title
        widths = [sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]]
        assert min(widths) >= 9 and len(set(widths)) > 1, sheet.title


def test_the_ranking_holds_the_numbers_of_the_tables_with_units_in_the_head(book, made):
    rows = list(book["Ranking"].values)
    heads, area_of = list(rows[0]), made["heritage"].set_index("site_id")["area_m2"]
    both = made["candidates"].merge(made["scores"].drop(columns="list"), on="site_id").set_index("site_id")
    assert len(rows) - 1 == len(both)
    first, last = heads.index("Residents within 15 min walk (persons)"), heads.index("Why it has no rank")
    typical = heads.index("Figures that are not known, a typical one stands in")
    assert typical - first == len(CRITERIA) and last - typical == 1
    for row in rows[1:]:
        known = both.loc[row[heads.index("Id in the tables")]]
        assert (row[heads.index("Area")] == "not known") == np.isnan(area_of[known.name])
        for value, key in zip(row[first:typical], CRITERIA, strict=True):
            assert value == (None if pd.isna(known[key]) else pytest.approx(float(known[key])))
        standing_in = (row[typical] or "").lower()
        assert ("area" in standing_in, "value" in standing_in) == (known["area_unknown"], known["age_unknown"])
        if row[0] is None:
            assert pd.isna(known["rank"]) and row[last]
        else:
            assert (row[0], row[heads.index("Score (0–1)")]) == (known["rank"], pytest.approx(known["score"]))


@pytest.mark.parametrize("language", ["en", "vi", "zh"])
def test_a_head_tells_its_unit_once(made, speak, language):
    # brackets of Chinese are other letters than those of English
    with speaking(language):
        heads = [head.words for sheet in sheets(speak(), made) for head in sheet.heads]
    assert sum("0–1" in head for head in heads) >= 4
    assert not [head for head in heads if head.count("0–1") > 1]


def test_values_stand_beside_the_city_for_every_candidate_and_criterion(book, made, speak):
    rows = list(book["Values"].values)
    assert len(rows) - 1 == len(made["values"])
    at = {head: i for i, head in enumerate(rows[0])}
    row, known = rows[1], made["values"]
    labels = {row.label: row.key for row in speak().criteria}
    names = {site.name: site.site_id for site in speak().sites}
    same = known[(known["site_id"] == names[row[at["Site"]]]) & (known["criterion"] == labels[row[at["Criterion"]]])]
    assert row[at["Median place of the city"]] == pytest.approx(float(same["city_median"].iloc[0]))
    assert row[at["Weight (0–1)"]] == pytest.approx(float(same["weight"].iloc[0]))


def test_answer_sources_and_cautions_say_what_the_page_says(book, speak):
    page = speak()
    answer = [row[1] for row in book["Answer"].values]
    assert page.answer.lead in answer and page.choice[0].brings in answer
    sources = [tuple(text or "" for text in row) for row in book["Sources"].values]
    figure = page.groups[0].figures[0]
    assert (page.groups[0].title, figure.label, figure.value, figure.unit, figure.source) in sources
    cautions = " ".join(row[1] for row in book["Cautions"].values)
    assert all(notice in cautions for notice in page.notices) and "A high rank is no licence" in cautions
    ranks = [row[0] for row in list(book["Survey list"].values)[1:]]
    assert ranks == [card.rank for card in page.survey.cards]


@pytest.mark.parametrize("fictional", [True, False])
def test_a_made_up_town_is_not_credited_to_openstreetmap(made, speak, fictional):
    page = replace(speak(), settings=made_up.settings(ROOT, fictional=fictional))
    told = next(sheet for sheet in sheets(page, made) if sheet.name == "Sources").rows
    words = " ".join(str(row[4]) for row in told)
    assert ("Open Database License" in words) != fictional and ("OpenStreetMap contributors" in words) != fictional
    assert ("The map data are made up" in words) == fictional and "<" not in words


def test_a_column_that_tells_nothing_in_any_row_of_any_language_is_left_out(made, speak, tmp_path):
    page = speak()
    nowhere = replace(page, sites=tuple(replace(site, district="", ground="") for site in page.sites))
    somewhere = replace(page, sites=(replace(page.sites[0], district="Ward 4"), *page.sites[1:]))
    heads = {}
    for name, shown in (("nowhere", nowhere), ("somewhere", somewhere)):
        paths = {code: tmp_path / f"{name}.{code}.xlsx" for code in ("en", "vi", "zh")}
        write_workbooks(lambda shown=shown: shown, made, paths)
        heads[name] = [cell.value for cell in openpyxl.load_workbook(paths["en"])["Ranking"][1]]
    assert not {"District", "Ground"} & {*heads["nowhere"]} and "District" in heads["somewhere"]
    # what stays in view is kept, what another language tells, and all of a sheet without rows
    empty = Sheet("S", (Head("a"), Head("b"), Head("c"), Head("d")), ((None, "", 0, ""),), 1)
    other = replace(empty, rows=((None, "", 0, "said"),))
    for sheet in without_empty({"en": (empty,), "vi": (other,)}).values():
        assert [head.words for head in sheet[0].heads] == ["a", "c", "d"]
    bare = replace(empty, rows=())
    assert without_empty({"en": (bare,)}) == {"en": (bare,)}


def test_a_site_on_a_ground_with_others_says_so_in_its_row_as_its_card_does(made, speak):
    page = speak()
    sheet = sheets(page, made)[1]
    at = [head.words for head in sheet.heads].index("Ground")
    told = [site.ground for site in page.sites]
    assert any(told) and [row[at] or "" for row in sheet.rows] == told


@pytest.mark.parametrize("text", NAMES)
def test_a_name_is_a_text_whatever_it_begins_with(text):
    packed = excel.workbook([Sheet("S", (Head("Name"), Head("n")), ((text, -5.0),))], title="=1+1")
    assert openpyxl.load_workbook(io.BytesIO(packed))["S"]["A2"].value == text
    cell = openpyxl.load_workbook(io.BytesIO(packed))["S"]["A2"]
    assert cell.data_type == "s" and bool(cell.quotePrefix) == (text in NAMES[:6])
    whole = "".join(xml_of(packed).values())
    assert not re.search(r"<f[ >]", whole)
    assert openpyxl.load_workbook(io.BytesIO(packed))["S"]["B2"].value == -5


def test_signs_that_no_file_can_hold_are_left_out():
    packed = excel.workbook([Sheet("S", (Head("Name"),), (("a\x00b\x07c\ufffe",),))], title="T")
    assert openpyxl.load_workbook(io.BytesIO(packed))["S"]["A2"].value == "abc"


def test_the_same_sheets_give_the_same_bytes_without_a_clock_in_them(told):
    packed = [excel.workbook(list(told.values()), title="T") for _ in range(2)]
    assert packed[0] == packed[1]
    with zipfile.ZipFile(io.BytesIO(packed[0])) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    dates = re.findall(r"<dcterms:\w+[^>]*>([^<]*)<", xml_of(packed[0])["docProps/core.xml"])
    assert dates == ["2000-01-01T00:00:00Z"] * 2


def test_there_is_one_a_language_with_the_same_rows(made, speak, tmp_path):
    paths = {code: tmp_path / f"x.{code}.xlsx" for code in ("en", "vi", "zh")}
    assert write_workbooks(speak, made, paths) == 6
    books = {code: openpyxl.load_workbook(path) for code, path in paths.items()}
    assert len({tuple(sheet.max_column for sheet in book) for book in books.values()}) == 1
    scores = [[row[8] for row in list(book.worksheets[1].values)[1:]] for book in books.values()]
    assert scores[0] == scores[1] == scores[2]
    heads = {code: book.worksheets[1]["A1"].value for code, book in books.items()}
    assert heads == {"en": "Rank", "vi": "Thứ hạng", "zh": "排名"}
    for code, book in books.items():
        with speaking(code):
            assert speak().answer.lead in [row[1] for row in book.worksheets[0].values]
        for name in book.sheetnames:  # what a spreadsheet lets a sheet be called
            assert len(name) <= 31 and not set(name) & set("[]:*?/\\")


def test_lines_of_a_page_are_read_without_their_marks():
    html = "<h2>No</h2><ul><li>One <em>and</em>\n two</li><li></li></ul><p>Three &amp; four</p>after"
    assert lines_of(html) == ["One and two", "Three & four"]


def test_openpyxl_is_loaded_when_a_workbook_is_written_and_not_before():
    code = "import creative_nodes.report.workbook.city, sys; assert 'openpyxl' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
