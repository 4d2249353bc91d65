"""The shipped rules: each fires on an example, none on the traps; a wrong file is named with its rule."""

import re

import pytest

from creative_nodes.common.errors import InputError
from creative_nodes.locate.evidence import confidence, strongest, tier_of
from creative_nodes.locate.taxonomy import read_taxonomy, start_year

# one example a rule, written from METHOD section 2 and the OSM wiki
HERITAGE = {
    "historic_industry": {"historic": "factory"},
    "historic_mine_kiln": {"historic": "lime_kiln"},
    "gasometer": {"man_made": "gasometer"},
    "water_tower": {"man_made": "water_tower"},
    "chimney": {"man_made": "chimney"},
    "silo": {"man_made": "silo"},
    "dock_crane": {"man_made": "crane"},
    "railway_workshop": {"railway": "roundhouse"},
    "railway_land": {"landuse": "railway"},
    "works": {"man_made": "works"},
    "power_or_water_plant": {"man_made": "water_works"},
    "port_land": {"industrial": "port"},
    "warehouse_building": {"building": "warehouse"},
    "industrial_use": {"building": "manufacture"},
    "brownfield": {"landuse": "brownfield"},
    "name_railway_works": {"name": "Xí nghiệp đầu máy Hà Nội"},
    "name_power_water": {"name": "Nhà máy điện Yên Phụ"},
    "name_brewery_food": {"name": "Nhà máy bia Hà Nội"},
    "name_printing": {"name": "Xưởng in Tiến Bộ"},
    "name_dock": {"name": "Xưởng đóng tàu Ba Son"},
    "name_warehouse": {"name": "四行仓库"},
    "name_kiln": {"name": "Lò gạch Bình Dương"},
    "name_factory": {"name": "Nhà máy dệt 8-3"},
    "old_name_industry": {"building": "yes", "old_name": "Nhà máy sợi"},
    "former_site_name": {"name": "江南造船厂旧址"},
    "past_industrial_use": {"abandoned:building": "industrial"},
    "stands_empty": {"building": "industrial", "disused": "yes"},
    "still_works": {"building": "industrial", "operational_status": "operational"},
    "heritage_listed": {"building": "yes", "heritage": "2"},
    "historic_building": {"building": "yes", "historic": "monument"},
    "built_before_1950": {"building": "industrial", "start_date": "1905"},
    "built_1950_1975": {"building": "industrial", "year_of_construction": "1960"},
    "public_owner": {"landuse": "industrial", "operator:type": "government"},
    "demolished_industry": {"razed:building": "factory"},
}
CREATIVE = {
    "gallery": {"tourism": "gallery"},
    "arts_centre": {"amenity": "arts_centre"},
    "art_shop": {"shop": "art"},
    "artist_studio": {"craft": "sculptor"},
    "theatre": {"amenity": "theatre"},
    "music_venue": {"amenity": "music_venue"},
    "museum": {"tourism": "museum"},
    "library": {"amenity": "library"},
    "bookshop": {"shop": "books"},
    "press": {"office": "newspaper"},
    "cinema": {"amenity": "cinema"},
    "av_studio": {"amenity": "studio"},
    "craft_workshop": {"craft": "pottery"},
    "craft_shop": {"shop": "craft"},
    "design_office": {"office": "architect"},
    "coworking": {"amenity": "coworking_space"},
    "culture_club": {"club": "music"},
    "exhibition": {"amenity": "exhibition_centre"},
    "name_hub": {"name": "M50创意园"},
    "name_walking_street": {"name": "Phố bích họa Phùng Hưng"},
    "name_coworking": {"name": "CirCO Coworking Space"},
    "name_art_academy": {"amenity": "university", "name": "Đại học Mỹ thuật Việt Nam"},
    "name_performing_academy": {"name": "上海音乐学院"},
    "name_film_academy": {"name": "Hãng phim Giải Phóng"},
    "name_culture_centre": {"amenity": "community_centre", "name": "Trung tâm văn hoá Quận 5"},
    "name_craft_village": {"name": "Làng sơn mài Hạ Thái"},
    "name_publisher": {"name": "Nhà xuất bản Thế Giới"},
    "name_bookshop": {"name": "内山纪念书局"},
}
AMENITIES = {
    "university": {"amenity": "university"},
    "college": {"amenity": "college"},
    "square": {"place": "square"},
    "market": {"amenity": "marketplace"},
    "cafe": {"amenity": "cafe"},
    "shop": {"shop": "bakery"},
}


