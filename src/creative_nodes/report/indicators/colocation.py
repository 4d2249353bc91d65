"""Figures that tell whether creative spaces stand near industrial heritage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from creative_nodes.common import (
    Message,
    mark,
    told,
    told_n,
)
from creative_nodes.network import (
    ClusterSettings,
    Departure,
    departure,
)
from creative_nodes.report.indicators.facts import (
    SHARE,
    SPACES,
    Facts,
    figure_row,
    per,
)


def _spans(runs: Sequence[tuple[float, float]]) -> list[Message]:
    """Tell runs of distances: 100 to 400 m, 900 m."""
    return [
        told("{start:g} to {end:g} m", start=start, end=end) if end > start else told("{at:g} m", at=start)
        for start, end in runs
    ]


def _verdict(found: Departure) -> Message:
    """Say in words whether creative spaces stand near industrial heritage more than chance explains."""
    if found.by_chance:
        return told("cannot be told from chance")
    near, far = _spans(found.more), _spans(found.less)
    if near and far:
        return told("more together than chance at {near} and more apart than chance at {far}", near=near, far=far)
    if near:
        return told("more together than chance at {near}", near=near)
    if far:
        return told("more apart than chance at {far}", far=far)
    return told("unlike chance, at no distance alone")


def _ratio_source(here: pd.Series, told_m: float) -> Message:
    return told(
        "{seen:.2f} within {away:g} m along streets of a site, {expected:.2f} expected, 95 % of relabellings {low:.2f} "
        "to {high:.2f}; standing sites (confidence medium or high): {sites:count}, spaces that are no such site "
        "themselves: {spaces:count}",
        seen=here["k_observed"],
        away=told_m,
        expected=here["k_expected"],
        low=here["k_low"],
        high=here["k_high"],
        sites=here["n_heritage"],
        spaces=here["n_spaces"],
    )


def _test_source(curve: pd.DataFrame, settings: ClusterSettings) -> Message:
    return told_n(
        int(curve["n_heritage"].iloc[0]),
        "{verdict}: test of the whole curve to {end:g} m against {draws:count} relabellings (Myllymäki et al. 2015); "
        "{n:count} site",
        "{verdict}: test of the whole curve to {end:g} m against {draws:count} relabellings (Myllymäki et al. 2015); "
        "{n:count} sites",
        verdict=_verdict(departure(curve, max_p_value=settings.max_p_value)),
        end=settings.colocation_max_m,
        draws=settings.relabellings,
    )


def colocation_rows(facts: Facts) -> list[dict[str, object]]:
    """Tell whether creative spaces stand near industrial heritage, by the table colocation."""
    curve, settings = facts.frames["colocation"], facts.clusters
    at = curve[np.isclose(curve["distance_m"].to_numpy(dtype=float), settings.colocation_told_m)]
    none = mark("there is no standing heritage site, or no creative space, that streets reach")
    rule: Message | str = none
    why: Message | str = none
    ratio = p_value = same = None
    if len(at):
        here = at.iloc[0]
        ratio, p_value, same = per(here["k_observed"], here["k_expected"]), float(here["p_value"]), here["n_same"]
        rule, why = _ratio_source(here, settings.colocation_told_m), _test_source(curve, settings)
    return [
        figure_row(
            "colocation_same",
            mark("creative spaces that are a standing industrial-heritage site themselves"),
            None if same is None else float(same),
            SPACES,
            none if same is None else mark("the same OSM object or registry row"),
        ),
        figure_row(
            "colocation_ratio",
            mark("other creative spaces near industrial heritage, as a multiple of what chance explains"),
            ratio,
            mark("times"),
            rule,
        ),
        figure_row(
            "colocation_p",
            mark(
                "chance of standing together, or apart, like this were the other spaces and the sites mixed at random"
            ),
            p_value,
            SHARE,
            why,
        ),
    ]
