"""The written pages, parsed as a browser would."""

import hashlib
import re
from functools import partial
from pathlib import Path

import made_up
import pandas as pd
import pytest
from parsed import Parsed

from creative_nodes.common.words import CRITERIA
from creative_nodes.report import page
from creative_nodes.report.cities import index as cities
from creative_nodes.report.cities.comparing import ComparedCity
from creative_nodes.report.city import figures
from creative_nodes.report.tables import INDICATORS

ROOT = Path(__file__).parents[3]
ASSETS = ROOT / "src" / "creative_nodes" / "report" / "assets"


@pytest.fixture(scope="module")
def html():
    return made_up.usual_html(ROOT, online_tiles=False)


@pytest.fixture(scope="module")
def parsed(html):
    return Parsed(html)


def test_hostile_names_add_no_element(parsed):
    assert len(parsed.all("script")) == 5  # data of the first screen, Leaflet, map, page, the other data
    assert parsed.all("img") == []
    assert all(not key.startswith("on") for _, attributes in parsed.elements for key in attributes)


def test_hostile_names_stand_as_text(parsed):
    text = "".join(parsed.text)
    for name in made_up.HOSTILE:
        assert name in text
    assert "49" not in re.findall(r"\b49\b", text)  # {{7*7}} was not worked out


def test_the_data_block_cannot_end_its_script(html):
    block = made_up.block(html)
    assert block["sites"][0]["other_names"].startswith(made_up.HOSTILE[0])
    assert block["sites"][1]["name"] == made_up.HOSTILE[1]
    assert all(re.search(rf'id="{one}">[A-Za-z0-9+/]+=*</script>', html) for one in ("blob", "rest"))
    assert len(block["sites"]) == 32


def test_the_map_script_carries_no_text_of_the_data(parsed):
    script = parsed.scripts[2]
    assert "alert(1)" not in script and "Works" not in script and "Studio" not in script


def test_the_map_offers_the_completeness_of_mapping_switched_off(parsed, html):
    block, script = made_up.block(html), parsed.scripts[2]
    assert [one[0] for one in block["hexagons"]] == ["thin", "fair", "good"]
    assert "How complete is the mapping" in script
    for i, grade in enumerate(("thin", "fair", "good")):
        assert f'var shapes_mapping_{grade} = layerOf("mapping_{grade}", {{' in script
        assert [row for _, _, row in block["shapes"][f"mapping_{grade}"]] == [i]
    assert "feature_group_mapping.addTo(map_city)" not in script  # it waits in the legend
    assert ": feature_group_mapping," in script


def test_rows_of_sites_in_thin_mapping_say_so(html):
    block = made_up.block(html)
    ranked = [site for site in block["sites"] if "rank" in site]
    assert html.count('<span class="interval">thinly mapped</span>') == sum("thin" in site for site in ranked) > 0


def test_new_layers_are_off_at_first_and_carry_row_numbers_alone(parsed, html):
    block, script = made_up.block(html), parsed.scripts[2]
    assert "feature_group_served.addTo(map_city)" not in script and ": feature_group_served," in script
    assert "shapes_stations.addTo(map_city)" not in script and ": shapes_stations," in script
    kinds = {"walk5": [0], "walk30": [1], "walkfar": [2, 3]}
    for kind, rows in kinds.items():
        assert [row for _, _, row in block["shapes"][f"served_{kind}"]] == rows
    assert len(block["served"]) == 4
    assert [row for _, _, row in block["shapes"]["stations"]] == [0, 1]
    assert block["stations"][0] == ["First", "Ga <b>Một</b>", "1 service"]


def test_areas_wait_in_the_data_block_and_nothing_is_drawn_at_first(parsed, html):
    block, script = made_up.block(html), parsed.scripts[2]
    assert block["shapes"]["reached"] == []
    assert "15 min on foot" in script and "30 min by motorbike" in script  # the legend
    first = block["sites"][0]["areas"]
    assert [area[0] for area in first] == [True, False]
    assert all(isinstance(ring, str) for _, _, polygons in first for rings in polygons for ring in rings)


def test_a_card_gets_times_and_parts(parsed, html):
    site = made_up.block(html)["sites"][0]
    mode, main, times = site["within"][0]
    assert (mode, main) == ("On foot", True)
    assert times == [
        ["5", "500", "1 (0)", 0.031, False],
        ["10", "1,000", "1 (0)", 0.031, False],
        ["15", "1,500", "1 (0)", 0.031, True],
    ]
    _, parts, rest = site["measures"][list(CRITERIA).index("exchange")][2]
    assert parts[:2] == [["Studio number 0", "0 m, 0.50"], [made_up.HOSTILE[1], "40 m, 0.25"]] and rest.startswith(
        "and 6 others"
    )