def fired(taxonomy, tags):
    return {hit.rule.id for hit in taxonomy.hits(tags)}


def anchored(taxonomy, tags):
    """Tell whether the object makes a site."""
    return any(hit.rule.anchor for hit in taxonomy.hits(tags))


def sure(taxonomy, *objects):
    """Return the confidence of a site made of these objects."""
    rules = [hit.rule for tags in objects for hit in taxonomy.hits(tags)]
    return confidence([rule.weight for rule in strongest(rules)])


# ---------------------------------------------------------------- no dead rule


@pytest.mark.parametrize(
    ("name", "examples"), [("heritage", HERITAGE), ("creative", CREATIVE), ("amenities", AMENITIES)]
)
def test_every_rule_has_an_example_here(request, name, examples):
    assert set(request.getfixturevalue(name).rules) == set(examples)


@pytest.mark.parametrize(
    ("name", "rule", "tags"),
    [
        (name, rule, tags)
        for name, examples in (("heritage", HERITAGE), ("creative", CREATIVE), ("amenities", AMENITIES))
        for rule, tags in examples.items()
    ],
)
def test_every_rule_fires_and_says_on_which_tag(request, name, rule, tags):
    hits = {hit.rule.id: hit.tag for hit in request.getfixturevalue(name).hits(tags)}
    assert rule in hits
    key, _, value = hits[rule].partition("=")
    assert tags[key] == value


@pytest.mark.parametrize("name", ["heritage", "creative", "amenities"])
def test_every_rule_gives_its_reason(request, name):
    assert all(rule.reason for rule in request.getfixturevalue(name).rules.values())


def test_classes_are_those_of_the_method(heritage, creative):
    assert set(heritage.classes) == {
        *("mill_factory", "warehouse", "dock_shipyard", "railway_works", "power_water", "brewery_food", "printing"),
        *("mine_kiln", "unspecified"),
    }
    assert len(creative.classes) == 8
    assert heritage.default_class == "unspecified"
    assert {rule.tier for rule in creative.rules.values()} == {"core", "intermediate", "supporting"}
    assert all(rule.class_ and rule.anchor for rule in creative.rules.values())


# every signal METHOD section 2 names
@pytest.mark.parametrize(
    "tags",
    [
        *({"historic": v} for v in ("industrial", "mine", "kiln")),
        *({"building": v} for v in ("industrial", "warehouse", "factory", "manufacture")),
        *({"man_made": v} for v in ("works", "chimney", "water_tower", "gasometer", "kiln", "silo", "crane")),
        *({"landuse": v} for v in ("industrial", "brownfield", "railway")),
        *({"railway": v} for v in ("roundhouse", "workshop")),
        *({f"{p}:building": "industrial"} for p in ("disused", "abandoned", "was")),
        *({f"{p}:man_made": "works"} for p in ("disused", "abandoned", "was")),
        {"building": "yes", "old_name": "Nhà máy rượu"},
        *({"building": "yes", "name": f"{word} Hòa Bình"} for word in ("Nhà máy", "Xí nghiệp", "Xưởng", "Kho")),
        *(
            {"building": "yes", "name": name}
            for name in ("Cảng Nhà Rồng", "永安纱厂", "江南船坞", "福新栈房", "四行仓库")
        ),
        *({"building": "yes", "name": name} for name in ("十六铺码头", "造船厂旧址", "Old Factory", "Cotton Mill")),
        *({"building": "yes", "name": name} for name in ("Godown 5", "Holt's Wharf", "Usine des eaux", "Filature")),
        *({"building": "yes", "name": name} for name in ("Nhà máy Xe lửa Gia Lâm", "nha may det", "倉庫", "紗廠")),
    ],
)
def test_a_signal_of_the_method_makes_a_site(heritage, tags):
    assert anchored(heritage, tags)


@pytest.mark.parametrize(
    ("tags", "rule"),
    [
        ({"building": "industrial", "heritage": "3"}, "heritage_listed"),
        ({"building": "industrial", "ref:whc": "1234"}, "heritage_listed"),
        ({"building": "industrial", "start_date": "1932"}, "built_before_1950"),
        ({"building": "industrial", "year_of_construction": "1932"}, "built_before_1950"),
    ],
)
def test_signs_of_age_and_listing_add(heritage, tags, rule):
    assert rule in fired(heritage, tags)
    assert sure(heritage, tags) > sure(heritage, {"building": "industrial"})


