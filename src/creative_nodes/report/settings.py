"""The settings that the pages quote."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, get_type_hints

from creative_nodes.choose import Portfolio
from creative_nodes.common import InputError, Section, known_cities, nearest, restore, restore_all, where_of
from creative_nodes.doubt import Doubt
from creative_nodes.network import ClusterSettings, NetworkSettings
from creative_nodes.people import Completeness
from creative_nodes.reach import Accessibility, Candidates, Reach
from creative_nodes.score import Scenario, Score
from creative_nodes.settings import City, Report, Settings, load_city, pick
from creative_nodes.streets import Transit, Travel


@dataclass(frozen=True)
class Fresher:
    """The city that shows the same ground on a fresher map; `here`: it is part of the run, and has a page beside."""

    key: str
    name: str
    here: bool


@dataclass(frozen=True)
class PageSettings:
    """The settings a page quotes; `indexed`: the index of the run leads to it, so that it leads there."""

    key: str
    city: City
    report: Report
    score: Score
    reach: Reach
    candidates: Candidates
    network: NetworkSettings
    clusters: ClusterSettings
    completeness: Completeness
    accessibility: Accessibility
    travel: Travel
    transit: Transit
    scenarios: Mapping[str, Scenario]
    portfolio: Portfolio
    doubt: Doubt
    fresher: Fresher | None = None
    indexed: bool = True

    @property
    def scored_limits(self) -> dict[str, float]:
        """Minutes by mode that the criteria of residents count within."""
        if self.city.main_mode == "walk":
            return {"walk": self.reach.walk_minutes}
        return {"walk": self.reach.walk_minutes, self.city.main_mode: self.reach.ride_minutes}


# cities that stand side by side, each with a card and a column; more are ranked on one page
HANDFUL = 6
# parts of the analysis that the pages quote, each with its model
PARTS: dict[str, type[Section]] = {
    name: kind
    for name, kind in get_type_hints(PageSettings).items()
    if name != "city" and isinstance(kind, type) and issubclass(kind, Section)
}
# what a rule passes on to `settings_of`
PAGE_KEYS = ("key", "city", *(f"analysis.{name}" for name in PARTS), "analysis.scenarios")


def _fresher(key: str | None, cities: Sequence[str], where: str, root: Path) -> dict[str, Any] | None:
    if key is None:
        return None
    known = known_cities(root=root)
    if key not in known:
        raise InputError(f"no such city file: {key}; {nearest(key, known)}", where=f"{where}: fresher")
    return {"key": key, "name": load_city(key, root=root).name, "here": key in cities}


def page_settings(settings: Settings, cities: Sequence[str], *, root: Path = Path()) -> str:
    """Serialise what a page quotes; `settings_of` reads it back.

    Parameters
    ----------
    settings : of one city.
    cities : keys of the cities of the run.
    root : the project's root, where `config/cities` lies.

    Raises
    ------
    InputError : the city that is said to show the same ground on a fresher map does not exist.
    """
    where = where_of(settings.key, root=root)
    told = {
        "fresher": _fresher(settings.city.fresher, cities, where, root),
        # a made-up town leads there nowhere, so that its page does not hang on the list
        "indexed": settings.city.fictional or settings.key in cities,
    }
    return json.dumps(json.loads(pick(settings, *PAGE_KEYS)) | told, sort_keys=True, ensure_ascii=False)


@lru_cache(maxsize=8)
def _analysis_of(text: str) -> dict[str, Any]:
    """Read the parts of an analysis, which most rows of a table have alike: they share them."""
    parts: dict[str, Any] = {name: restore(text, f"analysis.{name}", model) for name, model in PARTS.items()}
    return parts | {"scenarios": restore_all(text, "analysis.scenarios", Scenario)}


def settings_of(text: str) -> PageSettings:
    """Read the settings that a rule passes on: JSON made by `page_settings`, or by `settings.pick` of `PAGE_KEYS`."""
    plain = json.loads(text)
    key, city, fresher = plain.pop("key"), City.model_validate(plain.pop("city")), plain.pop("fresher", None)
    indexed = plain.pop("indexed", True)
    parts = _analysis_of(json.dumps(plain, ensure_ascii=False))
    own = {"key": key, "city": city, "fresher": Fresher(**fresher) if fresher else None, "indexed": indexed}
    return PageSettings(**own, **parts)


# what a rule passes on to `gis_settings_of`
GIS_KEYS = ("city.name", "city.fictional", "analysis.network.bridges_from", "analysis.candidates.min_confidence")


@dataclass(frozen=True)
class GisSettings:
    """What maps are drawn by: name of the city, whether it is made up, and limits of classes."""

    name: str
    fictional: bool
    bridges_from: float
    min_confidence: float


def gis_settings_of(text: str) -> GisSettings:
    """Read the settings that a rule passes on: those under `GIS_KEYS`, JSON made by `settings.pick`."""
    found = json.loads(text)
    return GisSettings(*(found[key] for key in GIS_KEYS))


# what a rule passes on to `catalogue_settings_of`
CATALOGUE_KEYS = ("key", *(f"city.{name}" for name in ("name", "local_name", "fictional", "languages", "country")))


@dataclass(frozen=True)
class CatalogueSettings:
    """What the catalogue tells of a city: its key and names, whether it is made up, and what names there are in."""

    key: str
    name: str
    local_name: str
    fictional: bool
    languages: Sequence[str]
    country: str


def catalogue_settings_of(text: str) -> CatalogueSettings:
    """Read the settings that a rule passes on: those under `CATALOGUE_KEYS`, JSON made by `settings.pick`."""
    found = json.loads(text)
    return CatalogueSettings(*(found[key] for key in CATALOGUE_KEYS))
