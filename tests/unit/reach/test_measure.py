"""Reach of towns drawn by hand: METHOD section 5, worked out on paper."""

import itertools
import math
from dataclasses import replace
from types import ModuleType
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from creative_nodes.common import tables
from creative_nodes.common.words import CRITERIA
from creative_nodes.reach import counted, spillover
from creative_nodes.reach import measure as reach
from creative_nodes.report.tables import TABLES
from creative_nodes.streets.streets import PublicTransport

B = 0.016  # per metre
HALF_LIFE = 302.0  # metres


def _measure(towns: ModuleType, sites: Any, streets: Any = None, **how: Any) -> Any:
    """Measure sites on one street along y = 0 from x = 0 to 2000, unless told otherwise; returns the candidates."""
    return _measure_all(towns, sites, streets, **how).candidates


def _measure_all(towns: ModuleType, sites: Any, streets: Any = None, **how: Any) -> Any:
    """Measure as `_measure` does; returns every table."""
    config = towns.config()
    parts = ("creative", "amenities", "people", "stations")
    world = replace(towns.empty_world(), **{part: how.pop(part) for part in parts if part in how})
    settings = config.reach.model_copy(update=how.pop("reach", {}))
    found = reach.measure_reach(
        sites,
        world,
        streets or towns.one_street(),
        reach=settings,
        network=config.network,
        candidates=config.candidates.model_copy(update=how.pop("candidates", {})),
        main_mode=how.pop("main_mode", "motorbike"),
        link_within_m=how.pop("link_within_m", 500),
    )
    assert not how
    for name in ("candidates", "reach", "parts", "modes", "site_links", "network_parts"):
        tables.check(getattr(found, name), TABLES[name], where="test")
    return found


# ---------------------------------------------------------------- formulas


def test_half_life_halves() -> None:
    decay = spillover.half_life_to_decay(HALF_LIFE)
    halved = spillover.decay_sum(np.array([[0.0], [302], [604]]), np.array([1.0]), decay)
    assert halved == pytest.approx([1, 0.5, 0.25])


def test_decay_sum_by_hand() -> None:
    metres = np.array([[0.0, 100, 250], [math.inf, 50, math.inf], [math.inf] * 3])
    found = spillover.decay_sum(metres, np.array([1.0, 0.6, 0.3]), B)
    # exp(-1.6) = 0.2018965, exp(-4) = 0.0183156, exp(-0.8) = 0.4493290
    assert found == pytest.approx([1 + 0.6 * 0.2018965 + 0.3 * 0.0183156, 0.6 * 0.4493290, 0], abs=1e-7)


def test_exchange_is_gone_by_250_m() -> None:
    assert spillover.decay_sum(np.array([[250.0]]), np.array([1.0]), B)[0] < 0.02


@pytest.mark.parametrize("k", [1, 2, 3, 8])
def test_k_equal_kinds_make_k(k: int) -> None:
    assert spillover.hill_number(np.full((1, k), 0.37)) == pytest.approx([k])


def test_hill_number_of_one_none_and_uneven_kinds() -> None:
    found = spillover.hill_number(np.array([[0.0, 4, 0], [0, 0, 0], [0.5, 0.25, 0.25]]))
    # entropy of (1/2, 1/4, 1/4) is 1.5 ln 2
    assert found == pytest.approx([1, 0, 2**1.5])


# ---------------------------------------------------------------- spillover on a street


def test_exchange_and_neighbourhood_by_hand(towns: ModuleType) -> None:
    creative = towns.spaces(
        {"geometry": towns.at(600), "tier": "core"},  # 100 m
        {"geometry": towns.at(250, 20), "tier": "intermediate"},  # 250 m and a leg of 20
        {"geometry": towns.at(802), "tier": "supporting"},  # 302 m
    )
    amenities = towns.amenities({"geometry": towns.at(500, 302 - 200), "weight": 0.2})  # a leg of 102 m
    found = _measure(towns, towns.sites({"geometry": towns.at(500)}), creative=creative, amenities=amenities).iloc[0]
    exchange = math.exp(-B * 100) + 0.6 * math.exp(-B * 270) + 0.3 * math.exp(-B * 302)
    assert found["exchange"] == pytest.approx(exchange, rel=1e-4)
    near = 0.5 ** (100 / 302) + 0.6 * 0.5 ** (270 / 302) + 0.3 * 0.5 + 0.2 * 0.5 ** (102 / 302)
    assert found["neighbourhood"] == pytest.approx(near, rel=1e-4)
    assert found["nearest_space"] == "c1"
    assert found["nearest_space_m"] == pytest.approx(100, abs=0.01)


def test_at_302_metres_a_core_space_counts_half(towns: ModuleType) -> None:
    creative = towns.spaces({"geometry": towns.at(802)})
    found = _measure(towns, towns.sites({"geometry": towns.at(500)}), creative=creative)
    assert found["neighbourhood"].tolist() == pytest.approx([0.5], rel=1e-5)


