"""A made-up town: small tables that pass the schemas, with hostile names in every text that OSM could send."""

import json
import pickle
import re
import tempfile
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, MultiPoint, MultiPolygon, Point, Polygon, box

from creative_nodes.common import tables
from creative_nodes.common.words import CRITERIA, POSITION_CRITERIA
from creative_nodes.report import deck, page
from creative_nodes.report import settings as page_settings
from creative_nodes.report.city import figures, links, onmap, view
from creative_nodes.report.city.reading import once_a_language
from creative_nodes.report.draw import packed as packed_data
from creative_nodes.report.draw.paper import read_paper
from creative_nodes.report.tables import TABLES
from creative_nodes.score.against import city_correlations, city_scales, scales_by, values_of
from creative_nodes.score.values import DEFAULT_ANCHORS
from creative_nodes.settings import Analysis, Settings, load_config, pick

ROOT = Path(__file__).resolve().parents[3]
HOSTILE = (
    "<script>alert(1)</script>",
    '"};alert(1)//',
    "</script><img src=x onerror=alert(1)>",
    "{{7*7}} {% raw %}",
    "'onmouseover='alert(1)",
)
WEST, SOUTH = 105.80, 21.00
# the tags of way/100, the member of the first site
LINKED = {
    "image": "javascript:alert(1)",
    "wikimedia_commons": "File:Old mill.jpg;Category:Mills",
    "wikipedia": 'vi:Nhà máy "Một"',
    "wikidata": "Q42",
}
PROVENANCE = {
    "snapshot": "2024-05-06",
    "snapshot_from": "config",
    "source": "made up",
    "source_sha256": "ab" * 32,
    "sha256": "cd" * 32,
    "data": "456789ab",
    "settings": "01234567",
    "code": "89abcdef",
    "version": "0.1.0",
}
STATUSES = ("vacated", "in_use", "brownfield")
CLASSES = ("mill or factory", "warehouse", "dock or shipyard", "railway works")


@cache
def settings(
    root: Path,
    *,
    online_tiles: bool = False,
    table_rows: int = 12,
    fictional: bool = True,
    main_mode: str = "motorbike",
    country: str = "VN",
) -> page_settings.PageSettings:
    """Settings of the project's own config, with a fictional town."""
    import yaml

    data = yaml.safe_load((root / "config" / "config.yaml").read_text(encoding="utf-8"))
    tiles = "https://tiles.example/{z}/{x}/{y}.png"
    data["report"] = {"online_tiles": online_tiles, "tiles_url": tiles, "table_rows": table_rows}
    config = load_config(data)
    city = {
        "name": "Made-up Town",
        "local_name": "Thị trấn 虚构镇",
        "country": country,
        "fictional": fictional,
        "note": "A note on <b>data</b>.",
        "boundary": {"bbox": [WEST, SOUTH, WEST + 0.06, SOUTH + 0.05]},
        "source": {"kind": "extract", "file": "made-up.osm.pbf"},
        "main_mode": main_mode,
    }
    whole = Settings.model_validate(
        {"key": "made-up", "city": city, "analysis": config.model_dump(include=set(Analysis.model_fields))}
    )
    return page_settings.settings_of(pick(whole, *page_settings.PAGE_KEYS))


def _square(x: float, y: float, size: float = 0.001) -> Polygon:
    return box(x, y, x + size, y + size * 0.7)


def _names(n: int, stem: str) -> dict[str, list[str]]:
    signed = [HOSTILE[i] if i < len(HOSTILE) else f"{stem} {i}" if i % 7 else "" for i in range(n)]
    return {
        "name": signed,
        "name_en": [f"{stem} number {i}" if i % 3 == 0 else "" for i in range(n)],
        "name_vi": [f"Nhà máy Đường Ượt {i}" if i % 5 == 0 else "" for i in range(n)],
        "name_zh": [f"上海第{i}毛纺厂" if i % 6 == 0 else "" for i in range(n)],
    }


def _evidence(i: int) -> str:
    text = HOSTILE[i % len(HOSTILE)]
    return json.dumps(
        [
            {"rule": "works", "weight": 0.6, "osm_id": f"way/{100 + i}", "tag": f"name={text}", "reason": "a works"},
            {"rule": text, "weight": 0.3, "osm_id": "javascript:alert(1)", "tag": text, "reason": text},
        ]
    )


