"""The registry: what ships is sound, a wrong file is named with its line, rows find their objects."""

import csv
import io
import math

import numpy as np
import pytest
import shapely
import yaml

from creative_nodes.common.errors import InputError
from creative_nodes.common.geo import reproject_xy
from creative_nodes.locate import registry
from creative_nodes.locate.names import fold
from creative_nodes.locate.registry import (
    Known,
    has_own_part,
    match,
    match_by_position,
    positions,
    read_registry,
    similarity,
)
from creative_nodes.settings import load_config

EPSG = 32648
EAST, NORTH = (float(v[0]) for v in reproject_xy(np.array([105.85]), np.array([21.03]), 4326, EPSG))
COLUMNS = (
    *("registry_id", "name", "name_en", "name_vi", "name_zh", "aliases", "kind", "heritage_class", "domain", "tier"),
    *("former_use", "present_use", "status", "year_converted", "lon", "lat", "precision", "source", "note"),
)
GOOD = {
    **dict.fromkeys(COLUMNS, ""),
    "registry_id": "a",
    "name": "Nhà máy dệt Đông Á",
    "kind": "heritage",
    "heritage_class": "mill_factory",
    "status": "in_use",
    "lon": "105.85",
    "lat": "21.03",
    "precision": "site",
    "source": "a book",
}


def text_of(*rows, columns=COLUMNS):
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


@pytest.fixture
def read(tmp_path):
    def run(text, encoding="utf-8"):
        path = tmp_path / "mine.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return read_registry(path)

    return run


def lonlat(east, north):
    x, y = reproject_xy(np.array([EAST + east]), np.array([NORTH + north]), EPSG, 4326)
    return float(x[0]), float(y[0])


def known(name="Nhà máy dệt Đông Á", at=(0.0, 0.0), **changes):
    lon, lat = lonlat(*at) if at else (None, None)
    return Known.model_validate({**GOOD, "name": name, "registry_id": name, "lon": lon, "lat": lat, **changes})


def point(east, north):
    return shapely.Point(EAST + east, NORTH + north)


def box(east, north, size=50):
    return shapely.box(EAST + east, NORTH + north, EAST + east + size, NORTH + north + size)


def pairs(rows, sites, within_m=500, min_score=0.85):
    """Match rows to sites [(names, shape)] and return {row name: site number}."""
    geometry = np.array([shape for _, shape in sites], dtype=object)
    names = [[fold(name) for name in (some if isinstance(some, list) else [some])] for some, _ in sites]
    found = match(rows, names, geometry, epsg=EPSG, within_m=within_m, min_score=min_score)
    assert len({one.row for one in found}) == len({one.site for one in found}) == len(found)
    return {rows[one.row].name: one.site for one in found}


# ---------------------------------------------------------------- what ships


@pytest.mark.parametrize("city", ["hanoi", "hcmc", "shanghai", "sample"])
def test_shipped_registry_is_sound(root, city, heritage, creative):
    rows = read_registry(root / "config" / "registry" / f"{city}.csv")
    assert len(rows) >= 7
    boundary = yaml.safe_load((root / "config" / "cities" / f"{city}.yaml").read_text(encoding="utf-8"))["boundary"]
    for row in rows:
        assert row.source
        # classes and domains are those of the taxonomies: a slip would make a class of its own
        assert row.heritage_class in {"", *heritage.classes}, row.registry_id
        assert row.domain in {"", *creative.classes}, row.registry_id
        assert row.year_converted is None or 1900 < row.year_converted <= 2026
        if row.precision == "site":
            assert row.lon is not None, row.registry_id
        if row.lon is not None and "bbox" in boundary:
            west, south, east, north = boundary["bbox"]
            assert west - 1 < row.lon < east + 1
            assert south - 1 < row.lat < north + 1


def test_shipped_registries_are_named_in_the_cities(root, main_config):
    assert load_config(main_config)
    cities = {
        path.stem: yaml.safe_load(path.read_text("utf-8")) for path in (root / "config" / "cities").glob("*.yaml")
    }
    assert all((root / city["registry"]).is_file() for city in cities.values())
    for path in (root / "config" / "registry").glob("*.csv"):
        assert cities[path.stem]["registry"] == f"config/registry/{path.name}"


# ---------------------------------------------------------------- reading


