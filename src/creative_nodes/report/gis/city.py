"""A city's results for desktop GIS: its GeoPackage and the QGIS project beside it; both speak English, as tables do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from creative_nodes.common import PARTS, WGS84_EPSG, reproject, say
from creative_nodes.report.city.figures import snapshot_of
from creative_nodes.report.city.gaps import gain_anchor, gain_limits
from creative_nodes.report.city.sets import doubt_of, is_recommended, set_of
from creative_nodes.report.city.view import TOP_PINS
from creative_nodes.report.draw.basemap import draw_basemap, read_places, read_roads
from creative_nodes.report.gis.apart import pins_apart
from creative_nodes.report.gis.geopackage import write_layers
from creative_nodes.report.gis.layers import Layer, packed_layers
from creative_nodes.report.gis.looks import PIN_MM, looks
from creative_nodes.report.gis.project import About, write_project
from creative_nodes.report.gis.symbols import Moved
from creative_nodes.report.licences import licence_of
from creative_nodes.report.settings import GisSettings


def _sources(provenance: Mapping[str, Any], *, fictional: bool) -> str:
    """Say on a printed map what it is made of."""
    when = snapshot_of(provenance) or "day not known"
    owner = "Made-up map data" if fictional else "Map data © OpenStreetMap contributors (ODbL)"
    hashes = ", ".join(f"{part} {provenance.get(part, '')}" for part in PARTS)
    return (
        f"{owner}: {provenance.get('source', '')}, {when}. "
        f"Run of creative-nodes {provenance.get('version', '')} ({hashes}). Licences: DATA_LICENSES.md."
    )


def sheet_words(frames: Mapping[str, Any]) -> str:
    """Say in a line how many sites are ranked, which set is recommended, and in how many trials that holds.

    Parameters
    ----------
    frames : tables by name: candidates, scores, recommended, set_doubt.
    """
    ranked = int(frames["scores"]["rank"].notna().sum())
    told = f"{ranked} candidate{'' if ranked == 1 else 's'} ranked"
    own, doubt = set_of(frames), doubt_of(frames)
    if not own or not is_recommended(frames):
        return f"{told}; no set of sites is recommended"
    names = dict(zip(frames["candidates"]["site_id"], frames["candidates"]["name"], strict=True))
    held = f" (holds in {doubt.reaches:.0%} of {doubt.worlds:,} trials of map and model)" if doubt else ""
    return f"{told}; recommended together{held}: {', '.join(names[row.site_id] or row.site_id for row in own)}"


def _about(frames: Mapping[str, Any], settings: GisSettings, provenance: Mapping[str, Any], geopackage: Path) -> About:
    study = frames["study_area"].iloc[0]
    told = sheet_words(frames)
    return About(
        geopackage=geopackage.name,
        title=say("{city}: old industry, new nodes", city=settings.name),
        subtitle=f"{told}; a made-up town" if settings.fictional else told,
        sources=_sources(provenance, fictional=settings.fictional),
        licence=str(licence_of(fictional=settings.fictional)),
        epsg=int(study["epsg"]),
        bounds=reproject(study.geometry, WGS84_EPSG, int(study["epsg"])).bounds,
    )


def read_base(places: str | Path, street_edges: str | Path, study: Any) -> dict[str, BaseGeometry]:
    """Draw the map that lies under the layers, as that of the page.

    Parameters
    ----------
    places, street_edges : files of the tables of these names.
    study : the row of the table study_area.
    """
    return draw_basemap(read_places(places), read_roads(street_edges), study.geometry, int(study["epsg"]))


def _moved(layers: Sequence[Layer], about: About) -> tuple[Moved, ...]:
    """Tell which of the numbered pins would hide each other on the sheet, and where they stand instead."""
    rows: Any = next(layer.frame for layer in layers if layer.name == "candidates")
    pins = rows[rows["rank"] <= TOP_PINS].sort_values("rank").to_crs(about.epsg)
    return pins_apart(list(pins["site_id"]), pins.geometry.get_coordinates(), about.extent, PIN_MM)


def pack_city(
    frames: Mapping[str, Any],
    paper: Mapping[str, BaseGeometry],
    settings: GisSettings,
    provenance: Mapping[str, Any],
    *,
    geopackage: str | Path,
    project: str | Path,
) -> list[str]:
    """Write a city's GeoPackage and its QGIS project.

    Parameters
    ----------
    frames : tables by name: those of `layers.LAYERS`, `layers.MADE_LAYERS` and `layers.ATTRIBUTES`, EPSG:4326.
    paper : the drawn map, as `draw_basemap` gives it.
    settings : see `GisSettings`.
    provenance : of the tables, with the hashes of the run.
    geopackage, project : files to write, which stay side by side.

    Returns
    -------
    names of the layers and tables.
    """
    anchor = gain_anchor(frames)
    gains = gain_limits(anchor, settings.bridges_from) if anchor else ()
    layers = packed_layers(frames, paper)
    about = _about(frames, settings, provenance, Path(geopackage))
    drawn = looks(gains=gains, least=settings.min_confidence, moved=_moved(layers, about))
    write_project(layers, drawn, about, project)
    told = {"TITLE": about.title, "SOURCES": about.sources, "LICENSE": about.licence}
    return write_layers(layers, drawn, geopackage, about=told)
