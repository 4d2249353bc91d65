"""Typed configuration: `config/config.yaml` holds the analysis, `config/cities/<city>.yaml` one city.

The models below generate the reference page (`config/README.md`) and the JSON schema (`config/schema.json`).
A city file may override any analysis key under its own `override:`.
"""

from __future__ import annotations

import copy
import datetime as dt
import difflib
import itertools
import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from creative_nodes import weights as weight_sets
from creative_nodes.ahp import nearest
from creative_nodes.errors import InputError

Mode = Literal["walk", "bike", "motorbike", "car"]
STREET_MODES: tuple[Mode, ...] = get_args(Mode)
TravelMode = Literal["walk", "bike", "motorbike", "car", "transit"]  # transit: on foot and by public transport
TransitKind = Literal["subway", "light_rail", "monorail", "train", "tram", "bus"]
Status = Literal["disused", "brownfield", "active"]
Tier = Literal["core", "intermediate", "supporting"]
Datum = Literal["wgs84", "gcj02", "bd09"]
Criterion = Literal[
    "residents_walk_15",
    "residents_ride_30",
    "transit_minutes",
    "exchange",
    "neighbourhood",
    "diversity",
    "newly_served",
    "relay",
    "site_capacity",
    "heritage_value",
    "readiness",
]
CRITERION_GROUPS: dict[str, tuple[Criterion, ...]] = {
    "people": ("residents_walk_15", "residents_ride_30", "transit_minutes", "newly_served"),
    "spillover": ("exchange", "neighbourhood", "diversity"),
    "network": ("relay",),
    "site": ("site_capacity", "heritage_value", "readiness"),
}
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
Group = Literal["people", "spillover", "network", "site"]
WEIGHT_SUM_TOLERANCE = 1e-6
SECONDS_PER_DAY = 86_400
_CLOCK = re.compile(r"^([0-3]?\d):([0-5]\d)$")

M = TypeVar("M", bound=BaseModel)

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """Base of every model: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


# ---------------------------------------------------------------- city

IMPORT_KINDS = (".csv", ".geojson", ".json", ".gpkg")


def _crs(epsg: int) -> Any:
    """Return the CRS of an EPSG code."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_epsg(epsg)
    except CRSError:
        raise ValueError(f"EPSG:{epsg} is not known to PROJ") from None