def test_a_good_file_is_read(read):
    row = read(text_of(GOOD))[0]
    assert (row.registry_id, row.lon, row.lat, row.year_converted) == ("a", 105.85, 21.03, None)
    assert row.name == "Nhà máy dệt Đông Á"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(read):
    rows = read(text_of(GOOD).replace("\n", "\r\n"), "utf-8-sig")
    assert [row.registry_id for row in rows] == ["a"]


def test_columns_in_any_order(read):
    assert read(text_of(GOOD, columns=COLUMNS[::-1]))[0].name == GOOD["name"]


def test_spaces_around_values_do_no_harm(read):
    assert read(text_of({**GOOD, "kind": " heritage ", "lon": " 105.85"}))[0].kind == "heritage"


def test_a_missing_column_is_named(read):
    with pytest.raises(InputError, match=r"mine\.csv: column kind, source"):
        read(text_of(GOOD, columns=[c for c in COLUMNS if c not in ("kind", "source")]))


def test_a_misspelt_column_is_named_with_the_nearest(read):
    with pytest.raises(
        InputError, match=r"mine\.csv, line 1: statusdate: there is no such column; did you mean status_date\?"
    ):
        read(text_of(GOOD, columns=[*COLUMNS, "statusdate"]))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "factory"}, ["kind", "got 'factory'"]),
        ({"status": "gone"}, ["status"]),
        ({"precision": "roughly"}, ["precision"]),
        ({"tier": "top"}, ["tier"]),
        ({"lat": ""}, ["lon", "lat"]),
        ({"lon": ""}, ["lon", "lat"]),
        ({"lon": "east"}, ["lon"]),
        ({"lon": "21.03", "lat": "105.85"}, ["lat"]),
        ({"name": ""}, ["name"]),
        ({"registry_id": ""}, ["registry_id"]),
        ({"source": ""}, ["source"]),
        ({"year_converted": "around 2000"}, ["year_converted"]),
        ({"kind": "creative", "domain": "visual_arts"}, ["tier"]),
        ({"kind": "both"}, ["domain"]),
        ({"heritage_class": ""}, ["heritage_class"]),
    ],
)
def test_a_wrong_row_is_named_with_its_line(read, changes, words):
    with pytest.raises(InputError) as caught:
        read(text_of({**GOOD, "registry_id": "b"}, {**GOOD, **changes}))
    said = str(caught.value)
    assert "mine.csv" in said
    assert "line 3" in said
    assert all(word in said for word in words), said


ONLINE = {"kind": "creative", "heritage_class": "", "domain": "visual_arts", "tier": "core", "lon": "", "lat": ""}
ONLINE |= {"remote": "online", "source": "https://example.org/rooms ; a newspaper"}


@pytest.mark.parametrize("word", ["online", "Online ", "ONLINE"])
def test_a_space_that_is_online_only_needs_no_place(read, word):
    (row,) = read(text_of({**GOOD, **ONLINE, "remote": word}, columns=[*COLUMNS, "remote"]))
    assert (row.remote, row.is_online) == ("online", True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lon": "105.85", "lat": "21.03"}, "what is online has no place: leave lon and lat empty"),
        ({"source": "a newspaper"}, "what is online needs its web address"),
        ({"source": "ftp://example.org"}, "what is online needs its web address"),
        ({"kind": "both", "heritage_class": "warehouse"}, "only a creative space can be online"),
        ({"kind": "heritage", "heritage_class": "warehouse"}, "only a creative space can be online"),
    ],
)
def test_what_is_online_and_has_a_place_or_no_address_is_refused(read, changes, said):
    with pytest.raises(InputError, match=r"mine\.csv, line 2: ") as caught:
        read(text_of({**GOOD, **ONLINE, **changes}, columns=[*COLUMNS, "remote"]))
    assert said in str(caught.value)


def test_the_line_is_that_of_the_file_even_after_a_value_of_two_lines(read):
    with pytest.raises(InputError, match="line 4"):
        read(text_of({**GOOD, "registry_id": "b", "note": "first\nsecond"}, {**GOOD, "kind": "x"}))


def test_an_id_that_stands_twice_is_named_with_its_line(read):
    with pytest.raises(InputError, match=r"line 3.* a stands twice"):
        read(text_of(GOOD, GOOD))


@pytest.mark.parametrize("encoding", ["cp1258", "utf-16", "gbk"])
def test_another_encoding_is_said_plainly(read, encoding):
    name = "纱厂" if encoding == "gbk" else "Đông Á"
    with pytest.raises(InputError, match=r"mine\.csv.*UTF-8"):
        read(text_of({**GOOD, "name": name}), encoding)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"mine\.csv.*no such"):
        read_registry(tmp_path / "mine.csv")


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_file_lacks_its_columns(read, text):
    with pytest.raises(InputError, match="registry_id"):
        read(text)