@pytest.mark.parametrize(
    "tags",
    [
        {"building": "yes", "heritage": "2"},
        {"building": "house", "start_date": "1905"},
        {"historic": "monument", "name": "Tượng đài"},
        {"disused": "yes", "shop": "clothes"},
        {"building": "yes", "operator:type": "public"},
    ],
)
def test_age_listing_and_emptiness_alone_make_no_site(heritage, tags):
    assert not anchored(heritage, tags)


def test_heritage_no_is_no_listing(heritage):
    assert "heritage_listed" not in fired(heritage, {"building": "industrial", "heritage": "no"})


@pytest.mark.parametrize(
    ("year", "rule"),
    [
        ("1949", "built_before_1950"),
        ("1950", "built_1950_1975"),
        ("1975", "built_1950_1975"),
        ("1976", None),
        ("1599", None),
        ("nonsense", None),
    ],
)
def test_limits_of_the_age_rules(heritage, year, rule):
    ages = fired(heritage, {"building": "industrial", "start_date": year}) & {"built_before_1950", "built_1950_1975"}
    assert ages == ({rule} if rule else set())


def test_age_fires_only_on_an_object_that_another_rule_knows(heritage):
    assert fired(heritage, {"amenity": "cafe", "start_date": "1905"}) == set()


# ---------------------------------------------------------------- traps


@pytest.mark.parametrize(
    "tags",
    [
        {"amenity": "cafe", "name": "Xưởng Cafe"},
        {"amenity": "cafe", "cuisine": "coffee_shop", "name": "The Factory"},
        {"amenity": "restaurant", "name": "Nhà máy Bia Hà Nội"},
        {"shop": "clothes", "name": "Factory outlet"},
        {"shop": "outlet", "name": "Kho hàng hiệu"},
        {"amenity": "bank", "name": "Kho bạc Nhà nước"},
        {"office": "government", "name": "Kho bạc Nhà nước quận 1"},
        {"building": "yes", "name": "Kho bạc Nhà nước"},
        {"highway": "bus_stop", "name": "南码头路"},
        {"public_transport": "platform", "bus": "yes", "name": "Nhà máy dệt"},
        {"railway": "station", "name": "Cảng"},
        {"amenity": "karaoke_box", "name": "Kho Karaoke"},
        {"historic": "castle", "name": "Biệt thự Mây"},
        {"historic": "castle", "building": "house"},
        {"building": "data_center", "name": "Trung tâm dữ liệu Kho"},
        {"building": "yes", "telecom": "data_center", "name": "Trung tâm dữ liệu Nhà máy số"},
        {"building": "yes", "name": "上海数据中心厂房"},
        {"amenity": "fuel", "name": "Kho xăng Mây"},
        {"building": "school", "name": "Khoa Dược"},
        {"amenity": "university", "name": "Khoa Cơ khí"},
        {"shop": "food", "name": "Bò khô Bà Hai"},
        {"place": "neighbourhood", "name": "Khu tập thể Nhà máy dệt 8-3"},
        {"building": "apartments", "name": "Nhà máy sợi"},
        {"building": "apartments", "old_name": "Nhà máy sợi"},
        {"place": "quarter", "name": "十六铺码头"},
        {"highway": "residential", "name": "Đường Nhà Máy Sợi"},
        {"boundary": "administrative", "name": "Phường Cảng"},
        {"tourism": "hotel", "name": "The Mill"},
        {"amenity": "place_of_worship", "name": "Nhà thờ Xưởng"},
        {"natural": "water", "name": "Hồ Nhà Máy Nước"},
    ],
)
def test_a_trap_makes_no_heritage_site(heritage, tags):
    assert not anchored(heritage, tags)


@pytest.mark.parametrize(
    "tags",
    [
        {"amenity": "bar", "name": "Art Space Bar"},
        {"shop": "hairdresser", "name": "Art Hair Studio"},
        {"shop": "beauty", "name": "Creative Space Nails"},
        {"tourism": "artwork", "name": "Tường Cá"},
        {"amenity": "community_centre", "name": "Nhà sinh hoạt khu phố 3"},
        {"highway": "bus_stop", "name": "Đường sách"},
        {"amenity": "cafe", "name": "Không gian sáng tạo"},
        {"building": "yes", "name": "创意园地铁站"},
        {"amenity": "karaoke_box", "name": "Art Space Karaoke"},
        {"amenity": "parking", "name": "步行街停车场"},
        {"amenity": "community_centre", "name": "Nhà văn hóa tổ dân phố 5"},
        {"shop": "books", "name": "第三停车点"},
        {"craft": "sculptor", "name": "Tượng Đài Quang Trung"},
        {"amenity": "theatre", "name": "Viện Địa lý Nhân văn"},
        {"shop": "books", "name": "越南-金斧公司"},
        {"craft": "pottery", "name": "上海明德机电有限公司"},
    ],
)
def test_a_trap_makes_no_creative_space(creative, tags):
    assert not anchored(creative, tags)