def test_the_leg_of_the_site_counts_too(towns: ModuleType) -> None:
    creative = towns.spaces({"geometry": towns.at(600, -40)})
    found = _measure(towns, towns.sites({"geometry": towns.at(500, 60)}), creative=creative)
    assert found["nearest_space_m"].tolist() == pytest.approx([60 + 100 + 40], abs=0.01)
    assert found["exchange"].tolist() == pytest.approx([math.exp(-B * 200)], rel=1e-4)


def _begun_at(outline: shapely.Polygon, metres: float) -> shapely.Polygon:
    """Return the same outline, begun elsewhere."""
    ring = shapely.LineString(outline.exterior.coords)
    corners = [(ring.project(shapely.Point(xy)), xy) for xy in list(outline.exterior.coords)[:-1]]
    later = [xy for at, xy in corners if at >= metres]
    earlier = [xy for at, xy in corners if at < metres]
    return shapely.Polygon([ring.interpolate(metres), *later, *earlier])


@pytest.mark.parametrize("seed", range(5))
def test_where_an_outline_begins_does_not_tell(towns: ModuleType, seed: int) -> None:
    """Entrances all along an outline: begun half a step farther on, exchange stays within 2 %."""
    rng = np.random.default_rng(seed)
    outline = shapely.box(500 + rng.uniform(0, 50), 5, 700 + rng.uniform(0, 50), 150)
    along = rng.uniform(400, 900, 6)
    creative = towns.spaces(*({"geometry": towns.at(x, -3)} for x in along))
    step = towns.config().travel.site_entrance_spacing_m
    found = [
        _measure(towns, towns.sites({"geometry": shape}), creative=creative).iloc[0]
        for shape in (outline, _begun_at(outline, step / 2))
    ]
    assert found[1]["exchange"] == pytest.approx(found[0]["exchange"], rel=0.02)
    # a space across the street from the fence is as far as the street is wide
    west, _, east, _ = outline.bounds
    metres = [max(west - x, x - east, 0) + 5 + 3 for x in along]
    assert found[0]["exchange"] == pytest.approx(sum(math.exp(-B * m) for m in metres), rel=0.02)


def test_every_street_that_crosses_a_site_is_an_entrance(towns: ModuleType) -> None:
    """Two streets through a yard: a space on either is as near as its way to the fence."""
    points = {1: (0, 0), 2: (1000, 0), 3: (0, 60), 4: (1000, 60), 5: (0, 30)}
    streets = towns.streets(towns.street_tables(points, [(1, 2, {}), (3, 4, {}), (1, 5, {}), (5, 3, {})]))
    creative = towns.spaces({"geometry": towns.at(640, 0)}, {"geometry": towns.at(680, 60)})
    yard = shapely.box(500, -20, 600, 80)
    found = _measure(towns, towns.sites({"geometry": yard}), streets, creative=creative).iloc[0]
    assert found["exchange"] == pytest.approx(math.exp(-B * 40) + math.exp(-B * 80), rel=0.02)


def test_decay_stops_at_the_largest_distance(towns: ModuleType) -> None:
    creative = towns.spaces({"geometry": towns.at(1400)}, {"geometry": towns.at(1600)})
    found = _measure(
        towns, towns.sites({"geometry": towns.at(500)}), creative=creative, reach={"max_distance_m": 1000}
    ).iloc[0]
    assert found["neighbourhood"] == pytest.approx(0.5 ** (900 / 302), rel=1e-4)


def test_spaces_in_the_buffer_count_for_reach(towns: ModuleType) -> None:
    creative = towns.spaces({"geometry": towns.at(600), "inside": False})
    found = _measure(towns, towns.sites({"geometry": towns.at(500)}), creative=creative).iloc[0]
    assert found["exchange"] == pytest.approx(math.exp(-B * 100), rel=1e-4)


def test_diversity_is_weighted_by_distance_and_tier(towns: ModuleType) -> None:
    creative = towns.spaces(
        {"geometry": towns.at(500), "domain": "music"},
        {"geometry": towns.at(802), "domain": "film"},
        {"geometry": towns.at(198), "domain": "film", "tier": "intermediate"},
    )
    found = _measure(towns, towns.sites({"geometry": towns.at(500)}), creative=creative).iloc[0]
    film = 0.5 * (1 + 0.6) / (1 + 0.5 * 1.6)
    entropy = -film * math.log(film) - (1 - film) * math.log(1 - film)
    assert found["diversity"] == pytest.approx(math.exp(entropy), rel=1e-4)


