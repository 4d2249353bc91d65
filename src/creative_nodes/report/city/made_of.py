"""What each criterion of a candidate is made of, worded from the table parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from creative_nodes.common import CRITERIA, CriterionKey, amount, minutes, number, say, say_n
from creative_nodes.report.say.keys import AMENITIES, PARTS
from creative_nodes.report.say.words import Words, rows, worded
from creative_nodes.report.settings import PageSettings

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
        """Name a creative space.

        Parameters
        ----------
        part : its space_id.
        name : as the table parts has it.
        """
        return self.spaces.get(part) or name or part

    def station(self, part: str, name: str) -> str:
        """Name a station.

        Parameters
        ----------
        part : its station_id.
        name : as the table parts has it.
        """
        return self.stations.get(part) or name or say("unnamed station {id}", id=part)


Maker = Callable[[pd.DataFrame, Names, PageSettings], Made]


def _nearest_spaces(parts: pd.DataFrame, names: Names, top: int) -> tuple[tuple[tuple[str, str], ...], int, float]:
    """List the spaces that add most with the metres to them; count the others, and what those add together."""
    spaces = parts[parts["kind"] == "space"]
    each, small = spaces[spaces["part"] != OTHERS], spaces[spaces["part"] == OTHERS]
    shown = tuple(
        (
            names.space(row.part, row.name_),
            say("{away:metres}, {adds:amount}", away=row.distance_m, adds=row.value),
        )
        for row in rows(each.head(top))
    )
    rest = pd.concat([each.iloc[top:], small])
    return shown, int(rest["n"].sum()), float(rest["value"].sum())


def _no_space(settings: PageSettings) -> Made:
    return Made(say("No creative space within {far:metres} on foot.", far=settings.reach.max_distance_m))


def _exchange(parts: pd.DataFrame, names: Names, settings: PageSettings) -> Made:
    if parts.empty:
        return _no_space(settings)
    shown, n, left = _nearest_spaces(parts, names, TOP_SPACES)
    return Made(say("Creative spaces: the walk to each, and what it adds."), shown, _others(n, left))


def _neighbourhood(parts: pd.DataFrame, names: Names, settings: PageSettings) -> Made:
    far = settings.reach.max_distance_m
    if parts.empty:
        return Made(say("No creative space or amenity within {far:metres} on foot.", far=far))
    shown, n, left = _nearest_spaces(parts, names, TOP_AROUND)
    others = ((say_n(n, "and {n:count} other space", "and {n:count} other spaces"), amount(left)),) if n else ()
    amenities = tuple(
        (say("{kind} × {n:count}", kind=worded(AMENITIES, row.part), n=row.n), amount(row.value))
        for row in rows(parts[parts["kind"] == "amenity"])
    )
    lead = say("Creative spaces, then amenities by kind within {far:metres}, and what they add.", far=far)
    return Made(lead, (*shown, *others, *amenities))


def _diversity(parts: pd.DataFrame, names: Names, settings: PageSettings) -> Made:
    total = parts["value"].sum()
    if not total:
        return _no_space(settings)
    shares = tuple(
        (
            worded(names.words, row.part),
            say_n(
                row.n,
                "{share:percent}, {n:count} space",
                "{share:percent}, {n:count} spaces",
                share=row.value / total,
            ),
        )
        for row in rows(parts)
    )
    return Made(say("Domains by their share, near spaces counting more."), shares)


def _transit(parts: pd.DataFrame, names: Names, settings: PageSettings) -> Made:
    if parts.empty:
        return Made(say("No rapid-transit station can be walked to."))
    found = rows(parts.head(1))[0]
    station = names.station(found.part, found.name_)
    return Made(say("The nearest rapid-transit station."), ((station, minutes(found.value)),))


def _newly_served(parts: pd.DataFrame, names: Names, settings: PageSettings) -> Made:
    if parts.empty:
        return Made()
    lead = say(
        "Residents within {minutes:g} min walk, by whether a core or intermediate space is that near to them today.",
        minutes=settings.reach.walk_minutes,
    )
    return Made(lead, tuple((worded(PARTS, row.part), number(row.value)) for row in rows(parts)))


def _network_gain(parts: pd.DataFrame, names: Names, settings: PageSettings) -> Made:
    if parts.empty:
        return Made(say("It would bring no two creative spaces closer together."))
    each = parts[parts["part"] != OTHERS]
    shown = tuple((names.space(row.part, row.name_), amount(row.value)) for row in rows(each.head(TOP_SPACES)))
    left = pd.concat([each.iloc[TOP_SPACES:], parts[parts["part"] == OTHERS]])
    rest = _others(int(left["n"].sum()), float(left["value"].sum()))
    return Made(say("Creative spaces whose network would grow, and by how many spaces."), shown, rest)


def _others(n: int, total: float) -> str:
    """Say how many others there are and what they add together; nothing where there are none."""
    if not n:
        return ""
    return say_n(
        n, "and {n:count} other, together {sum:amount}", "and {n:count} others, together {sum:amount}", sum=total
    )


def _evidence(parts: pd.DataFrame, names: Names, settings: PageSettings) -> Made:
    shares = tuple((worded(PARTS, row.part), amount(row.value)) for row in rows(parts))
    return Made(say("Shares that add up to the value."), shares)


MAKERS: dict[CriterionKey, Maker] = {
    "transit_minutes": _transit,
    "exchange": _exchange,
    "neighbourhood": _neighbourhood,
    "diversity": _diversity,
    "newly_served": _newly_served,
    "network_gain": _network_gain,
    "heritage_value": _evidence,
    "readiness": _evidence,
}


def made_of(parts: pd.DataFrame, names: Names, settings: PageSettings) -> Callable[[str], dict[CriterionKey, Made]]:
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
    makers = {criterion: MAKERS[criterion] for criterion in CRITERIA if criterion in MAKERS and criterion in known}
    # the same for every site that has no part
    nothing = {criterion: make(parts.iloc[:0], names, settings) for criterion, make in makers.items()}

    def told(site_id: str) -> dict[CriterionKey, Made]:
        own = {key: by_site.get((site_id, key)) for key in makers}
        found = {key: nothing[key] if some is None else makers[key](some, names, settings) for key, some in own.items()}
        return {key: made for key, made in found.items() if made != Made()}

    return told
