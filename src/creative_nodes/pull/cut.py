"""Pull one city: from any kind of source to `osm.pbf`, cut to the buffered study area, and where it came from."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import (
    M2_PER_KM2,
    WGS84_EPSG,
    MadeOf,
    Section,
    __version__,
    buffer_metres,
    digest,
    metric_epsg,
    reproject,
)
from creative_nodes.pull.boundary import study_area
from creative_nodes.pull.clip import Clipped, clip
from creative_nodes.pull.download import file_sha256
from creative_nodes.pull.gaps import GAPS
from creative_nodes.pull.osm_file import NodePositions, header_date, node_positions
from creative_nodes.pull.overpass import download_elements, write_elements
from creative_nodes.pull.patience import Asking
from creative_nodes.pull.settings import Boundary
from creative_nodes.pull.sound import sound
from creative_nodes.pull.source import ResolvedSource
from creative_nodes.pull.whole import check_whole

OSM_BEGAN = datetime(2004, 1, 1, tzinfo=UTC)
UNKNOWN = "unknown"
# the round corners of a buffer cost a server time: it is asked for a little more, which is cut off afterwards
OVERPASS_TOLERANCE_M = 50


@dataclass(frozen=True)
class Pulled:
    """What a pull brought: the study area as a table, and where the data came from."""

    study_area: gpd.GeoDataFrame
    provenance: dict[str, Any]

    @property
    def answers(self) -> MadeOf:
        """What servers answered, which is no file that the pull was given: objects, and the outline of a place."""
        found = {}
        if self.provenance["kind"] == "overpass":
            found["objects"] = digest(self.provenance["source_sha256"])
        if "place" in self.provenance["boundary"]:
            found["outline"] = digest(self.study_area.geometry.iloc[0].wkt)
        return MadeOf(data=found)


class Asked(Section):
    """What is asked of one city's pull, beside where from."""

    city: str
    boundary: Boundary
    edge_buffer_m: float
    epsg: int | None = None


@dataclass(frozen=True)
class Task:
    """What to pull, and where to work."""

    source: ResolvedSource
    asked: Asked
    work: Path
    asking: Asking

    @property
    def cache(self) -> Path:
        """Folder that keeps the answers of Overpass and Nominatim."""
        return self.asking.cache or self.work / "overpass_cache"


@dataclass(frozen=True)
class Area:
    """The study area and the larger area that is read, EPSG:4326; lengths are measured in `epsg`."""

    study: BaseGeometry
    buffered: BaseGeometry
    epsg: int


@dataclass(frozen=True)
class Opened:
    """A source as a local OSM file; `shown` is its public name, `stamp` the date it gives itself.

    `positions` may be those of a copy in which something is put right; `gaps` is filled when the cut is looked at.
    """

    file: Path
    positions: NodePositions
    area: Area
    shown: str
    stamp: str
    gaps: dict[str, int] = field(default_factory=dict)


def _frame(city: str, area: Area) -> gpd.GeoDataFrame:
    km2 = reproject(area.study, WGS84_EPSG, area.epsg).area / M2_PER_KM2
    rows = {"city": [city], "epsg": [area.epsg], "area_km2": [km2], "geometry": [area.study]}
    return gpd.GeoDataFrame(rows, crs=WGS84_EPSG)


def snapshot(configured: str | None, stamp: str, clipped: Clipped) -> tuple[str, str]:
    """Tell the date of the data and who says so.

    Parameters
    ----------
    configured : `source.snapshot` in config; believed first.
    stamp : date in the file's header or in the server's answer; empty when there is none.
    clipped : what was kept; its newest object is believed last, and only when OSM existed by then.

    Returns
    -------
    Date (YYYY-MM-DD, or as configured), or "unknown"; and where it was read.
    """
    if configured:
        return configured, "config"
    if stamp:
        return stamp[:10], "source"
    if clipped.newest and clipped.newest > OSM_BEGAN:
        return clipped.newest.date().isoformat(), "newest object"
    return UNKNOWN, "nowhere"


def _as_configured(boundary: Boundary) -> dict[str, Any]:
    """Return the one boundary key that is set; of an absolute path only the file's name."""
    given = boundary.model_dump(mode="json", exclude_none=True)
    if boundary.polygon and Path(boundary.polygon).is_absolute():
        given["polygon"] = Path(boundary.polygon).name
    return given


def _tools() -> dict[str, str]:
    return {"creative-nodes": __version__, "osmium": version("osmium")}


def area_of(task: Task, positions: NodePositions | None) -> Area:
    """Find the study area of a task, and the larger one that is read.

    Parameters
    ----------
    task : what to pull.
    positions : nodes of the local file; None where a server is asked.

    Raises
    ------
    InputError : there is no such area.
    """
    asked, asking = task.asked, task.asking
    study = study_area(
        asked.boundary, positions, city=asked.city, cache=task.cache, internet=asking.internet, report=asking.report
    )
    epsg = metric_epsg(study, asked.epsg)
    return Area(study, buffer_metres(study, asked.edge_buffer_m, epsg), epsg)


