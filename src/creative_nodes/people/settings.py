"""Settings of the stage `people`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from creative_nodes.common import Positive, Section, Share, is_stored, where_of
from creative_nodes.pull import DOWNLOADS, Wanted, download_name, note_beside, without_login


class Raster(Section):
    """A population raster: persons per cell."""

    file: str | None = Field(
        None, description="path of a GeoTIFF, its name in the population folder, or its s3:// address"
    )
    url: str | None = Field(None, description="http(s) URL to download it from when the file is not there")
    mirrors: list[str] = Field(
        default_factory=list, description="http(s) URLs of the same file, asked in turn where the first fails"
    )
    bands: list[Annotated[int, Field(ge=1)]] | None = Field(
        None,
        min_length=1,
        description="numbers of the bands whose persons are added up, such as [1, 2] for women and men; a file of "
        "several bands needs it",
    )
    year: int = Field(ge=1_900, le=2_200, description="year the raster describes")
    source: str = Field(description="who made it, with licence")

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.file or self.url):
            raise ValueError("people.raster: give file, url or both")
        return self


TABLE_KINDS = (".parquet", ".gpkg", ".geojson", ".json", ".csv")


class PopulationTable(Section):
    """A population table: residents by H3 cell or by polygon."""

    file: str | None = Field(
        None,
        description="path of a (Geo)Parquet, GeoPackage or GeoJSON file, or a CSV of H3 cells, or its name in the "
        "population folder",
    )
    url: str | None = Field(None, description="http(s) URL to download it from when the file is not there")
    mirrors: list[str] = Field(
        default_factory=list, description="http(s) URLs of the same file, asked in turn where the first fails"
    )
    column: str = Field(min_length=1, description="column of residents, persons in each cell or polygon")
    h3_column: str | None = Field(None, description="column of H3 cell ids; without one the polygons of the file count")
    year: int = Field(ge=1_900, le=2_200, description="year the table describes")
    source: str = Field(min_length=1, description="who made it, with licence")

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        given = [one for one in (self.file, self.url) if one]
        if not given:
            raise ValueError("people.table: give file, url or both")
        for one in given:
            kind = Path(one).suffix.lower()
            if kind not in TABLE_KINDS:
                raise ValueError(f"people.table must end in {', '.join(TABLE_KINDS)}, got {one}")
            if kind == ".csv" and not self.h3_column:
                raise ValueError("people.table: a CSV has no polygons; give h3_column, its column of H3 cell ids")
        return self


class Total(Section):
    """Residents of the study area as published, used when there is no raster."""

    residents: Positive = Field(le=1_000_000_000, description="residents of the study area, persons")
    year: int = Field(ge=1_900, le=2_200, description="year of the figure")
    source: str = Field(description="who published it, and how it was fitted to the study area")


class People(Section):
    """Residents: the first that is given and there: a raster, a table, the total spread by floor area and streets."""

    raster: Raster | None = Field(None, description="population raster; the first choice")
    older_raster: Raster | None = Field(
        None, description="population raster taken where the first is neither there nor to be had"
    )
    table: PopulationTable | None = Field(None, description="population table; the second choice")
    total: Total | None = Field(None, description="published total of the study area; the fallback")


def find_population(
    people: People, kind: Literal["raster", "table"], *, folders: Sequence[Path], online: bool
) -> str | None:
    """Find the file of a city's population raster or table.

    Parameters
    ----------
    people : as configured.
    kind : which of them.
    folders : where to look, in this order.
    online : whether what is not there may be downloaded.

    Returns
    -------
    The first choice where it is there, else where it will be downloaded to, else the older raster; None without any.
    """
    given = [people.raster, people.older_raster] if kind == "raster" else [people.table]
    for one in [one for one in given if one]:
        for folder in folders:
            if one.file and (is_stored(one.file) or (folder / one.file).exists()):
                return one.file if is_stored(one.file) else str(folder / one.file)
        if one.url and online:
            return str(DOWNLOADS / download_name(one.url))
    return None


def raster_given(people: People, raster: str | Path | None) -> Raster | None:
    """Return which of the configured rasters a file is: by its name, or by the note of where it was downloaded from.

    Parameters
    ----------
    people : as configured.
    raster : the file; None without one.
    """
    older = people.older_raster
    if not raster or older is None:
        return people.raster if raster else None
    note = note_beside(Path(raster))
    urls = [url for url in (older.url, *older.mirrors) if url]
    names = [download_name(url) for url in urls] + ([Path(older.file).name] if older.file else [])
    by_note = note is not None and note.url in map(without_login, urls)
    return older if by_note or Path(raster).name in names else people.raster


def passed_over(people: People, used: Raster | PopulationTable | Total | None) -> dict[str, str]:
    """Return the sources that are configured before the one that is used, by key: files that were not there.

    Parameters
    ----------
    people : as configured.
    used : the source that is there; None without any.
    """
    found: dict[str, str] = {}
    for key in ("raster", "older_raster", "table"):
        one = getattr(people, key)
        if one is not None and one is used:
            break
        if one is not None:
            found[key] = Path(one.file or urlsplit(one.url).path).name
    return found


def wanted_population(people: People) -> list[Wanted]:
    """List the rasters and tables that a city may have to download.

    Parameters
    ----------
    people : as configured.
    """
    raster, older, table = people.raster, people.older_raster, people.table
    instead = Wanted(older.url, tuple(older.mirrors)) if older and older.url else None
    found = [Wanted(raster.url, tuple(raster.mirrors), instead=instead)] if raster and raster.url else []
    return [*found, *([Wanted(table.url, tuple(table.mirrors))] if table and table.url else [])]


def told_passed_over(people: People, city: str, *, raster: str | None, table: str | None) -> str:
    """Say which sources of residents are not there, and what serves instead; empty when the first is there.

    Parameters
    ----------
    people : as configured.
    city : its key.
    raster, table : the files that are there, or will be downloaded; None without one.
    """
    used = raster_given(people, raster) or (people.table if table else None) or people.total
    lacking = passed_over(people, used)
    if not lacking:
        return ""
    names = ", ".join(f"people.{key} ({file})" for key, file in lacking.items())
    key = next((key for key, one in people if used is not None and one is used), "")
    return (
        f"{where_of(city)}: not there, and not to be downloaded in this run: {names}; "
        f"{f'people.{key} serves instead' if key else 'nobody lives there then'}. Put the file there, or into the "
        "folder POPULATION"
    )


class PeopleGrid(Section):
    """The grid that residents are spread on (METHOD section 4)."""

    cell_m: Positive = Field(100, ge=5, le=10_000, description="metres: cell size of the grid")
    link_within_m: Positive = Field(
        500,
        le=100_000,
        description="metres: residents farther than this from any street count in totals but in nobody's reach",
    )
    default_levels: Positive = Field(2, le=200, description="storeys of a building without building:levels")
    street_weight: Share = Field(
        0.5,
        description="fallback: share of the total spread by street length; the rest goes by floor area, "
        "mapped or, where buildings are not, expected from the streets",
    )
    floor_m2_per_street_m: Positive = Field(
        40,
        le=100_000,
        description="fallback, m²: residential floor that a metre of street stands for where buildings are not "
        "mapped. 30,000 residents per km² at 25 m² each and 20 km of street per km² make 37",
    )


class Completeness(Section):
    """How completely the study area is mapped, hexagon by hexagon (METHOD section 10)."""

    h3_resolution: int = Field(
        8, ge=5, le=10, description="H3 resolution of the hexagons: 8 is about 0.7 km², a few streets around a site"
    )
    venues_per_1000: Positive = Field(
        20,
        description="named venues (amenity, shop, tourism, office, leisure, craft or historic with a name) per 1,000 "
        "residents of a fully mapped city. German and Austrian cities, known for complete mapping, held some 20 to 40 "
        "objects of such keys, named or not, per 1,000 in 2015, and economic censuses (Viet Nam 2021, China 2018) "
        "count some 60 businesses per 1,000, so 20 is a modest mark. A mark for all cities, not fitted to any of them",
    )
    venues_per_street_km: Positive = Field(
        2,
        description="the same per km of street, used where fewer than `min_residents` live: 20 per 1,000 of a few "
        "hundred residents on some 5 km of street",
    )
    buildings_per_street_km: Positive = Field(
        50,
        description="buildings per km of street of a fully mapped city: a house every 40 m on either side. Rows of "
        "tube houses have several times as many, estates of towers fewer",
    )
    min_residents: Positive = Field(
        1000,
        le=1_000_000_000,
        description="persons: with fewer in a hexagon the venues per resident are chance (below 1,000 the limit of "
        "thin is under 4 venues), so venues per km of street are taken",
    )
    thin_below: Share = Field(
        0.2,
        description="mapping is thin below this share of the venues of a fully mapped city. Below 20 % and above 80 % "
        "are the limits that Herfort et al., Nature Communications 2023, tell urban buildings in OSM apart by",
    )
    good_from: Share = Field(
        0.8, description="mapping is good from this share on, of venues and of buildings; between the two it is fair"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.thin_below < self.good_from:
            raise ValueError("completeness.thin_below must be below completeness.good_from")
        return self

    @property
    def thin_venues_per_1000(self) -> float:
        """Named venues per 1,000 residents below which mapping is thin."""
        return self.venues_per_1000 * self.thin_below

    @property
    def thin_venues_per_street_km(self) -> float:
        """Named venues per km of street below which mapping is thin where few people live."""
        return self.venues_per_street_km * self.thin_below
