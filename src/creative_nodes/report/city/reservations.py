"""What speaks against the sites that the answer names, or is only inferred of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from creative_nodes.common import mark, say, say_n, translated
from creative_nodes.report.city.sets import is_recommended, set_of
from creative_nodes.report.say.spoken import Called, table
from creative_nodes.report.say.words import rows, sentences

# what a decision on a ground means for the answer
DECIDED = {
    "other_use": mark("Another use is planned for the ground of {name} ({when:date}): {plan}."),
    "reuse": mark("{name} is decided on already ({when:date}): {plan}."),
}


def reservations(tables: Mapping[str, Any], ranked: pd.DataFrame, names: Called) -> tuple[str, ...]:
    """Tell of the recommended sites and of the first by score what a reader must know before trusting them.

    Parameters
    ----------
    tables : recommended, set_doubt, decisions and heritage by name; each may be missing or empty.
    ranked : the tables candidates and scores, joined, of the ranked sites, best first.
    names : names to show by site_id.
    """
    grounds = {row.site_id: list(row.one_ground_with) for row in rows(ranked)}
    beside = {one: grounds[one] for one in _named(tables, ranked) if one in grounds}
    lines = (_grounds(tables, beside, names), _ages(tables, beside, names), _other_plans(tables, beside, names))
    return tuple(dict.fromkeys(line for some in lines for line in some))


def _named(tables: Mapping[str, Any], ranked: pd.DataFrame) -> list[str]:
    """Return the sites that the answer names: the first by score, and the set where it is recommended."""
    members = [row.site_id for row in set_of(tables)] if is_recommended(tables) else []
    return list(dict.fromkeys([*members, ranked["site_id"].iloc[0]]))


def _grounds(tables: Mapping[str, Any], beside: Mapping[str, list[str]], names: Called) -> Iterator[str]:
    """Say which others stand on the ground of each, and where the ground itself is inferred."""
    done: set[str] = set()
    for site, others in beside.items():
        if site in done:
            continue
        done.update((site, *others))
        called = [names.get(one, one) for one in (site, *others)]
        inferred = not placed_exactly(tables, site)
        if others and inferred:
            yield say(
                "{names} count as one node: each is known to its street only, and that all stood on the one "
                "industrial ground beside it is inferred.",
                names=called,
            )
        elif others:
            yield say("{names} stand on one ground and count as one node.", names=called)
        elif inferred:
            yield say(
                "{name} is known to its street only; that it stood on the industrial ground beside it is inferred.",
                name=called[0],
            )


def placed_exactly(tables: Mapping[str, Any], site_id: str) -> bool:
    """Tell whether a site is where it is by its own name or position, not as the only industrial ground of its street.

    Parameters
    ----------
    tables : heritage by name; without it nothing is inferred.
    site_id : of the site.
    """
    heritage = table(tables, "heritage")
    if heritage is None or "placed_to" not in heritage:
        return True
    return not (heritage.loc[heritage["site_id"] == site_id, "placed_to"] != "site").any()


def _ages(tables: Mapping[str, Any], beside: Mapping[str, list[str]], names: Called) -> Iterator[str]:
    """Say of which sites nothing tells that they are old: no year, and no listing as heritage."""
    heritage = table(tables, "heritage")
    if heritage is None:
        return
    sites = dict.fromkeys(one for site, others in beside.items() for one in (site, *others))
    untold = set(heritage.loc[heritage["start_year"].isna() & ~heritage["listed"], "site_id"])
    lacking = [names.get(one, one) for one in sites if one in untold]
    if lacking:
        yield say(
            "No year of building and no listing as heritage was found for {names}: "
            "that this is old industry is not shown.",
            names=lacking,
        )


IN_SHORT = {
    "other_use": mark("another use planned, {when:date}"),
    "reuse": mark("its reuse is decided already, {when:date}"),
}


def plans_for(tables: Mapping[str, Any]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return a function that says in short what is decided or planned for a ground, by the site_id of its sites.

    What it is stands beside the answer.

    Parameters
    ----------
    tables : decisions by name; it may be missing.
    """
    on = plans_of(tables)
    return lambda sites: tuple(say(IN_SHORT[row.kind], when=row.date) for row in on(sites))


# what is planned or decided for members of the set, at its own line under the answer
PLANNED = {
    "other_use": mark("Another use is planned for the ground of {name} ({when:date})."),
    "reuse": mark("The reuse of {name} is decided already ({when:date})."),
}


def planned(tables: Mapping[str, Any], names: Called) -> str:
    """Say what is planned or decided for members of a recommended set, and what it brings without them.

    What is left is the set's worth less what a member adds to the others, or the worth of the one other member alone;
    of more it is not known, and not told.

    Parameters
    ----------
    tables : recommended, set_doubt and decisions by name; each may be missing or empty.
    names : names to show by site_id.
    """
    own = set_of(tables) if is_recommended(tables) else []
    on = plans_of(tables)
    plans = {row.site_id: on((row.site_id, *row.one_ground_with)) for row in own}
    lines = [
        say(PLANNED[plan.kind], name=names.get(site, site), when=plan.date)
        for site, some in plans.items()
        for plan in some
    ]
    taken, rest = ([row for row in own if bool(plans[row.site_id]) == there] for there in (True, False))
    return sentences(*lines, _left(taken, rest)) if lines else ""


def _left(taken: Sequence[Any], rest: Sequence[Any]) -> str:
    """Say what the rest of a set brings without the members taken; nothing where that cannot be told."""
    if len(taken) == 1 and rest:
        served = float(taken[0].set_served - taken[0].adds_served)
        gain = float(taken[0].set_gain - taken[0].adds_gain)
    elif len(rest) == 1:
        served, gain = float(rest[0].alone_served), float(rest[0].alone_gain)
    else:
        return ""
    return say_n(
        len(taken),
        "Without it: {served:count} newly served, network +{gain:amount}.",
        "Without them: {served:count} newly served, network +{gain:amount}.",
        served=served,
        gain=max(gain, 0.0),
    )


def plans_of(tables: Mapping[str, Any]) -> Callable[[Sequence[str]], list[Any]]:
    """Return what finds the decisions and plans for a ground, by the sites on it; a release is none.

    Parameters
    ----------
    tables : decisions by name; it may be missing.
    """
    decided = _decided(tables)
    return lambda sites: _on(decided, sites)


def _decided(tables: Mapping[str, Any]) -> list[Any]:
    """Return what is decided or planned beside a release."""
    decided = table(tables, "decisions")
    return [] if decided is None else rows(decided[decided["kind"].isin(DECIDED)])


def _on(decided: Sequence[Any], sites: Sequence[str]) -> list[Any]:
    """Return of what is decided that on a ground, each decision once."""
    found: dict[str, Any] = {}
    for row in decided:
        if row.site_id in sites:
            found.setdefault(row.decision, row)
    return list(found.values())


def _other_plans(tables: Mapping[str, Any], beside: Mapping[str, list[str]], names: Called) -> Iterator[str]:
    """Say of each ground what is decided or planned there, and when."""
    decided = _decided(tables)
    for site, others in beside.items():
        for row in _on(decided, (site, *others)):
            yield say(DECIDED[row.kind], name=names.get(site, site), when=row.date, plan=translated(row.decision))
