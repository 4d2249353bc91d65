"""Accessibility by hexagon: E2SFCA against pysal's `access`, means and counts asked cell by cell, words by hand."""

from types import ModuleType
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_array

from creative_nodes.common import tables
from creative_nodes.reach import accessibility
from creative_nodes.reach.settings import Accessibility, Zone
from creative_nodes.report.tables import TABLES

RESOLUTION = 9
WALK_M = 80.0  # metres in a minute
SIDE = 16  # streets of the town, 100 m apart


def _settings(towns: ModuleType, **changes: Any) -> Accessibility:
    return towns.config().accessibility.model_copy(update={"h3_resolution": RESOLUTION, **changes})


def _map(towns: ModuleType, area: Any, streets: Any, **how: Any) -> gpd.GeoDataFrame:
    config = towns.config()
    found = accessibility.map_accessibility(
        towns.to_degrees(area),
        people=how.get("people", towns.people()),
        creative=how.get("creative", towns.spaces()),
        streets=streets,
        settings=how.get("settings", _settings(towns)),
        reach=config.reach.model_copy(update=how.get("reach", {})),
        main_mode=how.get("main_mode", "motorbike"),
        link_within_m=how.get("link_within_m", 500),
    )
    tables.check(found, TABLES["accessibility"], where="test")
    return found


# ---------------------------------------------------------------- E2SFCA


def _access_by_pysal(minutes: np.ndarray, zones: dict[float, float], supply: Any, demand: Any) -> np.ndarray:
    """Return the supply per head of each demand, by pysal's access; rows of `minutes` are demands."""
    from access import Access
    from access.weights import step_fn

    i, j = np.nonzero(np.isfinite(minutes))
    costs = pd.DataFrame({"origin": i, "dest": j, "minutes": minutes[i, j]})
    model = Access(
        demand_df=pd.DataFrame({"geoid": range(len(demand)), "pop": demand}),
        demand_index="geoid",
        demand_value="pop",
        supply_df=pd.DataFrame({"geoid": range(len(supply)), "offer": supply}),
        supply_index="geoid",
        supply_value="offer",
        cost_df=costs,
        cost_origin="origin",
        cost_dest="dest",
        cost_name="minutes",
    )
    table = model.enhanced_two_stage_fca(
        name="found", cost="minutes", max_cost=max(zones), weight_fn=step_fn(zones), normalize=False
    )
    found: np.ndarray = table["found_offer"].reindex(range(len(demand))).fillna(0).to_numpy()
    return found


@pytest.mark.parametrize("seed", range(8))
def test_supply_per_head_is_that_of_access(seed: int) -> None:
    rng = np.random.default_rng(seed)
    minutes = rng.uniform(0, 25, (40, 9))
    # the ends of the zones themselves, and pairs without a way
    minutes[:6, 0] = [0, 5, 10, 15, np.nextafter(5, 6), np.nextafter(15, 16)]
    minutes[rng.random(minutes.shape) < 0.2] = np.inf
    supply, demand = rng.choice([1.0, 0.6, 0.3], 9), rng.uniform(1, 900, 40)
    zones = {5.0: 1.0, 10.0: 0.68, 15.0: 0.22}
    weights = accessibility.zone_weights(
        minutes.T, [Zone(up_to_minutes=end, weight=weight) for end, weight in zones.items()]
    )
    found = accessibility.catchment_supply(csr_array(weights), supply, demand)
    np.testing.assert_allclose(found, _access_by_pysal(minutes, zones, supply, demand), rtol=1e-9, atol=1e-15)
    # what is offered is shared out whole among those it reaches
    used = weights.sum(axis=1) > 0
    assert found @ demand == pytest.approx(supply[used].sum())


def test_supply_by_hand() -> None:
    # one space of weight 1: 100 people in the first zone, 200 in the second; a second space for the latter alone
    weights = csr_array(np.array([[1.0, 0.68, 0], [0, 1, 0], [0, 0, 0]]))
    found = accessibility.catchment_supply(weights, np.array([1.0, 0.6, 9]), np.array([100.0, 200, 50]))
    first = 1 / (100 + 0.68 * 200)
    assert found == pytest.approx([first, 0.68 * first + 0.6 / 200, 0])


