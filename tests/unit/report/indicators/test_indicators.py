"""The figures and notices of a city, on a town drawn by hand."""

import dataclasses
import math
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import made_up
import numpy as np
import pandas as pd
import pytest
import shapely

from creative_nodes.common import tables
from creative_nodes.common.messages import NBSP, message_in, number, speaking, told, written
from creative_nodes.common.words import CRITERIA
from creative_nodes.people.settings import People
from creative_nodes.report.cities.comparing import ComparedCity, indicator_rows
from creative_nodes.report.city.figures import figures
from creative_nodes.report.indicators.facts import Facts, people_source
from creative_nodes.report.indicators.mapping import OUTSIDE, class_label
from creative_nodes.report.indicators.table import describe_city
from creative_nodes.report.tables import TABLES

ROOT = Path(__file__).parents[4]
SOURCE = "counted by hand"


def _study_area(towns: ModuleType, shape: Any) -> gpd.GeoDataFrame:
    row = {"city": "town", "epsg": towns.EPSG, "area_km2": shape.area / 1e6, "geometry": shape}
    return towns.frame([row], ["city", "epsg", "area_km2"])


def _candidates(towns: ModuleType, n: int, **columns: Any) -> gpd.GeoDataFrame:
    frame = towns.sites(*({"geometry": towns.at(100 * k)} for k in range(n)))
    frame = frame[
        ["site_id", "name", "name_en", "name_vi", "name_zh", "heritage_class", "status", "confidence", "geometry"]
    ]
    frame = frame.assign(reachable=True, unreachable_reason="", nearest_space="", nearest_space_m=math.nan)
    frame = frame.assign(**dict.fromkeys(CRITERIA, 1.0), spaces_walk=pd.array([0] * n, dtype="Int64"))
    return frame.assign(**{"area_unknown": False, "age_unknown": False} | columns)


def _clusters(towns: ModuleType, kept: list[bool]) -> gpd.GeoDataFrame:
    rows = [
        {"cluster_id": f"k{k}", "name": "", "n_spaces": 5, "p_value": 0.01, "kept": one, "geometry": towns.at(0)}
        for k, one in enumerate(kept)
    ]
    return towns.frame(rows, ["cluster_id", "name", "n_spaces", "p_value", "kept"], kept="bool")


def _nearest(minutes: list[float]) -> pd.DataFrame:
    """Make the table nearest for spaces c1, c2, ..."""
    names = [f"c{k}" for k in range(1, len(minutes) + 1)]
    made = pd.DataFrame({"space_id": names, "nearest_id": "c1", "minutes": minutes}, dtype=object)
    # three, two and one joined for sure, as the links have it
    return made.assign(network=[3.0, 3.0, 3.0, 2.0, 2.0, 1.0][: len(minutes)]).astype({"minutes": "float64"})


def _curve(p_value: float, *rows: tuple[float, float, float, float, float]) -> pd.DataFrame:
    """Make the table colocation from (distance, observed, expected, low, high)."""
    columns = ["distance_m", "k_observed", "k_expected", "k_low", "k_high"]
    return pd.DataFrame(rows, columns=columns).assign(n_heritage=5, n_spaces=6, n_same=2, p_value=p_value)


def _hexagons(towns: ModuleType, *rows: tuple[str, float | None, float | None]) -> gpd.GeoDataFrame:
    """Make rows of the table completeness from (mapping, residents, venues per 1,000 residents)."""
    columns = [column.name for column in TABLES["completeness"].columns if column.name != "geometry"]
    full = [
        {
            **dict.fromkeys(columns, 0.0),
            **dict.fromkeys(("last_edit", "median_edit"), ""),
            **{"hex_id": f"x{k}", "mapping": mapping, "residents": residents, "venues_per_1000": rate},
            "geometry": towns.at(k),
        }
        for k, (mapping, residents, rate) in enumerate(rows)
    ]
    return towns.frame(full, columns, residents="float64", venues_per_1000="float64")


def _registry(*rows: dict[str, Any]) -> pd.DataFrame:
    """Make rows of the table registry, inside the study area and with a position unless they say otherwise."""
    defaults: dict[str, Any] = {
        **{column.name: "" for column in TABLES["registry"].columns if column.kind == "text"},
        **{"year_converted": None, "match_score": None, "match_m": None, "lon": 3.0, "lat": 0.2},
        **{"status": "in_use", "outcome": "in OSM"},
    }
    full = [{**defaults, "registry_id": f"r{k}", **row} for k, row in enumerate(rows)]
    return pd.DataFrame(full, columns=list(defaults)).astype({"lon": "float64", "lat": "float64"})


