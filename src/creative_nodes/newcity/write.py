"""The file of a new city: what is known, and in comments what is not."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import shapely
import yaml

from creative_nodes.common import new_city_file, validated
from creative_nodes.locate import languages_of
from creative_nodes.newcity.asked import AskedCity
from creative_nodes.newcity.known import Known, find_out, three_letters, utm_zone
from creative_nodes.settings import CityFile, Config

WIDTH = 110
FILL = "FILL"
LARGE_KM2 = 1500  # the box of Ho Chi Minh City has 1,090 and takes minutes
_WORLDPOP = "https://data.worldpop.org/GIS/Population"
_SOTON = "https://worldpop-public-data.soton.ac.uk/GIS/Population"
_RASTER = "Global_2015_2030/R2025A/2025/{three}/v1/1km_ua/constrained/{small}_pop_2025_CN_1km_R2025A_UA_v1.tif"
_OLDER = "Global_2000_2020_1km_UNadj/2020/{three}/{small}_ppp_2020_1km_Aggregated_UNadj.tif"


class _Text:
    """Lines of YAML and comments, the mapping that they make, and what somebody has to fill."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.said: dict[str, Any] = {}
        self.to_fill: list[str] = []

    def comment(self, text: str) -> None:
        if text.startswith(FILL):
            self.to_fill.append(text)
        self.lines += textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)

    def add(self, key: str, value: Any, *, told: str = "") -> None:
        """Add a key, under what is to be said of it."""
        if told:
            self.comment(told)
        self.said[key] = value
        nested = isinstance(value, list) or (
            isinstance(value, dict) and any(isinstance(one, list | dict) for one in value.values())
        )
        # lists of numbers and codes stand in a line
        style = None if nested else False
        dumped = yaml.safe_dump(
            {key: value}, allow_unicode=True, sort_keys=False, width=10_000, default_flow_style=style
        )
        self.lines += dumped.rstrip("\n").splitlines()

    def lacks(self, key: str, example: str, *, told: str) -> None:
        """Say of a key that somebody has to fill it."""
        self.comment(f"{FILL}: {told}")
        self.lines.append(f"# {key}: {example}")


