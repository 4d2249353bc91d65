"""What a name alone tells of a place: no works, remains, a creative park."""

from __future__ import annotations

import pytest

from creative_nodes.locate.registry import Known
from creative_nodes.locate.status import told_status
from creative_nodes.locate.taxonomy import Hit, read_taxonomy

TAXONOMY = read_taxonomy("config/taxonomy/industrial_heritage.yaml")


@pytest.mark.parametrize(
    ("tags", "no_works"),
    [
        ({"name": "手表七厂办公楼"}, True),
        ({"name": "裕通面粉厂宿舍旧址"}, True),
        ({"name": "上海工业银行大楼"}, True),
        ({"name": "华商纱布交易所大楼"}, True),
        ({"name": "中共中央秘密印刷厂旧址"}, True),
        ({"name": "Trụ sở Tổng công ty Dệt"}, True),
        ({"name": "Khu Ký túc xá Nhà máy Dệt"}, True),
        ({"name": "Lancashire Cotton Stock Exchange"}, True),
        ({"name": "上海美术电影制片厂"}, True),
        ({"name": "Hãng phim Giải Phóng"}, True),
        ({"name": "中国银行仓库"}, False),
        ({"name": "中国银行办事处及堆栈"}, False),
        ({"name": "申新纺织第九厂"}, False),
        ({"name": "Nhà máy Dệt Phong Phú"}, False),
        # a former name tells of another past, and an office stays one
        ({"name": "上海某某银行", "old_name": "福新面粉厂"}, False),
        ({"name": "自力大楼", "old_name": "英商自来水公司办公楼"}, True),
        ({"old_name": "交易所"}, False),
        # a court that a works moved into: what is old and listed is the court
        ({"name": "上海医疗器械九厂", "name:en": "Former High Court", "old_name": "国民政府高等法院"}, True),
        ({"name": "Tennis Court Mill"}, False),
    ],
)
def test_what_is_no_works_by_its_name(tags, no_works):
    assert TAXONOMY.wording.is_no_works(tags) is no_works


def test_a_name_of_no_works_tells_of_none_where_another_does():
    rules = {hit.rule.id for hit in TAXONOMY.hits({"name:en": "Former High Court", "old_name": "福新面粉厂"})}
    assert "old_name_industry" in rules and "former_site_name" not in rules
    assert "former_site_name" in {hit.rule.id for hit in TAXONOMY.hits({"name:en": "Former Flour Mill"})}


def test_an_office_gives_no_evidence_though_it_is_listed_and_old():
    tags = {"name": "自来水公司大楼", "building": "industrial", "heritage": "4", "start_date": "1921"}
    assert TAXONOMY.hits(tags) == []
    assert TAXONOMY.hits(tags | {"name": "自来水公司"})


def _row(name: str, **changes: str) -> Known:
    given = {
        "registry_id": "r",
        "name": name,
        "kind": "heritage",
        "status": "",
        "precision": "site",
        "source": "a list",
    }
    return Known.model_validate({**given, "source": "a list", "origin": "list.csv", **changes})


def test_remains_are_lost_where_nothing_is_mapped():
    gone = _row("华东电焊机厂遗址")
    told = told_status([gone], [], edited={}, wording=TAXONOMY.wording)
    assert (told.status, told.source) == ("lost", "华东电焊机厂遗址: a list")
    hall = Hit(TAXONOMY.rules["industrial_use"], "building=industrial")
    assert told_status([gone], [("way/1", hall)], edited={}, wording=TAXONOMY.wording).status == "not_known"
    # 旧址 is the former site, of which the building may stand
    assert told_status([_row("合众仓库旧址")], [], edited={}, wording=TAXONOMY.wording).status == "not_known"


def test_a_creative_park_by_its_own_name_is_converted():
    assert told_status([_row("弘基创意国际园")], [], edited={}, wording=TAXONOMY.wording).status == "converted"
    # what the row itself says goes first
    said = _row("弘基创意国际园", status="lost")
    assert told_status([said], [], edited={}, wording=TAXONOMY.wording).status == "lost"


@pytest.mark.parametrize(
    ("tags", "serves"),
    [
        ({"name": "Nhà máy nước Ngô Sĩ Liên", "man_made": "water_works"}, True),
        ({"name": "Ga Long Biên", "railway": "station"}, True),
        ({"name": "上海造币厂"}, True),
        ({"name": "闸北水厂"}, True),
        ({"name": "Royal Mint"}, True),
        # lemonade, medicine and mineral water serve those who buy them
        ({"name": "上海汽水厂"}, False),
        ({"name": "江苏药水厂旧址"}, False),
        ({"name": "Nhà máy nước Thủ Đức"}, True),
        ({"name": "Nhà máy nước ngọt Chương Dương"}, False),
        ({"name": "Nhà máy Dệt 8-3", "man_made": "works"}, False),
    ],
)
def test_what_serves_the_whole_city(tags, serves):
    assert TAXONOMY.wording.serves(tags) is serves


def test_homes_in_an_old_factory_are_heritage_and_nobody_offers_them():
    """Its former name makes it a site; its name of today says who is in it."""
    tags = {"name": "德邻公寓", "old_name": "信谊药厂"}
    assert not TAXONOMY.wording.is_no_works(tags)
    assert TAXONOMY.wording.is_other_today(tags)
    assert not TAXONOMY.wording.is_other_today({"name": "福新面粉一厂"})