def _outline(area: Area) -> BaseGeometry:
    """Grow and simplify the area to ask a server for: few corners, and nothing of the exact area left out."""
    metric = reproject(area.buffered, WGS84_EPSG, area.epsg)
    rough = metric.buffer(OVERPASS_TOLERANCE_M).simplify(OVERPASS_TOLERANCE_M)
    outline: BaseGeometry = reproject(rough, area.epsg, WGS84_EPSG)
    return outline


@contextmanager
def _open_file(task: Task) -> Iterator[Opened]:
    file = Path(task.source.files[0])
    with sound(file, scratch=task.work, report=task.asking.report) as positions:
        yield Opened(file, positions, area_of(task, positions), task.source.shown, header_date(file))


@contextmanager
def _open_overpass(task: Task) -> Iterator[Opened]:
    area = area_of(task, None)
    answer = download_elements(
        _outline(area),
        cache=task.cache,
        url=task.source.url,
        mirrors=task.source.mirrors,
        snapshot=task.source.snapshot,
        internet=task.asking.internet,
        report=task.asking.report,
    )
    with tempfile.TemporaryDirectory(dir=task.work, prefix=".overpass-") as folder:
        file = Path(folder) / "overpass.osm.pbf"
        write_elements(answer.elements, file)
        with node_positions(file, scratch=task.work) as positions:
            yield Opened(file, positions, area, answer.server, answer.osm_base)


def check_of(source: ResolvedSource, opened: Opened) -> Callable[[Path], None] | None:
    """Return what checks a cut of a .osm.pbf and notes its gaps: XML cut off is none, answers of Overpass are whole.

    Parameters
    ----------
    source, opened : what is cut.
    """
    if source.kind == "overpass" or opened.file.suffix != ".pbf":
        return None
    return lambda cut: opened.gaps.update(check_whole(cut, opened.area.buffered, source=opened.file))


def pull_osm(
    source: ResolvedSource,
    boundary: Boundary,
    target: Path,
    *,
    city: str,
    edge_buffer_m: float,
    epsg: int | None = None,
    asking: Asking | None = None,
) -> Pulled:
    """Pull one city's OSM data, cut to the study area and its buffer.

    Parameters
    ----------
    source : where from, as `download.resolve_source` chose.
    boundary : the city's boundary settings.
    target : .osm.pbf file to write.
    city : the city's key.
    edge_buffer_m : metres around the study area that are read too.
    epsg : metric CRS; default: the UTM zone of the study area's centroid.
    asking : how servers are asked, where their answers are kept, and who is told.

    Returns
    -------
    The table `study_area` (without the buffer) and the provenance.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    opening = _open_overpass if source.kind == "overpass" else _open_file
    asking = asking or Asking()
    asking.report(f"reading {source.shown or 'the Overpass server'} ({source.kind})")
    asked = Asked(city=city, boundary=boundary, edge_buffer_m=edge_buffer_m, epsg=epsg)
    task = Task(source, asked, target.parent, asking)
    with opening(task) as opened:
        clipped = clip(opened.positions, opened.area.buffered, target, check=check_of(source, opened))
        return pulled_as(task, opened, clipped, target, source_sha256=file_sha256(opened.file))


def pulled_as(task: Task, opened: Opened, clipped: Clipped, target: Path, *, source_sha256: str) -> Pulled:
    """Tell what a pull brought.

    Parameters
    ----------
    task, opened : what was pulled, and its source.
    clipped : what the cut kept.
    target : the cut.
    source_sha256 : of the source.
    """
    source, asked = task.source, task.asked
    date, date_from = snapshot(source.snapshot, opened.stamp, clipped)
    task.asking.report(
        f"kept {clipped.nodes:,} nodes, {clipped.ways:,} ways, {clipped.relations:,} relations; data of {date}"
    )
    return Pulled(
        study_area=_frame(asked.city, opened.area),
        provenance={
            "city": asked.city,
            "kind": source.kind,
            "source": opened.shown,
            "snapshot": date,
            "snapshot_from": date_from,
            "bytes": target.stat().st_size,
            "sha256": file_sha256(target),
            "source_bytes": opened.file.stat().st_size,
            "source_sha256": source_sha256,
            "objects": {"nodes": clipped.nodes, "ways": clipped.ways, "relations": clipped.relations},
            "tools": _tools(),
            "boundary": _as_configured(asked.boundary),
            "edge_buffer_m": asked.edge_buffer_m,
        }
        | ({GAPS: opened.gaps} if opened.gaps else {}),
    )
