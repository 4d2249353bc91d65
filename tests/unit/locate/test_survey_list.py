"""The survey list: which grounds stand on it, in what order, and what would settle their age."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from creative_nodes.common import reproject, tables
from creative_nodes.locate.grounds import Grounds, find_grounds
from creative_nodes.locate.selector import Selector
from creative_nodes.locate.setting import look_around
from creative_nodes.locate.setting_rules import Setting
from creative_nodes.locate.survey_list import survey_list
from creative_nodes.locate.tables import SURVEY
from creative_nodes.locate.taxonomy import read_taxonomy

EPSG = 32648
EAST, NORTH = 588_000.0, 2_325_000.0
WORDING = read_taxonomy("config/taxonomy/industrial_heritage.yaml").wording
LAND = {"landuse": "industrial"}
SETTING = Setting.model_validate(
    {
        "ground": ["landuse=industrial"],
        "never": {"names": {"vi": ["kcn"]}},
        "residents_per_km2": 100,
        "rules": [
            {"id": "own", "look": "own", "reason": "named", "names": {"vi": ["nhà máy"]}, "weight": 2},
            {
                **{"id": "beside", "look": "near", "reason": "named beside", "weight": 1.5, "tags": ["place=*"]},
                **{"names": {"vi": ["tập thể"]}},
            },
            {"id": "rails", "look": "near", "reason": "rails", "weight": 1, "within_m": 150, "tags": ["railway=rail"]},
        ],
    }
)


def _degrees(shapes: list[Any]) -> Any:
    return reproject(shapely.transform(np.array(shapes, dtype=object), lambda xy: xy + [EAST, NORTH]), EPSG, 4326)  # noqa: RUF005


def _frame(shapes: list[Any], **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=_degrees(shapes), crs=4326)


def _ground(at: int, size: int = 100) -> Any:
    """Lay a ground so many kilometres east, with a street beside it."""
    return shapely.box(1000 * at, 0, 1000 * at + size, size)


@pytest.fixture
def listed():
    def go(
        objects: dict[str, tuple[Any, dict[str, str]]],
        *,
        known: list[str] | None = None,
        lives: float = 5000,
        named: tuple[str, ...] = (),
    ) -> Any:
        shapes = [shape for shape, _ in objects.values()]
        places = _frame(
            shapes, osm_id=list(objects), tags=[json.dumps(tags) for _, tags in objects.values()], source=""
        )
        n = 20
        streets = _frame([shapely.LineString([(1000 * k, -9), (1000 * k + 99, -9)]) for k in range(n)], name=[""] * n)
        people = _frame([shapely.Point(1000 * k, 0) for k in range(n)], residents=[lives] * n)
        heritage = pd.DataFrame({"osm_ids": [known or []], "list": ["known"], "status": ["in_use"]})
        tags = tables.parse_tags(places)
        around = look_around(places, tags, streets, people, epsg=EPSG)
        mapped = find_grounds(places, tags, Selector(SETTING.ground), epsg=EPSG)
        grounds = Grounds(mapped, [one.ground_id in named for one in mapped])
        laid = grounds.frame(shapely.box(EAST - 5000, NORTH - 5000, EAST + 40_000, NORTH + 5000), EPSG)
        found = survey_list(laid, around, heritage, SETTING, epsg=EPSG, wording=WORDING)
        tables.check(found, SURVEY, where="test")
        return found

    return go


def _rail(at: int) -> tuple[Any, dict[str, str]]:
    return shapely.LineString([(1000 * at, 110), (1000 * at + 100, 110)]), {"railway": "rail"}


def test_likelihood_decides_which_and_named_ones_come_first(listed):
    """Of five grounds two may be listed: the likeliest two, the named one of them first."""
    objects = {f"way/{k}": (_ground(k), LAND) for k in (1, 2, 4, 5)}
    objects["way/3"] = (_ground(3), LAND | {"name": "Nhà máy Dệt"})
    objects |= {"way/12": _rail(2), "way/11": _rail(1)}
    objects["node/1"] = (shapely.Point(2050, -40), {"place": "quarter", "name": "Khu tập thể Cơ khí"})
    found = listed(objects)
    assert found["site_id"].tolist() == ["s-way3", "s-way2"]
    assert found["place"].tolist() == [2, 1]  # 1.5 + 1 against 2
    assert found["eligible"].tolist() == [5, 5]
    assert found["settle"].str.contains("Nhà máy Dệt|Khu tập thể Cơ khí").all()


def test_what_nobody_can_tell_or_everybody_knows_is_not_asked(listed):
    """No sign, no residents, an estate, a known site: none is on the list."""
    signless = {f"way/{k}": (_ground(k), LAND) for k in (1, 2)}
    assert listed(signless).empty
    told = signless | {"way/3": (_ground(3), LAND | {"name": "Nhà máy Dệt"})}
    assert len(listed(told)) == 1
    assert listed(told, lives=10).empty
    assert listed(told, known=["way/3"]).empty
    estate = signless | {"way/3": (_ground(3), LAND | {"name": "KCN Nhà máy"})}
    assert listed(estate).empty


def test_at_most_half_of_the_eligible_grounds(listed):
    """Three grounds of a works' size, all telling: one is listed; a tiny one is not counted."""
    objects = {f"way/{k}": (_ground(k), LAND | {"name": f"Nhà máy {k}"}) for k in (1, 2, 3)}
    objects["way/9"] = (_ground(9, size=20), LAND | {"name": "Nhà máy 9"})
    found = listed(objects)
    assert (len(found), found["eligible"].iloc[0]) == (1, 3)
    found = listed(objects, named=("way/9",))  # by a registry or an official list: then any size counts
    assert (len(found), found["eligible"].iloc[0]) == (2, 4)
    assert set(found["ground_id"]) < {"way/1", "way/2", "way/3", "way/9"}


def test_a_ground_without_name_or_telling_neighbour_asks_for_a_visit(listed):
    found = listed({"way/1": (_ground(1), LAND), "way/2": (_ground(2), LAND), "way/11": _rail(1)})
    assert found["settle"].iloc[0].startswith("what stands here")


@pytest.mark.parametrize(
    "name",
    ["Nhà máy In tiền Quốc gia", "Nhà máy nước Ngô Sĩ Liên", "Tổ hợp sáng tạo Nhà máy Dệt", "Nhà máy 创意产业园"],
)
def test_a_mint_a_water_works_and_a_creative_park_are_not_asked_about(listed, name):
    objects = {"way/1": (_ground(1), LAND | {"name": name}), "way/2": (_ground(2), LAND)}
    assert listed(objects).empty
    assert len(listed({"way/1": (_ground(1), LAND | {"name": "Nhà máy Dệt"}), "way/2": (_ground(2), LAND)})) == 1
