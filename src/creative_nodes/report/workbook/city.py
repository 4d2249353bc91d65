"""A city's workbooks, one a language, from what its page is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from creative_nodes.common import LANGUAGES, say, speaking
from creative_nodes.report.city.view import CityPage
from creative_nodes.report.workbook.excel import write_workbook
from creative_nodes.report.workbook.sheets import sheets, without_empty


def write_workbooks(speak: Callable[[], CityPage], tables: Mapping[str, Any], paths: Mapping[str, str | Path]) -> int:
    """Write a city's workbook in every language.

    Parameters
    ----------
    speak : makes the view-model of the city's page in the language in force.
    tables : frames by name: candidates, scores, values, survey.
    paths : file to write by language: en, vi, zh.

    Returns
    -------
    how many sheets each has.
    """
    spoken, titles = {}, {}
    for code in LANGUAGES:
        with speaking(code):
            page = speak()
            spoken[code] = sheets(page, tables)
            titles[code] = say("{city}: old industry, new nodes", city=page.city_name)
    for code, told in without_empty(spoken).items():
        write_workbook(told, paths[code], title=titles[code])
    return len(next(iter(spoken.values())))