def test_the_curve_is_drawn_in_the_page_and_described(parsed):
    (svg,) = [one for one in parsed.all("svg") if "half of it is gone" not in one["aria-label"]]
    assert svg["role"] == "img" and svg["aria-label"].startswith(
        "Creative spaces are found near old industry more often"
    )
    assert [len(line["points"].split(" ")) for line in parsed.all("polyline")][:2] == [21, 21]
    assert len(parsed.all("polygon")[0]["points"].split(" ")) == 42


def test_without_a_curve_the_page_says_that_it_cannot_tell(tmp_path):
    made = made_up.frames()
    parsed = Parsed(made_up.city_html(ROOT, tmp_path, {**made, "colocation": made["colocation"].iloc[:0]}))
    assert all("half of it is gone" in svg["aria-label"] for svg in parsed.all("svg"))  # those of the method alone
    assert parsed.all("polygon") == []
    assert "This cannot be told here" in "".join(parsed.text)


def test_figures_are_grouped_under_headings(parsed):
    groups = [a for a in parsed.all("th") if a.get("scope") == "rowgroup"]
    assert len(groups) == 5


def test_speeds_and_thresholds_stand_in_the_method(parsed):
    text = " ".join("".join(parsed.text).split())
    for said in (
        "travel.speeds_kmh.VN.motorbike.primary",
        "travel.speeds_kmh.VN.walk.steps",
        "15, 30 and 45 min by public transport (reach.thresholds.transit)",
        "The score takes 15 min on foot and 30 min by motorbike",
        "10 minutes of waiting (travel.ferry_wait_minutes)",
        "A note </script><img src=x onerror=alert(1)>",
        "0.68 up to 10 min",
    ):
        assert said in text


def test_links_lead_to_the_web_or_to_pages_beside_this_one_only(parsed):
    for attributes in parsed.all("a"):
        assert re.match(r"(https://|index\.html|#)", attributes["href"])


def test_nothing_is_fetched(parsed, html):
    assert all("src" not in attributes for attributes in parsed.all("script"))
    assert parsed.all("link") == []
    assert "url(" not in html.split("</style>")[0].replace("url(#", "")
    policy = next(a["content"] for a in parsed.all("meta") if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'") and "http" not in policy
    assert "tiles.example" not in html


def test_online_tiles_only_when_asked_for():
    html = made_up.usual_html(ROOT, online_tiles=True)
    policy = next(a["content"] for a in Parsed(html).all("meta") if a.get("http-equiv"))
    assert "https://tiles.example/{z}/{x}/{y}.png" in html
    assert policy.endswith("img-src data: https://tiles.example")


def test_rows_and_sections(parsed):
    rows = [a for a in parsed.all("tr") if "data-site" in a]
    assert [row["data-site"] for row in rows] == [str(i) for i in range(29)]
    assert all(row["tabindex"] == "0" for row in rows)
    assert sum("more" in row.get("class", "") for row in rows) == 29 - 12  # beyond report.table_rows
    assert [a["data-site"] for a in parsed.all("li") if "data-site" in a] == ["29", "30", "31"]
    assert len(parsed.all("h1")) == 1
    assert len(parsed.all("h2")) == 18


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
        *("456789ab", "01234567", "89abcdef"),
        "half of the effect is gone at 43 m",
        "score.weights.network_gain",
        "The map data are made up, for this project alone, and under the MIT licence",
    ):
        assert said in text
    assert "OpenStreetMap contributors" not in text


def test_the_same_tables_give_the_same_bytes(html, tmp_path):
    made_up.forget()
    again = made_up.city_html(ROOT, tmp_path, made_up.frames())
    assert hashlib.sha256(again.encode()).digest() == hashlib.sha256(html.encode()).digest()


def test_a_page_is_small(html):
    assert len(html.encode()) < 600_000


