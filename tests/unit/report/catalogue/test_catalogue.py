"""The open catalogue, read with what we did not write: frictionless, pyshacl, pystac's schemas, GDAL, html.parser."""

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import catalogued
import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import yaml

from creative_nodes.common import LANGUAGES, InputError, speaking, tables, translated
from creative_nodes.locate import read_taxonomy
from creative_nodes.report.catalogue import places
from creative_nodes.report.catalogue.facets import NOT_KNOWN, OF_SPACES, Told, read_facets, words_of
from creative_nodes.report.catalogue.files import FILED, FORMATS, ONLINE, RANKED, write_table
from creative_nodes.report.city import sites
from creative_nodes.report.gis.layers import flat, with_rank
from creative_nodes.report.licences import licence_of
from creative_nodes.report.pack import is_formula
from creative_nodes.report.tables import TABLES

ROOT = Path(__file__).parents[4]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
SHAPES = ROOT / "tests/data/shapes/catalogue.ttl"
PAGES = ("index.html", "item.json")  # beside the tables in the folder of a city
SHOWN = [name for name, frame in catalogued.frames_of().items() if TABLES[name].has_geometry and name != "places"]


@pytest.fixture(scope="module")
def made(plain):
    frames, _, folder = plain
    return frames, folder


@pytest.fixture(scope="module")
def facets():
    return read_facets(catalogued.FACETS).facets


def sorted_rows(frame):
    """Put rows in one order: the index of a FlatGeobuf sorts them by place."""
    return frame.assign(wkt=frame.geometry.to_wkt()).sort_values([frame.columns[0], "wkt"]).reset_index(drop=True)


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize("name", [*SHOWN, FILED.name])
@pytest.mark.parametrize(("ending", "within"), [("fgb", 0.0), ("geojson", 1e-7)])
def test_gdal_reads_every_table_back_as_it_was(made, name, ending, within):
    frames, folder = made
    whole = frames[name] if name in frames else tables.read(FILED, folder / f"x/{name}.parquet")
    if name == RANKED.name:
        whole = with_rank(whole, frames["scores"])
    want, got = flat(whole), pyogrio.read_dataframe(folder / f"x/{name}.{ending}")
    assert len(got) == len(want) and got.crs.to_epsg() == 4326
    if want.empty:
        return
    assert [*got.columns] == [*want.columns]
    if within == 0.0:
        want, got = sorted_rows(want), sorted_rows(got)
    for column in want.columns.drop("geometry"):
        if not pd.api.types.is_numeric_dtype(want[column]):
            assert got[column].fillna("").tolist() == want[column].fillna("").tolist(), column
        else:
            told, read = (one[column].astype("Float64").astype(float) for one in (want, got))
            pd.testing.assert_series_equal(read, told, check_names=False)
    assert got.geometry.normalize().geom_equals_exact(want.geometry.normalize(), within, align=False).all()


def test_no_cell_of_a_csv_file_is_run_as_a_formula(made):
    cells = {}
    for path in (made[1] / "x").glob("*.csv"):
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        cells[path.name] = [text for column in rows for text in rows[column]]
        started = [text for text in cells[path.name] if is_formula(text)]
        assert all(pd.notna(pd.to_numeric(text, errors="coerce")) for text in started), (path.name, started)
    # a name that begins as one is there, as text
    assert f"'{catalogued.FORMULA}" in cells["creative.csv"]


def test_the_parquet_files_are_those_of_the_run(made):
    frames, folder = made
    for name in frames:
        copied = folder / f"x/{name}.parquet"
        assert copied.exists() == (name not in ("places", "registry", "imports"))
        if copied.exists() and name != RANKED.name:
            own = folder.parent / f"tables/{name}.parquet"
            assert pq.read_table(copied).equals(pq.read_table(own))
            note = tables.provenance(copied)
            assert note.pop("licence") and note == tables.provenance(own)
    assert gpd.read_parquet(folder / "x/filed_places.parquet")["page"].map(lambda page: (folder / page).is_file()).all()


@pytest.mark.parametrize("fictional", [True, False])
def test_every_file_but_csv_says_under_what_it_is(made, tmp_path, fictional):
    area, told = made[0]["study_area"], str(licence_of(fictional=fictional))
    write_table(TABLES["study_area"], area, {"source": "S"}, folder=tmp_path, terms=told)
    assert ("OpenStreetMap" in told) != fictional and ("MIT" in told) == fictional
    note = tables.provenance(tmp_path / "study_area.parquet")
    assert (note["licence"], note["source"]) == (told, "S")
    for ending in ("geojson", "fgb"):
        layer = pyogrio.read_info(tmp_path / f"study_area.{ending}")["layer_metadata"]
        assert layer["DESCRIPTION"].endswith(told) and layer["DESCRIPTION"].startswith(TABLES["study_area"].row)


