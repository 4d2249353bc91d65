"""Would the ranking have picked the sites that were converted? What the back-test found, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from creative_nodes.common import percent, say, say_n
from creative_nodes.report.say.spoken import table
from creative_nodes.report.say.words import known_number, names, rows

FEW = 5  # tested sites below which nothing firm is said
CHANCE = 0.5
FIRST = 10  # sites that the precision looks at

Verdict = Literal["nothing", "one", "few", "untold", "chance", "better", "worse"]


@dataclass(frozen=True)
class BacktestFigure:
    """A figure with its interval; either may be missing."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Tested:
    """A converted site, scored as if it were not."""

    name: str
    rank: str
    percentile: str
    by_centre: str
    bar: float
    hidden: str


@dataclass(frozen=True)
class BacktestSection:
    """The section, spoken; the figures are (what, by the score, by distance to the centre)."""

    verdict: Verdict
    answer: str
    meaning: str
    beside_centre: str
    counts: str
    method: str
    figures: tuple[tuple[str, str, str], ...]
    sites: tuple[Tested, ...]


def judge(tested: int, rivals: int, auc: BacktestFigure) -> Verdict:
    """Say what the back-test allows to say.

    Fewer than two tested sites say nothing; fewer than `FEW` nothing firm, however good the figure: the bootstrap
    cannot know the spread of two. An interval that holds 0.5 cannot be told from chance.

    Parameters
    ----------
    tested : converted sites that were ranked.
    rivals : candidates that they were ranked among.
    auc : chance that a converted site stands before a candidate.
    """
    if tested == 0 or rivals == 0 or auc.value is None:
        return "nothing"
    if tested < FEW:
        return "one" if tested == 1 else "few"
    if auc.low is None or auc.high is None:
        return "untold"
    if auc.low > CHANCE:
        return "better"
    return "worse" if auc.high < CHANCE else "chance"


def _answer(verdict: Verdict, tested: int, converted: int, rivals: int) -> str:
    if verdict == "nothing" and converted == 0:
        return say("No converted site is known here, so the ranking cannot be held against what was chosen.")
    if verdict == "nothing" and rivals == 0:
        return say("There is no candidate to hold the converted sites against.")
    return {
        "nothing": say("None of the converted sites can be reached on foot, so there is nothing to test."),
        "one": say("Too few converted sites (n = 1) to say anything."),
        "few": say("Too few converted sites (n = {n}) to say anything firm.", n=tested),
        "untold": say("How sure the result is cannot be told."),
        "chance": say("It cannot be told from chance whether the ranking would have picked the converted sites."),
        "better": say("The ranking would have picked the converted sites more often than chance."),
        "worse": say("The ranking would have picked the converted sites less often than chance."),
    }[verdict]


def _meaning(verdict: Verdict) -> str:
    return {
        "nothing": say("Whether a high rank leads to a conversion is therefore not known."),
        "one": say("Whether a high rank leads to a conversion is therefore not known."),
        "few": say("The figures stand below for the record; a few more sites could turn them round."),
        "untold": say("Read the figures below with care."),
        "chance": say(
            "The score does not predict which sites were converted. It describes the physical position of a site only: "
            "not its owner, its price, its protection, or anybody's will."
        ),
        "better": say(
            "Where a site lies goes with being converted. That is no proof that a high rank leads to a conversion: "
            "owner, price, protection and anybody's will are not in it."
        ),
        "worse": say(
            "What was converted lies where the score is low: the score is no guide to what owners and cities chose. It "
            "describes the physical position of a site only."
        ),
    }[verdict]


def _beside_centre(verdict: Verdict, lift: BacktestFigure) -> str:
    """Compare with choosing whatever is closest to the centre."""
    if verdict in ("nothing", "one", "few") or lift.value is None or lift.low is None or lift.high is None:
        return ""
    if lift.low > 0:
        return say("It does better than choosing whatever is closest to the centre.")
    if lift.high < 0:
        return say("It does worse than choosing whatever is closest to the centre.")
    return say("Whether it does better or worse than choosing whatever is closest to the centre cannot be told.")


def _counts(converted: int, tested: int, rivals: int) -> str:
    if tested == converted:
        return say_n(
            tested,
            "One converted site was tested among {rivals:count} candidates.",
            "{n:count} converted sites were tested, each among {rivals:count} candidates.",
            rivals=rivals,
        )
    return say(
        "Of {converted:count} converted sites {tested:count} can be reached on foot and were tested, each among "
        "{rivals:count} candidates.",
        converted=converted,
        tested=tested,
        rivals=rivals,
    )


def _with_interval(known: BacktestFigure, tested: int) -> str:
    """Word a figure with its interval; the bootstrap of a few sites is no interval to print."""
    if known.value is None:
        return say("not known")
    if tested < FEW:
        return say("{value:.2f} (no interval: n = {n})", value=known.value, n=tested)
    if known.low is None or known.high is None:
        return say("{value:.2f}, no interval", value=known.value)
    return say("{value:.2f} (95 % interval {low:.2f} to {high:.2f})", value=known.value, low=known.low, high=known.high)


