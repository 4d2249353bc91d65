"""What may be said of a figure: praise only for what is much in this city (METHOD section 8).

One place for the thresholds. A verdict never says more than the number: nothing at or below what the city's median
reference place has is praised, however it compares with other candidates.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from creative_nodes.score.values import Scale

Verdict = Literal["unused", "lacking", "assumed", "little", "some", "much", "outstanding"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
PRAISED: tuple[Verdict, ...] = ("much", "outstanding")
NodeVerdict = Literal["hub", "joined", "cut_off", ""]

LITTLE_BELOW = 0.1  # value: what is nearer to nothing than this is little, above the city's median or not
MUCH_FROM = 0.5  # value: halfway from little to outstanding
# of the network of the city's typical space, that of a typical member of a cluster
HUB_TIMES = 2.0  # from so many times as much it is a hub
CUT_OFF_TIMES = 1.0  # below so many times as much it is cut off
OUTSTANDING_FROM = 1.0  # value: as much as one place in a hundred, or the whole of a fixed scale


def _above_median(figures: np.ndarray, scale: Scale) -> np.ndarray:
    """Tell which figures are better than the city's median reference place; all where none is measured."""
    if np.isnan(scale.median):
        return np.ones(figures.shape, dtype=bool)
    return figures < scale.median if scale.one < scale.zero else figures > scale.median


def verdicts(figures: np.ndarray, scale: Scale, *, assumed: np.ndarray | None = None) -> np.ndarray:
    """Judge the figures of one criterion.

    Parameters
    ----------
    figures : in the criterion's unit, missing where a site lacks it, shape (n,).
    scale : its value function.
    assumed : which figures are typical ones put in for what nobody knows, shape (n,); such a figure is never praised.

    Returns
    -------
    one of `VERDICTS` each, shape (n,): unused (the criterion does not count in this city), lacking, assumed, little (at
    or below the city's median place, or worth nearly nothing), some, much (above the median and worth at least
    `MUCH_FROM`), outstanding (worth 1).
    """
    figures = np.asarray(figures, dtype=float)
    value, better = scale.value(figures), _above_median(figures, scale)
    conditions = [
        np.full(figures.shape, not scale.in_use),
        np.isnan(figures),
        np.zeros(figures.shape, dtype=bool) if assumed is None else np.asarray(assumed, dtype=bool),
        ~better | (value < LITTLE_BELOW),
        value >= OUTSTANDING_FROM,
        value >= MUCH_FROM,
    ]
    words: list[Verdict] = ["unused", "lacking", "assumed", "little", "outstanding", "much"]
    return np.select(conditions, words, default="some").astype(object)


def node_verdict(network: float, typical: float | None, around: str) -> NodeVerdict:
    """Judge a cluster of creative spaces as a node.

    Parameters
    ----------
    network : spaces that a typical member is joined with; 0 where no street reaches it.
    typical : the same of the city's typical space, G; nothing when not known.
    around : one of `VERDICTS`: what stands around it, against the city's median reference place.

    Returns
    -------
    hub only where what stands around is praised too, so nothing at or below the city's median is a hub; empty where
    the city's typical space is not known.
    """
    if not typical:
        return ""
    if network < CUT_OFF_TIMES * typical:
        return "cut_off"
    return "hub" if network >= HUB_TIMES * typical and around in PRAISED else "joined"
