"""What the page of changes says: from one run to another, which sites moved in each city, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pandas as pd

from creative_nodes.common import PARTS, listed, mark, number, say, say_n, translated
from creative_nodes.report.cities.sketch import MovesMap, draw_moves
from creative_nodes.report.city.figures import figures
from creative_nodes.report.say.words import named_twice, rows
from creative_nodes.runs import CAUSES

# what became of a site, in the order of the key of the map
CHANGES = {
    "up": mark("won ranks"),
    "down": mark("lost ranks"),
    "level": mark("same rank"),
    "new": mark("new candidate"),
    "gone": mark("no longer a candidate"),
    "ranked": mark("ranked now"),
    "unranked": mark("no longer ranked"),
    "never_ranked": mark("not ranked in either run"),
}
CAUSE_WORDS = {
    "data": mark("data"),
    "settings": mark("settings"),
    "code": mark("code"),
    "unsplit": mark("not told apart"),
}
UNNAMED_RUN = "unnamed"
FEWEST_RANKED = 3  # sites whose order can be set beside another
# of a figure had fewer spaces been mapped: said of the figure itself
OF_DRAWS = "_thinned"


@dataclass(frozen=True)
class SiteChange:
    """One site: its ranks and scores, what moved it, whether it came into the set or left it, and where it is shown."""

    name: str
    address: str
    change: str
    told: str
    before: str
    after: str
    move: str
    score: str
    why: str
    in_set: str


@dataclass(frozen=True)
class StepView:
    """One step from run to run: its cause, what differs, what it did."""

    cause: str
    told: str
    differs: tuple[str, ...]
    computed: bool
    problem: str


@dataclass(frozen=True)
class FigureChange:
    """One figure of the city that is not the same in both: before and after."""

    label: str
    before: str
    after: str
    unit: str


@dataclass(frozen=True)
class CityChanges:
    """One city: in words, step by step, on a map, site by site, figure by figure; `notes` are remarks on the maps.

    `pages` are the addresses of its pages before and after.
    """

    key: str
    name: str
    pages: tuple[str, str]
    summary: tuple[str, ...]
    steps: tuple[StepView, ...]
    map: MovesMap
    sites: tuple[SiteChange, ...]
    level: int
    figures: tuple[FigureChange, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RunView:
    """One of the two runs: its name, and the three hashes of what it is made of."""

    name: str
    parts: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class ChangesPage:
    """The page, whole."""

    runs: tuple[RunView, ...]
    cities: tuple[CityChanges, ...]
    changes: tuple[tuple[str, str], ...]


def _whole(value: Any) -> str:
    return "–" if pd.isna(value) else f"{int(value)}"


def _signed(value: Any) -> str:
    return "" if pd.isna(value) or value == 0 else f"{int(value):+d}".replace("-", "−")


def _causes(causes: Sequence[str]) -> str:
    return listed([translated(CAUSE_WORDS[one]) for one in causes])


def _why(row: Any) -> str:
    """Say what moved a site: each cause, with the ranks won by it where there are several."""
    moved = [one for one in CAUSES if one in row.because]
    if len(moved) < 2:
        return _causes(moved)
    said = []
    for one in moved:
        ranks = _signed(getattr(row, f"move_{one}"))
        said.append(f"{translated(CAUSE_WORDS[one])} {ranks}".strip())
    return listed(said)


def _in_set(row: Any) -> str:
    """Say whether a site is in the recommended set, and what brought it in or out."""
    if row.in_set_before == row.in_set_after:
        return say("in the set") if row.in_set_after else ""
    causes = _causes(row.set_because)
    return say("into the set ({why})", why=causes) if row.in_set_after else say("out of the set ({why})", why=causes)


def _score(row: Any) -> str:
    both = [number(one, digits=2) if pd.notna(one) else "–" for one in (row.score_before, row.score_after)]
    return both[0] if both[0] == both[1] else f"{both[0]} → {both[1]}"


def site_name(row: Any) -> str:
    """Return what a site is called in the language in force."""
    return named_twice(row, say("Unnamed site {id}", id=row.site_id))


def _pages(names: Sequence[str], records: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Return where the pages of a city lie, seen from the folder of the comparison."""
    at = [("" if name in (UNNAMED_RUN, one["city"]) else f"{name}/") for name, one in zip(names, records, strict=True)]
    before, after = (f"../{folder}{one['city']}.html" for folder, one in zip(at, records, strict=True))
    return before, after


def _site(row: Any, pages: tuple[str, str]) -> SiteChange:
    return SiteChange(
        name=site_name(row),
        address=f"{pages[row.change != 'gone']}#site={quote(row.site_id, safe='')}",
        change=row.change,
        told=translated(CHANGES[row.change]),
        before=_whole(row.rank_before),
        after=_whole(row.rank_after),
        move=_signed(row.move),
        score=_score(row),
        why=_why(row),
        in_set=_in_set(row),
    )