@pytest.mark.parametrize("name", ["上海图书公司", "上海韬奋西文书局有限公司", "上海金箭工艺有限公司", "大公影业公司"])
def test_a_company_whose_name_tells_culture_is_a_creative_space(creative, name):
    assert anchored(creative, {"shop": "books", "name": name})


# ---------------------------------------------------------------- how sure


def test_a_plain_estate_stays_below_medium(heritage):
    one = {"landuse": "industrial", "building": "industrial", "man_made": "works", "name": "Nhà máy X"}
    assert sure(heritage, one) < 0.4
    parts = [{"landuse": "industrial"}, {"building": "warehouse"}, {"building": "industrial"}, {"man_made": "works"}]
    named = [{"building": "industrial", "name": "Nhà máy X"}, {"building": "warehouse", "name": "Kho Y"}]
    assert sure(heritage, *parts, *named) < 0.4


@pytest.mark.parametrize(
    "tags",
    [
        {"landuse": "industrial", "man_made": "chimney", "name": "Nhà máy Bia Quận 12"},
        {"man_made": "water_tower", "name": "Tháp nước"},
        {"building": "apartments", "name": "德邻公寓", "old_name": "信谊药厂"},
        {"historic": "building", "name": "裕通面粉厂宿舍旧址"},
        {"historic": "ruins", "name": "L1轮渡码头"},
        {"building": "yes", "old_name": "颐中大楼;英美颐中烟草股份有限公司", "start_date": "1920"},
    ],
)
def test_a_thing_without_a_sign_of_age_stays_below_medium(heritage, tags):
    assert sure(heritage, tags) < 0.4


@pytest.mark.parametrize(
    "name", ["Nhà máy bia X", "Xưởng in X", "Nhà máy điện X", "Nhà máy đóng tàu X", "啤酒厂", "仓库"]
)
def test_a_trade_in_the_name_does_not_make_an_estate_old(heritage, name):
    assert sure(heritage, {"landuse": "industrial", "building": "industrial", "name": name}) < 0.4


def test_a_petrol_depot_stays_low(heritage):
    tags = {"landuse": "industrial", "name": "Kho xăng dầu Nhà Bè"}
    assert tier_of(sure(heritage, tags)) == "low"
    assert fired(heritage, tags) == {"industrial_use"}


@pytest.mark.parametrize(
    "name", ["Khu công nghiệp Tân Bình", "KCN Cát Lái", "KCX Tân Thuận", "漕河泾工业园", "Khu chế xuất"]
)
def test_a_named_industrial_park_stays_low(heritage, name):
    assert tier_of(sure(heritage, {"landuse": "industrial", "name": name})) == "low"


@pytest.mark.parametrize(
    ("tags", "at_least"),
    [
        ({"historic": "factory"}, "high"),
        ({"disused:building": "industrial"}, "medium"),
        ({"building": "industrial", "start_date": "1905"}, "medium"),
        ({"building": "warehouse", "heritage": "2", "start_date": "1933"}, "high"),
        ({"building": "industrial", "old_name": "Nhà máy sợi", "start_date": "1932"}, "high"),
    ],
)
def test_old_industry_reaches_its_tier(heritage, tags, at_least):
    order = ("low", "medium", "high")
    assert order.index(tier_of(sure(heritage, tags))) >= order.index(at_least)


def test_noisy_or_by_hand(heritage):
    # use 0.25, name 0.18, age 0.4, listed 0.5
    tags = {"building": "industrial", "name": "Nhà máy X", "start_date": "1905", "heritage": "2"}
    assert sure(heritage, tags) == pytest.approx(1 - 0.75 * 0.82 * 0.6 * 0.5)


