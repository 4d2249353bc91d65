"""The streets of one mode as a graph of OSMnx, for whoever goes on with networkx or OSMnx (Boeing 2025)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import WGS84_EPSG
from creative_nodes.streets.network import StreetNetwork

if TYPE_CHECKING:
    import networkx as nx

SECONDS_PER_MINUTE = 60.0


def osmnx_graph(network: StreetNetwork, nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> nx.MultiDiGraph:
    """Make the graph that OSMnx would have of the streets of a mode, with this project's access rules and speeds.

    Parameters
    ----------
    network : of the mode, built from these tables.
    nodes, edges : the tables street_nodes and street_edges, EPSG:4326.

    Returns
    -------
    Nodes by OSM id with `x`, `y` (degrees) and `street_count`; an edge a street and direction that is open, with
    `osmid` of the way, `highway`, `name`, `length` (m), `travel_time` (s) and `geometry`. Its CRS is EPSG:4326.
    """
    from osmnx.convert import graph_from_gdfs
    from osmnx.stats import count_streets_per_node

    own = nodes.set_index("node_id").loc[network.node_ids]
    points = shapely.get_coordinates(own.geometry.to_numpy())
    placed = gpd.GeoDataFrame({"x": points[:, 0], "y": points[:, 1]}, index=own.index, geometry=own.geometry.to_numpy())
    placed.index.name = "osmid"
    found = pd.concat([_arcs(network, edges, back=False), _arcs(network, edges, back=True)], ignore_index=True)
    found["key"] = found.groupby(["u", "v"]).cumcount()
    keyed = gpd.GeoDataFrame(found.set_index(["u", "v", "key"]), geometry="geometry", crs=WGS84_EPSG)
    graph: nx.MultiDiGraph = graph_from_gdfs(
        placed.set_crs(WGS84_EPSG), keyed, graph_attrs={"crs": f"epsg:{WGS84_EPSG}"}
    )
    for node, count in count_streets_per_node(graph).items():
        graph.nodes[node]["street_count"] = count
    return graph


def _arcs(network: StreetNetwork, edges: gpd.GeoDataFrame, *, back: bool) -> pd.DataFrame:
    """Return the streets in one direction, those that are open that way."""
    minutes = network.backward if back else network.forward
    open_ = np.isfinite(minutes)
    row = edges.iloc[network.row[open_]]
    ends = network.node_ids[network.u[open_]], network.node_ids[network.v[open_]]
    lines = row.geometry.to_numpy()
    return pd.DataFrame(
        {
            "u": ends[1] if back else ends[0],
            "v": ends[0] if back else ends[1],
            "osmid": row["way_id"].to_numpy(),
            "highway": row["highway"].to_numpy(),
            "name": row["name"].to_numpy(),
            "length": network.length_m[open_],
            "travel_time": minutes[open_] * SECONDS_PER_MINUTE,
            "geometry": shapely.reverse(lines) if back else lines,
        }
    )
