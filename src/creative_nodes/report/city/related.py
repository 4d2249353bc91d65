"""Which criteria go together over the city's street places: rank correlations, as a table in shades of one hue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from creative_nodes.common import POSITION_CRITERIA, CriterionKey, figures_of, say, say_n
from creative_nodes.report.city.method import labels
from creative_nodes.report.say.spoken import priority, table
from creative_nodes.report.say.words import known_number, rows, sentences
from creative_nodes.report.settings import PageSettings

SHADES = (0.2, 0.4, 0.6, 0.8)  # of the strength, whichever its sign: five shades
STRONG_FROM = 0.8


@dataclass(frozen=True)
class Cell:
    """A correlation as shown: its number, and the shade of its strength; no shade where it is not known."""

    text: str
    shade: int | None


@dataclass(frozen=True)
class RelatedRow:
    """One criterion, and its correlations with those that stand before it."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Related:
    """The correlations, a row a criterion, and the sentence that sums them up."""

    told: str
    rows: tuple[RelatedRow, ...]


def _cell(rho: float | None) -> Cell:
    if rho is None:
        return Cell("–", None)
    text = f"{abs(rho):.2f}"
    sign = "−" if rho < 0 and float(text) else ""
    return Cell(sign + figures_of(text), int(np.searchsorted(SHADES, abs(rho), side="right")))


def related(tables: Mapping[str, Any], settings: PageSettings) -> Related | None:
    """Word the table correlations; nothing where it is not there.

    Parameters
    ----------
    tables : correlations by name.
    settings : of this run.
    """
    found = table(tables, "correlations")
    if found is None:
        return None
    told = rows(found)
    rho = {frozenset((row.criterion, row.other)): known_number(row.spearman) for row in told}
    keys: list[CriterionKey] = [key for key in POSITION_CRITERIA if any(key in pair for pair in rho)]
    words = labels(settings.reach, settings.city)
    return Related(
        told=_told(rho, max(int(row.places) for row in told)),
        rows=tuple(
            RelatedRow(words[key], tuple(_cell(rho.get(frozenset((key, other)))) for other in keys[:i]))
            for i, key in enumerate(keys)
        ),
    )


def _told(rho: Mapping[frozenset[str], float | None], places: int) -> str:
    """Say what is shown, and how many pairs are nearly one."""
    strong = [pair for pair, value in rho.items() if value is not None and abs(value) >= STRONG_FROM]
    shown = say("Rank correlation over {places:count} street places of the city.", places=places)
    if not strong:
        return sentences(shown, say("No two criteria tell nearly the same (0.8 or more, whichever the sign)."))
    most = max(strong, key=lambda pair: abs(rho[pair] or 0.0))
    one, other = sorted(most, key=POSITION_CRITERIA.index)
    return sentences(
        shown,
        say_n(
            len(strong),
            "{n:count} pair tells nearly the same (0.8 or more, whichever the sign): {one} and {other}.",
            "{n:count} pairs tell nearly the same (0.8 or more, whichever the sign), most of all {one} and {other}.",
            one=priority(one),
            other=priority(other),
        ),
    )
