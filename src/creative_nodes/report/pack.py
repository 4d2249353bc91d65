"""Pack the results for people: one GeoPackage for desktop GIS, and CSV files for spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from creative_nodes.common import NAME_COLUMNS, PARTS
from creative_nodes.doubt import map_marks
from creative_nodes.report.tables import TABLES

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
ATTRIBUTES = (
    *("scores", "survey_scores", "marks", "site_doubt", "set_doubt", "member_doubt", "worlds"),
    *("values", "scales", "correlations", "network_parts"),
    *("recommended", "set_beside_ranking", "decisions"),
    *("priorities_doubt", "scenarios", "agreement", "sweeps", "sweep_variants"),
    *("portfolio", "portfolio_sites", "portfolio_gain", "portfolio_front", "backtest", "backtest_summary"),
)
DEGREE_DECIMALS = 6  # some 0.1 m
# what a spreadsheet takes for a formula, at the start of a text; some also as full-width signs, or after blanks
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
UNSEEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\0"


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Write lists of texts as one text, for neither format has lists, and leave out what is for programs only."""
    flat = frame.drop(columns="messages", errors="ignore").copy()
    for name in flat.columns:
        if name != "geometry" and flat[name].map(lambda value: isinstance(value, list | np.ndarray)).any():
            flat[name] = [", ".join(texts) for texts in flat[name]]
    return flat


def joined(frames: dict[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Join candidates with scores, doubts, marks and the portfolios that choose them, a row a candidate.

    Parameters
    ----------
    frames : tables by name: candidates, scores, priorities_doubt, site_doubt, marks, portfolio_sites.

    Returns
    -------
    the columns of these tables, each once, those of site_doubt with `joint_` before them; `map_and_model` (verdict of
    the table marks, empty when none) and `plans` (text, such as "coverage, equity"; empty when none).
    """
    chosen = frames["portfolio_sites"].groupby("site_id")["plan"].agg(", ".join)
    whole = frames["candidates"]
    joint = frames["site_doubt"].drop(columns=["rank", "top_n"]).add_prefix("joint_")
    joint = joint.rename(columns={"joint_site_id": "site_id"})
    for other in (frames["scores"], frames["priorities_doubt"], joint):
        again = [column for column in other.columns.intersection(whole.columns) if column != "site_id"]
        whole = whole.merge(other.drop(columns=again), on="site_id", how="left", validate="one_to_one")
    whole["map_and_model"] = whole["site_id"].map(map_marks(frames["marks"])).fillna("")
    return gpd.GeoDataFrame(whole.assign(plans=whole["site_id"].map(chosen).fillna("")), crs=frames["candidates"].crs)


def _outlined(frames: dict[str, pd.DataFrame]) -> gpd.GeoDataFrame:
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


def made_layers(frames: dict[str, pd.DataFrame]) -> dict[str, gpd.GeoDataFrame]:
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


def pack_geopackage(frames: dict[str, pd.DataFrame], path: str | Path) -> list[str]:
    """Write a GeoPackage: candidates with all that is told of them, and the tables people look at beside them.

    Parameters
    ----------
    frames : tables by name: `LAYERS`, those of `MADE_LAYERS`, and `ATTRIBUTES`, which become tables without geometry.
    path : file to write, whole or not at all.

    Returns
    -------
    names of the layers and tables.
    """
    layers = {name: frames[name] for name in LAYERS} | made_layers(frames)
    return write_layers(layers, {name: frames[name] for name in ATTRIBUTES}, path)


def write_layers(
    layers: Mapping[str, gpd.GeoDataFrame], attributes: Mapping[str, pd.DataFrame], path: str | Path
) -> list[str]:
    """Write a GeoPackage, whole or not at all.

    Parameters
    ----------
    layers : tables with geometry by name.
    attributes : tables without.
    path : file to write.

    Returns
    -------
    names of the layers and tables.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.part.gpkg")
    temporary.unlink(missing_ok=True)
    try:
        for name, frame in layers.items():
            # a layer without rows has no geometry type of its own
            flat = gpd.GeoDataFrame(_flat(frame), crs=frame.crs)
            flat.to_file(temporary, layer=name, driver="GPKG", geometry_type="Unknown")
        for name, plain in attributes.items():
            pyogrio.write_dataframe(_flat(plain), temporary, layer=name, driver="GPKG")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return [*layers, *attributes]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _bare(text: str) -> str:
    """Return a text without the blanks and unseen signs before it, in whatever order."""
    while text and (text[0].isspace() or text[0] in UNSEEN):
        text = text[1:]
    return text


def _safe(value: Any) -> Any:
    """Put an apostrophe before a text that a spreadsheet would run as a formula; names come from outside."""
    if isinstance(value, str) and (value.startswith(FORMULA) or _bare(value).startswith(FORMULA)):
        return value if _is_number(value) else f"'{value}"
    return value


def write_csv(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table as CSV that spreadsheets open with a double click: UTF-8 with a byte order mark, commas.

    Geometry becomes `lon` and `lat`, degrees of a point on it (EPSG:4326). Missing values are empty, lists one text.

    Parameters
    ----------
    frame : rows of a table.
    path : file to write, whole or not at all.
    """
    path = Path(path)
    flat = pd.DataFrame(_flat(frame).drop(columns="geometry", errors="ignore"))
    if isinstance(frame, gpd.GeoDataFrame):
        points = frame.geometry.representative_point()
        flat["lon"], flat["lat"] = points.x.round(DEGREE_DECIMALS), points.y.round(DEGREE_DECIMALS)
    for name in flat.columns:
        if not pd.api.types.is_numeric_dtype(flat[name]):
            flat[name] = flat[name].astype(object).map(_safe)
    temporary = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        flat.to_csv(temporary, index=False, encoding="utf-8-sig", lineterminator="\r\n")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def about_tables(provenances: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Say where CSV files come from, a row a file.

    Parameters
    ----------
    provenances : what `tables.provenance` says of each table, by name.
    """
    known = ("source", "snapshot", *PARTS, "version")
    rows = [
        {"file": f"{name}.csv", "a_row_is": TABLES[name].row, **{key: str(note.get(key, "")) for key in known}}
        for name, note in provenances.items()
    ]
    return pd.DataFrame(rows).assign(licences="DATA_LICENSES.md", columns="docs/DATA_DICTIONARY.md")