def test_the_shipped_zones_are_the_published_ones(towns: ModuleType) -> None:
    zones = towns.config().accessibility.zones
    assert [(zone.up_to_minutes, zone.weight) for zone in zones] == [(5, 1.0), (10, 0.68), (15, 0.22)]


@pytest.mark.parametrize("zones", [[(10, 1.0), (5, 0.6)], [(5, 0.6), (10, 1.0)], [(5, 1.0), (5, 0.5)]])
def test_zones_that_do_not_go_outward_are_refused(zones: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="must go outward"):
        Accessibility.model_validate({"zones": [{"up_to_minutes": end, "weight": w} for end, w in zones]})


# ---------------------------------------------------------------- a town of streets 100 m apart


@pytest.fixture
def town(towns: ModuleType) -> dict[str, Any]:
    """A town whose people live on its corners, some of them in the buffer east of the study area."""
    rng = np.random.default_rng(17)
    corners = [(x * 100.0, y * 100.0) for x in range(SIDE) for y in range(SIDE)]
    residents = rng.uniform(5, 400, len(corners)).round(1)
    area = shapely.box(-50, -50, 1150, 1550)
    homes = [
        {"geometry": towns.at(x, y), "residents": n, "inside": area.contains(towns.at(x, y))}
        for (x, y), n in zip(corners, residents, strict=True)
    ]
    # off the corners, so that no way is as long as a limit
    spots = [((230, 300), "core"), ((1430, 1400), "core"), ((730, 900), "intermediate"), ((30, 1500), "supporting")]
    spaces = [{"geometry": towns.at(*xy), "tier": tier} for xy, tier in spots]
    return {
        "area": area,
        "streets": towns.streets(towns.grid_tables(SIDE, SIDE)),
        "people": towns.people(*homes),
        "creative": towns.spaces(*spaces),
        "corners": np.array(corners),
        "residents": residents,
        "spots": np.array([xy for xy, _ in spots], dtype=float),
        "hex": [
            h3.latlng_to_cell(point.y, point.x, RESOLUTION) if one["inside"] else ""
            for one in homes
            for point in [towns.to_degrees(one["geometry"])]
        ],
    }


