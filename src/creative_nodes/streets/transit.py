"""Walking and public transport as one network (METHOD section 3): wait = headway / 2, ride, walk transfer.

Each station has two nodes, one to enter and one to leave by, so that nobody walks through a station as a shortcut.
Being on board between two stops of a service is a node: from the station's way in it takes the wait and the way to the
platform; to the way out of the next station the ride and the way from the platform, or the ride alone to stay on. So
nobody gets off where they got on. Who leaves one service may enter another at the same station, or walk to one.

Where several services run the same way, one waits for the one taken: half of that one's headway, not of all together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from creative_nodes.common import WGS84_EPSG, projected, reproject
from creative_nodes.streets.network import StreetNetwork, find_entrances
from creative_nodes.streets.settings import Transit

AT_JUNCTION = 1e-9  # share of an edge below which a point lies at its end


def split_edges(network: StreetNetwork, edge: np.ndarray, share: np.ndarray) -> tuple[StreetNetwork, np.ndarray]:
    """Put junctions on edges, each edge cut into pieces there.

    Parameters
    ----------
    network : streets of one mode.
    edge : index of the edge of each point, shape (n,).
    share : position along it, 0 at u and 1 at v, shape (n,).

    Returns
    -------
    The network with the pieces after the edges that stay whole, and the node of each point, shape (n,). New nodes
    follow the others and have negative ids.
    """
    inner = (share > AT_JUNCTION) & (share < 1 - AT_JUNCTION)
    node = np.where(share <= AT_JUNCTION, network.u[edge], network.v[edge])
    cuts, cut = np.unique(np.column_stack([edge[inner], share[inner]]), axis=0, return_inverse=True)
    node[inner] = network.n_nodes + cut.reshape(-1)
    if not len(cuts):
        return network, node
    cut_edge, cut_share = cuts[:, 0].astype(int), cuts[:, 1]
    new = network.n_nodes + np.arange(len(cuts))
    touched, first, count = np.unique(cut_edge, return_index=True, return_counts=True)
    # the pieces of an edge: from u over its cuts to v
    starts = np.insert(new, first, network.u[touched])
    ends = np.insert(new, first + count, network.v[touched])
    low = np.insert(cut_share, first, 0.0)
    high = np.insert(cut_share, first + count, 1.0)
    of = np.repeat(touched, count + 1)
    lines = network.lines
    pieces = np.array([substring(lines[e], a, b, normalized=True) for e, a, b in zip(of, low, high, strict=True)])
    points = shapely.line_interpolate_point(lines[cut_edge], cut_share, normalized=True)
    whole = np.ones(len(network.u), dtype=bool)
    whole[touched] = False
    part = high - low
    per_edge: dict[str, Any] = {
        "u": starts,
        "v": ends,
        "length_m": network.length_m[of] * part,
        "forward": network.forward[of] * part,
        "backward": network.backward[of] * part,
        "streets": reproject(pieces, network.epsg, WGS84_EPSG),
        "enterable": network.enterable[of],
        "row": np.full(len(of), -1),
    }
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(network, name)[whole], added]) for name, added in per_edge.items()
    }
    return replace(
        network,
        node_ids=np.concatenate([network.node_ids, -1 - np.arange(len(cuts))]),
        xy=np.concatenate([network.xy, shapely.get_coordinates(points)]),
        **joined,
    ), node


def _with_nodes(network: StreetNetwork, xy: np.ndarray) -> StreetNetwork:
    """Add nodes without streets; their ids go on below zero."""
    lowest = min(0, int(network.node_ids.min(initial=0)))
    return replace(
        network,
        node_ids=np.concatenate([network.node_ids, lowest - 1 - np.arange(len(xy))]),
        xy=np.concatenate([network.xy, xy]),
    )


def joins_streets(walk: StreetNetwork, stations: gpd.GeoDataFrame, *, snap_within_m: float) -> np.ndarray:
    """Return which stations have a street within `snap_within_m` metres, shape (n,); nobody boards at the others.

    Parameters
    ----------
    walk : walking network.
    stations : the table stations.
    snap_within_m : metres.
    """
    shapes = projected(stations, walk.epsg)
    return find_entrances(walk, shapes, within_m=snap_within_m, spacing_m=1.0).has_entrance()


def add_transit(
    walk: StreetNetwork, stations: gpd.GeoDataFrame, services: pd.DataFrame, transit: Transit, *, snap_within_m: float
) -> StreetNetwork:
    """Add public transport to a walking network.

    Places are to be joined to the network returned, not to the one given: the streets that stations meet are cut there.

    Parameters
    ----------
    walk : walking network in minutes.
    stations, services : the tables.
    transit : minutes of access by kind.
    snap_within_m : metres: an entrance of a station farther from any street is left out.

    Returns
    -------
    The network with a way in and a way out of each station that is served, a node for each ride from stop to stop, and
    one-way arcs in minutes between them.

    Raises
    ------
    ValueError : the network's costs are metres.
    """
    if walk.unit != "min":
        raise ValueError("add_transit needs a network in minutes")
    stations = stations[stations["station_id"].isin(services["station_id"])].reset_index(drop=True)
    services = services.sort_values(["service_id", "sequence"], kind="stable").reset_index(drop=True)
    if stations.empty:
        return walk
    shapes = projected(stations, walk.epsg)
    points, owner = shapely.get_parts(shapes, return_index=True)
    doors = find_entrances(walk, points, within_m=snap_within_m, spacing_m=1.0)
    network, street = split_edges(walk, doors.edge, doors.share)
    row_of = pd.Series(np.arange(len(stations)), index=stations["station_id"])
    station = row_of.loc[services["station_id"]].to_numpy()
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    way_in = network.n_nodes + np.arange(len(stations))
    way_out = way_in + len(stations)

    leg = doors.leg_m * walk.leg_cost_per_m
    at = owner[doors.place]
    access = services["kind"].map(dict(transit.access_minutes)).to_numpy(dtype=float)
    wait = services["headway_min"].to_numpy(dtype=float) / 2
    follows = services["service_id"].eq(services["service_id"].shift()).to_numpy()
    goes_on = np.append(follows[1:], False)
    ride = services["minutes"].to_numpy(dtype=float)
    # on board after a stop; nobody is after the last one
    after = network.n_nodes + 2 * len(stations) + np.cumsum(goes_on) - 1
    before = np.append(-1, after[:-1])
    network = _with_nodes(network, np.concatenate([centre, centre, centre[station[goes_on]]]))
    on = services["boards"].to_numpy(dtype=bool) & goes_on
    off = services["alights"].to_numpy(dtype=bool) & follows
    stay = follows & goes_on
    arcs = [
        (street, way_in[at], leg),
        (way_out[at], street, leg),
        (way_in[station[on]], after[on], (wait + access)[on]),
        (before[off], way_out[station[off]], (ride + access)[off]),
        (before[stay], after[stay], ride[stay]),
        (way_out, way_in, np.zeros(len(stations))),
    ]
    tail, head, cost = (np.concatenate(column) for column in zip(*arcs, strict=True))
    return replace(
        network,
        arc_tail=np.concatenate([walk.arc_tail, tail]),
        arc_head=np.concatenate([walk.arc_head, head]),
        arc_minutes=np.concatenate([walk.arc_minutes, cost]),
    )