def test_equally_near_domains_make_their_number(towns: ModuleType) -> None:
    four = [
        {"geometry": towns.at(500 + d), "domain": name} for d, name in ((80, "a"), (-80, "b"), (80, "c"), (-80, "d"))
    ]
    sites = towns.sites({"geometry": towns.at(500)})
    assert _measure(towns, sites, creative=towns.spaces(*four))["diversity"].tolist() == pytest.approx([4], rel=1e-6)
    assert _measure(towns, sites, creative=towns.spaces(four[0]))["diversity"].tolist() == pytest.approx([1])
    assert _measure(towns, sites)["diversity"].tolist() == [0]


def test_a_town_without_spaces_and_amenities(towns: ModuleType) -> None:
    found = _measure(towns, towns.sites({"geometry": towns.at(500)})).iloc[0]
    assert [found[name] for name in ("exchange", "neighbourhood", "diversity", "network_gain", "spaces_walk")] == [
        0
    ] * 5
    assert found["nearest_space"] == ""
    assert math.isnan(found["nearest_space_m"])


# ---------------------------------------------------------------- residents


def test_residents_within_15_minutes_on_foot(towns: ModuleType) -> None:
    # 1,200 m: from x = 200, a cell at 1390 is in reach, one at 1410 is not, nor one with a leg of 20 m at 1390
    people = towns.people(
        {"geometry": towns.at(1390), "residents": 7.0},
        {"geometry": towns.at(1410), "residents": 100.0},
        {"geometry": towns.at(1390, 20), "residents": 1000.0},
        {"geometry": towns.at(200, 400), "residents": 20.0},
        {"geometry": towns.at(200, 501), "residents": 500.0},  # too far from any street
    )
    found = _measure(towns, towns.sites({"geometry": towns.at(200)}), people=people).iloc[0]
    assert found["residents_walk_15"] == pytest.approx(27)


def test_residents_outside_the_study_area_count_for_reach(towns: ModuleType) -> None:
    people = towns.people({"geometry": towns.at(300), "residents": 5.0, "inside": False})
    found = _measure(towns, towns.sites({"geometry": towns.at(200)}), people=people)
    assert found["residents_walk_15"].tolist() == [5]


@pytest.mark.parametrize(("mode", "metres"), [("motorbike", 600), ("bike", 400), ("walk", 160)])
def test_residents_by_the_main_mode(towns: ModuleType, mode: str, metres: int) -> None:
    # two minutes on a residential street: 18, 12 and 4.8 km/h
    people = towns.people(
        {"geometry": towns.at(1000 + metres - 5), "residents": 3.0},
        {"geometry": towns.at(1000 - metres - 5), "residents": 40.0},
    )
    found = _measure(
        towns,
        towns.sites({"geometry": towns.at(1000)}),
        people=people,
        main_mode=mode,
        reach={"ride_minutes": 2},
    ).iloc[0]
    assert found["residents_ride_30"] == pytest.approx(3)


def test_residents_are_counted_again_where_their_homes_have_other_entrances(towns: ModuleType) -> None:
    # an outline of 2,000 m tried 2,000 m apart, or each 50 m: another place of it meets the street
    corners = (towns.at(300, 100), towns.at(1200, 200))
    people = towns.people({"geometry": shapely.box(*(one for at in corners for one in at.coords[0])), "residents": 5.0})
    sites, of = towns.sites({"geometry": towns.at(0)}), towns.one_street()
    world = replace(towns.empty_world(), people=people)
    first = reach.Survey(sites, world, of, 500)
    found = []
    for spacing in (2000, 50):
        streets = of.under(of.travel.model_copy(update={"entrance_spacing_m": spacing}))
        shared, alone = replace(first, streets=streets), reach.Survey(sites, world, streets, 500)
        minutes = np.arange(1, 31)
        own = counted.residents_within(alone, streets.network("walk"), people, minutes)
        np.testing.assert_array_equal(counted.residents_within(shared, streets.network("walk"), people, minutes), own)
        found.append(own)
    assert (found[0] != found[1]).any()


def test_the_leg_before_a_ride_is_walked(towns: ModuleType) -> None:
    # 80 m on foot take a minute, the other minute is 300 m by motorbike
    people = towns.people(
        {"geometry": towns.at(1295), "residents": 3.0}, {"geometry": towns.at(1305), "residents": 40.0}
    )
    found = _measure(
        towns, towns.sites({"geometry": towns.at(1000, 80)}), people=people, reach={"ride_minutes": 2}
    ).iloc[0]
    assert found["residents_ride_30"] == pytest.approx(3)


def test_without_streets_for_the_main_mode_riders_are_not_known_rather_than_none(towns: ModuleType) -> None:
    points = {1: (0.0, 0.0), 2: (500.0, 0.0)}
    lanes = towns.streets(towns.street_tables(points, [(1, 2, {"highway": "footway", "motorbike": False})]))
    people = towns.people({"geometry": towns.at(400), "residents": 3.0})
    found = _measure(towns, towns.sites({"geometry": towns.at(100)}), lanes, people=people).iloc[0]
    assert found["residents_walk_15"] == 3
    assert np.isnan(found["residents_ride_30"])


