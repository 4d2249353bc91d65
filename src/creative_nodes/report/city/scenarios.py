"""Other priorities, side by side: who ranks where under each scenario, and who is among the best under all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from creative_nodes.common import CRITERION_GROUPS, listed, mark, say, say_n, translated
from creative_nodes.report.city.certainty import SHOWN, order_words
from creative_nodes.report.say.spoken import Called, called, priority, ranked_rows, table, whole
from creative_nodes.report.say.words import known_number, rows
from creative_nodes.report.settings import PageSettings

STANDS_OUT = 1.5  # times the next weight: a scenario is said to put a priority before all others
# labels of the scenarios that come with the project
LABELS = (
    mark("Balanced"),
    mark("Heritage first"),
    mark("Access for all"),
    mark("Connect the network"),
    mark("Quick wins"),
    mark("Older walkers"),
)
# why no site has a rank under a scenario, by the status of the table scenarios
UNRANKED = {
    "its reach is not computed": mark("not computed"),
    "nothing with a weight is known": mark("cannot be scored"),
    "cannot be reached": mark("cannot be reached"),
    "no candidate under it": mark("no candidate"),
}


@dataclass(frozen=True)
class ScenarioColumn:
    """One set of priorities: what it weighs, in words, and who is first under it."""

    key: str
    label: str
    why: str
    weights: str
    winner: str


@dataclass(frozen=True)
class ScenarioRow:
    """A site's rank under each scenario, in their order; words where it has none. First places are told apart."""

    site_id: str
    name: str
    rank_today: str
    ranks: tuple[str, ...]
    first: tuple[bool, ...]


@dataclass(frozen=True)
class Scenarios:
    """The section, spoken."""

    answer: str
    lasting: str
    apart: str
    scenarios: tuple[ScenarioColumn, ...]
    rows: tuple[ScenarioRow, ...]


def weights_of(text: str) -> dict[str, float]:
    """Read the weights of a scenario; none when it was not scored."""
    found = json.loads(text or "{}")
    return {str(key): float(value) for key, value in found.items()}


def why(weights: Mapping[str, float]) -> str:
    """Say what a set of weights puts first: it follows from the weights alone, whatever the scenario is called."""
    order = sorted(weights, key=lambda key: -weights[key])
    if not order:
        return say("It was not scored, so its weights are not shown.")
    first = order[0]
    if len(order) == 1:
        return say("Only one thing counts: {what}.", what=priority(first))
    if weights[first] >= STANDS_OUT * weights[order[1]]:
        return say(
            "It puts {what} before all else ({share:percent}), then {then}.",
            what=priority(first),
            share=weights[first],
            then=priority(order[1]),
        )
    return say(
        "It spreads its weight; {what} ({share:percent}) and {then} ({less:percent}) count most.",
        what=priority(first),
        share=weights[first],
        then=priority(order[1]),
        less=weights[order[1]],
    )


def by_group(weights: Mapping[str, float]) -> str:
    """Say the weights of the four groups."""
    if not weights:
        return ""
    sums = {group: sum(weights.get(key, 0.0) for key in keys) for group, keys in CRITERION_GROUPS.items()}
    return say(
        "People {people:percent}, spillover {spillover:percent}, network {network:percent}, site {site:percent}", **sums
    )


def _winner(part: pd.DataFrame, name: Mapping[str, str]) -> str:
    """Name who is first under a scenario; equals share the place."""
    first = [name.get(site_id, site_id) for site_id in part.loc[part["rank"] == 1, "site_id"]]
    return listed(first) if first else translated(UNRANKED.get(str(part["status"].iloc[0]), "not known"))


def _answer(parts: Mapping[str, pd.DataFrame], name: Mapping[str, str]) -> str:
    """Say who wins under how many."""
    wins: dict[str, int] = {}
    scored = [part for part in parts.values() if part["rank"].notna().any()]
    for part in scored:
        for site_id in part.loc[part["rank"] == 1, "site_id"]:
            wins[site_id] = wins.get(site_id, 0) + 1
    if not scored:
        return say("None of the other priorities could be scored.")
    best = max(wins, key=lambda site_id: wins[site_id])
    if wins[best] == len(scored):
        return say_n(
            len(scored),
            "{name} is first under the one set of priorities tried.",
            "{name} is first under all {n} sets of priorities tried.",
            name=name.get(best, best),
        )
    if list(wins.values()).count(wins[best]) > 1:
        return say("No site is first under most of the {n} sets of priorities tried.", n=len(scored))
    return say(
        "{name} is first under {wins} of {n} sets of priorities tried; the first place changes with what one wants.",
        name=name.get(best, best),
        wins=wins[best],
        n=len(scored),
    )


