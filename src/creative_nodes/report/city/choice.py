"""What there is to decide between: the best set of the run, its runner-up and the best single site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from creative_nodes.common import mark, say, translated
from creative_nodes.report.city.reservations import plans_for
from creative_nodes.report.city.sets import is_recommended, set_of
from creative_nodes.report.say.spoken import Called

KINDS = {
    "best": mark("Recommended together"),
    "runner_up": mark("Runner-up set"),
    "single": mark("Best single site"),
}


@dataclass(frozen=True)
class Member:
    """A site of a choice: its number among the page's sites, what it adds to the others, and what else is planned."""

    number: int
    name: str
    adds: str
    plans: tuple[str, ...] = ()


@dataclass(frozen=True)
class Option:
    """A set of sites to decide on, or one site, and what it brings.

    Attributes
    ----------
    shown : the members to name: of the runner-up those that are not in the best set, none where the best single site
        is named there already.
    instead : of the best set, those that stand there in their place, in words; nothing where all are named.
    """

    key: str
    label: str
    brings: str
    members: tuple[Member, ...]
    shown: tuple[Member, ...]
    instead: str = ""


def _brings(served: float, gain: float) -> str:
    return say("{served:count} newly served, network +{gain:amount}", served=served, gain=gain)


def choice(tables: Mapping[str, Any], site_ids: Sequence[str], names: Called) -> tuple[Option, ...]:
    """Word the sets of the table recommended; nothing where there is none.

    Parameters
    ----------
    tables : recommended, set_doubt and decisions by name; each may be missing or empty.
    site_ids : of the page's sites, in their order.
    names : names to show by site_id.
    """
    number = {site_id: i for i, site_id in enumerate(site_ids)}
    holds, planned = is_recommended(tables), plans_for(tables)
    found: list[Option] = []
    for key, label in KINDS.items():
        own = [row for row in set_of(tables, kind=key) if row.site_id in number]
        if not own:
            continue
        members = tuple(
            Member(
                number[row.site_id],
                names.get(row.site_id, row.site_id),
                _brings(float(row.adds_served), float(row.adds_gain)) if key == "best" else "",
                planned((row.site_id, *row.one_ground_with)) if key == "best" else (),
            )
            for row in own
        )
        said = translated(label) if holds or key != "best" else say("Best of this run, not recommended")
        shown, instead = _differs(key, members, found[0].members) if found else (members, "")
        brings = _brings(float(own[0].set_served), float(own[0].set_gain))
        found.append(Option(key, said, brings, members, shown, instead))
    return tuple(found)


def _differs(key: str, members: tuple[Member, ...], best: tuple[Member, ...]) -> tuple[tuple[Member, ...], str]:
    """Return the members to name beside the best set, and whose place they take; all where that would be none."""
    own, others = {one.number for one in members}, {one.number for one in best}
    new = tuple(one for one in members if one.number not in others)
    if key == "single":
        return new, ""
    left = [one.name for one in best if one.number not in own]
    if not new or not left or len(new) == len(members):
        return members, ""
    return new, say("in place of {names}", names=left)
