"""The two sentences that a page opens with: which site ranks first, and how connected the network is today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from creative_nodes.common import CRITERIA, mark, say, say_n, translated
from creative_nodes.report.city.figures import CONNECTIVITY, ISOLATED, SPACES, quoted
from creative_nodes.report.say.words import known_number, sentences
from creative_nodes.report.settings import PageSettings

BEST_PARTS = 3
# by certainty; then the same where the chance to be among the best is known
FIRST = {
    "robust": mark("{name} ranks first of {n:count} scored candidates, and that is robust."),
    "depends on priorities": mark("{name} ranks first of {n:count} scored candidates, but that depends on priorities."),
    "weak": mark("{name} ranks first of {n:count} scored candidates, but that is weak."),
}
FIRST_UNSURE = mark("{name} ranks first of {n:count} scored candidates; how sure that is cannot be told.")
FIRST_BY_CHANCE = {
    "robust": mark(
        "{name} ranks first of {n:count} scored candidates, and that is robust: it is among the best {top:count} in "
        "{chance:percent} of {draws:count} weightings."
    ),
    "depends on priorities": mark(
        "{name} ranks first of {n:count} scored candidates, but that depends on priorities: it is among the best "
        "{top:count} in {chance:percent} of {draws:count} weightings."
    ),
    "weak": mark(
        "{name} ranks first of {n:count} scored candidates, but that is weak: it is among the best {top:count} in "
        "{chance:percent} of {draws:count} weightings."
    ),
}
# sentences for C, each up to a limit: more than half the pairs joined is "mostly"
LEVELS = (
    (0.1, mark("Today the city's {n:count} creative spaces are barely connected.")),
    (0.5, mark("Today the city's {n:count} creative spaces are partly connected.")),
    (0.8, mark("Today the city's {n:count} creative spaces are mostly connected.")),
    (1.1, mark("Today the city's {n:count} creative spaces are well connected.")),
)


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


def answer(best: Sequence[Any], n: int, settings: PageSettings) -> str:
    """Say in a sentence which site ranks first, how sure that is, and why.

    Parameters
    ----------
    best : the first-ranked site: name, certainty, p_top, top_n, and (criterion, part) pairs; empty when none is
        scored.
    n : scored sites.
    settings : of this run.
    """
    if not best:
        return say("No candidate could be scored: see the list of sites out of reach and the remarks below.")
    name, certainty, chance, top_n, parts = best
    top = [
        translated(CRITERIA[key].praise)
        for key, part in sorted(parts, key=lambda item: -item[1])[:BEST_PARTS]
        if part > 0
    ]
    words = FIRST if chance is None else FIRST_BY_CHANCE
    first = say(
        words.get(certainty, FIRST_UNSURE), name=name, n=n, top=top_n, chance=chance, draws=settings.score.draws
    )
    return sentences(first, say("What counts most: {reasons}.", reasons=top) if top else "")


def network_today(indicators: pd.DataFrame, n_spaces: int, settings: PageSettings) -> str:
    """Say in a sentence how connected the creative network is.

    Parameters
    ----------
    indicators : the table of that name.
    n_spaces : creative spaces of the study area, where the indicators do not count them.
    settings : of this run.
    """
    connectivity, isolated = quoted(indicators, CONNECTIVITY), quoted(indicators, ISOLATED)
    spaces = quoted(indicators, SPACES)
    number_of = n_spaces if spaces is None else spaces
    if connectivity is None:
        return say_n(
            number_of,
            "{n:count} creative space was found; how well it is connected cannot be told.",
            "{n:count} creative spaces were found; how well they are connected cannot be told.",
        )
    level = next(text for limit, text in LEVELS if connectivity < limit)
    step = settings.network.link_minutes
    joined = say(
        "Two of them picked at random are joined by walks of {step:g} minutes or less, from space to space, with a "
        "chance of {chance:percent}.",
        step=step,
        chance=connectivity,
    )
    if isolated is None:
        return sentences(say(level, n=number_of), joined)
    alone = say("{share:percent} of the spaces have no other within {step:g} minutes.", share=isolated, step=step)
    return sentences(say(level, n=number_of), joined, alone)
