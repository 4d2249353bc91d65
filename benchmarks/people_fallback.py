"""How far the fallback for residents is off where a raster tells: one city at a time, hexagon by hexagon.

    python benchmarks/people_fallback.py hanoi hcmc --population ../population

For each city the total that its raster has in the study area is spread by floor area and streets, as if there were no
raster, and both are added up by H3 hexagon. The raster is itself a model, fitted to census districts: what is told is
how far two estimates are apart, not an error against a count of heads. Tables are those of data/processed/<city>; a
city's population table is put beside its raster too, over the ground that both cover.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import yaml

from creative_nodes.common import tables
from creative_nodes.common.geo import projected
from creative_nodes.common.hexagons import Hexagons, add_up, hexagons_over
from creative_nodes.people.completeness import street_metres
from creative_nodes.people.fallback import from_total
from creative_nodes.people.grid import Grid, grid_over
from creative_nodes.people.raster import from_raster
from creative_nodes.people.settings import Total
from creative_nodes.people.spread import people_frame
from creative_nodes.people.table import from_table
from creative_nodes.report.tables import TABLES
from creative_nodes.settings import Settings, load_config, load_settings

ROOT = Path(__file__).resolve().parents[1]
RESOLUTION = 8
MIN_STREET_M = 1000
MIN_RESIDENTS = 1000  # hexagons with fewer by the raster are left out of relative errors


def by_hexagon(cells: np.ndarray, grid: Grid, area: object, hexagons: Hexagons) -> np.ndarray:
    """Add the residents of the study area up by hexagon."""
    frame = people_frame(cells, grid, area, buffer_m=1)
    frame = frame[frame["inside"]]
    return add_up(hexagons.holding(projected(frame, grid.epsg)), frame["residents"].to_numpy(), len(hexagons.ids))


def compare(name: str, truth: np.ndarray, other: np.ndarray) -> None:
    """Print how far one estimate is from another."""
    with np.errstate(invalid="ignore"):
        correlation = np.corrcoef(truth, other)[0, 1]
    settled = truth >= MIN_RESIDENTS
    error = np.abs(other[settled] / truth[settled] - 1)
    print(
        f"{name}: {settled.sum()} of {len(truth)} hexagons with at least {MIN_RESIDENTS:,} residents; correlation "
        f"{correlation:.2f}, median error {np.median(error):.0%} (middle half "
        f"{np.quantile(error, 0.25):.0%} to {np.quantile(error, 0.75):.0%}), residents in another hexagon "
        f"{np.abs(other - truth).sum() / 2 / truth.sum():.0%}, totals {truth.sum():,.0f} and {other.sum():,.0f}"
    )


def run(city: str, settings: Settings, population: Path, folder: Path) -> None:
    """Compare the estimates of one city."""
    row = tables.read(TABLES["study_area"], folder / "study_area.parquet").iloc[0]
    area, epsg, given = row.geometry, int(row["epsg"]), settings.city.people
    assert given.raster and given.raster.file
    grid = grid_over(area, buffer_m=settings.analysis.edge_buffer_m, cell_m=100, epsg=epsg)
    hexagons = hexagons_over(area, resolution=RESOLUTION, epsg=epsg)
    raster = from_raster(population / given.raster.file, grid, area)
    truth = by_hexagon(raster.cells, grid, area, hexagons)
    places = tables.read(TABLES["places"], folder / "places.parquet")
    edges = tables.read(TABLES["street_edges"], folder / "street_edges.parquet")
    total = Total(residents=raster.source_sum, year=given.raster.year, source="the raster's own")
    mapped = street_metres(edges, hexagons, epsg) >= MIN_STREET_M
    for weight in (settings.analysis.people_grid.street_weight, 0.0, 1.0):
        how = settings.analysis.people_grid.model_copy(update={"street_weight": weight})
        cells = from_total(total, grid, area, places=places, edges=edges, settings=how)
        mine = by_hexagon(cells, grid, area, hexagons)
        compare(f"{city}, fallback (street_weight {weight:g})", truth, mine)
        compare(f"{city}, the same where there is at least 1 km of street", truth[mapped], mine[mapped])
    even = np.full(len(truth), truth.sum() / len(truth))
    compare(f"{city}, everybody spread evenly", truth, even)
    if given.table and given.table.file and (population / given.table.file).is_file():
        table = from_table(population / given.table.file, given.table, grid, area)
        print(f"{city}: raster {raster.source_sum:,.0f}; table {table.source_sum:,.0f} on {table.covered:.1%} of it")
        other = by_hexagon(table.cells, grid, area, hexagons)
        both = other > 0
        compare(f"{city}, table beside raster, on their common ground", truth[both], other[both])


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("city", nargs="+")
    parser.add_argument("--population", type=Path, required=True, help="folder with the population files")
    parser.add_argument("--processed", type=Path, default=ROOT / "data" / "processed", help="folder of the tables")
    given = parser.parse_args()
    config = load_config(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8")))
    for city in given.city:
        run(city, load_settings(config, city, root=ROOT), given.population, given.processed / city)


if __name__ == "__main__":
    main()
