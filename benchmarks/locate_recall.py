"""How much of the industry that others have listed is found, and in how much of the city? Registry and lists on, off.

    python benchmarks/locate_recall.py shanghai --imports ../imports
    python benchmarks/locate_recall.py hanoi hcmc

Locates anew from the tables of a run: by OSM alone, with the registry, and as configured; each list of a city is also
kept aside once and looked for with the others. Found is a row that lies in the study area and within 60 m of a site:
of a known or likely one, or of any located one, weak ones too; the share of the area that lies so near is what chance
alone finds.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import yaml

from creative_nodes.common import WGS84_EPSG, reproject, tables
from creative_nodes.locate import find_imports, locate, read_imports, read_registry, read_taxonomies
from creative_nodes.locate.imports import ImportedList, Scope
from creative_nodes.locate.registry import Known, positions
from creative_nodes.locate.settings import TAXONOMIES
from creative_nodes.locate.taxonomy import Taxonomies
from creative_nodes.pull import PLACES, STUDY_AREA
from creative_nodes.settings import Settings, load_config, load_settings

ROOT = Path(__file__).resolve().parents[1]
NEAR_M = 60.0
SITES_KINDS = ("heritage",)


@dataclass(frozen=True)
class City:
    """What a city is located from."""

    settings: Settings
    places: Any
    area: shapely.Geometry
    epsg: int
    rules: Taxonomies
    known: list[Known]
    lists: list[ImportedList]

    @property
    def inside(self) -> shapely.Geometry:
        """Study area in the metric CRS."""
        return reproject(self.area, WGS84_EPSG, self.epsg)


def read_city(key: str, processed: Path, imports: Path | None) -> City:
    """Read the tables of a run, the registry and the lists."""
    config = load_config(yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8")))
    settings = load_settings(config, key, root=ROOT)
    row = tables.read(STUDY_AREA, processed / key / "study_area.parquet").iloc[0]
    where = {"area": row.geometry, "epsg": int(row["epsg"])}
    files = [ROOT / getattr(config.locate, name) for name in TAXONOMIES]
    rules, _ = read_taxonomies(files, settings.city.languages, settings.city.country)
    scope = Scope.of(
        **where,
        edge_buffer_m=settings.analysis.edge_buffer_m,
        local_name=settings.city.local_name,
        taxonomies=rules,
    )
    optional = [one.model_copy(update={"required": False}) for one in settings.city.imports]
    paths = find_imports(optional, [imports] if imports else [], where=key)
    specs = [one.model_dump() for one in optional]
    return City(
        settings=settings,
        places=tables.read(PLACES, processed / key / "places.parquet"),
        **where,
        rules=rules,
        known=read_registry(ROOT / str(settings.city.registry), **where),
        lists=read_imports([str(path) for path in paths], specs, scope),
    )


def sites(city: City, known: list[Known], lists: list[ImportedList]) -> dict[str, np.ndarray]:
    """Locate, and return the shapes of known and likely sites, and of all, metric CRS."""
    found = locate(
        city.places,
        city.rules,
        known=known,
        lists=lists,
        settings=city.settings.analysis.locate,
        area=city.area,
        edge_buffer_m=city.settings.analysis.edge_buffer_m,
        epsg=city.epsg,
    ).heritage
    standing = found[found["status"] != "lost"]
    kinds = {"known or likely": standing[standing["list"] != ""], "any": standing}
    return {kind: reproject(some.geometry.to_numpy(), WGS84_EPSG, city.epsg) for kind, some in kinds.items()}


def share_of_area(shapes: np.ndarray, inside: shapely.Geometry) -> float:
    """Return the share of the study area within 60 m of a site."""
    near = shapely.union_all(shapely.buffer(shapes, NEAR_M))
    return float(shapely.area(shapely.intersection(near, inside)) / shapely.area(inside))


def found_of(city: City, rows: list[Known], shapes: np.ndarray) -> tuple[int, int]:
    """Count the rows in the study area, and those of them within 60 m of a site."""
    points = [at for at in positions(rows, city.epsg) if at is not None and shapely.intersects(city.inside, at)]
    hits = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=NEAR_M)[0] if len(shapes) else []
    return len(np.unique(hits)), len(points)


def tell(city: City, name: str, known: list[Known], lists: list[ImportedList]) -> None:
    """Print what one way of locating finds of each list, and of the registry's standing works."""
    asked = {one.file: one.rows for one in city.lists if one.spec.kind in SITES_KINDS}
    own = [row for row in city.known if row.kind != "creative" and row.status != "lost"]
    asked |= {"registry": [row for row in own if row.precision == "site"]}
    print(f"  {name}")
    for kind, shapes in sites(city, known, lists).items():
        share = share_of_area(shapes, city.inside)
        print(f"    {kind}: {len(shapes)} sites, {share:.1%} of the area within {NEAR_M:.0f} m")
        for file, rows in asked.items():
            hits, n = found_of(city, rows, shapes)
            print(f"      {file}: {hits} of {n} ({hits / n:.0%})" if n else f"      {file}: none in the study area")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cities", nargs="+")
    parser.add_argument("--processed", type=Path, default=ROOT / "data" / "processed")
    parser.add_argument("--imports", type=Path, help="folder of the imported lists")
    given = parser.parse_args()
    for key in given.cities:
        city = read_city(key, given.processed, given.imports)
        print(f"{key}:")
        tell(city, "by OSM alone", [], [])
        tell(city, "with the registry", city.known, [])
        for kept in (one for one in city.lists if one.spec.kind in SITES_KINDS):
            tell(city, f"with {kept.file} kept aside", city.known, [one for one in city.lists if one is not kept])
        tell(city, "as configured", city.known, city.lists)


if __name__ == "__main__":
    main()