class Boundary(Section):
    """The study area: give exactly one of the four."""

    relation: int | None = Field(None, gt=0, description="OSM relation id of an administrative boundary")
    bbox: tuple[float, float, float, float] | None = Field(
        None, description="(west, south, east, north), degrees, EPSG:4326"
    )
    polygon: str | None = Field(None, description="path of a GeoJSON or GeoPackage file with one (multi)polygon")
    place: str | None = Field(None, description="place name, looked up in Nominatim through OSMnx")

    @field_validator("bbox")
    @classmethod
    def _bbox_in_order(cls, bbox: tuple[float, float, float, float] | None) -> tuple[float, float, float, float] | None:
        if bbox is None:
            return bbox
        west, south, east, north = bbox
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValueError(
                f"bbox must be (west, south, east, north) in degrees with west < east and south < north, got {bbox}"
            )
        return bbox

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [key for key, value in self if value is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of relation, bbox, polygon, place; got {given or 'none'}")
        return self


class Source(Section):
    """Where the OSM data comes from."""

    kind: Literal["extract", "geofabrik", "overpass"] = Field(
        "geofabrik",
        description="extract: a local file; geofabrik: a .osm.pbf at any URL; overpass: a query through OSMnx. "
        "A file <city>.osm.pbf in the extracts folder goes before all of them",
    )
    file: str | None = Field(None, description="extract only: path of a .osm.pbf, .osm or .osm.bz2 file")
    url: str | None = Field(
        None,
        description="geofabrik: http(s) URL of a .osm.pbf file; overpass: base URL of the server, default OSMnx's",
    )
    snapshot: str | None = Field(
        None, description="date of the data, when the file itself does not say (merged extracts do not)"
    )

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if self.kind == "extract" and not self.file:
            raise ValueError("source.kind is extract: give source.file, the path of a .osm.pbf, .osm or .osm.bz2")
        if self.kind == "geofabrik":
            if not self.url:
                raise ValueError("source.kind is geofabrik: give source.url, the URL of a .osm.pbf file")
            if not self.url.startswith(("http://", "https://")):
                raise ValueError(f"source.url must start with http:// or https://, got {self.url}")
        return self


class Raster(Section):
    """A population raster: persons per cell in band 1."""

    file: str | None = Field(None, description="path of a GeoTIFF, or its name in the population folder")
    url: str | None = Field(None, description="http(s) URL to download it from when the file is not there")
    year: int = Field(description="year the raster describes")
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
    column: str = Field(min_length=1, description="column of residents, persons in each cell or polygon")
    h3_column: str | None = Field(None, description="column of H3 cell ids; without one the polygons of the file count")
    year: int = Field(description="year the table describes")
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

    residents: Positive = Field(description="residents of the study area, persons")
    year: int = Field(description="year of the figure")
    source: str = Field(description="who published it, and how it was fitted to the study area")


class People(Section):
    """Residents: the first that is given and there: a raster, a table, the total spread by floor area and streets."""

    raster: Raster | None = Field(None, description="population raster; the first choice")
    table: PopulationTable | None = Field(None, description="population table; the second choice")
    total: Total | None = Field(None, description="published total of the study area; the fallback")


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
    status: str | None = Field(None, description="active, disused, converted or lost")
    heritage_class: str | None = Field(None, description="class in the heritage taxonomy")
    domain: str | None = Field(None, description="domain in the creative taxonomy")
    tier: str | None = Field(None, description="core, intermediate or supporting")

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
    status: Literal["active", "disused", "converted", "lost"] | None = Field(
        None, description="status; without one it follows from OSM, as for sites without a registry row"
    )


class Import(Section):
    """A list of known sites made by others, with its own columns and its own datum."""

    file: str = Field(
        description="path of a .csv (UTF-8), .geojson or .gpkg file, or its name in the folder of imports"
    )
    columns: ImportColumns = Field(description="column mapping")
    datum: Datum | None = Field(
        None,
        description="datum of its degrees: wgs84, gcj02 (Amap, Tencent) or bd09 (Baidu). Give datum or epsg, not both; "
        "with neither a GeoJSON or GeoPackage is in the CRS it names, a CSV in wgs84",
    )
    epsg: int | None = Field(
        None, gt=0, description="EPSG code of its coordinates, e.g. 3405 for VN-2000 / UTM 48N (easting, northing in m)"
    )
    kind: Literal["heritage", "creative"] = Field(description="what its rows are")
    source: str = Field(min_length=1, description="who published it, and when")
    defaults: ImportDefaults = Field(
        default_factory=lambda: ImportDefaults.model_validate({}), description="for rows that do not say"
    )
    required: bool = Field(True, description="whether a run stops when the file is not there; else it goes without")

    @field_validator("epsg")
    @classmethod
    def _known_crs(cls, epsg: int | None) -> int | None:
        if epsg is not None:
            _crs(epsg)
        return epsg

    @model_validator(mode="after")
    def _fits_its_file(self) -> Self:
        if self.datum and self.epsg:
            raise ValueError(f"give datum or epsg, not both; got {self.datum} and {self.epsg}")
        kind = Path(self.file).suffix.lower()
        if kind not in IMPORT_KINDS:
            raise ValueError(f"file must end in {', '.join(IMPORT_KINDS)}, got {self.file}")
        placed = (self.columns.lon is not None, self.columns.lat is not None)
        if kind == ".csv" and not all(placed):
            raise ValueError("a CSV needs columns.lon and columns.lat")
        if kind != ".csv" and any(placed):
            raise ValueError("columns.lon and columns.lat are for CSV; this file has a geometry of its own")
        return self


def seconds_of(clock: str) -> int:
    """Return the seconds after midnight of a time HH:MM; hours past 24 are the night after, as in GTFS."""
    found = _CLOCK.match(clock)
    if not found:
        raise ValueError(f'{clock!r} is not a time HH:MM; write it in quotes, e.g. "07:00"')
    return int(found[1]) * 3600 + int(found[2]) * 60


class Gtfs(Section):
    """A timetable of public transport in GTFS, used instead of OSM's routes of the kinds that it has."""

    file: str = Field(description="path of a GTFS zip or folder, or its name in the folder of feeds")
    date: dt.date = Field(description="day whose services count, YYYY-MM-DD; it must lie within the feed's calendar")
    window: tuple[str, str] = Field(
        ("07:00", "09:00"),
        description='from and to, HH:MM in quotes (past "24:00" for the night after): a line\'s headway is this time '
        "divided by its departures in it",
    )
    source: str = Field(min_length=1, description="who published it, and when")
    required: bool = Field(True, description="whether a run stops when the file is not there; else it goes without")

    @field_validator("window", mode="before")
    @classmethod
    def _texts(cls, window: Any) -> Any:
        # YAML reads a bare 10:00 as the number 600
        if isinstance(window, list | tuple) and any(isinstance(time, int) for time in window):
            raise ValueError('write both times in quotes, e.g. ["07:00", "09:00"]')
        return window

    @field_validator("window")
    @classmethod
    def _in_order(cls, window: tuple[str, str]) -> tuple[str, str]:
        start, end = (seconds_of(time) for time in window)
        if not start < end <= start + SECONDS_PER_DAY:
            raise ValueError(f"window must be [from, to] with from before to and at most a day between, got {window}")
        return window

    @property
    def seconds(self) -> tuple[int, int]:
        """The window in seconds after midnight of `date`."""
        return seconds_of(self.window[0]), seconds_of(self.window[1])


class City(Section):
    """One city: `config/cities/<city>.yaml`."""

    name: str = Field(description="name in English, as shown")
    local_name: str = Field(description="name in the local language")
    country: str = Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 code; picks the speed table")
    fictional: bool = Field(False, description="true for a made-up town: every page says so")
    note: str = Field("", description="a remark on the data that stands on the city's page")
    boundary: Boundary = Field(description="study area")
    epsg: int | None = Field(
        None, description="metric CRS as an EPSG code; default: the UTM zone of the study area's centroid"
    )
    source: Source = Field(description="OSM data")
    people: People = Field(default_factory=lambda: People.model_validate({}), description="residents")
    registry: str | None = Field(None, description="CSV of known sites, path from the project root")
    imports: list[Import] = Field(default_factory=list, description="lists of sites made by others, put beside OSM")
    centre: tuple[float, float] | None = Field(
        None,
        description="(longitude, latitude) of the city's centre, degrees, EPSG:4326: the back-test compares the "
        "ranking with plain distance to it. Default: the residents' mean position",
    )
    main_mode: TravelMode = Field(
        "motorbike",
        description="how most trips are made: the mode of residents_ride_30. transit is walking and public transport",
    )
    gtfs: Gtfs | None = Field(None, description="timetable of public transport; without one OSM's routes serve")

    @field_validator("epsg")
    @classmethod
    def _metric(cls, epsg: int | None) -> int | None:
        if epsg is None:
            return epsg
        crs = _crs(epsg)
        if not crs.is_projected or {axis.unit_name for axis in crs.axis_info} != {"metre"}:
            raise ValueError(
                f"EPSG:{epsg} ({crs.name}) is not a projected CRS in metres; leave epsg out to use the UTM zone"
            )
        return epsg

    @field_validator("imports")
    @classmethod
    def _one_name_each(cls, imports: list[Import]) -> list[Import]:
        names = [Path(one.file).name for one in imports]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands twice; each list needs a file name of its own")
        return imports


# ---------------------------------------------------------------- analysis


class Locate(Section):
    """Finding and grouping sites (METHOD section 2)."""

    heritage_taxonomy: str = Field(
        "config/taxonomy/industrial_heritage.yaml", description="rules for industrial heritage"
    )
    creative_taxonomy: str = Field("config/taxonomy/creative_spaces.yaml", description="rules for creative spaces")
    amenity_taxonomy: str = Field("config/taxonomy/amenities.yaml", description="complementary amenities")
    group_within_m: Positive = Field(
        100, description="metres, straight-line: objects that share a name group within it"
    )
    max_group_area_m2: Positive = Field(
        300_000, description="m²: a larger area (an estate) does not swallow the objects inside it"
    )
    registry_match_m: Positive = Field(500, description="metres: a registry row matches an OSM site within it")
    registry_match_score: Share = Field(0.85, description="least similarity of folded names for a match, 0-1")


class ModeAccess(Section):
    """Which OSM ways a mode may use. Follows the network filters of OSMnx, then the access tags."""

    exclude_highway: list[str] = Field(description="highway values the mode does not use")
    exclude_service: list[str] = Field(default_factory=list, description="service values the mode does not use")
    access_keys: list[str] = Field(description="access tags, the most specific first; the first one present decides")
    oneway: bool = Field(description="whether oneway streets bind the mode")
    oneway_keys: list[str] = Field(
        default_factory=list, description="oneway tags of the mode's own, which go before the general `oneway`"
    )


class Travel(Section):
    """Streets and time (METHOD section 3)."""

    snap_within_m: Positive = Field(200, description="metres: farthest street a site's boundary is joined to")
    entrance_spacing_m: Positive = Field(
        100, description="metres: a site has one possible entrance per this much of its boundary"
    )
    min_island_nodes: int = Field(
        50, ge=1, description="junctions: a site on a smaller piece of street, joined to nothing else, is cut off"
    )
    modes: dict[Mode, ModeAccess] = Field(description="access rules of each mode")
    speeds_kmh: dict[str, dict[Mode, dict[str, Positive]]] = Field(
        description="km/h by country, mode and highway class; `default` serves the classes not named. `steps` is "
        "for stairs, `ferry` for crossings without a tagged duration"
    )
    peak_factor: dict[str, dict[Mode, Annotated[float, Field(ge=1)]]] = Field(
        default_factory=dict,
        description="by country and mode: how many times longer a street takes in the hour that is analysed than at "
        "the speeds above; 1 where nothing is given",
    )
    ferry_wait_minutes: Annotated[float, Field(ge=0)] = Field(
        10, description="minutes: waiting and boarding of a ferry, half of it at either bank"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for needed in ("walk",):
            if needed not in self.modes:
                raise ValueError(f"travel.modes lacks {needed}")
        for country, table in self.speeds_kmh.items():
            for mode in self.modes:
                if "default" not in table.get(mode, {}):
                    raise ValueError(f"travel.speeds_kmh.{country}.{mode} needs a default speed")
        for country, factors in self.peak_factor.items():
            if country not in self.speeds_kmh:
                raise ValueError(f"travel.peak_factor.{country}: travel.speeds_kmh has no table of that country")
            if unknown := [mode for mode in factors if mode not in self.modes]:
                raise ValueError(f"travel.peak_factor.{country}.{unknown[0]}: travel.modes has no such mode")
        return self


ByKind = dict[TransitKind, Positive]


class Transit(Section):
    """Public transport (METHOD section 3): wait = headway / 2, then the ride; transfers at a station or on foot.

    The kinds of transport that are read are those named here.
    """

    headway_minutes: ByKind = Field(
        description="minutes between departures of one line, by kind, where neither GTFS nor OSM's `interval` says. "
        "Assumptions for a weekday: Shanghai's metro runs each 2-6 minutes, Hanoi's line 2A each 6-10, buses of "
        "central Hanoi each 5-40, half of the lines each 11 or more (World Bank feed of 2018, midday)"
    )
    speed_kmh: ByKind = Field(
        description="km/h along the line, stops included, by kind, where there is no GTFS. Hanoi's line 2A takes 23.6 "
        "minutes for its 13.1 km (33 km/h); buses of central Hanoi make 13 km/h in a straight line from stop to stop "
        "(World Bank feed of 2018, midday), which is 16 along the street. The others are assumptions"
    )
    access_minutes: dict[TransitKind, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        description="minutes between the street and the platform, each way, by kind: stairs, gates, security. "
        "Assumptions"
    )
    detour: dict[TransitKind, Annotated[float, Field(ge=1, allow_inf_nan=False)]] = Field(
        description="length of a line between two stops over their straight-line distance, by kind. Assumptions"
    )
    rapid: list[TransitKind] = Field(description="kinds that count as rapid transit in transit_minutes")
    group_within_m: Positive = Field(
        100, description="metres, straight-line: stops at the street that share a name are one station within it"
    )
    group_rapid_within_m: Positive = Field(
        400, description="metres, straight-line: the same for rapid transit, whose lines meet under one name"
    )
    entrance_within_m: Positive = Field(
        250,
        description="metres, straight-line: an entrance that no stop area ties to a station belongs to the nearest "
        "rapid station within it",
    )
    max_missing_stops: int = Field(
        3,
        ge=0,
        description="stops that the file lacks (they lie outside the area) between two that it has: with more of them "
        "in a row the line is cut there, for it may go a long way round",
    )

    @model_validator(mode="after")
    def _same_kinds(self) -> Self:
        for name in ("speed_kmh", "access_minutes", "detour"):
            odd = sorted(set(self.headway_minutes) ^ set(getattr(self, name)))
            if odd:
                raise ValueError(
                    f"transit.headway_minutes and transit.{name} must name the same kinds; only one has {odd}"
                )
        odd = sorted(set(self.rapid) - set(self.headway_minutes))
        if odd:
            raise ValueError(f"transit.rapid names {odd}, which transit.headway_minutes lacks")
        return self


class PeopleGrid(Section):
    """The grid that residents are spread on (METHOD section 4)."""

    cell_m: Positive = Field(100, description="metres: cell size of the grid")
    link_within_m: Positive = Field(
        500, description="metres: residents farther than this from any street count in totals but in nobody's reach"
    )
    default_levels: Positive = Field(2, description="storeys of a building without building:levels")
    street_weight: Share = Field(
        0.5,
        description="fallback: share of the total spread by street length; the rest goes by floor area, "
        "mapped or, where buildings are not, expected from the streets",
    )
    floor_m2_per_street_m: Positive = Field(
        40,
        description="fallback, m²: residential floor that a metre of street stands for where buildings are not "
        "mapped. 30,000 residents per km² at 25 m² each and 20 km of street per km² make 37",
    )


class Reach(Section):
    """Who and what a node can serve (METHOD section 5)."""

    thresholds: dict[TravelMode, list[Positive]] = Field(
        description="minutes by mode, rising: residents and creative spaces within each are counted for every "
        "candidate (table reach); transit is walking and public transport"
    )
    walk_minutes: Positive = Field(15, description="minutes: walking reach of residents")
    ride_minutes: Positive = Field(30, description="minutes: reach of residents by the city's main mode")
    exchange_decay_per_m: Positive = Field(
        0.016,
        description="per metre: decay of learning between firms, exp(-b d). Baum-Snow, Gendron-Carrier and Pavan, "
        "American Economic Review 2024; a figure from Canadian and US firms, not a law of these cities",
    )
    neighbourhood_half_life_m: Positive = Field(
        302,
        description="metres: distance at which neighbourhood effects halve. Rossi-Hansberg, Sarte and Owens, "
        "Journal of Political Economy 2010 (Richmond, Virginia)",
    )
    max_distance_m: Positive = Field(4000, description="metres: decay sums stop here; 302 m half-life leaves 0.01 %")
    tier_weight: dict[Tier, Positive] = Field(description="weight tier_k of a creative space by tier")

    @field_validator("thresholds")
    @classmethod
    def _rising(cls, thresholds: dict[str, list[float]]) -> dict[str, list[float]]:
        for mode, minutes in thresholds.items():
            if not minutes or any(b <= a for a, b in itertools.pairwise(minutes)):
                raise ValueError(f"{mode}: give minutes that rise, such as [5, 10, 15]; got {minutes}")
        return thresholds


class ClusterSettings(Section):
    """Clusters, their names, and co-location with industrial heritage (METHOD section 6)."""

    method: Literal["dbscan", "hdbscan"] = Field(
        "dbscan",
        description="dbscan: one neighbourhood distance for the whole city; hdbscan: as dense as each part of it is "
        "(Campello, Moulavi and Sander 2013), up to `hdbscan_cut_m`",
    )
    eps_m: Positive = Field(300, description="metres along streets: DBSCAN neighbourhood")
    min_spaces: int = Field(
        4, ge=2, description="spaces that make a core point, itself included; HDBSCAN: least cluster too"
    )
    hdbscan_cut_m: Positive = Field(
        1000,
        description="HDBSCAN, metres along streets: pairs at least this far apart all count as this far, so no "
        "cluster spans a wider gap. A walk of 12 to 13 minutes",
    )
    hdbscan_floor_m: Positive = Field(
        50,
        description="HDBSCAN, metres: pairs closer than this count as this far. A few venues under one roof would "
        "otherwise outweigh the quarter around them (density is 1 / distance); about as exact as entrances are",
    )
    simulations: int = Field(199, ge=19, description="random placements that a cluster is tested against")
    max_p_value: Share = Field(0.05, description="a cluster is kept when its pseudo-p is at most this")
    quarter_within_m: Positive = Field(
        1000,
        description="metres, straight-line: a quarter mapped as a point names a cluster up to this far from its "
        "centre; one mapped as an area must hold the centre",
    )
    quarter_max_km2: Positive = Field(10, description="km²: a larger area (a district) is not a quarter")
    colocation_step_m: Positive = Field(100, description="metres along streets: step of the cross-K curve")
    colocation_max_m: Positive = Field(2000, description="metres along streets: end of the cross-K curve")
    colocation_told_m: Positive = Field(
        500, description="metres along streets: distance of the curve that the indicators quote"
    )
    relabellings: int = Field(199, ge=39, description="random relabellings that the cross-K curve is tested against")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.hdbscan_floor_m < self.hdbscan_cut_m:
            raise ValueError("clusters.hdbscan_floor_m must be below clusters.hdbscan_cut_m")
        steps = self.colocation_max_m / self.colocation_step_m
        told = self.colocation_told_m / self.colocation_step_m
        if steps != round(steps) or told != round(told) or told > steps:
            raise ValueError(
                "clusters.colocation_max_m and clusters.colocation_told_m must be multiples of "
                "clusters.colocation_step_m, and the second no more than the first"
            )
        return self

    @property
    def within_m(self) -> float:
        """Metres along streets up to which the clustering needs distances."""
        return self.eps_m if self.method == "dbscan" else self.hdbscan_cut_m


class Network(Section):
    """The creative network (METHOD section 7)."""

    link_minutes: Positive = Field(15, description="minutes on foot: two creative spaces closer than this are linked")
    thinning_share: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.2, description="share of the spaces left out at random, to show what gaps in the map do to the figures"
    )
    thinning_draws: int = Field(99, ge=19, description="times that is done; their mean and 5-95 % range are told")


class Candidates(Section):
    """Which sites become candidates, and the site criteria (METHOD section 5)."""

    min_confidence: Share = Field(
        0.4, description="least confidence that a site is industrial heritage (0.4 = tier medium)"
    )
    readiness: dict[Status, Share] = Field(description="readiness by status, 0-1")
    public_land_bonus: Share = Field(0.2, description="added to readiness when the land is tagged public; capped at 1")
    heritage_confidence: Share = Field(0.5, description="share of confidence in heritage_value")
    heritage_listing: Share = Field(0.25, description="share of being listed in heritage_value")
    heritage_age: Share = Field(0.25, description="share of age in heritage_value; full at 100 years, 0 when unknown")
    reference_year: int = Field(2026, description="year that ages are counted to")

    @model_validator(mode="after")
    def _shares(self) -> Self:
        total = self.heritage_confidence + self.heritage_listing + self.heritage_age
        if abs(total - 1) > WEIGHT_SUM_TOLERANCE:
            raise ValueError(f"heritage_confidence + heritage_listing + heritage_age must be 1, got {total:g}")
        return self


Weight = Annotated[float, Field(ge=0, le=1)]
Pairs = dict[str, float | str]


class PairsOnly(Section):
    """Pairwise comparisons in place of shares."""

    ahp: Pairs = Field(description="pairwise comparisons of the group's criteria")


class WeightForms(Section):
    """Weights by groups or by pairwise comparisons, in place of one number a criterion.

    It stands in the schema and the reference; `weights.resolve` reads and checks what people write.
    """

    groups: dict[Group, Weight] | None = Field(
        None, description="weight of each group (people, spillover, network, site); they sum to 1"
    )
    ahp: Pairs | None = Field(
        None,
        description="instead of groups: pairwise comparisons of the groups, or of all criteria, on Saaty's scale: "
        "`people/site: 3` says people matter three times as much as the site, 1/3 the reverse; each pair once. "
        "A consistency ratio above 0.1 is refused",
    )
    within: dict[Group, dict[Criterion, Weight] | PairsOnly] | None = Field(
        None,
        description="shares of the criteria inside a group, summing to 1, or `ahp:` with their comparisons; for a "
        "group that is not named the shares are those of score.weights (in score.weights itself: equal)",
    )


def _plain_weights(given: Any) -> dict[str, float]:
    return weight_sets.resolve(given, CRITERION_GROUPS, what="weights")


class Score(Section):
    """Score and how sure it is (METHOD section 8)."""

    weights: Annotated[
        dict[Criterion, Weight],
        BeforeValidator(_plain_weights, json_schema_input_type=dict[Criterion, Weight] | WeightForms),
    ] = Field(
        description="weight of each criterion; they sum to 1. Or `groups` and `within`, or `ahp`; they are turned into "
        "a weight a criterion when the file is read"
    )
    winsor_low: Share = Field(
        0.01,
        description="quantile below which values count as that quantile; nothing is cut from a criterion that would "
        "then be equal for all",
    )
    winsor_high: Share = Field(0.99, description="quantile above which values count as that quantile")
    draws: int = Field(10_000, ge=100, description="random weightings for rank intervals (SMAA)")
    concentration: Positive = Field(
        50, description="Dirichlet concentration of the draws around the weights; higher stays closer"
    )
    sobol_samples: int = Field(
        0,
        ge=0,
        description="base samples of the Sobol' indices of the groups' weights (table sobol): 0 for none, else a power "
        "of 2 from 64, such as 1024; six times as many weightings are ranked. Saltelli et al., Computer Physics "
        "Communications 2010",
    )
    top: int = Field(10, ge=1, description="the certainty word asks for the chance of being among this many first ...")
    top_share: Annotated[float, Field(gt=0, le=1)] = Field(
        0.34,
        description="... but among no more than this share of the candidates, so that few candidates do not all "
        "look certain",
    )

    @field_validator("sobol_samples")
    @classmethod
    def _power_of_two(cls, samples: int) -> int:
        if samples and (samples < 64 or samples & (samples - 1)):
            raise ValueError("give 0, or a power of 2 from 64")
        return samples

    @model_validator(mode="after")
    def _quantiles_in_order(self) -> Self:
        if not self.winsor_low < self.winsor_high:
            raise ValueError("score.winsor_low must be below score.winsor_high")
        return self


class Portfolio(Section):
    """Sites chosen together, people counted once, existing spaces fixed (METHOD section 8)."""

    k: int = Field(5, ge=1, description="sites chosen together, when no budget is given")
    budget: Positive | None = Field(
        None, description="in `currency`: choose any number of sites that cost at most this together, instead of k"
    )
    currency: str = Field("USD", min_length=1, description="currency of the budget and of the costs")
    cost_per_m2: dict[str, Positive] = Field(
        description="cost of reuse per m² of site area, by heritage class; `default` serves the classes not named. "
        "Used with a budget only; a site without a mapped area then has no cost and is left out, with a note"
    )
    cost_source: str = Field(min_length=1, description="where the costs come from; stands beside every cost")
    far_minutes: Positive = Field(
        30,
        description="minutes on foot: the second aim is that as few residents as possible live farther than this from "
        "every core or intermediate space. A least level for all rather than an average: Lucas, van Wee and Maat, "
        "Transportation 2016",
    )
    max_minutes: Positive = Field(60, description="minutes on foot that a longer walk, or none, counts as in the mean")
    gain_sites: int = Field(10, ge=1, description="the gain of each added site is told up to this many sites")
    front_points: int = Field(12, ge=2, description="points on the front between both aims at most, evenly spread")
    exhaustive_sets: int = Field(
        20_000,
        ge=1,
        description="sets of sites that are all tried for the connectivity; with more it goes step by step",
    )
    time_limit_s: Positive = Field(60, description="seconds a solve; a result not proven by then says so, with its gap")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if "default" not in self.cost_per_m2:
            raise ValueError("portfolio.cost_per_m2 needs a default")
        if self.max_minutes < self.far_minutes:
            raise ValueError("portfolio.max_minutes must not be below portfolio.far_minutes")
        return self


class Scenario(Section):
    """Another set of priorities, run beside the run's own (METHOD section 8)."""

    label: str = Field(min_length=1, description="its name in plain words")
    weights: Annotated[
        dict[str, Any] | None,
        BeforeValidator(lambda given: given, json_schema_input_type=dict[Criterion, Weight] | WeightForms | None),
    ] = Field(None, description="its weights, in any form of score.weights; without them those of score.weights")
    override: dict[str, Any] = Field(
        default_factory=dict,
        description="keys of travel, reach, network, candidates and score with values of its own, e.g. "
        "{reach: {walk_minutes: 10}}; the criteria are then measured anew",
    )

    def score(self, base: Score) -> Score:
        """Return the settings of the score under this scenario.

        Parameters
        ----------
        base : the run's own; its weights split a group whose split the scenario does not give.

        Raises
        ------
        ValueError : the weights are not sound.
        """
        over = self.override.get("score", {})
        changed = Score.model_validate(_merge(base.model_dump(), over)) if over else base
        if self.weights is None:
            return changed
        plain = weight_sets.resolve(self.weights, CRITERION_GROUPS, like=base.weights, what="weights")
        return changed.model_copy(update={"weights": plain})

    @property
    def needs_own_reach(self) -> bool:
        """Tell whether the criteria themselves change, so that the table candidates must be made anew."""
        return bool(set(self.override) - {"score"})


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


class Backtest(Section):
    """Would the ranking have picked the sites that were converted? (METHOD section 9)."""

    hide_within_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        100,
        description="metres, straight-line: creative spaces and amenities in a converted site or this near it are "
        "hidden, because the conversion may have brought them",
    )
    criteria: list[Criterion] = Field(
        default_factory=lambda: [
            key for group in ("people", "spillover", "network") for key in CRITERION_GROUPS[group]
        ],
        description="criteria that it scores by. Those of the site itself (status, listing, outline) stay out: they "
        "are often known because the site was converted",
    )
    bootstrap: int = Field(2000, ge=100, description="draws of the bootstrap for the 95 % intervals")


