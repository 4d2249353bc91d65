"""Many cities on the index: ranked by what their best set brings, told honestly, on maps, linked."""

import json
import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import made_up
import pytest
import shapely
from parsed import Parsed

from creative_nodes.common import speaking, tables
from creative_nodes.report import page
from creative_nodes.report.cities import index
from creative_nodes.report.cities.comparing import ComparedCity
from creative_nodes.report.cities.national import RANKED_BY, RankedCity, national, ranked
from creative_nodes.report.cities.read import index_cities
from creative_nodes.report.page import index_html
from creative_nodes.report.settings import HANDFUL, PARTS
from creative_nodes.report.tables import TABLES

ROOT = Path(__file__).resolve().parents[4]
# residents newly served and network gain of each city's best set, where it lies, its country
CITIES = {
    "north": (500.0, 2.0, (105.8, 21.0), "VN"),
    "south": (900.0, 0.5, (106.7, 10.8), "VN"),
    "coast": (500.0, 3.0, (108.2, 16.0), "VN"),
    "delta": (0.0, 0.0, (105.7, 10.0), "VN"),
    "doubtful": (2000.0, 0.1, (103.0, 21.4), "VN"),
    "far": (10.0, 9.0, (121.5, 31.2), "CN"),
    "empty": (None, None, (104.0, 22.3), "VN"),
}


def city(key):
    served, gain, (lon, lat), country = CITIES[key]
    made, settings = made_up.frames(), made_up.settings(ROOT)
    area = gpd.GeoDataFrame(
        {"city": [key], "epsg": [32648], "area_km2": [1.0]}, geometry=[shapely.Point(lon, lat).buffer(0.05)], crs=4326
    )
    names = ("recommended", "set_beside_ranking", "set_doubt", "marks")
    found = {name: made[name] for name in names if name in made} | {"study_area": area}
    if served is None:
        note = "No set is recommended: 1 candidate can be reached."
        beside = {"reason": "too_few", "note": note, "messages": "{}"}
        found |= {name: tables.empty(TABLES[name]) for name in names}
        found["set_beside_ranking"] = made_up.whole("set_beside_ranking", gpd.pd.DataFrame([beside]))
    else:
        found["recommended"] = made["recommended"].assign(set_served=served, set_gain=gain)
    if key == "doubtful":
        found["set_doubt"] = made["set_doubt"].assign(recommended=False, reaches=0.08)
    known = settings.city.model_copy(update={"name": key.title(), "local_name": key, "country": country})
    return ComparedCity(replace(settings, key=key, city=known), found, "2026-01-01")


@pytest.fixture(scope="module")
def cities():
    return [city(key) for key in CITIES]


def text_of(settings):
    """Return settings as a rule passes them on."""
    analysis = {f"analysis.{name}": getattr(settings, name).model_dump(mode="json") for name in PARTS}
    scenarios = {key: one.model_dump(mode="json") for key, one in settings.scenarios.items()}
    own = {"key": settings.key, "city": settings.city.model_dump(mode="json"), "fresher": None}
    return json.dumps(own | analysis | {"analysis.scenarios": scenarios})


def test_of_many_cities_only_what_ranks_them_is_read_and_the_page_is_the_same(cities, tmp_path):
    bare = {"set_beside_ranking": tables.empty(TABLES["set_beside_ranking"])}
    cities = [replace(one, tables={**one.tables, **bare}) for one in cities]
    files = {name: [str(tmp_path / one.settings.key / f"{name}.parquet") for one in cities] for name in RANKED_BY}
    for name, paths in files.items():
        for one, path in zip(cities, paths, strict=True):
            Path(path).parent.mkdir(exist_ok=True)
            tables.write(one.tables[name], TABLES[name], path, provenance={"snapshot": one.snapshot})
    # the rest is not there, and the scores only tell the day of the map
    whole = {**files, "scores": files["marks"], "indicators": ["no such file"] * len(cities), "run": "run.json"}
    texts = [text_of(one.settings) for one in cities]
    read = index_cities(texts, whole)
    assert [one.snapshot for one in read] == [one.snapshot for one in cities]
    assert {name for one in read for name in one.tables} == set(RANKED_BY)
    assert {one.tables["study_area"].geom_type.item() for one in read} == {"Point"}
    # rows of a table have their settings in common
    assert len({id(one.settings.travel) for one in read}) == 1
    assert [one.settings for one in read] == [one.settings for one in cities]
    assert index_html(lambda: index.index_page(read)) == index_html(lambda: index.index_page(cities))


def test_cities_are_ranked_by_each_of_the_two_aims(cities):
    rows = {row.city.settings.key: row for row in ranked(cities)}
    assert list(rows) == ["doubtful", "south", "coast", "north", "far", "delta", "empty"]
    assert [row.served_rank for row in rows.values()] == [1, 2, 3, 3, 5, 6, None]
    assert {key: row.gain_rank for key, row in rows.items() if row.gain_rank} == {
        **{"far": 1, "coast": 2, "north": 3, "south": 4, "doubtful": 5, "delta": 6}
    }