def test_a_registry_without_rows_is_empty(read):
    assert read(text_of()) == []


def test_a_row_with_a_comma_too_many_is_refused(read):
    with pytest.raises(InputError, match="line 2"):
        read(text_of(GOOD).rstrip("\n") + ",more,still more\n")


def test_names_and_aliases_are_folded_once(read):
    row = read(text_of({**GOOD, "name_vi": "NHÀ MÁY DỆT ĐÔNG Á", "name_zh": "東亞紗廠", "aliases": "Dệt Á; ;Mill"}))[0]
    assert row.folded_names() == ["nha may det dong a", "东亚纱厂", "det a", "mill"]


# ---------------------------------------------------------------- matching by name


def test_positions_are_metres_and_gaps_stay():
    found = positions([known(at=(100, 200)), known(at=None)], EPSG)
    assert (found[0].x - EAST, found[0].y - NORTH) == pytest.approx((100, 200), abs=0.01)
    assert found[1] is None


@pytest.mark.parametrize(
    "name",
    ["Nhà máy dệt Đông Á", "NHA MAY DET DONG A", "Đông Á, Nhà máy dệt", "Nhà máy dệt Ðông Á".replace("Ð", "Đ")],
)
def test_a_row_finds_the_site_of_its_name(name):
    assert pairs([known()], [("Kho", point(0, 0)), (name, point(300, 0))]) == {"Nhà máy dệt Đông Á": 1}


def test_a_row_finds_a_site_by_alias():
    row = known(aliases="Đông Á Textile;Cotonnière de l'Est")
    assert pairs([row], [("Cotonniere de l’Est", point(10, 0))]) == {row.name: 0}


def test_han_variants_are_one_name():
    assert pairs([known("永安紗廠")], [("永安纱厂", point(10, 0))]) == {"永安紗廠": 0}


def test_a_row_finds_one_of_several_names_of_a_site():
    assert pairs([known()], [(["Mill", "Nhà máy dệt Đông Á"], point(10, 0))]) == {"Nhà máy dệt Đông Á": 0}


@pytest.mark.parametrize(("metres", "matched"), [(499, True), (501, False)])
def test_beyond_the_distance_nothing_matches(metres, matched):
    row = known()
    assert bool(pairs([row], [(row.name, point(metres, 0))])) == matched


@pytest.mark.parametrize(
    ("precision", "metres", "matched"),
    [("street", 900, True), ("street", 1100, False), ("ward", 1900, True), ("ward", 2100, False)],
)
def test_a_vague_position_reaches_farther(precision, metres, matched):
    row = known(precision=precision)
    assert bool(pairs([row], [(row.name, point(metres, 0))])) == matched


def test_distance_counts_to_the_outline():
    row = known()
    assert pairs([row], [(row.name, box(450, 0, 400))]) == {row.name: 0}


def test_another_name_does_not_match():
    assert pairs([known("Nhà máy bia Hà Nội")], [("Nhà máy nước Hà Nội", point(5, 0)), ("", point(0, 0))]) == {}


@pytest.mark.parametrize(
    ("row", "site"),
    [
        ("Kho số 1", "Kho số 2"),
        ("Xí nghiệp 22", "Xí nghiệp 24"),
        ("Nhà máy dệt 8-3", "Nhà máy dệt 8-5"),
        ("上海第一毛纺厂", "上海第二毛纺厂"),
    ],
)
def test_another_number_is_another_works(row, site):
    assert pairs([known(row)], [(site, point(100, 0))]) == {}


def test_matching_is_one_to_one_and_the_better_name_wins():
    rows = [known("Kho Bến Cũ"), known("Kho Bến Cũ 2", at=(20, 0))]
    sites = [("Kho Bến Cũ 2", point(0, 0)), ("Kho Bến Cũ", point(20, 0))]
    assert pairs(rows, sites) == {"Kho Bến Cũ": 1, "Kho Bến Cũ 2": 0}


def test_two_rows_do_not_take_one_site():
    rows = [known("Kho Bến Cũ"), known("Kho Bến Cu", at=(50, 0))]
    assert len(pairs(rows, [("Kho Bến Cũ", point(0, 0))])) == 1


def test_of_two_sites_of_the_name_the_nearer_is_taken():
    row = known()
    assert pairs([row], [(row.name, point(400, 0)), (row.name, point(30, 0))]) == {row.name: 1}