def test_newly_served_have_no_core_or_intermediate_space_yet(towns: ModuleType) -> None:
    creative = towns.spaces(
        {"geometry": towns.at(0), "tier": "intermediate"},
        {"geometry": towns.at(2000), "tier": "supporting"},  # does not count
    )
    people = towns.people(
        {"geometry": towns.at(1190), "residents": 1.0},  # served by the intermediate space
        {"geometry": towns.at(1210), "residents": 10.0},
        {"geometry": towns.at(1900), "residents": 100.0},
    )
    found = _measure(
        towns, towns.sites({"geometry": towns.at(1000)}, {"geometry": towns.at(100)}), creative=creative, people=people
    )
    assert found["newly_served"].tolist() == pytest.approx([110, 10])
    assert found["residents_walk_15"].tolist() == pytest.approx([111, 11])


@pytest.mark.parametrize("tier", ["core", "intermediate"])
def test_a_space_beside_serves_everybody(towns: ModuleType, tier: str) -> None:
    people = towns.people({"geometry": towns.at(1100), "residents": 9.0})
    creative = towns.spaces({"geometry": towns.at(1000), "tier": tier})
    found = _measure(towns, towns.sites({"geometry": towns.at(1000)}), creative=creative, people=people)
    assert found["newly_served"].tolist() == [0]


def test_without_residents_their_criteria_are_missing_not_zero(towns: ModuleType) -> None:
    found = _measure(towns, towns.sites({"geometry": towns.at(500)}), creative=towns.spaces({"geometry": towns.at(0)}))
    assert found[["residents_walk_15", "residents_ride_30", "newly_served"]].isna().all(axis=None)
    others = [name for name in CRITERIA if name not in ("residents_walk_15", "residents_ride_30", "newly_served")]
    others.remove("transit_minutes")
    assert found[others].notna().all(axis=None)


# ---------------------------------------------------------------- rapid transit


def test_transit_is_the_walk_to_the_nearest_point_of_a_rapid_station(towns: ModuleType) -> None:
    sites = towns.sites({"geometry": towns.at(100)}, {"geometry": towns.at(900, 40)})
    bus = {"geometry": towns.at(150), "rapid": False}
    found = _measure(towns, sites, stations=towns.stations({"geometry": towns.at(1300)}, bus))
    assert found["transit_minutes"].tolist() == pytest.approx([1200 / 80, (40 + 400) / 80], rel=1e-4)
    doors = {"geometry": shapely.MultiPoint([(1100, 0), (1300, 0)])}
    found = _measure(towns, sites, stations=towns.stations(doors, bus))
    assert found["transit_minutes"].tolist() == pytest.approx([1000 / 80, (40 + 200) / 80], rel=1e-4)


def test_without_a_rapid_station_the_walk_to_one_is_missing(towns: ModuleType) -> None:
    bus = towns.stations({"geometry": towns.at(150), "rapid": False})
    found = _measure_all(towns, towns.sites({"geometry": towns.at(500)}), stations=bus)
    assert found.candidates["transit_minutes"].isna().all()
    assert "transit_minutes" not in set(found.parts["criterion"])


# ---------------------------------------------------------------- network gain


def _p(metres: float) -> float:
    """Return the probability that a walk links: 80 m a minute, a half at 15 minutes, softness 3, one at no distance."""
    p = (1 + math.exp(-5)) / (1 + math.exp((metres / 80 - 15) / 3))
    return p if p >= 0.005 else 0.0


def _typical(spots: np.ndarray, stone: np.ndarray | None = None) -> float:
    """Return the network of a typical space on a grid of streets, over every chain (networkx)."""
    places = spots if stone is None else np.vstack([spots, stone])
    graph = nx.Graph()
    graph.add_nodes_from(range(len(places)))
    for i, j in itertools.combinations(range(len(places)), 2):
        p = _p(np.abs(places[i] - places[j]).sum())
        if p:
            graph.add_edge(i, j, length=-math.log(p))
    lengths = dict(nx.all_pairs_dijkstra_path_length(graph, weight="length"))
    n = len(spots)
    sizes = [sum(math.exp(-lengths[j][k]) for k in range(n) if k in lengths[j]) for j in range(n)]
    return math.prod(sizes) ** (1 / n)


