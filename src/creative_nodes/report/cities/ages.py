"""How far apart in time the map data of cities lie."""

from __future__ import annotations

import re
from collections.abc import Sequence

MANY_YEARS_APART = 1.0


def year_of(date: str) -> float | None:
    """Return a date (2018-01-01, 2018-01 or 2018) as years; nothing for what is no date."""
    found = re.match(r"(\d{4})(?:-(\d{2}))?", date)
    return int(found[1]) + (int(found[2] or 7) - 1) / 12 if found else None


def far_apart(dates: Sequence[str]) -> bool:
    """Tell whether dates lie so far apart that a gap between counts can be one between years of mapping."""
    years = [year for date in dates if (year := year_of(date)) is not None]
    return len(years) > 1 and max(years) - min(years) > MANY_YEARS_APART