def _of_first(share: float | None, first: int) -> str:
    return say("not known") if share is None else say("{k} of {n}", k=round(share * first), n=first)


def _figures(found: Mapping[str, BacktestFigure], tested: int, rivals: int) -> tuple[tuple[str, str, str], ...]:
    """Word the figures; the first ten say nothing where the whole list is hardly longer."""
    nothing = BacktestFigure()
    told = [
        (
            say("Chance that a converted site stands before a candidate (AUC; 0.5 is chance)"),
            _with_interval(found.get("auc", nothing), tested),
            _with_interval(found.get("auc_by_centre", nothing), tested),
        )
    ]
    if tested + rivals > FIRST:
        expected = found.get("precision_by_chance", nothing).value
        what = say("Converted sites among the first {n}", n=FIRST)
        if expected is not None:
            what = say(
                "Converted sites among the first {n} (by chance {expected:.1f})", n=FIRST, expected=expected * FIRST
            )
        told.append(
            (
                what,
                _of_first(found.get("precision_at_10", nothing).value, FIRST),
                _of_first(found.get("precision_at_10_by_centre", nothing).value, FIRST),
            )
        )
    return tuple(told)


def _means(frame: pd.DataFrame | None) -> tuple[tuple[str, str, str], ...]:
    if frame is None:
        return ()
    ours, plain = (known_number(frame[key].mean()) for key in ("percentile", "percentile_by_centre"))
    said = tuple(say("not known") if one is None else percent(one) for one in (ours, plain))
    return ((say("Candidates that a converted site stands before, on average"), *said),)  # type: ignore[return-value]


def _sites(frame: pd.DataFrame | None) -> tuple[Tested, ...]:
    if frame is None:
        return ()
    return tuple(
        Tested(
            name=names(row, say("Unnamed site {id}", id=row.site_id))[0],
            rank=say("{rank} of {n}", rank=int(row.rank), n=int(row.rivals) + 1),
            percentile=percent(row.percentile),
            by_centre=percent(row.percentile_by_centre),
            bar=round(100 * float(row.percentile), 1),
            hidden=say_n(
                int(row.hidden_spaces),
                "{n} space hidden with it",
                "{n} spaces hidden with it",
            ),
        )
        for row in rows(frame.sort_values(["percentile", "site_id"], ascending=[False, True]))
    )


def backtest(tables: Mapping[str, Any]) -> BacktestSection | None:
    """Say what the back-test found, in the language in force.

    Parameters
    ----------
    tables : backtest and backtest_summary by name; the first may be missing or empty.

    Returns
    -------
    the section; nothing without the table backtest_summary.
    """
    summary = table(tables, "backtest_summary")
    if summary is None:
        return None
    found = {
        str(row.figure): BacktestFigure(known_number(row.value), known_number(row.low), known_number(row.high))
        for row in rows(summary)
    }
    converted, tested, rivals = (
        int(found.get(key, BacktestFigure()).value or 0) for key in ("converted_sites", "tested_sites", "rivals")
    )
    verdict = judge(tested, rivals, found.get("auc", BacktestFigure()))
    some = verdict != "nothing"
    each = table(tables, "backtest") if some else None
    return BacktestSection(
        verdict=verdict,
        answer=_answer(verdict, tested, converted, rivals),
        meaning=_meaning(verdict),
        beside_centre=_beside_centre(verdict, found.get("auc_lift", BacktestFigure())),
        counts=_counts(converted, tested, rivals) if converted else "",
        method=say(
            "Each converted site is scored as if it were not converted, with the creative spaces that its conversion "
            "may have brought hidden, and by what conversion cannot have changed: people, surroundings, network. "
            "Heritage, size and readiness are left out, so this is no test of the whole score."
        ),
        figures=(*_figures(found, tested, rivals), *_means(each)) if some else (),
        sites=_sites(each),
    )


def pooled_backtest(pooled: pd.DataFrame) -> BacktestSection | None:
    """Say what the back-test found over all cities (rows of the table backtest_pooled), in the language in force."""
    found = backtest({"backtest_summary": pooled[pooled["city"] == "all"]})
    if found is None:
        return None
    values = pooled[pooled["city"] == "all"].set_index("figure")["value"]
    tested, rivals = (int(values.get(key, 0)) for key in ("tested_sites", "rivals"))
    counts = say_n(
        tested,
        "All cities together: one converted site was tested, among the candidates of its own city.",
        "All cities together: {n:count} converted sites were tested, each among the candidates of its own city; "
        "candidates in all: {rivals:count}.",
        rivals=rivals,
    )
    return replace(found, counts=counts if tested else found.counts)
