"""What a city is described from, and how a row of the table indicators is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import shapely

from creative_nodes.common import (
    Message,
    mark,
    message_in,
    told,
    written,
)
from creative_nodes.network import (
    ClusterSettings,
    NetworkSettings,
)
from creative_nodes.people import Completeness, People
from creative_nodes.reach import Candidates

SPACES, SITES, LINKS = mark("spaces"), mark("sites"), mark("links")  # units
SHARE, PER_KM2, PER_100K = "0-1", mark("per km²"), mark("per 100,000")
NONE_BUT_ONE = (mark("there is no creative space"), mark("there is only one creative space"))


@dataclass(frozen=True)
class Facts:
    """The tables and settings a city is described from.

    Attributes
    ----------
    people_source : where the residents come from.
    people_covered : share of the study area where that source has a figure, 0-1.
    words : names of heritage classes and creative domains, by key; a key without a name is written in words.
    """

    frames: dict[str, Any]
    pulled: dict[str, Any]
    people: People
    people_source: Message | str
    network: NetworkSettings
    clusters: ClusterSettings
    candidates: Candidates
    completeness: Completeness
    edge_buffer_m: float
    seed: int
    people_covered: float = 1.0
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def epsg(self) -> int:
        """Metric CRS."""
        return int(self.frames["study_area"]["epsg"].iloc[0])

    @property
    def area(self) -> shapely.Geometry:
        """Study area, EPSG:4326."""
        area: shapely.Geometry = self.frames["study_area"].geometry.iloc[0]
        return area


def people_source(provenance: Mapping[str, Any]) -> Message | str:
    """Return where the residents come from, as the provenance of the table people tells."""
    row = SimpleNamespace(people=provenance["people"], messages=provenance.get("people_messages", ""))
    return message_in(row, "people")


def figure_row(
    indicator: str,
    label: Message | str,
    value: float | None,
    unit: str,
    source: Message | str,
    *,
    between: tuple[float, float] | None = None,
) -> dict[str, object]:
    """Make a row of the table indicators.

    Parameters
    ----------
    indicator : its key.
    label, source : its name, and where it comes from or why it is missing.
    value : in the unit; nothing when it cannot be told.
    between : low and high end of the figure's range, where it has one.
    """
    low, high = between or (None, None)
    values = {"value": value, "low": low, "high": high, "unit": unit}
    return {"indicator": indicator, **values, **written(label=label, source=source)}


def per(count: float, size: float | None, unit: float = 1.0) -> float | None:
    """Return a count per `unit` of something; nothing when its size is 0 or not known."""
    return float(count) / size * unit if size else None


def thin_share(facts: Facts) -> float | None:
    """Return the share of residents who live where mapping is thin; nothing when residents are not known."""
    cells = facts.frames["completeness"]
    total = float(cells["residents"].sum())
    return float(cells.loc[cells["mapping"] == "thin", "residents"].sum()) / total if total else None


def coverage(facts: Facts) -> Message:
    """Say how old and how complete the map is that the figures of the network rest on."""
    snapshot = facts.pulled["snapshot"]
    share = thin_share(facts)
    dated = told("OSM of unknown date") if snapshot == "unknown" else told("OSM of {day:date}", day=snapshot)
    if share is None:
        return dated
    return told("{map}; {share:percent} of residents live where it is mapped thinly", map=dated, share=share)
