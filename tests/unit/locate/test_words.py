"""Words of any language: how entries are written, which are read where, and what the shipped ones say."""

import unicodedata
from functools import cache
from itertools import pairwise

import pytest
import yaml

from creative_nodes.common import InputError
from creative_nodes.locate import evidence, taxonomy
from creative_nodes.locate.names import name_key, name_keys
from creative_nodes.locate.taxonomy import read_taxonomy
from creative_nodes.locate.words import WordList, read_words, word_files

ASKED = {"vi", "zh", "en", "fr", "de", "es", "pt", "it", "pl", "fi", "sv", "nl", "ru", "ja", "ko", "th", "id"}
TRADES = {"factory", "warehouse", "dock", "brewery_food", "power_water", "railway_works"}
SILENT = {"not_industry", "not_creative", "never_creative"}


@pytest.fixture(scope="module")
def words(root):
    return read_words(root / "config/taxonomy/words")


@pytest.fixture(scope="module")
def taxonomy_in(root):
    """Read a shipped taxonomy for some languages; each once, and the files of words once for all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(taxonomy, "read_words", cache(read_words))
        yield cache(lambda file, languages: read_taxonomy(root / f"config/taxonomy/{file}.yaml", languages=languages))


@pytest.fixture(scope="module")
def heritage_in(taxonomy_in):
    return lambda *languages: taxonomy_in("industrial_heritage", languages)


@pytest.fixture(scope="module")
def creative_in(taxonomy_in):
    return lambda *languages: taxonomy_in("creative_spaces", languages)


def fired(taxonomy, tags):
    return {hit.rule.id for hit in taxonomy.hits(tags)}


def sure(taxonomy, tags):
    return evidence.confidence([rule.weight for rule in evidence.strongest([h.rule for h in taxonomy.hits(tags)])])


# ---------------------------------------------------------------- how an entry is written


@pytest.mark.parametrize(
    ("entry", "found", "not_found"),
    [
        ("kho", ["Kho", "kho 5", "(Kho)"], ["Khoa", "Bakho"]),
        ("-fabrik", ["Fabrik", "Textilfabrik", "Alte Textil-Fabrik"], ["Fabrikat", "Fabrikstraße"]),
        ("fabryk-", ["Fabryka", "fabryki", "Stara Fabryka Nici"], ["Prefabrykat"]),
        ("-tehtaa-", ["Tehtaankatu", "Villatehtaan piippu", "tehtaat"], ["tehdas"]),
        ("nhà máy", ["Nhà máy dệt", "nha may det", "NHÀ  MÁY"], ["nhà", "nhà máyy"]),
        ("gasómetro", ["Gasómetro", "GASOMETRO", "Gasometro Muñoz"], ["Gasometros"]),
        ("завод", ["Завод", "Завод «Арсенал»"], ["Заводь", "автозавод"]),
        ("αποθήκη", ["Αποθήκη", "ΠΑΛΙΑ ΑΠΟΘΗΚΗ"], ["αποθήκης"]),
        ("कारखाना", ["पुराना कारखाना"], ["कारखानादार"]),
        ("โกดัง", ["โกดังเก่า", "โกดัง", "ตลาดโกดัง"], ["โกดง"]),
        ("방직", ["대전방직공장", unicodedata.normalize("NFD", "방직")], ["방송"]),
        ("紡績", ["倉敷紡績所", "纺绩"], ["紡織"]),
    ],
)
def test_an_entry_finds_and_leaves(entry, found, not_found):
    words = WordList({"xx": [entry]})
    assert [text for text in found if not words.found_in(text)] == []
    assert [text for text in not_found if words.found_in(text)] == []


def test_accents_tell_words_apart_in_vietnamese_alone():
    assert not WordList({"vi": ["kho"]}).found_in("Bò khô")
    assert not WordList({"vi": ["nhà máy"]}).found_in("nhà mấy")
    assert WordList({"fr": ["entrepôt"]}).found_in("Ancien entrepot des Célestins")


@pytest.mark.parametrize("entry", ["", "-", "--", "。"])
def test_an_entry_without_a_word_is_refused(entry):
    with pytest.raises(ValueError, match="holds no word"):
        WordList({"de": [entry]})


# ---------------------------------------------------------------- which words are read where


def test_latin_and_cyrillic_words_are_read_in_the_languages_of_the_city_and_of_the_key():
    words = WordList({"de": ["-fabrik"], "ru": ["завод"], "en": ["factory"]}, languages=["en"])
    assert words.found_in("Old Factory")
    assert not words.found_in("Textilfabrik")
    assert not words.found_in("Завод")
    assert words.found_in("Textilfabrik", language="de")
    assert words.found_in("Завод", language="ru")
    assert not words.found_in("Textilfabrik", language="ru")
    assert words.found_in("Old Factory", language="de")  # a name:de that holds the city's own words


@pytest.mark.parametrize("text", ["โกดัง", "紗廠", "방직", "αποθήκη"])
def test_words_in_a_script_of_its_own_are_read_everywhere(text):
    words = {"th": ["โกดัง"], "zh": ["纱厂"], "ko": ["방직"], "el": ["αποθήκη"]}
    assert WordList(words, languages=["vi"]).found_in(text)


@pytest.mark.parametrize(
    ("key", "kind", "language"),
    [
        ("name", "name", ""),
        ("name:de", "name", "de"),
        ("name:zh-Hant", "name", "zh"),
        ("old_name:fr", "old_name", "fr"),
        ("was:name", "was:name", ""),
        ("disused:name:pl", "disused:name", "pl"),
        ("int_name", "int_name", "en"),
        ("name:etymology", "name:etymology", ""),
        ("name:etymology:wikidata", "name:etymology:wikidata", ""),
        ("addr:housename", "addr:housename", ""),
        ("name:ja_kana", "name:ja_kana", ""),
    ],
)
def test_a_key_tells_kind_and_language(key, kind, language):
    assert name_key(key) == (kind, language)


def test_names_of_today_come_in_a_fixed_order():
    tags = {"name:sv": "a", "old_name": "b", "name:en": "c", "alt_name": "d", "name": "e", "name:de": "f"}
    assert name_keys(tags) == ["name", "name:en", "alt_name", "name:de", "name:sv"]
    assert name_keys(tags, kinds=["old_name"]) == ["old_name"]


# ---------------------------------------------------------------- the shipped words


def test_the_languages_asked_for_have_words_of_every_trade_and_of_creative_spaces(words):
    assert set(words.sure["factory"]) >= ASKED
    for code in ASKED:
        assert {group for group in TRADES if words.sure[group].get(code)} == TRADES, code
        if code != "zh":
            assert words.sure["coworking"].get(code) or words.sure["creative_hub"].get(code), code


def test_every_group_is_used_by_a_taxonomy(root, words):
    used = set()
    for name in ("industrial_heritage", "creative_spaces"):
        data = yaml.safe_load((root / f"config/taxonomy/{name}.yaml").read_text(encoding="utf-8"))
        lists = [data.get("name_exceptions", []), data.get("never_named", [])]
        used |= {group for some in [*lists, *(rule.get("names", []) for rule in data["rules"])] for group in some}
    assert used == set(words.sure)


def test_a_file_says_each_thing_once(root, words):
    for code in word_files(root / "config/taxonomy/words"):
        for group in words.sure:
            entries = sorted(words.sure[group].get(code, []) + words.ambiguous[group].get(code, []))
            assert [one for one, next_ in pairwise(entries) if one == next_] == [], (code, group)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("fi", "Kaapelitehdas"),
        ("fi", "Suvilahden voimalaitos"),
        ("fi", "Teurastamo"),
        ("fi", "Konepaja"),
        ("de", "Baumwollspinnerei"),
        ("en", "LX Factory"),
        ("es", "Matadero"),
        ("pl", "Manufaktura"),
        ("pl", "Fabryka Norblina"),
        ("ja", "横浜赤レンガ倉庫"),
        ("th", "โกดัง"),
    ],
)
def test_a_known_work_is_recognised_by_name(heritage_in, language, name):
    assert any(hit.rule.anchor for hit in heritage_in(language).hits({"building": "yes", "name": name}))


@pytest.mark.parametrize("name", ["Zollverein", "문래동", "SESC Pompeia"])
def test_what_no_word_can_tell_is_left_to_the_registry(heritage_in, name):
    assert fired(heritage_in(*sorted(ASKED)), {"building": "yes", "name": name}) == set()


@pytest.mark.parametrize(
    ("language", "name", "creative"),
    [
        ("en", "Old Textile Factory", "Creative Hub"),
        ("de", "Alte Textilfabrik", "Kulturfabrik Moabit"),
        ("es", "Antigua fábrica textil", "Fábrica de creación"),
        ("pt", "Antiga fábrica têxtil", "Fábrica de Cultura"),
        ("it", "Ex filanda", "Cantieri Culturali alla Zisa"),
        ("pl", "Stara przędzalnia", "Fabryka Sztuki"),
        ("fi", "Vanha tekstiilitehdas", "Kulttuuritehdas Korjaamo"),
        ("sv", "Gamla spinneriet", "Kulturfabriken"),
        ("nl", "Voormalige textielfabriek", "Broedplaats Bogota"),
        ("ru", "Бывшая ткацкая фабрика", "Арт-центр"),
        ("ja", "旧富岡製糸場倉庫", "芸術村"),
        ("ko", "옛 방직공장", "문화비축기지"),
        ("th", "โรงงานเก่า", "พื้นที่สร้างสรรค์"),
        ("id", "Bekas pabrik tekstil", "Kampung kreatif"),
    ],
)
def test_every_language_says_an_old_factory_and_a_creative_space_alike(
    heritage_in, creative_in, language, name, creative
):
    assert sure(heritage_in(language), {"building": "industrial", "name": name}) == pytest.approx(
        1 - 0.75 * 0.82 * 0.65  # industrial use, name, former
    )
    assert "name_hub" in fired(creative_in(language), {"building": "yes", "name": creative})


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("de", "Netzwerk Berlin"),
        ("de", "Schüttelreim"),
        ("de", "Berghütte"),
        ("de", "Flughafen"),
        ("sv", "Missbruksvården"),
        ("nl", "Molenbeek"),
        ("hu", "Magyarok"),
        ("de", "Denkfabrik"),
        ("de", "Windkraftwerk Nord"),
        ("nl", "Loodgieterij Jansen"),
        ("pl", "Pałac fabrykanta"),
        ("sv", "Regelverket"),
        ("sv", "Brf Spinneriet"),
        ("fi", "Tehtaankatu 5"),
        ("ru", "Тихая заводь"),
        ("ru", "Птицефабрика"),
        ("it", "Edificio postale"),
        ("ja", "防災倉庫"),
        ("ja", "大規模太陽光発電所"),
        ("ko", "태양광발전소"),
        ("th", "นิคมอุตสาหกรรมบางปู โรงงาน 5"),
        ("vi", "Textilfabrik"),
    ],
)
def test_a_word_within_another_or_in_another_language_tells_nothing(heritage_in, language, name):
    assert fired(heritage_in(language), {"building": "yes", "name": name}) == set()


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("es", "Taller Central"),
        ("es", "Nave 4"),
        ("it", "Officina 8"),
        ("pl", "Zakład nr 2"),
        ("pl", "Magazyn 3"),
        ("pt", "Oficina do Rossio"),
        ("pt", "Usina"),
        ("id", "Bengkel Jaya"),
        ("ru", "Склад № 5"),
        ("ru", "Цех 2"),
        ("fr", "Atelier Sud"),
        ("fr", "Moulin Rouge"),
        ("en", "Albion Works"),
        ("en", "The Mill"),
        ("ko", "제1공장"),
        ("ja", "第2工場"),
    ],
)
def test_an_ambiguous_word_counts_beside_an_industrial_tag_alone(heritage_in, language, name):
    assert fired(heritage_in(language), {"building": "yes", "name": name}) == set()
    assert len(fired(heritage_in(language), {"building": "industrial", "name": name})) == 2


def test_a_name_in_another_language_and_an_old_name_are_read(heritage_in):
    heritage = heritage_in("vi", "en")
    assert fired(heritage, {"building": "yes", "name": "X", "name:fi": "Kaapelitehdas"}) == {"name_factory"}
    assert fired(heritage, {"building": "yes", "name": "X", "old_name:de": "Brauerei"}) == {"old_name_industry"}
    assert fired(heritage, {"building": "yes", "old_name": "Brauerei"}) == set()


def test_an_exception_in_a_name_of_today_does_not_silence_an_old_name(heritage_in):
    tags = {"building": "yes", "name": "东方国际物流集团", "old_name": "中国银行仓库"}
    assert fired(heritage_in("zh"), tags) == {"old_name_industry"}
    assert fired(heritage_in("zh"), {**tags, "old_name": "第三棉纺厂宿舍"}) == set()
    assert fired(heritage_in("zh"), {"building": "yes", "name": "棉纺厂", "name:en": "Cotton Mill Apartments"}) == set()


# ---------------------------------------------------------------- wrong files

EN = "language: English\nwords: {factory: [factory]}\n"
GOOD = "language: German\nwords: {factory: [-fabrik]}\nambiguous: {factory: [werk]}\n"


@pytest.fixture
def folder(tmp_path):
    def write(german=GOOD, english=EN):
        for code, text in (("de", german), ("en", english)):
            if text:
                (tmp_path / f"{code}.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_the_good_files_are_good(folder):
    assert read_words(folder()).of(["factory"]) == (
        {"de": ["-fabrik"], "en": ["factory"]},
        {"de": ["werk"], "en": []},
    )


@pytest.mark.parametrize(
    ("german", "said"),
    [
        (GOOD.replace("{factory: [-fabrik]}", "{facotry: [-fabrik]}"), ["de.yaml", "facotry", "did you mean factory"]),
        (GOOD.replace("-fabrik", '"厂("'), ["de.yaml", "words.factory", "厂("]),
        (GOOD.replace("-fabrik", '"-"'), ["de.yaml", "words.factory", "holds no word"]),
        (GOOD.replace("[werk]", "[-werk]"), ["de.yaml", "ambiguous.factory", "-werk", "hyphen"]),
        (GOOD.replace("ambiguous", "ambigous"), ["de.yaml", "ambigous"]),
        (GOOD.replace("language: German", ""), ["de.yaml", "language"]),
        (GOOD.replace("[-fabrik]", "-fabrik"), ["de.yaml", "words.factory"]),
        ("words: [", ["de.yaml", "YAML"]),
        ("", ["no file en.yaml"]),
    ],
)
def test_a_wrong_file_is_refused_by_name(folder, german, said):
    with pytest.raises(InputError) as caught:
        read_words(folder(german, EN if german else ""))
    assert [one for one in said if one not in str(caught.value)] == [], str(caught.value)


def test_a_file_that_is_not_named_by_a_language_is_refused(folder):
    (folder() / "german.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(InputError, match=r"german\.yaml: .*code"):
        read_words(folder())


def test_a_taxonomy_that_names_a_group_without_words_is_refused(tmp_path):
    (tmp_path / "words").mkdir()
    (tmp_path / "words/en.yaml").write_text(EN, encoding="utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text(
        "classes: {mill: Mill}\ndefault_class: mill\nrules:\n"
        "  - {id: one, weight: 0.5, reason: because, anchor: true, names: [factroy]}\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match=r"mine\.yaml: rule one: .*factroy.*did you mean factory"):
        read_taxonomy(path)


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Diêm Thống Nhất", "", True),
        ("Diem Thong Nhat", "", True),  # nobody says in what language, and it has no accents
        ("Diem Thong Nhat", "vi", True),
        ("Doan Thi Diem Primary School", "en", False),
        ("Thong Nhat match works", "en", True),
    ],
)
def test_accents_are_left_out_in_names_of_their_own_language_alone(text, language, found):
    words = WordList({"vi": ["diêm"], "en": ["match"]}, languages=("vi", "en"))
    assert words.found_in(text, language=language) is found
