"""Creative spaces, their clusters and links, and rapid-transit stations, as the map shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes.common import say, say_n
from creative_nodes.report.draw.shapes import middles, points
from creative_nodes.report.say.keys import SPACE_TIERS
from creative_nodes.report.say.words import Words, lower_first, named_twice, names, osm_url, rows, worded

MAX_LINKS_DRAWN = 30_000  # beyond it the layer of links would weigh more than the rest of the page


@dataclass(frozen=True)
class Space:
    """A creative space as shown; `tier` is a key, `tier_words` what a reader is told."""

    space_id: str
    name: str
    other_names: str
    domain: str
    tier: str
    source: str
    lon: float
    lat: float
    url: str
    tier_words: str


@dataclass(frozen=True)
class Hull:
    """A kept cluster as shown."""

    name: str
    other_names: str
    n_spaces: int
    p_value: float


@dataclass(frozen=True)
class Station:
    """A rapid-transit station as shown."""

    name: str
    other_names: str
    services: str
    lon: float
    lat: float


def not_in_osm(row: Any) -> str:
    """Say where a site that is not in OSM is known from; nothing for the others."""
    if row.in_osm:
        return ""
    if row.registry_id:
        return say("known from the registry, not in OSM")
    return say("known from an imported list, not in OSM")


def creative_spaces(creative: gpd.GeoDataFrame, words: Words) -> tuple[Space, ...]:
    """Word the table creative.

    Parameters
    ----------
    creative : the table of that name.
    words : names of the domains, by key.
    """
    at = points(creative)
    found = []
    for i, row in enumerate(rows(creative)):
        first = next(iter(row.osm_ids), "")
        domain = worded(words, row.domain)
        name, other_names = names(row, say("Unnamed: {kind}", kind=lower_first(domain)))
        source = not_in_osm(row)
        source = source if row.inside else say("outside the study area: it counts for reach only")
        lon, lat = (float(value) for value in at[i])
        tier = worded(SPACE_TIERS, row.tier)
        found.append(Space(row.space_id, name, other_names, domain, row.tier, source, lon, lat, osm_url(first), tier))
    return tuple(found)


def hulls(kept: gpd.GeoDataFrame) -> tuple[Hull, ...]:
    """Word the clusters that chance does not explain."""
    return tuple(Hull(*names(row, row.cluster_id), int(row.n_spaces), float(row.p_value)) for row in rows(kept))


def link_pairs(links: pd.DataFrame, creative: gpd.GeoDataFrame) -> tuple[int, ...]:
    """Write links as row numbers of the spaces, two a link.

    Parameters
    ----------
    links : the table of that name.
    creative : the table whose rows are numbered.
    """
    if len(links) > MAX_LINKS_DRAWN:
        return ()
    numbers = pd.Series(range(len(creative)), index=creative["space_id"].to_numpy())
    pairs = np.column_stack([numbers.reindex(links["a"]).to_numpy(float), numbers.reindex(links["b"]).to_numpy(float)])
    pairs = pairs[~np.isnan(pairs).any(axis=1)].astype(int)
    return tuple(int(value) for value in pairs.ravel())


def site_spaces(site_links: pd.DataFrame, creative: gpd.GeoDataFrame) -> dict[str, tuple[int, ...]]:
    """Return the spaces that each candidate would be linked to, as row numbers, by site_id.

    Parameters
    ----------
    site_links : the table of that name.
    creative : the table whose rows are numbered.
    """
    numbers = pd.Series(range(len(creative)), index=creative["space_id"].to_numpy())
    known = site_links[site_links["space_id"].isin(numbers.index)]
    rows_ = known.assign(row=numbers.reindex(known["space_id"]).to_numpy(int))
    return {str(site_id): tuple(sorted(found)) for site_id, found in rows_.groupby("site_id")["row"]}


def station_names(stations: gpd.GeoDataFrame) -> dict[str, str]:
    """Name the stations by id, the English name behind the local one; those without a name are left out."""
    named = {row.station_id: named_twice(row, "") for row in rows(stations)}
    return {station_id: name for station_id, name in named.items() if name}


def rapid_stations(stations: gpd.GeoDataFrame) -> tuple[Station, ...]:
    """Word the stations of rapid transit: one dot each, with the number of lines that stop there."""
    rapid = stations[stations["rapid"].astype(bool)].reset_index(drop=True)
    at = middles(rapid)  # amid its entrances
    found = []
    for i, row in enumerate(rows(rapid)):
        lon, lat = (float(value) for value in at[i])
        services = say("no service is mapped")
        if row.n_services:
            services = say_n(row.n_services, "{n:count} service", "{n:count} services")
        found.append(Station(*names(row, say("Unnamed station")), services, lon, lat))
    return tuple(found)