def test_candidates_come_with_rank_and_score_in_every_format(made):
    # as in the CSV files and the GeoPackage: who takes one file along does not join another first
    frames, folder = made
    known = frames["scores"].set_index("site_id")[["rank", "score"]].astype(float)
    for ending in FORMATS:
        path = folder / f"x/candidates.{ending}"
        readers = {"csv": pd.read_csv, "parquet": gpd.read_parquet}
        found = readers.get(ending, pyogrio.read_dataframe)(path).set_index("site_id")
        assert [*found.columns[:2]] == ["rank", "score"]
        pd.testing.assert_frame_equal(found[["rank", "score"]].astype(float).sort_index(), known.sort_index())


def test_the_same_tables_give_the_same_bytes(made, tmp_path):
    catalogued.write(tmp_path)
    files = {path.relative_to(made[1]): path.read_bytes() for path in made[1].rglob("*") if path.is_file()}
    again = tmp_path / "catalogue"
    assert {path.relative_to(again): path.read_bytes() for path in again.rglob("*") if path.is_file()} == files


# ---------------------------------------------------------------- metadata


def test_frictionless_finds_the_data_package_valid_and_a_changed_file_not(made, tmp_path):
    from frictionless import Package

    shutil.copytree(made[1], tmp_path / "catalogue")
    path = tmp_path / "catalogue/datapackage.json"
    report = Package(str(path)).validate()
    assert report.valid, report.flatten(["name", "message"])
    listed = {one["path"] for one in json.loads(path.read_text(encoding="utf-8"))["resources"]}
    there = {one for one in (tmp_path / "catalogue/x").iterdir() if one.is_file() and one.name not in PAGES}
    assert listed == {f"x/{one.name}" for one in there}
    spoilt = tmp_path / "catalogue/x/creative.csv"
    spoilt.write_text(spoilt.read_text(encoding="utf-8").replace(",0.8,", ",1.8,"), encoding="utf-8")
    (changed,) = (one for one in Package(str(path)).resources if one.path == "x/creative.csv")
    kinds = {error[0] for error in changed.validate().flatten(["type"])}
    assert {"constraint-error", "hash-count"} <= kinds


def graph_of(content):
    import rdflib

    return rdflib.Graph().parse(data=json.dumps(content), format="json-ld", publicID="https://example.org/c/catalog")


def test_the_dcat_keeps_the_shapes_and_names_the_files(made):
    import pyshacl
    import rdflib

    content = json.loads((made[1] / "catalog.jsonld").read_text(encoding="utf-8"))
    found = graph_of(content)
    conforms, _, said = pyshacl.validate(found, shacl_graph=str(SHAPES), shacl_graph_format="turtle")
    assert conforms, said
    dcat = rdflib.Namespace("http://www.w3.org/ns/dcat#")
    files = {str(url).removeprefix("https://example.org/c/") for url in found.objects(None, dcat.downloadURL)}
    assert files == {f"x/{one.name}" for one in (made[1] / "x").iterdir() if one.is_file() and one.name not in PAGES}
    del content["dcat:dataset"][0]["dct:license"]
    assert not pyshacl.validate(graph_of(content), shacl_graph=str(SHAPES), shacl_graph_format="turtle")[0]


# ---------------------------------------------------------------- facets


@pytest.mark.parametrize(
    ("facet", "told", "words"),
    [
        ("unesco_domain", Told([], ["gallery"], "visual_arts"), "C. Visual arts and crafts"),
        ("unesco_domain", Told([], ["design_office"], "design_craft"), "F. Design and creative services"),
        ("unesco_domain", Told([], ["arts_centre"], "visual_arts"), NOT_KNOWN),
        ("unesco_domain", Told([], [], "design_craft"), NOT_KNOWN),
        ("cultural_industry", Told([{"office": "architect"}], ["design_office"], "design_craft"), "Architecture"),
        ("cultural_industry", Told([{"studio": "film;television"}]), "Cinema; Television and radio"),
        ("cultural_industry", Told([{}], ["library"], "books_press"), NOT_KNOWN),
        ("role", Told([], tier="supporting"), "Gathering"),
        ("owner", Told([{"operator:type": "government"}]), "Public"),
        ("owner", Told([{}, {"ownership": "private"}]), "Private"),
        ("owner", Told([{"operator": "People's Committee", "operator:type": "odd"}]), NOT_KNOWN),
    ],
)
def test_a_place_is_filed_by_what_is_tagged_and_never_guessed(facets, facet, told, words):
    assert words_of(facets[facet], facets[facet].filed(told)) == words


