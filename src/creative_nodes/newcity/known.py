"""What can be known of a city before any of its data is there, and what cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import shapely
from babel.core import get_global
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import (
    M2_PER_KM2,
    WGS84_EPSG,
    InputError,
    buffer_metres,
    known_cities,
    metric_epsg,
    read_city,
    reproject,
)
from creative_nodes.newcity.asked import WHERE, AskedCity
from creative_nodes.pull import (
    Extract,
    Internet,
    KnownPlace,
    countries_at,
    look_up_place,
    nearest_country,
    polygon_file,
    read_index,
    smallest_extract,
)
from creative_nodes.settings import Config

# what a person waits for on the terminal; a download waits for an hour
TRIES, PATIENCE_MINUTES = 3, 1.0
T = TypeVar("T")


@dataclass
class Known:
    """What is known of a new city; what is not is None, with the reason in `unknown` by key.

    Attributes
    ----------
    area : study area, EPSG:4326.
    place : as Nominatim knows it.
    extract : of Geofabrik, the smallest that holds the study area and what is read around it.
    country : ISO 3166-1 code.
    lender : the country whose speeds serve: its own, or the nearest that has a table.
    main_mode : how most trips are made.
    unknown : by key of the city's file, why it is not known.
    """

    area: BaseGeometry | None = None
    place: KnownPlace | None = None
    extract: Extract | None = None
    country: str | None = None
    lender: str = ""
    main_mode: str = ""
    unknown: dict[str, str] = field(default_factory=dict)

    @property
    def centre(self) -> BaseGeometry | None:
        """The point that the city lies at, EPSG:4326."""
        if self.place:
            return shapely.Point(self.place.point)
        return shapely.centroid(self.area) if self.area is not None else None

    @property
    def km2(self) -> float:
        """Size of the study area, km²; 0 where it is not known."""
        if self.area is None:
            return 0.0
        return float(reproject(self.area, WGS84_EPSG, metric_epsg(self.area, None)).area / M2_PER_KM2)


def _tried(known: Known, key: str, question: Callable[[], T] | None) -> T | None:
    """Ask, and note why there is no answer; without a question nobody is asked."""
    if question is None:
        known.unknown[key] = "nobody was asked"
        return None
    try:
        return question()
    except InputError as error:
        known.unknown[key] = str(error)
        return None


def _in_short(internet: Internet) -> Internet:
    return internet.model_copy(
        update={
            "tries": min(internet.tries, TRIES),
            "patience_minutes": min(internet.patience_minutes, PATIENCE_MINUTES),
        }
    )


def _area(asked: AskedCity, place: KnownPlace | None, root: Path) -> BaseGeometry | None:
    """Return the study area of what is asked; None for a place that nobody could be asked about."""
    if asked.box:
        return shapely.box(*asked.box)
    if asked.polygon:
        return polygon_file(root / asked.polygon, where=f"{WHERE}: polygon")
    if place is None:
        return None
    if asked.radius_m:
        point = shapely.Point(place.point)
        circle: BaseGeometry = buffer_metres(point, asked.radius_m, metric_epsg(point, None))
        return circle
    if place.area is None:
        raise InputError(
            f"Nominatim gives no outline of {asked.place or asked.name!r}; give radius_m, such as 6000, box or polygon",
            where=f"{WHERE}: place",
        )
    return place.area


def _extract(extracts: Sequence[Extract], area: BaseGeometry, margin_m: float) -> Extract:
    """Return the smallest extract that holds the area with what is read around it, or at a coast without."""
    try:
        return smallest_extract(extracts, buffer_metres(area, margin_m, metric_epsg(area, None)))
    except InputError:
        return smallest_extract(extracts, area)


def _country(asked: str | None, known: Known, extracts: Sequence[Extract]) -> str | None:
    """Return the country asked for, or else that which the city lies in; note what speaks against it.

    It lies where Nominatim says, or in those whose extracts hold its centre.
    """
    if known.place and known.place.country:
        there = [known.place.country]
    else:
        there = countries_at(extracts, known.centre) if known.centre is not None else []
    if asked and there and asked not in there:
        known.unknown["country"] = f"{asked} was asked for, but its centre lies in {' or '.join(there)}"
    elif asked and not there and known.area is not None:
        known.unknown["country"] = "nothing was at hand that tells what lies there, land of this country or sea"
    elif not asked and len(there) > 1:
        known.unknown["country"] = (
            f"extracts of {' and '.join(there)} hold it, and it lies deepest in that of {there[0]}"
        )
    return asked or (there[0] if there else None)


def _modes(root: Path) -> dict[str, str]:
    """Return the main mode of the first city of each country that has one."""
    said = [read_city(city, root=root)[0] for city in known_cities(root=root)]
    # a file that new_city began may have its country still to be filled in
    cities = [one for one in said if one.get("main_mode") and one.get("country") and not one.get("fictional")]
    return {one["country"]: str(one["main_mode"]) for one in reversed(cities)}


def _borrow(known: Known, extracts: Sequence[Extract], config: Config, modes: dict[str, str]) -> None:
    """Note whose speeds and main mode serve."""
    tables = list(config.travel.speeds_kmh)
    own = known.country if known.country in tables else None
    near = nearest_country(extracts, known.centre, tables) if known.centre is not None and not own else None
    known.lender = own or near or tables[0]
    known.main_mode = modes.get(known.country or "") or modes.get(known.lender, "")


def find_out(
    asked: AskedCity,
    config: Config,
    *,
    cache: Path,
    root: Path = Path(),
    report: Callable[[str], None],
    ask: bool = True,
) -> Known:
    """Find out what can be known of a city: from Nominatim, Geofabrik's index, and the cities that are there.

    Parameters
    ----------
    asked : the city.
    config : the main configuration.
    cache : folder that keeps the answers of servers.
    root : the working folder.
    report : called with a line for each failure of a server.
    ask : whether servers are asked.

    Raises
    ------
    InputError : the polygon cannot be read, or the place has no outline.
    """
    known, internet = Known(), _in_short(config.internet)
    how: dict[str, Any] = {"cache": cache, "internet": internet, "report": report}
    if not (asked.box or asked.polygon):
        name = asked.place or asked.name
        known.place = _tried(
            known, "place", (lambda: look_up_place(name, where=f"{WHERE}: place", **how)) if ask else None
        )
    known.area = _area(asked, known.place, root)
    area, extracts = known.area, _tried(known, "source", (lambda: read_index(**how)) if ask else None) or []
    if extracts and area is not None:
        known.extract = _tried(known, "source", lambda: _extract(extracts, area, config.edge_buffer_m))
    known.country = _country(asked.country, known, extracts)
    _borrow(known, extracts, config, _modes(root))
    return known


def utm_zone(area: BaseGeometry) -> int | None:
    """Return the EPSG code of the WGS 84 UTM zone at the centre of an area, as PROJ's database has it.

    Parameters
    ----------
    area : EPSG:4326.
    """
    at = shapely.centroid(area)
    here = AreaOfInterest(at.x, at.y, at.x, at.y)
    found = query_utm_crs_info(datum_name="WGS 84", area_of_interest=here)
    return min((int(one.code) for one in found), default=None)


def three_letters(country: str) -> str | None:
    """Return the ISO 3166-1 code of three letters for that of two (Unicode CLDR)."""
    aliases = get_global("territory_aliases")
    found = sorted(code for code, now in aliases.items() if now == [country] and len(code) == 3 and code.isalpha())
    # withdrawn codes stand there too: of DDR and DEU the one with the letters of DE in their order counts
    first, second = country[0], country[1]
    alike = [code for code in found if second in code[code.find(first) + 1 :] and first in code]
    return next(iter([*alike, *found]), None)