def _heritage(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    x, y = WEST + 0.004 + rng.random(n) * 0.05, SOUTH + 0.004 + rng.random(n) * 0.04
    status = [STATUSES[i % 3] for i in range(n)]
    status[-8:] = ["converted"] * 4 + ["lost"] * 2 + ["in_use"] * 2
    confidence = np.full(n, 0.75)
    confidence[-2:] = 0.2
    rows = {
        "site_id": [f"h{i}" for i in range(n)],
        **_names(n, "Works"),
        "heritage_class": [CLASSES[i % 4] for i in range(n)],
        "status": status,
        "status_source": [HOSTILE[i % len(HOSTILE)] for i in range(n)],
        "status_date": ["2021" if i % 2 else "" for i in range(n)],
        "confidence": confidence,
        "tier": ["high"] * (n - 2) + ["low"] * 2,
        "area_m2": [9000.0 + 700 * i for i in range(n)],
        "start_year": pd.array([1920 + i if i % 2 else None for i in range(n)], dtype="Int64"),
        "listed": [i % 4 == 0 for i in range(n)],
        "public_land": [False] * n,
        "list": ["likely" if i in (1, 14) else "known" for i in range(n - 2)] + [""] * 2,
        "offered": [True] * n,
        "told_by": [("register", "list", "map")[i % 3] for i in range(n)],
        "placed_to": ["site"] * n,
        "wikidata": [""] * n,
        "image": [""] * n,
        "inception": pd.array([1931 if i % 5 == 1 else None for i in range(n)], dtype="Int64"),
        "ground_id": [f"way/{i // 2}" if i < 4 else "" for i in range(n)],
        "registry_id": [""] * n,
        "in_osm": [i % 9 != 8 for i in range(n)],
        "evidence": [_evidence(i) for i in range(n)],
        "osm_ids": [[f"way/{100 + i}"] if i % 9 != 8 else [] for i in range(n)],
        "geometry": [_square(a, b) if i % 4 else Point(a, b) for i, (a, b) in enumerate(zip(x, y, strict=True))],
    }
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


def _creative(n: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    points = [Point(WEST + 0.03 + dx, SOUTH + 0.025 + dy) for dx, dy in rng.normal(0, 0.008, (n, 2))]
    rows = {
        "space_id": [f"c{i}" for i in range(n)],
        **_names(n, "Studio"),
        "domain": [("visual arts and galleries", "performance and music", HOSTILE[0])[i % 3] for i in range(n)],
        "tier": [("core", "intermediate", "supporting")[i % 3] for i in range(n)],
        "confidence": [0.8] * n,
        "cluster_id": ["k0" if i < 9 else "" for i in range(n)],
        "registry_id": [""] * n,
        "in_osm": [True] * n,
        "inside": [i != n - 1 for i in range(n)],
        "evidence": ["[]"] * n,
        "osm_ids": [[f"node/{i + 1}"] for i in range(n)],
        "geometry": points,
    }
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


def _criteria(n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Make figures of the criteria for n places."""
    values = {key: rng.random(n) * 0.9 for key in CRITERIA}
    for key in ("residents_walk_15", "residents_ride_30", "newly_served", "site_capacity"):
        values[key] = values[key] * 40_000
    values["network_gain"] = values["network_gain"] * 0.04
    values["transit_minutes"] = np.where(np.arange(n) % 5 == 0, np.nan, values["transit_minutes"] * 30)
    return values


def reference(*, lacking: Sequence[str] = ()) -> pd.DataFrame:
    """Make reference places, which lack some criteria."""
    places = pd.DataFrame(_criteria(300, np.random.default_rng(12)))[list(POSITION_CRITERIA)]
    return places.assign(kind="place", **dict.fromkeys(lacking, np.nan))


def _reference() -> gpd.GeoDataFrame:
    """The reference places along a diagonal, and six hexagons from west to east: the third adds most, the last none."""
    places, n = reference(), 6
    step = 0.06 / n
    share = np.linspace(0, 1, len(places))
    places = places.assign(place_id=[f"p{i:03d}" for i in range(len(places))])
    hexagons = pd.DataFrame({"place_id": [f"8843{i}" for i in range(n)], "kind": "hexagon"})
    hexagons["network_gain"] = [0.001, 0.02, 0.05, 0.012, 0.006, np.nan]
    strips = [box(WEST + i * step, SOUTH - 0.01, WEST + (i + 1) * step, SOUTH + 0.06) for i in range(n)]
    shapes = [*(Point(WEST + 0.06 * at, SOUTH + 0.05 * at) for at in share), *strips]
    frame = pd.concat([places, hexagons.reindex(columns=places.columns)], ignore_index=True)
    ordered = [column.name for column in TABLES["reference"].columns if column.name != "geometry"]
    return gpd.GeoDataFrame(frame[ordered], geometry=shapes, crs="EPSG:4326")


def _cluster_reach() -> pd.DataFrame:
    """The kept cluster, above the median of the places in everything."""
    values = dict.fromkeys(POSITION_CRITERIA, 0.6)
    row = {"cluster_id": "k0", "n_spaces": 9, "reachable": True, "typical_network": 21.5, **values}
    return pd.DataFrame([row | {"residents_walk_15": 30_000.0, "transit_minutes": None}])


def decision(site_id: str = "", **instead: object) -> dict[str, object]:
    """A row of the table decisions, on a site that is not located unless told otherwise."""
    return {
        "registry_id": "",
        "site": f"Works {HOSTILE[0]}",
        "kind": "release",
        "decision": "on a list",
        "date": "2025-11",
        "source": "https://example.org/list",
        "site_id": site_id,
        "standing": "ranked" if site_id else "not_located",
        "list": "known" if site_id else "",
        "rank": 1 if site_id else None,
        "ranked": 29,
        "sets": ["best", "single"] if site_id else [],
        "snapshot": "2024-05-06",
        "known_to_run": False,
        "map_is_younger": False,
        **instead,
    }


def decisions(*made: dict[str, object]) -> pd.DataFrame:
    """The table decisions, by default with one that is located and one that is not."""
    return pd.DataFrame(made or (decision("h0"), decision())).astype({"rank": "Int64"})


def _candidates(heritage: gpd.GeoDataFrame, rng: np.random.Generator, unreachable: int) -> gpd.GeoDataFrame:
    chosen = heritage.iloc[:-8].reset_index(drop=True)
    n = len(chosen)
    values = _criteria(n, rng)
    reachable = np.arange(n) < n - unreachable
    for key in CRITERIA:
        values[key] = np.where(reachable, values[key], np.nan)
    rows = {
        **{
            key: chosen[key]
            for key in ("site_id", "name", "name_en", "name_vi", "name_zh", "heritage_class", "status", "list")
        },
        "confidence": chosen["confidence"],
        "reachable": reachable,
        "unreachable_reason": np.where(reachable, "", f"no street within 200 m {HOSTILE[2]}"),
        **values,
        # of the second little is known
        **dict.fromkeys(("area_unknown", "age_unknown"), np.arange(n) == 1),
        # the fourth and fifth are one node
        "one_ground_with": [[chosen["site_id"][7 - i]] if i in (3, 4) else [] for i in range(n)],
        "spaces_walk": pd.array([i % 5 for i in range(n)], dtype="Int64"),
        "nearest_space": ["c0" if i % 2 else "" for i in range(n)],
        "nearest_space_m": [431.0] * n,
        "geometry": chosen.geometry,
    }
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


def _scores(candidates: gpd.GeoDataFrame) -> pd.DataFrame:
    n, scored = len(candidates), int(candidates["reachable"].sum())
    ranks = [i + 1 if i < scored else None for i in range(n)]
    score = [0.82 - 0.7 * i / scored if i < scored else None for i in range(n)]
    words = ("holds", "open", "does_not_hold")
    share = {"network_gain": 0.5, "residents_walk_15": 0.3, "heritage_value": 0.2}
    return pd.DataFrame(
        {
            "site_id": candidates["site_id"],
            "list": "known",
            "score": score,
            "rank": pd.array(ranks, dtype="Int64"),
            "rank_low": pd.array([None if r is None else max(1, r - 2) for r in ranks], dtype="Int64"),
            "rank_high": pd.array([None if r is None else r + 4 for r in ranks], dtype="Int64"),
            "p_top10": [None if r is None else max(0.0, 1 - r / 20) for r in ranks],
            "top_n": pd.array([None if r is None else 10 for r in ranks], dtype="Int64"),
            "p_top": [None if r is None else max(0.0, 1 - r / 20) for r in ranks],
            "priorities": ["not_ranked" if r is None else words[0 if r < 5 else 1 if r < 15 else 2] for r in ranks],
            **{f"part_{key}": [None if s is None else s * share.get(key, 0.0) for s in score] for key in CRITERIA},
        }
    )


def _recommended(candidates: gpd.GeoDataFrame) -> pd.DataFrame:
    """The first three as the recommended set."""
    whole = {"set": "best", "k": 3, "set_served": 12_345.0, "set_gain": 1.5, "worth": 0.4, "gap": 0.0}
    each = {"adds_served": 4_000.0, "adds_gain": 0.5, "alone_served": 4_200.0, "alone_gain": 0.4}
    flags = dict.fromkeys(("proven", "connects", "in_best", "in_ranking_first"), True)
    chosen = candidates[["site_id", "one_ground_with"]].iloc[:3]
    return chosen.assign(**whole, **each, **flags)


def _set_doubt(candidates: gpd.GeoDataFrame) -> pd.DataFrame:
    ids = candidates["site_id"].iloc[:3].tolist()
    row = {"members": ids, "k": 3, "eligible": 20, "worlds": 250, "reaches": 0.45, "mean_reached": 0.8}
    row |= {
        "served_low": 9_100.0,
        "served_median": 11_000.0,
        "served_high": 14_200.0,
        "gain_low": 0.04,
        "gain_median": 0.9,
        "gain_high": 2.1,
    }
    row |= {"reaches_by_priority": 1.0, "draws": 10_000, "best_sets": 12, "recommended": True, "most_often": ids}
    return pd.DataFrame([row])


def _marks(scores: pd.DataFrame) -> pd.DataFrame:
    """Marks of each ranked site, of the set, and of the past."""
    verdict = {"about": "site", "statement": "among_first", "top_n": 10}
    rows = [
        {**verdict, "site_id": row.site_id, "mark": kind, "verdict": row.priorities, "share": row.p_top, "draws": n}
        for row in scores[scores["rank"].notna()].itertuples()
        for kind, n in (("priorities", 10_000), ("map_and_model", 250))
    ]
    of_set = {"about": "set", "site_id": "", "statement": "reaches_best", "top_n": None}
    rows += [{**of_set, "mark": "priorities", "verdict": "holds", "share": 1.0, "draws": 10_000}]
    rows += [{**of_set, "mark": "map_and_model", "verdict": "open", "share": 0.45, "draws": 250}]
    past = {"about": "city", "site_id": "", "statement": "would_have_picked", "mark": "past", "verdict": "too_few"}
    rows += [{**past, "share": 0.6, "draws": 2, "top_n": None}]
    return pd.DataFrame(rows).astype({"top_n": "Int64"})


def _survey(n: int) -> dict[str, gpd.GeoDataFrame]:
    """Grounds of the survey list, the second without a rank, with what reuse of them would bring."""
    ids = [f"s-way{i}" for i in range(n)]
    sign = {"rule": "rails", "weight": 1.0, "osm_id": "way/1", "tag": HOSTILE[0], "reason": "a railway runs beside it"}
    grounds = {
        "site_id": ids,
        **_names(n, "Ground"),
        "area_m2": [5000.0 + i for i in range(n)],
        "likelihood": [0.9 - 0.1 * i for i in range(n)],
        "place": list(range(1, n + 1)),
        "eligible": [3 * n] * n,
        "ground_id": [f"way/{i}" for i in range(n)],
        "signs": [json.dumps([sign])] * n,
        "settle": [HOSTILE[1]] * n,
        "messages": [""] * n,
        "osm_ids": [[f"way/{i}"] for i in range(n)],
        "geometry": [_square(WEST + 0.01 * i, SOUTH + 0.02) for i in range(n)],
    }
    shapes = gpd.GeoDataFrame(grounds, crs="EPSG:4326")
    values = dict.fromkeys(CRITERIA, 0.5)
    measured = shapes[["site_id", "name", "name_en", "name_vi", "name_zh", "messages", "geometry"]].assign(
        **{"heritage_class": CLASSES[0], "status": "not_known", "list": "survey", "confidence": 0.0},
        **{"area_unknown": False, "age_unknown": True, "one_ground_with": [[]] * n},
        **{"reachable": [i != 1 for i in range(n)], "unreachable_reason": "", **values},
        **{"spaces_walk": pd.array([1] * n, dtype="Int64"), "nearest_space": "c0", "nearest_space_m": 50.0},
    )
    ordered = [column.name for column in TABLES["survey_candidates"].columns]
    scores = _scores(measured[ordered]).assign(list="survey")
    return {"survey": shapes, "survey_candidates": measured[ordered], "survey_scores": scores}


def _indicators() -> pd.DataFrame:
    rows = [
        (figures.SPACES, "Creative spaces in the study area", 40.0, "spaces", "OpenStreetMap"),
        (figures.CONNECTIVITY, "Connectivity C", 0.31, "0-1", "walks of 15 minutes"),
        (figures.ISOLATED, "Isolated creative spaces", 0.125, "share", "walks of 15 minutes"),
        ("typical_network", "Network of a typical space", 9.5, "spaces", "walks of 15 minutes"),
        (figures.RESIDENTS, "Residents", 123_456.0, "persons", "made up"),
        (figures.MEDIAN_VENUES, "Named venues per 1,000 residents", 5.75, "per 1,000", "OpenStreetMap"),
        ("stations", "Rapid-transit stations", None, "stations", "none is mapped in the study area"),
        ("notice_raster", "Notice", None, "", f"There is no population raster. {HOSTILE[0]}"),
    ]
    made = pd.DataFrame(rows, columns=["indicator", "label", "value", "unit", "source"])
    return made.assign(low=np.nan, high=np.nan)


def _registry() -> pd.DataFrame:
    n = 4
    return pd.DataFrame(
        {
            "registry_id": [f"r{i}" for i in range(n)],
            **_names(n, "Known"),
            "kind": ["heritage"] * n,
            "status": ["converted"] * n,
            "former_use": ["cotton mill"] * n,
            "present_use": ["arts centre"] * n,
            "year_converted": pd.array([2001, None, 2010, None], dtype="Int64"),
            "heritage_class": ["warehouse"] * n,
            "domain": [""] * n,
            "tier": [""] * n,
            "lon": [WEST, None, WEST, None],
            "lat": [SOUTH, None, SOUTH, None],
            "precision": ["site"] * n,
            "position_source": [""] * n,
            "source": ["https://example.org/list", "javascript:alert(1)", "a book, p. 7", HOSTILE[0]],
            "remote": ["", "", "", HOSTILE[1]],
            "outcome": ["in OSM", "not in OSM", "not located", "outside the study area"],
            "reason": [f"reason {HOSTILE[1]}"] * n,
            "match_score": [0.9, None, None, None],
            "match_m": [12.0, None, None, None],
            "site_id": [""] * n,
            "space_id": [""] * n,
        }
    )


def _streets() -> gpd.GeoDataFrame:
    n = 8
    lines = [LineString([(WEST - 0.01, SOUTH + 0.006 * i), (WEST + 0.07, SOUTH + 0.006 * i + 0.004)]) for i in range(n)]
    rows = {
        "u": range(n),
        "v": range(1, n + 1),
        "way_id": range(n),
        "length_m": [8000.0] * n,
        "highway": ["primary", "tertiary", "secondary", "residential"] * 2,
        "name": [HOSTILE[0]] * n,
        **{name: [None] * n for name in ("maxspeed_kmh", "crossing_min")},
        **{mode: [True] * n for mode in ("walk", "bike", "motorbike", "car")},
        **{f"oneway_{mode}": [0] * n for mode in ("bike", "motorbike", "car")},
        "geometry": lines,
    }
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


def _places() -> gpd.GeoDataFrame:
    shapes = {
        '{"name": "<script>", "natural": "water"}': box(WEST + 0.01, SOUTH + 0.01, WEST + 0.02, SOUTH + 0.02),
        '{"leisure": "park"}': box(WEST + 0.03, SOUTH + 0.01, WEST + 0.04, SOUTH + 0.018),
        '{"landuse": "industrial"}': box(WEST + 0.045, SOUTH + 0.03, WEST + 0.055, SOUTH + 0.04),
        '{"waterway": "river"}': LineString([(WEST, SOUTH + 0.045), (WEST + 0.06, SOUTH + 0.03)]),
        '{"railway": "rail"}': LineString([(WEST + 0.02, SOUTH), (WEST + 0.03, SOUTH + 0.05)]),
        '{"building": "yes"}': _square(WEST, SOUTH),
        json.dumps({"place": "quarter", "name": "Chợ Cũ", "name:en": "Old Market", "name:zh": "旧市"}): Point(
            WEST + 0.03, SOUTH + 0.03
        ),
        json.dumps({"railway": "station", "name": HOSTILE[2]}): Point(WEST + 0.02, SOUTH + 0.035),
        json.dumps({"building": "yes", **LINKED}): _square(WEST + 0.001, SOUTH),
    }
    n = len(shapes)
    rows = {
        "osm_id": [*(f"way/{i}" for i in range(n - 1)), "way/100"],
        "tags": list(shapes),
        "edited": ["2024-01-02"] * n,
        "source": [""] * n,
    }
    return gpd.GeoDataFrame(rows, geometry=list(shapes.values()), crs="EPSG:4326")


def _completeness() -> gpd.GeoDataFrame:
    """Four strips from west to east: thin, fair, good and empty."""
    n, step = 4, 0.06 / 4
    rows = {
        "hex_id": [f"8841{i}" for i in range(n)],
        "residents": [4000.0, 2000.0, 800.0, 0.0],
        "street_km": [10.0, 9.0, 8.0, 0.0],
        "named_venues": [6, 20, 40, 0],
        "buildings": [3, 100, 900, 0],
        "venues_per_1000": [1.5, 10.0, 50.0, None],
        "venues_per_street_km": [0.6, 2.2, 5.0, None],
        "buildings_per_street_km": [0.3, 11.1, 112.5, None],
        "last_edit": ["2024-05-01", "", "2023-04-05", ""],
        "median_edit": ["2019-02-03", "", "2020-06-07", ""],
        "mapping": ["thin", "fair", "good", "empty"],
    }
    strips = [box(WEST + i * step, SOUTH - 0.01, WEST + (i + 1) * step, SOUTH + 0.06) for i in range(n)]
    return gpd.GeoDataFrame(rows, geometry=strips, crs="EPSG:4326")


MODES = {"walk": (5, 10, 15), "motorbike": (15, 30), "car": (15, 30), "transit": (15, 30, 45)}


def _reach(candidates: gpd.GeoDataFrame) -> pd.DataFrame:
    """More residents by faster modes and in more time; no street for cars meets the second site."""
    rows = []
    for i, site in enumerate(candidates["site_id"]):
        for speed, (mode, times) in enumerate(MODES.items(), 1):
            for minutes in times:
                shut = mode == "car" and i == 1
                people, spaces = 100.0 * (i + 1) * speed * minutes, float(i + speed)
                rows.append((site, mode, float(minutes), *((None,) * 3 if shut else (people, spaces, spaces - 1))))
    columns = ["site_id", "mode", "minutes", "residents", "spaces", "major_spaces"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[3:], float))


def _parts(candidates: gpd.GeoDataFrame) -> pd.DataFrame:
    """What the criteria of the first site are made of, and two parts of the second; the others have none."""
    first = candidates["site_id"].iloc[0]
    near = [(first, "exchange", "space", f"c{k}", HOSTILE[k % 5], 1, 0.5 / (k + 1), "", 40.0 * k) for k in range(7)]
    made = [
        *near,
        (first, "exchange", "space", "others", "", 4, 0.002, "", None),
        (first, "neighbourhood", "space", "c0", HOSTILE[0], 1, 0.9, "", 30.0),
        (first, "neighbourhood", "space", "c5", "Studio 5", 1, 0.1, "", 1234.0),
        (first, "neighbourhood", "amenity", "cafe", "", 12, 0.7, "", None),
        (first, "neighbourhood", "amenity", HOSTILE[0], "", 1, 0.2, "", None),
        (first, "diversity", "domain", "visual_arts", "", 5, 0.75, "", None),
        (first, "diversity", "domain", "books_press", "", 1, 0.25, "", None),
        (first, "transit_minutes", "station", "s1", "Ga <b>Một</b>", 1, 7.4, "min", None),
        (first, "newly_served", "residents", "served today", "", 1, 4000.0, "persons", None),
        (first, "newly_served", "residents", "not served today", "", 1, 1234.0, "persons", None),
        (first, "network_gain", "space", "c1", HOSTILE[1], 1, 2.345, "spaces", 900.0),
        (first, "network_gain", "space", "c5", "Studio 5", 1, 1.0, "spaces", None),
        (first, "network_gain", "space", "others", "", 3, 0.02, "spaces", None),
        (first, "heritage_value", "evidence", "listing", "", 1, 0.5, "0-1", None),
        (first, "heritage_value", "evidence", "age", "", 1, 0.0, "0-1", None),
        (first, "readiness", "evidence", "status", "", 1, 1.0, "0-1", None),
    ]
    columns = ["site_id", "criterion", "kind", "part", "name", "n", "value", "unit", "distance_m"]
    return pd.DataFrame(made, columns=columns).astype({"value": float, "distance_m": float})


def _isochrones(candidates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Squares with a hole around each site but the second, which is drawn on foot only."""
    rows = []
    for i, (site, shape) in enumerate(zip(candidates["site_id"], candidates.geometry, strict=True)):
        for mode, minutes, size in (
            ("walk", 5, 0.003),
            ("walk", 15, 0.009),
            ("walk", 20, 0.02),
            ("motorbike", 30, 0.03),
        ):
            if i == 1 and mode != "walk":
                continue
            x, y = shape.centroid.coords[0]
            ground = box(x - size, y - size, x + size, y + size).difference(box(x, y, x + size / 2, y + size / 2))
            rows.append((site, mode, float(minutes), 440.0 * size, MultiPolygon([ground])))
    columns = ["site_id", "mode", "minutes", "area_km2", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs="EPSG:4326")


def _accessibility() -> gpd.GeoDataFrame:
    """Five strips: near, farther, few can walk, nobody can, and one where nobody lives and no walk begins."""
    n, step = 5, 0.06 / 5
    walk = [4.0, 22.0, 12.0, None, None]
    rows = {
        "hex_id": [f"8842{i}" for i in range(n)],
        "residents": [4000.0, 2000.0, 800.0, 1500.0, 0.0],
        **{f"minutes_{mode}": walk for mode in ("walk", "bike", "motorbike")},
        **{f"minutes_{mode}": [None] * n for mode in ("car", "transit")},
        **{f"unreachable_{mode}": [0.0, 0.1, 0.7, 1.0, None] for mode in ("walk", "bike", "motorbike")},
        **{f"unreachable_{mode}": [None] * n for mode in ("car", "transit")},
        "residents_walk": [9000.0, 5000.0, 900.0, None, None],
        "residents_ride": [90000.0, 50000.0, 9000.0, None, None],
        "supply_per_100k": [12.5, 0.0, 0.0, 0.0, None],
        "unserved_share": [0.1, 0.8, 0.9, 1.0, None],
        "underserved": [False, True, False, True, False],
    }
    strips = [box(WEST + i * step, SOUTH - 0.01, WEST + (i + 1) * step, SOUTH + 0.06) for i in range(n)]
    frame = gpd.GeoDataFrame(rows, geometry=strips, crs="EPSG:4326")
    return frame.astype({name: float for name in frame.columns if name.startswith(("minutes_", "unreachable_"))})


def colocation(*, p_value: float = 0.005, shift: float = 3.0) -> pd.DataFrame:
    """A curve `shift` spaces above what chance gives, from 400 m on; the range of chance is 2 spaces wide."""
    metres = np.arange(100.0, 2001.0, 100.0)
    expected = metres / 200
    return pd.DataFrame(
        {
            "distance_m": metres,
            "k_observed": np.maximum(0, expected + np.where(metres >= 400, shift, 0)),
            "k_expected": expected,
            "k_low": np.maximum(0, expected - 1),
            "k_high": expected + 1,
            "n_heritage": 30,
            "n_spaces": 38,
            "n_same": 2,
            "p_value": p_value,
        }
    )


def _stations() -> gpd.GeoDataFrame:
    n = 3
    rows = {
        "station_id": [f"s{i}" for i in range(n)],
        "name": [HOSTILE[0], "Ga <b>Một</b>", ""],
        "name_en": ["", "First", ""],
        "name_vi": [""] * n,
        "name_zh": [""] * n,
        "kinds": [["bus"], ["subway"], ["subway", "bus"]],
        "rapid": [False, True, True],
        "n_services": [3, 1, 0],
        "n_entrances": [0, 2, 0],
        "source": ["OSM"] * n,
        "osm_ids": [[f"node/{900 + i}"] for i in range(n)],
    }
    at = [MultiPoint([(WEST + 0.01 * i, SOUTH + 0.01), (WEST + 0.01 * i + 0.002, SOUTH + 0.01)]) for i in range(n)]
    return gpd.GeoDataFrame(rows, geometry=at, crs="EPSG:4326")


def _services() -> pd.DataFrame:
    n = 4
    return pd.DataFrame(
        {
            "service_id": ["a", "a", "b", "b"],
            "ref": ["1"] * n,
            "name": [HOSTILE[0]] * n,
            "kind": ["subway", "subway", "bus", "bus"],
            "sequence": [0, 1, 0, 1],
            "station_id": ["s1", "s2", "s0", "s2"],
            "minutes": [0.0, 2.5, 0.0, 4.0],
            "boards": [True] * n,
            "alights": [True] * n,
            "headway_min": [5.0, 5.0, 15.0, 15.0],
            "headway_source": ["config"] * 2 + ["OSM interval"] * 2,
            "reverse": [False] * n,
            "source": ["OSM"] * n,
            "osm_id": ["relation/1"] * n,
        }
    )


def whole(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give a table that lacks it the column `messages`, empty: its texts are spoken as they stand."""
    wanted = any(column.name == "messages" for column in TABLES[name].columns)
    return frame.assign(messages="") if wanted and "messages" not in frame else frame


def frames(*, n_heritage: int = 40, unreachable: int = 3) -> dict[str, pd.DataFrame]:
    """Every table that the report reads; made once, each caller gets copies of its own."""
    return {name: frame.copy() for name, frame in _frames(n_heritage, unreachable).items()}


@cache
def _frames(n_heritage: int, unreachable: int) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(80)
    heritage = _heritage(n_heritage, rng)
    candidates = _candidates(heritage, rng, unreachable)
    creative = _creative(40, rng)
    cluster = {
        "cluster_id": ["k0", "k1"],
        "name": [HOSTILE[0], "not kept"],
        **{key: ["", ""] for key in ("name_en", "name_vi", "name_zh")},
        "n_spaces": [9, 4],
        "p_value": [0.005, 0.4],
        "kept": [True, False],
        "geometry": [MultiPoint(list(creative.geometry[:9])), MultiPoint(list(creative.geometry[9:13]))],
    }
    study = {"city": ["made-up"], "epsg": [32648], "area_km2": [34.5]}
    made = {
        "study_area": gpd.GeoDataFrame(study, geometry=[box(WEST, SOUTH, WEST + 0.06, SOUTH + 0.05)], crs="EPSG:4326"),
        "places": _places(),
        "street_edges": _streets(),
        "heritage": heritage,
        "creative": creative,
        "clusters": gpd.GeoDataFrame(cluster, crs="EPSG:4326"),
        "candidates": candidates,
        "scores": (scores := _scores(candidates)),
        "recommended": _recommended(candidates),
        "set_doubt": _set_doubt(candidates),
        "marks": _marks(scores),
        "values": values_of(candidates, scales_by(reference(), DEFAULT_ANCHORS), settings(ROOT).score),
        "scales": city_scales(reference(), DEFAULT_ANCHORS),
        "correlations": city_correlations(reference()),
        "reference": _reference(),
        "cluster_reach": _cluster_reach(),
        "decisions": decisions(),
        "indicators": _indicators(),
        "registry": _registry(),
        "completeness": _completeness(),
        "reach": _reach(candidates),
        "parts": _parts(candidates),
        "isochrones": _isochrones(candidates),
        "accessibility": _accessibility(),
        "colocation": colocation(),
        "stations": _stations(),
        "services": _services(),
        "transit_notes": pd.DataFrame({"key": ["n"], "text": [f"A note {HOSTILE[2]}"], "notice": [False]}),
        **_survey(4),
        "links": pd.DataFrame({"a": ["c0", "c0", "c1"], "b": ["c1", "c2", "gone"], "minutes": [3.0, 5.0, 7.0]}),
        "site_links": pd.DataFrame(
            {
                "site_id": candidates["site_id"].iloc[[0, 0, 1]].tolist(),
                "space_id": ["c0", "c1", "c2"],
                "minutes": [4.0, 9.0, 2.0],
            }
        ),
    }
    return {name: whole(name, frame) for name, frame in made.items()}


_KEPT: dict[tuple[str, bytes], tuple[bytes, pd.DataFrame]] = {}


def forget() -> None:
    """Have every table written and read anew, whatever was written before."""
    _KEPT.clear()


def through_files(folder: Path, made: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Write the tables as the stages do, schema check and all, and read them back.

    Most tests change one table of thirty: a table that was written before, to the byte, is put there as it was then.
    """
    read = {}
    for name, frame in made.items():
        path, key = folder / f"{name}.parquet", (name, pickle.dumps(frame))
        if key not in _KEPT:
            tables.write(frame, TABLES[name], path, provenance=PROVENANCE)
            _KEPT[key] = path.read_bytes(), tables.read(TABLES[name], path)
        written, kept = _KEPT[key]
        path.write_bytes(written)
        read[name] = kept.copy()
    return read


def city_html(
    root: Path,
    folder: Path,
    made: dict[str, pd.DataFrame],
    *,
    districts: gpd.GeoDataFrame | None = None,
    **options: Any,
) -> str:
    """Write the tables, read them back and draw the page."""
    read = through_files(folder, made)
    told = links.read_links(folder / "places.parquet", read["heritage"]["osm_ids"].explode().dropna())
    own = settings(root, **options)
    page_of = partial(view.city_page, read, PROVENANCE, own, links=told, districts=districts)
    speak = once_a_language(page_of, own)
    city = speak()
    drawn = (folder / f"{name}.parquet" for name in ("places", "street_edges"))
    paper = read_paper(*drawn, city.area, city.epsg, sites=onmap.grounds(city))
    return page.city_html(speak, paper)


def deck_html(root: Path, folder: Path, made: dict[str, pd.DataFrame], **options: bool) -> str:
    """Write the tables, read them back and draw the slides."""
    read = through_files(folder, made)
    own = settings(root, **options)
    return deck.deck_html(once_a_language(partial(view.city_page, read, PROVENANCE, own), own), read)


@cache
def usual_page() -> view.CityPage:
    """Return what the page of the made-up town as it is tells in English, once for all tests that only read it."""
    return view.city_page(frames(), PROVENANCE, settings(ROOT))


@cache
def usual_html(root: Path, *, online_tiles: bool) -> str:
    """Draw the page of the made-up town as it is, once for all tests that only read it."""
    with tempfile.TemporaryDirectory() as folder:
        return city_html(root, Path(folder), frames(), online_tiles=online_tiles)


def block(html: str) -> dict:
    """What the page's script sees in English, and the shapes of the map under `shapes`."""
    first, rest = (packed_data.unpack(re.search(rf'id="{one}">([^<]*)<', html)[1]) for one in ("blob", "rest"))
    said, more = (spoken(one["folded"], json.loads(one["words"]["en"])) | one["once"] for one in (first, rest))
    whole = {key: said[key] | more[key] for key in ("parts", "shapes")}
    return said | more | whole | {"sites": [a | b for a, b in zip(said["sites"], more["sites"], strict=True)]}


def spoken(node, words):
    """Put the words of a language where the folded data refer to them."""
    if isinstance(node, dict):
        return words[node["$"]] if "$" in node else {key: spoken(value, words) for key, value in node.items()}
    return [spoken(one, words) for one in node] if isinstance(node, list) else node
