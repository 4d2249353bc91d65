"""The setting of industrial ground: what names, rails, water and streets around it tell of its age.

A plain table of rules in the taxonomy: each says where to look, for what, and how much it weighs in log-odds (fitted,
with its 95 % interval). The likelihood that a ground is old industry is 1 / (1 + exp(-(intercept + sum of weights))).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely

from creative_nodes.common import M2_PER_KM2, projected
from creative_nodes.locate.grounds import Ground
from creative_nodes.locate.names import FORMER, TODAY, name_key, name_keys
from creative_nodes.locate.selector import Selector
from creative_nodes.locate.setting_rules import Never, Setting, SettingRule
from creative_nodes.locate.words import DEFAULT_LANGUAGES, WordList

M2_PER_HECTARE = 1e4
GRAIN_SAMPLE = 500  # streets all over the city whose grain is measured


@dataclass(frozen=True)
class Sign:
    """A rule that fired on a ground: the object and the name or tag that made it fire, and how far off it is."""

    rule: SettingRule
    osm_id: str
    tag: str
    distance_m: float


@dataclass(frozen=True)
class Surroundings:
    """What lies around the grounds of a city; shapes in the metric CRS.

    `osm_ids`, `tags`, `shapes`: every object of the table places. `street_names`, `streets`: every edge of the streets.
    `residents`, `homes`: persons at each point of the table people. `languages`: those of the city. `sources`: file of
    fresher tags by OSM id, where one tells of the object.
    """

    osm_ids: list[str]
    tags: Sequence[dict[str, str]]
    shapes: np.ndarray
    street_names: np.ndarray
    streets: np.ndarray
    residents: np.ndarray
    homes: np.ndarray
    languages: Collection[str] = DEFAULT_LANGUAGES
    sources: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of the shapes."""
        return shapely.STRtree(self.shapes)

    @cached_property
    def tags_of(self) -> dict[str, dict[str, str]]:
        """Tags of each object by its OSM id."""
        return dict(zip(self.osm_ids, self.tags, strict=True))


def look_around(
    places: gpd.GeoDataFrame,
    tags: Sequence[dict[str, str]],
    streets: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    *,
    epsg: int,
    languages: Collection[str] = DEFAULT_LANGUAGES,
) -> Surroundings:
    """Put what lies around the grounds side by side.

    Parameters
    ----------
    places, streets, people : the tables places, street_edges and people.
    tags : tags of the places, parsed, in the same order.
    epsg : metric CRS of the shapes.
    languages : codes of the languages of the city, whose Latin and Cyrillic words are looked for in every name.
    """
    return Surroundings(
        osm_ids=[str(one) for one in places["osm_id"]],
        tags=tags,
        shapes=projected(places, epsg),
        street_names=streets["name"].fillna("").to_numpy(dtype=str),
        streets=projected(streets, epsg),
        residents=people["residents"].to_numpy(dtype=float),
        homes=projected(people, epsg),
        languages=languages,
        sources={key: told for key, told in zip(places["osm_id"], places["source"], strict=True) if told},
    )


def signs(grounds: Sequence[Ground], around: Surroundings, setting: Setting) -> list[list[Sign]]:
    """Return the signs of each ground, one a rule at most: the nearest.

    Parameters
    ----------
    grounds : grounds of the city.
    around : what lies around them.
    setting : the family of rules.
    """
    shapes = np.array([one.geometry for one in grounds], dtype=object)
    reached = _near_a_street(shapes, around, setting.street_within_m)
    found: list[list[Sign]] = [[] for _ in grounds]
    for rule in setting.rules:
        for at, sign in _LOOKS[rule.look](rule, grounds, shapes, around):
            if reached[at]:
                found[at].append(sign)
    return found


def likelihood(found: Sequence[Sign], setting: Setting) -> float:
    """Return how likely a ground with these signs is old industry, 0-1.

    Parameters
    ----------
    found : its signs.
    setting : the family of rules, for the intercept.
    """
    return float(1 / (1 + np.exp(-(setting.intercept + sum(sign.rule.weight for sign in found)))))


def no_works(ground: Ground, around: Surroundings, setting: Setting) -> str:
    """Return the tag or name that tells that a ground is no works, or no single one; else an empty text.

    Parameters
    ----------
    ground : the ground.
    around : what lies around it, its own objects included.
    setting : the family of rules.
    """
    selector, words = Selector(setting.never.tags), WordList(setting.never.names, languages=around.languages)
    members = [around.tags_of[osm_id] for osm_id in ground.osm_ids]
    told = (_said(tags, words, TODAY) or selector.found_in(tags) for tags in members)
    return next((text for text in told if text), "") or _covering(ground, around, setting.never)


def _covering(ground: Ground, around: Surroundings, never: Never) -> str:
    """Return the tag of what covers at least half of a ground and is no works: a school, homes, a tower."""
    selector = Selector(never.covered_by)
    for row in around.tree.query(ground.geometry, predicate="intersects"):
        tag = selector.found_in(around.tags[row]) or _tower(around.tags[row], never.storeys)
        shared = shapely.area(shapely.intersection(around.shapes[row], ground.geometry)) if tag else 0.0
        if tag and shared >= ground.area_m2 / 2:
            return tag
    return ""


def _tower(tags: Mapping[str, str], storeys: int | None) -> str:
    levels = tags.get("building:levels", "")
    high = storeys is not None and levels.replace(".", "", 1).isdigit() and float(levels) >= storeys
    return f"building:levels={levels}" if high else ""


