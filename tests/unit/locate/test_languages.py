"""Which languages a city speaks, and what is said of those without words."""

import pytest

from creative_nodes.common import speaking, spoken, tables
from creative_nodes.locate.languages import city_languages, language_table, languages_of
from creative_nodes.locate.tables import CITY_LANGUAGES


# official languages as the countries' constitutions and laws have them, most spoken first, and English
@pytest.mark.parametrize(
    ("country", "languages"),
    [
        ("VN", ("vi", "en")),
        ("CN", ("zh", "en")),
        ("FI", ("fi", "sv", "en")),
        ("BE", ("nl", "fr", "de", "en")),
        ("JP", ("ja", "en")),
        ("US", ("en",)),
        ("TW", ("zh", "nan", "hak", "en")),
        ("XX", ("en",)),
    ],
)
def test_languages_of_a_country(country, languages):
    assert languages_of(country) == languages


def test_the_city_has_the_last_word():
    assert city_languages(["ca", "es"], "ES") == ("ca", "es")
    assert city_languages([], "ES") == ("es", "en")


@pytest.fixture
def told(root):
    return lambda *codes: language_table(codes, [root / "config/taxonomy/industrial_heritage.yaml"])


def test_a_main_language_without_words_is_warned_of_once(told):
    table = told("hu", "rom", "en")
    assert list(table["language"]) == ["hu", "rom", "en"]
    assert list(table["n_words"] > 0) == [False, False, True]
    assert table["warning"].astype(bool).sum() == 1
    assert table["warning"][0].startswith("Names in Hungarian and Romany are not read")
    with speaking("vi"):
        assert "Tiếng Hungary" in spoken(table.iloc[0], "warning")


@pytest.mark.parametrize("codes", [("vi", "en"), ("zh", "nan", "en"), ("fi", "sv", "en")])
def test_a_main_language_with_words_is_not_warned_of(told, codes):
    assert not told(*codes)["warning"].any()


def test_the_table_is_as_its_schema_says(told, tmp_path):
    path = tmp_path / "city_languages.parquet"
    tables.write(told("hu", "en"), CITY_LANGUAGES, path, provenance={})
    assert len(tables.read(CITY_LANGUAGES, path)) == 2