@cache
def _streets(towns: ModuleType) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw streets inside and around a town of 2 km by 2 km; the tests change copies of them."""
    points = {r * 41 + c + 1: (c * 100.0 - 1000, r * 100.0 - 1000) for r in range(41) for c in range(41)}
    return towns.street_tables(points, [(a, a + 1, {}) for a in points if a % 41])


def _facts(towns: ModuleType, **frames: Any) -> Facts:
    """Describe a town of 2 km by 2 km with streets inside and around it; `frames` replace its tables."""
    config = towns.config()
    area = shapely.box(0, 0, 2000, 2000)
    nodes, edges = (drawn.copy() for drawn in _streets(towns))
    # spaces: c1 - c2 - c3 in a row, c4 - c5 a pair, c6 alone, c7 in the buffer
    spaces = towns.spaces(
        *({"geometry": towns.at(100 * k), "tier": tier} for k, tier in enumerate(("core", "supporting", "core"))),
        {"geometry": towns.at(0), "tier": "intermediate"},
        {"geometry": towns.at(0), "tier": "supporting"},
        {"geometry": towns.at(0), "tier": "core"},
        {"geometry": towns.at(-300), "tier": "core", "inside": False},
    )
    links = pd.DataFrame({"a": ["c1", "c2", "c4"], "b": ["c2", "c3", "c5"], "minutes": [5.0, 10.0, 0.4]})
    heritage = towns.sites(
        {"geometry": towns.at(0), "status": "in_use"},
        {"geometry": towns.at(0), "status": "vacated", "tier": "medium"},
        {"geometry": towns.at(0), "status": "vacated"},
        {"geometry": towns.at(0), "status": "converted"},
        {"geometry": towns.at(0), "status": "lost"},
        {"geometry": towns.at(0), "status": "in_use", "tier": "low", "confidence": 0.2},
    )
    made = {
        "study_area": _study_area(towns, area),
        "creative": spaces,
        "links": links,
        "nearest": _nearest([5, 5, 10, 0.4, 0.4, 40]),
        "colocation": _curve(0.3, (400, 1.0, 0.9, 0.2, 2.0), (500, 1.5, 1.2, 0.4, 2.5)),
        "heritage": heritage,
        "candidates": _candidates(towns, 12, reachable=[True] * 10 + [False] * 2),
        "clusters": _clusters(towns, [True, True, False]),
        "people": towns.people(
            {"geometry": towns.at(500, 500), "residents": 30_000.5},
            {"geometry": towns.at(900, 500), "residents": 19_999.5},
            {"geometry": towns.at(-100, 500), "residents": 7_000.0, "inside": False},
        ),
        "stations": towns.stations(
            {"geometry": towns.at(0), "n_services": 2}, {"geometry": towns.at(9), "rapid": False}
        ),
        "transit_notes": tables.empty(TABLES["transit_notes"]),
        "modes": _modes(("walk", 21, 4.5, 2, 0.25, ""), ("car", 20, 4.0, 0, 0.0, "")),
        "street_nodes": nodes,
        "street_edges": edges,
        "registry": tables.empty(TABLES["registry"]),
        "imports": tables.empty(TABLES["imports"]),
        "city_languages": tables.empty(TABLES["city_languages"]),
        "survey": tables.empty(TABLES["survey"]),
        "completeness": _hexagons(towns, ("good", 50_000.0, 20.0)),
        **frames,
    }
    return Facts(
        frames=made,
        pulled={"snapshot": "2026-01-01"},
        people=People.model_validate({}),
        people_source=SOURCE,
        network=config.network,
        clusters=config.clusters,
        candidates=config.candidates,
        completeness=config.completeness,
        edge_buffer_m=500,
        seed=80,
    )


def _modes(*rows: tuple[Any, ...]) -> pd.DataFrame:
    columns = [column.name for column in TABLES["modes"].columns if column.name != "messages"]
    return pd.DataFrame(rows, columns=columns)


def _describe(facts: Facts) -> pd.DataFrame:
    found = describe_city(facts)
    tables.check(found, TABLES["indicators"], where="test")
    assert found["indicator"].is_unique
    # a number and its unit stand together
    found["label"], found["source"] = (found[name].str.replace(NBSP, " ") for name in ("label", "source"))
    return found.set_index("indicator")


def _notices(facts: Facts) -> set[str]:
    return {name.removeprefix("notice_") for name in _describe(facts).index if name.startswith("notice_")}


# ---------------------------------------------------------------- figures


def test_figures_of_a_town_by_hand(towns: ModuleType) -> None:
    found = _describe(_facts(towns))["value"]
    expected = {
        "area": 4.0,
        "residents": 50_000,
        "creative_spaces": 6,
        "core_spaces": 3,
        "spaces_per_km2": 1.5,
        "spaces_per_100k": 12,
        "heritage_sites": 5,
        "heritage_in_use": 1,
        "heritage_vacated": 2,
        "heritage_to_be_vacated": 0,
        "heritage_not_known": 0,
        "heritage_brownfield": 0,
        "heritage_converted": 1,
        "heritage_lost": 1,
        "heritage_possible": 1,
        "candidates": 12,
        "candidates_out_of_reach": 2,
        # towns.sites says register of each; six of the candidates carry their ids
        "candidates_by_register": 6,
        "candidates_by_list": 0,
        "candidates_by_map": 0,
        "survey_grounds": 0,
        "clusters": 2,
        "clusters_per_100km2": 50,
        "clusters_per_100k": 4,
        # two kept clusters of five each
        "clustered_share": 10 / 6,
        "colocation_same": 2,
        "colocation_ratio": 1.25,
        "colocation_p": 0.3,
        "connectivity": (9 + 4 + 1) / 36,
        "links_per_space": 0.5,
        "isolated_share": 1 / 6,
        "components": 3,
        # geometric mean of 3, 3, 3, 2, 2, 1
        "typical_network": 108 ** (1 / 6),
        "separate_networks": 6 / 108 ** (1 / 6),
        # c1-c2 5, c2-c3 10, c1-c3 15 minutes, c4-c5 a minute at least; 15 pairs
        "efficiency": (1 / 5 + 1 / 10 + 1 / 15 + 1) / 15,
        "largest_part_share": 0.5,
        "links_per_km2": 3 / 4,
        "links_per_100k": 6,
        "streets_walk": 4.5,
        "streets_car": 4,
        "rapid_stations": 1,
        # to the nearest: 5, 5, 10, 0.4, 0.4 and 40
        "nearest_space_minutes": 5,
        # degrees of c1, c3 and c6
        "hub_degree": (1 + 1 + 0) / 3,
        "residents_thin": 0,
        "venues_per_1000": 20,
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-6), name
    # the town has no registry
    thinned = {f"{name}_thinned" for name in ("connectivity", "links_per_space", "isolated_share")}
    thinned |= {"connectivity_thinned_low", "connectivity_thinned_high"}
    recall = {"registry_recall_heritage", "registry_recall_creative"}
    assert set(found.index) == {*expected, *thinned, *recall}


def test_candidates_are_counted_by_who_tells_of_them(towns: ModuleType) -> None:
    """Three candidates of the register, one of a list, two of the map; what is no candidate is not counted."""
    origins = ["register"] * 3 + ["list"] + ["map"] * 2
    ids = [f"x{k}" for k in range(len(origins))]
    rows = [{"geometry": towns.at(0), "site_id": i, "told_by": one} for i, one in zip(ids, origins, strict=True)]
    heritage = towns.sites(*rows, {"geometry": towns.at(0), "told_by": "map"})
    candidates = _candidates(towns, len(ids)).assign(site_id=ids)
    found = _describe(_facts(towns, heritage=heritage, candidates=candidates))["value"]
    assert [found[f"candidates_by_{one}"] for one in ("register", "list", "map")] == [3, 1, 2]


def test_every_figure_says_its_unit_and_source(towns: ModuleType) -> None:
    found = _describe(_facts(towns))
    assert (found["label"] != "").all()
    assert (found["unit"] != "").all()
    assert (found["source"] != "").all()
    assert found.loc["residents", "source"] == SOURCE
    assert "15 minutes" in found.loc["connectivity", "source"]
    assert "32631" in found.loc["area", "source"]


def test_without_residents_their_figures_are_missing_not_zero(towns: ModuleType) -> None:
    found = _describe(_facts(towns, people=towns.people()))["value"]
    assert math.isnan(found["residents"])
    for name in ("spaces_per_100k", "links_per_100k", "clusters_per_100k"):
        assert math.isnan(found[name])


def test_a_town_without_spaces(towns: ModuleType) -> None:
    links = pd.DataFrame({"a": [], "b": [], "minutes": []})
    for nothing in (links, tables.empty(TABLES["links"])):
        facts = _facts(
            towns,
            creative=towns.spaces(),
            links=nothing,
            nearest=tables.empty(TABLES["nearest"]),
            clusters=tables.empty(TABLES["clusters"]),
            colocation=tables.empty(TABLES["colocation"]),
        )
        found = _describe(facts)["value"]
        assert [found[name] for name in ("creative_spaces", "components")] == [0] * 2
        # of no pair nothing can be told, a chance of 0 % neither
        for name in (
            *("connectivity", "efficiency"),
            *("links_per_space", "isolated_share", "nearest_space_minutes", "hub_degree", "largest_part_share"),
            *(
                "typical_network",
                "separate_networks",
                "connectivity_thinned",
                "clustered_share",
                "colocation_same",
                "colocation_ratio",
                "colocation_p",
            ),
        ):
            assert math.isnan(found[name])


def test_a_town_without_links(towns: ModuleType) -> None:
    found = _describe(_facts(towns, links=tables.empty(TABLES["links"])))["value"]
    assert found["connectivity"] == pytest.approx(1 / 6)
    assert [found[name] for name in ("links_per_space", "isolated_share", "components", "efficiency")] == [0, 1, 6, 0]
    # a walk to the nearest is told however long
    assert found["nearest_space_minutes"] == 5
    assert found["isolated_share_thinned"] == 1
    # five of six stay
    assert found["connectivity_thinned"] == pytest.approx(1 / 5)


@pytest.mark.parametrize(("unreached", "told"), [(2, 22.5), (3, None), (4, None)])
def test_the_median_walk_counts_spaces_that_reach_none_as_farthest(
    towns: ModuleType, unreached: int, told: float | None
) -> None:
    minutes = [3, 4, 20, 25, 30, 35][: 6 - unreached] + [math.nan] * unreached
    row = _describe(_facts(towns, nearest=_nearest(minutes))).loc["nearest_space_minutes"]
    if told is None:
        assert math.isnan(row["value"])
        assert row["source"] == "half or more can walk to none"
    else:
        assert row["value"] == told
        assert "2 can walk to none" in row["source"]


def test_isolated_spaces_that_no_street_reaches_are_told(towns: ModuleType) -> None:
    found = _describe(_facts(towns, nearest=_nearest([5, 5, 10, 0.4, 0.4, math.nan])))["source"]
    assert "1 of them can walk to no other at all" in found["isolated_share"]
    assert "can walk to no other" not in _describe(_facts(towns))["source"]["isolated_share"]


def test_the_network_figures_say_how_old_and_complete_the_map_is(towns: ModuleType) -> None:
    hexagons = _hexagons(towns, ("thin", 1_000.0, 0.0), ("good", 3_000.0, 20.0))
    facts = _facts(towns, completeness=hexagons)
    told = "OSM of 1 January 2026; 25 % of residents live where it is mapped thinly"
    for name in ("connectivity", "links_per_space", "isolated_share"):
        assert told in _describe(facts).loc[name, "source"]
        assert told in _describe(facts).loc[f"{name}_thinned", "source"]
    undated = dataclasses.replace(facts, pulled={"snapshot": "unknown"})
    assert "OSM of unknown date" in _describe(undated).loc["connectivity", "source"]


def test_thinning_tells_its_mean_and_range(towns: ModuleType) -> None:
    facts = _facts(towns)
    row = _describe(facts).loc["links_per_space_thinned"]
    # of six spaces five stay; each of three links stays with chance 5/6 * 4/5: 2 links over 5 spaces expected
    assert row["value"] == pytest.approx(2 / 5, abs=0.04)
    assert row["label"] == "links per creative space, had 20 % fewer spaces been mapped"
    assert row["source"].startswith("mean of 99 draws (5-95 %: 0.2 to 0.6), each without 20 % of the spaces")
    assert (row["low"], row["high"]) == (0.2, 0.6)


@pytest.mark.parametrize(
    ("language", "source", "remark"),
    [
        ("en", "(5-95 %: 0.2 to 0.6), each without 20 %", "{mean} (0.2 to 0.6) had 20 % fewer been mapped"),
        ("vi", "(5–95%: từ 0,2 đến 0,6), mỗi lần bỏ", "{mean} (0,2 đến 0,6) nếu bản đồ thiếu thêm 20%"),
        ("zh", "（5%至95%区间：0.2至0.6）", "若地图上少收录20%的空间，则为{mean}（0.2至0.6）"),
    ],
)
def test_the_range_of_the_draws_is_read_in_every_language(
    towns: ModuleType, language: str, source: str, remark: str
) -> None:
    facts = _facts(towns)
    found = describe_city(facts)
    with speaking(language):
        figure = next(one for one in figures(found) if one.key == "links_per_space_thinned")
        city = ComparedCity(made_up.settings(ROOT), {"indicators": found}, "")
        cell = next(row for row in indicator_rows([city]) if row.key == "links_per_space").cells[0]
        mean = number(found.set_index("indicator").loc["links_per_space_thinned", "value"])
    assert source in figure.source.replace(NBSP, " ")
    assert remark.format(mean=mean) in cell.remark.replace(NBSP, " ")


# ---------------------------------------------------------------- co-location

NEAR, FAR = (500.0, 3.0, 1.0, 0.5, 2.0), (500.0, 0.1, 1.0, 0.5, 2.0)


@pytest.mark.parametrize(
    ("curve", "verdict"),
    [
        (_curve(0.06, NEAR), "cannot be told from chance"),
        (_curve(0.05, NEAR), "more together than chance at 500 m"),
        (_curve(0.01, FAR), "more apart than chance at 500 m"),
        (
            _curve(0.01, (300, *NEAR[1:]), (400, *NEAR[1:]), NEAR, (600, 1.0, 1.0, 0.5, 2.0), (700, *NEAR[1:])),
            "more together than chance at 300 to 500 m and 700 m",
        ),
        (
            _curve(0.01, (400, *FAR[1:]), NEAR),
            "more together than chance at 500 m and more apart than chance at 400 m",
        ),
        (_curve(0.01, (500, 1.0, 1.0, 0.5, 2.0)), "unlike chance, at no distance alone"),
    ],
)
def test_the_verdict_on_colocation(towns: ModuleType, curve: pd.DataFrame, verdict: str) -> None:
    found = _describe(_facts(towns, colocation=curve))
    assert found.loc["colocation_p", "source"].startswith(f"{verdict}: test of the whole curve")
    assert found.loc["colocation_ratio", "value"] == curve.set_index("distance_m").loc[500, "k_observed"]


def test_without_sites_there_is_no_verdict_but_a_reason(towns: ModuleType) -> None:
    found = _describe(_facts(towns, colocation=tables.empty(TABLES["colocation"])))
    for name in ("colocation_same", "colocation_ratio", "colocation_p"):
        assert math.isnan(found.loc[name, "value"])
        assert found.loc[name, "source"].startswith("there is no standing heritage site")


@pytest.mark.parametrize(("method", "told"), [("dbscan", "DBSCAN, 300 m"), ("hdbscan", "HDBSCAN, up to 1000 m")])
def test_clusters_say_how_they_were_found(towns: ModuleType, method: str, told: str) -> None:
    facts = _facts(towns)
    source = _describe(dataclasses.replace(facts, clusters=facts.clusters.model_copy(update={"method": method}))).loc[
        "clusters", "source"
    ]
    assert source.startswith(told)
    assert "no larger than chance: 1 more" in source


# ---------------------------------------------------------------- notices


def test_a_town_that_lacks_nothing_has_no_notice(towns: ModuleType) -> None:
    assert _notices(_facts(towns)) == set()


def test_no_residents_are_noticed(towns: ModuleType) -> None:
    assert _notices(_facts(towns, people=towns.people())) == {"people"}


def _with_raster(facts: Facts, source: str) -> Facts:
    raster = {"file": "people.tif", "year": 2020, "source": "WorldPop"}
    total = {"residents": 50_000, "year": 2020, "source": "census"}
    given = People.model_validate({"raster": raster, "total": total})
    return dataclasses.replace(facts, people=given, people_source=source)


def test_a_raster_that_was_not_there_is_noticed(towns: ModuleType) -> None:
    facts = _with_raster(_facts(towns), "census, 2020")
    assert _notices(facts) == {"raster"}
    said = _describe(facts).loc["notice_raster", "source"]
    assert "people.tif" in said
    assert "census, 2020" in said
    assert _notices(_with_raster(_facts(towns), "WorldPop")) == set()


def test_no_station_is_noticed(towns: ModuleType) -> None:
    bus = towns.stations({"geometry": towns.at(0), "rapid": False})
    assert _notices(_facts(towns, stations=bus)) == {"stations"}


def test_what_public_transport_lacks_is_noticed_when_it_matters(towns: ModuleType) -> None:
    rows = [("feed", "Timetable of a Wednesday.", True), ("routes", "28 lines were read.", False)]
    told = pd.DataFrame(rows, columns=["key", "text", "notice"])
    facts = _facts(towns, transit_notes=told)
    assert _notices(facts) == {"transit_feed"}
    assert _describe(facts).loc["notice_transit_feed", "source"] == "Timetable of a Wednesday."


def test_what_a_mode_lacks_is_noticed(towns: ModuleType) -> None:
    facts = _facts(towns, modes=_modes(("transit", 21, 4.5, 2, 0.25, "Only 3 of 9 stations have a street.")))
    assert _notices(facts) == {"mode_transit"}
    assert "streets_transit" not in _describe(facts).index


def test_streets_and_islands_of_each_mode_are_told(towns: ModuleType) -> None:
    found = _describe(_facts(towns))
    assert found.loc[["streets_walk", "streets_car"], "value"].tolist() == [4.5, 4]
    assert "left out: 2 pieces cut off from the rest, 0.25 km" in found.loc["streets_walk", "source"]
    assert "no piece is cut off" in found.loc["streets_car", "source"]
    assert found.loc["rapid_stations", "value"] == 1
    assert found.loc["rapid_stations", "source"] == "1 of all 2 stations and stops have a service that is known"


def test_a_file_without_a_date_is_noticed(towns: ModuleType) -> None:
    facts = dataclasses.replace(_facts(towns), pulled={"snapshot": "unknown"})
    assert _notices(facts) == {"snapshot"}


@pytest.mark.parametrize(("n", "noticed"), [(0, True), (9, True), (10, False)])
def test_few_candidates_are_noticed(towns: ModuleType, n: int, noticed: bool) -> None:
    facts = _facts(towns, candidates=_candidates(towns, n))
    assert ("few" in _notices(facts)) is noticed
    if noticed:
        said = f"Only {n} sites" if n else "No site has enough evidence"
        assert said in _describe(facts).loc["notice_few", "source"]


def test_sites_of_unknown_size_are_noticed(towns: ModuleType) -> None:
    unknown = [True] * 3 + [False] * 9
    facts = _facts(towns, candidates=_candidates(towns, 12, area_unknown=unknown))
    assert _notices(facts) == {"size"}
    assert "of 3 candidates" in _describe(facts).loc["notice_size", "source"]


def test_sites_that_cannot_be_reached_are_not_said_to_lack_a_size(towns: ModuleType) -> None:
    # their criteria are all missing, whatever their size
    unknown = [False] * 10 + [True] * 2
    candidates = _candidates(towns, 12, area_unknown=unknown, reachable=[True] * 10 + [False] * 2)
    assert _notices(_facts(towns, candidates=candidates)) == set()


def test_an_extract_that_ends_within_the_study_area_is_noticed(towns: ModuleType) -> None:
    edges = _facts(towns).frames["street_edges"]
    # one street lies on no ground at all, and none on none
    for kept in (edges.iloc[:1], edges.iloc[:0]):
        facts = _facts(towns, street_edges=kept.reset_index(drop=True))
        assert "extract" in _notices(facts)
        assert "lie on 0\xa0% of the study area" in _describe(facts).loc["notice_extract", "source"].replace(
            "0 %", "0\xa0%"
        )
    assert "extract" not in _notices(_facts(towns))


def test_a_buffer_without_streets_is_noticed(towns: ModuleType) -> None:
    facts = _facts(towns)
    edges = facts.frames["street_edges"]
    middle = shapely.centroid(edges.geometry.to_numpy())
    inside = shapely.within(middle, facts.area)
    assert 0 < inside.sum() < len(edges)
    assert _notices(_facts(towns, street_edges=edges[inside].reset_index(drop=True))) == {"buffer"}
    # half the streets around are enough
    some = inside | (np.arange(len(edges)) % 2 == 0)
    assert _notices(_facts(towns, street_edges=edges[some].reset_index(drop=True))) == set()


def test_streets_beyond_the_buffer_do_not_count(towns: ModuleType) -> None:
    facts = _facts(towns)
    edges = facts.frames["street_edges"]
    middle = shapely.centroid(edges.geometry.to_numpy())
    wide = towns.to_degrees(shapely.box(-600, -600, 2600, 2600))
    kept = shapely.within(middle, facts.area) | ~shapely.within(middle, wide)
    assert _notices(_facts(towns, street_edges=edges[kept].reset_index(drop=True))) == {"buffer"}


# ---------------------------------------------------------------- completeness of mapping


def test_share_of_residents_in_thin_mapping(towns: ModuleType) -> None:
    hexagons = _hexagons(
        towns,
        ("thin", 3_000.0, 1.0),
        ("thin", 999.0, 0.0),  # too few residents for the median, not for the share
        ("fair", 2_000.0, 8.0),
        ("good", 4_001.0, 21.0),
        ("empty", 0.0, None),
    )
    found = _describe(_facts(towns, completeness=hexagons))
    assert found.loc["residents_thin", "value"] == pytest.approx(3_999 / 10_000)
    assert "fewer than 4 named venues per 1,000 residents" in found.loc["residents_thin", "source"]
    assert "2 of 4 hexagons" in found.loc["residents_thin", "source"]
    assert found.loc["venues_per_1000", "value"] == 8.0
    assert "over the 3 hexagons" in found.loc["venues_per_1000", "source"]
    assert found.loc["notice_mapping", "source"].startswith("40 % of the residents live where")


def test_well_mapped_cities_open_without_a_notice_of_mapping(towns: ModuleType) -> None:
    few = _hexagons(towns, ("thin", 999.0, 0.0), ("good", 9_001.0, 20.0))
    assert "mapping" not in _notices(_facts(towns, completeness=few))


def test_without_residents_the_share_in_thin_mapping_is_not_known(towns: ModuleType) -> None:
    unknown = _hexagons(towns, ("thin", None, None), ("good", None, None))
    found = _describe(_facts(towns, completeness=unknown))
    assert math.isnan(found.loc["residents_thin", "value"]) and math.isnan(found.loc["venues_per_1000", "value"])
    assert found.loc["residents_thin", "source"].startswith("residents are not known")
    assert "notice_mapping" not in found.index


def test_recall_counts_placed_rows_that_still_stand_by_kind_and_class(towns: ModuleType) -> None:
    heritage = towns.sites(
        {"geometry": towns.at(0), "site_id": "h-in"},
        {"geometry": towns.at(0), "site_id": "h-out", "in_osm": False},
    )
    spaces = towns.spaces(*[{"geometry": towns.at(0)}] * 5, {"geometry": towns.at(0), "in_osm": False})
    mill, docks, arts = (
        {"kind": "heritage", "heritage_class": "mill_factory"},
        {"kind": "heritage", "heritage_class": "dock_shipyard"},
        {"kind": "creative", "domain": "visual_arts"},
    )
    registry = _registry(
        {**mill, "site_id": "h-in"},
        {**mill, "site_id": "h-out", "outcome": "not in OSM"},
        {**mill, "site_id": "", "outcome": "not located"},
        {**mill, "site_id": "h-in", "kind": "both", "domain": "creative_hub", "space_id": "c6"},
        {**docks, "site_id": "h-in"},
        # none of these counts: no position, gone, outside
        {**docks, "site_id": "h-in", "lon": None, "lat": None},
        {**docks, "status": "lost", "outcome": "not located"},
        {**docks, "site_id": "h-in", "outcome": OUTSIDE},
        {**arts, "space_id": "c1"},
    )
    facts = _facts(towns, heritage=heritage, creative=spaces, registry=registry)
    found = _describe(dataclasses.replace(facts, words={"mill_factory": "Mill or factory"}))
    told = found[found.index.str.startswith("registry_recall")]
    assert told["value"].to_dict() == {
        "registry_recall_heritage": 3 / 5,
        "registry_recall_heritage_dock_shipyard": 1.0,
        "registry_recall_heritage_mill_factory": 2 / 4,
        "registry_recall_creative": 1 / 2,
        "registry_recall_creative_creative_hub": 0.0,
        "registry_recall_creative_visual_arts": 1.0,
    }
    assert told.loc["registry_recall_heritage", "source"].startswith("3 of 5 ")
    assert "left out: 1 without a position" in told.loc["registry_recall_heritage", "source"]
    assert told.loc["registry_recall_heritage_mill_factory", "label"] == "of them: Mill or factory"
    assert told.loc["registry_recall_heritage_dock_shipyard", "label"] == "of them: dock shipyard"
    assert told.loc["registry_recall_creative", "source"].startswith("1 of 2 ")


def test_recall_of_an_empty_registry_is_not_known(towns: ModuleType) -> None:
    found = _describe(_facts(towns))
    told = found[found.index.str.startswith("registry_recall")]
    assert list(told.index) == ["registry_recall_heritage", "registry_recall_creative"]
    assert told["value"].isna().all()
    assert told["source"].str.startswith("the registry has no").all()


def test_a_list_that_looks_shifted_is_told(towns: ModuleType) -> None:
    lists = pd.DataFrame({"file": ["a.csv", "b.csv", "c.csv"], "warning": ["a is off", "", "c is off"]})
    lists = lists.assign(source="the heritage office", n=9, placed=4)
    rows = describe_city(_facts(towns, imports=lists)).set_index("indicator")["source"]
    told = rows[rows.index.str.startswith("notice_import")]
    assert told.to_dict() == {"notice_import_1": "a is off", "notice_import_2": "c is off"}
    assert "a.csv (the heritage office; 4 of 9 rows on a site)" in rows["heritage_sites"]
    quiet = describe_city(_facts(towns))["indicator"]
    assert not quiet.str.startswith("notice_import").any()


# ---------------------------------------------------------------- in other languages


def _towns_of_all_kinds(towns: ModuleType) -> list[Facts]:
    """Make towns that differ in what is told of them, so that every sentence is told in one at least."""
    plain = _facts(towns)
    lists = pd.DataFrame({"file": ["a.csv", "b.csv"], "warning": ["", ""], "source": "an office", "n": 9, "placed": 4})
    registry = _registry(
        {"kind": "both", "heritage_class": "mill_factory", "domain": "", "site_id": "h1"},
        {"kind": "creative", "domain": "design_craft", "lon": None, "lat": None},
    )
    curve = _curve(0.01, (300, *NEAR[1:]), (400, *FAR[1:]), NEAR, (600, *NEAR[1:]))
    hexagons = _hexagons(towns, ("thin", 3_000.0, 1.0), ("good", 4_001.0, 21.0))
    no_spaces = {
        "creative": towns.spaces(),
        "links": tables.empty(TABLES["links"]),
        "nearest": tables.empty(TABLES["nearest"]),
    }
    no_spaces |= {"clusters": tables.empty(TABLES["clusters"]), "colocation": tables.empty(TABLES["colocation"])}
    edges = plain.frames["street_edges"]
    inside = shapely.within(shapely.centroid(edges.geometry.to_numpy()), plain.area)
    mode = _modes(("transit", 21, 4.5, 2, 0.25, "No service of public transport is known: who would ride it walks."))
    return [
        plain,
        _facts(towns, imports=lists, registry=registry, colocation=curve, completeness=hexagons),
        _facts(towns, colocation=_curve(0.01, FAR), nearest=_nearest([5, 5, 10, 0.4, 0.4, math.nan])),
        _facts(towns, colocation=_curve(0.01, NEAR), modes=_modes(("walk", 21, 4.5, 1, 0.25, ""))),
        _facts(towns, colocation=_curve(0.01, (500, 1.0, 1.0, 0.5, 2.0)), modes=mode),
        _facts(towns, people=towns.people(), candidates=_candidates(towns, 1, area_unknown=[True]), **no_spaces),
        _facts(towns, stations=towns.stations({"geometry": towns.at(0), "rapid": False})),
        _facts(towns, street_edges=edges[inside].reset_index(drop=True), nearest=_nearest([math.nan] * 6)),
        _facts(towns, candidates=_candidates(towns, 5, area_unknown=[True] * 5)),
        dataclasses.replace(plain, pulled={"snapshot": "unknown"}, people_covered=0.9),
        dataclasses.replace(plain, clusters=plain.clusters.model_copy(update={"method": "hdbscan"})),
        _with_raster(plain, "census, 2020"),
    ]


def test_every_figure_and_notice_can_be_spoken(towns: ModuleType, speech: ModuleType) -> None:
    told_of: set[str] = set()
    words = {"mill_factory": "Mill or factory", "design_craft": "Design, craft and making"}
    for facts in _towns_of_all_kinds(towns):
        found = describe_city(dataclasses.replace(facts, words=words))
        assert speech.check(found, "label", "source", names={SOURCE, "census, 2020"}) > 80
        assert set(found["unit"]) <= speech.known() | {"0-1", ""}
        told_of |= {name for name in found["indicator"] if name.startswith("notice_")}
    people, transit = {"people", "raster", "people_covered"}, {"stations", "mode_transit"}
    mapping, candidates = {"snapshot", "buffer", "mapping"}, {"few", "size"}
    assert {name.removeprefix("notice_") for name in told_of} == people | transit | mapping | candidates


def test_a_class_without_a_name_is_told_by_its_key() -> None:
    assert str(class_label("mill_factory", {})) == "of them: mill factory"
    assert str(class_label("", {})) == "of them without a class"


def test_the_range_of_the_draws_stands_in_rows_of_its_own(towns: ModuleType) -> None:
    found = _describe(_facts(towns))["value"]
    low, mean, high = (found[f"connectivity_thinned{end}"] for end in ("_low", "", "_high"))
    assert 0 < low < mean < high < 1


@pytest.mark.parametrize(("covered", "noticed"), [(0.9, True), (0.989, True), (0.99, False), (1.0, False)])
def test_a_source_of_residents_that_lacks_ground_is_noticed(towns: ModuleType, covered: float, noticed: bool) -> None:
    facts = dataclasses.replace(_facts(towns), people_covered=covered)
    assert ("people_covered" in _notices(facts)) is noticed


def test_messages_of_notes_are_carried_on(towns: ModuleType) -> None:
    note = pd.DataFrame([{"key": "cut", **written(text=told("{n:count} stops", n=1234)), "notice": True}])
    row = _describe(_facts(towns, transit_notes=note)).loc["notice_transit_cut"]
    assert row["source"] == "1,234 stops"
    assert message_in(row, "source") == told("{n:count} stops", n=1234)


def test_the_source_of_residents_keeps_its_message() -> None:
    cells = written(people=told("{source} ({year})", source="census", year=2020))
    provenance = {"people": cells["people"], "people_messages": cells["messages"]}
    assert people_source(provenance) == told("{source} ({year})", source="census", year=2020)
    assert people_source({"people": "WorldPop"}) == "WorldPop"
