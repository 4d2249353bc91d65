"""The layers and tables of the GeoPackage: one geometry type a layer, and what every field of it means.

A place may be mapped as a point, as an outline, or as several of either. Desktop GIS draw one type a layer, so a layer
of places holds a point on each of them, a row each, and the layer `<name>_outline` the outlines of those that have one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import NAME_COLUMNS, WGS84_EPSG, Column
from creative_nodes.doubt import map_marks
from creative_nodes.report.tables import TABLES

Shape = Literal["Point", "MultiLineString", "MultiPolygon"]

LAYERS = (
    *("study_area", "heritage", "survey", "creative", "clusters"),
    *("completeness", "accessibility", "isochrones", "stations"),
)
# layers made of tables that have their geometry elsewhere, or two kinds of it: each with the tables it is made of
MADE_LAYERS = {
    "candidates": ("candidates", "scores", "priorities_doubt", "site_doubt", "marks", "portfolio_sites"),
    "cluster_reach": ("cluster_reach", "clusters"),
    "reference_places": ("reference",),
    "reference_hexagons": ("reference",),
}
# the drawn map of the page, under all others, by the kinds of it
BASE_LAYERS = {
    "base_areas": ("industry", "green", "water"),
    "base_lines": ("rivers", "roads_minor", "roads_major", "rails"),
}
ATTRIBUTES = (
    *("scores", "survey_scores", "marks", "site_doubt", "set_doubt", "member_doubt", "worlds"),
    *("values", "scales", "correlations", "network_parts"),
    *("recommended", "set_beside_ranking", "decisions"),
    *("priorities_doubt", "scenarios", "agreement", "sweeps", "sweep_variants"),
    *("portfolio", "portfolio_sites", "portfolio_gain", "portfolio_front", "backtest", "backtest_summary"),
)
# places get a layer of their outlines beside that of their points
OUTLINED = ("candidates", "heritage", "survey", "creative", "run_changes")
PLACES = (*OUTLINED, "stations", "reference_places")
OUTLINE = "_outline"
FOREMOST = ("site_id", "rank", "score")  # what is told of a candidate first
JOINT = "joint_"
# columns that no table has
OWN_COLUMNS = (
    Column("map_and_model", "text", "verdict of the table marks on map and model; empty when it has none"),
    Column("plans", "text", "plans of the table portfolio_sites that choose it, one text; empty when none does"),
    Column("hex_id", "text", "H3 cell of the layer reference_hexagons"),
    Column("kind", "text", "of the drawn map: industry, green, water, rivers, rails, roads_minor or roads_major"),
)
BASE_ROW = "a shape of the drawn map of the page, simplified"
# parts of the names of fields, as they are read; a unit stands behind the name
READ_AS = {"id": "ID", "ids": "IDs", "osm": "OSM", "n": "number of", "en": "English", "vi": "Vietnamese"}
READ_AS |= {"zh": "Chinese", "m2": "", "km2": "", "km": ""}


@dataclass(frozen=True)
class Layer:
    """One layer or table: its rows, what a row is, and what its fields mean.

    `shape` is the one geometry type of its rows, empty for a table.
    """

    name: str
    shape: Shape | Literal[""]
    row: str
    frame: pd.DataFrame
    columns: tuple[Column, ...]


def flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Write lists of texts as one text, for no format has lists, and leave out what is for programs only."""
    found = frame.drop(columns="messages", errors="ignore").copy()
    for name in found.columns:
        if name != "geometry" and found[name].map(lambda value: isinstance(value, list | np.ndarray)).any():
            found[name] = [", ".join(texts) for texts in found[name]]
    return found


# ---------------------------------------------------------------- tables joined


def with_rank(candidates: gpd.GeoDataFrame, scores: pd.DataFrame) -> gpd.GeoDataFrame:
    """Put rank and score of each candidate behind its id.

    Parameters
    ----------
    candidates, scores : the tables of these names.
    """
    known = scores[[*FOREMOST]]
    whole = candidates.drop(columns=[*FOREMOST[1:]], errors="ignore")
    whole = whole.merge(known, on="site_id", how="left", validate="one_to_one")
    rest = [column for column in whole.columns if column not in FOREMOST]
    return gpd.GeoDataFrame(whole[[*FOREMOST, *rest]], crs=candidates.crs)


