"""The first lines of a city's page: the set, what it brings, and what of that holds against which doubt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from creative_nodes.common import amount, count, figures_of, mark, number, say, say_n, spoken
from creative_nodes.report.city.ages import is_old, old_map
from creative_nodes.report.city.figures import SPACES, quoted
from creative_nodes.report.city.gaps import gain_anchor
from creative_nodes.report.city.reservations import planned, reservations
from creative_nodes.report.city.sets import doubt_of, set_of
from creative_nodes.report.city.settling import most_often
from creative_nodes.report.say.keys import CHIPS, MARKS
from creative_nodes.report.say.spoken import Called, ranked_rows, table
from creative_nodes.report.say.words import known_number, rows, sentences, worded
from creative_nodes.report.settings import Fresher, PageSettings
from creative_nodes.score import FEWEST_TESTED, HOLDS_FROM, LEAST_TO_RANK, RANKED, VERDICTS

# what is said at once of a statement that does not hold against both doubts: by mark and verdict
WEAKER = {
    ("priorities", "open"): mark("Other priorities may favour other sites."),
    ("priorities", "does_not_hold"): mark("Other priorities mostly favour other sites."),
    ("map_and_model", "open"): mark("Other maps and models may favour other sites."),
    ("map_and_model", "does_not_hold"): mark("Other maps and models mostly favour other sites."),
}
FOUND = (SPACES, "heritage_sites", "heritage_possible")  # figures of what a city has
TYPICAL = "typical_network"
IDLE_BELOW = 0.1  # of the network gain of a set that connects
# what a mark counts, by what it is about; what was varied in the trials stands in the words of the mark
COUNTED = {
    "set": mark("Within a tenth of the best set in {share:percent} of {draws:count} trials."),
    "site": mark("The first site stays among the first {top:count} in {share:percent} of {draws:count} trials."),
}


@dataclass(frozen=True)
class MarkLine:
    """One of the three marks: how it is drawn (class of the style sheets), its words, and what it counts."""

    chip: str
    words: str
    line: str


@dataclass(frozen=True)
class Headline:
    """The answer: the set, its marks, the first by score, and what a reader should know beside them.

    Attributes
    ----------
    bridge : that no candidate bridges a gap, whatever the priorities; the lead begins with it.
    planned : what is planned or decided for the ground of members of the set, and what it brings without them.
    age : of which day an old map is.
    typical : how many spaces a typical one is joined with today; empty where that is not known.
    fresher : the city that shows the same ground on a fresher map, where this one is old.
    """

    lead: str
    marks: tuple[MarkLine, ...] = ()
    first: str = ""
    bridge: str = ""
    beside: tuple[str, ...] = ()
    planned: str = ""
    age: str = ""
    typical: str = ""
    fresher: Fresher | None = None


def weaker(marks: pd.DataFrame) -> Any | None:
    """Return the mark that holds less, of those of one statement; nothing where all hold.

    Parameters
    ----------
    marks : rows of the table marks of one statement.
    """
    order = {verdict: place for place, verdict in enumerate(VERDICTS)}
    short = [row for row in rows(marks) if row.verdict in order and row.verdict != "holds"]
    return max(short, key=lambda row: (order[row.verdict], -float(row.share)), default=None)


def _doubt(marks: pd.DataFrame) -> str:
    """Name the weaker mark of a statement; nothing where it is plain. Without marks that is no plain answer."""
    if marks.empty:
        return say("Whether that holds on another map and model was not tried.")
    row = weaker(marks)
    return "" if row is None else say(WEAKER[row.mark, row.verdict])


def _mark_line(row: Any) -> MarkLine:
    """Word one mark of a set or a site."""
    top = known_number(row.top_n)
    line = say(COUNTED[row.about], share=float(row.share), draws=int(row.draws), top=top or 0)
    short = "" if row.verdict == "holds" else say("It needs {share:percent}.", share=HOLDS_FROM)
    return MarkLine(CHIPS[row.verdict], worded(MARKS[row.mark], row.verdict), sentences(line, short))


def nothing_found(tables: Mapping[str, Any]) -> bool:
    """Say whether a city's map data holds neither an industrial site nor a creative space.

    Parameters
    ----------
    tables : indicators by name; where it is missing, something may be there.
    """
    figures = tables.get("indicators")
    return figures is not None and all(quoted(figures, key) == 0 for key in FOUND)


def _too_few(n: int, tables: Mapping[str, Any]) -> str:
    """Say that nothing is ranked."""
    if nothing_found(tables):
        return say(
            "Nothing was found here: the map data has neither an industrial site nor a creative space in the study "
            "area. Not found is not the same as not there."
        )
    if "heritage" in tables and tables["heritage"].empty:
        return say("Nothing is ranked here: no industrial site was found. Not found is not the same as not there.")
    if not n:
        return say("Nothing is ranked here: no industrial site that could be offered for reuse can be reached on foot.")
    return say_n(
        n,
        "Nothing is ranked here: {n:count} candidate can be reached, and a ranking takes {least:count}. What it "
        "reaches stands below.",
        "Nothing is ranked here: {n:count} candidates can be reached, and a ranking takes {least:count}. What they "
        "reach stands below.",
        least=LEAST_TO_RANK,
    )


def _no_bridge(
    ranked: pd.DataFrame, anchor: float | None, least: float, where: Sequence[str]
) -> tuple[str, tuple[str, ...]]:
    """Say that no candidate bridges a gap, and beside it by how much, and where one would.

    Nothing is said where one does, or where it is not known.
    """
    best = known_number(ranked["network_gain"].astype(float).max())
    if not anchor or best is None or best >= least * anchor:
        return "", ()
    much = say(
        "The best candidate adds {gain:amount} spaces to the network of a typical space, where one street place in a "
        "hundred would add {anchor:amount} or more.",
        gain=best,
        anchor=anchor,
    )
    here = say("On this map a node would bridge a gap here: {where}.", where=list(where)) if where else ""
    return say("No candidate bridges a gap between creative spaces."), (sentences(much, here),)


# how a figure of the set is written, and the ends of what trials make of it: of residents no finer than two digits
WRITTEN: Mapping[str, tuple[Callable[[float], str], Callable[[float], str]]] = {
    "served": (count, lambda end: number(end, digits=2)),
    "gain": (amount, amount),
}


def _spanned(row: Any, doubt: Any | None, aim: str) -> str:
    """Write what a set brings, served or gain, and between what nine in ten trials of map and model have it."""
    write, roughly = WRITTEN[aim]
    told = write(float(getattr(row, f"set_{aim}")))
    if doubt is None:
        return told
    low, high = (roughly(float(getattr(doubt, f"{aim}_{end}"))) for end in ("low", "high"))
    return say("{told} ({low}–{high})", told=told, low=low, high=high)


def _brings(own: Sequence[Any], doubt: Any | None, name: Called, *, minutes: float, typical: str) -> str:
    """Say which sites are recommended together, and what they bring: beside what the network of today is."""
    names = [name.get(row.site_id, row.site_id) for row in own]
    served, gain = _spanned(own[0], doubt, "served"), _spanned(own[0], doubt, "gain")
    if not bool(own[0].connects):
        return say(
            "Best together for residents are {names}: reused, they would newly serve {served} residents (their "
            "first major creative space within a {minutes:g} min walk). They hardly connect spaces.",
            names=names,
            served=served,
            minutes=minutes,
        )
    told = {"names": names, "served": served, "minutes": minutes, "gain": gain}
    if not typical:
        return say(
            "Best together are {names}: reused, they would newly serve {served} residents (their first major creative "
            "space within a {minutes:g} min walk) and add {gain} spaces to the network of a typical space.",
            **told,
        )
    return say(
        "Best together are {names}: reused, they would newly serve {served} residents (their first major creative "
        "space within a {minutes:g} min walk) and add {gain} to the {typical} spaces that a typical one is "
        "joined with.",
        **told,
        typical=typical,
    )


def _typical(tables: Mapping[str, Any]) -> str:
    """Write how many spaces a typical one is joined with today; nothing where the run does not tell."""
    figures = table(tables, "indicators")
    found = None if figures is None else quoted(figures, TYPICAL)
    return "" if found is None else figures_of(f"{found:.1f}")


def _set(
    tables: Mapping[str, Any], marks: pd.DataFrame, name: Called, *, minutes: float, typical: str
) -> tuple[str, tuple[str, ...]]:
    """Say which sites are recommended together and what they bring, and beside it what differs from the ranking."""
    own, row = set_of(tables), doubt_of(tables)
    if not own:
        return say("No set of sites is recommended."), ()
    if row is not None and not bool(row.recommended):
        return (
            say("No set of sites is recommended: other maps and models mostly favour other sites."),
            (most_often(tables, row.most_often, name),),
        )
    beside = table(tables, "set_beside_ranking")
    differ = beside is not None and beside["reason"].iloc[0] != "agree"
    said = (spoken(rows(beside)[0], "note"),) if differ and beside is not None else ()
    brings = _brings(own, row, name, minutes=minutes, typical=typical)
    return sentences(brings, _doubt(marks[marks["about"] == "set"])), (*_idle(own, name), *said)


def _idle(own: Sequence[Any], name: Called) -> tuple[str, ...]:
    """Name the members of a set that connects which add next to nothing to the network themselves."""
    found = [row for row in own if row.adds_gain < IDLE_BELOW * row.set_gain]
    if not found or not bool(own[0].connects):
        return ()
    names = [name.get(row.site_id, row.site_id) for row in found]
    return (
        say_n(
            len(names),
            "{names} serves residents and adds less than a tenth of the set's network gain.",
            "{names} serve residents and add less than a tenth of the set's network gain each.",
            names=names,
        ),
    )


def _first(tables: Mapping[str, Any], ranked: pd.DataFrame, marks: pd.DataFrame, name: Called) -> str:
    """Say which site ranks first, and what of that holds."""
    site_id, n = ranked["site_id"].iloc[0], len(ranked)
    tied = ranked.loc[ranked["rank"] == ranked["rank"].iloc[0], "site_id"]
    twins = sorted(set(ranked["one_ground_with"].iloc[0]) & set(tied))
    called = [name.get(one, one) for one in (site_id, *twins)]
    first = (
        say("By score {names}, on one ground, share the first rank of {n:count} candidates.", names=called, n=n)
        if twins
        else say("By score {name} ranks first of {n:count} candidates.", name=called[0], n=n)
    )
    own = marks[(marks["about"] == "site") & (marks["site_id"] == site_id)]
    untried = _doubt(own) if own.empty else ""
    return sentences(first, untried, _stays_first(tables, site_id))


def _stays_first(tables: Mapping[str, Any], site_id: str) -> str:
    """Say how often a site is the first of all where map, model and weights are drawn together."""
    found = table(tables, "site_doubt")
    own = [] if found is None else rows(found[found["site_id"] == site_id])
    if not own or known_number(own[0].p_first) is None:
        return ""
    return say("Map, model and weights drawn together, it is first in {share:percent}.", share=float(own[0].p_first))


PAST = {
    "holds": mark("The past bears the ranking out: it would have picked the sites that were converted."),
    "does_not_hold": mark(
        "The past speaks against the ranking: it would not have picked the sites that were converted."
    ),
    "cannot_tell": mark(
        "The past cannot tell whether the ranking would have picked the {n:count} converted sites tested."
    ),
}


def _past(marks: pd.DataFrame) -> tuple[MarkLine, ...]:
    """Say what the past tells of the city's ranking."""
    own = rows(marks[marks["mark"] == "past"])
    if not own:
        return ()
    n, verdict = int(own[0].draws), own[0].verdict
    line = (
        say_n(
            n,
            "{n:count} converted site could be tested, and it takes {least:count}.",
            "{n:count} converted sites could be tested, and it takes {least:count}.",
            least=FEWEST_TESTED,
        )
        if verdict == "too_few"
        else say(PAST[verdict], n=n)
    )
    return (MarkLine(CHIPS.get(verdict, "not"), worded(MARKS["past"], verdict), line),)


