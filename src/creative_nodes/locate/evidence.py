"""Evidence: which rules fired on which OSM objects, and the confidence that follows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
from shapely import Geometry

from creative_nodes.common import WGS84_EPSG, reproject
from creative_nodes.locate.taxonomy import Hit, Rule, Taxonomy

HIGH_CONFIDENCE, MEDIUM_CONFIDENCE = 0.7, 0.4


@dataclass
class Finds:
    """Objects on which an anchor rule fired.

    `geometry`: shapes in the metric CRS. `hits`: what fired on each. `tags`: all tags of each.
    """

    osm_ids: list[str] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    hits: list[list[Hit]] = field(default_factory=list)
    geometry: np.ndarray = field(default_factory=lambda: np.array([], dtype=object))

    def with_one(self, osm_id: str, tags: dict[str, str], geometry: Geometry) -> Finds:
        """Return the finds with one more object, on which no rule fired."""
        shapes = np.append(self.geometry, np.array([geometry], dtype=object))
        return Finds([*self.osm_ids, osm_id], [*self.tags, tags], [*self.hits, []], shapes)


def find(places: gpd.GeoDataFrame, tags: list[dict[str, str]], taxonomy: Taxonomy, *, epsg: int) -> Finds:
    """Find the objects that the taxonomy's anchor rules name.

    Parameters
    ----------
    places : the table places.
    tags : its tags, parsed, in the same order.
    taxonomy : rules to apply.
    epsg : metric CRS of the shapes returned.
    """
    found = Finds()
    rows = []
    for row, (osm_id, one, source) in enumerate(zip(places["osm_id"], tags, places["source"], strict=True)):
        hits = taxonomy.hits(one)
        if any(hit.rule.anchor for hit in hits):
            rows.append(row)
            found.osm_ids.append(osm_id)
            found.tags.append(one)
            found.hits.append([replace(hit, source=source) for hit in hits] if source else hits)
    found.geometry = reproject(places.geometry.to_numpy()[rows], WGS84_EPSG, epsg)
    return found


def strongest(rules: list[Rule]) -> list[Rule]:
    """Return the distinct rules that count: of one family only the strongest."""
    best: dict[str, Rule] = {}
    for rule in rules:
        key = rule.family or f"rule:{rule.id}"
        if key not in best or rule.weight > best[key].weight:
            best[key] = rule
    return list(best.values())


def confidence(weights: list[float]) -> float:
    """Combine independent evidence: noisy-or, 1 - prod(1 - w)."""
    return float(1 - np.prod([1 - weight for weight in weights])) if weights else 0.0


def tier_of(value: float) -> str:
    """Return high, medium or low (METHOD section 2)."""
    if value >= HIGH_CONFIDENCE - 1e-9:
        return "high"
    return "medium" if value >= MEDIUM_CONFIDENCE - 1e-9 else "low"


def evidence_json(entries: list[dict[str, object]]) -> str:
    """Write evidence as a JSON list, strongest first."""
    ordered = sorted(entries, key=lambda e: (-float(str(e["weight"])), str(e["rule"]), str(e["osm_id"])))
    return json.dumps(ordered, ensure_ascii=False)
