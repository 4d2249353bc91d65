"""The registry: known sites from public sources, read, checked and matched to OSM one to one."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import shapely
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from rapidfuzz import fuzz
from scipy.optimize import linear_sum_assignment

from creative_nodes.common import (
    METRES_PER_KM,
    SITE_STATUSES,
    WGS84_EPSG,
    InputError,
    SiteStatus,
    nearest,
    reproject,
    values_bounded,
    what_is_wrong,
)
from creative_nodes.locate.names import fold

# how far from its stated position a row of each precision may lie
PRECISION_M = {"site": 0.0, "street": 500.0, "ward": 1500.0}
HALF_ALIKE = 0.5
SHORTEST_OWN = 3  # letters: A, B2 or a number tell buildings apart, not works
LARGEST_M2 = 1e8  # 100 km²: more is a slip
FARTHEST_KM = 150.0  # a row farther from the study area is a slip, not a site outside it
REGISTRY = "registry"
ONLINE = "online"  # in place of words on where it is: a space that exists online alone
NOT_IN_CSV = ("origin", "listing", "wikidata", "image")  # what only rows of imported lists carry
# columns that a registry may leave out
MAY_LACK = ("status_date", "status_source", "remote", "area_m2", "year_built", "position_source")
# folded words that tell no works from another
_GENERIC = re.compile(
    r"\b(?:nha may|nha kho|xi nghiep|tong cong ty|cong ty|co phan|cp|tnhh|mtv|nha nuoc|nha in|xuong|kho|works|factory|"
    r"mill|plant|company|co|ltd|limited|corporation|usine|fabrik|old|former|tram bom|pumping station|thap nuoc|"
    r"water tower|warehouse|wharf|ben cang|cang)\b|"
    r"(?:股份|有限|责任|总|分)*公司|工厂|厂|仓库|码头|泵站|水塔|旧址|遗址|大楼|大厦"
)
# a street and a number of a house
_ADDRESS = re.compile(r"\S+?(?:路|街|大道|弄)\s*\d+(?:[\s~、-]+\d+)*\s*(?:号|弄)(?:内)?")
_WEB_ADDRESS = re.compile(r"https?://[^\s/]")
_NUMBER = re.compile(r"\d+|[一二三四五六七八九十百]+(?=[厂号期部区])|(?<=第)[一二三四五六七八九十百]+")


class Known(BaseModel):
    """One row of a registry, or of an imported list, which has its file name as `origin` and may leave much empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    registry_id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    name_en: str = ""
    name_vi: str = ""
    name_zh: str = ""
    aliases: str = ""
    kind: Literal["heritage", "creative", "both"]
    heritage_class: str = ""
    domain: str = ""
    tier: Literal["core", "intermediate", "supporting", ""] = ""
    former_use: str = ""
    present_use: str = ""
    status: Literal[SiteStatus, ""]
    status_date: str = Field("", pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")
    status_source: str = ""
    year_converted: int | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    precision: Literal["site", "street", "ward"]
    position_source: str = ""
    source: str = Field(min_length=1)
    note: str = ""
    remote: str = ""
    area_m2: Annotated[float, Field(gt=0, le=LARGEST_M2)] | None = None
    origin: str = REGISTRY
    year_built: Annotated[int, Field(ge=1000, le=2200)] | None = None
    listing: str = ""
    wikidata: str = ""
    image: str = ""

    @field_validator("year_converted", "year_built", "lon", "lat", "area_m2", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("remote")
    @classmethod
    def _one_word(cls, value: str) -> str:
        return ONLINE if fold(value) == ONLINE else value

    @model_validator(mode="before")
    @classmethod
    def _not_swapped(cls, values: dict[str, object]) -> dict[str, object]:
        try:
            lon, lat = float(str(values.get("lon"))), float(str(values.get("lat")))
        except ValueError:
            return values
        if abs(lat) > 90 and abs(lon) <= 90:
            raise ValueError(f"lat {lat:g} is beyond 90 degrees: lon and lat look swapped")
        return values

    @model_validator(mode="after")
    def _whole_position(self) -> Known:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("give both lon and lat or neither")
        if self.origin != REGISTRY:
            return self
        if not self.status:
            raise ValueError(f"status must be one of {', '.join(SITE_STATUSES)}")
        if self.kind in ("creative", "both") and not (self.domain and self.tier):
            raise ValueError("a creative space needs domain and tier")
        if self.kind in ("heritage", "both") and not self.heritage_class:
            raise ValueError("an industrial-heritage site needs heritage_class")
        if self.is_online:
            self._check_online()
        return self

    def _check_online(self) -> None:
        if self.lon is not None:
            raise ValueError(f"what is {ONLINE} has no place: leave lon and lat empty, or say in remote where it is")
        if self.kind != "creative":
            raise ValueError(f"only a creative space can be {ONLINE}: a site of industrial heritage has a place")
        if not _WEB_ADDRESS.search(self.source):
            raise ValueError(f"what is {ONLINE} needs its web address (https://...) in source, before any other")

    @property
    def is_online(self) -> bool:
        """Whether it exists online alone, without a place."""
        return self.remote == ONLINE

    def folded_names(self) -> list[str]:
        """Return all names and aliases, folded."""
        names = [self.name, self.name_en, self.name_vi, self.name_zh, *self.aliases.split(";")]
        return list(dict.fromkeys(fold(name) for name in names if fold(name)))


def unreadable_row(error: csv.Error, where: str) -> InputError:
    """Say that a CSV cannot be read on from a row.

    Parameters
    ----------
    error : as the reader has it.
    where : file and line, for the error.
    """
    return InputError(
        f"cannot be read ({error}); is a quote not closed, or a quote within a value not doubled?", where=where
    )


def csv_rows(reader: csv.DictReader[str], where: str) -> Iterator[tuple[int, dict[Any, Any]]]:
    """Yield the rows of a CSV, each with the line that it ends on.

    Parameters
    ----------
    reader : over the file.
    where : the file, for errors.

    Raises
    ------
    InputError : a row cannot be read: the error names the line that it begins on.
    """
    line = max(reader.line_num, 1)
    try:
        for values in reader:
            line = reader.line_num
            yield line, values
    except csv.Error as error:
        raise unreadable_row(error, f"{where}, line {line + 1}") from None


@values_bounded()
def read_registry(path: str | Path, *, area: shapely.Geometry | None = None, epsg: int | None = None) -> list[Known]:
    """Read a registry CSV (UTF-8, with or without a byte order mark).

    Parameters
    ----------
    path : the file.
    area, epsg : study area (EPSG:4326) and metric CRS; when given, positions far from the city are refused.

    Raises
    ------
    InputError : naming the file, the row and what is wrong.
    """
    where = str(path)
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            columns = [name for name in Known.model_fields if name not in (*NOT_IN_CSV, *MAY_LACK)]
            missing = [name for name in columns if name not in (reader.fieldnames or [])]
            if missing:
                raise InputError(f"column {', '.join(missing)} is missing", where=where)
            for name in reader.fieldnames or []:
                if name and name not in (*columns, *MAY_LACK):
                    raise InputError(
                        f"{name}: there is no such column; {nearest(name, [*columns, *MAY_LACK])}",
                        where=f"{where}, line 1",
                    )
            raw = list(csv_rows(reader, where))
    except FileNotFoundError:
        raise InputError("no such registry file", where=where) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); give a CSV file", where=where) from None
    except csv.Error as error:
        raise unreadable_row(error, f"{where}, line 1") from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8; save it as UTF-8", where=where) from None
    rows, seen = [], set()
    for number, values in raw:
        if None in values:
            raise InputError(
                f"has {len(values[None])} values more than there are columns; put a value that holds a comma in quotes",
                where=f"{where}, line {number}",
            )
        try:
            row = Known.model_validate({k: (v or "").strip() for k, v in values.items() if k})
        except ValidationError as error:
            said = "; ".join(
                f"{'.'.join(map(str, fault['loc'])) or 'row'}: {what_is_wrong(fault, Known)}"
                for fault in error.errors()
            )
            raise InputError(said, where=f"{where}, line {number}") from None
        if row.registry_id in seen:
            raise InputError(f"registry_id {row.registry_id} stands twice", where=f"{where}, line {number}")
        seen.add(row.registry_id)
        rows.append(row)
    if area is not None and epsg is not None:
        check_registry(rows, area, epsg=epsg, where=where)
    return rows


def check_registry(rows: list[Known], area: shapely.Geometry, *, epsg: int, where: str) -> None:
    """Check rows against each other and against the city.

    Parameters
    ----------
    rows : rows of one registry.
    area : study area, EPSG:4326.
    epsg : metric CRS.
    where : the file named in errors.

    Raises
    ------
    InputError : two rows of one name at one place, or a position too far from the city to be in it.
    """
    seen: dict[tuple[str, float | None, float | None], str] = {}
    outline = reproject(area, WGS84_EPSG, epsg)
    for row, point in zip(rows, positions(rows, epsg), strict=True):
        key = (fold(row.name), row.lon, row.lat)
        if key in seen:
            raise InputError(
                f"row {row.registry_id} is the same name and place as row {seen[key]}; keep one of them", where=where
            )
        seen[key] = row.registry_id
        away_km = 0.0 if point is None else float(shapely.distance(outline, point)) / METRES_PER_KM
        if away_km > FARTHEST_KM:
            raise InputError(
                f"row {row.registry_id}: {row.lon:g}, {row.lat:g} lies {away_km:,.0f} km from the study area; "
                "check lon and lat",
                where=where,
            )


@dataclass(frozen=True)
class Match:
    """A registry row matched to a site by name or position, with the similarity of names (0-1) and the distance (m)."""

    row: int
    site: int
    score: float
    distance_m: float
    how: Literal["name", "position", "claim"]


def positions(rows: list[Known], epsg: int) -> np.ndarray:
    """Return each row's point in the metric CRS; None where it has no position.

    Parameters
    ----------
    rows : registry rows.
    epsg : the metric CRS.
    """
    points = np.array(
        [shapely.Point(r.lon, r.lat) if r.lon is not None and r.lat is not None else None for r in rows], dtype=object
    )
    moved: np.ndarray = reproject(points, WGS84_EPSG, epsg)
    return moved


def similarity(a: str, b: str) -> float:
    """Return the similarity of two folded names, 0-1: the words in any order, spelling slips allowed.

    Names with different numbers are of different things: works no. 1 is not works no. 2.

    Parameters
    ----------
    a, b : folded names.
    """
    numbers_a, numbers_b = _numbers(a), _numbers(b)
    if numbers_a and numbers_b and numbers_a != numbers_b:
        return 0.0
    return fuzz.token_sort_ratio(a, b) / 100


def contradict(some: Iterable[str], others: Iterable[str]) -> bool:
    """Tell whether two things go by names that are not half alike: then they are two works, wherever they lie.

    Words that any works has in its name (works, company, 厂, nhà máy) make no two names alike. An address for a name
    (新泰路57号仓库, the warehouse at 57 Xintai Road) tells where a thing is, and contradicts none but another address.

    Parameters
    ----------
    some, others : folded names of each; without any nothing is contradicted.
    """
    own, other = ([own_part(name) for name in names if name] for names in (some, others))
    if all(map(_ADDRESS.fullmatch, own)) != all(map(_ADDRESS.fullmatch, other)):
        return False
    pairs = [(a, b) for a in own for b in other]
    return bool(pairs) and max(similarity(a, b) for a, b in pairs) < HALF_ALIKE


def own_part(name: str) -> str:
    """Return what is a name's own in it; the whole name where nothing is.

    Parameters
    ----------
    name : a folded name.
    """
    return _bare(name) or name


def has_own_part(name: str) -> bool:
    """Tell whether a name holds more than words that any works has in its name.

    Parameters
    ----------
    name : a folded name.
    """
    return len(_bare(name)) >= SHORTEST_OWN


@lru_cache(maxsize=100_000)
def _numbers(name: str) -> list[str]:
    return sorted(_NUMBER.findall(name))


@lru_cache(maxsize=100_000)
def _bare(name: str) -> str:
    return " ".join(_GENERIC.sub(" ", name).split())


def match(
    rows: list[Known],
    names: list[list[str]],
    geometry: np.ndarray,
    *,
    epsg: int,
    within_m: float,
    min_score: float,
) -> list[Match]:
    """Match registry rows to sites or objects, one to one, by name and distance.

    A row with a position matches one of similar name within `within_m` plus what its precision leaves open; a row
    without one matches the only one of exactly its name in the city.

    Parameters
    ----------
    rows : registry rows.
    names : folded names of each site.
    geometry : shapes of the sites in the metric CRS.
    epsg : that CRS.
    within_m : metres, straight-line.
    min_score : least similarity of names, 0-1.
    """
    found: dict[tuple[int, int], tuple[float, float]] = {}
    tree = shapely.STRtree(geometry)
    holders = _holders(names)
    for i, (row, point) in enumerate(zip(rows, positions(rows, epsg), strict=True)):
        own = row.folded_names()
        if point is None:
            same = {j for name in own for j in holders.get(name, ())}
            found.update({(i, j): (1.0, np.nan) for j in same if len(same) == 1})
            continue
        for j in tree.query(point, predicate="dwithin", distance=within_m + PRECISION_M[row.precision]):
            score = max((similarity(a, b) for a in own for b in names[j]), default=0.0)
            if score >= min_score:
                found[i, int(j)] = (score, float(shapely.distance(point, geometry[j])))
    return _one_to_one(found, "name", within_m)


def _holders(names: list[list[str]]) -> dict[str, list[int]]:
    """Index sites by folded name."""
    holders: dict[str, list[int]] = {}
    for j, some in enumerate(names):
        for name in some:
            holders.setdefault(name, []).append(j)
    return holders


def match_by_position(
    rows: list[Known], names: list[list[str]], free: np.ndarray, geometry: np.ndarray, *, epsg: int
) -> list[Match]:
    """Match rows that are placed to the site with the sites their point lies in, one to one.

    The site must be unnamed, or its name must not contradict the row's: an estate of another name is another thing.

    Parameters
    ----------
    rows : registry rows.
    names : folded names of each site.
    free : which sites are not matched yet, shape (n sites,).
    geometry : shapes of the sites in the metric CRS.
    epsg : that CRS.
    """
    tree = shapely.STRtree(geometry)
    found: dict[tuple[int, int], tuple[float, float]] = {}
    for i, (row, point) in enumerate(zip(rows, positions(rows, epsg), strict=True)):
        if point is None or row.precision != "site":
            continue
        for j in tree.query(point, predicate="within"):
            score = max((similarity(a, b) for a in row.folded_names() for b in names[j]), default=0.0)
            if free[j] and not contradict(row.folded_names(), names[j]):
                found[i, int(j)] = (score, 0.0)
    return _one_to_one(found, "position", 1.0)


def _one_to_one(
    found: dict[tuple[int, int], tuple[float, float]], how: Literal["name", "position"], within_m: float
) -> list[Match]:
    """Choose the pairs with the best names in sum; of equal names the nearer."""
    if not found:
        return []
    rows = sorted({i for i, _ in found})
    sites = sorted({j for _, j in found})
    gains = np.zeros((len(rows), len(sites)))
    for (i, j), (score, distance) in found.items():
        closeness = 0.5 if np.isnan(distance) else 1 / (1 + distance / within_m)
        gains[rows.index(i), sites.index(j)] = score + 0.1 * closeness
    chosen = zip(*linear_sum_assignment(gains, maximize=True), strict=True)
    pairs = [(rows[a], sites[b]) for a, b in chosen if gains[a, b] > 0]
    return [Match(i, j, *found[i, j], how) for i, j in pairs]
