"""Pins that would hide each other on the printed sheet stand apart, near their places, and say where those are."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from creative_nodes.report.gis.apart import moved_apart, pins_apart
from creative_nodes.report.gis.looks import PIN_MM, looks
from creative_nodes.report.gis.qml import qml
from creative_nodes.report.gis.symbols import Moved

SIZE = 6.0


def nearest(places):
    return min(float(np.hypot(*(b - a))) for a, b in combinations(places, 2))


@pytest.mark.parametrize(
    "places",
    [
        [(0, 0), (1, 0)],
        [(0, 0), (0, 0)],
        [(5, 5)] * 10,
        [(0, 0), (3, 0), (6, 0), (9, 0), (4, 1)],
        [(k / 3, k % 2) for k in range(10)],
    ],
)
def test_no_two_signs_touch_and_each_stays_near_its_place(places):
    places = np.array(places, dtype=float)
    moves = moved_apart(places, SIZE)
    assert nearest(places + moves) >= SIZE
    assert np.hypot(*moves.T).max() <= SIZE * len(places) / 2
    assert (moves == moved_apart(places, SIZE)).all()


def test_what_lies_free_stays():
    places = np.array([(0, 0), (1, 0), (40, 40)], dtype=float)
    assert (moved_apart(places, SIZE)[2] == 0).all()
    assert (moved_apart(places[[0, 2]], SIZE) == 0).all()


def test_above_which_scale_they_stand_aside():
    # 205 mm are 20.5 km: 1:100,000; two pins 300 m apart are 3 mm, and a pin wide at 1:50,000
    extent = (0.0, 0.0, 20_500.0, 16_500.0)
    places = pd.DataFrame({"x": [5000.0, 5300.0, 15000.0], "y": [5000.0, 5000.0, 9000.0]})
    left, right = pins_apart(["h-1", "h-2", "h-3"], places, extent, SIZE)
    assert (left.site_id, right.site_id) == ("h-1", "h-2") and left.above == right.above == 50_000
    assert left.x_mm == -right.x_mm == pytest.approx(-1.55) and left.y_mm == 0
    assert pins_apart([], places[:0], extent, SIZE) == pins_apart(["h-3"], places[2:], extent, SIZE) == ()


def test_sign_number_and_text_move_together_with_a_tie_to_the_place():
    moved = (Moved("h-1", 1.5, -2.0, 50_000),)
    style = qml(looks(gains=(), least=0.5, moved=moved)["candidates"], "Point", (), name="candidates")
    offset = "CASE WHEN &quot;site_id&quot; = 'h-1' AND @map_scale &gt; 50000 THEN '1.5,2' ELSE '0,0' END"
    assert style.count(offset) == 2
    assert style.count("GeometryGenerator") == 1 and style.count('geometryGeneratorEnabled="1"') == 1
    still = qml(looks(gains=(), least=0.5)["candidates"], "Point", (), name="candidates")
    assert "CASE" not in still and "eometryGenerator" not in still
    assert 5.8 < PIN_MM < 7.0
