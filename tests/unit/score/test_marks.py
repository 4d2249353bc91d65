"""One place of thresholds: 80 %, 20 %, open between and within two standard errors of either."""

import math

import pytest

from creative_nodes.score.marks import past_verdict, verdict_of

NOTHING = (math.nan, math.nan)


@pytest.mark.parametrize(
    ("share", "draws", "verdict"),
    [
        (1.0, 250, "holds"),
        (0.0, 250, "does_not_hold"),
        (0.5, 250, "open"),
        # 2 sqrt(0.8 x 0.2 / 250) = 0.0506
        (0.851, 250, "holds"),
        (0.850, 250, "open"),
        (0.149, 250, "does_not_hold"),
        (0.150, 250, "open"),
        # 0.008 with 10,000 draws
        (0.8081, 10_000, "holds"),
        (0.8079, 10_000, "open"),
        (0.1919, 10_000, "does_not_hold"),
        (0.1921, 10_000, "open"),
    ],
)
def test_a_statement_is_judged_by_the_share_of_its_draws(share, draws, verdict):
    assert verdict_of(share, draws) == verdict


@pytest.mark.parametrize(
    ("tested", "auc", "lift", "verdict"),
    [
        (9, (0.9, 1.0), (0.2, 0.4), "too_few"),
        (10, (0.51, 0.9), (0.01, 0.3), "holds"),
        (10, (0.51, 0.9), (-0.01, 0.3), "cannot_tell"),  # no better than the centre rule
        (22, (0.41, 0.70), (0.1, 0.2), "cannot_tell"),
        (30, (0.2, 0.49), (-0.3, -0.1), "does_not_hold"),
        (12, NOTHING, NOTHING, "cannot_tell"),
    ],
)
def test_the_past_is_judged_by_its_bounds(tested, auc, lift, verdict):
    assert past_verdict(tested, auc, lift) == verdict
