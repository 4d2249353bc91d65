"""What would settle the doubts about a site, and what to do next about the set: whom to ask, what to look up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor
from statistics import NormalDist
from typing import Any

from creative_nodes.choose import may_be_chosen
from creative_nodes.common import mark, number, say, say_n, translated
from creative_nodes.locate import wilson
from creative_nodes.report.city.reservations import plans_of
from creative_nodes.report.city.sets import doubt_of, is_recommended, set_of
from creative_nodes.report.say.spoken import Called, table, whole
from creative_nodes.report.say.words import known_number, rows, sentences
from creative_nodes.score import ERRORS

# of the range in which a share may lie: that of the mark beside it, so that the two agree
LEVEL = 2 * NormalDist().cdf(ERRORS) - 1
FREE = ("to_be_vacated", "vacated", "brownfield")  # statuses of ground that could be had
_SPACES = mark("go and see which creative spaces are around it")
_WALKS = mark("ask how far people here walk and ride to such places")
_LINKS = mark("ask the spaces which others they work with, and how far off")
# what would settle what moves a site's rank most over the worlds (site_doubt.moved_by); it goes on inside a sentence
SETTLED_BY = {
    "spaces": _SPACES,
    "spaces_lost": _SPACES,
    "spaces_added": _SPACES,
    "area": mark("measure its ground on the cadastral map"),
    "age": mark("look up when it was built"),
    "people": mark("count who lives around it, by a census of small areas"),
    "snap_within_m": mark("go and see which street leads to its gate"),
    "walk_speed": _WALKS,
    "ride_speed": _WALKS,
    "link_minutes": _LINKS,
    "link_softness": _LINKS,
    "orders": _LINKS,
    "exchange_decay": _LINKS,
    "neighbourhood_half_life": _WALKS,
}


def _of_status(row: Any) -> str:
    """Say whom to ask about a site's use."""
    if row.status in FREE and row.status_source:
        return say("Ask its owner and the planning office when the ground is free and what is planned there.")
    if row.status == "in_use":
        return say("Ask its owner whether it will move out: it is in use.")
    return say("Ask its owner whether the ground can be had: no source says so.")


def _of_rank(row: Any | None) -> str:
    """Say what would settle what moves a site's rank most; nothing where that is not known."""
    how = "" if row is None else SETTLED_BY.get(row.moved_by or "", "")
    return say("What would settle most of its rank: {how}.", how=translated(how)) if how else ""


def _doubted(tables: Mapping[str, Any]) -> dict[str, Any]:
    found = table(tables, "site_doubt")
    return {} if found is None else {row.site_id: row for row in rows(found)}


def settling(tables: Mapping[str, Any]) -> dict[str, str]:
    """Say of each heritage site what would settle the doubts about it, by site_id.

    Parameters
    ----------
    tables : heritage, and as far as it is there site_doubt.
    """
    doubted = _doubted(tables)
    return {
        row.site_id: sentences(
            _of_status(row),
            "" if known_number(row.start_year) else say("Look up when it was built: no year is known."),
            _of_rank(doubted.get(row.site_id)),
        )
        for row in rows(tables["heritage"])
    }


def _chance(row: Any) -> str:
    share, worlds = known_number(row.p_top_map), int(row.worlds)
    if share is None or not worlds:
        return ""
    low, high = wilson(share * worlds, worlds, level=LEVEL)
    among = say(
        "On other maps and models it is among the best {top:count} in {share:percent} of {worlds:count} worlds "
        "(between {low:percent} and {high:percent}, as far as so many can tell).",
        top=int(row.top_n),
        share=share,
        worlds=worlds,
        # outwards, so that no rounding hides a threshold that lies within
        low=floor(low * 100) / 100,
        high=ceil(high * 100) / 100,
    )
    best, worst = whole(row.rank_low), whole(row.rank_high)
    if best is None:
        return among
    if worst is None:
        return sentences(
            among,
            say(
                "With weights drawn too it ranks {best} at best, and in 5 % or more it is not ranked at all.", best=best
            ),
        )
    return sentences(
        among, say("With weights drawn too its rank lies between {best} and {worst} in 90 %.", best=best, worst=worst)
    )


def map_chances(tables: Mapping[str, Any]) -> dict[str, str]:
    """Say how often a site stays among the first where map and model differ, with the range of that share, by site_id.

    Parameters
    ----------
    tables : site_doubt by name; it may be missing or empty.
    """
    return {site_id: _chance(row) for site_id, row in _doubted(tables).items()}


# ---------------------------------------------------------------- what to do next

# what to look into first where something is planned or decided for a ground
FIRST = {
    "other_use": mark("Ask the planning office first whether the plan of {when:date} for {name} stands."),
    "reuse": mark("Look first at what was decided for {name} on {when:date}."),
}


def _who_to_ask(free: Sequence[str], others: Sequence[str]) -> str:
    told = (
        say("Ask owners and planning office when the ground is free: {names}.", names=free) if free else "",
        say("Find out first whether it can be had: {names}.", names=others) if others else "",
    )
    return sentences(*told)