def test_network_gain_joins_two_ends_of_town(towns: ModuleType) -> None:
    # two spaces 2000 m apart are linked with p(25 min) = 0.0347; over a site between them with p(12.5 min)^2
    creative = towns.spaces({"geometry": towns.at(0)}, {"geometry": towns.at(2000)})
    found = _measure_all(towns, towns.sites({"geometry": towns.at(1000)}, {"geometry": towns.at(0)}), creative=creative)
    gain = _p(1000) ** 2 - _p(2000)
    assert gain == pytest.approx(0.4578, abs=1e-4)
    assert found.candidates["network_gain"].tolist() == pytest.approx([gain, 0], abs=1e-6)
    assert found.candidates["spaces_walk"].tolist() == [2, 1]
    # each of two networks of 1 + p grows by as much, so orders 0, 1 and 2 agree
    row = found.network_parts.iloc[0]
    assert row[["gain_order_0", "gain_order_1", "gain_order_2"]].tolist() == pytest.approx([gain] * 3, abs=1e-6)
    assert row[["own", "flux", "connector"]].tolist() == pytest.approx([1, 4 * _p(1000), 2 * gain], abs=1e-5)
    before = 2 * (1 + _p(2000))
    assert row["ec_as_stone"] == pytest.approx(math.sqrt(before + 2 * gain) - math.sqrt(before), abs=1e-5)
    after = before + 1 + 4 * _p(1000) + 2 * gain
    assert row["ec_as_space"] == pytest.approx(math.sqrt(after) - math.sqrt(before), abs=1e-5)


def test_network_gain_leaves_out_the_buffer(towns: ModuleType) -> None:
    creative = towns.spaces({"geometry": towns.at(0)}, {"geometry": towns.at(2000), "inside": False})
    found = _measure(towns, towns.sites({"geometry": towns.at(1000)}), creative=creative)
    assert found["network_gain"].tolist() == [0]


@pytest.mark.parametrize("seed", range(5))
def test_network_gain_equals_the_network_with_the_site_in_it(towns: ModuleType, seed: int) -> None:
    rng = np.random.default_rng(seed)
    spots = np.column_stack([rng.integers(0, 30, 18), rng.integers(0, 20, 18)]) * 130.0
    creative = towns.spaces(*({"geometry": towns.at(x, y)} for x, y in spots))
    corners = np.column_stack([rng.integers(0, 30, 8), rng.integers(0, 20, 8)]) * 130.0
    sites = towns.sites(*({"geometry": towns.at(x, y)} for x, y in corners))
    measured = _measure_all(towns, sites, towns.grid(30, 20, 130.0), creative=creative, reach={"walk_minutes": 15})
    found, ids = measured.candidates, creative["space_id"].tolist()
    today = _typical(spots)
    for site, corner in enumerate(corners):
        assert found["network_gain"].iloc[site] == pytest.approx(_typical(spots, corner) - today, abs=1e-6)
        # no multiple of 130 m lies near 1,200 m
        walks = {ids[k]: np.abs(spots[k] - corner).sum() / 80 for k in range(18)}
        mine = measured.site_links[measured.site_links["site_id"] == found["site_id"].iloc[site]]
        assert set(mine["space_id"]) == {space for space, walk in walks.items() if walk <= 15}
        assert mine["minutes"].tolist() == pytest.approx([walks[space_id] for space_id in mine["space_id"]])


# ---------------------------------------------------------------- site criteria, candidates, reasons


def test_site_criteria_by_hand(towns: ModuleType) -> None:
    sites = towns.sites(
        {"geometry": towns.at(0), "confidence": 0.8, "listed": True, "start_year": 1976, "area_m2": 5200.0},
        {"geometry": towns.at(0), "confidence": 0.6, "status": "in_use", "start_year": 1870, "public_land": True},
        {"geometry": towns.at(0), "confidence": 0.5, "status": "brownfield", "area_m2": math.nan},
        {"geometry": towns.at(0), "confidence": 1.0, "public_land": True, "start_year": 2030},
        {"geometry": towns.at(0), "area_m2": math.nan, "heritage_class": "printing", "listed": True},
    )
    found = _measure(towns, sites)
    # listed 0.5, full age 0.5; what nobody knows is the middle, and confidence is no value
    expected = [0.5 + 0.5 * 0.5, 0.5, 0.5 * 0.5, 0.0, 0.5 + 0.5 * 0.5]
    assert found["heritage_value"].tolist() == pytest.approx(expected)
    assert found["readiness"].tolist() == pytest.approx([1, 0.5, 0.7, 1, 1])
    # a warehouse of unknown area is a typical one; printing works have no figure of their own
    assert found["site_capacity"].tolist() == [5200, 1000, 3000, 1000, 9000]
    assert found["area_unknown"].tolist() == [False, False, True, False, True]
    assert found["age_unknown"].tolist() == [False, False, True, False, True]


def test_confidence_is_no_value(towns: ModuleType) -> None:
    sites = towns.sites(*({"geometry": towns.at(0), "confidence": one} for one in (0.4, 1.0)))
    found = _measure(towns, sites)
    assert found[list(CRITERIA)].iloc[0].equals(found[list(CRITERIA)].iloc[1])


