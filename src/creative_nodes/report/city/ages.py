"""How old the map of a city is, by itself and beside others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from creative_nodes.common import say
from creative_nodes.report.settings import PageSettings

MANY_YEARS_APART = 1.0


def year_of(date: str) -> float | None:
    """Return a date (2018-01-01, 2018-01 or 2018) as years; nothing for what is no date."""
    found = re.match(r"(\d{4})(?:-(\d{2}))?", date)
    return int(found[1]) + (int(found[2] or 7) - 1) / 12 if found else None


def far_apart(dates: Sequence[str]) -> bool:
    """Tell whether dates lie so far apart that a gap between counts can be one between years of mapping."""
    years = [year for date in dates if (year := year_of(date)) is not None]
    return len(years) > 1 and max(years) - min(years) > MANY_YEARS_APART


def is_old(snapshot: str, settings: PageSettings) -> bool:
    """Tell whether a map is older than `report.old_map_years`.

    It is measured from the start of `candidates.reference_year`, the year that ages of sites are counted to, and not
    from today: the same inputs give the same page.

    Parameters
    ----------
    snapshot : date of the map data; one that is not known is not told to be old.
    settings : of this run.
    """
    year = year_of(snapshot)
    return year is not None and settings.candidates.reference_year - year > settings.report.old_map_years


def old_map(snapshot: str, settings: PageSettings) -> str:
    """Say of which day an old map is, and what that means; nothing where it is not old.

    Parameters
    ----------
    snapshot : date of the map data.
    settings : of this run.
    """
    if not is_old(snapshot, settings):
        return ""
    return say("The map is of {day:date}: what opened, closed or was built since is not on it.", day=snapshot)
