"""A Chinese name that is all there is, for readers of Latin letters."""

from collections import namedtuple

import pytest

from creative_nodes.common import speaking
from creative_nodes.report.say.romanised import names_of, pinyin
from creative_nodes.report.say.words import named_twice, names
from creative_nodes.settings import City

Row = namedtuple("Row", ["name_", "name_en", "name_vi", "name_zh"])
WHARF = Row("关桥码头旧址", "", "", "关桥码头旧址")


def city(country, languages=()):
    return City.model_construct(country=country, languages=list(languages))


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("上海", "Shanghai"),
        ("重庆路", "Chongqing Lu"),  # 重 alone is read zhong
        ("长寿路", "Changshou Lu"),  # 长 is read zhang too
        ("旅顺路", "Lü Shun Lu"),
        ("M50创意园", "M50 Chuangyi Yuan"),
        ("1933老场坊（上海）", "1933 Lao Chang Fang (Shanghai)"),
    ],
)
def test_names_are_spelt_as_they_are_read(name, spelt):
    assert pinyin(name) == spelt


def test_a_vowel_within_a_word_is_set_apart():
    assert pinyin("乐安路") == "Le'an Lu"


@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_chinese_name_alone_is_shown_in_pinyin_and_says_so(language):
    with speaking(language), names_of(city("CN")):
        shown, others = names(WHARF, "?")
        assert shown == "Guan Qiao Matou Jiu Zhi"
        assert "关桥码头旧址" in others and "pinyin" in others and others.count("关桥") == 1
        assert named_twice(WHARF, "?") == "Guan Qiao Matou Jiu Zhi (关桥码头旧址)"


def test_readers_of_chinese_are_shown_the_name():
    with speaking("zh"), names_of(city("CN")):
        assert names(WHARF, "?") == ("关桥码头旧址", "")


@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_name_that_somebody_gave_comes_before_pinyin(language):
    yard = Row("江南造船厂", "Jiangnan Shipyard", "", "江南造船厂")
    with speaking(language), names_of(city("CN")):
        assert names(yard, "?") == ("Jiangnan Shipyard", "江南造船厂")


def test_the_same_characters_elsewhere_are_not_chinese():
    brick = Row("横浜赤", "", "", "")
    for country in ("JP", "VN"):
        with speaking("en"), names_of(city(country)):
            assert names(brick, "?") == ("横浜赤", "")
    with speaking("en"), names_of(city("JP", ["zh"])):
        assert names(brick, "?")[0] != "横浜赤", "a file that names the language is believed"
    with speaking("en"):
        assert names(brick, "?") == ("横浜赤", ""), "outside a city nothing is known"


def test_a_city_inside_another_gives_the_names_back():
    with speaking("en"), names_of(city("CN")):
        with names_of(city("JP")):
            assert names(WHARF, "?")[0] == WHARF.name_
        assert names(WHARF, "?")[0] != WHARF.name_
