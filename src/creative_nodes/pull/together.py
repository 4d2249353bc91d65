"""Cut one OSM file into the areas of many cities, and hand each city its own.

The file is read as often as for a single city. What a city gets is what it would have cut by itself, to the bit; one
that cannot be cut is left out here, and its own pull says why.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import geopandas as gpd
import shapely

from creative_nodes.common import WGS84_EPSG, InputError
from creative_nodes.pull.clip import Piece, clip_all
from creative_nodes.pull.cut import Area, Asked, Opened, Pulled, Task, area_of, check_of, pull_osm, pulled_as
from creative_nodes.pull.download import file_sha256
from creative_nodes.pull.osm_file import NodePositions, header_date
from creative_nodes.pull.patience import Asking
from creative_nodes.pull.sound import sound
from creative_nodes.pull.source import ResolvedSource


def _areas(tasks: Sequence[Task], positions: NodePositions) -> Iterator[tuple[Task, Area]]:
    """Find the areas of the cities that have one."""
    for task in tasks:
        try:
            yield task, area_of(task, positions)
        except InputError as error:
            task.asking.report(f"{task.asked.city}: left to its own pull: {error}")


def _note(task: Task, pulled: Pulled) -> str:
    """Write what came of a cut beside it, with what was asked."""
    row = pulled.study_area.iloc[0]
    area = {"epsg": int(row["epsg"]), "area_km2": float(row["area_km2"]), "wkb": row.geometry.wkb_hex}
    asked = {"source": task.source.public(), "asked": task.asked.model_dump(mode="json")}
    return json.dumps(asked | {"area": area, "provenance": pulled.provenance}, ensure_ascii=False)


def cut_together(source: ResolvedSource, cities: Sequence[Asked], folder: Path, *, asking: Asking | None = None) -> int:
    """Cut one local file into the areas of several cities.

    Parameters
    ----------
    source : a local file.
    cities : what is asked of each.
    folder : to fill: `<city>.osm.pbf` and `<city>.json` a city, from which `taken` makes its pull.
    asking : how servers are asked for the outlines of places.

    Returns
    -------
    How many were cut; the others are to be pulled by themselves, which tells what is wrong.

    Raises
    ------
    InputError : the file is empty or broken.
    """
    folder.mkdir(parents=True, exist_ok=True)
    asking, file = asking or Asking(), Path(source.files[0])
    tasks = [Task(source, one, folder, asking) for one in cities]
    with sound(file, scratch=folder, report=asking.report) as positions:
        stamp = header_date(file)
        opened = [(task, Opened(file, positions, area, source.shown, stamp)) for task, area in _areas(tasks, positions)]
        targets = [folder / f"{task.asked.city}.osm.pbf" for task, _ in opened]
        pieces = [
            Piece(one.area.buffered, target, check_of(source, one))
            for (_, one), target in zip(opened, targets, strict=True)
        ]
        found = clip_all(positions, pieces)
    whole, done = file_sha256(file), 0
    for (task, one), target, clipped in zip(opened, targets, found, strict=True):
        if isinstance(clipped, InputError):
            asking.report(f"{task.asked.city}: left to its own pull: {clipped}")
            continue
        pulled = pulled_as(task, one, clipped, target, source_sha256=whole)
        (folder / f"{task.asked.city}.json").write_text(_note(task, pulled), encoding="utf-8")
        done += 1
    return done


def taken(source: ResolvedSource, asked: Asked, target: Path, folder: Path) -> Pulled | None:
    """Take one city's cut out of those that `cut_together` made.

    Parameters
    ----------
    source : the same file.
    asked : of the city.
    target : .osm.pbf file to write.
    folder : that `cut_together` filled.

    Returns
    -------
    What its own pull would bring; None where it was not cut, or another file or something else was asked then.
    """
    note, cut = folder / f"{asked.city}.json", folder / f"{asked.city}.osm.pbf"
    if not note.is_file():
        return None
    found = json.loads(note.read_text(encoding="utf-8"))
    same = (found["source"], found["asked"]) == (source.public(), asked.model_dump(mode="json"))
    if not same or found["provenance"]["source_sha256"] != file_sha256(Path(source.files[0])):
        return None
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(cut, target)
    area = found["area"]
    row = {"city": [asked.city], "epsg": [area["epsg"]], "area_km2": [area["area_km2"]]}
    shape = [shapely.from_wkb(area["wkb"])]
    return Pulled(gpd.GeoDataFrame({**row, "geometry": shape}, crs=WGS84_EPSG), found["provenance"])


def pull_city(
    source: ResolvedSource, asked: Asked, target: Path, *, together: str | Path = "", asking: Asking | None = None
) -> Pulled:
    """Pull one city's OSM data: taken from a cut made together with others' where there is one, else by itself.

    Parameters
    ----------
    source : where from.
    asked : of the city.
    target : .osm.pbf file to write.
    together : folder that `cut_together` filled; empty without one.
    asking : how servers are asked.
    """
    if together and (done := taken(source, asked, target, Path(together))):
        return done
    return pull_osm(
        source,
        asked.boundary,
        target,
        city=asked.city,
        edge_buffer_m=asked.edge_buffer_m,
        epsg=asked.epsg,
        asking=asking,
    )