class Sweeps(Section):
    """One setting changed at a time, to see which moves the ranks (METHOD section 8)."""

    keys: dict[str, list[float]] = Field(
        default_factory=dict,
        description="dotted analysis keys and the values each is set to in turn, such as "
        "`reach.walk_minutes: [10, 20]`; a value equal to today's is passed over. Clusters are no part of the score, "
        "so their keys move nothing",
    )
    speed_factor: dict[Mode, list[Positive]] = Field(
        default_factory=dict, description="by mode: what all its speeds are multiplied by in turn"
    )


class Isochrones(Section):
    """Areas that a site reaches in a time, drawn from the streets reached."""

    minutes: dict[TravelMode, list[Positive]] = Field(
        description="minutes to draw, by mode: walk, bike, motorbike, car or transit, which is left out where the "
        "city has none"
    )
    cell_m: Positive = Field(25, description="metres: cell of the grid that reached streets are drawn on")
    beside_street_m: Positive = Field(
        25, description="metres: ground beside a reached street that counts as reached, at least one cell"
    )
    fill_holes_m2: Annotated[float, Field(ge=0)] = Field(
        50_000,
        description="m²: smaller holes, closed in by reached streets, are filled; 50,000 is a block of some 220 m",
    )
    simplify_m: Annotated[float, Field(ge=0)] = Field(
        20, description="metres: outlines are simplified by at most this, which takes the steps of the grid away"
    )

    @field_validator("minutes")
    @classmethod
    def _some(cls, minutes: dict[TravelMode, list[float]]) -> dict[TravelMode, list[float]]:
        for mode, given in minutes.items():
            if not given or len(set(given)) < len(given):
                raise ValueError(f"isochrones.minutes.{mode} must list one or more different times, got {given}")
        return minutes

    @property
    def joins_banks_m(self) -> float:
        """Widest gap between two reached streets, metres, that may be drawn over: half of it from either side."""
        # a street lies somewhere in its cell, the ground beside it is whole cells around, and outlines are simplified
        return 2 * (max(self.beside_street_m, self.cell_m) + self.cell_m * 2**0.5 + self.simplify_m)


