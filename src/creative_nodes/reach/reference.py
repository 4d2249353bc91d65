"""Reference places, hexagons and clusters: the position criteria where no candidate is (METHOD sections 1, 6 and 7).

They are measured by walking and the main mode only and at the criteria's own limits, by the searches of candidates.
"""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import (
    WGS84_EPSG,
    Hexagons,
    hexagons_over,
    reproject,
    tables,
)
from creative_nodes.network import LinkRule, network_gains, space_chains, typical_network
from creative_nodes.reach.positions import PositionRules, links_to_spaces, measure_positions
from creative_nodes.reach.survey import Survey, World, own_spaces
from creative_nodes.reach.tables import CLUSTER_REACH, REFERENCE
from creative_nodes.streets import Streets

# ---------------------------------------------------------------- reference places and hexagons


def survey_places(reference: gpd.GeoDataFrame, world: World, streets: Streets, link_within_m: float) -> Survey:
    """Return a survey of the places of the table reference, to measure them anew by `measure_positions`.

    Parameters
    ----------
    reference : the table reference; its hexagons are left out.
    world, streets : the city.
    link_within_m : metres: residents farther than so many from any street are in nobody's reach.
    """
    places = reference[reference["kind"] == "place"].rename(columns={"place_id": "site_id"})
    return Survey(places[["site_id", "geometry"]].reset_index(drop=True), world, streets, link_within_m)


def draw_places(streets: Streets, area: shapely.Geometry, n: int, *, seed: int) -> np.ndarray:
    """Draw points along the streets open to people on foot in the study area, uniformly by length.

    Parameters
    ----------
    streets : street tables.
    area : study area, EPSG:4326.
    n : points.
    seed : seed of the draw.

    Returns
    -------
    points in the metric CRS, shape (n,); none where there is no street.
    """
    walk = streets.network("walk")
    inside = reproject(area, WGS84_EPSG, streets.epsg)
    shapely.prepare(inside)
    lines = walk.lines[walk.enterable]
    lines = lines[shapely.intersects(inside, lines)]
    across = ~shapely.covers(inside, lines)
    lines[across] = shapely.intersection(lines[across], inside)
    pieces = shapely.get_parts(lines)
    along = np.cumsum(shapely.length(pieces))
    if not len(along) or not along[-1] > 0:
        return pieces[:0]
    metres = np.sort(np.random.default_rng(seed).uniform(0, along[-1], n))
    piece = np.minimum(np.searchsorted(along, metres, side="right"), len(along) - 1)
    points: np.ndarray = shapely.line_interpolate_point(
        pieces[piece], metres - along[piece] + shapely.length(pieces[piece])
    )
    return points


def measure_reference(
    area: shapely.Geometry,
    world: World,
    streets: Streets,
    rules: PositionRules,
    *,
    places: int,
    h3_resolution: int,
    seed: int,
) -> gpd.GeoDataFrame:
    """Measure the reference places, and what a node would connect in each hexagon.

    Parameters
    ----------
    area : study area, EPSG:4326.
    world : creative spaces, amenities, residents and stations of study area and buffer.
    streets : street tables, and public transport where there is any.
    rules : settings.
    places : how many places are drawn.
    h3_resolution : of the hexagons.
    seed : seed of the draw.

    Returns
    -------
    the table reference: places with every position criterion, then hexagons with network gain alone.
    """
    points = draw_places(streets, area, places, seed=seed)
    hexagons = hexagons_over(area, resolution=h3_resolution, epsg=streets.epsg)
    if not len(points):
        return tables.empty(REFERENCE)
    ids = [f"p{number:0{len(str(len(points)))}d}" for number in range(1, len(points) + 1)]
    drawn = gpd.GeoDataFrame({"site_id": ids}, geometry=reproject(points, streets.epsg, WGS84_EPSG), crs=WGS84_EPSG)
    at_places = measure_positions(Survey(drawn, world, streets, rules.link_within_m), rules)
    at_hexagons = pd.DataFrame({"network_gain": _hexagon_gains(hexagons, world, streets, rules.network.rule())})
    found = pd.concat([at_places, at_hexagons.reindex(columns=at_places.columns)], ignore_index=True)
    found.insert(0, "place_id", [*ids, *hexagons.ids])
    found.insert(1, "kind", ["place"] * len(ids) + ["hexagon"] * len(hexagons.ids))
    shapes = np.concatenate([drawn.geometry.to_numpy(), hexagons.shapes])
    return gpd.GeoDataFrame(found, geometry=shapes, crs=WGS84_EPSG)


def _hexagon_gains(hexagons: Hexagons, world: World, streets: Streets, rule: LinkRule) -> np.ndarray:
    """Return the network gain at the street nearest to the middle of each hexagon's part of the study area.

    Missing where no street lies as near as a hexagon is wide from its middle to a corner.
    """
    walk = streets.network("walk")
    radius = max(
        (h3.average_hexagon_edge_length(h3.get_resolution(one), unit="m") for one in hexagons.ids[:1]), default=0
    )
    middles = streets.entrances(walk, shapely.centroid(hexagons.parts), within_m=radius)
    # one stands on the street itself: nobody walks there from the middle of a field
    on_street = replace(middles, leg_m=np.zeros(len(middles.leg_m)))
    chains = space_chains(streets, own_spaces(world.creative), rule)
    gains = network_gains(chains, links_to_spaces(streets, world, on_street, rule))[:, 0]
    return np.where(middles.has_entrance(), gains, np.nan)


# ---------------------------------------------------------------- clusters


def measure_clusters(clusters: gpd.GeoDataFrame, world: World, streets: Streets, rules: PositionRules) -> pd.DataFrame:
    """Measure every position criterion for each kept cluster, from its members' entrances.

    Parameters
    ----------
    clusters : the table of that name.
    world : `creative` tells the cluster of each space.
    streets : street tables, and public transport where there is any.
    rules : settings.

    Returns
    -------
    the table cluster_reach.
    """
    kept = clusters[clusters["kept"]].reset_index(drop=True)
    if kept.empty:
        none: pd.DataFrame = tables.empty(CLUSTER_REACH)
        return none
    by_cluster = world.creative.groupby("cluster_id")
    members = [shapely.GeometryCollection(list(by_cluster.get_group(one).geometry)) for one in kept["cluster_id"]]
    nodes = gpd.GeoDataFrame({"site_id": kept["cluster_id"]}, geometry=members, crs=WGS84_EPSG)
    survey = Survey(nodes, world, streets, rules.link_within_m)
    found = measure_positions(survey, rules)
    chains = space_chains(streets, own_spaces(world.creative), rules.network.rule())
    label = own_spaces(world.creative)["cluster_id"].to_numpy(dtype=object)
    about = kept[["cluster_id", "n_spaces"]].assign(
        reachable=survey.doors.has_entrance(),
        typical_network=[typical_network(chains.size[label == one]) for one in kept["cluster_id"]],
    )
    return pd.concat([pd.DataFrame(about), found], axis=1)
