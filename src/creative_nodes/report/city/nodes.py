"""Clusters are nodes too: what each of them reaches, beside the city's median street place; they are not ranked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from creative_nodes.common import POSITION_CRITERIA, CriterionKey, mark, say, say_n
from creative_nodes.report.city.figures import quoted
from creative_nodes.report.city.method import labels
from creative_nodes.report.say.spoken import table
from creative_nodes.report.say.words import known_number, names, natural, rows, worded
from creative_nodes.report.settings import PageSettings
from creative_nodes.score import HUB_TIMES, MUCH_FROM, node_verdict, read_scales, verdicts

NODE_WORDS = {
    "hub": mark("a hub already"),
    "joined": mark("joined"),
    "cut_off": mark("cut off"),
}
CHIPS = {"hub": "holds", "joined": "open", "cut_off": "fails"}


@dataclass(frozen=True)
class NodeRow:
    """A cluster as a node: what it is, how many spaces a typical member is joined with, and its figures in order.

    `verdict` is a key, `verdict_words` what a reader is told, `chip` how it is drawn.
    """

    name: str
    other_names: str
    n_spaces: str
    network: str
    verdict: str
    verdict_words: str
    chip: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Nodes:
    """The clusters, the best joined first; `medians` are those of the street places, in the order of `heads`."""

    answer: str
    rule: str
    heads: tuple[str, ...]
    medians: tuple[str, ...]
    typical: str
    rows: tuple[NodeRow, ...]


def _verdict_of(row: Any, scales: Mapping[str, Any], typical: float | None) -> str:
    """Judge a cluster by the network of a typical member and by what lies around it."""
    scale = scales.get("neighbourhood")
    around = "lacking" if scale is None else str(verdicts(pd.Series([row.neighbourhood]).to_numpy(float), scale)[0])
    return node_verdict(row.typical_network if row.reachable else 0.0, typical, around)


def _answer(found: list[NodeRow]) -> str:
    """Count the clusters that are hubs already, and those that are cut off; the table names them."""
    hubs, cut_off = (sum(row.verdict == one for row in found) for one in ("hub", "cut_off"))
    return say_n(
        len(found),
        "Of {n:count} cluster {hubs:count} is a hub already, {cut_off:count} is cut off.",
        "Of {n:count} clusters {hubs:count} are hubs already, {cut_off:count} are cut off.",
        hubs=hubs,
        cut_off=cut_off,
    )


def nodes(tables: Mapping[str, Any], settings: PageSettings) -> Nodes | None:
    """Word the clusters as nodes; nothing where no cluster is kept.

    Parameters
    ----------
    tables : cluster_reach, clusters, scales and indicators by name.
    settings : of this run.
    """
    reach, scales = table(tables, "cluster_reach"), table(tables, "scales")
    if reach is None:
        return None
    laid = {} if scales is None else read_scales(scales)
    typical = quoted(tables["indicators"], "typical_network")
    whole = reach.merge(tables["clusters"].drop(columns=["n_spaces", "geometry"]), on="cluster_id", how="left")
    whole = pd.DataFrame(whole.sort_values(["typical_network", "cluster_id"], ascending=[False, True], kind="stable"))
    found = [_row(row, laid, typical) for row in rows(whole)]
    words = labels(settings.reach, settings.city)
    keys: tuple[CriterionKey, ...] = POSITION_CRITERIA
    return Nodes(
        answer=_answer(found) if typical else "",
        rule=_rule(typical),
        heads=tuple(words[key] for key in keys),
        medians=tuple(natural(key, laid[key].median if key in laid else None) for key in keys),
        typical=natural("network_gain", typical),
        rows=tuple(found),
    )


def _row(row: Any, laid: Mapping[str, Any], typical: float | None) -> NodeRow:
    verdict = _verdict_of(row, laid, typical)
    name, other_names = names(row, row.cluster_id)
    return NodeRow(
        name,
        other_names,
        say_n(int(row.n_spaces), "{n:count} space", "{n:count} spaces"),
        natural("network_gain", known_number(row.typical_network)),
        verdict,
        worded(NODE_WORDS, verdict) if verdict else "",
        CHIPS.get(verdict, "not"),
        tuple(natural(key, known_number(getattr(row, key))) for key in POSITION_CRITERIA),
    )


def _rule(typical: float | None) -> str:
    """Say what the words mean, in the numbers of this run."""
    if typical is None:
        return ""
    return say(
        "A typical creative space of the city is joined with {n:amount} spaces. A cluster is a hub already when a "
        "typical member is joined with at least {times:g} times as many, and its neighbourhood lies above that of the "
        "median street place and is worth {worth:g} or more on the city's scale from 0 to 1; it is cut off when a "
        "typical member is joined with fewer spaces than the typical space is.",
        n=typical,
        times=HUB_TIMES,
        worth=MUCH_FROM,
    )
