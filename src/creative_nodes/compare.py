"""The figures of one city, on which cities are compared, and the notices of what its data lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from creative_nodes import tables
from creative_nodes.config import Candidates, ClusterSettings, Completeness, Network, People
from creative_nodes.connectivity import Links, connectivity, efficiency, thin_out
from creative_nodes.geo import WGS84_EPSG, buffer_metres, reproject
from creative_nodes.schema import BY_MODE

MIN_CANDIDATES = 10
MUCH_THIN = 0.1  # share of residents living where mapping is thin from which the page opens with it
OUTSIDE = "outside the study area"  # an outcome in the table registry
RING_STREETS = 0.25  # streets per km² in the buffer, beside inside, below which the buffer counts as not covered


@dataclass(frozen=True)
class Facts:
    """The tables and settings a city is described from."""

    frames: dict[str, Any]
    pulled: dict[str, Any]
    people: People
    people_source: str
    network: Network
    clusters: ClusterSettings
    candidates: Candidates
    completeness: Completeness
    edge_buffer_m: float
    seed: int

    @property
    def epsg(self) -> int:
        """Metric CRS."""
        return int(self.frames["study_area"]["epsg"].iloc[0])

    @property
    def area(self) -> shapely.Geometry:
        """Study area, EPSG:4326."""
        area: shapely.Geometry = self.frames["study_area"].geometry.iloc[0]
        return area


def _row(indicator: str, label: str, value: float | None, unit: str, source: str) -> dict[str, object]:
    return {"indicator": indicator, "label": label, "value": value, "unit": unit, "source": source}


def _notice(key: str, text: str) -> dict[str, object]:
    return _row(f"notice_{key}", "notice", None, "", text)


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


def _coverage(facts: Facts) -> str:
    """Say how old and how complete the map is that the figures of the network rest on."""
    snapshot = facts.pulled["snapshot"]
    day = "OSM of unknown date" if snapshot == "unknown" else f"OSM of {snapshot}"
    share = _thin_share(facts)
    return day if share is None else f"{day}; {share:.0%} of residents live where it is mapped thinly"


def _nearest_row(facts: Facts, n: int) -> dict[str, object]:
    minutes = facts.frames["nearest"]["minutes"].fillna(np.inf).to_numpy(dtype=float)
    # half of the spaces at least can walk to another one, or the median is not known
    median = float(np.median(minutes)) if n else np.inf
    alone = int(np.isinf(minutes).sum())
    said = "along streets, however long the walk" + (f"; {alone} can walk to none" if alone else "")
    why = "half or more can walk to none" if n > 1 else f"{n or 'no'} creative space{'' if n else 's'}"
    return _row(
        "nearest_space_minutes",
        "median walk to the nearest other creative space",
        median if np.isfinite(median) else None,
        "min",
        said if np.isfinite(median) else why,
    )


def _network_rows(facts: Facts, spaces: gpd.GeoDataFrame, residents: float | None) -> list[dict[str, object]]:
    links = links_of(spaces, facts.frames["links"])
    parts, degree, n = links.parts(), links.degree(), len(spaces)
    area_km2 = float(facts.frames["study_area"]["area_km2"].iloc[0])
    limit = facts.network.link_minutes
    rule = f"spaces linked within {limit:g} minutes' walk (network.link_minutes)"
    told = f"{rule}; {_coverage(facts)}"
    hubs = degree[(spaces["tier"] == "core").to_numpy()]
    lost = int(facts.frames["nearest"]["minutes"].isna().sum())
    unreached = f"; {lost} of them can walk to no other at all, most often for want of a mapped street near"
    isolated = told + unreached * bool(lost)
    return [
        _row(
            "connectivity",
            "chance that two creative spaces are joined by short walks",
            connectivity(parts),
            "0-1",
            told,
        ),
        _row("links_per_space", "links per creative space", _per(len(links.a), n), "links", told),
        _row(
            "isolated_share",
            "creative spaces without a link",
            float(np.mean(degree == 0)) if n else None,
            "0-1",
            isolated,
        ),
        *_thinning_rows(facts, links),
        _row("components", "separate parts of the creative network", float(len(np.unique(parts))), "parts", rule),
        _row(
            "largest_part_share",
            "creative spaces in the largest part",
            _per(np.bincount(parts, minlength=1).max(), n),
            "0-1",
            rule,
        ),
        _row("efficiency", "global efficiency", efficiency(links), "1/min", f"Latora and Marchiori 2001; {rule}"),
        _nearest_row(facts, n),
        _row("hub_degree", "links per core space", float(hubs.mean()) if len(hubs) else None, "links", rule),
        _row("links_per_km2", "links per km²", _per(len(links.a), area_km2), "per km²", rule),
        _row("links_per_100k", "links per 100,000 residents", _per(len(links.a), residents, 1e5), "per 100,000", rule),
    ]


THINNED = (
    ("connectivity", "chance that two are joined"),
    ("links_per_space", "links per creative space"),
    ("isolated_share", "creative spaces without a link"),
)


def _thinning_rows(facts: Facts, links: Links) -> list[dict[str, object]]:
    """Tell what gaps in the map do to the figures: their mean when some spaces are left out at random."""
    settings = facts.network
    thinned = thin_out(links, settings.thinning_share, settings.thinning_draws, seed=facts.seed)
    rows = []
    for name, label in THINNED:
        values = getattr(thinned, name)
        said = "no creative space"
        if len(values):
            low, high = np.quantile(values, [0.05, 0.95])
            said = (
                f"mean of {len(values)} draws (5-95 %: {low:.3g} to {high:.3g}), each without "
                f"{settings.thinning_share:.0%} of the spaces, at random (network.thinning_share). Were as many of the "
                "real spaces not mapped, today's figure would be off by about as much, or more where the gaps lie "
                f"together; {_coverage(facts)}"
            )
        unit = "links" if name == "links_per_space" else "0-1"
        key, share = f"{name}_thinned", f"{settings.thinning_share:.0%}"
        rows.append(_row(key, f"{label}, had {share} fewer spaces been mapped", _mean(values), unit, said))
    return rows


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if len(values) else None


def _cluster_rows(facts: Facts, spaces: gpd.GeoDataFrame, residents: float | None) -> list[dict[str, object]]:
    settings, table = facts.clusters, facts.frames["clusters"]
    kept = table[table["kept"]]
    area_km2 = float(facts.frames["study_area"]["area_km2"].iloc[0])
    method = (
        f"DBSCAN, {settings.eps_m:g} m along streets"
        if settings.method == "dbscan"
        else f"HDBSCAN, up to {settings.hdbscan_cut_m:g} m along streets"
    )
    rule = (
        f"{method}, p at most {settings.max_p_value:g} against {settings.simulations} random placements along the "
        f"streets, no larger than chance: {len(table) - len(kept)} more. In a wide study area smaller groups stand out"
    )
    return [
        _row("clusters", "clusters of creative spaces", float(len(kept)), "clusters", rule),
        _row(
            "clusters_per_100km2",
            "clusters per 100 km²",
            _per(len(kept), area_km2, 100),
            "per 100 km²",
            rule,
        ),
        _row(
            "clusters_per_100k", "clusters per 100,000 residents", _per(len(kept), residents, 1e5), "per 100,000", rule
        ),
        _row("clustered_share", "creative spaces in a cluster", _per(kept["n_spaces"].sum(), len(spaces)), "0-1", rule),
    ]


def _spans(distances: np.ndarray, chosen: np.ndarray) -> str:
    """Write the chosen distances as runs, e.g. "100 to 400 m, 900 m"."""
    rows = np.flatnonzero(chosen)
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    words = [f"{distances[run[0]]:g} to {distances[run[-1]]:g} m" for run in runs if len(run) > 1]
    return ", ".join([*words, *(f"{distances[run[0]]:g} m" for run in runs if len(run) == 1)])


def _verdict(curve: pd.DataFrame, max_p: float) -> str:
    """Say in words whether creative spaces stand near industrial heritage more than chance explains."""
    if curve["p_value"].iloc[0] > max_p:
        return "cannot be told from chance"
    metres, seen = curve["distance_m"].to_numpy(), curve["k_observed"]
    near, far = (seen > curve["k_high"]).to_numpy(), (seen < curve["k_low"]).to_numpy()
    said = [f"more together than chance at {_spans(metres, near)}"] if near.any() else []
    said += [f"more apart than chance at {_spans(metres, far)}"] if far.any() else []
    # the whole curve may differ where no single distance leaves its envelope
    return " and ".join(said) or "unlike chance, at no distance alone"


def _colocation_rows(facts: Facts) -> list[dict[str, object]]:
    """Tell whether creative spaces stand near industrial heritage, by the table colocation."""
    curve, settings = facts.frames["colocation"], facts.clusters
    told_m = settings.colocation_told_m
    at = curve[np.isclose(curve["distance_m"].to_numpy(dtype=float), told_m)]
    rule = why = "there is no standing heritage site, or no creative space, that streets reach"
    ratio = p_value = same = None
    if len(at):
        here = at.iloc[0]
        ratio, p_value, same = _per(here["k_observed"], here["k_expected"]), float(here["p_value"]), here["n_same"]
        rule = (
            f"{here['k_observed']:.2f} within {told_m:g} m along streets of a site, {here['k_expected']:.2f} expected, "
            f"95 % of relabellings {here['k_low']:.2f} to {here['k_high']:.2f}; {here['n_heritage']:g} standing sites "
            f"(confidence medium or high), {here['n_spaces']:g} spaces that are no such site themselves"
        )
        why = (
            f"{_verdict(curve, settings.max_p_value)}: test of the whole curve to {settings.colocation_max_m:g} m "
            f"against {settings.relabellings} relabellings (Myllymäki et al. 2015); {here['n_heritage']:g} sites"
        )
    return [
        _row(
            "colocation_same",
            "creative spaces that are a standing industrial-heritage site themselves",
            None if same is None else float(same),
            "spaces",
            why if same is None else "the same OSM object or registry row",
        ),
        _row(
            "colocation_ratio",
            "other creative spaces near industrial heritage, as a multiple of what chance explains",
            ratio,
            "times",
            rule,
        ),
        _row(
            "colocation_p",
            "chance of standing together, or apart, like this were the other spaces and the sites mixed at random",
            p_value,
            "0-1",
            why,
        ),
    ]


def _site_sources(facts: Facts) -> str:
    """Say where sites come from: OSM, the registry, and the imported lists by name."""
    lists = facts.frames["imports"]
    named = [f"{row.file} ({row.source}; {row.placed} of {row.n} rows on a site)" for row in lists.itertuples()]
    return "; ".join(["OSM and registry", *named])


def _count_rows(facts: Facts, spaces: gpd.GeoDataFrame, residents: float | None) -> list[dict[str, object]]:
    heritage, candidates = facts.frames["heritage"], facts.frames["candidates"]
    area_km2 = float(facts.frames["study_area"]["area_km2"].iloc[0])
    likely = heritage[heritage["tier"] != "low"]
    sources = _site_sources(facts)
    counted = f"{sources}, confidence medium or high"
    rows = [
        _row("area", "study area", area_km2, "km²", f"EPSG:{facts.epsg}"),
        _row("residents", "residents of the study area", residents, "persons", facts.people_source),
        _row("creative_spaces", "creative spaces", float(len(spaces)), "spaces", sources),
        _row("core_spaces", "core creative spaces", float((spaces["tier"] == "core").sum()), "spaces", sources),
        _row("spaces_per_km2", "creative spaces per km²", len(spaces) / area_km2, "per km²", sources),
        _row(
            "spaces_per_100k",
            "creative spaces per 100,000 residents",
            len(spaces) / residents * 1e5 if residents else None,
            "per 100,000",
            sources,
        ),
        _row("heritage_sites", "industrial-heritage sites", float(len(likely)), "sites", counted),
        *(
            _row(f"heritage_{status}", f"of them {status}", float((likely["status"] == status).sum()), "sites", counted)
            for status in ("active", "disused", "brownfield", "converted", "lost")
        ),
        _row(
            "heritage_possible",
            "possible sites with weak evidence",
            float((heritage["tier"] == "low").sum()),
            "sites",
            "OSM, confidence low: not candidates",
        ),
        _row("candidates", "candidates", float(len(candidates)), "sites", "heritage sites not creative yet"),
        _row(
            "candidates_out_of_reach",
            "candidates that cannot be reached on foot",
            float((~candidates["reachable"]).sum()),
            "sites",
            "listed with their reason",
        ),
    ]
    return rows


def _thin_share(facts: Facts) -> float | None:
    """Return the share of residents who live where mapping is thin; nothing when residents are not known."""
    cells = facts.frames["completeness"]
    total = float(cells["residents"].sum())
    return float(cells.loc[cells["mapping"] == "thin", "residents"].sum()) / total if total else None


def _mapping_rows(facts: Facts) -> list[dict[str, object]]:
    cells, settings = facts.frames["completeness"], facts.completeness
    share = _thin_share(facts)
    thin = (
        f"thin: fewer than {settings.thin_venues_per_1000:g} named venues per 1,000 residents, or where fewer than "
        f"{settings.min_residents:,.0f} live, per hexagon of H3 resolution {settings.h3_resolution}, fewer than "
        f"{settings.thin_venues_per_street_km:g} per km of street (completeness.*); "
        f"{(cells['mapping'] == 'thin').sum():,} of {(cells['mapping'] != 'empty').sum():,} hexagons"
    )
    settled = cells.loc[cells["residents"] >= settings.min_residents, "venues_per_1000"]
    over = f"over the {len(settled):,} hexagons with at least {settings.min_residents:,.0f} residents"
    return [
        _row(
            "residents_thin",
            "residents living where the mapping is thin",
            share,
            "0-1",
            thin if share is not None else f"residents are not known; {thin}",
        ),
        _row(
            "venues_per_1000",
            "named venues per 1,000 residents, in the median hexagon",
            float(settled.median()) if len(settled) else None,
            "per 1,000",
            f"OSM, {over}",
        ),
    ]


# kind of registry row, its id in the table of that name, its class
RECALLED = (("heritage", "site_id", "heritage_class"), ("creative", "space_id", "domain"))


def _recall(indicator: str, label: str, mapped: pd.Series, what: str) -> dict[str, object]:
    n = len(mapped)
    told = f"{int(mapped.sum())} of {n} {what}" if n else f"the registry has no {what}"
    return _row(indicator, label, float(mapped.mean()) if n else None, "0-1", told)


def _recall_rows(facts: Facts) -> list[dict[str, object]]:
    """Tell how much of what the registry knows OSM has: of rows that still stand and have a position inside.

    Rows without a position are those that are hard to find, in OSM too: what is told is an upper bound.
    """
    registry = facts.frames["registry"]
    registry = registry[(registry["status"] != "lost") & (registry["outcome"] != OUTSIDE)]
    rows = []
    for kind, key, class_ in RECALLED:
        rows_of_kind = registry[registry["kind"].isin([kind, "both"])]
        known = rows_of_kind[rows_of_kind["lon"].notna()]
        sites = facts.frames[kind]
        mapped = known[key].isin(sites.loc[sites["in_osm"], key])
        name, what = f"registry_recall_{kind}", f"{kind} rows with a known position that still stand"
        unplaced = len(rows_of_kind) - len(known)
        left_out = f"; left out: {unplaced} without a position" if unplaced else ""
        rows.append(_recall(name, f"known {kind} sites that OSM has", mapped, what + left_out))
        for value, some in mapped.groupby(known[class_]):
            word = str(value) or "unclassed"
            rows.append(_recall(f"{name}_{word}", f"of them {word.replace('_', ' ')}", some, what))
    return rows


def _mode_rows(facts: Facts) -> list[dict[str, object]]:
    """Tell how many streets each mode has, and how many are cut off from the rest."""
    rows = []
    modes = facts.frames["modes"]
    for row in modes[modes["mode"] != "transit"].itertuples():
        told = f"OpenStreetMap; {row.junctions:,} junctions in use; no piece is cut off from the rest"
        if row.islands:
            pieces = "1 piece" if row.islands == 1 else f"{row.islands:,} pieces"
            told = (
                f"OpenStreetMap; {row.junctions:,} junctions in use; left out: {pieces} cut off from the rest, "
                f"{row.island_km:,.3g} km (travel.min_island_nodes)"
            )
        label = f"streets that can be used {BY_MODE[row.mode]}"
        rows.append(_row(f"streets_{row.mode}", label, row.street_km, "km", told))
    stations = facts.frames["stations"]
    served = int((stations["n_services"] > 0).sum())
    told = f"{served:,} of all {len(stations):,} stations and stops have a service that is known"
    return [*rows, _row("rapid_stations", "rapid-transit stations", float(stations["rapid"].sum()), "stations", told)]


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


def _notices(facts: Facts) -> list[dict[str, object]]:
    found = []
    heritage, candidates = facts.frames["heritage"], facts.frames["candidates"]
    if facts.frames["people"].empty:
        found.append(
            _notice("people", "No source of residents was given, so nothing that counts people enters the score.")
        )
    elif facts.people.raster and facts.people_source != facts.people.raster.source:
        found.append(
            _notice("raster", f"The population raster {facts.people.raster.file} was not there; {facts.people_source}.")
        )
    rapid = facts.frames["stations"]["rapid"]
    if not rapid.any():
        found.append(
            _notice(
                "stations",
                "This extract has no rapid-transit station, so the walk to one is not part of the score; its weight "
                "goes to the other criteria in proportion.",
            )
        )
    told = facts.frames["transit_notes"]
    found += [_notice(f"transit_{row.key}", row.text) for row in told[told["notice"]].itertuples()]
    modes = facts.frames["modes"]
    found += [_notice(f"mode_{row.mode}", row.note) for row in modes[modes["note"] != ""].itertuples()]
    if facts.pulled["snapshot"] == "unknown":
        found.append(_notice("snapshot", "The OSM file does not say its date, and the config gives none."))
    if not _covers_buffer(facts):
        found.append(
            _notice(
                "buffer",
                f"Streets are hardly mapped in the {facts.edge_buffer_m:g} m around the study area: reach near its rim "
                "is too low.",
            )
        )
    share = _thin_share(facts)
    if share is not None and share >= MUCH_THIN:
        found.append(
            _notice(
                "mapping",
                f"{share:.0%} of the residents live where OpenStreetMap is mapped thinly (fewer than "
                f"{facts.completeness.thin_venues_per_1000:g} named venues per 1,000 residents): what is not found "
                "there may well be there. The map has a layer that shows where.",
            )
        )
    lists = facts.frames["imports"]
    found += [
        _notice(f"import_{number}", text) for number, text in enumerate(lists["warning"][lists["warning"] != ""], 1)
    ]
    if len(candidates) < MIN_CANDIDATES:
        found.append(
            _notice(
                "few",
                f"Only {len(candidates)} sites have enough evidence to be candidates (confidence at least "
                f"{facts.candidates.min_confidence:g}); {(heritage['tier'] == 'low').sum()} more are possible but "
                "weakly attested. OSM maps industry unevenly here: not found is not the same as not there.",
            )
        )
    unknown = int(candidates.loc[candidates["reachable"], "site_capacity"].isna().sum())
    if unknown:
        found.append(
            _notice(
                "size",
                f"The size of {unknown} candidates is not known (mapped as points); they score lowest on size."
                if unknown > 1
                else "The size of one candidate is not known (mapped as a point); it scores lowest on size.",
            )
        )
    return found


def describe_city(facts: Facts) -> pd.DataFrame:
    """Compute the figures and notices of one city: the table indicators."""
    spaces = facts.frames["creative"]
    spaces = spaces[spaces["inside"]].reset_index(drop=True)
    people = facts.frames["people"]
    residents = float(people.loc[people["inside"], "residents"].sum()) if len(people) else None
    rows = [*_count_rows(facts, spaces, residents), *_cluster_rows(facts, spaces, residents)]
    rows += [*_colocation_rows(facts), *_network_rows(facts, spaces, residents)]
    rows += [*_mode_rows(facts), *_mapping_rows(facts), *_recall_rows(facts), *_notices(facts)]
    frame = pd.DataFrame(rows, columns=[column.name for column in tables.TABLES["indicators"].columns])
    return frame.astype({"value": "float64"})
