"""Figures beside what is little and much in the city: scales, values, verdicts and correlations as tables."""

import math

import numpy as np
import pandas as pd
import pytest
import scipy
from scored import REFERENCE, SCALES, candidates, unreachable

from creative_nodes.common import tables
from creative_nodes.common.words import CRITERIA, POSITION_CRITERIA
from creative_nodes.report.tables import TABLES
from creative_nodes.score import against
from creative_nodes.score.settings import AnchorShares, Score
from creative_nodes.score.values import DEFAULT_ANCHORS, Scale
from creative_nodes.score.verdicts import PRAISED, VERDICTS, verdicts

SETTINGS = Score.model_validate({"weights": dict.fromkeys(CRITERIA, 1 / len(CRITERIA))})
# a city where the median place has 20 and one in a hundred 100
BENEFIT = Scale("neighbourhood", 10.0, 100.0, False, True, 20.0, 1.0)
COST = Scale("transit_minutes", 60.0, 5.0, False, True, 30.0, 1.0)
SITE = Scale("readiness", 0.0, 1.0, False, True, np.nan, np.nan)


PAIRS = math.comb(len(POSITION_CRITERIA), 2)


def values(frame, **changes):
    found = against.values_of(frame, SCALES, SETTINGS.model_copy(update=changes))
    tables.check(found, TABLES["values"], where="test")
    return found.set_index(["site_id", "criterion"])


@pytest.mark.parametrize(
    ("scale", "figure", "word"),
    [
        # of a benefit: at the median, just above it, just below and at the middle of the scale, and at its end
        *[(BENEFIT, 5, "little"), (BENEFIT, 20, "little"), (BENEFIT, 20.1, "some"), (BENEFIT, 54.9, "some")],
        *[(BENEFIT, 55, "much"), (BENEFIT, 99.9, "much"), (BENEFIT, 100, "outstanding"), (BENEFIT, 1e9, "outstanding")],
        # of a cost the same, the other way round
        *[
            (COST, 45, "little"),
            (COST, 30, "little"),
            (COST, 32.4, "little"),
            (COST, 29, "much"),
            (COST, 5, "outstanding"),
        ],
        *[
            (SITE, 0.0, "little"),
            (SITE, 0.09, "little"),
            (SITE, 0.3, "some"),
            (SITE, 0.5, "much"),
            (SITE, 1, "outstanding"),
        ],
        (BENEFIT, np.nan, "lacking"),
    ],
)
def test_a_word_by_its_number(scale, figure, word):
    assert verdicts(np.array([figure], dtype=float), scale).tolist() == [word]


@pytest.mark.parametrize("seed", range(5))
def test_nothing_at_or_below_the_citys_median_is_praised(seed):
    """Wherever the median of a random city lies, even above the middle of the scale."""
    rng = np.random.default_rng(seed)
    median, figures = rng.uniform(0, 120), rng.uniform(-10, 150, 500)
    for low, high in ((10.0, 100.0), (100.0, 10.0)):
        found = verdicts(figures, Scale("neighbourhood", low, high, False, True, median, 1.0))
        better = figures > median if high > low else figures < median
        assert not np.isin(found[~better], PRAISED).any()
        assert set(found) <= set(VERDICTS)


def test_four_hundredths_of_a_neighbour_are_no_praise():
    exchange = SCALES["exchange"]
    assert verdicts(np.array([0.04]), exchange).tolist() == ["little"]


def test_what_is_assumed_or_does_not_count_is_never_praised():
    assert verdicts(np.array([100.0]), BENEFIT, assumed=np.array([True])).tolist() == ["assumed"]
    idle = Scale("neighbourhood", 10.0, 100.0, False, False, 20.0, 0.05)
    assert verdicts(np.array([100.0]), idle).tolist() == ["unused"]


