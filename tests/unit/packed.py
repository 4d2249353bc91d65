"""Tables of two candidates and what is told of them, as the packed files get them."""

import geopandas as gpd
import pandas as pd
import shapely

from creative_nodes.common import tables
from creative_nodes.report.gis import layers
from creative_nodes.report.tables import TABLES

SHAPES = [shapely.box(105.8, 21.0, 105.802, 21.001), shapely.Point(105.85, 21.02)]


def table(name, rows):
    """Make a table of a few given values; the others are missing, or stand in where that is not allowed."""
    stand_in = {"text": "", "number": 0.0, "integer": 1, "flag": True, "texts": []}
    frame = pd.DataFrame(
        [
            {
                column.name: row.get(column.name, None if column.nullable else stand_in[column.kind])
                for column in TABLES[name].columns
                if column.kind != "geometry"
            }
            for row in rows
        ]
    )
    if TABLES[name].has_geometry:
        frame = gpd.GeoDataFrame(frame, geometry=[row["geometry"] for row in rows], crs=4326)
    return tables.in_order(frame, TABLES[name])


def packed_frames():
    sites = ["h-1", "h-2"]
    parts = {part for made in layers.MADE_LAYERS.values() for part in made}
    made = {name: tables.empty(TABLES[name]) for name in sorted({*layers.LAYERS, *layers.ATTRIBUTES, *parts})}
    made["candidates"] = table(
        "candidates",
        [
            {"site_id": "h-1", "name": "Nhà máy xe lửa Gia Lâm", "network_gain": 0.25, "geometry": SHAPES[0]},
            {"site_id": "h-2", "name": "杨树浦电厂", "transit_minutes": None, "geometry": SHAPES[1]},
        ],
    )
    made["reference"] = table(
        "reference",
        [
            {"place_id": "p1", "kind": "place", "network_gain": 0.5, "newly_served": 12.0, "geometry": SHAPES[1]},
            {"place_id": "8841", "kind": "hexagon", "network_gain": 0.25, "geometry": SHAPES[0]},
            {"place_id": "8842", "kind": "hexagon", "network_gain": None, "geometry": SHAPES[0]},
        ],
    )
    kept = {"n_spaces": 4, "p_value": 0.01, "geometry": SHAPES[0]}
    made["clusters"] = table(
        "clusters",
        [
            {**kept, "cluster_id": "k1", "name": "Phố Cổ", "name_en": "Old Quarter", "kept": True},
            {**kept, "cluster_id": "k2", "name": "Chance", "kept": False},
        ],
    )
    made["cluster_reach"] = table(
        "cluster_reach", [{"cluster_id": "k1", "n_spaces": 4, "reachable": True, "typical_network": 3.5}]
    )
    made["decisions"] = table(
        "decisions", [{"site": "Habeco", "date": "2025-11", "rank": 4, "ranked": 11, "sets": ["best", "single"]}]
    )
    made["scores"] = table(
        "scores", [{"site_id": s, "rank": k + 1, "score": 0.5 / (k + 1)} for k, s in enumerate(sites)]
    )
    made["priorities_doubt"] = table(
        "priorities_doubt",
        [{"site_id": s, "rank": k + 1, "largest_move": -3, "moved_by": "people"} for k, s in enumerate(sites)],
    )
    made["portfolio_sites"] = table(
        "portfolio_sites", [{"plan": plan, "site_id": "h-2"} for plan in ("coverage", "equity")]
    )
    made["portfolio"] = table("portfolio", [{"plan": "today"}, {"plan": "coverage", "sites": ["h-2", "h-1"]}])
    return made