class Zone(Section):
    """One zone of walking time, and what it weighs."""

    up_to_minutes: Positive = Field(description="minutes on foot: where the zone ends; it begins where the last ends")
    weight: Annotated[float, Field(gt=0, le=1)] = Field(description="weight of the zone, 0-1")


class Accessibility(Section):
    """How well residents are served today, hexagon by hexagon."""

    h3_resolution: int = Field(8, ge=5, le=10, description="H3 resolution of the hexagons: 8 is about 0.7 km²")
    supply_tiers: list[Tier] = Field(
        ["core", "intermediate"], min_length=1, description="tiers of creative spaces that count as supply"
    )
    zones: list[Zone] = Field(
        min_length=1,
        description="walking zones of the supply per resident. Weights 1, 0.68 and 0.22 for three zones: Luo and Qi, "
        "Health & Place 2009 (Gaussian steps; theirs were 10 minutes by car each, ours are 5 on foot)",
    )
    underserved_min_residents: Annotated[float, Field(ge=0)] = Field(
        1000, description="persons: a hexagon with fewer residents near a street is not called underserved"
    )
    underserved_share: Share = Field(
        0.5,
        description="a hexagon is underserved when more than this share of its residents near a street live farther "
        "than `reach.walk_minutes` on foot from every core or intermediate creative space",
    )

    @field_validator("zones")
    @classmethod
    def _outward(cls, zones: list[Zone]) -> list[Zone]:
        ends = [zone.up_to_minutes for zone in zones]
        weights = [zone.weight for zone in zones]
        if sorted(set(ends)) != ends or sorted(weights, reverse=True) != weights:
            raise ValueError(
                f"accessibility.zones must go outward, with weights that do not rise; got ends {ends} and weights "
                f"{weights}"
            )
        return zones


