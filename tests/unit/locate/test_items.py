"""Items of Wikidata: which site an item is, and what it lends."""

from __future__ import annotations

import pytest
import shapely

from creative_nodes.common import InputError, reproject
from creative_nodes.locate.forming import Item, Site
from creative_nodes.locate.items import commons_file, item_id, lend_items
from creative_nodes.locate.names import fold
from creative_nodes.locate.registry import Known

EPSG = 32651
EAST, NORTH = 355_000.0, 3_457_000.0


def row(item: str, name: str, x: float | None, **changes: object) -> Known:
    """Write an item x metres east of the first site; None for one that lies nobody knows where."""
    at = None if x is None else reproject(shapely.Point(EAST + x, NORTH), EPSG, 4326)
    given = {"registry_id": item, "wikidata": item, "name": name, "kind": "both", "status": "", "precision": "site"}
    where = {"lon": at.x, "lat": at.y} if at is not None else {}
    return Known.model_validate({**given, **where, "source": "Wikidata", "origin": "items.geojson", **changes})


def site(name: str, x: float = 0, **tags: str) -> Site:
    one = Site(f"w{x:.0f}", {"name": name}, shapely.Point(EAST + x, NORTH), osm_ids=["way/1"], folded=[fold(name)])
    one.tags = [tags]
    return one


@pytest.fixture
def lent(settings):
    def go(sites: list[Site], *rows: Known) -> list[str]:
        lend_items(sites, rows, settings, epsg=EPSG)
        return [one.item.wikidata for one in sites]

    return go


def test_a_name_at_the_place_lends_link_picture_and_year(lent):
    mill = site("福新面粉厂")
    assert lent([mill], row("Q5", "福新麵粉廠", 100, image="Mill.jpg", year_built=1912)) == ["Q5"]
    assert mill.item == Item("Q5", "Mill.jpg", 1912)


@pytest.mark.parametrize("x", [2000, None])
def test_a_name_alone_lends_nothing(lent, x):
    """The same name 2 km off, or at a place that nobody knows, is another thing."""
    assert lent([site("福新面粉厂")], row("Q5", "福新面粉厂", x)) == [""]


def test_a_place_alone_lends_nothing(lent):
    assert lent([site("福新面粉厂")], row("Q5", "上海当代艺术博物馆", 0)) == [""]


def test_the_id_in_osm_counts_whatever_the_name_and_lends_where_the_place_agrees(lent):
    near, far, unlisted = (site("M50", x, wikidata=item) for x, item in ((0, "Q1"), (3000, "Q2"), (6000, "Q3")))
    rows = [row("Q1", "Moganshan", 90, image="a.jpg"), row("Q2", "Tank", 0, image="b.jpg"), row("Q9", "M50", 6000)]
    assert lent([near, far, unlisted], *rows) == ["Q1", "Q2", "Q3"]
    assert [one.item.image for one in (near, far, unlisted)] == ["a.jpg", "", ""]


def test_the_id_of_a_brand_is_none_of_the_site(lent):
    assert lent([site("福新面粉厂", **{"brand:wikidata": "Q8", "wikidata": "none"})]) == [""]


def test_an_item_is_one_site_and_a_site_one_item(lent):
    rows = [row("Q5", "福新面粉厂", 10), row("Q6", "福新面粉厂", 300)]
    assert lent([site("福新面粉厂", 0), site("福新面粉厂", 320)], *rows) == ["Q5", "Q6"]
    assert sorted(lent([site("福新面粉厂", 0), site("福新面粉厂", 320)], rows[0])) == ["", "Q5"]


@pytest.mark.parametrize(
    "text", ["Q23817", "http://www.wikidata.org/entity/Q23817", "https://www.wikidata.org/wiki/Q23817"]
)
def test_an_item_is_read_as_id_or_address(text):
    assert item_id(text, "row 1") == "Q23817"


@pytest.mark.parametrize("text", ["23817", "Q0", "https://evil.example/Q1", "Q1 Q2", "P31"])
def test_what_is_no_item_is_refused(text):
    with pytest.raises(InputError, match=r"row 1.*no item of Wikidata"):
        item_id(text, "row 1")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("http://commons.wikimedia.org/wiki/Special:FilePath/1000%20Trees%2004.jpg", "1000 Trees 04.jpg"),
        ("https://commons.wikimedia.org/wiki/File:A_mill.png", "A mill.png"),
        ("File:江南.jpg", "江南.jpg"),
        ("江南.jpg", "江南.jpg"),
        ("", ""),
    ],
)
def test_a_picture_is_read_as_name_or_address(text, name):
    assert commons_file(text, "row 1") == name


@pytest.mark.parametrize("text", ["https://evil.example/a.jpg", "../a.jpg", "no ending", "a|b.jpg", "javascript:a.jpg"])
def test_what_is_no_picture_is_refused(text):
    with pytest.raises(InputError, match=r"row 1.*no file of Wikimedia Commons"):
        commons_file(text, "row 1")
