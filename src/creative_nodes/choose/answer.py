"""The recommended set measured and written down: the tables recommended and set_beside_ranking (METHOD section 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes.choose.eligible import may_be_chosen
from creative_nodes.choose.front import set_front
from creative_nodes.choose.grounds import Grounds
from creative_nodes.choose.options import Walks, measure_demand
from creative_nodes.choose.recommended import (
    LEAST_TO_CHOOSE,
    Member,
    Ranked,
    Recommended,
    connects,
    members_of,
    recommend,
)
from creative_nodes.choose.tables import RECOMMENDED, SET_BESIDE_RANKING
from creative_nodes.choose.worth import Aims, Anchors, Served, Worth
from creative_nodes.common import Message, mark, told, told_n, written
from creative_nodes.network import NetworkSettings, Stones, place_links, space_chains
from creative_nodes.score import Scale
from creative_nodes.streets import Streets

OVERLAP_FROM = 0.5  # share of the gap between set and ranking from which overlap is its reason


@dataclass(frozen=True, eq=False)
class Eligible:
    """The sites that may be chosen, and what sets of them are worth.

    Attributes
    ----------
    site_ids : shape (n,).
    aims : of the same sites.
    ranking : their indices by score, the best first.
    """

    site_ids: np.ndarray
    aims: Aims
    ranking: tuple[int, ...]


def anchors_of(scales: Mapping[str, Scale]) -> Anchors:
    """Return what an outstanding place of the city brings of both aims; 0 where no place brings any."""
    served, gain = (float(np.nan_to_num(scales[name].one)) for name in ("newly_served", "network_gain"))
    return Anchors(newly_served=served, network_gain=gain)


def measure_stones(
    streets: Streets, sites: gpd.GeoDataFrame, creative: gpd.GeoDataFrame, network: NetworkSettings
) -> Stones:
    """Measure sites as stepping stones between the creative spaces of the study area, alone and together.

    Parameters
    ----------
    streets : street tables.
    sites : sites that may be chosen.
    creative : the table creative; spaces inside the study area make the network.
    network : how walks link.
    """
    walk, rule, spaces = streets.network("walk"), network.rule(), creative[creative["inside"].to_numpy()]
    doors = streets.site_entrances(walk, streets.shapes(sites))
    venues = streets.entrances(walk, streets.shapes(spaces))
    chains = space_chains(streets, spaces, rule)
    return Stones.of(chains, place_links(walk, doors, venues, rule), place_links(walk, doors, doors, rule))


def measure_served(
    streets: Streets, sites: gpd.GeoDataFrame, creative: gpd.GeoDataFrame, people: gpd.GeoDataFrame, walks: Walks
) -> Served:
    """Measure which residents each site newly serves, as the criterion newly_served counts them.

    Parameters
    ----------
    streets : street tables.
    sites : sites that may be chosen.
    creative, people : those tables.
    walks : how people walk.
    """
    demand = measure_demand(streets, sites, creative, people, limit=walks.minutes, link_within_m=walks.link_within_m)
    if demand is None:
        return Served(np.zeros((0, len(sites)), dtype=bool), np.zeros(0))
    cover = demand.covering(walks.minutes)
    return Served(cover.sets.reshape(len(cover.amount), len(sites)), cover.amount)


def measure_eligible(
    candidates: gpd.GeoDataFrame,
    scores: pd.DataFrame,
    creative: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    streets: Streets,
    *,
    scales: Mapping[str, Scale],
    walks: Walks,
    network: NetworkSettings,
) -> Eligible:
    """Measure what the sites that may be chosen do together.

    Parameters
    ----------
    candidates, scores, creative, people : tables.
    streets : street tables.
    scales : value functions, whose anchors the aims are divided by.
    walks : how people walk.
    network : how walks link.
    """
    sites = candidates[may_be_chosen(candidates)].sort_values("site_id").reset_index(drop=True)
    served = measure_served(streets, sites, creative, people, walks)
    stones = measure_stones(streets, sites, creative, network)
    aims = Aims(served, stones, anchors_of(scales), grounds=Grounds.read(sites))
    ids = sites["site_id"].to_numpy(dtype=object)
    ranks = scores.set_index("site_id")["rank"].reindex(ids).astype(float).to_numpy()
    order = [int(site) for site in np.lexsort((ids, ranks)) if not np.isnan(ranks[site])]
    return Eligible(ids, aims, tuple(order))


# ---------------------------------------------------------------- written down


def _set_rows(name: str, members: Sequence[Member], worth: Worth, of: Eligible) -> list[dict[str, Any]]:
    """Return the rows of one set."""
    whole = {
        "set": name,
        "k": len(worth.members),
        "set_served": worth.newly_served,
        "set_gain": worth.network_gain,
        "worth": worth.worth,
        "connects": connects(worth, of.aims.anchors.network_gain),
    }
    return [
        {
            **whole,
            "site_id": of.site_ids[one.site],
            "one_ground_with": of.site_ids[list(of.aims.grounds.beside(one.site))].tolist(),
            "adds_served": one.adds_served,
            "adds_gain": one.adds_gain,
            "alone_served": one.alone.newly_served,
            "alone_gain": one.alone.network_gain,
        }
        for one in members
    ]


def _rows(answer: Recommended, of: Eligible) -> pd.DataFrame:
    """Make the table recommended."""
    found, rows = answer.found, []
    if found.best:
        rows += _set_rows("best", answer.members, found.best, of)
        rows = [{**row, "proven": found.proven, "gap": found.gap} for row in rows]
    if found.second:
        second = _set_rows("runner_up", members_of(of.aims, found.second), found.second, of)
        rows += [{**row, "proven": found.second_proven, "gap": np.nan} for row in second]
    if answer.single:
        single = _set_rows("single", members_of(of.aims, answer.single), answer.single, of)
        rows += [{**row, "proven": True, "gap": 0.0} for row in single]
    chosen = set(found.best.members) if found.best else set()
    first = set(of.aims.grounds.firsts(of.ranking)[: answer.k])
    numbers = {site_id: number for number, site_id in enumerate(of.site_ids)}
    for row in rows:
        same = {numbers[row["site_id"]], *of.aims.grounds.beside(numbers[row["site_id"]])}
        row |= {"in_best": bool(same & chosen), "in_ranking_first": bool(same & first)}
    return pd.DataFrame(rows, columns=[column.name for column in RECOMMENDED.columns])


def why_they_differ(aims: Aims, best: Worth, ranked: Ranked) -> str:
    """Return why the first k of the ranking are not the set: a key.

    What the ranking's first k lose against the set falls into two: what they bring less even were they counted one by
    one, and what they lose because they do the same work. The second is the reason from half of the whole.

    Parameters
    ----------
    aims : of the sites that may be chosen.
    best : the set.
    ranked : the ranking's first k beside it.

    Returns
    -------
    agree, served_twice (they serve the same residents), same_links (they bridge the same gaps) or other_criteria (they
    stand first for what the set does not count).
    """
    if not ranked.only_set:
        return "agree"
    k = len(best.members)
    twice = float(aims.combine(ranked.served_twice, 0.0, k).ravel()[0])
    same = float(aims.combine(0.0, max(-ranked.chained, 0.0), k).ravel()[0])
    if twice + same < OVERLAP_FROM * (best.worth - ranked.first.worth):
        return "other_criteria"
    return "served_twice" if twice >= same else "same_links"


def _together(best: Worth, first: Worth) -> Message:
    """Say what the set and the ranking's first k bring."""
    return told(
        "The set newly serves {served:count} residents and adds {gain:amount} spaces to the network of a typical "
        "space; the ranking's top {k:count} together {first_served:count} and {first_gain:amount}.",
        served=best.newly_served,
        gain=best.network_gain,
        k=len(best.members),
        first_served=first.newly_served,
        first_gain=first.network_gain,
    )


