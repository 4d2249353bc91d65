"""Packed data: shapes to whole numbers and back, languages folded into one another."""

import made_up
import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon

from creative_nodes.report.draw import packed

HOLED = Polygon(
    [(105.1, 21.1), (105.2, 21.1), (105.2, 21.2), (105.1, 21.2)],
    [[(105.12, 21.12), (105.14, 21.12), (105.14, 21.14)]],
)


def unpacked(kind, steps, depth=None):
    """Undo the packing as the page's script does, written anew."""
    depth = {"Point": 0, "LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}[kind]

    def walk(node, left):
        if left:
            return [walk(one, left - 1) for one in node]
        return np.cumsum(np.array(node).reshape(-1, 2), axis=0) / 1e5

    return walk(steps, depth)


@pytest.mark.parametrize(
    "shape",
    [Point(105.12345, 21.54321), LineString([(105, 21), (105.00001, 21.00002), (104.9, 20.9)]), HOLED],
    ids=lambda shape: shape.geom_type,
)
def test_a_shape_comes_back_to_a_metre(shape):
    kind, steps = packed.packed_shape(shape)
    back = unpacked(packed.TYPES[kind], steps)
    rings = back if shape.geom_type == "Polygon" else [back]
    wanted = [shape.exterior, *shape.interiors] if shape.geom_type == "Polygon" else [shape]
    for found, ring in zip(rings, wanted, strict=True):
        xy = shapely.get_coordinates(ring)
        xy = xy[:-1] if shape.geom_type == "Polygon" else xy
        assert np.abs(found - xy).max() < 1e-5


def test_parts_of_a_multi_geometry_are_packed_one_by_one():
    lines = MultiLineString([[(1, 1), (2, 2)], [(3, 3), (4, 4)]])
    assert packed.packed_shape(lines) == (2, [(100000, 100000, 100000, 100000), (300000, 300000, 100000, 100000)])
    kind, (first, second) = packed.packed_shape(MultiPolygon([HOLED, HOLED]))
    assert packed.TYPES[kind] == "MultiPolygon" and first == second == packed.packed_shape(HOLED)[1]


def test_folding_keeps_what_is_equal_once_and_gives_each_language_back():
    spoken = {
        "en": {"sites": [["Mill", "factory", 3, None], ["Mill", "factory", 4, 0.5]], "ui": {}},
        "vi": {"sites": [["Mill", "nhà máy", 3, None], ["Mill", "nhà máy", 4, 0.5]], "ui": {"a": "b"}},
    }
    folded, words = packed.fold(spoken)
    assert folded["sites"] == [["Mill", {"$": 0}, 3, None], ["Mill", {"$": 0}, 4, 0.5]]
    assert len(words["en"]) == len(words["vi"]) == 2
    for code, data in spoken.items():
        assert made_up.spoken(folded, words[code]) == data


def test_a_list_of_another_length_is_another_text():
    folded, words = packed.fold({"en": [["a", "b"]], "vi": [["a"]]})
    assert made_up.spoken(folded, words["vi"]) == [["a"]] and made_up.spoken(folded, words["en"]) == [["a", "b"]]


def test_packing_is_plain_text_and_the_same_each_time():
    data = {"name": "</script><!-- 虚构", "n": [1, 2.5, None]}
    text = packed.pack(data)
    assert packed.unpack(text) == data and packed.pack(data) == text
    assert not set("<>&\"'") & set(text)


def numbers_of(text):
    """Read whole numbers written as text, as the page's script does, written anew."""
    digits = packed.ALPHABET.decode()
    found, number, place = [], 0, 1
    for digit in map(digits.index, text):
        number, place = number + digit % 32 * place, place * 32
        if digit < 32:
            found.append(-(number + 1) // 2 if number % 2 else number // 2)
            number, place = 0, 1
    return found


@pytest.mark.parametrize("seed", range(4))
def test_numbers_written_as_text_come_back(seed):
    rng = np.random.default_rng(seed)
    numbers = [0, 1, -1, 15, -16, 16, 31, 32, -33, 18_000_000, -18_000_000, *rng.integers(-2000, 2000, 200).tolist()]
    text = packed.written(tuple(numbers))
    assert numbers_of(text) == numbers
    assert len(text) < len(",".join(map(str, numbers)))
    assert len(set(packed.ALPHABET)) == 64 and packed.written(()) == ""
