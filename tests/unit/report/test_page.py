"""The written pages, parsed as a browser would."""

import hashlib
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import made_up

from creative_nodes.report import maps, page, view

ROOT = Path(__file__).parents[3]
ASSETS = ROOT / "src" / "creative_nodes" / "report" / "assets"


class Parsed(HTMLParser):
    """Elements, their attributes, and the text of each script."""

    def __init__(self, html: str):
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.scripts: list[str] = []
        self.text: list[str] = []
        self.open = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.open = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self.open = ""

    def handle_data(self, data):
        if self.open == "script":
            self.scripts[-1] += data
        elif self.open != "style":
            self.text.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    return made_up.city_html(ROOT, tmp_path_factory.mktemp("made-up"), made_up.frames())


@pytest.fixture(scope="module")
def parsed(html):
    return Parsed(html)


def test_hostile_names_add_no_element(parsed):
    assert len(parsed.all("script")) == 4  # data, Leaflet, map, page
    assert parsed.all("img") == []
    assert all(not key.startswith("on") for _, attributes in parsed.elements for key in attributes)


def test_hostile_names_stand_as_text(parsed):
    text = "".join(parsed.text)
    for name in made_up.HOSTILE:
        assert name in text
    assert "49" not in re.findall(r"\b49\b", text)  # {{7*7}} was not worked out


def test_the_data_block_is_json_that_cannot_end_its_script(parsed, html):
    block = json.loads(parsed.scripts[0])
    assert block["sites"][0]["name"] == made_up.HOSTILE[0]
    raw = html.split('id="data">')[1].split("</script>")[0]
    assert not set("<>&\u2028\u2029") & set(raw)
    assert len(block["sites"]) == 32


def test_the_map_script_carries_no_text_of_the_data(parsed):
    script = parsed.scripts[2]
    assert "alert(1)" not in script and "Works" not in script and "Studio" not in script


def test_the_map_offers_the_completeness_of_mapping_switched_off(parsed):
    block, script = json.loads(parsed.scripts[0]), parsed.scripts[2]
    assert [one[0] for one in block["hexagons"]] == ["thin", "fair", "good"]
    assert "How complete is the mapping" in script
    for i, grade in enumerate(("thin", "fair", "good")):
        drawn = re.search(rf"var shapes_mapping_{grade} = L\.geoJSON\((.*?), \{{\n", script)
        features = json.loads(drawn[1])["features"]
        assert [feature["properties"] for feature in features] == [{"i": i}]
    assert "feature_group_mapping.addTo(map_city)" not in script  # it waits in the legend
    assert ": feature_group_mapping," in script


def test_rows_of_sites_in_thin_mapping_say_so(parsed):
    block = json.loads(parsed.scripts[0])
    ranked = [site for site in block["sites"] if "rank" in site]
    assert "".join(parsed.text).count("thinly mapped") == sum("thin" in site for site in ranked) > 0


def test_safe_json_round_trips_and_escapes():
    hostile = {"a": ["</script>", "<!--", "&amp;", "\u2028\u2029", '"};alert(1)//']}
    text = str(page.safe_json(hostile))
    assert json.loads(text) == hostile
    assert not set("<>&\u2028\u2029") & set(text)


def test_links_lead_to_the_web_or_to_pages_beside_this_one_only(parsed):
    for attributes in parsed.all("a"):
        assert re.match(r"(https://|index\.html|#)", attributes["href"])


def test_nothing_is_fetched(parsed, html):
    assert all("src" not in attributes for attributes in parsed.all("script"))
    assert parsed.all("link") == []
    assert "url(" not in html.split("</style>")[0].replace("url(#", "")
    policy = next(a["content"] for a in parsed.all("meta") if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'") and "http" not in policy
    assert "tile.openstreetmap.org" not in html


def test_online_tiles_only_when_asked_for(tmp_path):
    html = made_up.city_html(ROOT, tmp_path, made_up.frames(), online_tiles=True)
    policy = next(a["content"] for a in Parsed(html).all("meta") if a.get("http-equiv"))
    assert maps.TILES in html
    assert "img-src data: https://tile.openstreetmap.org" in policy


def test_rows_and_sections(parsed):
    rows = [a for a in parsed.all("tr") if "data-site" in a]
    assert [row["data-site"] for row in rows] == [str(i) for i in range(29)]
    assert all(row["tabindex"] == "0" for row in rows)
    assert sum("more" in row.get("class", "") for row in rows) == 29 - 12  # beyond report.table_rows
    assert [a["data-site"] for a in parsed.all("li") if "data-site" in a] == ["29", "30", "31"]
    assert len(parsed.all("h1")) == 1
    assert len(parsed.all("h2")) == 7


def test_the_fictional_town_says_so(parsed):
    assert "Fictional town." in "".join(parsed.text)


def test_what_is_missing_and_where_data_come_from_is_said(parsed):
    text = " ".join("".join(parsed.text).split())
    for said in (
        "none is mapped in the study area",
        "There is no population raster.",
        "A note on <b>data</b>.",
        "2024-05-06 (as the config says)",
        "abababababab…",
        "0123456789ab",
        "half of the effect is gone at 43 m",
        "score.weights.relay",
        "Open Database License",
        "MIT",
    ):
        assert said in text


def test_the_same_tables_give_the_same_bytes(html, tmp_path):
    again = made_up.city_html(ROOT, tmp_path, made_up.frames())
    assert hashlib.sha256(again.encode()).digest() == hashlib.sha256(html.encode()).digest()


def test_a_page_is_small(html):
    assert len(html.encode()) < 600_000


def test_index_shows_age_beside_figures_and_flags_the_made_up(tmp_path):
    made = made_up.frames()
    row = made_up.settings(ROOT), made["indicators"], made["scores"], made["candidates"], made_up.PROVENANCE
    parsed = Parsed(page.index_html(view.index_page([row, row])))
    text = "".join(parsed.text)
    assert text.count("Map data: 2024-05-06") == 2
    assert text.count("Fictional town.") == 2
    assert made_up.HOSTILE[0] in text and parsed.all("script") == []
    assert [a["href"] for a in parsed.all("a") if a["href"].endswith("made-up.html")] == ["made-up.html"] * 4


def test_a_page_is_written_whole_or_not_at_all(tmp_path):
    target = tmp_path / "reports" / "town.html"
    page.write("<p>one</p>", target)
    with pytest.raises(UnicodeEncodeError):
        page.write("\ud800", target)
    assert target.read_text(encoding="utf-8") == "<p>one</p>"


def test_vendored_files_are_those_that_the_readme_names():
    readme = (ASSETS / "README.md").read_text(encoding="utf-8")
    for name in ("leaflet.js", "leaflet.css", "leaflet-LICENSE"):
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() in readme
