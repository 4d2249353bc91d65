"""What a candidate reaches within each time of each mode, as its card shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from creative_nodes.common import count, not_known, number, plain_number, say, translated
from creative_nodes.report.say.keys import MODE_HEADS
from creative_nodes.report.say.words import known_number, rows
from creative_nodes.report.settings import PageSettings

Best = dict[tuple[str, float], float]


@dataclass(frozen=True)
class Time:
    """Who and what is reached within a time; `share` compares the residents with the city's best candidate."""

    minutes: str
    residents: str
    spaces: str
    share: float | None
    scored: bool


@dataclass(frozen=True)
class Within:
    """The times of one mode; none when the site does not meet its streets. `main` modes are shown at first.

    `mode` is in words, `key` as in the settings.
    """

    mode: str
    main: bool
    times: tuple[Time, ...]
    key: str


def _time(row: Any, best: Best, scored: float | None) -> Time:
    residents, spaces, major = (known_number(value) for value in (row.residents, row.spaces, row.major_spaces))
    most = best.get((row.mode, row.minutes), 0.0)
    return Time(
        minutes=plain_number(row.minutes),
        residents=not_known() if residents is None else number(residents),
        spaces=_spaces(spaces, major),
        share=residents / most if residents is not None and most > 0 else None,
        scored=row.minutes == scored,
    )


def _spaces(spaces: float | None, major: float | None) -> str:
    """Write how many spaces, and in brackets how many of them are core or intermediate ones."""
    if spaces is None:
        return not_known()
    return count(spaces) if not spaces or major is None else say("{n:count} ({major:count})", n=spaces, major=major)


def within(reach: pd.DataFrame, site_ids: Sequence[str], settings: PageSettings) -> list[tuple[Within, ...]]:
    """Word the table reach for each candidate: its modes, the two of the criteria first.

    Parameters
    ----------
    reach : the table of that name.
    site_ids : the candidates, in order.
    settings : which limits the criteria count within.
    """
    scored = settings.scored_limits
    best: Best = reach.groupby(["mode", "minutes"])["residents"].max().dropna().to_dict()  # type: ignore[assignment]
    found: dict[str, dict[str, list[Time]]] = {}
    for row in rows(reach.sort_values("minutes")):
        times = found.setdefault(row.site_id, {}).setdefault(row.mode, [])
        if pd.notna(row.spaces):
            times.append(_time(row, best, scored.get(row.mode)))
    order = [*scored, *(mode for mode in reach["mode"].unique() if mode not in scored)]
    return [
        tuple(
            Within(translated(MODE_HEADS[mode]), mode in scored, tuple(found[site_id][mode]), mode)
            for mode in order
            if mode in found.get(site_id, {})
        )
        for site_id in site_ids
    ]
