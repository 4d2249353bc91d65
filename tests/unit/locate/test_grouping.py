"""Grouping, against hand-made layouts and a plain reference (METHOD section 2)."""

import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, Point, box

from creative_nodes.locate.grouping import TOUCH_M, Alike, Named, group, largest_member, width_of
from creative_nodes.locate.registry import has_own_part, own_part, similarity

WITHIN_M, LARGE_M2 = 100.0, 300_000.0


def sets(labels):
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


def run(shapes, names=None, within_m=WITHIN_M, max_area_m2=LARGE_M2):
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    alike = [Alike(names or [""] * len(shapes), within_m)]
    return sets(group(array, alike, max_area_m2=max_area_m2))


def one(*rows):
    return frozenset(rows)


def test_touching_counts_within_a_metre_or_so():
    assert 0 < TOUCH_M <= 2


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (box(5, 5, 15, 15), True),  # overlaps
        (box(10, 0, 20, 10), True),  # touches along a side
        (box(10, 10, 20, 20), True),  # touches at a corner
        (box(2, 2, 4, 4), True),  # lies within
        (box(-5, -5, 50, 50), True),  # holds it
        (Point(5, 5), True),
        (LineString([(-5, 5), (5, 5)]), True),
        (box(15, 0, 20, 10), False),  # five metres apart
        (Point(40, 40), False),
    ],
)
def test_two_shapes(other, together):
    expected = {one(0, 1)} if together else {one(0), one(1)}
    assert run([box(0, 0, 10, 10), other]) == expected


def test_chains_are_one_group():
    assert run([box(i * 10, 0, i * 10 + 10, 10) for i in range(20)]) == {one(*range(20))}


@pytest.mark.parametrize(("gap", "together"), [(99, True), (101, False)])
def test_one_name_groups_within_the_distance(gap, together):
    shapes = [box(0, 0, 10, 10), box(10 + gap, 0, 20 + gap, 10)]
    expected = {one(0, 1)} if together else {one(0), one(1)}
    assert run(shapes, ["kho ben", "kho ben"]) == expected


def test_different_names_and_no_names_do_not_group():
    shapes = [Point(0, 0), Point(20, 0), Point(40, 0), Point(60, 0)]
    assert run(shapes, ["kho", "xuong", "", ""]) == {one(0), one(1), one(2), one(3)}


def test_one_name_reaches_on_from_member_to_member():
    shapes = [Point(0, 0), Point(90, 0), Point(180, 0), Point(400, 0)]
    assert run(shapes, ["kho"] * 4) == {one(0, 1, 2), one(3)}


def test_touching_shapes_of_two_names_are_one_site():
    assert run([box(0, 0, 10, 10), box(10, 0, 20, 10)], ["kho", "xuong"]) == {one(0, 1)}


def test_a_large_estate_does_not_swallow():
    estate = box(0, 0, 1000, 1000)
    shapes = [estate, box(10, 10, 20, 20), box(500, 500, 520, 520), box(520, 500, 540, 520)]
    assert run(shapes) == {one(0), one(1), one(2, 3)}
    # a smaller one does
    assert run(shapes, max_area_m2=2_000_000) == {one(0, 1, 2, 3)}


def test_two_large_estates_side_by_side_stay_two():
    assert run([box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)]) == {one(0), one(1)}


def test_an_estate_of_the_limit_is_not_large():
    assert run([box(0, 0, 600, 500), box(10, 10, 20, 20)]) == {one(0, 1)}


def test_nothing_gives_nothing():
    assert len(group(np.array([], dtype=object), [], max_area_m2=1)) == 0


def test_one_shape_is_one_group():
    assert run([Point(0, 0)], ["kho"]) == {one(0)}