def test_index_shows_age_beside_figures_and_flags_the_made_up(tmp_path):
    made = made_up.frames()
    row = ComparedCity(made_up.settings(ROOT), made, figures.snapshot_of(made_up.PROVENANCE))
    parsed = Parsed(page.index_html(partial(cities.index_page, [row, row])))
    text = "".join(parsed.text)
    assert text.count("Map data: 6 May 2024") == 4  # over the column of each city, and on its card
    assert text.count("Fictional town.") == 2
    assert made_up.HOSTILE[0] in text and len(parsed.all("script")) == 2
    assert [a["href"] for a in parsed.all("a") if a["href"].endswith("made-up.html")] == ["made-up.html"] * 6


def test_index_sets_connectivity_side_by_side_with_what_gaps_in_the_map_do():
    made = made_up.frames()
    thinned = ("connectivity_thinned", "had fewer been mapped", 0.2, 0.151, 0.262, "0-1", "mean of 99 draws", "")
    thin = ("residents_thin", "where mapping is thin", 0.9, None, None, "0-1", "OpenStreetMap", "")
    extra = pd.DataFrame([thinned, thin], columns=[column.name for column in INDICATORS.columns])
    rich = pd.concat([made["indicators"], extra], ignore_index=True)
    settings, day = made_up.settings(ROOT), figures.snapshot_of(made_up.PROVENANCE)
    frames = made | {"indicators": rich}, made
    told = cities.index_page([ComparedCity(settings, one, day) for one in frames])
    assert [row.label for row in told.compared] == [
        *("Connectivity C: connectivity C", "Network of a typical space", "Isolated creative spaces")
    ]
    assert [(cell.value, cell.remark) for cell in told.compared[0].cells] == [
        ("31\u00a0%", "20\u00a0% (15–26\u00a0%) had 20\u00a0% fewer spaces been mapped"),
        ("31\u00a0%", ""),
    ]
    parsed = Parsed(page.index_html(lambda: told))
    columns = [a for a in parsed.all("th") if a.get("scope") == "col"]
    assert len(columns) == 2
    text = "".join(parsed.text)
    assert text.count("90\u00a0% of residents live where mapping is thin") == 2
    assert text.count("how much is mapped thinly is not known") == 2


def test_a_page_is_written_whole_or_not_at_all(tmp_path):
    target = tmp_path / "reports" / "town.html"
    page.write_page("<p>one</p>", target)
    with pytest.raises(UnicodeEncodeError):
        page.write_page("\ud800", target)
    assert target.read_text(encoding="utf-8") == "<p>one</p>"


def test_vendored_files_are_those_that_the_readme_names():
    readme = (ASSETS / "README.md").read_text(encoding="utf-8")
    for name in ("leaflet.js", "leaflet.css", "leaflet-LICENSE"):
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() in readme


def test_the_scripts_speak_every_language():
    spoken = {code: page.script_texts(code) for code in ("vi", "zh")}
    # said by card.js and, as a plural, by priorities.js
    for texts in spoken.values():
        assert {"By other modes", "Adds", "{n} site moved."} <= set(texts)
        assert texts["By other modes"] != "By other modes"
    assert spoken["vi"].keys() == spoken["zh"].keys()
    assert page.script_texts("en") == {}


@pytest.mark.parametrize("tiles", [False, True])
def test_the_policy_names_the_scripts_of_the_page_by_their_hashes(tiles):
    """Worked out from the page as a browser does: what stands between the tags."""
    import base64
    import hashlib

    html = made_up.usual_html(ROOT, online_tiles=tiles)
    policy = next(a["content"] for a in Parsed(html).all("meta") if a.get("http-equiv"))
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    run = re.findall(r"<script(?: type=\"text/plain\" id=\"map-script\")?>(.*?)</script>", html, re.DOTALL)
    found = {base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in run}
    assert len(run) == 3 and found == allowed
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert not re.search(r"<[a-z]+[^>]* on[a-z]+=", html.split("<script")[0])


def test_the_last_rows_of_a_long_ranking_wait_as_text(html, monkeypatch, tmp_path):
    monkeypatch.setitem(page._environment().globals, "WRITTEN_OUT", 10)
    cut = made_up.city_html(ROOT, tmp_path, made_up.frames())
    rows, left = (re.findall(r"<tr tabindex.*?</tr>", text, flags=re.DOTALL) for text in (html, cut))
    waiting = re.search(r'<script type="text/plain" id="rows-waiting" data-n="(\d+)">(.*?)</script>', cut, re.DOTALL)
    assert int(waiting[1]) == len(rows) - 10 == waiting[2].count("<tr tabindex")
    assert left == rows  # the same rows in the same order, where they stand aside
