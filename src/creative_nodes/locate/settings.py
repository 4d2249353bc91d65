"""Settings of the stage `locate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from creative_nodes.common import (
    SITE_STATUSES,
    Datum,
    InputError,
    Positive,
    Section,
    Share,
    SiteStatus,
    Tier,
    known_crs,
    not_there,
    where_of,
)

# what a run reads the rules of places from
TAXONOMIES = ("heritage_taxonomy", "creative_taxonomy", "amenity_taxonomy")
IMPORT_FILES = (".csv", ".geojson", ".json", ".gpkg")
OSM_TAGS, WIKIDATA = "osm", "wikidata"  # kinds of imports that list no sites


class ImportColumns(Section):
    """Which column of an imported list holds what; leave out what it does not have."""

    name: str | None = Field(
        None, description="name as signed on the ground; without one the Chinese, Vietnamese or English name"
    )
    name_en: str | None = Field(None, description="English name")
    name_vi: str | None = Field(None, description="Vietnamese name")
    name_zh: str | None = Field(None, description="Chinese name")
    lon: str | None = Field(None, description="CSV only: longitude or easting, in the datum or epsg given")
    lat: str | None = Field(None, description="CSV only: latitude or northing")
    year: str | None = Field(None, description="year it was built: a text with a year in it (1932, 1935年, ~1900)")
    listing: str | None = Field(None, description="heritage listing; a row where it is not empty counts as listed")
    status: str | None = Field(None, description=f"one of {', '.join(SITE_STATUSES)}")
    heritage_class: str | None = Field(None, description="class in the heritage taxonomy")
    domain: str | None = Field(None, description="domain in the creative taxonomy")
    tier: str | None = Field(None, description="core, intermediate or supporting")
    wikidata: str | None = Field(None, description="kind wikidata only: item, as Q123 or its address")
    image: str | None = Field(None, description="kind wikidata only: a file of Wikimedia Commons, by name or address")

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not (self.name or self.name_en or self.name_vi or self.name_zh):
            raise ValueError("give the column of a name: name, name_en, name_vi or name_zh")
        return self


class ImportDefaults(Section):
    """What holds for rows of an imported list that do not say."""

    heritage_class: str | None = Field(None, description="class; without one the words of the name tell it")
    domain: str | None = Field(None, description="creative domain; without one the taxonomy's default")
    tier: Tier | None = Field(None, description="tier of creative spaces; without one supporting")
    status: SiteStatus | None = Field(
        None, description="status; without one it follows from OSM, as for sites without a registry row"
    )


class Import(Section):
    """A list of known sites made by others, with its own columns and its own datum."""

    file: str = Field(
        description="path of a .csv (UTF-8), .geojson or .gpkg file, or its name in the folder of imports"
    )
    columns: ImportColumns | None = Field(None, description="column mapping; every kind but osm needs it")
    datum: Datum | None = Field(
        None,
        description="datum of its degrees: wgs84, gcj02 (Amap, Tencent) or bd09 (Baidu). Give datum or epsg, not both; "
        "with neither a GeoJSON or GeoPackage is in the CRS it names, a CSV in wgs84",
    )
    epsg: int | None = Field(
        None, gt=0, description="EPSG code of its coordinates, e.g. 3405 for VN-2000 / UTM 48N (easting, northing in m)"
    )
    kind: Literal["heritage", "creative", "osm", "wikidata"] = Field(
        description="what its rows are: heritage or creative, sites; osm, OSM objects with all their tags (GeoJSON of "
        "Overpass Turbo), which take the place of older tags in the extract; wikidata, items that lend the sites they "
        "are their link, picture and year, and make none"
    )
    source: str = Field(min_length=1, description="who published it, and when")
    date: str | None = Field(
        None,
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        description="kind osm only: day its tags were read from OSM; by default the file's own timestamp",
    )
    defaults: ImportDefaults = Field(
        default_factory=lambda: ImportDefaults.model_validate({}), description="for rows that do not say"
    )
    required: bool = Field(True, description="whether a run stops when the file is not there; else it goes without")

    @field_validator("epsg")
    @classmethod
    def _known_crs(cls, epsg: int | None) -> int | None:
        if epsg is not None:
            known_crs(epsg)
        return epsg

    @property
    def said(self) -> dict[str, Any]:
        """What is said of its file, as JSON has it, but for what the file is called."""
        return self.model_dump(mode="json", exclude={"file", "required"})

    @property
    def mapping(self) -> ImportColumns:
        """Its column mapping, which every kind but osm has."""
        if self.columns is None:
            raise ValueError(f"{self.file} has no columns")
        return self.columns

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind == OSM_TAGS:
            said = {"columns": self.columns, "datum": self.datum, "epsg": self.epsg}
            wrong = [key for key, value in said.items() if value is not None]
            if wrong or Path(self.file).suffix.lower() not in (".geojson", ".json"):
                raise ValueError(
                    f"kind {OSM_TAGS} is a GeoJSON file with OSM's own keys in degrees; "
                    f"leave out {', '.join(wrong) or 'other files'}"
                )
        elif self.date is not None:
            raise ValueError(f"date is for kind {OSM_TAGS}; say in source when the list was published")
        elif self.columns is None:
            raise ValueError("give columns: which column holds what")
        elif (self.columns.wikidata is not None) != (self.kind == WIKIDATA):
            raise ValueError(f"columns.wikidata and kind {WIKIDATA} go together; give both or neither")
        return self

    @model_validator(mode="after")
    def _fits_its_file(self) -> Self:
        if self.datum and self.epsg:
            raise ValueError(f"give datum or epsg, not both; got {self.datum} and {self.epsg}")
        kind = Path(self.file).suffix.lower()
        if kind not in IMPORT_FILES:
            raise ValueError(f"file must end in {', '.join(IMPORT_FILES)}, got {self.file}")
        if self.columns is None:
            return self
        placed = (self.columns.lon is not None, self.columns.lat is not None)
        if kind == ".csv" and not all(placed):
            raise ValueError("a CSV needs columns.lon and columns.lat")
        if kind != ".csv" and any(placed):
            raise ValueError("columns.lon and columns.lat are for CSV; this file has a geometry of its own")
        return self


class Locate(Section):
    """Finding and grouping sites (METHOD section 2)."""

    heritage_taxonomy: str = Field(
        "config/taxonomy/industrial_heritage.yaml", description="rules for industrial heritage"
    )
    creative_taxonomy: str = Field("config/taxonomy/creative_spaces.yaml", description="rules for creative spaces")
    amenity_taxonomy: str = Field("config/taxonomy/amenities.yaml", description="complementary amenities")
    group_within_m: Positive = Field(
        100, le=10_000, description="metres, straight-line: objects that share a name group within it"
    )
    max_group_area_m2: Positive = Field(
        300_000, le=1_000_000_000, description="m²: a larger area (an estate) does not swallow the objects inside it"
    )
    registry_match_m: Positive = Field(
        500, le=50_000, description="metres: a registry row matches an OSM site within it"
    )
    registry_match_score: Share = Field(0.85, description="least similarity of folded names for a match, 0-1")


def find_imports(imports: list[Import], folders: list[Path], *, where: str) -> list[tuple[Path, Import]]:
    """Find the files of a city's imported lists.

    Parameters
    ----------
    imports : the lists.
    folders : where to look, in this order.
    where : the city file named in errors.

    Returns
    -------
    The files that are there, each with its list, in the order of the lists.

    Raises
    ------
    InputError : a required file is nowhere.
    """
    found = []
    for number, one in enumerate(imports):
        path = next((folder / one.file for folder in folders if (folder / one.file).is_file()), None)
        if path is None and one.required:
            raise not_there(f"imports.{number}.file", one.file, folders, variable="IMPORTS", where=where)
        if path is not None:
            found.append((path, one))
    return found


def check_files(settings: Locate, registry: str | None, *, city: str, root: Path = Path()) -> None:
    """Check that the files that tell what to locate are there, so that a run says so before anything else.

    Parameters
    ----------
    settings : names the taxonomies.
    registry : the city's list of known sites, if it has one.
    city : its key.
    root : the project's root, which the paths start from.

    Raises
    ------
    InputError : one of them is not there.
    """
    here = where_of(city, root=root)
    rules = [
        ("config/config.yaml (or the city's override)", f"locate.{key}", getattr(settings, key)) for key in TAXONOMIES
    ]
    known = [(here, "registry", registry)] if registry else []
    for where, key, path in [*known, *rules]:
        if not (root / path).is_file():
            raise InputError(
                f"no such file: {path}; correct the path, which starts from the project's root, or put the file there",
                where=f"{where}: {key}",
            )
