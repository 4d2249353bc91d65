"""Which sites stand on one ground: outlines, lines and points by hand."""

import numpy as np
import pytest
import shapely

from creative_nodes.reach.grounds import one_ground_with, pairs_on_one_ground

SQUARE = shapely.box(0, 0, 100, 100)


@pytest.mark.parametrize(
    ("other", "one"),
    [
        (shapely.box(0, 0, 100, 100), True),  # equal
        (shapely.box(51, 0, 151, 100), False),  # 49 % of either
        (shapely.box(49, 0, 149, 100), True),
        (shapely.box(90, 90, 109, 109), False),  # 10 of 19 m each way are 28 % of the smaller
        (shapely.box(90, 90, 102, 102), True),  # 69 % of it
        (shapely.box(100, 0, 200, 100), False),  # a shared wall
        (shapely.box(300, 0, 400, 100), False),
        (shapely.Point(50, 50), True),
        (shapely.Point(150, 50), False),
        (shapely.LineString([(50, 50), (150, 50)]), True),
        (shapely.LineString([(51, 50), (151, 50)]), False),
    ],
)
def test_half_of_the_smaller_outline_makes_one_ground(other, one):
    assert pairs_on_one_ground(np.array([SQUARE, other])) == ([(0, 1)] if one else [])
    assert pairs_on_one_ground(np.array([other, SQUARE])) == ([(0, 1)] if one else [])


def test_a_third_site_does_not_join_two():
    """A yard holds two halls: each hall stands on the yard's ground, and not on the other's."""
    halls = [shapely.box(10, 10, 40, 40), shapely.box(60, 60, 90, 90)]
    found = one_ground_with(["b", "yard", "a"], np.array([halls[0], SQUARE, halls[1]]))
    assert found == [["yard"], ["a", "b"], ["yard"]]


def test_two_points_at_one_place_stand_on_one_ground():
    assert one_ground_with(
        ["a", "b", "c"], np.array([shapely.Point(1, 1), shapely.Point(1, 1), shapely.Point(2, 1)])
    ) == [
        ["b"],
        ["a"],
        [],
    ]


def test_nothing_stands_on_nothing():
    assert one_ground_with([], np.array([], dtype=object)) == []
