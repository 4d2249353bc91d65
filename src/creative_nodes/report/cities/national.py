"""Many cities on one page: ranked by what their best set brings, on maps by country, to be filtered.

Residents and creative spaces have no common measure between cities, so there is a rank for each and no sum of both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import LOCALES, amount, count, language, mark, not_known, say, spoken
from creative_nodes.report.cities.comparing import ComparedCity
from creative_nodes.report.city.sets import doubt_of, set_of
from creative_nodes.report.say.keys import CHIPS, MARKS
from creative_nodes.report.say.spoken import table
from creative_nodes.report.say.words import known_number, rows, worded
from creative_nodes.report.settings import HANDFUL

# the tables that a city's row and its dot are told from
RANKED_BY = ("study_area", "recommended", "set_beside_ranking", "set_doubt", "marks")
# what is recommended of a city: one of these stands in its row, and the filter chooses by it
STANDINGS = {
    "recommended": mark("a set is recommended"),
    "not_recommended": mark("no set is recommended: the best of this run rarely stays best"),
    "none": mark("nothing to choose from"),
}
WORLDS_SAY = mark(
    "On other maps and models it stays within a tenth of the best in {share:percent} of {draws:count} trials."
)
# drawing units of a map at most, about a pixel each, and left free around its cities
WIDTH, HEIGHT, MARGIN = 340, 480, 30
LEAST_DEGREES = 0.2  # of a map of one city, some 20 km: less shows nothing but the city
NARROWEST = 0.6  # width to height, and height to width: degrees need room to be written
LABEL = 54  # drawing units that degrees take on a line
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
MOST_LINES = 4  # of the grid, each way
NUMBERED = 10  # cities whose rank stands on the map
# the letter stands behind the degrees in all languages
NORTH, SOUTH, EAST, WEST = (mark("{degrees}° N"), mark("{degrees}° S"), mark("{degrees}° E"), mark("{degrees}° W"))


def country_name(code: str) -> str:
    """Name a country in the language in force, as CLDR does; a code that it lacks stands for itself."""
    return str(LOCALES[language()].territories.get(code, code))


@dataclass(frozen=True)
class RankedCity:
    """A city's row: ranks, what its best set brings, and how sure that is.

    Attributes
    ----------
    served, gain : residents newly served and network gain of the set; missing where there is nothing to choose from.
    served_rank, gain_rank : 1 for the most.
    standing : a key of `STANDINGS`; `line` says more of it.
    marks : class of the style sheets and words of each.
    """

    city: ComparedCity
    served: float | None
    gain: float | None
    served_rank: int | None
    gain_rank: int | None
    members: int
    standing: str
    line: str
    marks: tuple[tuple[str, str], ...]

    @property
    def country(self) -> str:
        """Name of its country."""
        return country_name(self.city.settings.city.country)

    @property
    def words(self) -> str:
        """Say what is recommended."""
        return worded(STANDINGS, self.standing)

    @property
    def served_told(self) -> str:
        """Write the residents."""
        return not_known() if self.served is None else count(self.served)

    @property
    def gain_told(self) -> str:
        """Write the network gain."""
        return not_known() if self.gain is None else amount(self.gain)


@dataclass(frozen=True)
class Dot:
    """A city on a map, in drawing units."""

    row: RankedCity
    x: int
    y: int
    numbered: bool


@dataclass(frozen=True)
class Line:
    """A line of a map's grid: where it crosses the frame, its degrees in words, and whether these stand before it."""

    at: int
    label: str
    before: bool = False


