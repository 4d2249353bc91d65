"""The settings that the pages quote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from creative_nodes.choose import Portfolio
from creative_nodes.common import Section, restore, restore_all
from creative_nodes.doubt import Doubt
from creative_nodes.network import ClusterSettings, NetworkSettings
from creative_nodes.people import Completeness
from creative_nodes.reach import Accessibility, Candidates, Reach
from creative_nodes.score import Scenario, Score
from creative_nodes.settings import City, Report
from creative_nodes.streets import Transit, Travel


@dataclass(frozen=True)
class PageSettings:
    """The settings a page quotes."""

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


def settings_of(text: str) -> PageSettings:
    """Read the settings that a rule passes on: those under `PAGE_KEYS`, JSON made by `settings.pick`."""
    parts: dict[str, Any] = {name: restore(text, f"analysis.{name}", model) for name, model in PARTS.items()}
    scenarios = restore_all(text, "analysis.scenarios", Scenario)
    return PageSettings(key=json.loads(text)["key"], city=restore(text, "city", City), scenarios=scenarios, **parts)


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
