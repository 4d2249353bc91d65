"""Scenarios that change reach: each is measured as a run of its own would be, and only the affected steps again."""

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from creative_nodes.common import tables
from creative_nodes.common.words import CRITERIA
from creative_nodes.doubt.scenario_reach import measure_scenario_places, measure_scenarios
from creative_nodes.reach import measure as reach
from creative_nodes.reach.reference import PositionRules, measure_positions, measure_reference, survey_places
from creative_nodes.reach.settings import Measuring
from creative_nodes.report.tables import TABLES
from creative_nodes.streets import network as net

SLOW = {"VN": {"walk": {"steps": 1.7, "default": 3.4}}}
CHANGES: dict[str, dict[str, Any]] = {
    "older_walkers": {"travel": {"speeds_kmh": SLOW}, "reach": {"walk_minutes": 10}},
    "short_walk": {"reach": {"walk_minutes": 5}},
    "sure_sites": {"candidates": {"min_confidence": 0.8}},
    "more_sites": {"candidates": {"min_confidence": 0.3}},
    "rush_hour": {"travel": {"peak_factor": {"VN": {"motorbike": 2.0}}}},
}


def _town(towns: ModuleType) -> tuple[Any, reach.World, Any]:
    rng = np.random.default_rng(5)

    def spots(n: int) -> Any:
        return [towns.at(x, y) for x, y in zip(rng.uniform(0, 2880, n), rng.uniform(0, 1680, n), strict=True)]

    tiers, domains = ("core", "intermediate", "supporting"), ("books", "film", "music")
    world = reach.World(
        creative=towns.spaces(
            *({"geometry": spot, "tier": tiers[k % 3], "domain": domains[k % 3]} for k, spot in enumerate(spots(20)))
        ),
        amenities=towns.amenities(*({"geometry": spot} for spot in spots(20))),
        people=towns.people(*({"geometry": spot, "residents": 10.0 * (k % 5)} for k, spot in enumerate(spots(80)))),
        stations=towns.stations({"geometry": towns.at(1000, 500)}),
    )
    confidence = (0.35, 0.45, 0.9)
    sites = towns.sites(*({"geometry": spot, "confidence": confidence[k % 3]} for k, spot in enumerate(spots(12))))
    return sites, world, towns.streets(towns.grid_tables(25, 15, 120.0))


@pytest.fixture(scope="module")
def town(towns: ModuleType) -> tuple[Any, reach.World, Any]:
    """A town that the tests only read."""
    return _town(towns)


def _own(towns: ModuleType, names: Any = CHANGES) -> dict[str, Measuring]:
    base = towns.config().model_dump(include=set(Measuring.model_fields)) | {"travel": towns.travel().model_dump()}
    own = {}
    for name in names:
        parts = {key: dict(value) for key, value in base.items()}
        for key, change in CHANGES[name].items():
            for field, value in change.items():
                if field == "speeds_kmh":
                    walk = {**parts["travel"]["speeds_kmh"]["VN"]["walk"], **SLOW["VN"]["walk"]}
                    country = {**parts["travel"]["speeds_kmh"]["VN"], "walk": walk}
                    value = {**parts["travel"]["speeds_kmh"], "VN": country}
                parts[key][field] = value
        own[name] = Measuring.model_validate(parts)
    return own


def _measure(town: Any, own: dict[str, Measuring]) -> pd.DataFrame:
    found = measure_scenarios(*town, own, main_mode="motorbike", link_within_m=500)
    tables.check(found, TABLES["scenario_candidates"], where="test")
    return found


def test_every_scenario_equals_a_run_of_its_own(towns: ModuleType, town: Any) -> None:
    own = _own(towns)
    sites, world, streets = town
    found = _measure(town, own)
    assert found["scenario"].unique().tolist() == list(CHANGES)
    for name, settings in own.items():
        alone = reach.measure_reach(
            reach.select_candidates(sites, settings.candidates),
            world,
            replace(streets, travel=settings.travel, _built={}),
            reach=settings.reach,
            network=settings.network,
            candidates=settings.candidates,
            main_mode="motorbike",
            link_within_m=500,
        ).candidates
        mine = found[found["scenario"] == name].reset_index(drop=True)
        columns = ["site_id", "reachable", *CRITERIA]
        pd.testing.assert_frame_equal(mine[columns], pd.DataFrame(alone[columns]), check_dtype=False)
    few, many = ((found["scenario"] == name).sum() for name in ("sure_sites", "more_sites"))
    assert (few, many) == (4, 12)


def test_reference_places_are_measured_under_each_scenario(towns: ModuleType, town: Any) -> None:
    _, world, streets = town
    own = _own(towns)
    rules = {key: PositionRules(one.reach, one.network, "motorbike", 500) for key, one in own.items()}
    area = towns.to_degrees(shapely.box(-50, -50, 2930, 1730))
    base = measure_reference(area, world, streets, rules["sure_sites"], places=100, h3_resolution=8, seed=1)
    found = measure_scenario_places(base, world, streets, own, main_mode="motorbike", link_within_m=500)
    tables.check(found, TABLES["scenario_reference"], where="test")
    assert found["scenario"].unique().tolist() == list(CHANGES)
    for name, settings in own.items():
        alone = replace(streets, travel=settings.travel, _built={})
        expected = measure_positions(survey_places(base, world, alone, 500), rules[name])
        mine = found[found["scenario"] == name].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine[list(expected)], expected)
        assert mine["place_id"].tolist() == base.loc[base["kind"] == "place", "place_id"].tolist()
    assert len(measure_scenario_places(base, world, streets, {}, main_mode="motorbike", link_within_m=500)) == 0


def test_slower_walkers_reach_fewer_and_shorter_walks_too(towns: ModuleType, town: Any) -> None:
    found = _measure(town, _own(towns, ["more_sites", "older_walkers", "rush_hour"]))
    mean = found[found["site_id"].isin(found.loc[found["scenario"] == "rush_hour", "site_id"])].groupby("scenario")
    walk = mean["residents_walk_15"].mean()
    assert 0 < walk["older_walkers"] < walk["more_sites"] == walk["rush_hour"]
    assert mean["transit_minutes"].mean()["older_walkers"] == pytest.approx(
        mean["transit_minutes"].mean()["more_sites"] * 4.8 / 3.4, rel=0.01
    )


def test_streets_that_a_scenario_does_not_touch_are_built_once(
    towns: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []
    plain = net.build_network
    monkeypatch.setattr(net, "build_network", lambda *args, **how: built.append(how["mode"]) or plain(*args, **how))
    _measure(_town(towns), _own(towns, ["short_walk"]))
    once = list(built)
    _measure(_town(towns), _own(towns, ["short_walk", "sure_sites", "more_sites"]))
    assert built == once * 2


def test_no_scenario_or_no_candidate_gives_no_rows(towns: ModuleType, town: Any) -> None:
    sites, world, streets = town
    assert len(_measure((sites, world, streets), {})) == 0
    assert len(_measure((sites.iloc[:0], world, streets), _own(towns))) == 0
