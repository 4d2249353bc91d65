"""What a world reads off the walks kept once, beside a whole measurement under the same settings."""

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from doubted import DOUBT, city_of, rules_of

from creative_nodes.doubt.draws import Drawn, unchanged
from creative_nodes.doubt.gather import DoubtedCity, gather
from creative_nodes.doubt.sweeps import _faster
from creative_nodes.doubt.world import measure_position
from creative_nodes.reach.reference import PositionRules, measure_positions
from creative_nodes.reach.survey import Survey


@pytest.fixture(scope="module")
def city(towns: ModuleType) -> DoubtedCity:
    return city_of(towns)


def _whole(city: DoubtedCity, config: Any, streets: Any, **network: float) -> pd.DataFrame:
    """Measure the sites from scratch."""
    rules = PositionRules(config.reach, config.network.model_copy(update=network), "motorbike", 500.0)
    return measure_positions(Survey(city.candidates, city.world, streets, 500.0), rules)


def _at(of: Any, **numbers: float) -> Drawn:
    base = unchanged(of)
    return replace(base, numbers=dict(base.numbers) | numbers)


@pytest.mark.parametrize("speed", [0.85, 1.15])
def test_walks_read_at_another_speed_are_those_walked_at_it(towns: ModuleType, city: DoubtedCity, speed: float) -> None:
    rules = rules_of(towns, DOUBT.still(walk_speed=(0.85, 1.15)))
    kept, of = gather(city, rules)
    found = measure_position(kept, _at(of, walk_speed=speed), rules.of_worlds()).at_sites
    streets = city.streets.under(_faster(city.streets.travel, city.streets.country, "walk", speed))
    whole = _whole(city, towns.config(), streets)
    for name in ("residents_walk_15", "newly_served", "transit_minutes", "network_gain"):
        np.testing.assert_allclose(found[name], whole[name], rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("factors", [(0.7, 1.4), (1.5, 0.7)])
def test_links_of_a_world_are_those_of_a_run(
    towns: ModuleType, city: DoubtedCity, factors: tuple[float, float]
) -> None:
    minutes, softness = factors
    rules = rules_of(towns, DOUBT.still(link_minutes=(0.7, 1.5), link_softness=(0.7, 1.4)))
    kept, of = gather(city, rules)
    drawn = _at(of, link_minutes=minutes, link_softness=softness)
    found = measure_position(kept, drawn, rules.of_worlds()).at_sites["network_gain"]
    whole = _whole(city, towns.config(), city.streets, link_minutes=15 * minutes, link_softness=3 * softness)
    np.testing.assert_allclose(found, whole["network_gain"], rtol=1e-9)


@pytest.mark.parametrize("snap", [100.0, 400.0])
def test_entrances_of_a_world_are_those_of_a_run(towns: ModuleType, city: DoubtedCity, snap: float) -> None:
    rules = rules_of(towns, DOUBT.still(snap_within_m=[100, 200, 400]))
    kept, of = gather(city, rules)
    found = measure_position(kept, _at(of, snap_within_m=snap), rules.of_worlds()).at_sites
    streets = city.streets.under(city.streets.travel.model_copy(update={"snap_within_m": snap}))
    whole = _whole(city, towns.config(), streets)
    for name in (
        "residents_walk_15",
        "newly_served",
        "transit_minutes",
        "network_gain",
        "exchange",
        "neighbourhood",
        "diversity",
    ):
        np.testing.assert_allclose(found[name], whole[name], rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("speed", [0.15, 0.22, 0.3])
def test_rides_read_between_limits_are_within_a_tenth(towns: ModuleType, city: DoubtedCity, speed: float) -> None:
    rules = rules_of(towns, DOUBT.still(ride_speed=(0.1, 0.5)))
    kept, of = gather(city, rules)
    found = measure_position(kept, _at(of, ride_speed=speed), rules.of_worlds()).at_sites["residents_ride_30"]
    travel = _faster(city.streets.travel, city.streets.country, "motorbike", speed)
    # the walk to the motorbike takes longer with it
    streets = city.streets.under(_faster(travel, city.streets.country, "walk", speed))
    whole = _whole(city, towns.config(), streets)["residents_ride_30"]
    known = whole.notna() & (whole > 100)
    assert known.sum() >= 5
    np.testing.assert_allclose(found[known], whole[known], rtol=0.1)
