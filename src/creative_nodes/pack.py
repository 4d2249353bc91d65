"""Pack tables into one GeoPackage, for QGIS and other desktop GIS."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

LAYERS = (
    *("study_area", "heritage", "creative", "clusters"),
    *("completeness", "accessibility", "isochrones", "stations"),
)


def pack_geopackage(frames: dict[str, pd.DataFrame], path: str | Path) -> list[str]:
    """Write a GeoPackage: candidates with scores, and the tables people look at beside them.

    Parameters
    ----------
    frames : tables by name: candidates, scores, and `LAYERS`.
    path : file to write, whole or not at all.

    Returns
    -------
    names of the layers.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.part.gpkg")
    temporary.unlink(missing_ok=True)
    layers = {name: frames[name] for name in LAYERS}
    layers["candidates"] = frames["candidates"].merge(frames["scores"], on="site_id", validate="one_to_one")
    for name, frame in layers.items():
        # a GeoPackage has no lists, and a layer without rows has no geometry type of its own
        flat = gpd.GeoDataFrame(frame.copy(), crs=frame.crs)
        for column in flat.columns.intersection(["osm_ids", "kinds"]):
            flat[column] = [", ".join(texts) for texts in flat[column]]
        flat.to_file(temporary, layer=name, driver="GPKG", geometry_type="Unknown")
    temporary.replace(path)
    return list(layers)
