"""Words that the sections on certainty share: priorities, settings and names, and tables that may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from creative_nodes.common import CRITERIA, criterion, mark, plain_number, say, translated
from creative_nodes.report.say.words import known_number, names, rows
from creative_nodes.report.settings import PageSettings

# settings that a sweep changes
SETTINGS = {
    "candidates.min_confidence": mark("Least confidence that a site is old industry"),
    "clusters.eps_m": mark("Metres between the spaces of a cluster"),
    "network.link_minutes": mark("Minutes of walk that still link two creative spaces"),
    "people": mark("Source of the residents"),
    "reach.exchange_decay_per_m": mark("How fast exchange between neighbours fades, per metre"),
    "reach.neighbourhood_half_life_m": mark("Metres after which half of a neighbourhood's effect is gone"),
    "reach.ride_minutes": mark("Minutes of ride within which residents count"),
    "reach.walk_minutes": mark("Minutes of walk within which residents count"),
    "speed bike": mark("Speeds by bicycle"),
    "speed car": mark("Speeds by car"),
    "speed motorbike": mark("Speeds by motorbike"),
    "speed transit": mark("Speeds of public transport"),
    "speed walk": mark("Speed on foot"),
    "travel.snap_within_m": mark("Metres from a site to the nearest street at most"),
}
PEOPLE, SPEED = "people", "speed "
TIMES = "× "

Called = Mapping[str, str]


def priority(key: str) -> str:
    """Name a criterion as a priority, inside a sentence; one that has no words stands as its key."""
    return translated(criterion(key).priority) if key in CRITERIA else key


def called(ordered: pd.DataFrame, given: Called | None) -> dict[str, str]:
    """Name the candidates by site_id: as given, else by their first name, else by their id.

    Parameters
    ----------
    ordered : the tables candidates and scores, joined and in order.
    given : names by site_id; none: those of the table.
    """
    found = {}
    for row in rows(ordered):
        found[row.site_id] = names(row, say("Unnamed site {id}", id=row.site_id))[0]
    return found | dict(given or {})


def table(tables: Mapping[str, Any], name: str) -> pd.DataFrame | None:
    """Return a table that has rows; nothing when it is not there or empty.

    Parameters
    ----------
    tables : by name.
    name : of the one wanted.
    """
    found = tables.get(name)
    return found if found is not None and len(found) else None


def whole(value: Any) -> int | None:
    """Return a whole number, or nothing for a missing one."""
    known = known_number(value)
    return None if known is None else round(known)


def ranked_rows(ordered: pd.DataFrame) -> pd.DataFrame:
    """Return the candidates with a rank, best first."""
    kept: pd.DataFrame = ordered[ordered["rank"].notna()]
    return kept


# ---------------------------------------------------------------- settings that were changed


def setting(parameter: str) -> str:
    """Name a changed setting; one that has no words stands as its key."""
    return translated(SETTINGS[parameter]) if parameter in SETTINGS else parameter


def config_key(parameter: str) -> str:
    """Return where a changed setting stands in config.yaml."""
    if parameter == PEOPLE:
        return "city.people"
    return "travel.speeds_kmh" if parameter.startswith(SPEED) else parameter


@dataclass(frozen=True)
class Changed:
    """A setting that a sweep changed: its key, its value as the tables have it, and the number that this is, if any."""

    parameter: str
    value: str
    number: float | None


def changed_in(row: Any) -> Changed:
    """Return what was changed, from a row of the tables sweeps or sweep_variants."""
    return Changed(str(row.parameter), str(row.value), known_number(row.number))


def value_words(changed: Changed) -> str:
    """Write a changed value in the digits of the language: 0.5, × 0.85; the name of a source stays."""
    if changed.number is None:
        return changed.value
    told = plain_number(changed.number)
    return TIMES + told if changed.parameter.startswith(SPEED) else told


def value_today(parameter: str, settings: PageSettings) -> str:
    """Write the value of this run; empty when the page does not know it.

    Parameters
    ----------
    parameter : as the table sweeps names it.
    settings : of this run.
    """
    if parameter == PEOPLE:
        return say("the source of this run")
    if parameter.startswith(SPEED):
        return TIMES + plain_number(1)
    found: Any = settings
    for key in parameter.split("."):
        found = found.get(key) if isinstance(found, Mapping) else getattr(found, key, None)
    return plain_number(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else ""


def change(changed: Changed, settings: PageSettings) -> str:
    """Say what was changed, from what to what.

    Parameters
    ----------
    changed : the setting.
    settings : of this run.
    """
    what, new, today = setting(changed.parameter), value_words(changed), value_today(changed.parameter, settings)
    if not today:
        return say("{what} set to {new}", what=what, new=new)
    return say("{what} set to {new}, not {today}", what=what, new=new, today=today)