def test_the_file_of_facets_names_rules_and_classes_that_there_are(facets):
    taxonomy = read_taxonomy(ROOT / "config/taxonomy/creative_spaces.yaml")
    for facet in facets.values():
        assert set(facet.by_rule) <= set(taxonomy.rules)
        assert set(facet.by_class) <= set(taxonomy.classes)
    assert [words[0] for words in facets["unesco_domain"].values.values()] == [*"ABCDEF"]
    assert len(facets["cultural_industry"].values) == 12
    assert {*facets} < {column.name for column in FILED.columns}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("by_tier", {"core": ["making"]}, "making is not one of production, distribution, gathering"),
        ("by_tag", {"gathering": ["amenity"]}, "must look like key=value"),
        ("by_ter", {}, "did you mean by_tier?"),
    ],
)
def test_a_bad_file_of_facets_is_told(tmp_path, key, value, said):
    content = yaml.safe_load(catalogued.FACETS.read_text(encoding="utf-8"))
    content["facets"]["role"][key] = value
    path = tmp_path / "facets.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    with pytest.raises(InputError, match=r"facets.yaml: facets\.role") as error:
        read_facets(path)
    assert said in str(error.value)


def test_those_who_counted_the_residents_are_named_wherever_the_map_is(made):
    folder, told = made[1], f"Residents of Brick Town: {catalogued.COUNTED}"
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert [one["title"] for one in package["sources"]][:2] == ["© OpenStreetMap contributors", told]
    for name in ("datapackage.json", "catalog.jsonld", "collection.json", "x/item.json"):
        assert f"© OpenStreetMap contributors; {told}" in (folder / name).read_text(encoding="utf-8")
    for page in folder.rglob("*.html"):
        if "OpenStreetMap contributors" in page.read_text(encoding="utf-8"):
            assert told in Seen(page).text, page


# ---------------------------------------------------------------- pages