def test_score_and_distance_are_reported():
    found = match(
        [known()], [["nha may det dong a"]], np.array([point(120, 0)]), epsg=EPSG, within_m=500, min_score=0.85
    )
    assert (found[0].score, found[0].distance_m) == (1.0, pytest.approx(120, abs=0.1))


def test_a_row_without_position_finds_the_only_site_of_exactly_its_name():
    row = known(at=None)
    far = point(9000, 0)
    assert pairs([row], [("Kho", point(0, 0)), ("NHA MAY DET DONG A", far)]) == {row.name: 1}
    assert pairs([row], [("Nhà máy dệt Đông An", far)]) == {}
    assert pairs([row], [(row.name, far), (row.name, point(0, 0))]) == {}


def test_a_match_without_position_has_no_distance():
    found = match(
        [known(at=None)], [["nha may det dong a"]], np.array([point(0, 0)]), epsg=EPSG, within_m=5, min_score=0.9
    )
    assert math.isnan(found[0].distance_m)


def test_nothing_matches_nothing():
    nothing = np.array([], dtype=object)
    assert match([], [], nothing, epsg=EPSG, within_m=500, min_score=0.85) == []
    assert match([known()], [], nothing, epsg=EPSG, within_m=500, min_score=0.85) == []
    assert match([], [["kho"]], np.array([point(0, 0)]), epsg=EPSG, within_m=500, min_score=0.85) == []


def test_similarity_by_hand():
    assert similarity("kho ben cu", "cu kho ben") == 1
    assert similarity("kho", "xyz") == 0
    # one letter of nine is another: 2 * 8 / 18
    assert similarity("nha may a", "nha may b") == pytest.approx(16 / 18, abs=1e-3)


# ---------------------------------------------------------------- matching by position


def placed(rows, sites, free=None):
    geometry = np.array([shape for _, shape in sites], dtype=object)
    names = [[fold(name)] if name else [] for name, _ in sites]
    taken = np.ones(len(sites), dtype=bool) if free is None else np.array(free, dtype=bool)
    found = match_by_position(rows, names, taken, geometry, epsg=EPSG)
    return {rows[one.row].name: one.site for one in found}


def test_a_row_finds_the_unnamed_site_it_lies_in():
    row = known(at=(20, 20))
    assert placed([row], [("", box(500, 0)), ("", box(0, 0))]) == {row.name: 1}


def test_a_row_does_not_take_a_site_of_another_name_or_one_that_is_taken():
    row = known(at=(20, 20))
    assert placed([row], [("Cảng Sài Gòn", box(0, 0))]) == {}
    assert placed([row], [("", box(0, 0))], free=[False]) == {}
    assert placed([row], [("Dệt Đông Á", box(0, 0))]) == {row.name: 0}


@pytest.mark.parametrize("precision", ["street", "ward"])
def test_a_vague_position_is_no_position(precision):
    assert placed([known(at=(20, 20), precision=precision)], [("", box(0, 0))]) == {}


def test_position_is_one_to_one():
    rows = [known("Kho A", at=(20, 20)), known("Kho B", at=(30, 30))]
    assert len(placed(rows, [("", box(0, 0))])) == 1


def test_a_position_outside_finds_nothing():
    assert placed([known(at=(60, 20)), known("x", at=None)], [("", box(0, 0))]) == {}


# ---------------------------------------------------------------- positions that cannot be right


def read_for_city(tmp_path, *rows):
    path = tmp_path / "mine.csv"
    path.write_text(text_of(*rows), encoding="utf-8")
    return read_registry(path, area=shapely.box(105.71, 20.86, 105.95, 21.10), epsg=EPSG)


def test_swapped_coordinates_are_said_to_be_swapped(tmp_path):
    with pytest.raises(InputError, match=r"mine\.csv, line 2.*lon and lat look swapped"):
        read_for_city(tmp_path, {**GOOD, "lon": "21.03", "lat": "105.85"})


def test_a_row_in_another_country_is_refused_with_its_distance(tmp_path):
    with pytest.raises(InputError, match=r"row a: 121\.47, 31\.23 lies 1,[89]\d\d km from the study area"):
        read_for_city(tmp_path, {**GOOD, "lon": "121.47", "lat": "31.23"})


def test_a_row_outside_the_study_area_but_near_is_kept(tmp_path):
    (row,) = read_for_city(tmp_path, {**GOOD, "lon": "105.50", "lat": "21.14"})
    assert row.lon == 105.5