def headline(
    tables: Mapping[str, Any],
    ordered: pd.DataFrame,
    settings: PageSettings,
    *,
    names: Called,
    where: Sequence[str] = (),
    snapshot: str = "",
) -> Headline:
    """Say the answer, as sure as it is: plain where priorities, map and model hold, else with the weaker of them.

    Parameters
    ----------
    tables : recommended, set_beside_ranking, scales, set_doubt, member_doubt, site_doubt, decisions, heritage and marks
        by name; each may be missing or empty.
    ordered : the tables candidates and scores, joined and in order.
    settings : of this run.
    names : names to show by site_id.
    where : the places where a node would connect most, in words; told where no candidate bridges a gap.
    snapshot : date of the map data; empty when not known. An old map is told beside the lead.
    """
    answer = _answer(tables, ordered, settings, names=names, where=where)
    fresher = settings.fresher if is_old(snapshot, settings) else None
    return replace(answer, age=old_map(snapshot, settings), fresher=fresher)


def _answer(
    tables: Mapping[str, Any], ordered: pd.DataFrame, settings: PageSettings, *, names: Called, where: Sequence[str]
) -> Headline:
    """Say the answer, on whatever map."""
    own = ordered[ordered["list"].isin(RANKED)]
    ranked = ranked_rows(own).sort_values("rank", kind="stable")
    if ranked.empty:
        return Headline(_too_few(int(own["reachable"].sum()), tables))
    found = table(tables, "marks")
    marks = pd.DataFrame(columns=["about", "site_id", "mark", "verdict"]) if found is None else found
    gap, gap_beside = _no_bridge(ranked, gain_anchor(tables), settings.network.bridges_from, where)
    typical = _typical(tables)
    lead, beside = _set(tables, marks, names, minutes=settings.reach.walk_minutes, typical=typical)
    first = ranked["site_id"].iloc[0]
    judged = marks[marks["about"] == "set"]
    judged = judged if len(judged) else marks[(marks["about"] == "site") & (marks["site_id"] == first)]
    return Headline(
        sentences(gap, lead),
        (*map(_mark_line, rows(judged)), *_past(marks)),
        _first(tables, ranked, marks, names),
        gap,
        (*gap_beside, *reservations(tables, ranked, names), *beside),
        planned(tables, names),
        typical=typical,
    )
