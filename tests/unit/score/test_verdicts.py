"""What may be said of a cluster as a node: no hub at or below the city's median, whatever its network."""

import numpy as np
import pytest

from creative_nodes.score.values import Scale
from creative_nodes.score.verdicts import CUT_OFF_TIMES, HUB_TIMES, PRAISED, VERDICTS, node_verdict, verdicts

SCALE = Scale(
    name="neighbourhood", zero=0.5, one=10.0, logarithmic=False, in_use=True, median=6.0, share=1.0
)  # worth 0.58 at its median


@pytest.mark.parametrize(
    ("network", "around", "said"),
    [
        (20.0, "much", "hub"),
        (20.0, "outstanding", "hub"),
        (20.0, "some", "joined"),
        (20.0, "little", "joined"),
        (19.9, "outstanding", "joined"),
        (10.0, "much", "joined"),
        (9.9, "outstanding", "cut_off"),
        (0.0, "lacking", "cut_off"),
    ],
)
def test_a_hub_has_twice_the_network_and_a_praised_neighbourhood(network, around, said):
    assert (HUB_TIMES, CUT_OFF_TIMES) == (2.0, 1.0)
    assert node_verdict(network, 10.0, around) == said


@pytest.mark.parametrize("typical", [None, 0.0])
def test_without_a_typical_network_nothing_is_said(typical):
    assert node_verdict(20.0, typical, "outstanding") == ""


def test_nothing_at_or_below_the_median_is_praised_however_much_it_is_worth():
    figures = np.linspace(0, 12, 241)
    around = verdicts(figures, SCALE)
    hubs = np.array([node_verdict(1e6, 1.0, word) == "hub" for word in around])
    assert not hubs[figures <= SCALE.median].any()
    assert hubs[figures > SCALE.median].all()
    assert set(around) <= set(VERDICTS) and set(around[hubs]) == set(PRAISED)