def test_candidates_are_attested_and_neither_converted_nor_lost(towns: ModuleType) -> None:
    sites = towns.sites(
        {"geometry": towns.at(0), "status": "vacated"},
        {"geometry": towns.at(0), "status": "converted"},
        {"geometry": towns.at(0), "status": "lost"},
        {"geometry": towns.at(0), "status": "in_use", "confidence": 0.39},
        {"geometry": towns.at(0), "status": "brownfield", "confidence": 1 - (1 - 0.25) * (1 - 0.2)},  # 0.4, by hand
    )
    found = reach.select_candidates(sites, towns.config().candidates)
    assert found["site_id"].tolist() == ["h1", "h5"]
    assert found.index.tolist() == [0, 1]


def test_why_a_site_cannot_be_reached(towns: ModuleType) -> None:
    # a street of 21 junctions, an island of 3, and a site far from both
    nodes, edges = towns.straight_street()
    points = {901: (0.0, 800.0), 902: (50.0, 800.0), 903: (100.0, 800.0)}
    more_nodes, more_edges = towns.street_tables(points, [(901, 902, {}), (902, 903, {})])
    streets = towns.streets(
        (pd.concat([nodes, more_nodes], ignore_index=True), pd.concat([edges, more_edges], ignore_index=True)),
        min_island_nodes=10,
    )
    sites = towns.sites({"geometry": towns.at(500)}, {"geometry": towns.at(1500, 300)}, {"geometry": towns.at(50, 820)})
    people = towns.people({"geometry": towns.at(500)})
    creative = towns.spaces({"geometry": towns.at(60, 800)}, {"geometry": towns.at(100)})
    found = _measure(
        towns, sites, streets, people=people, creative=creative, stations=towns.stations({"geometry": towns.at(0)})
    )
    assert found["reachable"].tolist() == [True, False, False]
    reasons = found["unreachable_reason"].tolist()
    assert reasons[0] == ""
    assert "300 m" in reasons[1]
    assert "200 m" in reasons[1]
    assert "island" in reasons[2]
    assert "3 street junctions" in reasons[2]
    # reported, not scored as zero
    assert found.loc[1:, list(CRITERIA)].isna().all(axis=None)
    assert found.loc[0, list(CRITERIA)].notna().all()


def test_sites_keep_their_shape_and_order(towns: ModuleType) -> None:
    sites = towns.sites(
        {"geometry": shapely.box(500, 10, 600, 60), "name": "Kho A"}, {"geometry": towns.at(5), "name": "Kho B"}
    )
    found = _measure(towns, sites)
    assert found["name"].tolist() == ["Kho A", "Kho B"]
    assert shapely.equals(found.geometry.to_numpy(), sites.geometry.to_numpy()).all()


def test_no_sites_make_an_empty_table(towns: ModuleType) -> None:
    found = _measure(towns, towns.sites({"geometry": towns.at(0)}).iloc[:0])
    assert len(found) == 0


def test_a_large_site_is_measured_from_its_boundary(towns: ModuleType) -> None:
    # an estate 800 m long: its east end is 100 m from the space, its centre 500 m
    estate = towns.sites({"geometry": shapely.box(200, 0.5, 1000, 300)})
    found = _measure(towns, estate, creative=towns.spaces({"geometry": towns.at(1100)}))
    assert found["nearest_space_m"].tolist() == pytest.approx([100.5], abs=0.6)


# ---------------------------------------------------------------- within a time, and what figures are made of


def test_every_mode_and_time_is_counted(towns: ModuleType) -> None:
    # residential: 4.8, 12, 18 and 14 km/h make 80, 200, 300 and 233 m a minute
    people = towns.people(
        *({"geometry": towns.at(x), "residents": 10.0**k} for k, x in enumerate((100, 500, 900, 1900)))
    )
    creative = towns.spaces({"geometry": towns.at(300)}, {"geometry": towns.at(1000), "tier": "supporting"})
    limits = {"walk": [1, 5], "bike": [5], "motorbike": [5], "car": [2]}
    found = _measure_all(
        towns, towns.sites({"geometry": towns.at(50)}), people=people, creative=creative, reach={"thresholds": limits}
    ).reach
    rows = {(row.mode, row.minutes): (row.residents, row.spaces, row.major_spaces) for row in found.itertuples()}
    assert rows == {
        ("walk", 1): (1, 0, 0),
        ("walk", 5): (1, 1, 1),
        ("walk", 15): (111, 2, 1),  # the limit of residents_walk_15 is added
        ("bike", 5): (111, 2, 1),
        ("motorbike", 5): (111, 2, 1),
        ("motorbike", 30): (1111, 2, 1),  # and that of residents_ride_30
        ("car", 2): (11, 1, 1),
    }


