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
    "to_be_vacated": mark("of them to be vacated"),
    "vacated": mark("of them vacated"),
    "brownfield": mark("of them brownfield"),
    "not_known": mark("of them of use not known"),
    "in_use": mark("of them in use"),
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
        *_origin_rows(facts),
        figure_row(
            "candidates_out_of_reach",
            mark("candidates that cannot be reached on foot"),
            float((~candidates["reachable"]).sum()),
            SITES,
            mark("listed with their reason"),
        ),
    ]


# who tells of a candidate: the column told_by of the table heritage
ORIGINS = {
    "register": mark("of them named by the register of this tool"),
    "list": mark("of them named by an imported list alone"),
    "map": mark("of them found by the map alone"),
}


def _origin_rows(facts: Facts) -> list[dict[str, object]]:
    """Count the candidates by who tells of them, and the grounds of the survey list, which are none."""
    heritage, survey = facts.frames["heritage"], facts.frames["survey"]
    told_by = heritage.loc[heritage["site_id"].isin(facts.frames["candidates"]["site_id"]), "told_by"]
    asked = told(
        "industrial ground in a telling setting whose age nobody has written down, of {n:count} of a works' size",
        n=int(survey["eligible"].iloc[0]) if len(survey) else 0,
    )
    return [
        *(
            figure_row(f"candidates_by_{key}", label, float((told_by == key).sum()), SITES, mark("table heritage"))
            for key, label in ORIGINS.items()
        ),
        figure_row("survey_grounds", mark("grounds on the survey list"), float(len(survey)), mark("grounds"), asked),
    ]
