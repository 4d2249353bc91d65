"""The forward record: public decisions on industrial sites, and where this run ranks each, however it came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from creative_nodes.common import FORMATS, listed, mark, say, say_n, translated
from creative_nodes.report.say.spoken import Called, table
from creative_nodes.report.say.words import rows, sentences, worded

KINDS = {
    "release": mark("to be released"),
    "reuse": mark("reuse for culture"),
    "study": mark("reuse is studied"),
    "other_use": mark("another use is planned"),
}
STANDINGS = {
    "not_located": mark("not located"),
    "no_candidate": mark("no candidate"),
    "not_ranked": mark("not ranked"),
}
SETS = {
    "best": mark("in the set of this run"),
    "runner_up": mark("in the runner-up set"),
    "single": mark("best single site"),
}


@dataclass(frozen=True)
class DecisionRow:
    """A decision as shown. `site` and `decision` stand as the source has them, spoken where translations are known."""

    site: str
    other_names: str
    kind: str
    decision: str
    date: str
    source: str
    outcome: str
    sets: str
    age: str


@dataclass(frozen=True)
class Record:
    """The decisions by date, what they add up to, and what the age of the map does to them."""

    answer: str
    caution: str
    rows: tuple[DecisionRow, ...]


def _outcome(row: Any) -> str:
    """Say where the run has the site."""
    if row.standing != "ranked":
        return worded(STANDINGS, row.standing)
    if row.list == "survey":
        return say("survey list, rank {rank:count}", rank=int(row.rank))
    return say("rank {rank:count} of {n:count}", rank=int(row.rank), n=int(row.ranked))


def _age(row: Any) -> str:
    """Say which came first, map or decision, and whether the site's status here is told by the decision itself."""
    known = say("its status here is this decision") if row.known_to_run else ""
    if not row.snapshot:
        return known
    age = say("map as young or younger") if row.map_is_younger else say("map older")
    return f"{age}; {known}" if known else age


def _site(row: Any, names: Called) -> tuple[str, str]:
    """Return the site as the rest of the page calls it, and its name in the source when that is another."""
    shown = names.get(row.site_id, row.site)
    return shown, "" if shown == row.site else row.site


def _row(row: Any, names: Called) -> DecisionRow:
    site, other = _site(row, names)
    return DecisionRow(
        site,
        other,
        worded(KINDS, row.kind),
        translated(row.decision),
        FORMATS["date"](row.date),
        row.source,
        _outcome(row),
        listed([worded(SETS, one) for one in row.sets]),
        _age(row),
    )


def _caution(snapshot: str) -> str:
    """Say what the age of the map does to the comparison."""
    dated = (
        say("The map of this run is of {when:date}.", when=snapshot)
        if snapshot
        else say("The date of this run's map is not known.")
    )
    return sentences(
        dated,
        say(
            "The data of a run may be older than a decision, and miss what it is about, or younger, and know of it; a "
            "rank is no proof of foresight."
        ),
    )


def record(tables: Mapping[str, Any], *, names: Called) -> Record | None:
    """Word the table decisions; nothing where none is known of the city.

    Parameters
    ----------
    tables : decisions by name.
    names : names to show by site_id, as everywhere on the page.
    """
    found = table(tables, "decisions")
    if found is None:
        return None
    decided = rows(found)
    located = sum(row.standing != "not_located" for row in decided)
    ranked = sum(row.standing == "ranked" and row.list != "survey" for row in decided)
    chosen = sum("best" in row.sets for row in decided)
    return Record(
        answer=say_n(
            len(decided),
            "{n:count} public decision is recorded: {located:count} on a site that is located here, {ranked:count} on "
            "one that is ranked, {chosen:count} on one of the set of this run.",
            "{n:count} public decisions are recorded: {located:count} on sites that are located here, {ranked:count} "
            "on ones that are ranked, {chosen:count} on ones of the set of this run.",
            located=located,
            ranked=ranked,
            chosen=chosen,
        ),
        caution=_caution(str(decided[0].snapshot)),
        rows=tuple(_row(row, names) for row in decided),
    )