class Seen(HTMLParser):
    """The elements, addresses and text of a page."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.links, self.text, self.articles = set(), [], "", []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.articles += [value for name, value in attributes if tag == "article" and name == "lang"]
        self.links += [value for name, value in attributes if name in ("href", "src")]

    def handle_data(self, data):
        self.text += data


def test_a_page_has_names_tags_and_licence_as_text_and_no_script_of_theirs(made):
    seen = Seen(made[1] / "x/space/c-n7.html")
    assert not seen.tags & {"img", "link", "iframe"}
    assert (made[1] / "x/space/c-n7.html").read_text(encoding="utf-8").count("<script>") == 1
    for words in (catalogued.HOSTILE, "Nhà Gạch", "砖房子", "operator:type=community", "© OpenStreetMap contributors"):
        assert words in seen.text
    assert "Community" in seen.text and "Fine arts, photography and exhibitions" in seen.text
    assert "https://opendatacommons.org/licenses/odbl/1-0/" in seen.links
    assert "https://www.openstreetmap.org/node/7" in seen.links


def test_a_candidate_site_is_filed_by_its_owner_alone(made):
    seen = Seen(made[1] / "x/site/h-1.html")
    assert "Owner" in seen.text and "UNESCO domain" not in seen.text
    filed = gpd.read_parquet(made[1] / "x/filed_places.parquet").set_index("id")
    assert filed.loc["h-1", ["unesco_domain", "cultural_industry", "role"]].unique().tolist() == [OF_SPACES]
    assert filed.loc["h-1", "owner"] == NOT_KNOWN


def test_every_page_names_the_licence_and_its_links_lead_to_files(made):
    pages = [*made[1].rglob("*.html")]
    assert len(pages) == 3 + 2 + 2 + 1
    for path in pages:
        seen = Seen(path)
        if path.name != "dictionary.html":
            assert "© OpenStreetMap contributors" in seen.text and "MIT" in seen.text
        for link in seen.links:
            parts = urlsplit(link)
            assert parts.scheme == "https" or (path.parent / (parts.path or path.name)).is_file(), link


def edits(seen):
    return {link for link in seen.links if "/edit?" in link}


def test_a_mapped_place_is_mended_at_its_object_and_another_added_at_its_spot(made):
    (edit,) = edits(Seen(made[1] / "x/space/c-n7.html"))
    assert parse_qs(urlsplit(edit).query) == {"editor": ["id"], "node": ["7"]}
    at = parse_qs(urlsplit(edit).fragment)
    assert at["map"] == ["19/21.031235/105.841234"] and at["hashtags"] == ["#creative-nodes"]
    assert at["comment"] == [f"Mend {catalogued.HOSTILE}"]
    other = Seen(next((made[1] / "x/space").glob("c-r-*.html")))
    (edit,) = edits(other)
    assert edit.startswith("https://www.openstreetmap.org/edit?editor=id#map=19/")
    assert "amenity=arts_centre" in other.text and "name=" in other.text


def test_a_place_that_osm_numbers_otherwise_is_added_at_its_spot_and_the_page_says_why(made):
    seen = Seen(made[1] / "x/site/h-2.html")
    (edit,) = edits(seen)
    assert edit.startswith("https://www.openstreetmap.org/edit?editor=id#map=19/21.020000/105.850000&comment=Add")
    assert not [link for link in seen.links if link.startswith("https://www.openstreetmap.org/way/")]
    assert "OpenStreetMap has no object with this number" in seen.text
    assert "landuse=industrial" in seen.text and "building=warehouse" in seen.text
    # nothing of that is said of a place that OSM has
    assert "no object with this number" not in Seen(made[1] / "x/site/h-1.html").text


def test_a_site_tells_who_shares_its_ground_and_what_is_inferred_in_the_words_of_the_workbook(made):
    seen = Seen(made[1] / "x/site/h-2.html")
    for code in LANGUAGES:
        with speaking(code):
            assert sites.shared_ground(["Xưởng"], "street") in seen.text
            assert sites.site_area(12_000.0, "street") in seen.text
            assert translated("vacated") in seen.text
    assert "../site/h-1.html" in seen.links and "../site/h-1.html#lang=vi" in seen.links
    # where the residents come from is spoken too, and an address can be opened
    assert "https://example.org/list" in seen.links and "(2025) (2025)" not in seen.text
    assert "1936" in seen.text and "inferred" not in Seen(made[1] / "x/site/h-1.html").text


def test_the_list_asks_sites_for_no_facet_of_creative_spaces(made):
    listed = (made[1] / "x/index.html").read_text(encoding="utf-8")
    assert '<td data-is="of_spaces">–</td>' in listed and 'value="of_spaces"' not in listed
    assert OF_SPACES not in Seen(made[1] / "x/index.html").text


def test_each_page_but_the_dictionary_speaks_three_languages_english_last(made):
    for path in made[1].rglob("*.html"):
        seen = Seen(path)
        assert seen.articles == ([] if path.name == "dictionary.html" else ["vi", "zh", "en"])


def test_a_space_that_is_online_only_has_a_page_and_a_table_and_no_place(made):
    folder = made[1]
    seen = Seen(folder / "x/online/x-web.html")
    assert "img" not in seen.tags and "https://example.org/rooms?a=1" in seen.links
    assert not [link for link in seen.links if "/edit?" in link or "/note/" in link]
    assert (
        catalogued.HOSTILE in seen.text and "none: it exists online alone" in seen.text and "Distribution" in seen.text
    )
    assert {path.suffix for path in (folder / "x").glob("online_spaces.*")} == {".csv", ".parquet"}
    (row,) = tables.read(ONLINE, folder / "x/online_spaces.parquet").to_dict("records")
    assert (row["id"], row["web"], row["page"]) == ("x-web", "https://example.org/rooms?a=1", "x/online/x-web.html")
    assert (folder / row["page"]).is_file() and (row["role"], row["owner"]) == ("Distribution", NOT_KNOWN)
    # no file with a shape holds it, and the list of places can be filtered by its kind
    for path in (folder / "x").glob("*.geojson"):
        assert "x-web" not in path.read_text(encoding="utf-8")
    listed = (folder / "x/index.html").read_text(encoding="utf-8")
    assert 'data-is="online"' in listed and "online_spaces.csv" in listed
    assert "online_spaces" in Seen(folder / "dictionary.html").text


def test_a_catalogue_without_spaces_that_are_online_only_has_no_table_of_them(tmp_path, monkeypatch):
    first = catalogued.known()[:1]
    monkeypatch.setattr(catalogued, "known", lambda: first)
    catalogued.write(tmp_path, told=True)
    assert not list((tmp_path / "catalogue/x").glob("online*"))
    assert "online" not in (tmp_path / "catalogue/datapackage.json").read_text(encoding="utf-8")


def test_a_made_up_town_leads_nobody_to_the_map(tmp_path):
    catalogued.write(tmp_path, fictional=True, told=True)
    seen = Seen(tmp_path / "catalogue/x/space/c-n7.html")
    assert not [link for link in seen.links if "openstreetmap.org" in link]
    assert "does not exist" in seen.text and "OpenStreetMap contributors" not in seen.text


def test_an_address_is_stable_and_stays_in_its_folder():
    assert places.file_name("c-n1000087403") == "c-n1000087403"
    assert places.file_name("c-r-../../evil") == "c-r-_2e__2e__2f__2e__2e__2f_evil"
    long = {places.file_name("c-r-" + "ệ" * 90 + end) for end in "ab"}
    assert len(long) == 2 and all(len(name) < 120 for name in long)
