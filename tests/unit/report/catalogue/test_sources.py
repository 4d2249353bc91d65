"""Every source of a city's tables is named with its licence, and no position of others is led into OpenStreetMap."""

import json
from html import unescape

import catalogued
import pandas as pd
import pyogrio
import pytest
from packed import table

from creative_nodes.common import speaking, tables
from creative_nodes.report.catalogue import sources, tell
from creative_nodes.report.catalogue.facets import read_facets

LISTED = f"works_bd09.csv: 砖厂; relic_point; {catalogued.LIST}"
LISTS = {"works_bd09.csv": catalogued.LIST, "free.csv": "Works of Brick by the city, CC0"}
NAMED = (
    f"Residents of Brick Town: {catalogued.COUNTED}",
    f"List of sites for Brick Town: {catalogued.LIST} (licence not known)",
    "Links, pictures and years for Brick Town: Wikidata, items of Brick, CC0",
    f"Timetables of Brick Town: {catalogued.FEED}",
    "Registry of known sites for Brick Town: facts gathered for this project",
)


@pytest.fixture(scope="module")
def folder(plain):
    return plain[2]


@pytest.mark.parametrize(
    "name", ["datapackage.json", "catalog.jsonld", "collection.json", "x/item.json", "LICENCES.txt"]
)
def test_every_source_is_named_with_its_licence_in_what_machines_read(folder, name):
    content = (folder / name).read_text(encoding="utf-8")
    for said in NAMED:
        assert said in content
    assert "OSM (licence" not in content


def test_every_source_is_named_with_its_licence_inside_the_files(folder):
    inside = [tables.provenance(folder / "x/heritage.parquet")["licence"]]
    for ending in ("geojson", "fgb"):
        inside.append(pyogrio.read_info(folder / f"x/heritage.{ending}")["layer_metadata"]["DESCRIPTION"])
    for told in inside:
        assert "Open Database License" in told and all(said in told for said in NAMED)


def test_every_source_is_named_on_the_pages_in_their_language(folder):
    for name in ("index.html", "x/index.html", "x/site/h-1.html"):
        page = unescape((folder / name).read_text(encoding="utf-8"))
        for said in NAMED:
            assert said in page, name
    (feed,) = [one for one in sources.sources_of(catalogued.frames_of(), fictional=False) if one.kind == sources.FEED]
    with speaking("vi"):
        said = feed.line("Brick Town")
    assert said != NAMED[3] and said in unescape((folder / "x/index.html").read_text(encoding="utf-8"))


def test_the_data_package_lists_a_source_an_entry_and_dcat_a_statement_each(folder):
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    titles = [one["title"] for one in package["sources"]]
    assert len(titles) == len(set(titles)) == 7
    content = json.loads((folder / "catalog.jsonld").read_text(encoding="utf-8"))
    for one in content["dcat:dataset"]:
        assert [said["rdfs:label"]["@value"] for said in one["dct:provenance"]] == titles


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("A list of 2019", "A list of 2019 (licence not known)"),
        ("A list, cc by-sa 4.0", "A list, cc by-sa 4.0"),
        ("Items, CC0", "Items, CC0"),
        ("Summit of CC", "Summit of CC (licence not known)"),
    ],
)
def test_a_source_that_names_no_licence_says_so(words, told):
    assert sources.Source(sources.LIST, words).told == told


# ---------------------------------------------------------------- positions of others


def page_of(folder, site_id):
    return unescape((folder / f"x/site/{site_id}.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("tag", "osm_ids", "withheld"),
    [
        (LISTED, [], catalogued.LIST),
        (LISTED, ["way/9"], ""),
        ("free.csv: Works; Works of Brick by the city, CC0", [], ""),
        ("gone.csv: Works", [], ""),
    ],
)
def test_a_position_of_a_list_is_withheld_unless_its_licence_allows_it(tag, osm_ids, withheld):
    ground = tell.Ground(read_facets(catalogued.FACETS), {}, {}, True, LISTS)
    (row,) = tell.rows(
        pd.DataFrame([{"osm_ids": osm_ids, "evidence": catalogued.proof("import", "", tag)}]).assign(registry_id="")
    )
    assert ground.withheld(row) == withheld


@pytest.fixture(scope="module")
def placed(tmp_path_factory):
    """Write a works that a list places, a space of the same row of the registry, and a works that a row places."""
    folder, frames = tmp_path_factory.mktemp("placed"), catalogued.frames_of()
    row = {"registry_id": "x-works", "in_osm": False, "osm_ids": [], "name": "Xưởng", "geometry": catalogued.POINT}
    listed = {**row, "site_id": "h-1", "evidence": catalogued.proof("import", "", LISTED)}
    told = {**row, "site_id": "h-2", "evidence": "[]", "registry_id": "x-paper"}
    frames["heritage"] = table("heritage", [listed, told])
    space = {**row, "space_id": "c-r-works", "tier": "core", "confidence": 0.8, "domain": "creative_hub"}
    frames["creative"] = table("creative", [*catalogued.spaces(), {**space, "evidence": "[]"}])
    works, web = catalogued.known()
    paper = works | {"registry_id": "x-paper", "position_source": "a paper map of bricks"}
    frames["registry"] = table("registry", [works, paper, web])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogued, "frames_of", lambda: frames)
        catalogued.write(folder, told=True)
    return folder / "catalogue"


def test_the_page_of_a_place_that_a_map_service_places_gives_no_link_to_the_editor(placed):
    # the works is in a list, and in the registry with the position of the list; the space of the same row is there too
    for path in ("site/h-1", "space/c-r-works"):
        page = unescape((placed / f"x/{path}.html").read_text(encoding="utf-8"))
        assert "/edit?" not in page and "/note/new" not in page
        assert f"Its position is of {catalogued.LIST}, which OpenStreetMap may not take over" in page
    # of another place without an object the position is not the list's
    (other,) = (placed / "x/space").glob("c-r-_*.html")
    assert "/edit?" in other.read_text(encoding="utf-8")


def test_the_page_of_a_row_whose_position_the_registry_has_of_others_names_them(placed):
    page = page_of(placed, "h-2")
    assert "/edit?" not in page and "/note/new" not in page
    assert "Its position is of a paper map of bricks, which OpenStreetMap may not take over" in page
