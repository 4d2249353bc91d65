"""The survey list: industrial ground in a telling setting whose age nobody has written down."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes.common import NAMES, WGS84_EPSG, Message, mark, reproject, tables, told, written
from creative_nodes.locate.grounds import Ground, Grounds
from creative_nodes.locate.names import names_of
from creative_nodes.locate.setting import Sign, Surroundings, density_around, likelihood, no_works, signs
from creative_nodes.locate.setting_rules import Setting
from creative_nodes.locate.status import NOT_KNOWN
from creative_nodes.locate.tables import HERITAGE, SURVEY
from creative_nodes.locate.taxonomy import Taxonomy
from creative_nodes.locate.wording import WordingReader

MOST, MOST_SHARE = 30, 0.5  # a survey list holds at most so many, and at most so large a share of the eligible grounds
SETTLED_BY_NAME = mark("since when {name} has worked here: the company's history, the ward, or a building's date")
SETTLED_BY_NEIGHBOUR = mark("which works {name} is named after, and since when it stood here")
SETTLED_BY_VISIT = mark("what stands here and since when: a visit, old aerial photographs, or the land register")


@dataclass(frozen=True)
class _Asked:
    """A ground that may be asked about."""

    ground: Ground
    signs: list[Sign]
    likelihood: float


def survey_list(
    grounds: gpd.GeoDataFrame,
    around: Surroundings,
    heritage: gpd.GeoDataFrame,
    setting: Setting | None,
    *,
    epsg: int,
    wording: WordingReader | None = None,
) -> gpd.GeoDataFrame:
    """List the grounds that are worth a look, named ones first; which they are is decided by likelihood.

    Parameters
    ----------
    grounds : the table grounds.
    around : what lies around, the objects of the grounds included.
    heritage : the table heritage; ground of a known or likely site, or of one lost, is not asked about.
    setting : the rules; without them the list is empty.
    epsg : metric CRS.
    wording : what names alone tell: creative parks, water works and mints are not asked about.

    Returns
    -------
    the table survey.
    """
    if setting is None:
        return tables.empty(SURVEY)
    sized = Grounds.of_frame(grounds, epsg=epsg).eligible()
    asked = _worth_asking(sized, around, _settled(heritage), setting)
    asked = [one for one in asked if wording is None or not _is_told_by_name(one, wording)]
    asked.sort(key=lambda one: (-one.likelihood, one.ground.ground_id))
    kept = asked[: min(MOST, int(MOST_SHARE * len(sized)))]
    return _frame(kept, around, len(sized), epsg)


def as_sites(survey: gpd.GeoDataFrame, taxonomy: Taxonomy) -> gpd.GeoDataFrame:
    """Write the survey list as rows of the table heritage, so that it is measured as sites are.

    Parameters
    ----------
    survey : the table survey.
    taxonomy : its default class; nobody has said of which kind they are, or that they are old.
    """
    known = survey[["site_id", *(column.name for column in NAMES), "area_m2", "ground_id", "osm_ids", "geometry"]]
    silent = {
        "status": NOT_KNOWN,
        "status_source": "",
        "status_date": "",
        "registry_id": "",
        "told_by": "map",
        "placed_to": "site",
    }
    silent |= {"wikidata": "", "image": ""}
    return known.assign(
        heritage_class=taxonomy.default_class,
        **silent,
        **{"confidence": 0.0, "tier": "low", "list": "survey", "offered": True, "in_osm": True},
        **{"listed": False, "public_land": False},
        **dict.fromkeys(("start_year", "inception"), pd.array([pd.NA] * len(survey), dtype="Int64")),
        evidence=survey["signs"],
    )[[column.name for column in HERITAGE.columns]]


def _settled(heritage: gpd.GeoDataFrame) -> set[str]:
    """Return the OSM objects of sites of which something is known."""
    known = heritage[(heritage["list"] != "") | (heritage["status"] == "lost")]
    return {osm_id for ids in known["osm_ids"] for osm_id in ids}


def _worth_asking(grounds: Sequence[Ground], around: Surroundings, settled: set[str], setting: Setting) -> list[_Asked]:
    """Keep the grounds with a sign of age where people live, that are works and not known already."""
    density = density_around(grounds, around, setting.residents_within_m)
    return [
        _Asked(ground, found, likelihood(found, setting))
        for ground, found, lived in zip(grounds, signs(grounds, around, setting), density, strict=True)
        if lived >= setting.residents_per_km2
        and any(sign.rule.weight > 0 for sign in found)
        and not settled.intersection(ground.osm_ids)
        and not no_works(ground, around, setting)
    ]


def _is_told_by_name(one: _Asked, wording: WordingReader) -> bool:
    """Tell whether a ground is a creative park by its name, or named, itself or beside it, as what serves the city."""
    if wording.tells_park(one.ground.name):
        return True
    names = (sign.tag.partition("=")[2] for sign in one.signs if sign.tag.startswith("name"))
    return any(wording.serves({"name": name}) for name in names)


def _settle(one: _Asked) -> Message:
    """Say what would settle the age of a ground."""
    if one.ground.name:
        return told(SETTLED_BY_NAME, name=one.ground.name)
    beside = next((sign for sign in one.signs if sign.tag.startswith("name=")), None)
    return told(SETTLED_BY_NEIGHBOUR, name=beside.tag.removeprefix("name=")) if beside else told(SETTLED_BY_VISIT)


def _entry(sign: Sign, sources: Mapping[str, str]) -> dict[str, object]:
    told = {"rule": sign.rule.id, "weight": sign.rule.weight, "osm_id": sign.osm_id, "tag": sign.tag}
    source = {"source": sources[sign.osm_id]} if sign.osm_id in sources else {}
    return {**told, "reason": sign.rule.reason, **source}


def _evidence(found: Sequence[Sign], sources: Mapping[str, str]) -> str:
    ordered = sorted(found, key=lambda sign: -sign.rule.weight)
    return json.dumps([_entry(sign, sources) for sign in ordered], ensure_ascii=False)


def _frame(kept: Sequence[_Asked], around: Surroundings, n: int, epsg: int) -> gpd.GeoDataFrame:
    if not kept:
        return tables.empty(SURVEY)
    rows = [
        {
            "site_id": f"s-{one.ground.ground_id.replace('/', '')}",
            **_names(one.ground, around.tags_of),
            "area_m2": one.ground.area_m2,
            "likelihood": one.likelihood,
            "place": place,
            "eligible": n,
            "ground_id": one.ground.ground_id,
            "signs": _evidence(one.signs, around.sources),
            **written(settle=_settle(one)),
            "osm_ids": one.ground.osm_ids,
        }
        for place, one in enumerate(kept, 1)
    ]
    shapes = reproject(np.array([one.ground.geometry for one in kept], dtype=object), epsg, WGS84_EPSG)
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=WGS84_EPSG)
    named = (frame["name"] == "").astype(int)
    return frame.iloc[np.lexsort((frame["place"], named))].reset_index(drop=True)


def _names(ground: Ground, tags_of: dict[str, dict[str, str]]) -> dict[str, str]:
    member = next((osm_id for osm_id in ground.osm_ids if tags_of[osm_id].get("name")), ground.osm_ids[0])
    return names_of(tags_of[member])
