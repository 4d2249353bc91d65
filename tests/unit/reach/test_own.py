"""Criteria of the site itself: what nobody knows counts as typical, and no site moves another."""

from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from creative_nodes.common.words import CRITERIA, POSITION_CRITERIA
from creative_nodes.reach.own import OwnCriteria, own_criteria
from creative_nodes.score.against import scales_by, values_of
from creative_nodes.score.rank import score_candidates
from creative_nodes.score.settings import Score
from creative_nodes.score.values import DEFAULT_ANCHORS

CLASSES = ("mill_factory", "warehouse", "printing", "a class of one's own")


def _sites(towns: ModuleType, n: int, rng: np.random.Generator, first: int = 0) -> Any:
    """Make sites of which little is known."""
    frame = towns.sites(
        *(
            {
                "site_id": f"h{first + k:03d}",
                "geometry": towns.at(0),
                "heritage_class": str(rng.choice(CLASSES)),
                "area_m2": np.nan if rng.random() < 0.5 else rng.lognormal(9, 2),
                "start_year": pd.NA if rng.random() < 0.5 else int(rng.integers(1850, 2020)),
                "listed": bool(rng.random() < 0.3),
                "confidence": rng.uniform(0.4, 1),
            }
            for k in range(n)
        )
    )
    for name in POSITION_CRITERIA:
        frame[name] = rng.lognormal(size=n)
    return frame


def _candidates(sites: pd.DataFrame, own: OwnCriteria) -> pd.DataFrame:
    flags = {"area_unknown": own.area_unknown, "age_unknown": own.age_unknown, "reachable": True}
    return sites.assign(**own.criteria, **flags)


@pytest.mark.parametrize("seed", range(20))
def test_no_site_moves_another_whatever_is_known_of_it(towns: ModuleType, seed: int) -> None:
    """Add, leave out and change sites, their areas and ages known or not: nobody else moves by a bit."""
    rng, config = np.random.default_rng(seed), towns.config()
    scales = scales_by(pd.DataFrame({name: rng.lognormal(size=300) for name in POSITION_CRITERIA}), DEFAULT_ANCHORS)
    settings: Score = config.score.model_copy(update={"draws": 100})
    town = _sites(towns, int(rng.integers(4, 30)), rng)
    changed = town.iloc[:1].assign(area_m2=np.nan, start_year=pd.array([pd.NA], dtype="Int64"), confidence=0.4)
    more = _sites(towns, int(rng.integers(1, 20)), rng, first=100)
    other = pd.concat([town.iloc[1:], more, changed]).sample(frac=1, random_state=seed)

    old, new = (_candidates(one, own_criteria(one, config.candidates)) for one in (town, other))
    before, after = (score_candidates(one, scales, settings, seed=1).set_index("site_id") for one in (old, new))
    same = town["site_id"].iloc[1:]
    for name in ("score", *(f"part_{key}" for key in CRITERIA)):
        np.testing.assert_array_equal(after.loc[same, name].to_numpy(), before.loc[same, name].to_numpy())
    one, two = (values_of(frame, scales, settings).set_index(["site_id", "criterion"]) for frame in (old, new))
    pd.testing.assert_frame_equal(two.loc[same].sort_index(), one.loc[same].sort_index(), check_exact=True)


@pytest.mark.parametrize("seed", range(5))
def test_what_nobody_knows_is_neither_worst_nor_best_and_is_marked(towns: ModuleType, seed: int) -> None:
    rng, config = np.random.default_rng(seed), towns.config()
    sites = _sites(towns, 40, rng)
    own, limits = own_criteria(sites, config.candidates), config.score.anchors
    assert own.area_unknown.tolist() == sites["area_m2"].isna().tolist()
    assert own.age_unknown.tolist() == sites["start_year"].isna().tolist()
    size = own.criteria["site_capacity"][own.area_unknown]
    assert ((size > limits.capacity_low_m2) & (size < limits.capacity_high_m2)).all()
    listed = sites["listed"].to_numpy(dtype=float)
    middle = config.candidates.heritage_listing * listed + config.candidates.heritage_age / 2
    np.testing.assert_array_equal(own.criteria["heritage_value"][own.age_unknown], middle[own.age_unknown])
    scales = scales_by(pd.DataFrame({name: rng.lognormal(size=300) for name in POSITION_CRITERIA}), DEFAULT_ANCHORS)
    found = values_of(_candidates(sites, own), scales, config.score).set_index(["criterion", "site_id"])
    for name, unknown in (("site_capacity", own.area_unknown), ("heritage_value", own.age_unknown)):
        told = found.loc[name].loc[sites["site_id"]]
        assert told["assumed"].tolist() == unknown.tolist()
        assert set(told.loc[told["assumed"], "verdict"]) == {"assumed"}
        assert not told["lacking"].any()
