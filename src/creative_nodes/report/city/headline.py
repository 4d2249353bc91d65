"""The first lines of a city's page: the set, what it brings, and what of that holds against which doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from creative_nodes.common import mark, say, say_n, spoken
from creative_nodes.report.city.gaps import gain_anchor
from creative_nodes.report.say.spoken import Called, ranked_rows, table
from creative_nodes.report.say.words import known_number, rows, sentences
from creative_nodes.report.settings import PageSettings
from creative_nodes.score import FEWEST_TESTED, LEAST_TO_RANK, RANKED, VERDICTS

# what is said of a statement that does not hold against both doubts: by mark and verdict
SET_WEAKER = {
    ("priorities", "open"): mark(
        "Other priorities leave that open: it reaches 90 % of the best in {share:percent} of {draws:count} weightings "
        "of the two aims."
    ),
    ("priorities", "does_not_hold"): mark(
        "Other priorities overturn that: it reaches 90 % of the best in {share:percent} of {draws:count} weightings "
        "of the two aims."
    ),
    ("map_and_model", "open"): mark(
        "Map and model leave that open: it reaches 90 % of the best in {share:percent} of {draws:count} worlds drawn."
    ),
    ("map_and_model", "does_not_hold"): mark(
        "Map and model do not bear that out: it reaches 90 % of the best in {share:percent} of {draws:count} worlds "
        "drawn."
    ),
}
SITE_WEAKER = {
    ("priorities", "open"): mark(
        "Other priorities leave that open: it is among the first {top:count} in {share:percent} of {draws:count} "
        "weightings."
    ),
    ("priorities", "does_not_hold"): mark(
        "Other priorities overturn that: it is among the first {top:count} in {share:percent} of {draws:count} "
        "weightings."
    ),
    ("map_and_model", "open"): mark(
        "Map and model leave that open: it is among the first {top:count} in {share:percent} of {draws:count} worlds "
        "drawn."
    ),
    ("map_and_model", "does_not_hold"): mark(
        "Map and model do not bear that out: it is among the first {top:count} in {share:percent} of {draws:count} "
        "worlds drawn."
    ),
}


def weaker(marks: pd.DataFrame) -> Any | None:
    """Return the mark that holds less, of those of one statement; nothing where all hold.

    Parameters
    ----------
    marks : rows of the table marks of one statement.
    """
    order = {verdict: place for place, verdict in enumerate(VERDICTS)}
    short = [row for row in rows(marks) if row.verdict in order and row.verdict != "holds"]
    return max(short, key=lambda row: (order[row.verdict], -float(row.share)), default=None)


def _doubt(words: Mapping[tuple[str, str], str], marks: pd.DataFrame) -> str:
    """Name the weaker mark of a statement; nothing where it is plain. Without marks that is no plain answer."""
    if marks.empty:
        return say("Whether that holds on another map and model was not tried.")
    row = weaker(marks)
    if row is None:
        return ""
    top = known_number(row.top_n)
    return say(words[row.mark, row.verdict], share=float(row.share), draws=int(row.draws), top=top or 0)


def _too_few(n: int) -> str:
    """Say that nothing is ranked."""
    return say_n(
        n,
        "Nothing is ranked here: {n:count} candidate can be reached, and a ranking takes {least:count}. What it "
        "reaches stands below.",
        "Nothing is ranked here: {n:count} candidates can be reached, and a ranking takes {least:count}. What they "
        "reach stands below.",
        least=LEAST_TO_RANK,
    )


def _no_bridge(ranked: pd.DataFrame, anchor: float | None, least: float, where: Sequence[str]) -> str:
    """Say that no candidate bridges a gap, and where one would; nothing where one does, or where it is not known."""
    best = known_number(ranked["network_gain"].astype(float).max())
    if not anchor or best is None or best >= least * anchor:
        return ""
    none = say(
        "No candidate bridges a gap between creative spaces: the best adds {gain:amount} spaces to the network of a "
        "typical space, where one street place in a hundred would add {anchor:amount} or more.",
        gain=best,
        anchor=anchor,
    )
    return sentences(none, say("A node would bridge one here: {where}.", where=list(where)) if where else "")


def _twins(members: pd.DataFrame, name: Mapping[str, str]) -> list[str]:
    """Say which others stand on the grounds of a set's members."""
    return [
        say(
            "{site} stands on one ground with {others}: they are one node.",
            site=name.get(row.site_id, row.site_id),
            others=[name.get(one, one) for one in row.one_ground_with],
        )
        for row in rows(members)
        if len(row.one_ground_with)
    ]