def test_reach_at_a_limit_is_the_criterion(towns: ModuleType) -> None:
    people = towns.people(
        {"geometry": towns.at(600), "residents": 7.0}, {"geometry": towns.at(1900), "residents": 80.0}
    )
    sites = towns.sites({"geometry": towns.at(50)}, {"geometry": towns.at(900)})
    found = _measure_all(towns, sites, people=people)
    table = found.reach.set_index(["site_id", "mode", "minutes"])["residents"]
    ids = found.candidates["site_id"]
    assert [table[i, "walk", 15] for i in ids] == found.candidates["residents_walk_15"].tolist() == [7, 87]
    assert [table[i, "motorbike", 30] for i in ids] == found.candidates["residents_ride_30"].tolist() == [87, 87]


def test_a_site_that_no_street_of_a_mode_meets_has_no_counts_rather_than_none(towns: ModuleType) -> None:
    points = {1: (0.0, 0.0), 2: (500.0, 0.0)}
    lanes = towns.streets(towns.street_tables(points, [(1, 2, {"highway": "footway", "car": False})]))
    people = towns.people({"geometry": towns.at(400), "residents": 3.0})
    found = _measure_all(towns, towns.sites({"geometry": towns.at(100)}), lanes, people=people).reach
    assert found.loc[found["mode"] == "car", ["residents", "spaces"]].isna().all(axis=None)
    assert found.loc[found["mode"] == "walk", ["residents", "spaces"]].notna().all(axis=None)


@pytest.fixture(scope="module")
def everything(towns: ModuleType) -> Any:
    """Every table of a street with something of all kinds, which the tests only read."""
    rng = np.random.default_rng(5)
    spots = rng.uniform(0, 2000, 40)
    tiers, domains = ("core", "intermediate", "supporting"), ("visual_arts", "books", "film")
    creative = towns.spaces(
        *(
            {"geometry": towns.at(x), "tier": tiers[k % 3], "domain": domains[k % 2], "inside": k % 7 > 0}
            for k, x in enumerate(spots)
        )
    )
    amenities = towns.amenities(
        *({"geometry": towns.at(x), "kind": ("cafe", "shop")[k % 2]} for k, x in enumerate(rng.uniform(0, 2000, 60)))
    )
    people = towns.people(*({"geometry": towns.at(x), "residents": 5.0} for x in rng.uniform(0, 2000, 30)))
    sites = towns.sites(
        *({"geometry": towns.at(x, 20), "listed": x > 500, "start_year": 1950, "public_land": True} for x in (10, 900)),
        {"geometry": towns.at(1990), "status": "in_use", "confidence": 0.5},
        {"geometry": towns.at(500, 400)},  # out of reach
    )
    stations = towns.stations({"geometry": towns.at(1200), "name": "Ga Cũ"})
    return _measure_all(towns, sites, creative=creative, amenities=amenities, people=people, stations=stations)


@pytest.mark.parametrize("criterion", ["exchange", "neighbourhood", "heritage_value", "readiness", "transit_minutes"])
def test_a_criterion_is_the_sum_of_its_parts(everything: Any, criterion: str) -> None:
    found = everything
    table = found.candidates.set_index("site_id")[criterion].dropna()
    assert len(table) == 3
    some = found.parts[found.parts["criterion"] == criterion]
    assert some.groupby("site_id")["value"].sum().to_dict() == pytest.approx(table.to_dict(), rel=1e-12)
    assert set(found.parts["site_id"]) == set(table.index)


def test_diversity_newly_served_and_network_gain_follow_from_their_parts(everything: Any) -> None:
    found = everything
    rises = found.network_parts.set_index("site_id")
    for row in found.candidates[found.candidates["reachable"]].itertuples():
        mine = found.parts[found.parts["site_id"] == row.site_id]
        share = (
            mine.loc[mine["criterion"] == "diversity", "value"]
            / mine.loc[mine["criterion"] == "diversity", "value"].sum()
        )
        assert row.diversity == pytest.approx(math.exp(-sum(p * math.log(p) for p in share)))
        served = mine[mine["criterion"] == "newly_served"].set_index("part")["value"]
        assert row.newly_served == served["not served today"]
        assert row.residents_walk_15 == pytest.approx(served.sum())
        grown = mine.loc[mine["criterion"] == "network_gain", "value"].sum()
        assert grown == pytest.approx(rises["connector"][row.site_id])
    stop = found.parts[found.parts["criterion"] == "transit_minutes"]
    assert set(stop["part"]) == {"s1"} and set(stop["name"]) == {"Ga Cũ"}