@dataclass(frozen=True)
class CountryMap:
    """A map of one country's cities: dots over a grid of degrees, north up."""

    country: str
    name: str
    width: int
    height: int
    parallels: tuple[Line, ...]
    meridians: tuple[Line, ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class National:
    """The ranking of many cities, their maps, and the countries to filter by."""

    rows: tuple[RankedCity, ...]
    maps: tuple[CountryMap, ...]
    countries: tuple[tuple[str, str], ...]
    standings: tuple[tuple[str, str, int], ...]


# ---------------------------------------------------------------- rows


def _standing(tables: Mapping[str, Any]) -> tuple[str, str]:
    """Tell what is recommended of a city, and say how much of that holds."""
    if not set_of(tables):
        beside = table(tables, "set_beside_ranking")
        return "none", "" if beside is None else spoken(rows(beside)[0], "note")
    row = doubt_of(tables)
    if row is None:
        return "recommended", say("Whether that holds on another map and model was not tried.")
    line = say(
        WORLDS_SAY,
        share=float(row.reaches),
        draws=int(row.worlds),
    )
    return "recommended" if bool(row.recommended) else "not_recommended", line


def _marks(tables: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Word the marks of a city's set, and that of the past."""
    found = table(tables, "marks")
    if found is None or not set_of(tables):
        return ()
    judged = found[(found["about"] == "set") | (found["mark"] == "past")]
    return tuple((CHIPS.get(row.verdict, "not"), worded(MARKS[row.mark], row.verdict)) for row in rows(judged))


def _ranks(values: Sequence[float | None]) -> list[int | None]:
    """Rank figures, the most first; equal ones share the better rank."""
    ranks = pd.Series([math.nan if one is None else one for one in values]).rank(ascending=False, method="min")
    return [None if math.isnan(rank) else int(rank) for rank in ranks]


def ranked(cities: Sequence[ComparedCity]) -> tuple[RankedCity, ...]:
    """Rank cities by the residents that their best sets newly serve; those without a set come last.

    Parameters
    ----------
    cities : each with the tables recommended, set_beside_ranking, set_doubt and marks.
    """
    best = [next(iter(set_of(city.tables)), None) for city in cities]
    served, gain = ([known_number(row and getattr(row, name)) for row in best] for name in ("set_served", "set_gain"))
    found = []
    ranks = zip(_ranks(served), _ranks(gain), strict=True)
    for city, row, residents, spaces, (of_served, of_gain) in zip(cities, best, served, gain, ranks, strict=True):
        standing, line = _standing(city.tables)
        members = int(row.k) if row else 0
        found.append(
            RankedCity(city, residents, spaces, of_served, of_gain, members, standing, line, _marks(city.tables))
        )
    return tuple(sorted(found, key=lambda one: (one.served_rank or math.inf, one.gain_rank or math.inf)))


# ---------------------------------------------------------------- maps


def _step(span: float) -> float:
    """Return round degrees between the lines of a grid."""
    return next((step for step in STEPS if span / step <= MOST_LINES), STEPS[-1])


def _grid(low: float, high: float, words: tuple[str, str]) -> list[tuple[float, str]]:
    """List the round degrees between two, each in words."""
    step = _step(high - low)
    round_ones = np.arange(math.ceil(low / step), math.floor(high / step) + 1) * step
    return [(float(at), say(words[0] if at >= 0 else words[1], degrees=f"{abs(at):g}")) for at in round_ones.round(4)]


@dataclass(frozen=True)
class _Frame:
    """Where degrees fall on a map: plate carrée, true to shape in the middle."""

    west: float
    north: float
    x_units: float
    y_units: float

    def x(self, lon: float) -> int:
        return round(MARGIN + (lon - self.west) * self.x_units)

    def y(self, lat: float) -> int:
        return round(MARGIN + (self.north - lat) * self.y_units)


def _framed(lon: np.ndarray, lat: np.ndarray) -> tuple[_Frame, tuple[float, float, float, float]]:
    """Fit a frame around places; return its west, south, east and north too."""
    middle = (lat.min() + lat.max()) / 2
    narrow = math.cos(math.radians(middle))
    wide, high = (lon.max() - lon.min()) * narrow, lat.max() - lat.min()
    wide, high = (max(one, NARROWEST * other, LEAST_DEGREES) for one, other in ((wide, high), (high, wide)))
    units = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
    centre = (lon.min() + lon.max()) / 2
    west, north = float(centre - wide / narrow / 2), float(middle + high / 2)
    return _Frame(west, north, units * narrow, units), (west, north - high, west + wide / narrow, north)


def _map(code: str, own: Sequence[RankedCity]) -> CountryMap:
    """Draw one country's cities, the first of them last, so that they lie on top."""
    areas = [row.city.tables["study_area"].geometry.iloc[0] for row in own]
    lon, lat = shapely.get_coordinates(shapely.centroid(areas)).T
    frame, (west, south, east, north) = _framed(lon, lat)
    dots = [
        Dot(row, frame.x(x), frame.y(y), (row.served_rank or math.inf) <= NUMBERED)
        for row, x, y in zip(own, lon, lat, strict=True)
    ]
    width = frame.x(east) + MARGIN
    meridians = [(frame.x(at), words) for at, words in _grid(west, east, (EAST, WEST))]
    return CountryMap(
        country=code,
        name=country_name(code),
        width=width,
        height=frame.y(south) + MARGIN,
        parallels=tuple(Line(frame.y(at), words) for at, words in _grid(south, north, (NORTH, SOUTH))),
        meridians=tuple(Line(at, words, at > width - LABEL) for at, words in meridians),
        dots=tuple(reversed(dots)),
    )


def national(cities: Sequence[ComparedCity]) -> National | None:
    """Rank many cities and put them on maps; nothing for a handful, which stand side by side.

    Parameters
    ----------
    cities : each with the tables `RANKED_BY`.
    """
    if len(cities) <= HANDFUL:
        return None
    found = ranked(cities)
    countries = sorted({row.city.settings.city.country for row in found})
    by_country = {code: [row for row in found if row.city.settings.city.country == code] for code in countries}
    numbers = {key: sum(row.standing == key for row in found) for key in STANDINGS}
    return National(
        rows=found,
        maps=tuple(_map(code, own) for code, own in by_country.items()),
        countries=tuple((code, country_name(code)) for code in countries),
        standings=tuple((key, worded(STANDINGS, key), n) for key, n in numbers.items() if n),
    )