def test_the_same_name_at_the_same_place_twice_is_refused(tmp_path):
    twin = {**GOOD, "registry_id": "b", "name": "nha may det dong a"}
    with pytest.raises(InputError, match=r"row b is the same name and place as row a"):
        read_for_city(tmp_path, GOOD, twin)


def test_one_name_at_two_places_is_fine(tmp_path):
    assert len(read_for_city(tmp_path, GOOD, {**GOOD, "registry_id": "b", "lat": "21.04"})) == 2


# ---------------------------------------------------------------- hostile files


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text.replace("a book", f'"{"x" * 140_000}"'), "line 2: cannot be read"),
        (lambda text: text.replace("Nhà máy", '"Nhà máy'), "is a quote not closed"),
        (lambda text: text.replace("a book", '"a" book'), "cannot be read"),
    ],
)
@pytest.mark.parametrize("limit", [1 << 17, 1 << 24])
def test_a_row_that_cannot_be_read_is_named(tmp_path, spoil, said, limit):
    """Also where another library has raised what the process takes for a value."""
    path = tmp_path / "registry.csv"
    path.write_text(spoil(text_of(GOOD, {**GOOD, "registry_id": "b", "name": "Kho B"})), encoding="utf-8")
    before = csv.field_size_limit(limit)
    try:
        with pytest.raises(InputError, match=rf"registry\.csv.*{said}"):
            read_registry(path)
        assert csv.field_size_limit() == limit
    finally:
        csv.field_size_limit(before)


def test_a_folder_is_no_registry(tmp_path):
    (tmp_path / "registry.csv").mkdir()
    with pytest.raises(InputError, match=r"registry\.csv: cannot be read"):
        read_registry(tmp_path / "registry.csv")


@pytest.mark.parametrize("city", ["hanoi", "hcmc", "shanghai"])
def test_who_is_to_leave_is_said_by_whom_and_when(city):
    """A shipped row that is to be vacated names the decision and its date."""
    rows = read_registry(f"config/registry/{city}.csv")
    assert all(row.status_source and row.status_date for row in rows if row.status == "to_be_vacated")


def test_the_official_list_of_hanoi_is_in_the_registry():
    """22 plants told by the press: 21 to be vacated, and the tobacco works, which has left already."""
    listed = [row for row in read_registry("config/registry/hanoi.csv") if "People's Council" in row.status_source]
    assert len(listed) == 21
    left = next(
        row for row in read_registry("config/registry/hanoi.csv") if row.registry_id == "hanoi-thang-long-tobacco"
    )
    assert (left.status, left.status_date) == ("vacated", "2025-11")


@pytest.mark.parametrize(
    ("a", "b", "contradict"),
    [
        ("上海卷烟厂", "上海自来水厂", True),  # both are works of Shanghai, and two of them
        ("申新纺织第九厂", "杨树浦水厂", True),
        ("中國銀行倉庫", "中国银行办事处及堆栈", False),
        ("Nhà máy nước Yên Phụ", "Nhà máy điện Yên Phụ", False),  # half alike: left to distance
        ("Nhà máy Sao Vàng", "Nhà máy nước Yên Phụ", True),
        ("Công ty Cổ phần Bia Hà Nội", "Nhà máy Bia Hà Nội", False),
        ("", "Nhà máy Rạng Đông", False),
        ("Factory", "Old Factory", False),
        ("新泰路57号仓库", "百联集团华联商厦新泰路仓库", False),  # an address tells where, not what
        ("南苏州路991-995号", "衍庆里仓库", False),
        ("新泰路57号仓库", "光复西路145号仓库", True),
        ("第二毛纺厂", "上海卷烟厂", True),
    ],
)
def test_names_contradict_by_what_is_their_own(a, b, contradict):
    """Words that any works has in its name make no two works alike."""
    assert registry.contradict([fold(a)], [fold(b)]) is contradict


@pytest.mark.parametrize(
    ("name", "own"),
    [
        *[(name, False) for name in ("水塔", "Nhà kho", "Trạm bơm", "Kho A", "Old Warehouse")],
        *[(name, True) for name in ("江南造船厂", "Nhà máy Dệt 8-3", "Kho Thủ Thiêm")],
    ],
)
def test_a_name_of_ones_own_is_more_than_words_of_any_works(name: str, own: bool):
    """Parts that share a name of their own are one works; two water towers are two."""
    assert has_own_part(fold(name)) is own