def _lasting(parts: Mapping[str, pd.DataFrame], name: Mapping[str, str]) -> str:
    """Say which sites are among the best under every scenario that was scored."""
    scored = [part for part in parts.values() if part["rank"].notna().any()]
    if len(scored) < 2:
        return ""
    tops = [set(part.loc[part["rank"].astype(float) <= part["top_n"].astype(float), "site_id"]) for part in scored]
    sizes = {whole(part["top_n"].max()) for part in scored}
    order = [site_id for site_id in scored[0]["site_id"] if all(site_id in top for top in tops)]
    if len(sizes) > 1:
        if not order:
            return say("No site is among the best under all of them.")
        return say("Among the best under all of them: {names}.", names=[name.get(one, one) for one in order])
    n = sizes.pop()
    if not order:
        return say("No site is among the best {n} under all of them.", n=n)
    return say("Among the best {n} under all of them: {names}.", n=n, names=[name.get(one, one) for one in order])


def _apart(agreement: pd.DataFrame | None, labels: Mapping[str, str]) -> str:
    """Say which two scenarios differ most."""
    if agreement is None:
        return ""
    pairs = agreement[(agreement["kind"] == "scenario") & agreement["kendall_tau_b"].notna()]
    if pairs.empty:
        return ""
    row = rows(pairs.sort_values("kendall_tau_b").head(1))[0]
    return say(
        "Farthest apart are “{one}” and “{other}”: {order} (rank correlation {tau:.2f}).",
        one=labels.get(row.ranking, row.ranking),
        other=labels.get(row.other, row.other),
        order=order_words(known_number(row.kendall_tau_b)),
        tau=row.kendall_tau_b,
    )


def _shown(parts: Mapping[str, pd.DataFrame], ranked: Sequence[str]) -> list[str]:
    """Choose the sites of the table: the first of this run, and whoever wins under a scenario."""
    winners = [site_id for part in parts.values() for site_id in part.loc[part["rank"] == 1, "site_id"]]
    return list(dict.fromkeys([*ranked[:SHOWN], *winners]))


def _rows(parts: Mapping[str, pd.DataFrame], ordered: pd.DataFrame, name: Mapping[str, str]) -> tuple[ScenarioRow, ...]:
    ranked = ranked_rows(ordered)
    today = {row.site_id: f"{int(row.rank)}" for row in rows(ranked)}
    by_site = {key: part.set_index("site_id") for key, part in parts.items()}
    found = []
    for site_id in _shown(parts, list(ranked["site_id"])):
        ranks, first = [], []
        for part in by_site.values():
            rank = whole(part.at[site_id, "rank"]) if site_id in part.index else None
            status = str(part.at[site_id, "status"]) if site_id in part.index else ""
            words = translated(UNRANKED[status]) if status in UNRANKED else say("not ranked")
            ranks.append(words if rank is None else f"{rank}")
            first.append(rank == 1)
        found.append(
            ScenarioRow(
                site_id, name.get(site_id, site_id), today.get(site_id, say("not ranked")), tuple(ranks), tuple(first)
            )
        )
    return tuple(found)


def scenarios(
    tables: Mapping[str, Any], ordered: pd.DataFrame, settings: PageSettings, *, names: Called | None = None
) -> Scenarios | None:
    """Show the ranking under other priorities, in the language in force.

    Parameters
    ----------
    tables : scenarios and agreement by name; each may be missing or empty.
    ordered : the tables candidates and scores, joined and in order.
    settings : of the run.
    names : names to show by site_id; without them the names of the candidates.

    Returns
    -------
    the section; nothing without scenarios or with fewer than two ranked candidates.
    """
    frame = table(tables, "scenarios")
    if frame is None or len(ranked_rows(ordered)) < 2:
        return None
    name = called(ordered, names)
    parts = {str(key): part for key, part in frame.groupby("scenario", sort=False)}
    labels = {key: translated(str(part["label"].iloc[0])) for key, part in parts.items()}
    told = []
    for key, part in parts.items():
        weights = weights_of(part["weights"].iloc[0])
        told.append(ScenarioColumn(key, labels[key], why(weights), by_group(weights), _winner(part, name)))
    return Scenarios(
        answer=_answer(parts, name),
        lasting=_lasting(parts, name),
        apart=_apart(table(tables, "agreement"), labels),
        scenarios=tuple(told),
        rows=_rows(parts, ordered, name),
    )