@pytest.mark.parametrize("key", ["demolished", "razed"])
def test_demolished_means_lost(heritage, key):
    hits = heritage.hits({f"{key}:building": "industrial"})
    assert {hit.rule.status for hit in hits if hit.rule.anchor} == {"lost"}


# ---------------------------------------------------------------- years


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1932", 1932),
        ("1932-05-06", 1932),
        ("1896-1932", 1896),
        ("1896..1932", 1896),
        ("C19", 1850),
        ("C20", 1950),
        ("1930s", 1930),
        ("~1900", 1900),
        ("before 1950", 1950),
        ("early 1920s", 1920),
        ("nonsense", None),
        ("", None),
        ("12", None),
        ("19321", None),
    ],
)
def test_start_year(text, year):
    assert start_year({"start_date": text}) == year


@pytest.mark.parametrize("text", ["early C19", "mid C19", "late C19"])
def test_a_part_of_a_century_lies_in_it(text):
    year = start_year({"start_date": text})
    assert year is not None
    assert 1800 <= year < 1900


def test_start_year_reads_the_other_keys():
    assert start_year({"year_of_construction": "1925"}) == 1925
    assert start_year({"start_date": "1910", "year_of_construction": "1925"}) == 1910
    assert start_year({}) is None


# ---------------------------------------------------------------- wrong files

GOOD = """
classes: {mill: Mill}
default_class: mill
rules:
  - {id: one, weight: 0.5, reason: because, anchor: true, class: mill, tags: ["building=mill"]}
  - {id: two, weight: 0.5, reason: because, names: {zh: ["厂$"]}}
"""


@pytest.fixture
def spoil(tmp_path):
    def write(old="", new=""):
        assert old in GOOD
        path = tmp_path / "mine.yaml"
        path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
        return read_taxonomy(path)

    return write


def test_the_good_file_is_good(spoil):
    assert fired(spoil(), {"building": "mill"}) == {"one"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("id: two", "id: one", ["one", "twice"]),
        ("class: mill, tags", "class: mil, tags", ["one", "mil"]),
        ("building=mill", "building", ["one", "building", "key=value"]),
        ("building=mill", "=mill", ["one", "key=value"]),
        ("building=mill", "building=", ["one", "key=value"]),
        ("weight: 0.5", "weight: 1.5", ["one", "weight"]),
        ("weight: 0.5", "weight: -0.1", ["one", "weight"]),
        ("weight: 0.5", "weight: heavy", ["one", "weight"]),
        ("厂$", "(厂", ["two"]),
        ("reason: because, anchor", "anchor", ["one", "reason"]),
        ("reason: because", "reasn: because", ["one", "reasn", "did you mean reason?"]),
        ("classes: {mill: Mill}", "clases: {mill: Mill}", ["clases", "did you mean classes?"]),
        ('tags: ["building=mill"]', "tags: []", ["one", "tags"]),
        ("class: mill, tags", "tier: middle, tags", ["one", "tier"]),
        ("names: {zh:", "names: {Chinese:", ["two", "Chinese"]),
        ("default_class: mill", "default_class: works", ["default_class", "works"]),
        ("default_class: mill", "never_by_name: [shop]\ndefault_class: mill", ["never_by_name", "shop"]),
        (
            "default_class: mill",
            'name_exceptions: {zh: ["(厂"]}\ndefault_class: mill',
            ["name_exceptions"],
        ),
        ("id: one", "id: One Rule", ["One Rule", "id"]),
        ("classes: {mill: Mill}", "classes: [", ["YAML"]),
    ],
)
def test_a_wrong_file_is_refused_by_name(spoil, old, new, words):
    with pytest.raises(InputError) as caught:
        spoil(old, new)
    said = str(caught.value)
    assert "mine.yaml" in said
    assert all(word in said for word in words), said


@pytest.mark.parametrize("text", ["", "- a list", "just words", "rules: [text]\nclasses: {}\ndefault_class: x"])
def test_a_file_of_another_shape_is_refused(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=re.escape("mine.yaml")):
        read_taxonomy(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such"):
        read_taxonomy(tmp_path / "mine.yaml")


@pytest.mark.parametrize(
    ("value", "fires"), [("gallery", True), ("gallery;museum", True), ("museum; gallery", True), ("galleryish", False)]
)
def test_a_tag_of_several_values_is_each_of_them(value, fires):
    from creative_nodes.locate.taxonomy import Selector

    assert bool(Selector(["tourism=gallery|zoo"]).found_in({"tourism": value})) == fires
