"""A city's workbooks, one a language, from what its page is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from creative_nodes.common import LANGUAGES, say, speaking
from creative_nodes.report.city.view import CityPage
from creative_nodes.report.draw.maps import OSM_CREDIT
from creative_nodes.report.workbook.excel import write_workbook
from creative_nodes.report.workbook.sheets import Sheet, sheets


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
    told: tuple[Sheet, ...] = ()
    for code in LANGUAGES:
        with speaking(code):
            page = speak()
            told = sheets(page, tables, credit=OSM_CREDIT)
            write_workbook(told, paths[code], title=say("{city}: old industry, new nodes", city=page.city_name))
    return len(told)
