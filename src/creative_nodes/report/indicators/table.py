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
