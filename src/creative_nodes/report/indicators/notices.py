"""What a reader should know of the data, because it lacks something."""

from __future__ import annotations

import shapely

from creative_nodes.common import (
    WGS84_EPSG,
    Message,
    buffer_metres,
    mark,
    message_in,
    reproject,
    told,
    told_n,
)
from creative_nodes.report.indicators.facts import (
    Facts,
    figure_row,
    thin_share,
)

MIN_CANDIDATES = 10
NEARLY_ALL = 0.99  # share of the study area with figures of residents below which the page says so
MUCH_THIN = 0.1  # share of residents living where mapping is thin from which the page opens with it
LEAST_COVERED = 0.5  # share of the study area inside the outline of all streets below which an extract is called small
RING_STREETS = 0.25  # streets per km² in the buffer, beside inside, below which the buffer counts as not covered


def _notice(key: str, text: Message | str) -> dict[str, object]:
    return figure_row(f"notice_{key}", mark("notice"), None, "", text)


def _street_cover(facts: Facts) -> float:
    """Return the share of the study area that lies in the outline of all streets; 0 without any."""
    area = reproject(facts.area, WGS84_EPSG, facts.epsg)
    streets = reproject(facts.frames["street_edges"].geometry.to_numpy(), WGS84_EPSG, facts.epsg)
    outline = shapely.convex_hull(shapely.geometrycollections(streets))
    return float(shapely.area(shapely.intersection(outline, area)) / shapely.area(area))


def _covers_buffer(facts: Facts) -> bool:
    """Tell whether streets are mapped in the buffer too, by their density there and inside."""
    area = reproject(facts.area, WGS84_EPSG, facts.epsg)
    ring = reproject(buffer_metres(facts.area, facts.edge_buffer_m, facts.epsg), WGS84_EPSG, facts.epsg).difference(
        area
    )
    if ring.area == 0:
        return True
    edges = facts.frames["street_edges"]
    middle = shapely.centroid(reproject(edges.geometry.to_numpy(), WGS84_EPSG, facts.epsg))
    x, y, metres = shapely.get_x(middle), shapely.get_y(middle), edges["length_m"].to_numpy()
    shapely.prepare([area, ring])
    # beside the ring, not the whole city: a dense core does not make a rural rim look bare
    rim = area.difference(shapely.buffer(area, -facts.edge_buffer_m))
    shapely.prepare(rim)
    outside = metres[shapely.contains_xy(ring, x, y)].sum() / ring.area
    within = metres[shapely.contains_xy(rim, x, y)].sum() / rim.area
    return bool(within == 0 or outside / within >= RING_STREETS)


def people_notices(facts: Facts) -> list[dict[str, object]]:
    """Tell what is not known of residents."""
    if facts.frames["people"].empty:
        text = mark("No source of residents was given, so nothing that counts people enters the score.")
        return [_notice("people", text)]
    found = []
    raster, source = facts.people.raster, facts.people_source
    if raster and str(source) != raster.source:
        missing = told(
            "The population raster {file} was not there; residents come from: {source}.",
            file=raster.file,
            source=source,
        )
        found.append(_notice("raster", missing))
    if facts.people_covered < NEARLY_ALL:
        part = told(
            "The source of residents has figures for {share:percent} of the study area only; the rest counts as empty.",
            share=facts.people_covered,
        )
        found.append(_notice("people_covered", part))
    return found


def language_notices(facts: Facts) -> list[dict[str, object]]:
    """Tell that names in the city's main language are not read."""
    languages = facts.frames["city_languages"]
    unread = languages[languages["warning"] != ""].itertuples()
    return [_notice("languages", message_in(row, "warning")) for row in unread]


def transit_notices(facts: Facts) -> list[dict[str, object]]:
    """Tell what is not known of public transport, and of each mode."""
    found = []
    if not facts.frames["stations"]["rapid"].any():
        text = mark(
            "This extract has no rapid-transit station, so the walk to one is not part of the score; its weight goes "
            "to the other criteria in proportion."
        )
        found.append(_notice("stations", text))
    notes, modes = facts.frames["transit_notes"], facts.frames["modes"]
    found += [
        _notice(f"transit_{row.key}", message_in(row, "text"))
        for row in notes[notes["notice"].astype(bool)].itertuples()
    ]
    found += [_notice(f"mode_{row.mode}", message_in(row, "note")) for row in modes[modes["note"] != ""].itertuples()]
    return found


def mapping_notices(facts: Facts) -> list[dict[str, object]]:
    """Tell what the map lacks: its date, its rim, its completeness, and lists that do not fit it."""
    found = []
    if facts.pulled["snapshot"] == "unknown":
        found.append(_notice("snapshot", mark("The OSM file does not say its date, and the config gives none.")))
    if (cover := _street_cover(facts)) < LEAST_COVERED:
        text = told(
            "The streets in the OSM data lie on {share:percent} of the study area only: what lies beyond them was not "
            "looked at. Take an extract that holds all of it, or draw the study area smaller.",
            share=cover,
        )
        found.append(_notice("extract", text))
    if not _covers_buffer(facts):
        text = told(
            "Streets are hardly mapped in the {width:g} m around the study area: reach near its rim is too low.",
            width=facts.edge_buffer_m,
        )
        found.append(_notice("buffer", text))
    share = thin_share(facts)
    if share is not None and share >= MUCH_THIN:
        text = told(
            "{share:percent} of the residents live where OpenStreetMap is mapped thinly (fewer than {venues:g} named "
            "venues per 1,000 residents): what is not found there may well be there. The map has a layer that shows "
            "where.",
            share=share,
            venues=facts.completeness.thin_venues_per_1000,
        )
        found.append(_notice("mapping", text))
    lists = facts.frames["imports"]
    shifted = lists[lists["warning"] != ""].itertuples()
    return found + [_notice(f"import_{number}", message_in(row, "warning")) for number, row in enumerate(shifted, 1)]


def candidate_notices(facts: Facts) -> list[dict[str, object]]:
    """Tell that candidates are few, and whose size is not known."""
    found = []
    heritage, candidates = facts.frames["heritage"], facts.frames["candidates"]
    possible = int((heritage["tier"] == "low").sum())
    if not len(candidates):
        text = told(
            "No site has enough evidence to be a candidate (confidence at least {least:g}); possible but weakly "
            "attested: {possible:count}. OSM maps industry unevenly here: not found is not the same as not there.",
            least=facts.candidates.min_confidence,
            possible=possible,
        )
        found.append(_notice("few", text))
    elif len(candidates) < MIN_CANDIDATES:
        text = told_n(
            len(candidates),
            "Only {n:count} site has enough evidence to be a candidate (confidence at least {least:g}); possible but "
            "weakly attested: {possible:count} more. OSM maps industry unevenly here: not found is not the same as not "
            "there.",
            "Only {n:count} sites have enough evidence to be candidates (confidence at least {least:g}); possible but "
            "weakly attested: {possible:count} more. OSM maps industry unevenly here: not found is not the same as not "
            "there.",
            least=facts.candidates.min_confidence,
            possible=possible,
        )
        found.append(_notice("few", text))
    unknown = int((candidates["reachable"] & candidates["area_unknown"]).sum())
    if unknown:
        text = told_n(
            unknown,
            "The size of {n:count} candidate is not known (mapped as a point); it counts as typical of its kind, and "
            "the worlds draw it.",
            "The size of {n:count} candidates is not known (mapped as points); each counts as typical of its kind, and "
            "the worlds draw it.",
        )
        found.append(_notice("size", text))
    return found
