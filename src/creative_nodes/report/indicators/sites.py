"""Figures of the study area, its residents, heritage sites, creative spaces and candidates."""

from __future__ import annotations

import geopandas as gpd

from creative_nodes.common import (
    Message,
    mark,
    told,
)
from creative_nodes.report.indicators.facts import (
    PER_100K,
    PER_KM2,
    SITES,
    SPACES,
    Facts,
    figure_row,
)


def _site_sources(facts: Facts) -> Message:
    """Say where sites come from: OSM, the registry, and the imported lists by name."""
    lists = [
        told(
            "{file} ({source}; {placed:count} of {n:count} rows on a site)",
            file=row.file,
            source=row.source,
            placed=row.placed,
            n=row.n,
        )
        for row in facts.frames["imports"].itertuples()
    ]
    return told("OSM and registry; {lists}", lists=lists) if lists else told("OSM and registry")


# labels of the heritage sites of each status
OF_STATUS = {
    "active": mark("of them active"),
    "disused": mark("of them disused"),
    "brownfield": mark("of them brownfield"),
    "converted": mark("of them converted"),
    "lost": mark("of them lost"),
}


def _space_rows(
    spaces: gpd.GeoDataFrame, area_km2: float, residents: float | None, sources: Message
) -> list[dict[str, object]]:
    core = float((spaces["tier"] == "core").sum())
    return [
        figure_row("creative_spaces", mark("creative spaces"), float(len(spaces)), SPACES, sources),
        figure_row("core_spaces", mark("core creative spaces"), core, SPACES, sources),
        figure_row("spaces_per_km2", mark("creative spaces per km²"), len(spaces) / area_km2, PER_KM2, sources),
        figure_row(
            "spaces_per_100k",
            mark("creative spaces per 100,000 residents"),
            len(spaces) / residents * 1e5 if residents else None,
            PER_100K,
            sources,
        ),
    ]


def count_rows(facts: Facts, spaces: gpd.GeoDataFrame, residents: float | None) -> list[dict[str, object]]:
    """Count what the study area holds.

    Parameters
    ----------
    facts : of the city.
    spaces : creative spaces of the study area.
    residents : of the study area; nothing when not known.
    """
    heritage, candidates = facts.frames["heritage"], facts.frames["candidates"]
    area_km2 = float(facts.frames["study_area"]["area_km2"].iloc[0])
    likely = heritage[heritage["tier"] != "low"]
    sources = _site_sources(facts)
    counted = told("{sources}, confidence medium or high", sources=sources)
    measured = told("metric coordinates: EPSG:{epsg}", epsg=facts.epsg)
    return [
        figure_row("area", mark("study area"), area_km2, mark("km²"), measured),
        figure_row("residents", mark("residents of the study area"), residents, mark("persons"), facts.people_source),
        *_space_rows(spaces, area_km2, residents, sources),
        figure_row("heritage_sites", mark("industrial-heritage sites"), float(len(likely)), SITES, counted),
        *(
            figure_row(f"heritage_{status}", label, float((likely["status"] == status).sum()), SITES, counted)
            for status, label in OF_STATUS.items()
        ),
        figure_row(
            "heritage_possible",
            mark("possible sites with weak evidence"),
            float((heritage["tier"] == "low").sum()),
            SITES,
            mark("OSM, confidence low: not candidates"),
        ),
        figure_row(
            "candidates",
            mark("candidates"),
            float(len(candidates)),
            SITES,
            mark("heritage sites not creative yet"),
        ),
        figure_row(
            "candidates_out_of_reach",
            mark("candidates that cannot be reached on foot"),
            float((~candidates["reachable"]).sum()),
            SITES,
            mark("listed with their reason"),
        ),
    ]
