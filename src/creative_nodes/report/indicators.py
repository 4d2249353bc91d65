"""The figures of one city, on which cities are compared, and the notices of what its data lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
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
    word,
    written,
)
from creative_nodes.network import ClusterSettings, Links, NetworkSettings, connectivity_of, efficiency, thin_out
from creative_nodes.people import Completeness, People
from creative_nodes.reach import Candidates
from creative_nodes.report.tables import INDICATORS

SPACES, SITES, LINKS = mark("spaces"), mark("sites"), mark("links")  # units
SHARE, PER_KM2, PER_100K = "0-1", mark("per km²"), mark("per 100,000")
NONE_BUT_ONE = (mark("there is no creative space"), mark("there is only one creative space"))
MIN_CANDIDATES = 10
NEARLY_ALL = 0.99  # share of the study area with figures of residents below which the page says so
MUCH_THIN = 0.1  # share of residents living where mapping is thin from which the page opens with it
OUTSIDE = "outside the study area"  # an outcome in the table registry
RING_STREETS = 0.25  # streets per km² in the buffer, beside inside, below which the buffer counts as not covered


@dataclass(frozen=True)
class Facts:
    """The tables and settings a city is described from.

    Attributes
    ----------
    people_source : where the residents come from.
    people_covered : share of the study area where that source has a figure, 0-1.
    words : names of heritage classes and creative domains, by key; a key without a name is written in words.
    """

    frames: dict[str, Any]
    pulled: dict[str, Any]
    people: People
    people_source: Message | str
    network: NetworkSettings
    clusters: ClusterSettings
    candidates: Candidates
    completeness: Completeness
    edge_buffer_m: float
    seed: int
    people_covered: float = 1.0
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def epsg(self) -> int:
        """Metric CRS."""
        return int(self.frames["study_area"]["epsg"].iloc[0])

    @property
    def area(self) -> shapely.Geometry:
        """Study area, EPSG:4326."""
        area: shapely.Geometry = self.frames["study_area"].geometry.iloc[0]
        return area


def people_source(provenance: Mapping[str, Any]) -> Message | str:
    """Return where the residents come from, as the provenance of the table people tells."""
    row = SimpleNamespace(people=provenance["people"], messages=provenance.get("people_messages", ""))
    return message_in(row, "people")


def _row(
    indicator: str, label: Message | str, value: float | None, unit: str, source: Message | str
) -> dict[str, object]:
    return {"indicator": indicator, "value": value, "unit": unit, **written(label=label, source=source)}


def _notice(key: str, text: Message | str) -> dict[str, object]:
    return _row(f"notice_{key}", mark("notice"), None, "", text)


def links_of(creative: gpd.GeoDataFrame, links: pd.DataFrame) -> Links:
    """Turn the table links into arrays over the spaces given."""
    number = {space: row for row, space in enumerate(creative["space_id"])}
    return Links(
        links["a"].map(number).to_numpy(dtype=int),
        links["b"].map(number).to_numpy(dtype=int),
        links["minutes"].to_numpy(dtype=float),
        len(creative),
    )


def _per(count: float, size: float | None, unit: float = 1.0) -> float | None:
    """Return a count per so many of something; nothing when there is none of it or it is not known."""
    return float(count) / size * unit if size else None


def _coverage(facts: Facts) -> Message:
    """Say how old and how complete the map is that the figures of the network rest on."""
    snapshot = facts.pulled["snapshot"]
    share = _thin_share(facts)
    dated = told("OSM of unknown date") if snapshot == "unknown" else told("OSM of {day:date}", day=snapshot)
    if share is None:
        return dated
    return told("{map}; {share:percent} of residents live where it is mapped thinly", map=dated, share=share)


def _nearest_row(facts: Facts, n: int) -> dict[str, object]:
    minutes = facts.frames["nearest"]["minutes"].fillna(np.inf).to_numpy(dtype=float)
    # half of the spaces at least can walk to another one, or the median is not known
    median = float(np.median(minutes)) if n else np.inf
    alone = int(np.isinf(minutes).sum())
    said: Message | str = mark("along streets, however long the walk")
    if not np.isfinite(median):
        said = mark("half or more can walk to none") if n > 1 else NONE_BUT_ONE[n]
    elif alone:
        said = told("along streets, however long the walk; {n:count} can walk to none", n=alone)
    return _row(
        "nearest_space_minutes",
        mark("median walk to the nearest other creative space"),
        median if np.isfinite(median) else None,
        mark("min"),
        said,
    )


def _isolated_source(facts: Facts, network: Message) -> Message:
    lost = int(facts.frames["nearest"]["minutes"].isna().sum())
    if not lost:
        return network
    return told(
        "{network}; {n:count} of them can walk to no other at all, most often for want of a mapped street near",
        network=network,
        n=lost,
    )


def _network_rows(facts: Facts, spaces: gpd.GeoDataFrame, residents: float | None) -> list[dict[str, object]]:
    links = links_of(spaces, facts.frames["links"])
    parts, degree, n = links.parts(), links.degree(), len(spaces)
    area_km2 = float(facts.frames["study_area"]["area_km2"].iloc[0])
    rule = told(
        "spaces linked within {minutes:g} minutes' walk (network.link_minutes)", minutes=facts.network.link_minutes
    )
    network = told("{rule}; {coverage}", rule=rule, coverage=_coverage(facts))
    hubs = degree[(spaces["tier"] == "core").to_numpy()]
    largest = _per(np.bincount(parts, minlength=1).max(), n)
    return [
        _row(
            "connectivity",
            mark("chance that two creative spaces are joined by short walks"),
            connectivity_of(parts),
            SHARE,
            network,
        ),
        _row("links_per_space", mark("links per creative space"), _per(len(links.a), n), LINKS, network),
        _row(
            "isolated_share",
            mark("creative spaces without a link"),
            float(np.mean(degree == 0)) if n else None,
            SHARE,
            _isolated_source(facts, network),
        ),
        *_thinning_rows(facts, links),
        _row(
            "components",
            mark("separate parts of the creative network"),
            float(len(np.unique(parts))),
            mark("parts"),
            rule,
        ),
        _row("largest_part_share", mark("creative spaces in the largest part"), largest, SHARE, rule),
        _row(
            "efficiency",
            mark("global efficiency"),
            efficiency(links),
            mark("1/min"),
            told("Latora and Marchiori 2001; {rule}", rule=rule),
        ),
        _nearest_row(facts, n),
        _row("hub_degree", mark("links per core space"), float(hubs.mean()) if len(hubs) else None, LINKS, rule),
        _row("links_per_km2", mark("links per km²"), _per(len(links.a), area_km2), PER_KM2, rule),
        _row("links_per_100k", mark("links per 100,000 residents"), _per(len(links.a), residents, 1e5), PER_100K, rule),
    ]


# figures that are told for thinner maps too, and their labels
THINNED = {
    "connectivity": mark("chance that two are joined, had {share:percent} fewer spaces been mapped"),
    "links_per_space": mark("links per creative space, had {share:percent} fewer spaces been mapped"),
    "isolated_share": mark("creative spaces without a link, had {share:percent} fewer spaces been mapped"),
}
RANGE = (0.05, 0.95)  # quantiles of the draws
# labels of the ends of the range of C, by the ending of their keys
ENDS = {
    "low": mark("chance that two are joined, had {share:percent} fewer spaces been mapped: 5 % of the draws are below"),
    "high": mark(
        "chance that two are joined, had {share:percent} fewer spaces been mapped: 5 % of the draws are above"
    ),
}


def _thinning_source(facts: Facts, values: np.ndarray) -> Message | str:
    if not len(values):
        return NONE_BUT_ONE[0]
    low, high = np.quantile(values, RANGE)
    return told(
        "mean of {draws:count} draws (5-95 %: {low:number} to {high:number}), each without {share:percent} of the "
        "spaces, at random (network.thinning_share). Were as many of the real spaces not mapped, today's figure would "
        "be off by about as much, or more where the gaps lie together; {coverage}",
        draws=len(values),
        low=low,
        high=high,
        share=facts.network.thinning_share,
        coverage=_coverage(facts),
    )


def _thinning_rows(facts: Facts, links: Links) -> list[dict[str, object]]:
    """Tell what gaps in the map do to the figures: their mean when some spaces are left out at random."""
    settings = facts.network
    thinned = thin_out(links, settings.thinning_share, settings.thinning_draws, seed=facts.seed)
    rows = []
    for name, label in THINNED.items():
        values = getattr(thinned, name)
        unit = LINKS if name == "links_per_space" else SHARE
        named = told(label, share=settings.thinning_share)
        rows.append(_row(f"{name}_thinned", named, _mean(values), unit, _thinning_source(facts, values)))
    values = thinned.connectivity
    ends = np.quantile(values, RANGE) if len(values) else (None, None)
    for (end, label), value in zip(ENDS.items(), ends, strict=True):
        named = told(label, share=settings.thinning_share)
        one = None if value is None else float(value)
        rows.append(_row(f"connectivity_thinned_{end}", named, one, SHARE, _thinning_source(facts, values)))
    return rows


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if len(values) else None


CLUSTERED = {
    "dbscan": mark(
        "DBSCAN, {reach:g} m along streets, p at most {p:g} against {draws:count} random placements along the streets, "
        "no larger than chance: {more:count} more. In a wide study area smaller groups stand out"
    ),
    "hdbscan": mark(
        "HDBSCAN, up to {reach:g} m along streets, p at most {p:g} against {draws:count} random placements along the "
        "streets, no larger than chance: {more:count} more. In a wide study area smaller groups stand out"
    ),
}


def _cluster_rows(facts: Facts, spaces: gpd.GeoDataFrame, residents: float | None) -> list[dict[str, object]]:
    settings, table = facts.clusters, facts.frames["clusters"]
    kept = table[table["kept"]]
    area_km2 = float(facts.frames["study_area"]["area_km2"].iloc[0])
    rule = told(
        CLUSTERED[settings.method],
        reach=settings.eps_m if settings.method == "dbscan" else settings.hdbscan_cut_m,
        p=settings.max_p_value,
        draws=settings.simulations,
        more=len(table) - len(kept),
    )
    return [
        _row("clusters", mark("clusters of creative spaces"), float(len(kept)), mark("clusters"), rule),
        _row(
            "clusters_per_100km2",
            mark("clusters per 100 km²"),
            _per(len(kept), area_km2, 100),
            mark("per 100 km²"),
            rule,
        ),
        _row(
            "clusters_per_100k",
            mark("clusters per 100,000 residents"),
            _per(len(kept), residents, 1e5),
            PER_100K,
            rule,
        ),
        _row(
            "clustered_share",
            mark("creative spaces in a cluster"),
            _per(kept["n_spaces"].sum(), len(spaces)),
            SHARE,
            rule,
        ),
    ]


def _spans(distances: np.ndarray, chosen: np.ndarray) -> list[Message]:
    """Write the chosen distances as runs, e.g. "100 to 400 m" and "900 m"."""
    rows = np.flatnonzero(chosen)
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    return [
        told("{start:g} to {end:g} m", start=distances[run[0]], end=distances[run[-1]])
        if len(run) > 1
        else told("{at:g} m", at=distances[run[0]])
        for run in runs
    ]


def _verdict(curve: pd.DataFrame, max_p: float) -> Message:
    """Say in words whether creative spaces stand near industrial heritage more than chance explains."""
    if curve["p_value"].iloc[0] > max_p:
        return told("cannot be told from chance")
    metres, seen = curve["distance_m"].to_numpy(), curve["k_observed"]
    above, below = (seen > curve["k_high"]).to_numpy(), (seen < curve["k_low"]).to_numpy()
    near, far = (_spans(metres, chosen) if chosen.any() else [] for chosen in (above, below))
    if near and far:
        return told("more together than chance at {near} and more apart than chance at {far}", near=near, far=far)
    if near:
        return told("more together than chance at {near}", near=near)
    if far:
        return told("more apart than chance at {far}", far=far)
    # the whole curve may differ where no single distance leaves its envelope
    return told("unlike chance, at no distance alone")


def _ratio_source(here: pd.Series, told_m: float) -> Message:
    return told(
        "{seen:.2f} within {away:g} m along streets of a site, {expected:.2f} expected, 95 % of relabellings {low:.2f} "
        "to {high:.2f}; standing sites (confidence medium or high): {sites:count}, spaces that are no such site "
        "themselves: {spaces:count}",
        seen=here["k_observed"],
        away=told_m,
        expected=here["k_expected"],
        low=here["k_low"],
        high=here["k_high"],
        sites=here["n_heritage"],
        spaces=here["n_spaces"],
    )


def _test_source(curve: pd.DataFrame, settings: ClusterSettings) -> Message:
    return told_n(
        int(curve["n_heritage"].iloc[0]),
        "{verdict}: test of the whole curve to {end:g} m against {draws:count} relabellings (Myllymäki et al. 2015); "
        "{n:count} site",
        "{verdict}: test of the whole curve to {end:g} m against {draws:count} relabellings (Myllymäki et al. 2015); "
        "{n:count} sites",
        verdict=_verdict(curve, settings.max_p_value),
        end=settings.colocation_max_m,
        draws=settings.relabellings,
    )


def _colocation_rows(facts: Facts) -> list[dict[str, object]]:
    """Tell whether creative spaces stand near industrial heritage, by the table colocation."""
    curve, settings = facts.frames["colocation"], facts.clusters
    at = curve[np.isclose(curve["distance_m"].to_numpy(dtype=float), settings.colocation_told_m)]
    none = mark("there is no standing heritage site, or no creative space, that streets reach")
    rule: Message | str = none
    why: Message | str = none
    ratio = p_value = same = None
    if len(at):
        here = at.iloc[0]
        ratio, p_value, same = _per(here["k_observed"], here["k_expected"]), float(here["p_value"]), here["n_same"]
        rule, why = _ratio_source(here, settings.colocation_told_m), _test_source(curve, settings)
    return [
        _row(
            "colocation_same",
            mark("creative spaces that are a standing industrial-heritage site themselves"),
            None if same is None else float(same),
            SPACES,
            none if same is None else mark("the same OSM object or registry row"),
        ),
        _row(
            "colocation_ratio",
            mark("other creative spaces near industrial heritage, as a multiple of what chance explains"),
            ratio,
            mark("times"),
            rule,
        ),
        _row(
            "colocation_p",
            mark(
                "chance of standing together, or apart, like this were the other spaces and the sites mixed at random"
            ),
            p_value,
            SHARE,
            why,
        ),
    ]


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
        _row("creative_spaces", mark("creative spaces"), float(len(spaces)), SPACES, sources),
        _row("core_spaces", mark("core creative spaces"), core, SPACES, sources),
        _row("spaces_per_km2", mark("creative spaces per km²"), len(spaces) / area_km2, PER_KM2, sources),
        _row(
            "spaces_per_100k",
            mark("creative spaces per 100,000 residents"),
            len(spaces) / residents * 1e5 if residents else None,
            PER_100K,
            sources,
        ),
    ]


def _count_rows(facts: Facts, spaces: gpd.GeoDataFrame, residents: float | None) -> list[dict[str, object]]:
    heritage, candidates = facts.frames["heritage"], facts.frames["candidates"]
    area_km2 = float(facts.frames["study_area"]["area_km2"].iloc[0])
    likely = heritage[heritage["tier"] != "low"]
    sources = _site_sources(facts)
    counted = told("{sources}, confidence medium or high", sources=sources)
    measured = told("metric coordinates: EPSG:{epsg}", epsg=facts.epsg)
    return [
        _row("area", mark("study area"), area_km2, mark("km²"), measured),
        _row("residents", mark("residents of the study area"), residents, mark("persons"), facts.people_source),
        *_space_rows(spaces, area_km2, residents, sources),
        _row("heritage_sites", mark("industrial-heritage sites"), float(len(likely)), SITES, counted),
        *(
            _row(f"heritage_{status}", label, float((likely["status"] == status).sum()), SITES, counted)
            for status, label in OF_STATUS.items()
        ),
        _row(
            "heritage_possible",
            mark("possible sites with weak evidence"),
            float((heritage["tier"] == "low").sum()),
            SITES,
            mark("OSM, confidence low: not candidates"),
        ),
        _row(
            "candidates",
            mark("candidates"),
            float(len(candidates)),
            SITES,
            mark("heritage sites not creative yet"),
        ),
        _row(
            "candidates_out_of_reach",
            mark("candidates that cannot be reached on foot"),
            float((~candidates["reachable"]).sum()),
            SITES,
            mark("listed with their reason"),
        ),
    ]


def _thin_share(facts: Facts) -> float | None:
    """Return the share of residents who live where mapping is thin; nothing when residents are not known."""
    cells = facts.frames["completeness"]
    total = float(cells["residents"].sum())
    return float(cells.loc[cells["mapping"] == "thin", "residents"].sum()) / total if total else None


def _mapping_rows(facts: Facts) -> list[dict[str, object]]:
    cells, settings = facts.frames["completeness"], facts.completeness
    share = _thin_share(facts)
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
        _row(
            "residents_thin",
            mark("residents living where the mapping is thin"),
            share,
            SHARE,
            thin if share is not None else told("residents are not known; {thin}", thin=thin),
        ),
        _row(
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
    indicator: str, label: Message | str, mapped: pd.Series, how: _Recalled, unplaced: int = 0
) -> dict[str, object]:
    n = len(mapped)
    said = told(how.found, found=mapped.sum(), n=n) if n else told(how.none)
    if unplaced:
        said = told("{recall}; left out: {unplaced:count} without a position", recall=said, unplaced=unplaced)
    return _row(indicator, label, float(mapped.mean()) if n else None, SHARE, said)


def _class_label(value: str, words: Mapping[str, str]) -> Message:
    """Label the recall of a class of the taxonomy."""
    if not value:
        return told("of them without a class")
    return told("of them: {kind}", kind=word(words.get(value, value.replace("_", " "))))


def _recall_rows(facts: Facts) -> list[dict[str, object]]:
    """Tell how much of what the registry knows OSM has: of rows that still stand and have a position inside.

    Rows without a position are those that are hard to find, in OSM too: what is told is an upper bound.
    """
    registry = facts.frames["registry"]
    registry = registry[(registry["status"] != "lost") & (registry["outcome"] != OUTSIDE)]
    rows = []
    for how in RECALLED:
        rows_of_kind = registry[registry["kind"].isin([how.kind, "both"])]
        known = rows_of_kind[rows_of_kind["lon"].notna()]
        sites = facts.frames[how.kind]
        mapped = known[how.key].isin(sites.loc[sites["in_osm"], how.key])
        name = f"registry_recall_{how.kind}"
        rows.append(_recall(name, how.label, mapped, how, len(rows_of_kind) - len(known)))
        for value, some in mapped.groupby(known[how.class_]):
            label = _class_label(str(value), facts.words)
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
            "OpenStreetMap; {junctions:count} junctions in use; no piece is cut off from the rest",
            junctions=row.junctions,
        )
    return told_n(
        row.islands,
        "OpenStreetMap; {junctions:count} junctions in use; left out: {n:count} piece cut off from the rest, "
        "{km:number} km (travel.min_island_nodes)",
        "OpenStreetMap; {junctions:count} junctions in use; left out: {n:count} pieces cut off from the rest, "
        "{km:number} km (travel.min_island_nodes)",
        junctions=row.junctions,
        km=row.island_km,
    )


def _mode_rows(facts: Facts) -> list[dict[str, object]]:
    """Tell how many streets each mode has, and how many are cut off from the rest."""
    modes = facts.frames["modes"]
    rows = [
        _row(f"streets_{row.mode}", STREETS[row.mode], row.street_km, mark("km"), _streets_source(row))
        for row in modes[modes["mode"] != "transit"].itertuples()
    ]
    stations = facts.frames["stations"]
    served = told(
        "{served:count} of all {n:count} stations and stops have a service that is known",
        served=(stations["n_services"] > 0).sum(),
        n=len(stations),
    )
    rapid = float(stations["rapid"].sum())
    return [*rows, _row("rapid_stations", mark("rapid-transit stations"), rapid, mark("stations"), served)]


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


def _people_notices(facts: Facts) -> list[dict[str, object]]:
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


def _transit_notices(facts: Facts) -> list[dict[str, object]]:
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


def _mapping_notices(facts: Facts) -> list[dict[str, object]]:
    """Tell what the map lacks: its date, its rim, its completeness, and lists that do not fit it."""
    found = []
    if facts.pulled["snapshot"] == "unknown":
        found.append(_notice("snapshot", mark("The OSM file does not say its date, and the config gives none.")))
    if not _covers_buffer(facts):
        text = told(
            "Streets are hardly mapped in the {width:g} m around the study area: reach near its rim is too low.",
            width=facts.edge_buffer_m,
        )
        found.append(_notice("buffer", text))
    share = _thin_share(facts)
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


def _candidate_notices(facts: Facts) -> list[dict[str, object]]:
    found = []
    heritage, candidates = facts.frames["heritage"], facts.frames["candidates"]
    if len(candidates) < MIN_CANDIDATES:
        text = told_n(
            len(candidates),
            "Only {n:count} site has enough evidence to be a candidate (confidence at least {least:g}); possible but "
            "weakly attested: {possible:count} more. OSM maps industry unevenly here: not found is not the same as not "
            "there.",
            "Only {n:count} sites have enough evidence to be candidates (confidence at least {least:g}); possible but "
            "weakly attested: {possible:count} more. OSM maps industry unevenly here: not found is not the same as not "
            "there.",
            least=facts.candidates.min_confidence,
            possible=(heritage["tier"] == "low").sum(),
        )
        found.append(_notice("few", text))
    unknown = int(candidates.loc[candidates["reachable"], "site_capacity"].isna().sum())
    if unknown:
        text = told_n(
            unknown,
            "The size of {n:count} candidate is not known (mapped as a point); it scores lowest on size.",
            "The size of {n:count} candidates is not known (mapped as points); they score lowest on size.",
        )
        found.append(_notice("size", text))
    return found


def describe_city(facts: Facts) -> pd.DataFrame:
    """Compute the figures and notices of one city: the table indicators."""
    spaces = facts.frames["creative"]
    spaces = spaces[spaces["inside"]].reset_index(drop=True)
    people = facts.frames["people"]
    residents = float(people.loc[people["inside"], "residents"].sum()) if len(people) else None
    rows = [*_count_rows(facts, spaces, residents), *_cluster_rows(facts, spaces, residents)]
    rows += [*_colocation_rows(facts), *_network_rows(facts, spaces, residents)]
    rows += [*_mode_rows(facts), *_mapping_rows(facts), *_recall_rows(facts)]
    rows += [*_people_notices(facts), *_transit_notices(facts), *_mapping_notices(facts), *_candidate_notices(facts)]
    frame = pd.DataFrame(rows, columns=[column.name for column in INDICATORS.columns])
    return frame.astype({"value": "float64"})