def _set(tables: Mapping[str, Any], marks: pd.DataFrame, name: Mapping[str, str]) -> str:
    """Say which sites are recommended together, what they bring, and what of that holds."""
    recommended, doubted = table(tables, "recommended"), table(tables, "set_doubt")
    if recommended is None or not len(own := recommended[recommended["set"] == "best"]):
        return say("No set of sites is recommended.")
    if doubted is not None and len(doubted) and not bool(doubted["recommended"].iloc[0]):
        row = rows(doubted)[0]
        return say(
            "No set of sites is recommended: the best of this run reaches 90 % of the best in {share:percent} of "
            "{worlds:count} worlds drawn. Most often chosen: {names}.",
            share=float(row.reaches),
            worlds=int(row.worlds),
            names=[name.get(one, one) for one in row.most_often],
        )
    first = rows(own)[0]
    brings = say(
        "Best together are {names}: reused, they would newly serve {served:count} residents and add {gain:amount} "
        "spaces to the network of a typical space.",
        names=[name.get(row.site_id, row.site_id) for row in rows(own)],
        served=float(first.set_served),
        gain=float(first.set_gain),
    )
    serves = "" if bool(first.connects) else say("They serve residents and do not connect.")
    beside = table(tables, "set_beside_ranking")
    differ = ""
    if beside is not None and len(beside) and beside["reason"].iloc[0] != "agree":
        differ = spoken(rows(beside)[0], "note")
    return sentences(brings, serves, *_twins(own, name), _doubt(SET_WEAKER, marks[marks["about"] == "set"]), differ)


def _first(ranked: pd.DataFrame, marks: pd.DataFrame, name: Mapping[str, str]) -> str:
    """Say which site ranks first, and what of that holds."""
    site_id, n = ranked["site_id"].iloc[0], len(ranked)
    tied = ranked.loc[ranked["rank"] == ranked["rank"].iloc[0], "site_id"]
    twins = sorted(set(ranked["one_ground_with"].iloc[0]) & set(tied))
    called = [name.get(one, one) for one in (site_id, *twins)]
    first = (
        say(
            "By score {names}, which stand on one ground, share the first rank of {n:count} candidates.",
            names=called,
            n=n,
        )
        if twins
        else say("By score {name} ranks first of {n:count} candidates.", name=called[0], n=n)
    )
    return sentences(first, _doubt(SITE_WEAKER, marks[(marks["about"] == "site") & (marks["site_id"] == site_id)]))


def _past(marks: pd.DataFrame) -> str:
    """Say what the past tells of the city's ranking."""
    own = rows(marks[marks["mark"] == "past"])
    if not own:
        return ""
    n, verdict = int(own[0].draws), own[0].verdict
    if verdict == "too_few":
        return say_n(
            n,
            "The past tells nothing: {n:count} converted site could be tested, and it takes {least:count}.",
            "The past tells nothing: {n:count} converted sites could be tested, and it takes {least:count}.",
            least=FEWEST_TESTED,
        )
    if verdict == "holds":
        return say("The past bears the ranking out: it would have picked the sites that were converted.")
    if verdict == "does_not_hold":
        return say("The past speaks against the ranking: it would not have picked the sites that were converted.")
    return say("The past cannot tell whether the ranking would have picked the {n:count} converted sites tested.", n=n)


def headline(
    tables: Mapping[str, Any],
    ordered: pd.DataFrame,
    settings: PageSettings,
    *,
    names: Called,
    where: Sequence[str] = (),
) -> str:
    """Say the answer, as sure as it is: plain where priorities, map and model hold, else with the weaker of them.

    Parameters
    ----------
    tables : recommended, set_beside_ranking, scales, set_doubt and marks by name; each may be missing or empty.
    ordered : the tables candidates and scores, joined and in order.
    settings : of this run.
    names : names to show by site_id.
    where : the places where a node would connect most, in words; told where no candidate bridges a gap.
    """
    own = ordered[ordered["list"].isin(RANKED)]
    ranked = ranked_rows(own).sort_values("rank", kind="stable")
    if ranked.empty:
        return _too_few(int(own["reachable"].sum()))
    found = table(tables, "marks")
    marks = pd.DataFrame(columns=["about", "site_id", "mark", "verdict"]) if found is None else found
    gap = _no_bridge(ranked, gain_anchor(tables), settings.network.bridges_from, where)
    return sentences(gap, _set(tables, marks, names), _first(ranked, marks, names), _past(marks))