class Report(Section):
    """The pages."""

    online_tiles: bool = Field(
        False, description="add OpenStreetMap's online tiles as a second basemap; the page then needs a network"
    )
    table_rows: int = Field(50, ge=5, description="ranked candidates listed in the table at first")


class Analysis(Section):
    """Everything a city file may override."""

    edge_buffer_m: Positive = Field(2000, description="metres around the study area that are read but not reported")
    seed: int = Field(80, ge=0, description="seed of every random draw")
    locate: Locate = Field(description="finding and grouping sites")
    travel: Travel = Field(description="streets and time")
    transit: Transit = Field(description="public transport")
    people_grid: PeopleGrid = Field(description="grid of residents")
    reach: Reach = Field(description="reach of a node")
    clusters: ClusterSettings = Field(description="clusters")
    network: Network = Field(description="creative network")
    candidates: Candidates = Field(description="candidates and site criteria")
    score: Score = Field(description="score and robustness")
    portfolio: Portfolio = Field(description="sites chosen together")
    scenarios: dict[Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")], Scenario] = Field(
        default_factory=dict,
        description="other priorities, run side by side: a key, then `label` (its name in plain words), `weights` (any "
        "form that score.weights takes; without them those of score.weights) and `override` (keys of travel, "
        "reach, network, candidates and score with values of its own, e.g. `{reach: {walk_minutes: 10}}`)",
    )
    completeness: Completeness = Field(description="completeness of mapping")
    backtest: Backtest = Field(
        default_factory=lambda: Backtest.model_validate({}), description="back-test on converted sites"
    )
    sweeps: Sweeps = Field(
        default_factory=lambda: Sweeps.model_validate({}), description="settings changed one at a time"
    )
    isochrones: Isochrones = Field(description="areas that a site reaches in a time")
    accessibility: Accessibility = Field(description="how well residents are served today")
    report: Report = Field(description="pages")

    @model_validator(mode="after")
    def _sweeps_known(self) -> Self:
        for key, values in self.sweeps.keys.items():
            if key.split(".")[0] not in SWEPT:
                raise ValueError(f"sweeps.keys.{key}: only keys of {', '.join(SWEPT)} can be swept")
            for value in values:
                changed(self, key, value)
        return self

    @model_validator(mode="after")
    def _modes_known(self) -> Self:
        known = [*self.travel.modes, "transit"]
        for key, modes in (
            ("reach.thresholds", self.reach.thresholds),
            ("isochrones.minutes", self.isochrones.minutes),
        ):
            if unknown := [mode for mode in modes if mode not in known]:
                raise ValueError(f"{key}.{unknown[0]}: travel.modes has no rules and speeds for it")
        return self