def test_small_parts_stand_together(towns: ModuleType) -> None:
    creative = towns.spaces(*({"geometry": towns.at(x)} for x in (100, 1200, 1210)))
    found = _measure_all(towns, towns.sites({"geometry": towns.at(100)}), creative=creative).parts
    some = found[found["criterion"] == "exchange"].set_index("part")
    assert some.loc["c1", ["n", "value", "distance_m"]].tolist() == pytest.approx([1, 1, 0])
    assert some.loc["others", "n"] == 2
    assert some.loc["others", "value"] == pytest.approx(math.exp(-B * 1100) + math.exp(-B * 1110))
    assert math.isnan(some.loc["others", "distance_m"])


def test_modes_say_what_is_cut_off(towns: ModuleType) -> None:
    nodes, edges = towns.straight_street()
    points = {901: (0.0, 800.0), 902: (50.0, 800.0), 903: (5000.0, 800.0), 904: (5100.0, 800.0)}
    more_nodes, more_edges = towns.street_tables(points, [(901, 902, {}), (903, 904, {"car": False})])
    both = (pd.concat([nodes, more_nodes], ignore_index=True), pd.concat([edges, more_edges], ignore_index=True))
    found = reach.describe_modes(towns.streets(both, min_island_nodes=10)).set_index("mode")
    assert found.loc["walk"].tolist()[:4] == pytest.approx([21, 2, 2, 0.15])
    assert found.loc["car"].tolist()[:4] == pytest.approx([21, 2, 1, 0.05])
    assert set(found["note"]) == {""}


# ---------------------------------------------------------------- public transport


def _bus_town(towns: ModuleType, *far: Any) -> Any:
    """Draw the street with a bus from x = 100 to x = 1900: every 4 minutes, 3 minutes' ride."""
    stops = towns.stations(
        {"geometry": towns.at(100), "kinds": ["bus"], "rapid": False, "n_services": 1},
        {"geometry": towns.at(1900), "kinds": ["bus"], "rapid": False, "n_services": 1},
        *far,
    )
    columns = [column.name for column in TABLES["services"].columns]
    calls = [
        ("r", "1", "", "bus", k, f"s{k + 1}", 3.0 * k, k == 0, k == 1, 4.0, "config", False, "OSM", "relation/1")
        for k in (0, 1)
    ]
    transport = PublicTransport(stops, pd.DataFrame(calls, columns=columns), towns.config().transit)
    return replace(towns.streets(towns.straight_street()), transport=transport)


def test_residents_by_public_transport_by_hand(towns: ModuleType) -> None:
    # half of 4 minutes' wait, 3 of ride, 1 on foot: 6 minutes, beside 23.5 on foot
    people = towns.people({"geometry": towns.at(1980), "residents": 9.0}, {"geometry": towns.at(120), "residents": 1.0})
    limits = {"thresholds": {"transit": [5.9, 6.1]}, "ride_minutes": 30}
    sites = towns.sites({"geometry": towns.at(100)}, {"geometry": towns.at(1980)})
    found = _measure_all(towns, sites, _bus_town(towns), people=people, main_mode="transit", reach=limits)
    rows = found.reach[found.reach["mode"] == "transit"].set_index(["site_id", "minutes"])["residents"]
    assert [rows["h1", 5.9], rows["h1", 6.1], rows["h1", 30]] == [1, 10, 10]
    # the bus runs one way only, so on the way back all is walked
    assert [rows["h2", 5.9], rows["h2", 6.1], rows["h2", 30]] == [9, 9, 10]
    assert found.candidates["residents_ride_30"].tolist() == [10, 10]


def test_without_services_public_transport_is_not_known_rather_than_walking(towns: ModuleType) -> None:
    people = towns.people({"geometry": towns.at(300), "residents": 9.0})
    found = _measure_all(towns, towns.sites({"geometry": towns.at(100)}), people=people, main_mode="transit")
    assert found.candidates["residents_ride_30"].isna().all()
    assert "transit" not in set(found.reach["mode"])


def test_stations_that_meet_no_street_are_told(towns: ModuleType) -> None:
    assert reach.describe_modes(_bus_town(towns)).set_index("mode").loc["transit", "note"] == ""
    far = {"geometry": towns.at(500, 900), "n_services": 1}
    note = reach.describe_modes(_bus_town(towns, far)).set_index("mode").loc["transit", "note"]
    assert "Only 2 of 3 stations" in note


def test_only_what_is_offered_is_a_candidate_and_weak_evidence_let_in_counts_as_likely(towns):
    """A water works in use is no candidate; a site below medium is likely where its confidence is let in."""
    at = {"geometry": towns.at(0)}
    heritage = towns.sites(
        {"list": "known", **at},
        {"list": "known", "offered": False, **at},
        {"list": "", "confidence": 0.3, "status": "not_known", **at},
    )
    settings = towns.config().candidates.model_copy(update={"min_confidence": 0.3})
    chosen = reach.select_candidates(heritage, settings)
    assert chosen[["site_id", "list"]].to_numpy().tolist() == [["h1", "known"], ["h3", "likely"]]
