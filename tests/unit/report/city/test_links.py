"""Photo and wiki addresses from OSM tags, which anyone can write."""

import json
from pathlib import Path

import geopandas as gpd
import made_up
import pandas as pd
import pytest
from shapely.geometry import Point

from creative_nodes.common.errors import InputError
from creative_nodes.report import page
from creative_nodes.report.city import links, view

ROOT = Path(__file__).resolve().parents[4]
COMMONS = "https://commons.wikimedia.org/wiki"


@pytest.mark.parametrize(
    ("tag", "value", "addresses"),
    [
        ("wikimedia_commons", "File:Old mill & co?.jpg", [f"{COMMONS}/File:Old_mill_%26_co%3F.jpg"]),
        ("wikimedia_commons", "Category:Tianzifang", [f"{COMMONS}/Category:Tianzifang"]),
        ("wikimedia_commons", "Category:Old%20mills", [f"{COMMONS}/Category:Old_mills"]),
        ("wikimedia_commons", "File:A;b.jpg; Category:C", [f"{COMMONS}/File:A%3Bb.jpg", f"{COMMONS}/Category:C"]),
        ("image", "https://example.org/a;b.jpg?x=1&y=2", ["https://example.org/a;b.jpg?x=1&y=2"]),
        ("image", "http://a.org:8080/1.jpg;http://b.org/2.jpg", ["http://a.org:8080/1.jpg", "http://b.org/2.jpg"]),
        ("wikidata", "Q42", ["https://www.wikidata.org/wiki/Q42"]),
        ("wikidata", "Q1; Q2", ["https://www.wikidata.org/wiki/Q1", "https://www.wikidata.org/wiki/Q2"]),
        ("wikipedia", "en:AC/DC: a history", ["https://en.wikipedia.org/wiki/AC/DC:_a_history"]),
        ("wikipedia", "zh:上海", ["https://zh.wikipedia.org/wiki/%E4%B8%8A%E6%B5%B7"]),
        ("wikipedia", "zh-min-nan:Page#Part 2", ["https://zh-min-nan.wikipedia.org/wiki/Page"]),
    ],
)
def test_a_tag_gives_an_address(tag, value, addresses):
    assert [address for _, address in links.tag_links({tag: value})] == addresses


@pytest.mark.parametrize("tag", links.TAGS)
@pytest.mark.parametrize(
    "value",
    [
        *made_up.HOSTILE,
        *("", " ", ";", "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,<script>", "vbscript:x"),
        *("//evil.example/x", "file:///etc/passwd", "ftp://example.org/a.jpg", "Old mill.jpg", "Q", "42", "QQ1", "Q4x"),
        *("Q0", "Q1/../x", "Q１", "File:", "Category: ", "File:../../x", "File:%2e%2e/%2E%2E/x", "en:../x"),
        *(
            "en:",
            "en:#part",
            "en:<b>",
            "en:{{x}}",
            "en:a\u202eb",
            "en:a\x00b",
            "en:\ud800",
            "evil.example/:x",
            "EN:Page",
        ),
        *("https://", "http://localhost/x", "http://127.0.0.1/x", "http://[::1]/x", "http://[bad", "http://a.org:x/"),
        *("https://user:pass@example.org/", "https://example.org\\@evil.example/", "https://example.org/a b.jpg"),
        *('https://example.org/"onload="x', "https://example.org/<b>", "https://ex\u202eample.org/a.jpg"),
        "javascript:alert(1)//https://example.org/a.jpg",
    ],
)
def test_an_odd_value_gives_none(tag, value):
    assert links.tag_links({tag: value}) == ()


def test_a_hostile_value_beside_a_good_one_is_left_out_alone():
    tags = {"image": "https://example.org/a.jpg;javascript:alert(1)", "wikidata": "Q7"}
    found = dict(links.tag_links(tags))
    assert found["wikidata"] == "https://www.wikidata.org/wiki/Q7"
    assert all(address.startswith("https://") for address in found.values())


def test_only_the_wanted_rows_are_read(tmp_path):
    tags = ['{"wikidata": "Q1"}', "not json: never read", '{"building": "yes"}']
    rows = {"osm_id": ["way/1", "way/2", "node/3"], "tags": tags}
    path = tmp_path / "places.parquet"
    gpd.GeoDataFrame(rows, geometry=[Point(0, 0)] * 3, crs="EPSG:4326").to_parquet(path)
    assert links.read_links(path, ["way/1", "node/3", "way/9"]) == {
        "way/1": (("wikidata", "https://www.wikidata.org/wiki/Q1"),)
    }
    assert links.read_links(path, []) == {}


def test_a_table_without_tags_says_so(tmp_path):
    path = tmp_path / "places.parquet"
    pd.DataFrame({"osm_id": ["way/1"]}).to_parquet(path)
    with pytest.raises(InputError, match="lacks column tags"):
        links.read_links(path, ["way/1"])


def test_a_site_shows_the_links_of_its_members_by_kind_each_once():
    told = {
        "way/1": (("wikidata", "d1"), ("photo", "p1")),
        "way/2": (("photo", "p1"), *(("photo", f"p{i}") for i in range(2, 9))),
    }
    heritage = pd.DataFrame({"site_id": ["a", "b", "c"], "osm_ids": [["way/1", "way/2"], ["way/7"], []]})
    heritage = heritage.assign(wikidata="", image="")
    photos = [("photo", f"p{i}") for i in range(1, links.SHOWN_OF_A_KIND + 1)]
    assert links.site_links(heritage, told) == {"a": (*photos, ("wikidata", "d1"))}


def test_a_site_shows_its_item_and_picture_once_beside_what_its_members_tell():
    heritage = pd.DataFrame({"site_id": ["a", "b"], "osm_ids": [["way/1"], []], "wikidata": ["Q7", "Q7"]})
    heritage["image"] = ["Old mill, 1932 & more.jpg", "../climb.jpg"]  # a title that climbs is none
    item = ("wikidata", "https://www.wikidata.org/wiki/Q7")
    picture = ("photo", "https://commons.wikimedia.org/wiki/File:Old_mill%2C_1932_%26_more.jpg")
    assert links.site_links(heritage, {"way/1": (item,)}) == {"a": (picture, item), "b": (item,)}


def test_the_page_carries_the_links_of_candidates_and_others():
    made = made_up.frames()
    ids = {"way/100": links.tag_links(made_up.LINKED), "way/139": (("wikidata", "https://www.wikidata.org/wiki/Q1"),)}
    city = view.city_page(made, {}, made_up.settings(ROOT), links=ids)
    first = next(site for site in city.sites if site.site_id == "h0")
    assert [kind for kind, _ in first.more] == ["photo", "photo", "wikipedia", "wikidata"]
    assert {site.site_id: site.more for site in (*city.sites, *city.others) if site.more} == {
        "h0": first.more,
        "h39": ids["way/139"],
    }
    assert page._site(first)["more"] == [list(one) for one in first.more]
    assert not any(site.more for site in made_up.usual_page().sites)


def test_tags_are_read_as_the_table_holds_them():
    assert links.tag_links(json.loads('{"wikipedia": "vi:Ga Long Bi\\u00ean", "name": "Ga"}')) == (
        ("wikipedia", "https://vi.wikipedia.org/wiki/Ga_Long_Bi%C3%AAn"),
    )
