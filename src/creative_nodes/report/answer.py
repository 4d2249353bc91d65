"""The two sentences that a page opens with: which site ranks first, and how connected the network is today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from creative_nodes.config import CRITERIA, Criterion
from creative_nodes.messages import count, listed, percent
from creative_nodes.report.figures import CONNECTIVITY, ISOLATED, SPACES, quoted
from creative_nodes.report.settings import Settings
from creative_nodes.report.words import known_number

BEST_PARTS = 3
WHY: dict[Criterion, str] = {
    "residents_walk_15": "many residents within a walk",
    "residents_ride_30": "many residents within a ride",
    "transit_minutes": "a rapid-transit station near by",
    "newly_served": "residents who have no creative space in walking reach today",
    "exchange": "creative neighbours a few steps away",
    "neighbourhood": "a lively neighbourhood",
    "diversity": "a wide mix of the arts around it",
    "relay": "its place as a stepping stone between creative spaces",
    "site_capacity": "a large site",
    "heritage_value": "its heritage value",
    "readiness": "land that is ready for a new use",
}
# words for C: more than half the pairs joined is "mostly"
LEVELS = ((0.1, "barely connected"), (0.5, "partly connected"), (0.8, "mostly connected"), (1.1, "well connected"))


def best_of(ordered: pd.DataFrame, first: str) -> tuple[Any, ...]:
    """Collect what the answer says about the first-ranked site; empty when none is ranked.

    Parameters
    ----------
    ordered : candidates with their scores, best first.
    first : name of the first.
    """
    if ordered.empty or pd.isna(ordered["rank"].iloc[0]):
        return ()
    row = ordered.iloc[0]
    parts = [(key, known_number(row[f"part_{key}"]) or 0.0) for key in CRITERIA]
    return first, row["certainty"], known_number(row["p_top"]), row["top_n"], parts


def answer(best: Sequence[Any], n: int, settings: Settings) -> str:
    """Say in a sentence which site ranks first, how sure that is, and why.

    Parameters
    ----------
    best : the first-ranked site: name, certainty, p_top, top_n, and (criterion, part) pairs; empty when none is
        scored.
    n : scored sites.
    settings : of this run.
    """
    if not best:
        return "No candidate could be scored: see the list of sites out of reach and the remarks below."
    name, certainty, chance, top_n, parts = best
    top = [WHY[key] for key, part in sorted(parts, key=lambda item: -item[1])[:BEST_PARTS] if part > 0]
    sure = {
        "robust": "and that is robust",
        "depends on priorities": "but that depends on priorities",
        "weak": "but that is weak",
    }.get(certainty, f"({certainty})")
    told = f"{name} ranks first of {n:,} scored candidates, {sure}"
    if chance is not None:
        told += f": it is among the best {top_n} in {percent(chance)} of {settings.score.draws:,} weightings"
    return f"{told}. What counts most: {listed(top)}." if top else f"{told}."


def network_today(indicators: pd.DataFrame, n_spaces: int, settings: Settings) -> str:
    """Say in a sentence how connected the creative network is."""
    connectivity, isolated = quoted(indicators, CONNECTIVITY), quoted(indicators, ISOLATED)
    spaces = quoted(indicators, SPACES)
    number_of = count(n_spaces if spaces is None else spaces)
    if connectivity is None:
        return f"{number_of} creative spaces were found; how well they are connected cannot be told."
    level = next(word for limit, word in LEVELS if connectivity < limit)
    step = f"{settings.network.link_minutes:g}"
    alone = "" if isolated is None else f"; {percent(isolated)} of them have no other within {step} minutes"
    return (
        f"Today the city's {number_of} creative spaces are {level}: two picked at random are joined by walks of "
        f"{step} minutes or less, from space to space, with a chance of {percent(connectivity)}{alone}."
    )