def test_values_stand_beside_the_citys_figures():
    frame = candidates(4, network_gain=[0, 0.25, 0.5, 1])
    frame.loc[3, "site_capacity"] = np.nan
    found = values(frame)
    # candidate by candidate
    assert found.index.tolist() == [(site, key) for site in frame["site_id"] for key in CRITERIA]
    row = found.loc[("h001", "network_gain")]
    assert (row["figure"], row["value"], row["city_low"], row["city_high"]) == (0.25, 0.25, 0, 1)
    assert row["city_median"] == pytest.approx(50 / 99)
    assert row["weight"] == pytest.approx(1 / len(CRITERIA))
    lacking = found.loc[("h003", "site_capacity")]
    assert (lacking["lacking"], lacking["value"], lacking["verdict"]) == (True, 0, "lacking")
    assert found["value"].groupby("site_id").sum().to_dict() == pytest.approx(
        {
            site: len(CRITERIA) * score
            for site, score in (found["value"] * found["weight"]).groupby("site_id").sum().items()
        }
    )


def test_an_unknown_area_is_marked_as_assumed():
    found = values(candidates(2, site_capacity=0.9).assign(area_unknown=[True, False]))
    assert found.loc[("h000", "site_capacity"), ["assumed", "verdict"]].tolist() == [True, "assumed"]
    assert found.loc[("h001", "site_capacity"), ["assumed", "verdict"]].tolist() == [False, "much"]


def test_sites_out_of_reach_have_no_values():
    assert set(values(unreachable(candidates(3), 1)).index.get_level_values(0)) == {"h000", "h002"}
    assert len(values(unreachable(candidates(1), 0))) == 0


def test_the_matrix_is_read_back_in_order():
    frame = candidates(5)
    found = values(frame).reset_index()
    ids = np.array(["h003", "h001"], dtype=object)
    expected = np.column_stack([SCALES[name].value(frame[name].to_numpy()) for name in CRITERIA])[[3, 1]]
    assert against.value_matrix(found, ids).tolist() == expected.tolist()


def test_scales_written_and_read_are_the_same_to_the_bit(tmp_path):
    rng = np.random.default_rng(0)
    reference = pd.DataFrame({name: rng.lognormal(size=99) for name in POSITION_CRITERIA})
    made = against.city_scales(reference, DEFAULT_ANCHORS)
    tables.write(made, TABLES["scales"], tmp_path / "scales.parquet", provenance={})
    back = against.read_scales(tables.read(TABLES["scales"], tmp_path / "scales.parquet"))
    laid = against.scales_by(reference, DEFAULT_ANCHORS)
    assert {k: str(v) for k, v in back.items()} == {k: str(v) for k, v in laid.items()}


def test_hexagons_anchor_nothing():
    hexagons = REFERENCE.assign(kind="hexagon", network_gain=1e6)
    both = pd.concat([REFERENCE, hexagons], ignore_index=True)
    assert str(against.scales_by(both, DEFAULT_ANCHORS)) == str(SCALES)
    assert against.city_correlations(both)["places"].tolist() == [101] * PAIRS


def test_fixed_ends_come_from_the_settings():
    at = AnchorShares(exchange_spaces=2, capacity_low_m2=100, capacity_high_m2=10_000, benefit_high=0.5)
    found = against.scales_by(REFERENCE, at)
    assert found["exchange"].one == 2
    assert (found["site_capacity"].zero, found["site_capacity"].one) == (100, 10_000)
    assert found["network_gain"].one == pytest.approx(50 / 99)


@pytest.mark.parametrize("wrong", [{"benefit_low": 0.99}, {"cost_best": 0.95}, {"capacity_low_m2": 2e5}])
def test_anchors_out_of_order_are_refused(wrong):
    with pytest.raises(ValueError, match=f"score.anchors.{next(iter(wrong))} must be below"):
        AnchorShares(**wrong)


def test_correlations_are_spearmans_once_a_pair():
    rng = np.random.default_rng(1)
    reference = pd.DataFrame({name: rng.random(50) for name in POSITION_CRITERIA}).assign(diversity=3.0)
    reference.loc[:9, "exchange"] = np.nan
    found = against.city_correlations(reference)
    tables.check(found, TABLES["correlations"], where="test")
    assert len(found) == PAIRS
    by_pair = found.set_index(["criterion", "other"])
    both = reference.dropna(subset=["exchange"])
    row = by_pair.loc[("exchange", "neighbourhood")]
    assert row["spearman"] == pytest.approx(scipy.stats.spearmanr(both["exchange"], both["neighbourhood"]).statistic)
    assert row["places"] == 40
    assert (
        by_pair.loc[("neighbourhood", "diversity"), "spearman"]
        != by_pair.loc[("neighbourhood", "diversity"), "spearman"]
    )