def _note(reason: str, best: Worth, ranked: Ranked) -> Message:
    """Say in a sentence whether set and ranking agree, and why not."""
    k, both = len(best.members), _together(best, ranked.first)
    if reason == "agree":
        return told("The set is the ranking's top {k:count}.", k=k)
    if reason == "served_twice":
        return told(
            "The set is not the ranking's top {k:count}, because more than one of those would serve the same "
            "{twice:count} residents. {both}",
            k=k,
            twice=ranked.served_twice,
            both=both,
        )
    if reason == "same_links":
        return told(
            "The set is not the ranking's top {k:count}, because those would bridge the same gaps: together they add "
            "{less:amount} spaces less than one by one. {both}",
            k=k,
            less=-ranked.chained,
            both=both,
        )
    return told(
        "The set is not the ranking's top {k:count}, because the ranking also counts what the set does not, such as "
        "place, size, heritage and readiness. {both}",
        k=k,
        both=both,
    )


def _no_set(n: int, dropped: Sequence[str]) -> tuple[str, Message | str]:
    """Say why there is no set; nothing where there is one."""
    if n == 0:
        return "too_few", mark("No set is recommended: no candidate is both within reach and free to be reused.")
    if n < LEAST_TO_CHOOSE:
        return "too_few", told_n(
            n,
            "No set is recommended: only {n:count} ground may be chosen, and from {least:count} on there is a choice.",
            "No set is recommended: only {n:count} grounds may be chosen, and from {least:count} on there is a choice.",
            least=LEAST_TO_CHOOSE,
        )
    if len(dropped) == 2:
        return "no_aim", told(
            "No set is recommended: nearly nowhere in this city would a new space newly serve residents or connect "
            "others."
        )
    return "not_ranked", ""