def _blocks(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the metres between corners along streets that run north and east, all pairs."""
    return np.abs(a[:, None] - b[None]).sum(axis=2)


def _by_hand(town: dict[str, Any], values: np.ndarray) -> dict[str, float]:
    """Return the residents-weighted mean of values by hexagon."""
    frame = pd.DataFrame({"hex": town["hex"], "n": town["residents"], "v": values})
    return {
        one: float((rows["n"] * rows["v"]).sum() / rows["n"].sum()) for one, rows in frame.groupby("hex") if one != ""
    }


def test_every_figure_of_a_town_asked_cell_by_cell(towns: ModuleType, town: dict[str, Any]) -> None:
    found = _map(
        towns,
        town["area"],
        town["streets"],
        people=town["people"],
        creative=town["creative"],
        reach={"walk_minutes": 6, "ride_minutes": 3},
    ).set_index("hex_id")
    metres = _blocks(town["corners"], town["spots"])
    residents = town["residents"]
    on_foot = metres / WALK_M
    sums = pd.Series(residents).groupby(np.array(town["hex"])).sum().drop("")
    assert found["residents"].sum() == pytest.approx(town["people"].query("inside")["residents"].sum())
    settled = found[found["residents"] > 0]
    assert sorted(settled.index) == sorted(sums.index)
    # lengths are measured on the map's plane: the drawing is as long as it says to parts in a million
    core = _by_hand(town, on_foot[:, :2].min(axis=1))
    ride = _by_hand(town, metres[:, :2].min(axis=1) / (18_000 / 60))  # a residential street by motorbike
    far = _by_hand(town, (on_foot[:, :3].min(axis=1) > 6).astype(float))
    weights = np.select([on_foot <= 5, on_foot <= 10, on_foot <= 15], [1, 0.68, 0.22], 0.0)[:, :3]
    supply = np.array([1.0, 1.0, 0.6])
    shares = supply / (weights * residents[:, None]).sum(axis=0)
    supplied = _by_hand(town, weights @ shares * 100_000)
    for one, row in settled.iterrows():
        assert row["residents"] == pytest.approx(sums[one])
        assert row["minutes_walk"] == pytest.approx(core[one], rel=1e-4, abs=1e-4)
        assert row["minutes_motorbike"] == pytest.approx(ride[one], rel=1e-4, abs=1e-4)
        assert row["unserved_share"] == pytest.approx(far[one], abs=1e-9)
        assert row["supply_per_100k"] == pytest.approx(supplied[one], rel=1e-6)
    assert settled["unreachable_walk"].max() == 0
    assert found["minutes_transit"].isna().all() and found["unreachable_transit"].isna().all()
    assert 0 < (settled["unserved_share"] > 0).sum() < len(settled)


def test_people_in_the_buffer_count_for_reach_and_not_for_the_city(towns: ModuleType, town: dict[str, Any]) -> None:
    how = {"creative": town["creative"], "reach": {"walk_minutes": 15, "ride_minutes": 30}}
    whole = _map(towns, town["area"], town["streets"], people=town["people"], **how)
    inside = _map(towns, town["area"], town["streets"], people=town["people"].query("inside"), **how)
    # 30 minutes by motorbike hold the whole town, its buffer included
    assert whole["residents_ride"].dropna().to_numpy() == pytest.approx(town["residents"].sum())
    assert inside["residents_ride"].dropna().max() < 0.8 * town["residents"].sum()
    np.testing.assert_allclose(whole["residents"], inside["residents"])
    area = towns.to_degrees(town["area"])
    assert all(shape.intersection(area).area > 0 for shape in whole.geometry)
    # who shares a space is not cut off at the rim
    assert (whole["supply_per_100k"] < inside["supply_per_100k"] - 1e-9).any()


def test_residents_within_a_walk_of_the_middle_of_the_people(towns: ModuleType) -> None:
    # one street; two groups of people in one hexagon, whose middle lies between them by their numbers
    streets = towns.streets(towns.straight_street(4000))
    middle = towns.to_degrees(towns.at(2000, 0))
    one = h3.latlng_to_cell(middle.y, middle.x, 8)
    lat, lon = h3.cell_to_latlng(one)
    x = float(gpd.GeoSeries([shapely.Point(lon, lat)], crs=4326).to_crs(towns.EPSG).x.iloc[0] - towns.EAST)
    homes = [
        {"geometry": towns.at(x - 100), "residents": 300.0},
        {"geometry": towns.at(x + 200), "residents": 100.0},
        # 5 minutes are 400 m: of the middle at x - 25 this is 390 m away, of the hexagon's own middle 415 m
        {"geometry": towns.at(x - 415), "residents": 7.0, "inside": False},
        {"geometry": towns.at(x + 385), "residents": 50.0, "inside": False},
    ]
    found = _map(
        towns,
        shapely.box(x - 300, -200, x + 300, 200),
        streets,
        people=towns.people(*homes),
        settings=_settings(towns, h3_resolution=8),
        reach={"walk_minutes": 5},
    ).set_index("hex_id")
    assert found.loc[one, "residents"] == 400
    assert found.loc[one, "residents_walk"] == pytest.approx(407)


def test_a_hexagon_where_nobody_lives_is_judged_from_its_middle(towns: ModuleType, town: dict[str, Any]) -> None:
    alone = town["people"].iloc[[0]].assign(inside=True)
    found = _map(towns, town["area"], town["streets"], people=alone, creative=town["creative"])
    bare = found[found["residents"] == 0]
    assert len(bare) > 5
    assert bare["minutes_walk"].notna().sum() > 5
    assert bare[["unreachable_walk", "supply_per_100k", "unserved_share"]].isna().all(axis=None)
    assert not bare["underserved"].any()
    for row in bare.itertuples():
        part = row.geometry.intersection(towns.to_degrees(town["area"]))
        point = gpd.GeoSeries([part], crs=4326).to_crs(towns.EPSG).iloc[0].point_on_surface()
        xy = np.array([[point.x, point.y]]) - towns.ORIGIN
        if not (xy >= 0).all() or not (xy <= 1500).all():
            continue
        # along the streets: no shorter than straight, and no longer than round two blocks
        straight = np.hypot(*(town["spots"][:2] - xy).T).min() / WALK_M
        blocks = _blocks(xy, town["spots"][:2]).min() / WALK_M
        assert straight - 1e-3 <= row.minutes_walk <= blocks + 200 / WALK_M


def test_those_who_cannot_get_there_are_told_apart(towns: ModuleType) -> None:
    # a second street without a way to the first, and people far from either
    points = {1: (0.0, 0.0), 2: (400.0, 0.0), 3: (0.0, 250.0), 4: (400.0, 250.0)}
    streets = towns.streets(towns.street_tables(points, [(1, 2, {}), (3, 4, {})]))
    homes = [
        {"geometry": towns.at(100, 0), "residents": 30.0},
        {"geometry": towns.at(100, 250), "residents": 60.0},
        {"geometry": towns.at(100, 900), "residents": 10.0},
    ]
    found = _map(
        towns,
        shapely.box(50, -50, 150, 950),
        streets,
        people=towns.people(*homes),
        creative=towns.spaces({"geometry": towns.at(340, 0)}),
        settings=_settings(towns, h3_resolution=6, underserved_min_residents=80, underserved_share=0.6),
    )
    (row,) = found.itertuples()
    assert row.residents == 100
    assert row.minutes_walk == pytest.approx(3, rel=1e-4)
    assert row.unreachable_walk == pytest.approx(0.7)
    # of the 90 near a street 60 have no space in reach; of the others nobody can tell
    assert row.unserved_share == pytest.approx(2 / 3)
    assert row.supply_per_100k == pytest.approx(100_000 / 30 * 30 / 90)
    assert row.underserved


@pytest.mark.parametrize(
    ("least", "share", "expected"), [(90, 0.6, True), (91, 0.6, False), (90, 0.66, True), (90, 0.67, False)]
)
def test_underserved_by_hand(towns: ModuleType, least: float, share: float, expected: bool) -> None:
    streets = towns.streets(towns.straight_street(3000))
    homes = [{"geometry": towns.at(100), "residents": 30.0}, {"geometry": towns.at(1700), "residents": 60.0}]
    homes.append({"geometry": towns.at(1700, 2000), "residents": 1000.0})  # no street is near
    found = _map(
        towns,
        shapely.box(0, -50, 3000, 2050),
        streets,
        people=towns.people(*homes),
        creative=towns.spaces(
            {"geometry": towns.at(0), "tier": "intermediate"}, {"geometry": towns.at(1700), "tier": "supporting"}
        ),
        settings=_settings(towns, h3_resolution=5, underserved_min_residents=least, underserved_share=share),
    )
    settled = found[found["residents"] > 0]
    assert settled["residents"].tolist() == [1090]
    assert settled["underserved"].tolist() == [expected]
    # no core space: no minutes to one
    assert found["minutes_walk"].isna().all() and (settled["unreachable_walk"] == 1).all()


def test_without_residents_only_minutes_are_known(towns: ModuleType, town: dict[str, Any]) -> None:
    found = _map(towns, town["area"], town["streets"], creative=town["creative"])
    missing = ["residents", "residents_walk", "residents_ride", "supply_per_100k", "unserved_share"]
    assert found[missing].isna().all(axis=None)
    assert found["minutes_walk"].notna().all()
    assert not found["underserved"].any()


def test_without_creative_spaces_everybody_is_unserved(towns: ModuleType, town: dict[str, Any]) -> None:
    found = _map(towns, town["area"], town["streets"], people=town["people"])
    settled = found[found["residents"] > 0]
    assert (settled["supply_per_100k"] == 0).all() and (settled["unserved_share"] == 1).all()
    assert (settled["underserved"] == (settled["residents"] >= 1000)).all()
    assert 0 < settled["underserved"].sum() < len(settled)
