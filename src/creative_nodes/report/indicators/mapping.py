"""Figures of streets and stations, and of how completely the city is mapped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from creative_nodes.common import (
    Message,
    mark,
    told,
    told_n,
    word,
)
from creative_nodes.locate import ONLINE_ONLY, OUTSIDE
from creative_nodes.report.indicators.facts import (
    SHARE,
    Facts,
    figure_row,
    thin_share,
)


def mapping_rows(facts: Facts) -> list[dict[str, object]]:
    """Tell how many residents live where mapping is thin, by the table completeness."""
    cells, settings = facts.frames["completeness"], facts.completeness
    share = thin_share(facts)
    thin = told(
        "thin: fewer than {venues:g} named venues per 1,000 residents, or where fewer than {least:count} live, per "
        "hexagon of H3 resolution {resolution}, fewer than {along:g} per km of street (completeness.*); {thin:count} "
        "of {all:count} hexagons",
        venues=settings.thin_venues_per_1000,
        least=settings.min_residents,
        resolution=settings.h3_resolution,
        along=settings.thin_venues_per_street_km,
        thin=(cells["mapping"] == "thin").sum(),
        all=(cells["mapping"] != "empty").sum(),
    )
    settled = cells.loc[cells["residents"] >= settings.min_residents, "venues_per_1000"]
    return [
        figure_row(
            "residents_thin",
            mark("residents living where the mapping is thin"),
            share,
            SHARE,
            thin if share is not None else told("residents are not known; {thin}", thin=thin),
        ),
        figure_row(
            "venues_per_1000",
            mark("named venues per 1,000 residents, in the median hexagon"),
            float(settled.median()) if len(settled) else None,
            mark("per 1,000"),
            told_n(
                len(settled),
                "OSM, over the {n:count} hexagon with at least {least:count} residents",
                "OSM, over the {n:count} hexagons with at least {least:count} residents",
                least=settings.min_residents,
            ),
        ),
    ]


@dataclass(frozen=True)
class _Recalled:
    """A kind of registry row: its id in the table of that name, its class, and how its recall is told."""

    kind: str
    key: str
    class_: str
    label: str
    found: str
    none: str


RECALLED = (
    _Recalled(
        "heritage",
        "site_id",
        "heritage_class",
        mark("known heritage sites that OSM has"),
        mark("{found:count} of {n:count} heritage rows with a known position that still stand"),
        mark("the registry has no heritage rows with a known position that still stand"),
    ),
    _Recalled(
        "creative",
        "space_id",
        "domain",
        mark("known creative sites that OSM has"),
        mark("{found:count} of {n:count} creative rows with a known position that still stand"),
        mark("the registry has no creative rows with a known position that still stand"),
    ),
)


def _recall(
    indicator: str, label: Message | str, mapped: pd.Series, how: _Recalled, *, unplaced: int = 0
) -> dict[str, object]:
    n = len(mapped)
    said = told(how.found, found=mapped.sum(), n=n) if n else told(how.none)
    if unplaced:
        said = told("{recall}; left out: {unplaced:count} without a position", recall=said, unplaced=unplaced)
    return figure_row(indicator, label, float(mapped.mean()) if n else None, SHARE, said)


def class_label(value: str, words: Mapping[str, str]) -> Message:
    """Label the recall of a class of the taxonomy.

    Parameters
    ----------
    value : key of the class; empty for rows without one.
    words : names of the classes, by key.
    """
    if not value:
        return told("of them without a class")
    return told("of them: {kind}", kind=word(words.get(value, value.replace("_", " "))))


def recall_rows(facts: Facts) -> list[dict[str, object]]:
    """Tell how much of what the registry knows OSM has: of rows that still stand and have a position inside.

    Rows without a position are those that are hard to find, in OSM too: what is told is an upper bound.
    """
    registry = facts.frames["registry"]
    registry = registry[(registry["status"] != "lost") & ~registry["outcome"].isin([OUTSIDE, ONLINE_ONLY])]
    rows = []
    for how in RECALLED:
        rows_of_kind = registry[registry["kind"].isin([how.kind, "both"])]
        known = rows_of_kind[rows_of_kind["lon"].notna()]
        sites = facts.frames[how.kind]
        mapped = known[how.key].isin(sites.loc[sites["in_osm"], how.key])
        name = f"registry_recall_{how.kind}"
        rows.append(_recall(name, how.label, mapped, how, unplaced=len(rows_of_kind) - len(known)))
        for value, some in mapped.groupby(known[how.class_]):
            label = class_label(str(value), facts.words)
            rows.append(_recall(f"{name}_{value or 'unclassed'}", label, some, how))
    return rows


STREETS = {
    "walk": mark("streets that can be used on foot"),
    "bike": mark("streets that can be used by bicycle"),
    "motorbike": mark("streets that can be used by motorbike"),
    "car": mark("streets that can be used by car"),
}


def _streets_source(row: Any) -> Message:
    if not row.islands:
        return told(
            "{junctions:count} junctions in use; no piece is cut off from the rest",
            junctions=row.junctions,
        )
    return told_n(
        row.islands,
        "{junctions:count} junctions in use; left out: {n:count} piece cut off from the rest, "
        "{km:number} km (travel.min_island_nodes)",
        "{junctions:count} junctions in use; left out: {n:count} pieces cut off from the rest, "
        "{km:number} km (travel.min_island_nodes)",
        junctions=row.junctions,
        km=row.island_km,
    )


def mode_rows(facts: Facts) -> list[dict[str, object]]:
    """Tell how many streets each mode has, and how many are cut off from the rest."""
    modes = facts.frames["modes"]
    rows = [
        figure_row(f"streets_{row.mode}", STREETS[row.mode], row.street_km, mark("km"), _streets_source(row))
        for row in modes[modes["mode"] != "transit"].itertuples()
    ]
    stations = facts.frames["stations"]
    served = told(
        "{served:count} of all {n:count} stations and stops have a service that is known",
        served=(stations["n_services"] > 0).sum(),
        n=len(stations),
    )
    rapid = float(stations["rapid"].sum())
    return [*rows, figure_row("rapid_stations", mark("rapid-transit stations"), rapid, mark("stations"), served)]