def joined(frames: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Join candidates with scores, doubts, marks and the portfolios that choose them, a row a candidate.

    Parameters
    ----------
    frames : tables by name: candidates, scores, priorities_doubt, site_doubt, marks, portfolio_sites.

    Returns
    -------
    the columns of these tables, each once, rank and score first, those of site_doubt with `joint_` before them;
    `map_and_model` (verdict of the table marks, empty when none) and `plans` (text, such as "coverage, equity"; empty
    when none).
    """
    chosen = frames["portfolio_sites"].groupby("site_id")["plan"].agg(", ".join).to_dict()
    whole = frames["candidates"]
    joint = frames["site_doubt"].drop(columns=["rank", "top_n"]).add_prefix(JOINT)
    joint = joint.rename(columns={f"{JOINT}site_id": "site_id"})
    for other in (frames["scores"], frames["priorities_doubt"], joint):
        again = [column for column in other.columns.intersection(whole.columns) if column != "site_id"]
        whole = whole.merge(other.drop(columns=again), on="site_id", how="left", validate="one_to_one")
    for field, told in (("map_and_model", map_marks(frames["marks"])), ("plans", chosen)):
        whole[field] = [told.get(site_id, "") for site_id in whole["site_id"]]
    whole = gpd.GeoDataFrame(whole, crs=frames["candidates"].crs)
    return with_rank(whole, frames["scores"])


def _outlined(frames: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Give each kept cluster, as a node, its names and its outline."""
    clusters = frames["clusters"][["cluster_id", *NAME_COLUMNS, "geometry"]]
    whole = clusters.merge(frames["cluster_reach"], on="cluster_id", how="inner", validate="one_to_one")
    return gpd.GeoDataFrame(whole, crs=frames["clusters"].crs)


def _of_kind(reference: pd.DataFrame, kind: str) -> gpd.GeoDataFrame:
    """Keep the places, which are points, or the hexagons, of which network gain alone is measured."""
    found = reference[reference["kind"] == kind].drop(columns="kind").reset_index(drop=True)
    if kind == "hexagon":
        found = found[["place_id", "network_gain", "geometry"]].rename(columns={"place_id": "hex_id"})
    return gpd.GeoDataFrame(found, crs=reference.crs)


def made_layers(frames: Mapping[str, pd.DataFrame]) -> dict[str, gpd.GeoDataFrame]:
    """Make the layers that join tables or part one: candidates, clusters as nodes, reference places and hexagons.

    Parameters
    ----------
    frames : tables by name, those that `MADE_LAYERS` names.
    """
    return {
        "candidates": joined(frames),
        "cluster_reach": _outlined(frames),
        "reference_places": _of_kind(frames["reference"], "place"),
        "reference_hexagons": _of_kind(frames["reference"], "hexagon"),
    }


def base_layers(paper: Mapping[str, BaseGeometry]) -> dict[str, gpd.GeoDataFrame]:
    """Part the drawn map into areas and lines, a row a shape.

    Parameters
    ----------
    paper : one multi-geometry (EPSG:4326) a kind, as `draw_basemap` gives it.
    """
    return {name: _base(paper, kinds) for name, kinds in BASE_LAYERS.items()}


def _base(paper: Mapping[str, BaseGeometry], kinds: tuple[str, ...]) -> gpd.GeoDataFrame:
    shapes = {kind: shapely.get_parts(paper[kind]) for kind in kinds}
    rows = [kind for kind, parts in shapes.items() for _ in parts]
    return gpd.GeoDataFrame({"kind": rows}, geometry=[*np.concatenate([*shapes.values()])], crs=WGS84_EPSG)


# ---------------------------------------------------------------- one geometry type a layer


def _outline_of(shape: BaseGeometry) -> BaseGeometry:
    """Return the areas of a shape as one multipolygon, empty where it has none."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return MultiPolygon([part for part in parts if part.geom_type == "Polygon"])


def _points_on(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put a point on each shape: where the page has its mark too."""
    return frame.set_geometry(gpd.GeoSeries(shapely.point_on_surface(frame.geometry.to_numpy()), crs=frame.crs))


def _outlines_of(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the rows that have an outline, with it."""
    shapes = gpd.GeoSeries([_outline_of(shape) for shape in frame.geometry], crs=frame.crs)
    return frame.set_geometry(shapes)[~shapes.is_empty.to_numpy(dtype=bool)].reset_index(drop=True)


def _parted(name: str, frame: gpd.GeoDataFrame) -> Iterator[tuple[str, Shape, gpd.GeoDataFrame]]:
    """Yield the layers of one table: each with its geometry type."""
    if name in PLACES:
        yield name, "Point", _points_on(frame)
    elif name == "base_lines":
        yield name, "MultiLineString", frame
    else:
        yield name, "MultiPolygon", _outlines_of(frame)
    if name in OUTLINED:
        yield f"{name}{OUTLINE}", "MultiPolygon", _outlines_of(frame)


# ---------------------------------------------------------------- what is told of a field


def alias(column: Column) -> str:
    """Name a field as it is read: in words, with its unit."""
    words = " ".join(READ_AS.get(part, part) for part in column.name.split("_"))
    words = re.sub(r"\s+", " ", words).strip()
    unit = f" ({column.unit})" if column.unit and column.unit != words else ""
    return f"{words[:1].upper()}{words[1:]}{unit}"


def _known(name: str) -> dict[str, Column]:
    """Collect the columns that the tables of a layer have, by the name that the layer gives them."""
    found = {column.name: column for column in OWN_COLUMNS}
    for table in reversed(MADE_LAYERS.get(name, (name,))):
        found |= {column.name: column for column in TABLES[table].columns} if table in TABLES else {}
        if table == "site_doubt":
            found |= {f"{JOINT}{one.name}": _as_joint(one) for one in TABLES[table].columns}
    return found


def _as_joint(column: Column) -> Column:
    return Column(f"{JOINT}{column.name}", column.kind, column.meaning, column.unit)


def row_of(name: str) -> str:
    """Say what a row of a layer or table is."""
    if name in BASE_LAYERS:
        return BASE_ROW
    return TABLES[MADE_LAYERS[name][0] if name in MADE_LAYERS else name].row


def columns_of(name: str, frame: pd.DataFrame) -> tuple[Column, ...]:
    """Tell the fields of a layer or table, without its geometry, as the schemas of its tables do.

    Parameters
    ----------
    name : of the layer, without `_outline`, or of the table.
    frame : its rows.
    """
    known = _known(name)
    return tuple(known[field] for field in frame.columns if field != "geometry")


def layers_of(frames: Mapping[str, pd.DataFrame]) -> list[Layer]:
    """Make layers of one geometry type each of tables with geometry, and tables of the others, in their order.

    Parameters
    ----------
    frames : rows by name, EPSG:4326.
    """
    found = []
    for name, frame in frames.items():
        plain = flat(frame)
        columns = columns_of(name, plain)
        if not isinstance(frame, gpd.GeoDataFrame):
            found.append(Layer(name, "", row_of(name), plain, columns))
            continue
        parts = _parted(name, gpd.GeoDataFrame(plain, crs=frame.crs))
        found += [Layer(part, shape, _row(name, part), rows, columns) for part, shape, rows in parts]
    return found


def _row(name: str, part: str) -> str:
    return row_of(name) if part == name else f"the outline of {row_of(name)}"


def packed_layers(frames: Mapping[str, pd.DataFrame], paper: Mapping[str, BaseGeometry]) -> list[Layer]:
    """Make all layers and tables of a city's GeoPackage.

    Parameters
    ----------
    frames : tables by name: `LAYERS`, those of `MADE_LAYERS`, and `ATTRIBUTES`, which become tables without geometry.
    paper : the drawn map, as `draw_basemap` gives it.
    """
    whole = {name: frames[name] for name in LAYERS} | made_layers(frames) | base_layers(paper)
    return layers_of({**whole, **{name: frames[name] for name in ATTRIBUTES}})


def geopackage_contents() -> list[tuple[str, str, str]]:
    """Return name, origin and geometry of all that a city's GeoPackage holds, by name."""
    origins = {name: f"table {name}" for name in (*LAYERS, *ATTRIBUTES)}
    origins |= {name: f"made of {', '.join(parts)}" for name, parts in MADE_LAYERS.items()}
    origins |= {name: f"the page's drawn map: {', '.join(kinds)}" for name, kinds in BASE_LAYERS.items()}
    found = []
    for name, origin in sorted(origins.items()):
        shapes = ["no geometry"] if name in ATTRIBUTES else [shape for _, shape, _ in _parted(name, _no_rows())]
        found += [(f"{name}{end}", origin, shape) for end, shape in zip(("", OUTLINE), shapes, strict=False)]
    return [*found, ("layer_styles", "how each layer is drawn: QML and SLD", "no geometry")]


def _no_rows() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[], crs=WGS84_EPSG)