SWEPT = ("travel", "reach", "clusters", "network", "candidates", "score")


class Measuring(Section):
    """What the criteria of the candidates are measured by, beside the tables."""

    travel: Travel
    reach: Reach
    network: Network
    candidates: Candidates


class Swept(Measuring):
    """What sweeps start from: all that may be changed in them, and how residents are spread."""

    edge_buffer_m: Positive
    people_grid: PeopleGrid
    clusters: ClusterSettings
    score: Score
    sweeps: Sweeps = Field(default_factory=lambda: Sweeps.model_validate({}))


def changed(analysis: Analysis | Swept, key: str, value: float) -> Analysis | Swept:
    """Return the analysis with one number changed and its sweeps left out; itself where the number is that already.

    Parameters
    ----------
    analysis : as configured.
    key : dotted key of a number.
    value : its new value.

    Raises
    ------
    ValueError : there is no such key, it holds no number, or the value is not allowed.
    """
    model: type[Analysis | Swept] = Analysis if isinstance(analysis, Analysis) else Swept
    whole = analysis.model_dump(include=set(model.model_fields) - {"sweeps"})
    part: Any = whole
    *path, last = key.split(".")
    for step in path:
        part = part.get(step) if isinstance(part, dict) else None
    if not isinstance(part, dict) or last not in part:
        known = _number_keys(whole)
        near = difflib.get_close_matches(key, known, n=1)
        raise ValueError(f"sweeps.keys.{key}: no such key" + (f"; did you mean {near[0]}?" if near else ""))
    if isinstance(part[last], bool) or not isinstance(part[last], int | float):
        raise ValueError(f"sweeps.keys.{key}: only numbers can be swept, it holds {part[last]!r}")
    if part[last] == value:
        return analysis
    part[last] = value
    try:
        return model.model_validate(whole)
    except ValidationError as error:
        raise ValueError(f"sweeps.keys.{key}: {value:g}: {error.errors()[0]['msg']}") from None