def density_around(grounds: Sequence[Ground], around: Surroundings, within_m: float) -> np.ndarray:
    """Return the residents per km² within `within_m` metres (straight-line) of each ground, itself included.

    Parameters
    ----------
    grounds : shapes in the metric CRS.
    around : what lies about them; its homes with their residents, in the same CRS.
    within_m : metres.
    """
    counts = np.zeros(len(grounds))
    zones = shapely.buffer(np.array([one.geometry for one in grounds], dtype=object), within_m)
    a, b = shapely.STRtree(around.homes).query(zones, predicate="intersects")
    np.add.at(counts, a, around.residents[b])
    density: np.ndarray = counts / (shapely.area(zones) / M2_PER_KM2)
    return density


def _near_a_street(shapes: np.ndarray, around: Surroundings, within_m: float) -> np.ndarray:
    near = np.zeros(len(shapes), dtype=bool)
    near[shapely.STRtree(around.streets).query(shapes, predicate="dwithin", distance=within_m)[0]] = True
    return near


@dataclass(frozen=True)
class _Words:
    """The words of a rule, and those beside which they tell nothing."""

    words: WordList
    unless: WordList

    @classmethod
    def of(cls, rule: SettingRule, languages: Collection[str]) -> _Words:
        return cls(WordList(rule.names, languages=languages), WordList(rule.unless, languages=languages))

    def found_in(self, text: str, *, language: str = "") -> bool:
        return self.words.found_in(text, language=language) and not self.unless.found_in(text, language=language)


def _words_of(rule: SettingRule, around: Surroundings) -> _Words | None:
    return _Words.of(rule, around.languages) if rule.names else None


def _said(tags: dict[str, str], words: _Words | WordList, kinds: Sequence[str]) -> str:
    """Return the first name that holds one of the words, as key=value."""
    keys = name_keys(tags, kinds=kinds)
    return next((f"{key}={tags[key]}" for key in keys if words.found_in(tags[key], language=name_key(key)[1])), "")


Found = list[tuple[int, Sign]]


def _own(rule: SettingRule, grounds: Sequence[Ground], shapes: np.ndarray, around: Surroundings) -> Found:
    """Look at the names of the ground's own objects, former ones too."""
    words = _Words.of(rule, around.languages)
    found = []
    for at, ground in enumerate(grounds):
        for osm_id in ground.osm_ids:
            tag = _said(around.tags_of[osm_id], words, (*TODAY, *FORMER))
            if tag:
                found.append((at, Sign(rule, osm_id, tag, 0.0)))
                break
    return found


def _near(rule: SettingRule, grounds: Sequence[Ground], shapes: np.ndarray, around: Surroundings) -> Found:
    """Look at the objects and named streets within reach of the ground, but not at its own."""
    selector, none, words = Selector(rule.tags), Selector(rule.none), _words_of(rule, around)
    told = [_tells(tags, selector, none, words) for tags in around.tags]
    rows = [row for row, text in enumerate(told) if text]
    found = _nearest(
        rule, grounds, shapes, [around.osm_ids[i] for i in rows], [told[i] for i in rows], around.shapes[rows]
    )
    if words is None or not selector.found_in({"highway": "street"}):
        return found
    named = [row for row, name in enumerate(around.street_names) if name and words.found_in(name)]
    texts = [f"name={around.street_names[row]}" for row in named]
    seen = {at for at, _ in found}
    streets = _nearest(rule, grounds, shapes, [""] * len(named), texts, around.streets[named])
    return found + [(at, sign) for at, sign in streets if at not in seen]


def _tells(tags: dict[str, str], selector: Selector, none: Selector, words: _Words | None) -> str:
    tag = selector.found_in(tags)
    if not tag or none.found_in(tags):
        return ""
    return tag if words is None else _said(tags, words, (*TODAY, *FORMER))


def _nearest(
    rule: SettingRule,
    grounds: Sequence[Ground],
    shapes: np.ndarray,
    osm_ids: list[str],
    texts: list[str],
    others: np.ndarray,
) -> Found:
    best: dict[int, Sign] = {}
    pairs = shapely.STRtree(others).query(shapes, predicate="dwithin", distance=rule.within_m)
    for at, other in pairs.T:
        if osm_ids[other] and osm_ids[other] in grounds[at].osm_ids:
            continue
        sign = Sign(rule, osm_ids[other], texts[other], float(shapely.distance(shapes[at], others[other])))
        if at not in best or (sign.distance_m, sign.osm_id) < (best[at].distance_m, best[at].osm_id):
            best[int(at)] = sign
    return sorted(best.items())


def _streets(rule: SettingRule, grounds: Sequence[Ground], shapes: np.ndarray, around: Surroundings) -> Found:
    """Look at the grain of streets around the ground, beside that around streets all over the city."""
    tree = shapely.STRtree(around.streets)
    every = max(1, len(around.streets) // GRAIN_SAMPLE)
    here = shapely.buffer(shapely.line_interpolate_point(around.streets[::every], 0.5, normalized=True), rule.within_m)
    typical = float(np.median(_grain(here, tree))) if len(here) else np.inf
    grain = _grain(shapely.difference(shapely.buffer(shapes, rule.within_m), shapes), tree)
    return [
        (at, Sign(rule, "", f"{value:.0f} m of street per hectare", 0.0))
        for at, value in enumerate(grain)
        if value >= typical
    ]


def _grain(zones: np.ndarray, streets: shapely.STRtree) -> np.ndarray:
    """Return the metres of street per hectare in each zone."""
    length = np.zeros(len(zones))
    a, b = streets.query(zones, predicate="intersects")
    np.add.at(length, a, shapely.length(shapely.intersection(zones[a], streets.geometries[b])))
    grain: np.ndarray = length / (shapely.area(zones) / M2_PER_HECTARE)
    return grain


_LOOKS = {"own": _own, "near": _near, "streets": _streets}