def _made_up(seed, n):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 3000, (2, n))
    size = rng.uniform(1, 60, n)
    size[:: n // 5] = 800  # some large estates
    kind = rng.integers(0, 3, n)
    shapes = np.empty(n, dtype=object)
    for i in range(n):
        square = box(x[i], y[i], x[i] + size[i], y[i] + size[i])
        line = LineString([(x[i], y[i]), (x[i] + size[i], y[i])])
        shapes[i] = square if size[i] == 800 or kind[i] == 0 else (Point(x[i], y[i]) if kind[i] == 1 else line)
    names = [("", "kho", "xuong", "nha may")[i] for i in rng.integers(0, 4, n)]
    return shapes, names


def _naive(shapes, names):
    """Union-find over all pairs."""
    parent = list(range(len(shapes)))

    def top(i):
        while parent[i] != i:
            i = parent[i]
        return i

    for i in range(len(shapes)):
        for j in range(i):
            apart = shapes[i].distance(shapes[j])
            small = shapes[i].area <= LARGE_M2 and shapes[j].area <= LARGE_M2
            if (small and apart <= TOUCH_M) or (names[i] and names[i] == names[j] and apart <= WITHIN_M):
                parent[top(i)] = top(j)
    return {frozenset(i for i in range(len(shapes)) if top(i) == root) for root in {top(i) for i in range(len(shapes))}}


@pytest.mark.parametrize("seed", [80, 81])
def test_three_hundred_shapes_against_a_plain_reference(seed):
    shapes, names = _made_up(seed, 300)
    expected = _naive(shapes, names)
    assert 20 < len(expected) < 280
    assert run(list(shapes), names) == expected


def test_the_order_does_not_matter():
    shapes, names = _made_up(82, 200)
    order = np.random.default_rng(1).permutation(200)
    turned = run(list(shapes[order]), [names[i] for i in order])
    assert {frozenset(int(order[i]) for i in members) for members in turned} == run(list(shapes), names)


def test_the_largest_member_names_the_site_and_equals_go_by_id():
    shapes = np.array([box(0, 0, 1, 1), box(0, 0, 5, 5), box(9, 0, 14, 5), Point(0, 0)], dtype=object)
    ids = ["way/1", "way/7", "way/3", "node/1"]
    assert largest_member(shapes, ids, np.array([0, 1, 2, 3])) == 2
    assert largest_member(shapes, ids, np.array([3, 1, 0])) == 1
    assert largest_member(shapes[::-1].copy(), ids[::-1], np.array([0, 1, 2, 3])) == 1
    assert shapely.area(shapes[2]) == 25


def test_parts_of_one_works_join_as_far_as_it_is_wide():
    """A ground of 300,000 m² that is round is 618 m wide: within it a name of its own joins parts, a word does not."""
    assert width_of(300_000) == pytest.approx(618, abs=0.5)
    shapes = np.array([Point(0, 0), Point(600, 0), Point(1300, 0)], dtype=object)
    alike = [Alike(["jiangnan"] * 3, width_of(300_000))]
    assert sets(group(shapes, alike, max_area_m2=300_000)) == {one(0, 1), one(2)}


def _named(shapes, names):
    own = [own_part(name) if has_own_part(name) else "" for name in names]
    named = Named(own, lambda one, other: similarity(one, other) < 0.85)
    return sets(group(np.array(shapes, dtype=object), [], max_area_m2=300_000, named=named))


def test_grounds_of_two_names_side_by_side_are_two_works():
    """A cement works, a steel works and a depot share fences; the depot's nameless sheds go with the nearest."""
    side = [box(200 * k, 0, 200 * k + 200, 200) for k in range(3)]
    shed = box(600, 0, 640, 40)
    assert _named([*side, shed], ["xi mang ha tien", "nha may thep thu duc", "icd sotrans", ""]) == {
        one(0),
        one(1),
        one(2, 3),
    }
    # power and machine works named after one quarter are two all the same
    assert _named(side[:2], ["nha may nhiet dien thu duc", "cong ty co dien thu duc"]) == {one(0), one(1)}
    # one name written in two ways is one works, and so is a ground that goes by no name of its own
    assert _named(side[:2], ["nha may thep thu duc", "cong ty thep thu duc"]) == {one(0, 1)}
    assert _named(side[:2], ["xi mang ha tien", "nha may"]) == {one(0, 1)}


def test_halls_and_what_lies_within_are_parts_of_one_works():
    """A spinning hall in the ground of its works, and two halls too small to be works."""
    assert _named([box(0, 0, 300, 300), box(10, 10, 110, 60)], ["det nam dinh", "xuong soi lon"]) == {one(0, 1)}
    assert _named([box(0, 0, 40, 40), box(40, 0, 80, 40)], ["xuong det", "xuong nhuom"]) == {one(0, 1)}


def test_a_nameless_ground_joins_one_of_two_names_and_never_both():
    strip = [box(0, 0, 100, 100), box(100, 0, 200, 100), box(200, 0, 300, 100)]
    assert _named(strip, ["det nam dinh", "", "xi mang ha tien"]) == {one(0, 1), one(2)}
