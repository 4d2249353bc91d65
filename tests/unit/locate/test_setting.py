"""The setting of industrial ground: each sign fires where it should, and likelihood follows from the weights."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from creative_nodes.locate.grounds import Ground
from creative_nodes.locate.setting import Surroundings, density_around, likelihood, no_works, signs
from creative_nodes.locate.setting_rules import Setting
from creative_nodes.locate.taxonomy import Taxonomy

GROUND = Ground("way/1", ["way/1"], "", shapely.box(0, 0, 100, 100))
RULES = [
    {"id": "own", "look": "own", "reason": "named", "names": {"vi": ["nhà máy"]}, "weight": 1.5},
    {
        "id": "neighbours",
        "look": "near",
        "reason": "named beside",
        "within_m": 100,
        "tags": ["name=*", "highway=*"],
        "none": ["shop=*"],
        "names": {"vi": ["tập thể", "nhà máy", "cảng"]},
        "unless": {"vi": ["cảng hàng không"]},
        "weight": 1.0,
    },
    {"id": "railway", "look": "near", "reason": "rails", "within_m": 150, "tags": ["railway=rail"], "weight": 0.5},
    {"id": "grain", "look": "streets", "reason": "fine", "within_m": 200, "weight": 0.25},
]


def _setting(**changes: object) -> Setting:
    return Setting.model_validate({"ground": ["landuse=industrial"], "intercept": -1, "rules": RULES} | changes)


def _around(
    *objects: tuple[str, dict[str, str], shapely.Geometry],
    streets: tuple[tuple[str, shapely.Geometry], ...] = (("", shapely.LineString([(0, -50), (100, -50)])),),
) -> Surroundings:
    """Put objects and streets around the ground way/1, which is among the objects too."""
    everything = [("way/1", {"landuse": "industrial"}, GROUND.geometry), *objects]
    return Surroundings(
        osm_ids=[one[0] for one in everything],
        tags=[one[1] for one in everything],
        shapes=np.array([one[2] for one in everything], dtype=object),
        street_names=np.array([name for name, _ in streets]),
        streets=np.array([line for _, line in streets], dtype=object),
        residents=np.array([300.0, 700.0]),
        homes=np.array([shapely.Point(50, 50), shapely.Point(50, 5000)], dtype=object),
    )


def _fired(around: Surroundings) -> dict[str, tuple[str, str, float]]:
    (found,) = signs([GROUND], around, _setting())
    return {one.rule.id: (one.osm_id, one.tag, one.distance_m) for one in found if one.rule.id != "grain"}


def test_the_nearest_workers_housing_within_reach_is_the_sign():
    """Of two at 40 and 90 metres the nearer tells; one at 101 metres does not; a shop of that name never."""
    name = {"name": "Khu tập thể May 10", "place": "quarter"}
    housing = [(f"node/{x}", name, shapely.Point(100 + x, 50)) for x in (40, 90)]
    assert _fired(_around(*housing)) == {"neighbours": ("node/40", "name=Khu tập thể May 10", 40.0)}
    assert _fired(_around(("node/9", name, shapely.Point(201, 50)))) == {}
    assert _fired(_around(("node/9", name | {"shop": "yes"}, shapely.Point(110, 50)))) == {}


def test_an_airport_is_no_port():
    """A word tells nothing beside those that turn its meaning."""
    for name, fired in (("Bến Cảng", True), ("Cảng hàng không Tân Sơn Nhất", False)):
        assert bool(_fired(_around(("way/2", {"name": name}, shapely.Point(120, 50))))) is fired


def test_a_lane_named_after_the_works_is_a_sign():
    """Lanes come from the streets, which carry names but no object."""
    lane = ("Ngõ Nhà máy Cơ khí", shapely.LineString([(0, -30), (90, -30)]))
    assert _fired(_around(streets=(lane,))) == {"neighbours": ("", "name=Ngõ Nhà máy Cơ khí", 30.0)}


def test_rails_count_to_150_metres():
    """Rails at 149 metres count, at 151 not."""
    for far, fired in ((149, True), (151, False)):
        rail = ("way/2", {"railway": "rail"}, shapely.LineString([(0, 100 + far), (100, 100 + far)]))
        assert ("railway" in _fired(_around(rail))) is fired


def test_nothing_is_said_where_no_street_is_near():
    """Streets end 401 metres from the ground: mapping ends there, and setting would tell of that."""
    far = (("", shapely.LineString([(0, 501), (100, 501)])),)
    rail = ("way/2", {"railway": "rail"}, shapely.LineString([(0, 110), (100, 110)]))
    assert signs([GROUND], _around(rail, streets=far), _setting()) == [[]]


def test_streets_are_fine_beside_those_of_the_city():
    """A dense grid around the ground, single streets elsewhere: the ground stands in the finer half."""
    grid = [("", shapely.LineString([(-150, y), (250, y)])) for y in range(-190, 0, 10)]
    lone = [("", shapely.LineString([(x, 90_000), (x, 90_100)])) for x in range(0, 50_000, 1000)]
    (found,) = signs([GROUND], _around(streets=(*grid, *lone)), _setting())
    assert [one.rule.id for one in found] == ["grain"]
    dense = [("", shapely.LineString([(0, 90_000 + y), (400, 90_000 + y)])) for y in range(0, 400, 10)]
    (found,) = signs([GROUND], _around(streets=(grid[0], *dense)), _setting())
    assert found == []


def test_likelihood_is_the_logistic_of_the_summed_weights():
    """Intercept -1, own name 1.5, rails 0.5: 1 / (1 + e^-1)."""
    rail = ("way/2", {"railway": "rail"}, shapely.LineString([(0, 110), (100, 110)]))
    around = _around(rail)
    around.tags[0]["old_name"] = "Nhà máy Dệt"
    (found,) = signs([GROUND], around, _setting())
    kept = [one for one in found if one.rule.id != "grain"]
    assert {one.rule.id for one in kept} == {"own", "railway"}
    assert likelihood(kept, _setting()) == pytest.approx(1 / (1 + math.exp(-1)))


def test_density_counts_who_lives_around():
    """300 persons on the ground, 700 five kilometres off: 300 within 1 km, on pi + 0.4 + 0.01 km²."""
    density = density_around([GROUND], _around(), 1000)
    assert density[0] == pytest.approx(300 / (math.pi + 0.4 + 0.01), rel=0.01)


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({"name": "KCN Bình Đường"}, "name=KCN Bình Đường"),
        ({"name": "ICD Sotrans"}, "name=ICD Sotrans"),
        ({"man_made": "wastewater_plant"}, "man_made=wastewater_plant"),
        ({"name": "上海物流中心"}, "name=上海物流中心"),
        ({"name": "Nhà máy Dệt Phong Phú"}, ""),
        ({"landuse": "industrial", "name": "Công ty Truyền tải điện 4"}, "name=Công ty Truyền tải điện 4"),
        ({"landuse": "industrial"}, ""),
    ],
)
def test_estates_depots_and_sewage_are_no_works(tags: dict[str, str], told: str, heritage: Taxonomy):
    """The shipped words shut out what is no works, and let works through."""
    setting = heritage.setting
    assert setting is not None
    around = _around()
    around.tags[0].clear()
    around.tags[0].update(tags)
    assert no_works(GROUND, around, setting) == told


@pytest.mark.parametrize(
    ("tags", "width", "told"),
    [
        ({"amenity": "school"}, 60, "amenity=school"),
        ({"amenity": "school"}, 40, ""),  # a works with a school in a corner
        ({"building": "apartments"}, 50, "building=apartments"),
        ({"building": "yes", "building:levels": "33"}, 99, "building:levels=33"),
        ({"building": "industrial", "building:levels": "12"}, 99, "building:levels=12"),
        ({"building": "industrial", "building:levels": "11"}, 99, ""),
        ({"building": "industrial", "building:levels": "some"}, 99, ""),
        ({"landuse": "residential"}, 100, ""),  # land use of a whole quarter
        ({"building": "industrial"}, 100, ""),
    ],
)
def test_what_covers_half_of_a_ground_is_what_stands_there(
    tags: dict[str, str], width: int, told: str, heritage: Taxonomy
):
    setting = heritage.setting
    assert setting is not None
    around = _around(("way/2", tags, shapely.box(0, 0, width, 100)))
    assert no_works(GROUND, around, setting) == told


def test_shipped_weights_lie_inside_their_intervals(heritage: Taxonomy):
    """Fitted weights are published with intervals that hold them."""
    setting = heritage.setting
    assert setting is not None
    assert all(low < rule.weight < high for rule in setting.rules for low, high in [rule.interval])