def _beside(answer: Recommended, of: Eligible) -> pd.DataFrame:
    """Make the table set_beside_ranking, a single row."""
    n, best, ranked = of.aims.n(), answer.found.best, answer.ranked
    grounds = of.aims.grounds.count(n)
    row: dict[str, Any] = {
        "eligible": n,
        "grounds": grounds,
        "k": answer.k,
        "anchor_served": of.aims.anchors.newly_served,
        "anchor_gain": of.aims.anchors.network_gain,
        "dropped": list(answer.dropped),
        "connects": answer.connects,
        "shared": [],
        "only_set": [],
        "only_ranking": [],
    }
    if best and ranked:
        reason = why_they_differ(of.aims, best, ranked)
        note: Message | str = _note(reason, best, ranked)
        row |= {
            "shared": of.site_ids[list(ranked.shared)].tolist(),
            "only_set": of.site_ids[list(ranked.only_set)].tolist(),
            "only_ranking": of.site_ids[list(ranked.only_ranked)].tolist(),
            "ranking_served": ranked.first.newly_served,
            "ranking_gain": ranked.first.network_gain,
            "reached": ranked.reached,
            "served_twice": ranked.served_twice,
            "chained": ranked.chained,
        }
    else:
        reason, note = _no_set(grounds, answer.dropped)
    frame = pd.DataFrame([{**row, "reason": reason, **written(note=note)}])
    return frame.reindex(columns=[column.name for column in SET_BESIDE_RANKING.columns])


def recommend_set(of: Eligible) -> dict[str, pd.DataFrame]:
    """Recommend a set of sites, and hold the ranking against it.

    Parameters
    ----------
    of : the sites that may be chosen.

    Returns
    -------
    the tables recommended, set_beside_ranking and set_front, by name.
    """
    answer = recommend(of.aims, of.site_ids.tolist(), ranking=of.ranking)
    found = {"recommended": _rows(answer, of), "set_beside_ranking": _beside(answer, of)}
    return found | {"set_front": set_front(of.aims, of.site_ids)}