def _plain(value: Any) -> Any:
    """Return settings as YAML has them: lists for tuples."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value


def _middle(known: Known) -> str:
    """Write the middle of the study area: no place of another city, which somebody would leave as it is."""
    x, y = shapely.get_coordinates(known.centre)[0] if known.centre is not None else (0.0, 0.0)
    return f"[{x:.4f}, {y:.4f}]"


def _boundary(text: _Text, asked: AskedCity, known: Known) -> None:
    said = _plain(asked.boundary().model_dump(exclude_none=True))
    told = ""
    if "place" in said and known.place:
        told = f"what Nominatim knows by this name: {known.place.shown}; {known.km2:,.0f} km²"
    elif "place" in said:
        told = (
            f"{FILL}: Nominatim could not be asked ({known.unknown['place']}), so it is asked when the city is made; a "
            "box needs no network: bbox: [west, south, east, north]"
        )
    elif known.area is not None:
        told = f"{known.km2:,.0f} km²"
    if known.km2 > LARGE_KM2:
        told += ". That is much for one city: a box around the built-up part, or radius_m, is made sooner"
    text.add("boundary", said, told=told)
    if known.area is not None and (epsg := utm_zone(known.area)):
        text.add("epsg", epsg, told="UTM zone of its centre")


def _source(text: _Text, known: Known) -> None:
    if known.extract:
        name = known.extract.name
        told = f"{name}, the smallest extract of Geofabrik that holds it. EXTRACTS=<folder> uses <city>.osm.pbf instead"
        text.add("source", {"kind": "geofabrik", "url": known.extract.url}, told=told)
        return
    why = known.unknown.get("source", "where the city lies is not known")
    told = (
        f"{FILL}: no extract was found ({why}). Overpass serves until kind: geofabrik and the url of an extract "
        "(https://download.geofabrik.de) stand here; a file <city>.osm.pbf in the folder EXTRACTS goes before both"
    )
    text.add("source", {"kind": "overpass"}, told=told)


def _raster(path: str, three: str, year: int, source: str) -> dict[str, Any]:
    end = path.format(three=three, small=three.lower())
    return {
        "file": end.rsplit("/", 1)[-1],
        "url": f"{_WORLDPOP}/{end}",
        "mirrors": [f"{_SOTON}/{end}"],
        "year": year,
        "source": source,
    }


def _people(text: _Text, known: Known) -> None:
    three = three_letters(known.country) if known.country else None
    if not three:
        text.lacks(
            "people",
            '{total: {residents: 1000000, year: 2020, source: "who published it"}}',
            told="residents: a raster of persons, a table, or a published total of the study area; without any, nobody "
            "is counted",
        )
        return
    rasters = {
        "raster": _raster(_RASTER, three, 2025, "WorldPop 2025 (R2025A, constrained), UN-adjusted, 1 km, CC BY 4.0"),
        "older_raster": _raster(_OLDER, three, 2020, "WorldPop 2020, UN-adjusted, 1 km, CC BY 4.0"),
    }
    told = (
        "WorldPop's rasters of the country, by their names; nobody has asked whether they are there. Not known: a "
        "published total of the study area (people.total), which serves where no raster is to be had"
    )
    text.add("people", rasters, told=told)


def _borrowed(config: Config, lender: str, country: str) -> dict[str, Any]:
    """Return the analysis keys that give a country the speeds of another, in scenarios too."""
    given = config.model_dump()
    over: dict[str, Any] = {"travel": {"speeds_kmh": {country: given["travel"]["speeds_kmh"][lender]}}}
    if peak := given["travel"]["peak_factor"].get(lender):
        over["travel"]["peak_factor"] = {country: peak}
    for key, scenario in given["scenarios"].items():
        travel = (scenario["override"] or {}).get("travel", {})
        if speeds := travel.get("speeds_kmh", {}).get(lender):
            changed = {"override": {"travel": {"speeds_kmh": {country: speeds}}}}
            over.setdefault("scenarios", {})[key] = changed
    return over


def _travel(text: _Text, asked: AskedCity, known: Known, config: Config) -> None:
    own = known.lender == known.country
    if mode := asked.main_mode or known.main_mode:
        as_there = f"as in a city of {known.lender} in this folder; look whether it holds here"
        told = "" if asked.main_mode else as_there if known.country else f"{FILL}: the country is not known; {as_there}"
        text.add("main_mode", mode, told=told)
    if known.country and not own:
        told = (
            f"{FILL}: there is no table of speeds for {known.country}; these are those of {known.lender}, the nearest "
            "country that has one. They stand here, so that no other city is made anew: put your own in"
        )
        text.add("override", _borrowed(config, known.lender, known.country), told=told)


def city_text(asked: AskedCity, known: Known, config: Config) -> tuple[str, dict[str, Any], list[str]]:
    """Write the file of a city.

    Parameters
    ----------
    asked : the city.
    known : what is known of it.
    config : the main configuration, whose speeds may be borrowed.

    Returns
    -------
    The text, what it says without its comments, and what is marked to be filled.
    """
    text = _Text()
    text.comment(f"{asked.name}, begun by `snakemake new_city`. Look over what is marked {FILL}, and what this says.")
    text.add("name", asked.name)
    local = known.place.local_name if known.place else ""
    text.add("local_name", local or asked.name, told="" if local else f"{FILL}: its name as people there write it")
    if known.country:
        doubt = known.unknown.get("country")
        text.add("country", known.country, told=f"{FILL}: look whether it is right; {doubt}" if doubt else "")
        languages = list(languages_of(known.country))
        text.add("languages", languages, told="official languages, and English; add those that old works are named in")
    else:
        text.lacks("country", "VN", told="ISO 3166-1 code, which nobody could tell; without it the city cannot be made")
    _boundary(text, asked, known)
    _source(text, known)
    _people(text, known)
    if known.place:
        centre = [round(one, 4) for one in known.place.point]
        text.add("centre", centre, told="as Nominatim has it; the back-test compares with the distance to it")
    else:
        told = "its centre (here the middle of the study area); without it the residents' mean position counts"
        text.lacks("centre", _middle(known), told=told)
    _travel(text, asked, known, config)
    key = asked.city
    text.comment(
        f"Not known here: sites that people know (registry: config/registry/{key}.csv), lists made by others "
        "(imports), and a timetable (gtfs; else OSM's routes serve). config/README.md explains every key."
    )
    return "\n".join(text.lines) + "\n", text.said, text.to_fill


def _put(path: Path, text: str) -> None:
    """Write a file whole, and never over another."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    try:
        os.link(part, path)
    finally:
        part.unlink()


def begin_city(
    asked: AskedCity,
    config: Config,
    *,
    cache: Path,
    root: Path = Path(),
    report: Callable[[str], None],
    ask: bool = True,
) -> tuple[Path, list[str]]:
    """Write the file of a new city.

    Parameters
    ----------
    asked : the city.
    config : the main configuration.
    cache : folder that keeps the answers of servers.
    root : the working folder.
    report : called with a line for each failure of a server.
    ask : whether servers are asked.

    Returns
    -------
    The file, and what somebody has to look at, a line each.

    Raises
    ------
    InputError : there is such a city already, its key is none, or its polygon cannot be read.
    """
    path = new_city_file(asked.city, root=root)
    known = find_out(asked, config, cache=cache, root=root, report=report, ask=ask)
    text, said, to_fill = city_text(asked, known, config)
    if "country" in said:
        validated(CityFile, said, str(path))
    _put(path, text)
    return path, to_fill
