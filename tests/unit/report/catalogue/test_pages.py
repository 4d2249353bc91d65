"""What pages of places tell: whether a place is there, outside the study area, not ranked; in which language."""

import base64
import hashlib
import json
import re
from html import unescape

import catalogued
import pandas as pd
import pytest
from packed import table

from creative_nodes.common import LANGUAGES

SAID = "Nov 2025: https://vnexpress.net/a-1.html, 25 Nov 2025 (4985697); thanhnien.vn/b-2.htm, 1 Dec 2025; tuoitre.vn"
FIRST = "look first whether the place is there already"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A space outside, one that its source numbers, a site (named in Chinese) out of reach, one of several sources."""
    made, frames = tmp_path_factory.mktemp("pages"), catalogued.frames_of()
    tag = "x-vissan: OpenStreetMap way/1491381410; https://example.org (company history)"
    numbered = {"space_id": "c-r-vissan", "registry_id": "x-vissan", "osm_ids": [], "name": "Vissan", "tier": "core"}
    numbered |= {"domain": "creative_hub", "confidence": 0.8, "geometry": catalogued.POINT}
    first, second = catalogued.spaces()
    spaces = [first | {"inside": False}, second, numbered | {"evidence": catalogued.proof("registry", "", tag)}]
    frames["creative"] = table("creative", spaces)
    frames["heritage"].loc[0, "status_source"] = SAID
    frames["heritage"].loc[1, "name"] = "砖厂"
    frames["candidates"].loc[1, ["reachable", "unreachable_reason"]] = [False, "nearest street 975 m away"]
    frames["scores"] = frames["scores"].iloc[:1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogued, "frames_of", lambda: frames)
        catalogued.write(made, told=True)
    return made / "catalogue"


def page_of(folder, path):
    return (folder / "x" / f"{path}.html").read_text(encoding="utf-8")


def english(page):
    return unescape(page[page.index('<article lang="en"') :])


# ---------------------------------------------------------------- add or mend


def test_every_page_to_add_a_place_says_to_look_first(folder):
    pages = [english(path.read_text(encoding="utf-8")) for path in (folder / "x").rglob("*.html")]
    added = [page for page in pages if "Add this place" in page]
    assert len(added) == 2 and all(FIRST in page for page in added)
    assert not any(FIRST in page for page in pages if "Mend this place" in page)


def test_a_place_whose_source_is_an_osm_object_is_mended_there(folder):
    page = english(page_of(folder, "space/c-r-vissan"))
    assert "Add this place" not in page and "Add it in" not in page and "Tags to copy" not in page
    assert '<a href="https://www.openstreetmap.org/way/1491381410">OpenStreetMap way/1491381410</a>' in page
    assert "/edit?editor=id&way=1491381410#map=19/" in page and "its source names the object" in page


# ---------------------------------------------------------------- who says so


def test_a_sentence_stays_whole_and_its_addresses_are_links_where_they_stand(folder):
    page = english(page_of(folder, "site/h-1"))
    assert SAID in re.sub("<[^>]+>", "", page)
    assert (
        '<a href="https://vnexpress.net/a-1.html" rel="noopener noreferrer">https://vnexpress.net/a-1.html</a>,' in page
    )
    assert '<a href="https://thanhnien.vn/b-2.htm" rel="noopener noreferrer">thanhnien.vn/b-2.htm</a>, 1 Dec' in page
    assert '"https://tuoitre.vn' not in page


# ---------------------------------------------------------------- where it lies, and its rank


def test_a_space_outside_the_study_area_says_so_and_the_list_counts_it_apart(folder):
    said = "This place lies outside the study area."
    assert said in english(page_of(folder, "space/c-n7")) and said not in english(page_of(folder, "space/c-r-vissan"))
    told = "Of the creative spaces 2 lie in the study area and 1 around it."
    assert told in english(page_of(folder, "index"))


def test_a_site_without_a_rank_says_why(folder):
    page = english(page_of(folder, "site/h-2"))
    assert "Why it is not ranked</dt><dd>nearest street 975 m away" in page
    assert "Why it is not ranked" not in english(page_of(folder, "site/h-1"))


# ---------------------------------------------------------------- files and languages


def test_the_data_package_names_the_encoding_that_the_csv_files_have(folder):
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    told = {one["path"]: one["encoding"] for one in package["resources"] if one["format"] == "csv"}
    for path, encoding in told.items():
        assert (folder / path).read_bytes().startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
        assert not pd.read_csv(folder / path, encoding=encoding).columns[0].startswith("\ufeff")


@pytest.mark.parametrize("path", ["../index", "index", "space/c-n7", "site/h-1", "online/x-web"])
def test_every_page_may_run_the_script_that_chooses_its_language_and_has_a_title_for_each(folder, path):
    page = page_of(folder, path)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert "navigator.languages" in script
    known = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{known}'" in unescape(page)
    titles = dict(re.findall(r'<article lang="(\w+)" data-title="([^"]*)"', page))
    assert [*titles] == ["vi", "zh", "en"] and all(titles.values())
    assert f"<title>{titles['en']}</title>" in page
    if path.endswith("index"):
        assert len(set(titles.values())) == len(LANGUAGES)


SPELT = '<span class="small" lang="zh-Latn-pinyin">Zhuanchang</span>'
PINYIN = "zh-Latn-pinyin"


def test_a_name_in_chinese_characters_alone_is_spelt_in_pinyin_in_a_chinese_city(tmp_path, monkeypatch):
    # a works without another name, one with an English name, and a space whose name is English
    frames = catalogued.frames_of()
    names = [{"name": "砖厂"}, {"name": "砖厂", "name_en": "Brick Works"}]
    site = {"evidence": "[]", "osm_ids": ["way/9"], "geometry": catalogued.POINT}
    frames["heritage"] = table("heritage", [{"site_id": f"h-{i + 1}", **site, **one} for i, one in enumerate(names)])
    space, *_ = catalogued.spaces()
    frames["creative"] = table("creative", [space | {"name": "Brick Works", "name_vi": "", "name_zh": ""}])
    monkeypatch.setattr(catalogued, "frames_of", lambda: frames)
    catalogued.write(tmp_path, country="CN", told=True)
    index, alone, both, english_name = (
        english(page_of(tmp_path / "catalogue", path)) for path in ("index", "site/h-1", "site/h-2", "space/c-n7")
    )
    assert index.count(PINYIN) == index.count(SPELT) == 1
    assert '<span lang="zh-Latn-pinyin">Zhuanchang</span> <span class="small">(pinyin)</span>' in alone
    assert PINYIN not in both + english_name


def test_a_name_in_chinese_characters_is_not_spelt_in_pinyin_in_another_country(folder):
    for path in ("index", "site/h-2"):
        page = english(page_of(folder, path))
        assert "砖厂" in page and PINYIN not in page
