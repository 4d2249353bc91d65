"""Residents on a grid: from a population raster or table, else the city total spread over buildings and streets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from creative_nodes.common import (
    WGS84_EPSG,
    InputError,
    Message,
    buffer_metres,
    mark,
    reproject,
    tables,
    told,
    word,
    written,
)
from creative_nodes.people.fallback import FALLBACK_OFF, from_total
from creative_nodes.people.grid import Grid, Spread, grid_over
from creative_nodes.people.raster import from_raster
from creative_nodes.people.settings import People, PeopleGrid, PopulationTable, Raster, Total, passed_over, raster_given
from creative_nodes.people.table import from_table
from creative_nodes.people.tables import PEOPLE
from creative_nodes.pull import PLACES, STREET_EDGES

SUM_TOLERANCE = 1e-3  # the sum over the study area and the source's own sum over it agree to this share
NEARLY_ALL = 0.99  # share of the study area with figures below which the source line says so


@dataclass(frozen=True)
class PeopleFiles:
    """Files that tell of residents.

    `places`, `edges`: the tables places and street_edges, read for the fallback only. `raster`, `table`: the population
    raster and table, where they are there.
    """

    places: str | Path
    edges: str | Path
    raster: str | Path | None = None
    table: str | Path | None = None


def people_frame(cells: np.ndarray, grid: Grid, area: shapely.Geometry, *, buffer_m: float) -> gpd.GeoDataFrame:
    """Turn the grid into the table people: cells with residents within the buffered study area.

    Geometry is the cell centre, EPSG:4326.

    Parameters
    ----------
    cells : persons, shape (rows, columns) of the grid.
    grid : the grid.
    area : study area, EPSG:4326.
    buffer_m : metres around it.
    """
    kept = (cells > 0) & grid.inside(buffer_metres(area, buffer_m, grid.epsg))
    row, column = np.nonzero(kept)
    xs, ys = grid.centres()
    centres = reproject(shapely.points(xs[kept], ys[kept]), grid.epsg, WGS84_EPSG)
    columns = {
        "cell_id": [f"{r}_{c}" for r, c in zip(row, column, strict=True)],
        "residents": cells[kept],
        "inside": grid.inside(area)[kept],
    }
    if not len(row):
        return tables.empty(PEOPLE)
    return gpd.GeoDataFrame(columns, geometry=centres, crs=WGS84_EPSG)


def spread_people(
    area: shapely.Geometry,
    *,
    epsg: int,
    buffer_m: float,
    people: People,
    files: PeopleFiles,
    settings: PeopleGrid,
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Put residents on a grid from the first source there is: raster, table, published total, none.

    Parameters
    ----------
    area : study area, EPSG:4326.
    epsg : metric CRS of the grid.
    buffer_m : metres around the study area that the grid covers too.
    people : what config gives.
    files : what is there.
    settings : the grid.

    Returns
    -------
    the table people (empty without any source), and for its provenance: `people`, where the figures come from;
    `people_messages`, what to speak it from (see `messages.written`); `people_sum`, residents of the study area in the
    table; `people_source_sum`, the same by the source's own cells; `people_difference`, how far the first is from the
    second, as a share; `people_covered`, the share of the study area where the source has a figure.

    Raises
    ------
    InputError : a source is wrong, or the two sums differ by more than 0.1 %.
    """
    grid = grid_over(area, buffer_m=buffer_m, cell_m=settings.cell_m, epsg=epsg)
    source: Message | str
    raster, table = files.raster, files.table
    given = raster_given(people, raster)
    chosen: Raster | PopulationTable | Total | None = given or (people.table if table else None) or people.total
    if raster and given:
        reading = partial(from_raster, bands=given.bands) if given.bands else from_raster
        spread, source, where = reading(raster, grid, area), given.source, Path(raster).name
    elif table and people.table:
        spread, source, where = from_table(table, people.table, grid, area), people.table.source, Path(table).name
        if spread.covered < NEARLY_ALL:
            source = told(
                "{source}; it covers {share:percent} of the study area, the rest counts as empty",
                source=source,
                share=spread.covered,
            )
    elif people.total:
        tagged, streets = tables.read(PLACES, files.places), tables.read(STREET_EDGES, files.edges)
        cells = from_total(people.total, grid, area, places=tagged, edges=streets, settings=settings)
        if cells is None:
            return tables.empty(PEOPLE), _noted(_nowhere(people.total))
        spread, where = Spread(cells, people.total.residents, 1.0), "people.total"
        source = told(
            "{source} ({year}), spread by floor area and streets; a rough estimate: in Hanoi and Ho Chi Minh City the "
            "same way of spreading is off WorldPop's 1 km figures by a median of {hanoi:percent} and {hcmc:percent} "
            "per hexagon of 0.7 km²",
            source=word(people.total.source),
            year=people.total.year,
            **FALLBACK_OFF,
        )
    else:
        return tables.empty(PEOPLE), _nobody(people)
    if lacking := passed_over(people, chosen):
        source = told("{source}; named before it, but not there: {files}", source=source, files=list(lacking.values()))
    frame = people_frame(spread.cells, grid, area, buffer_m=buffer_m)
    return frame, {**_noted(source), **_sum_check(frame, spread, where)}


def _noted(source: Message | str) -> dict[str, Any]:
    """Note where the residents come from, or why there are none."""
    note = written(people=source)
    return {"people": note["people"], "people_messages": note["messages"]}


def _nobody(people: People) -> dict[str, Any]:
    """Say why there are no residents."""
    if not (lacking := passed_over(people, None)):
        return {"people": mark("none: config gives neither a raster nor a table nor a total")}
    return _noted(told("none: what config names is not there ({files})", files=list(lacking.values())))


def _nowhere(total: Total) -> Message:
    """Say why the residents of a total are nowhere."""
    return told(
        "none: no street of the map lies in the study area to spread {residents:count} residents along; the map "
        "probably does not reach there",
        residents=total.residents,
    )


def other_sources(
    area: shapely.Geometry, *, epsg: int, buffer_m: float, people: People, files: PeopleFiles, settings: PeopleGrid
) -> dict[str, gpd.GeoDataFrame]:
    """Put residents on a grid from every source there is but the first, by its name; for sweeps.

    Parameters
    ----------
    area, epsg, buffer_m, people, files, settings : as in `spread_people`.
    """
    given = {
        "raster": raster_given(people, files.raster),
        "table": people.table if files.table else None,
        "total": people.total,
    }
    found = {}
    for kind, source in [(kind, source) for kind, source in given.items() if source is not None][1:]:
        alone = People.model_validate({kind: source.model_dump()})
        frame, _ = spread_people(area, epsg=epsg, buffer_m=buffer_m, people=alone, files=files, settings=settings)
        if len(frame):
            found[source.source] = frame
    return found


def _sum_check(frame: gpd.GeoDataFrame, spread: Spread, where: str) -> dict[str, float]:
    """Compare the residents of the study area in the table with the source's own sum over it."""
    total = float(frame.loc[frame["inside"], "residents"].sum())
    difference = total / spread.source_sum - 1
    if abs(difference) > SUM_TOLERANCE:
        raise InputError(
            f"the grid holds {total:,.0f} residents of the study area, the source {spread.source_sum:,.0f}: "
            f"{difference:+.2%} apart. Take a smaller people_grid.cell_m",
            where=where,
        )
    return {
        "people_sum": total,
        "people_source_sum": spread.source_sum,
        "people_difference": difference,
        "people_covered": spread.covered,
    }
