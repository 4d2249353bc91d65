"""What a page opens with beside its headline: what counts for the first site, how connected the network is today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from creative_nodes.common import CRITERIA, CriterionKey, mark, number, say, say_n, translated
from creative_nodes.report.city.figures import CONNECTIVITY, ISOLATED, RESIDENTS, SPACES, quoted
from creative_nodes.report.say.words import lower_first, sentences
from creative_nodes.report.settings import PageSettings
from creative_nodes.score import PRAISED

BEST_PARTS = 3
# sentences for C, each up to a limit: more than half the pairs joined is "mostly"
LEVELS = (
    (0.1, mark("Today the city's {n:count} creative spaces are barely connected.")),
    (0.5, mark("Today the city's {n:count} creative spaces are partly connected.")),
    (0.8, mark("Today the city's {n:count} creative spaces are mostly connected.")),
    (1.1, mark("Today the city's {n:count} creative spaces are well connected.")),
)


def what_counts(values: pd.DataFrame | None, ordered: pd.DataFrame, words: Mapping[CriterionKey, str]) -> str:
    """Say what the score of the first-ranked site is made of most, and which of that is much in this city.

    Parameters
    ----------
    values : the table of that name; it may be missing.
    ordered : candidates with their scores, best first.
    words : what the criteria are called (`method.labels`).
    """
    if values is None or ordered.empty or pd.isna(ordered["rank"].iloc[0]):
        return ""
    own = values[values["site_id"] == ordered["site_id"].iloc[0]]
    own = own.assign(brings=own["value"] * own["weight"]).sort_values("brings", ascending=False, kind="stable")
    most = own[own["brings"] > 0].head(BEST_PARTS)
    if most.empty:
        return ""
    labels = [lower_first(words[key]) for key in most["criterion"]]
    much = [translated(CRITERIA[key].praise) for key in most.loc[most["verdict"].isin(PRAISED), "criterion"]]
    return sentences(
        say("Most of its score comes from: {parts}.", parts=labels),
        say("Of that it has much for this city: {reasons}.", reasons=much) if much else "",
    )


def residents_words(indicators: pd.DataFrame) -> str:
    """Say how many residents live in the study area, beside whom those newly served are many or few; else nothing.

    Parameters
    ----------
    indicators : the table of that name.
    """
    n = quoted(indicators, RESIDENTS)
    return say("{n:count} residents live here in all.", n=n) if n else ""


def middle_words(indicators: pd.DataFrame, doubt: Any | None) -> str:
    """Say how many the set newly serves in the middle trial of map and model, beside all residents.

    The run's own figure may lie near an end of the trials; where none were made, the residents alone are told.

    Parameters
    ----------
    indicators : the table of that name.
    doubt : what worlds say of the best set (`sets.doubt_of`), or nothing.
    """
    n = quoted(indicators, RESIDENTS)
    if doubt is None or not n or pd.isna(doubt.served_median):
        return residents_words(indicators)
    middle = number(float(doubt.served_median), digits=2)
    return say(
        "In half of the trials at most {middle} are newly served; {n:count} residents live here.", middle=middle, n=n
    )


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
    if not number_of:
        return say("No creative space was found here, so there is no network to measure.")
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