def _what_settles(sites: Sequence[str], doubted: Mapping[str, Any], names: Called) -> str:
    """Say what would settle the rank of the member that other worlds shake most."""
    shaky = [doubted[one] for one in sites if one in doubted and SETTLED_BY.get(doubted[one].moved_by or "")]
    if not shaky:
        return ""
    row = min(shaky, key=lambda one: known_number(one.p_top_map) or 0)
    return say(
        "The least sure of them is {name}: {how}.",
        name=names.get(row.site_id, row.site_id),
        how=translated(SETTLED_BY[row.moved_by]),
    )


def next_steps(tables: Mapping[str, Any], names: Called) -> tuple[str, ...]:
    """Say what to do next about the sites of the set; about those most often chosen where no set is recommended.

    Parameters
    ----------
    tables : heritage, and as far as they are there recommended, set_doubt, site_doubt and decisions.
    names : names to show by site_id.
    """
    doubt = doubt_of(tables)
    grounds = {row.site_id: list(row.one_ground_with) for row in set_of(tables)}
    sites = list(grounds)
    instead: tuple[str, ...] = ()
    if doubt is not None and not is_recommended(tables):
        sites = list(doubt.most_often)
        called = [names.get(one, one) for one in sites]
        instead = (say("Look first at what other maps and models choose most often: {names}.", names=called),)
    known = {row.site_id: row for row in rows(tables["heritage"]) if row.site_id in sites}
    on = plans_of(tables)
    plans = {one: on((one, *grounds.get(one, []))) for one in sites}
    first = [
        say(FIRST[plan.kind], name=names.get(one, one), when=plan.date) for one, some in plans.items() for plan in some
    ]
    open_to = [one for one in sites if not plans[one]]
    free = [one for one in open_to if one in known and known[one].status in FREE and known[one].status_source]
    others = [one for one in open_to if one not in free]
    asked = _who_to_ask([names.get(one, one) for one in free], [names.get(one, one) for one in others])
    return tuple(filter(None, (*instead, *first, asked, _what_settles(sites, _doubted(tables), names))))


# ---------------------------------------------------------------- beside the set


def most_often(tables: Mapping[str, Any], sites: Sequence[str], names: Called) -> str:
    """Say which sites worlds choose most often, each with its share where that is known.

    Parameters
    ----------
    tables : member_doubt by name; it may be missing or empty.
    sites : site_id, in order.
    names : names to show by site_id.
    """
    found = table(tables, "member_doubt")
    chance = {} if found is None else {row.site_id: known_number(row.chance) for row in rows(found)}
    told = [
        name if (share := chance.get(one)) is None else say("{name} (in {share:percent})", name=name, share=share)
        for one, name in ((one, names.get(one, one)) for one in sites)
    ]
    return say("Most often chosen: {names}.", names=told)


def connects_more(tables: Mapping[str, Any], names: Called) -> str:
    """Say which site that may be chosen would alone add more to the network than a set that connects, if any would.

    Parameters
    ----------
    tables : recommended and candidates by name; each may be missing or empty.
    names : names to show by site_id.
    """
    own, found = set_of(tables), table(tables, "candidates")
    if found is None or not own or not bool(own[0].connects):
        return ""
    free = found[may_be_chosen(found)]
    if not (free["network_gain"] > own[0].set_gain).any():
        return ""
    site = free.iloc[int(free["network_gain"].argmax())]
    served = known_number(site["newly_served"])
    if served is None or served >= own[0].set_served:
        return ""
    return say(
        "The set is chosen for residents and network alike. Of the sites that could be reused, {name} alone would add "
        "more to the network than the whole set, {gain:amount} against {set_gain:amount} spaces, but newly serve only "
        "{served:count} residents.",
        name=names.get(site["site_id"], site["site_id"]),
        gain=float(site["network_gain"]),
        set_gain=float(own[0].set_gain),
        served=served,
    )


def beside_set(tables: Mapping[str, Any]) -> tuple[str, ...]:
    """Say how the parts of the set add up, of how many it was chosen, and what of its worth other worlds leave.

    Parameters
    ----------
    tables : recommended and set_doubt by name; each may be missing or empty.
    """
    own, doubt = set_of(tables), doubt_of(tables)
    parts = (
        say("What a site adds depends on the others of its set, so the parts need not add up to the whole.")
        if len(own) > 1
        else ""
    )
    if doubt is None or not own:
        return tuple(filter(None, (parts,)))
    of = say_n(
        int(doubt.eligible),
        "Chosen from {n:count} site that could be reused.",
        "Chosen from {n:count} sites that could be reused.",
    )
    left = say(
        "The residents and the gain are those of this map and model. In nine of ten of {worlds:count} trials of others "
        "the set newly serves {low} to {high} residents, in half of all under {middle}, and adds {less:amount} to "
        "{more:amount} spaces; on average it reaches {share:percent} of the best set.",
        worlds=int(doubt.worlds),
        low=number(float(doubt.served_low), digits=2),
        high=number(float(doubt.served_high), digits=2),
        middle=number(float(doubt.served_median), digits=2),
        less=float(doubt.gain_low),
        more=float(doubt.gain_high),
        share=float(doubt.mean_reached),
    )
    return tuple(filter(None, (parts, sentences(of, left))))