def _number_keys(part: dict[str, Any], prefix: str = "") -> list[str]:
    """List the dotted keys of all numbers."""
    found = []
    for key, value in part.items():
        if isinstance(value, dict):
            found += _number_keys(value, f"{prefix}{key}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append(f"{prefix}{key}")
    return found


class Config(Analysis):
    """`config/config.yaml`."""

    cities: list[Annotated[str, Field(pattern="^[a-z][a-z0-9-]*$")]] = Field(
        min_length=1, description="cities of a full run; each has config/cities/<city>.yaml"
    )
    extracts: str | None = Field(
        None,
        description="folder with <city>.osm.pbf files, used before any download; the variable EXTRACTS overrides it",
    )
    population: str | None = Field(
        None,
        description="folder with population rasters; the variable POPULATION overrides it; default: "
        "`population` beside the extracts folder",
    )
    imports: str | None = Field(
        None,
        description="folder with imported lists; the variable IMPORTS overrides it; default: `imports` beside the "
        "extracts folder",
    )
    gtfs: str | None = Field(
        None,
        description="folder with GTFS feeds; the variable GTFS overrides it; default: `gtfs` beside the extracts "
        "folder",
    )


class CityFile(City):
    """`config/cities/<city>.yaml`: the city, and what it changes in the analysis."""

    override: dict[str, Any] = Field(
        default_factory=dict, description="analysis keys (as in config.yaml) with this city's own values"
    )


class Settings(Section):
    """What one city's run uses: the city and the analysis with its overrides applied."""

    key: str
    city: City
    analysis: Analysis


# ---------------------------------------------------------------- loading


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("no such file; create it or take its name out of `cities`", where=str(path)) from None
    except yaml.YAMLError as error:
        raise InputError(f"not valid YAML: {error}", where=str(path)) from None
    if not isinstance(data, dict):
        raise InputError("must hold a mapping of keys to values", where=str(path))
    return data


def _keys_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """List the valid keys of the model that `location` points into, to suggest the nearest one."""
    current: Any = model
    for part in location[:-1]:
        if isinstance(part, int):  # a place in a list: its model is at hand already
            continue
        fields = getattr(current, "model_fields", None)
        if fields is not None:
            current = fields[part].annotation if part in fields else None
        elif get_origin(current) is dict:
            current = get_args(current)[1]
        if get_origin(current) is not dict:
            # of "Raster | None" the model counts
            current = next((kind for kind in (current, *get_args(current)) if hasattr(kind, "model_fields")), current)
    return list(getattr(current, "model_fields", {}))


def _explain(error: ValidationError, model: type[BaseModel], where: str) -> InputError:
    """Turn pydantic's report into one line a fault: file, key, what is wrong, the nearest valid key."""
    lines = []
    for fault in error.errors():
        location = fault["loc"]
        key = ".".join(str(part) for part in location) or "(whole file)"
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            near = difflib.get_close_matches(str(location[-1]), _keys_at(model, location), n=1)
            message = "unknown key" + (f"; did you mean {near[0]}?" if near else "; see config/README.md")
        elif fault["type"] == "missing":
            message = "this key is missing"
        elif "input" in fault and not isinstance(fault["input"], dict | list):
            message += f", got {fault['input']!r}"
        lines.append(f"{where}: {key}: {message}")
    return InputError("\n".join(lines))


def _validate(model: type[M], data: dict[str, Any], where: str) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _explain(error, model, where) from None


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = copy.copy(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        # a set of weights in another form takes the place of the whole set
        if both and not weight_sets.FORMS & (value.keys() | merged[key].keys()):
            merged[key] = _merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def _check_scenarios(analysis: Analysis, where: str) -> None:
    """Check each scenario's weights and overrides against the analysis they change."""
    base = analysis.model_dump(include=set(Analysis.model_fields) - {"scenarios"})
    for name, scenario in analysis.scenarios.items():
        here = f"{where}: scenarios.{name}"
        for key, instead in (("scenarios", "`label`, `weights` and `override`"), ("seed", "the run's own seed")):
            if key in scenario.override:
                raise InputError(f"a scenario cannot change {key}; it has {instead}", where=f"{here}.override")
        if not isinstance(scenario.override.get("score", {}), dict) or "weights" in scenario.override.get("score", {}):
            raise InputError(
                "must be a mapping of keys to values, without weights: those are the scenario's own `weights`",
                where=f"{here}.override.score",
            )
        _validate(Analysis, _merge(base, scenario.override), f"{here}.override")
        fixed = [key for key in scenario.override if key not in (*Measuring.model_fields, "score")]
        fixed += ["travel.modes"] if "modes" in (scenario.override.get("travel") or {}) else []
        if fixed:
            raise InputError(
                f"a scenario cannot change {fixed[0]}, which the city is read or drawn by; it can change "
                f"{', '.join(Measuring.model_fields)} and score",
                where=f"{here}.override",
            )
        try:
            scenario.score(analysis.score)
        except ValueError as error:
            raise InputError(str(error), where=here) from None


def with_scenario(settings: Settings, name: str) -> Settings:
    """Return one city's settings under a scenario: its overrides applied, its weights in place of the run's.

    Parameters
    ----------
    settings : one city's settings.
    name : key of the scenario.

    Raises
    ------
    InputError : there is no such scenario.
    """
    analysis = settings.analysis
    if name not in analysis.scenarios:
        raise InputError(f"no such scenario; {nearest(name, list(analysis.scenarios))}", where=name)
    scenario = analysis.scenarios[name]
    changed = Analysis.model_validate(_merge(analysis.model_dump(), scenario.override))
    return settings.model_copy(
        update={"analysis": changed.model_copy(update={"score": scenario.score(analysis.score)})}
    )


def own_reach(settings: Settings) -> str:
    """Serialise what the scenarios that change reach measure by; `restore_own_reach` reads it back."""
    parts = {
        key: with_scenario(settings, key).analysis.model_dump(mode="json", include=set(Measuring.model_fields))
        for key, scenario in settings.analysis.scenarios.items()
        if scenario.needs_own_reach
    }
    return json.dumps(parts, sort_keys=True, ensure_ascii=False)


def restore_own_reach(text: str) -> dict[str, Measuring]:
    """Read what `own_reach` wrote: by key of the scenario."""
    return {key: Measuring.model_validate(part) for key, part in json.loads(text).items()}


def load_config(data: dict[str, Any], *, where: str = "config/config.yaml") -> Config:
    """Check the main configuration.

    Parameters
    ----------
    data : the parsed YAML (or Snakemake's `config`).
    where : the file named in errors.
    """
    config = _validate(Config, data, where)
    _check_scenarios(config, where)
    return config


def load_settings(config: Config, city: str, *, root: Path = Path()) -> Settings:
    """Read one city's file and apply its overrides.

    Parameters
    ----------
    config : the checked main configuration.
    city : the city's key, the stem of its file.
    root : the project's root, where `config/cities` lies.
    """
    path = root / "config" / "cities" / f"{city}.yaml"
    shown = f"config/cities/{city}.yaml"
    if not path.exists():
        known = sorted(item.stem for item in path.parent.glob("*.yaml"))
        near = difflib.get_close_matches(city, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
        raise InputError(f"no such city file{hint}", where=shown)
    file = _validate(CityFile, _read_yaml(path), shown)
    base = config.model_dump(include=set(Analysis.model_fields))
    analysis = _validate(Analysis, _merge(base, file.override), f"{shown} (override)")
    _check_scenarios(analysis, f"{shown} (override)")
    if file.country not in analysis.travel.speeds_kmh:
        raise InputError(
            f"country: travel.speeds_kmh has no table for {file.country}; add one or use one of "
            f"{', '.join(analysis.travel.speeds_kmh)}",
            where=shown,
        )
    return Settings(key=city, city=City.model_validate(file.model_dump(exclude={"override"})), analysis=analysis)


def _not_there(key: str, file: str, folders: list[Path], *, variable: str, where: str) -> InputError:
    """Say that a required file is in none of the folders, and what to do."""
    looked = ", ".join(str(folder) for folder in folders)
    return InputError(
        f"{key}: {file} is not in {looked}; put it there, point the variable {variable} at its folder, or say "
        "`required: false` to go without",
        where=where,
    )


def find_imports(imports: list[Import], folders: list[Path], *, where: str) -> list[Path]:
    """Find the files of a city's imported lists.

    Parameters
    ----------
    imports : the lists.
    folders : where to look, in this order.
    where : the city file named in errors.

    Returns
    -------
    The files that are there, in the order of the lists.

    Raises
    ------
    InputError : a required file is nowhere.
    """
    found = []
    for number, one in enumerate(imports):
        path = next((folder / one.file for folder in folders if (folder / one.file).is_file()), None)
        if path is None and one.required:
            raise _not_there(f"imports.{number}.file", one.file, folders, variable="IMPORTS", where=where)
        if path is not None:
            found.append(path)
    return found


def find_gtfs(gtfs: Gtfs | None, folders: list[Path], *, where: str) -> list[Path]:
    """Find the feed of a city.

    Parameters
    ----------
    gtfs : the feed as configured, if one is.
    folders : where to look, in this order.
    where : the city file named in errors.

    Returns
    -------
    The zip file, or the .txt files of the folder; nothing when there is no feed.

    Raises
    ------
    InputError : a required feed is nowhere, or its folder holds no table.
    """
    if gtfs is None:
        return []
    path = next((folder / gtfs.file for folder in folders if (folder / gtfs.file).exists()), None)
    if path is None and gtfs.required:
        raise _not_there("gtfs.file", gtfs.file, folders, variable="GTFS", where=where)
    if path is None or path.is_file():
        return [path] if path else []
    files = sorted(path.glob("*.txt"))
    if not files:
        raise InputError(f"gtfs.file: the folder {gtfs.file} holds no .txt file, so it is no GTFS feed", where=where)
    return files


def pick(settings: Settings, *keys: str) -> str:
    """Serialise the named parts of the settings, so that a rule depends on these keys and no others.

    Parameters
    ----------
    settings : one city's settings.
    keys : dotted keys, e.g. "city.boundary", "analysis.reach".

    Returns
    -------
    JSON text with sorted keys; `restore` reads it back.
    """
    whole = settings.model_dump(mode="json")
    parts: dict[str, Any] = {}
    for key in keys:
        value: Any = whole
        for part in key.split("."):
            value = value[part]
        parts[key] = value
    return json.dumps(parts, sort_keys=True, ensure_ascii=False)


def restore(text: str, key: str, model: type[M]) -> M:
    """Read one part of what `pick` wrote back into its model."""
    return model.model_validate(json.loads(text)[key])


def restore_all(text: str, key: str, model: type[M]) -> dict[str, M]:
    """Read a mapping of such parts back: name -> model."""
    return {name: model.model_validate(part) for name, part in json.loads(text)[key].items()}
