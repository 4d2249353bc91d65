"""What each criterion of a candidate is made of, worded from the table parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from creative_nodes.config import CRITERIA, Criterion
from creative_nodes.messages import NBSP, amount, count, metres, minutes, number, percent
from creative_nodes.report.settings import Settings
from creative_nodes.report.words import Words, counted, rows, upper_first, worded

TOP_SPACES = 5
TOP_AROUND = 3  # creative spaces of the neighbourhood, which has amenities to show as well
OTHERS = "others"  # the part that stands for all that add next to nothing


@dataclass(frozen=True)
class Made:
    """What a criterion of a site is made of.

    Attributes
    ----------
    lead : a sentence; may be empty.
    parts : name and figure of each part, the largest first.
    rest : what is not listed; may be empty.
    """

    lead: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    rest: str = ""


@dataclass(frozen=True)
class Names:
    """Names to show: creative spaces and stations by id, classes and domains by key."""

    spaces: Mapping[str, str]
    stations: Mapping[str, str]
    words: Words

    def space(self, part: str, name: str) -> str:
        """Name a creative space."""
        return self.spaces.get(part) or name or part

    def station(self, part: str, name: str) -> str:
        """Name a station."""
        return self.stations.get(part) or name or f"unnamed station {part}"


Maker = Callable[[pd.DataFrame, Names, Settings], Made]


def _nearest_spaces(parts: pd.DataFrame, names: Names, top: int) -> tuple[tuple[tuple[str, str], ...], int, float]:
    """List the spaces that add most with the metres to them; count the others, and what those add together."""
    spaces = parts[parts["kind"] == "space"]
    each, small = spaces[spaces["part"] != OTHERS], spaces[spaces["part"] == OTHERS]
    shown = tuple(
        (names.space(row.part, row.name_), f"{metres(row.distance_m)}, {amount(row.value)}")
        for row in rows(each.head(top))
    )
    rest = pd.concat([each.iloc[top:], small])
    return shown, int(rest["n"].sum()), float(rest["value"].sum())


def _exchange(parts: pd.DataFrame, names: Names, settings: Settings) -> Made:
    if parts.empty:
        return Made(f"No creative space within {metres(settings.reach.max_distance_m)} on foot.")
    shown, n, left = _nearest_spaces(parts, names, TOP_SPACES)
    rest = f"and {counted(n, 'other')}, together {amount(left)}" if n else ""
    return Made("Creative spaces: the walk to each, and what it adds.", shown, rest)


def _neighbourhood(parts: pd.DataFrame, names: Names, settings: Settings) -> Made:
    far = metres(settings.reach.max_distance_m)
    if parts.empty:
        return Made(f"No creative space or amenity within {far} on foot.")
    shown, n, left = _nearest_spaces(parts, names, TOP_AROUND)
    others = ((f"and {counted(n, 'other space')}", amount(left)),) if n else ()
    amenities = tuple(
        (f"{upper_first(worded(names.words, row.part))} × {count(row.n)}", amount(row.value))
        for row in rows(parts[parts["kind"] == "amenity"])
    )
    return Made(
        f"Creative spaces, then amenities by kind within {far}, and what they add.", (*shown, *others, *amenities)
    )


def _diversity(parts: pd.DataFrame, names: Names, settings: Settings) -> Made:
    total = parts["value"].sum()
    if not total:
        return Made(f"No creative space within {metres(settings.reach.max_distance_m)} on foot.")
    shares = tuple(
        (worded(names.words, row.part), f"{percent(row.value / total)}, {counted(row.n, 'space')}")
        for row in rows(parts)
    )
    return Made("Domains by their share, near spaces counting more.", shares)


def _transit(parts: pd.DataFrame, names: Names, settings: Settings) -> Made:
    if parts.empty:
        return Made("No rapid-transit station can be walked to.")
    found = rows(parts.head(1))[0]
    return Made("The nearest rapid-transit station.", ((names.station(found.part, found.name_), minutes(found.value)),))


def _newly_served(parts: pd.DataFrame, names: Names, settings: Settings) -> Made:
    if parts.empty:
        return Made()
    walk = f"{settings.reach.walk_minutes:g}"
    return Made(
        f"Residents within {walk} min walk, by whether a core or intermediate space is that near to them today.",
        tuple((upper_first(row.part), number(row.value)) for row in rows(parts)),
    )


def _relay(parts: pd.DataFrame, names: Names, settings: Settings) -> Made:
    step = f"{settings.network.link_minutes:g}{NBSP}min"
    groups = tuple((f"around {names.space(row.part, row.name_)}", counted(row.n, "space")) for row in rows(parts))
    if not groups:
        return Made(f"No creative space within {step} on foot: it would join nothing.")
    if len(groups) == 1:
        return Made("It would stand in one group of spaces, and join it to no other:", groups)
    return Made(f"It would join {len(groups)} groups of spaces that no walks of {step} join today:", groups)


def _evidence(parts: pd.DataFrame, names: Names, settings: Settings) -> Made:
    return Made("Shares that add up to the value.", tuple((upper_first(r.part), amount(r.value)) for r in rows(parts)))


MAKERS: dict[Criterion, Maker] = {
    "transit_minutes": _transit,
    "exchange": _exchange,
    "neighbourhood": _neighbourhood,
    "diversity": _diversity,
    "newly_served": _newly_served,
    "relay": _relay,
    "heritage_value": _evidence,
    "readiness": _evidence,
}


def made_of(parts: pd.DataFrame, names: Names, settings: Settings) -> Callable[[str], dict[Criterion, Made]]:
    """Return a function that tells what the criteria of a candidate (site_id) are made of.

    A criterion of which the table has no part in the whole city is not told; where only this site has none, it is
    told that there is nothing.

    Parameters
    ----------
    parts : the table of that name.
    names : what to call the parts.
    settings : the limits that the sentences quote.
    """
    by_site = dict(list(parts.groupby(["site_id", "criterion"])))
    known = set(parts["criterion"])
    none = parts.iloc[:0]

    def told(site_id: str) -> dict[Criterion, Made]:
        found = {}
        for criterion in CRITERIA:
            if criterion in MAKERS and criterion in known:
                made = MAKERS[criterion](by_site.get((site_id, criterion), none), names, settings)
                if made != Made():
                    found[criterion] = made
        return found

    return told
