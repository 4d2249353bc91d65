"""Names: what counts as the same, what counts as a word."""

import unicodedata

import pytest

from creative_nodes.locate.names import fold, has_accents, has_han, names_of, tidy
from creative_nodes.locate.words import WordList


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Nhà máy Dệt Nam Định", "nha may det nam dinh"),
        ("ĐƯỜNG ĐÊ", "duong de"),
        ("đ Đ", "d d"),
        ("Hà Nội", "ha noi"),
        ("Ắ ằ ẳ ẵ ặ Ơ ợ Ư ự Ỹ", "a a a a a o o u u y"),
        ("hòa hoà", "hoa hoa"),
        ("Café-Théâtre", "cafe theatre"),
        ("  Kho   (Bến)  «Cũ»! ", "kho ben cu"),
        ("8/3 & 8-3", "8 3 8 3"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("上海紗廠舊址", "上海纱厂旧址"),
        ("倉庫 碼頭 船塢", "仓库 码头 船坞"),
        ("M５０", "m50"),  # full-width digits
        ("", ""),
        ("—", ""),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize("text", ["Nhà máy xe lửa Gia Lâm", "Xưởng đóng tàu Ba Son", "Đường sắt", "ỗ ữ ự ẫ"])
def test_composed_and_decomposed_letters_are_the_same(text):
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert composed != decomposed
    assert fold(composed) == fold(decomposed)
    assert tidy(composed) == tidy(decomposed)


def test_folding_twice_changes_nothing():
    for text in ("Nhà máy Đ", "舊廠", "Straße", "İstanbul", "Ø"):
        assert fold(fold(text)) == fold(text)


def test_tidy_keeps_the_accents():
    assert tidy("Kho, BẾN  Cũ") == "kho bến cũ"


@pytest.mark.parametrize(
    ("text", "expected"), [("Kho", False), ("Khô", True), ("Đ", True), ("8/3", False), ("厂", True)]
)
def test_accents(text, expected):
    assert has_accents(text) == expected


def test_han():
    assert has_han("M50 创意园")
    assert not has_han("Nhà máy")


KHO = WordList({"vi": ["kho", "nhà máy", "xưởng"], "en": ["mill"], "fr": ["entrepôt"]})


@pytest.mark.parametrize(
    "text",
    [
        "Kho Muối",
        "kho",
        "KHO 5",
        "Tổng kho (số 2)",
        "Nhà máy dệt",
        "NHÀ MÁY DỆT",
        "nha may det",
        "Nha-May Det",
        "Xuong co khi",
        "Old Mill",
        "Entrepôt No 1",
        "entrepot no 1",
        unicodedata.normalize("NFD", "Nhà máy dệt"),
        unicodedata.normalize("NFD", "Xưởng"),
    ],
)
def test_a_word_is_found(text):
    assert KHO.found_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "Khoa Dược",
        "Khoa Duoc",
        "Bò khô",
        "Đồ khô Bà Tư",
        "Khó",
        "Công ty Khởi Nghĩa",
        "Miller",
        "Windmills",
        "Nhà mấy",
        "Nhàmáy",
        "",
        "厂",
    ],
)
def test_a_word_is_not_found_in_another(text):
    assert not KHO.found_in(text)


ZH = WordList({"zh": ["厂(旧址)?$", "仓库", "机车(车辆)?厂"], "vi": ["kho"]})


@pytest.mark.parametrize(
    "text", ["上海第一毛纺厂", "纱厂旧址", "紗廠舊址", "四行倉庫", "戚墅堰机车车辆厂", "纱厂 ", "Kho 5 (仓)"]
)
def test_a_chinese_pattern_is_found(text):
    assert ZH.found_in(text)


@pytest.mark.parametrize("text", ["厂家直销店", "厂路", "仓桥", "码头"])
def test_a_chinese_pattern_is_not_found(text):
    assert not ZH.found_in(text)


def test_no_words_find_nothing():
    assert not WordList({}).found_in("Kho")
    assert not WordList({"zh": ["厂"]}).found_in("Nhà máy")


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, ("", "", "", "")),
        ({"name": "Kho"}, ("Kho", "", "", "")),
        (
            {"name": "Ga", "name:en": "Station", "name:vi": "Nhà ga", "name:zh": "车站"},
            ("Ga", "Station", "Nhà ga", "车站"),
        ),
        ({"name": "四行仓库"}, ("四行仓库", "", "", "四行仓库")),
        ({"name": "四行仓库", "name:zh": "四行倉庫"}, ("四行仓库", "", "", "四行倉庫")),
        ({"name:en": "Mill"}, ("Mill", "Mill", "", "")),
        ({"name:vi": "Kho"}, ("Kho", "", "Kho", "")),
    ],
)
def test_names_in_four_languages(tags, expected):
    assert tuple(names_of(tags)[key] for key in ("name", "name_en", "name_vi", "name_zh")) == expected


@pytest.mark.parametrize(("one", "other"), [("Nhà văn hoá", "Nhà văn hóa"), ("Thuý Khuê", "Thúy Khuê"), ("Hoà", "Hòa")])
def test_both_ways_of_placing_a_tone_are_one_name(one, other):
    assert tidy(one) == tidy(other)


def test_chinese_names_fold_to_simplified_by_a_dictionary_we_did_not_write():
    assert fold("上海當代藝術博物館") == fold("上海当代艺术博物馆")
    assert fold("東亞紗廠") == fold("东亚纱厂")