def _order(changes: pd.DataFrame) -> str:
    """Say how much the order of the sites that are ranked in both is the same; nothing of too few, or of one rank.

    Kendall's tau-b and Spearman's rho, both made for ties: 1 is the same order, 0 none in common, -1 the reverse.
    """
    from scipy.stats import kendalltau, spearmanr  # heavy, and no other page needs it

    both = changes.dropna(subset=["rank_before", "rank_after"])
    before, after = (both[f"rank_{end}"].astype(float).to_numpy() for end in ("before", "after"))
    if len(both) < FEWEST_RANKED or len(set(before)) == 1 or len(set(after)) == 1:
        return ""
    return say(
        "Of the {n:count} sites ranked in both the order agrees by {tau} (Kendall's tau-b) and {rho} (Spearman's rho), "
        "where 1 is the same order and 0 nothing in common.",
        n=len(both),
        tau=number(float(kendalltau(before, after).statistic), digits=2),
        rho=number(float(spearmanr(before, after).statistic), digits=2),
    )


def _figures(before: pd.DataFrame, after: pd.DataFrame) -> tuple[FigureChange, ...]:
    """Set the figures of both beside each other, where what is said differs; their order is that of the later."""
    was = {one.key: one for one in figures(before) if OF_DRAWS not in one.key}
    return tuple(
        FigureChange(one.label, old.value, one.value, one.unit or old.unit)
        for one in figures(after)
        if (old := was.get(one.key)) and old.value != one.value
    )


def _notes(records: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return what is remarked on the data of each, where that differs."""
    notes = [str(one.get("note") or "") for one in records]
    return tuple(translated(one) for one in notes if one) if notes[0] != notes[1] else ()


def _summary(changes: pd.DataFrame) -> tuple[str, ...]:
    """Say in sentences what changed."""
    counts = changes["change"].value_counts()
    entered = int((changes["in_set_after"] & ~changes["in_set_before"]).sum())
    left = int((changes["in_set_before"] & ~changes["in_set_after"]).sum())
    moved = int(counts.get("up", 0) + counts.get("down", 0))
    said = [
        say_n(moved, "{n:count} site changed its rank.", "{n:count} sites changed their rank."),
        say("{new:count} new candidates, {gone:count} gone.", new=counts.get("new", 0), gone=counts.get("gone", 0)),
    ]
    if entered or left:
        said.append(say("The recommended set: {entered:count} in, {left:count} out.", entered=entered, left=left))
    else:
        said.append(say("The recommended set is the same."))
    return tuple(one for one in (*said, _order(changes)) if one)


def _step(row: Any) -> StepView:
    told = say(
        "{moved:count} moved, {came:count} came, {went:count} went; set: {into:count} in, {out:count} out",
        moved=row.moved,
        came=row.came,
        went=row.went,
        into=row.into_set,
        out=row.out_of_set,
    )
    cause = _causes(row.parts) if row.cause != "unsplit" else say("not told apart: {parts}", parts=_causes(row.parts))
    return StepView(cause, told, tuple(row.differs), bool(row.computed), str(row.problem))


def _city(names: Sequence[str], records: Sequence[Mapping[str, Any]], told_by: Mapping[str, Any]) -> CityChanges:
    changes, steps, record = told_by["run_changes"], told_by["run_steps"], records[1]
    pages = _pages(names, records)
    told = [_site(row, pages) for row in rows(changes)]
    still = [one.change in ("level", "never_ranked") and not one.why for one in told]
    return CityChanges(
        key=str(record["city"]),
        name=translated(str(record["name"])),
        pages=pages,
        summary=_summary(changes),
        steps=tuple(_step(row) for row in rows(steps)),
        map=draw_moves(told_by["study_area"], changes, [one.name for one in told]),
        sites=tuple(one for one, quiet in zip(told, still, strict=True) if not quiet or one.in_set),
        level=sum(quiet and not one.in_set for one, quiet in zip(told, still, strict=True)),
        figures=_figures(*told_by["indicators"]),
        notes=_notes(records),
    )


def _called(name: str, own: Sequence[Mapping[str, Any]]) -> str:
    """Return what a run is called; a city that is itself compared has its own name."""
    if name == UNNAMED_RUN:
        return say("the run without a name")
    return translated(str(own[0]["name"])) if [one["city"] for one in own] == [name] else name


def _runs(names: Sequence[str], records: Sequence[Sequence[Mapping[str, Any]]]) -> tuple[RunView, ...]:
    """Show both runs, marking the parts in which a city differs."""
    differs = {part: any(one[part] != other[part] for one, other in zip(*records, strict=True)) for part in PARTS}
    return tuple(
        RunView(
            _called(name, own),
            tuple(
                (translated(CAUSE_WORDS[part]), listed(sorted({one[part] for one in own})), differs[part])
                for part in PARTS
            ),
        )
        for name, own in zip(names, records, strict=True)
    )


def changes_page(
    names: Sequence[str], records: Sequence[Sequence[Mapping[str, Any]]], cities: Sequence[Mapping[str, Any]]
) -> ChangesPage:
    """Make the view-model of the page of changes, in the language in force.

    Parameters
    ----------
    names : of the two runs.
    records : of their cities, the records of the run before, then those of the run after.
    cities : the tables run_changes, run_steps and study_area of each city by name, and as `indicators` those of both
        runs, in the same order.
    """
    return ChangesPage(
        runs=_runs(names, records),
        cities=tuple(_city(names, own, told) for *own, told in zip(*records, cities, strict=True)),
        changes=tuple((key, translated(words)) for key, words in CHANGES.items()),
    )