def test_a_set_that_is_not_recommended_ranks_with_that_said(cities):
    rows = {row.city.settings.key: row for row in ranked(cities)}
    assert {key: row.standing for key, row in rows.items() if row.standing != "recommended"} == {
        **{"doubtful": "not_recommended", "empty": "none"}
    }
    assert rows["doubtful"].line == (
        "On other maps and models it stays within a tenth of the best in 8\u00a0% of 250 trials."
    )
    assert [words for _, words in rows["doubtful"].marks] == [
        *("priorities: holds", "map and model: open", "the past: too few")
    ]
    assert (rows["empty"].marks, rows["empty"].served) == ((), None)


def test_a_map_of_one_city_shows_the_country_around_it(cities):
    alone = {one.country: one for one in national(cities).maps}["CN"]
    (dot,) = alone.dots
    assert abs(dot.x - alone.width / 2) <= 1 and abs(dot.y - alone.height / 2) <= 1
    # 0.2 degrees of latitude, some 22 km: lines of 0.05 degrees
    assert {line.label for line in alone.parallels} > {"31.15° N", "31.2° N", "31.25° N"}


def test_each_country_has_a_map_true_to_shape(cities):
    maps = {one.country: one for one in national(cities).maps}
    assert {key: one.name for key, one in maps.items()} == {"CN": "China", "VN": "Vietnam"}
    dots = {dot.row.city.settings.key: dot for dot in maps["VN"].dots}
    assert len(dots) == 6 and [dot.row.city.settings.key for dot in maps["CN"].dots] == ["far"]
    # a degree of latitude is as long everywhere; north is up
    units = (dots["south"].y - dots["north"].y) / (21.0 - 10.8)
    assert (dots["south"].y - dots["coast"].y) / (16.0 - 10.8) == pytest.approx(units, rel=0.01)
    # a degree of longitude is shorter by the cosine of the middle latitude, 16.15
    assert (dots["coast"].x - dots["doubtful"].x) / (108.2 - 103.0) == pytest.approx(units * 0.9605, rel=0.01)
    for one in maps.values():
        assert all(0 < dot.x < one.width and 0 < dot.y < one.height for dot in one.dots)
        lines = [*((line.at, one.height) for line in one.parallels), *((line.at, one.width) for line in one.meridians)]
        assert lines and all(0 <= at <= most for at, most in lines)


def test_a_handful_stands_side_by_side(cities):
    assert national(cities[:HANDFUL]) is None
    assert len(national(cities).rows) == len(CITIES)


@pytest.mark.parametrize("code", ["en", "vi", "zh"])
def test_the_page_links_each_city_and_holds_no_gap_in_words(cities, code):
    def speak():
        return index.IndexPage((), (), "", national(cities))

    with speaking(code):
        body = page.render("index/cities.html.j2", page=speak(), run=None)
    text = re.sub(r"<[^>]+>", " ", body)
    assert not re.search(r"\bnan\b|None|Undefined|inf\b", text)
    assert all(body.count(f'href="{key}.html"') == 2 for key in CITIES)
    assert {"en": "no set is recommended", "vi": "không nhóm nào được đề xuất", "zh": "不推荐任何组合"}[code] in text
    assert "comparison.html" not in body


def test_the_page_asks_the_network_for_nothing(cities):
    html = page.index_html(lambda: index.IndexPage((), (), "", national(cities)))
    parsed = Parsed(html)
    assert len(parsed.all("svg")) >= 2 and "filterCities" in html
    assert not [a for tag in ("img", "link", "iframe") for a in parsed.all(tag)]
    assert all(
        a["href"].startswith(("https://www.open", "https://open")) or ".html" in a["href"] for a in parsed.all("a")
    )


def test_what_is_missing_is_said(cities):
    row: RankedCity = ranked(cities)[-1]
    assert (row.served_told, row.words) == ("not known", "nothing to choose from")


def test_the_age_of_many_maps_is_told_by_their_number(cities):
    """A thousand names at the head of the page are nobody's warning."""
    real = [replace(one, settings=replace(one.settings, city=known(one))) for one in cities]
    assert index.index_page(real).warning == ""

    unknown = [replace(one, snapshot="") if place < 2 else one for place, one in enumerate(real)]
    assert index.index_page(unknown).warning == "The age of the map data is not known for 2 of 7 cities."

    old = [replace(one, snapshot="2018-03-01") for one in real]
    assert index.index_page(old).warning == "The map data are old for 7 of 7 cities."

    apart = [*old[:3], *unknown[:1], *real[4:]]
    assert index.index_page(apart).warning == (
        "The map data differ in age, from 1 March 2018 to 1 January 2026: a gap between counts can be a gap between "
        "years of mapping. The age of the map data is not known for 1 of 7 cities."
    )


def known(one):
    """Return a city as one that is real."""
    return one.settings.city.model_copy(update={"fictional": False})
