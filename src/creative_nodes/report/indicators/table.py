"""The figures of one city, on which cities are compared, and the notices of what its data lacks: one table."""

from __future__ import annotations

import pandas as pd

from creative_nodes.report.indicators.colocation import colocation_rows
from creative_nodes.report.indicators.facts import Facts
from creative_nodes.report.indicators.mapping import mapping_rows, mode_rows, recall_rows
from creative_nodes.report.indicators.network import cluster_rows, network_rows
from creative_nodes.report.indicators.notices import (
    candidate_notices,
    language_notices,
    mapping_notices,
    people_notices,
    transit_notices,
)
from creative_nodes.report.indicators.sites import count_rows
from creative_nodes.report.tables import INDICATORS


def figures_in_words(indicators: pd.DataFrame) -> str:
    """Say in a line what was found, for the log.

    Parameters
    ----------
    indicators : the table of that name.
    """
    figures = indicators.set_index("indicator")["value"]
    if not figures.get("creative_spaces"):
        return "no creative space found, so there is no network to measure"
    chance, alone = figures.get("connectivity"), figures.get("isolated_share")
    if pd.isna(chance) or pd.isna(alone):
        return f"{figures['creative_spaces']:.0f} creative spaces; how well they are connected cannot be told"
    return f"C = {chance:.3f}, {alone:.0%} of spaces isolated"


def describe_city(facts: Facts) -> pd.DataFrame:
    """Compute the figures and notices of one city: the table indicators."""
    spaces = facts.frames["creative"]
    spaces = spaces[spaces["inside"]].reset_index(drop=True)
    people = facts.frames["people"]
    residents = float(people.loc[people["inside"], "residents"].sum()) if len(people) else None
    rows = [*count_rows(facts, spaces, residents), *cluster_rows(facts, spaces, residents)]
    rows += [*colocation_rows(facts), *network_rows(facts, spaces, residents)]
    rows += [*mode_rows(facts), *mapping_rows(facts), *recall_rows(facts)]
    rows += [*people_notices(facts), *transit_notices(facts), *mapping_notices(facts), *candidate_notices(facts)]
    rows += language_notices(facts)
    frame = pd.DataFrame(rows, columns=[column.name for column in INDICATORS.columns])
    return frame.astype(dict.fromkeys(("value", "low", "high"), "float64"))
