"""The comparison page: its figures by hand, its sentences by their rules, and hostile names as text."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import geopandas as gpd
import made_up
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import MultiPoint, Point, box

from creative_nodes.common import messages, tables
from creative_nodes.common.geo import WGS84_EPSG, reproject
from creative_nodes.common.messages import NBSP
from creative_nodes.report import page
from creative_nodes.report.cities import comparing, comparison, differences, sketch
from creative_nodes.report.cities.governance import Governance, read_governance
from creative_nodes.report.city import view
from creative_nodes.report.tables import TABLES

ROOT = Path(__file__).parents[4]
NAMES = ("study_area", "heritage", "creative", "clusters", "candidates", "scores", "links", "indicators")
ANSWER = ("scales", "recommended", "set_beside_ranking", "set_doubt", "site_doubt", "marks", "decisions")


def city(key="made-up", name="Made-up Town", snapshot="2024-05-06", *, frames=None, fictional=True, **indicators):
    """A made-up town under a name, with the indicators given in place of its own."""
    base = made_up.settings(ROOT, fictional=fictional)
    settings = replace(base, key=key, city=base.city.model_copy(update={"name": name}))
    found = {name: frame for name, frame in (frames or made_up.frames()).items() if name in (*NAMES, *ANSWER)}
    if indicators:
        found["indicators"] = pd.DataFrame([indicator(key, value) for key, value in indicators.items()])
    return comparison.ComparedCity(settings, found, snapshot)


def indicator(key, value):
    """A row of the table indicators; its value may be given with both ends of its range: low, value, high."""
    low, value, high = value if isinstance(value, tuple) else (np.nan, value, np.nan)
    row = {"indicator": key, "label": key, "value": value, "low": low, "high": high}
    return {**row, "unit": "", "source": "made up", "messages": ""}


def heritage(**counts):
    """Heritage sites, so many of each status."""
    statuses = [status for status, n in counts.items() for _ in range(n)]
    frame = made_up.frames()["heritage"].iloc[[0] * len(statuses)].reset_index(drop=True)
    frame["status"], frame["registry_id"], frame["tier"] = statuses, "", "high"
    return made_up.frames() | {"heritage": frame}


def told(cities, governance=None):
    return comparison.comparison_page(cities, governance or Governance())


def shipped():
    known = [path.stem for path in (ROOT / "config" / "cities").glob("*.yaml")]
    return read_governance(ROOT / "config" / "governance.yaml", cities=known)


class Parsed(HTMLParser):
    """Elements with their attributes, and the text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.pieces, self.open = [], [], ""
        self.feed(html)
        self.text = " ".join(" ".join(self.pieces).split())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.open = tag

    def handle_endtag(self, tag):
        self.open = ""

    def handle_data(self, data):
        if self.open != "style":
            self.pieces.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def parsed(cities, governance=None):
    return Parsed(page.comparison_html(lambda: told(cities, governance)))


# ---------------------------------------------------------------- figures


def test_bars_share_a_scale_from_zero_to_the_largest_value_of_the_row():
    towns = [city("a", "A", links_per_space=2.0), city("b", "B", links_per_space=8.0), city("c", "C", area=1.0)]
    row = next(row for row in told(towns).spatial if row.key == "links_per_space")
    assert [cell.value for cell in row.cells] == ["2", "8", "not known"]
    assert [cell.length for cell in row.cells] == [25.0, 100.0, None]
    assert [cell.mark is None for cell in row.cells] == [False, False, True]


def test_the_range_of_thinning_is_drawn_on_the_same_scale_and_said():
    town = city(connectivity=0.5, connectivity_thinned=(0.2, 0.4, 0.8))
    cell = told([town]).spatial[0].cells[0]
    assert (cell.length, cell.low, cell.middle, cell.high) == (62.5, 25.0, 50.0, 100.0)
    assert cell.remark == f"40{NBSP}% (20{NBSP}% to 80{NBSP}%) had 20{NBSP}% fewer been mapped"


def test_a_thinned_figure_without_its_range_is_left_out():
    assert city(connectivity=0.5, connectivity_thinned=0.4).thinned("connectivity") is None


def test_shares_by_domain_are_those_counted_by_hand():
    frames = made_up.frames()
    frames["creative"] = (
        frames["creative"]
        .iloc[:5]
        .assign(
            domain=["books_press", "books_press", "books_press", "visual_arts", "visual_arts"],
            inside=[True, True, True, True, False],
        )
    )
    rows = comparing.domain_rows([city(frames=frames)], {"books_press": "Books"})
    assert [(row.label, row.cells[0].value, row.cells[0].remark) for row in rows] == [
        ("Books", f"75{NBSP}%", "3 spaces"),
        ("visual arts", f"25{NBSP}%", "1 space"),
    ]
    assert [row.cells[0].length for row in rows] == [100.0, 33.3]


def test_a_domain_that_one_city_lacks_is_nothing_there_and_a_city_without_spaces_is_not_known():
    frames = made_up.frames()
    none = frames | {"creative": frames["creative"].iloc[:0]}
    one = frames | {"creative": frames["creative"].iloc[:2].assign(domain="visual_arts")}
    two = frames | {"creative": frames["creative"].iloc[:2].assign(domain="books_press")}
    rows = comparing.domain_rows([city(frames=one), city(frames=two), city(frames=none)], {})
    by_key = {row.key: [cell.value for cell in row.cells] for row in rows}
    assert by_key["visual_arts"] == [f"100{NBSP}%", f"0{NBSP}%", "not known"]


def test_reuse_is_converted_of_what_stands_and_leaves_lost_and_weak_sites_out():
    frames = heritage(converted=2, vacated=3, in_use=4, brownfield=1, lost=5)
    frames["heritage"].loc[0, "registry_id"] = "r0"
    found = comparing.reuse_of(city(frames=frames))
    assert (found.converted, found.standing, found.lost, found.listed) == (2, 10, 5, 1)
    assert found.rate == 0.2
    frames["heritage"].loc[1, "tier"] = "low"
    assert comparing.reuse_of(city(frames=frames)).rate == pytest.approx(1 / 9)


def test_the_range_of_reuse_is_wilsons():
    low, high = comparing.reuse_of(city(frames=heritage(converted=2, in_use=8))).range
    z, p, n = 1.959964, 0.2, 10
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert (low, high) == pytest.approx((middle - half, middle + half), abs=1e-5)


def test_parts_of_a_bar_add_up_to_all():
    stack = comparing.reuse_stacks([city(frames=heritage(converted=1, vacated=2, in_use=6))])[0]
    assert [(part.key, part.n) for part in stack.parts] == [
        ("converted", 1),
        ("to_be_vacated", 0),
        ("vacated", 2),
        ("brownfield", 0),
        ("not_known", 0),
        ("in_use", 6),
    ]
    assert sum(part.length for part in stack.parts) == pytest.approx(100, abs=0.2)
    assert stack.told.startswith(f"11{NBSP}% reused: 1 of 9")


def test_classes_count_before_they_share():
    row = comparing.class_rows([city(frames=heritage(in_use=3, lost=2))], {})[0]
    assert (row.cells[0].value, row.cells[0].remark) == ("3 sites", f"100{NBSP}%")


# ---------------------------------------------------------------- sentences


def town_with_range(name, value, low, high):
    return city(
        name.lower(),
        name,
        connectivity=value,
        connectivity_thinned=(low, (low + high) / 2, high),
    )


def test_cities_whose_ranges_overlap_are_not_put_in_order():
    towns = [town_with_range("Low", 0.22, 0.18, 0.25), town_with_range("High", 0.53, 0.29, 0.54)]
    assert "The order holds" in differences.connected(towns)
    towns.append(town_with_range("Middle", 0.43, 0.33, 0.45))
    said = differences.connected(towns)
    assert f"High 53{NBSP}%, Middle 43{NBSP}% and Low 22{NBSP}%" in said
    assert "Between High and Middle the order cannot be told" in said


def test_connectivity_of_one_city_and_of_none():
    assert "In A two creative spaces" in differences.connected([city("a", "A", connectivity=0.5)])
    assert differences.connected([city(area=1.0)]) == "How well creative spaces are joined is not known."


def test_a_city_where_nothing_was_found_is_named_and_not_put_in_order():
    bare = {"creative_spaces": 0.0, "heritage_sites": 0.0, "heritage_possible": 0.0, "connectivity": np.nan}
    towns = [city("a", "A", connectivity=0.5), city("b", "B", **bare)]
    assert differences.empty(towns) == "Nothing was found in B: neither an industrial site nor a creative space."
    assert differences.connected(towns).startswith("In A two creative spaces")
    assert differences.empty(towns[:1]) == ""


def test_density_says_so_when_the_map_is_thin_everywhere():
    rich, poor = {"spaces_per_100k": 7.33}, {"spaces_per_100k": 1.88}
    plain = differences.dense([city("a", "A", **rich, residents_thin=0.9), city("b", "B", **poor, residents_thin=0.2)])
    assert plain == "Per 100,000 residents A has the most creative spaces on the map (7.33) and B the fewest (1.88)."
    thin = differences.dense([city("a", "A", **rich, residents_thin=0.9), city("b", "B", **poor, residents_thin=0.8)])
    assert thin.endswith("this tells as much of the map as of the cities.")
    assert differences.dense([city(**rich)]) == ""


def test_reuse_is_ranked_only_where_the_counts_can_tell():
    few = [
        city("a", "A", frames=heritage(converted=1, in_use=8)),
        city("b", "B", frames=heritage(converted=26, in_use=68)),
    ]
    assert "B 26 of 94 and A 1 of 9. So few sites cannot tell" in differences.reused(few)
    many = [
        city("a", "A", frames=heritage(converted=5, in_use=95)),
        city("b", "B", frames=heritage(converted=60, in_use=40)),
    ]
    assert differences.reused(many).endswith("The share is highest in B.")
    assert differences.reused([city(frames=heritage(lost=2))]).startswith("No industrial-heritage site")


def test_differences_of_age_size_and_residents_are_told_beside_the_figures():
    old = city("a", "A", "2018-01-01", fictional=False, area=1084.0, residents=10.0)
    new = city("b", "B", "2025-06-01", fictional=False, area=151.0, residents=5.0)
    unknown = city("c", "C", "", fictional=False, area=151.0)
    assert "A 1 January 2018 and B 1 June 2025" in differences.ages_apart([old, new])
    assert "not known for C" in differences.ages_apart([old, unknown])
    assert differences.ages_apart([old]) == ""
    assert "A 1,080 km² and B 151 km²" in differences.sizes_apart([old, new])
    assert differences.sizes_apart([new, unknown]) == ""
    assert differences.residents_apart([old, new]) == ""
    new.tables["indicators"]["source"] = "another count"
    assert "different sources" in differences.residents_apart([old, new])


# ---------------------------------------------------------------- the answer of each


def test_a_city_stands_with_the_answer_of_its_own_page():
    own = view.city_page(made_up.frames(), {}, made_up.settings(made_up.ROOT)).answer
    assert told([city()]).heads[0].answer == own
    text = parsed([city()]).text
    assert own.lead in text and own.first in text
    assert [mark.words for mark in own.marks] == ["priorities: holds", "map and model: open", "the past: too few"]
    assert all(mark.words in text and " ".join(mark.line.split()) in text for mark in own.marks)


def test_a_city_without_candidates_says_so():
    frames = made_up.frames()
    frames |= {"candidates": tables.empty(TABLES["candidates"]), "scores": tables.empty(TABLES["scores"])}
    page = told([city(frames=frames)])
    assert page.heads[0].answer.marks == () and page.sketches[0].pins == ()
    text = parsed([city(frames=frames)]).text
    assert (
        "Nothing is ranked here: no industrial site that could be offered for reuse" in text
        and "No candidate is ranked." in text
    )


# ---------------------------------------------------------------- maps


def square_town(side_m, **tables_):
    """A square study area with its south-west corner at a fixed point of UTM 48N."""
    area = reproject(box(600_000, 2_300_000, 600_000 + side_m, 2_300_000 + side_m), 32648, WGS84_EPSG)
    frames = made_up.frames()
    frames["study_area"] = frames["study_area"].set_geometry([area])
    empty = {name: tables.empty(TABLES[name]) for name in ("creative", "links", "clusters", "candidates")}
    return sketch.SketchGround({**frames, **empty, **tables_}, [])


def corners(path):
    numbers = [int(n) for n in re.findall(r"-?\d+", path)]
    steps = np.array(numbers).reshape(-1, 2)
    return np.cumsum(steps, axis=0)


def test_the_cities_are_drawn_at_one_scale():
    large, small = sketch.sketches([square_town(20_000), square_town(5_000)])
    spans = [np.ptp(corners(one.outline), axis=0) for one in (large, small)]
    assert spans[0] == pytest.approx([920, 920], abs=2)
    assert spans[1] == pytest.approx([230, 230], abs=2)
    # 920 units are 20 km: 5 km of the bar are 230 units
    assert [(one.bar_km, one.bar) for one in (large, small)] == [(5, 230)] * 2
    assert (large.width, large.height) == (small.width, small.height)


def test_north_is_up_and_every_space_lies_on_its_place():
    at = reproject(np.array([Point(601_000, 2_319_000), Point(619_000, 2_301_000)], dtype=object), 32648, WGS84_EPSG)
    creative = made_up.frames()["creative"].iloc[:2].set_geometry(list(at)).assign(tier="core", inside=True)
    creative = gpd.GeoDataFrame(creative, crs="EPSG:4326")
    links = pd.DataFrame({"a": ["c0"], "b": ["c1"], "minutes": [3.0]})
    drawn = sketch.sketches([square_town(20_000, creative=creative, links=links)])[0]
    dots = np.array(re.findall(r"M(-?\d+) (-?\d+)h0", dict(drawn.spaces)["core"]), dtype=int)
    # 1 km is 46 units; the area begins 40 units from the left and from the top
    assert dots.tolist() == [[86, 86], [914, 914]]
    assert drawn.links == "M86 86l828 828"


def test_signs_that_would_cover_each_other_stand_apart():
    pins = sketch._pins(
        [(1, "a", "A"), (2, "b", "B"), (3, "c", "C")], {"a": (100, 100), "b": (101, 100), "c": (100, 99)}
    )
    assert [pin.rank for pin in pins] == [3, 2, 1]
    signs = [(pin.sign_x, pin.sign_y) for pin in pins]
    assert signs[2] == (100, 100)
    gaps = [np.hypot(a[0] - b[0], a[1] - b[1]) for i, a in enumerate(signs) for b in signs[:i]]
    assert min(gaps) >= sketch.PIN_APART


def test_a_map_stays_light_and_says_when_it_leaves_links_out():
    n = 3000
    rng = np.random.default_rng(1)
    xy = np.column_stack([600_000 + rng.random(n) * 20_000, 2_300_000 + rng.random(n) * 20_000])
    at = reproject(np.array([Point(*one) for one in xy], dtype=object), 32648, WGS84_EPSG)
    creative = made_up.frames()["creative"].iloc[[0] * n].reset_index(drop=True).set_geometry(list(at))
    creative = gpd.GeoDataFrame(creative, crs="EPSG:4326").assign(
        space_id=[f"c{i}" for i in range(n)], tier="core", inside=True
    )
    pairs = rng.integers(0, n, (sketch.MAX_LINKS, 2))
    links = pd.DataFrame({"a": [f"c{i}" for i in pairs[:, 0]], "b": [f"c{i}" for i in pairs[:, 1]], "minutes": 1.0})
    drawn = sketch.sketches([square_town(20_000, creative=creative, links=links)])[0]
    weight = len(drawn.outline + drawn.links + drawn.hulls + "".join(dots for _, dots in drawn.spaces))
    assert drawn.links and weight < 250_000
    more = pd.concat([links, links.iloc[:1]], ignore_index=True)
    drawn = sketch.sketches([square_town(20_000, creative=creative, links=more)])[0]
    assert drawn.links == "" and drawn.too_many_links


def test_only_clusters_that_chance_does_not_explain_are_drawn():
    clusters = made_up.frames()["clusters"]
    at = [Point(605_000, 2_305_000), Point(606_000, 2_305_000), Point(605_000, 2_306_000)]
    shape = MultiPoint(list(reproject(np.array(at, dtype=object), 32648, WGS84_EPSG)))
    kept = gpd.GeoDataFrame(clusters.iloc[:1].set_geometry([shape]).assign(kept=True), crs="EPSG:4326")
    assert sketch.sketches([square_town(20_000, clusters=kept)])[0].hulls.startswith("M")
    assert sketch.sketches([square_town(20_000, clusters=kept.assign(kept=False))])[0].hulls == ""


# ---------------------------------------------------------------- governance and published figures


def test_facts_of_several_cities_stand_apart_and_the_others_in_their_columns():
    towns = [city("hanoi", "Hanoi"), city("hcmc", "Ho Chi Minh City"), city("shanghai", "Shanghai")]
    page = told(towns, shipped())
    assert [fact.cities for fact in page.shared] == [("Hanoi", "Ho Chi Minh City")]
    plan = next(shelf for shelf in page.shelves if shelf.label == "Plan")
    assert [[fact.document for fact in facts] for _, facts in plan.cells] == [
        ["Nghị quyết 09-NQ/TU"],
        ["Đề án Phát triển ngành công nghiệp văn hóa TP.HCM đến năm 2030"],
        ["关于加快本市文化创意产业创新发展的若干意见"],
    ]


def test_a_fact_of_two_cities_belongs_to_the_one_that_is_in_the_run():
    page = told([city("hanoi", "Hanoi")], shipped())
    law = next(shelf for shelf in page.shelves if shelf.label == "Law")
    assert page.shared == () and [len(facts) for _, facts in law.cells] == [1]


def test_published_figures_keep_their_digits_and_say_target_where_they_are_one():
    page = told([city("hcmc", "Ho Chi Minh City")], shipped())
    (_, cells) = next(row for row in page.published if "GRDP" in row.label).cells[0]
    assert [(one.value, one.target, one.checked) for one in cells] == [
        (f"3.54{NBSP}%", False, True),
        (f"about 5.7{NBSP}%", True, False),
    ]
    assert cells[0].mark.text == "published · press report (en.sggp.org.vn, post123809), for 2020"


def test_what_this_tool_counts_stands_beside_what_was_published():
    frames = made_up.frames()
    frames["creative"] = (
        frames["creative"].iloc[:4].assign(domain=["creative_hub", "creative_hub", "x", "creative_hub"])
    )
    frames["creative"]["inside"] = [True, True, True, False]
    page = told([city("shanghai", "Shanghai", frames=frames)], shipped())
    row = next(row for row in page.published if row.beside)
    assert row.cells[0][1][0].value == "160"
    assert [(name, n) for name, n, _ in row.computed] == [("Shanghai", "2")]


def test_facts_not_checked_are_marked_so(html):
    page = told([city("hanoi", "Hanoi"), city("hcmc", "HCMC"), city("shanghai", "Shanghai")], shipped())
    facts = [*page.shared, *(fact for shelf in page.shelves for _, cell in shelf.cells for fact in cell)]
    figures = [one for row in page.published for _, cell in row.cells for one in cell]
    ticks = [tick.fact for point in page.checklist.points for tick in point.ticks if tick.fact]
    unchecked = sum(not one.checked for one in [*facts, *figures, *ticks, *page.not_measured])
    assert unchecked > 0 and page.unchecked == sum(not fact.checked for fact in facts)
    # once more in the key at the top
    assert sum(attributes.get("class") == "check" for attributes in html.all("span")) == unchecked + 1


# ---------------------------------------------------------------- the page


@pytest.fixture(scope="module")
def html():
    towns = [city("hanoi", "Hanoi"), city("hcmc", "HCMC", ""), city("shanghai", "Shanghai")]
    return parsed(towns, shipped())


def test_hostile_names_stand_as_text_and_add_no_element(html):
    assert len(html.all("script")) == 2 and html.all("img") == [] and html.all("iframe") == []
    assert all(not key.startswith("on") for _, attributes in html.elements for key in attributes)
    assert made_up.HOSTILE[0] in html.text and made_up.HOSTILE[1] in html.text
    assert not re.findall(r"\b49\b", html.text)


@pytest.mark.parametrize("name", made_up.HOSTILE)
def test_a_hostile_name_of_the_first_site_is_text(name):
    frames = made_up.frames()
    frames["candidates"] = frames["candidates"].assign(name=name, name_en="", name_vi="", name_zh="")
    page = parsed([city(frames=frames)])
    assert " ".join(name.split()) in page.text and len(page.all("script")) == 2 and page.all("img") == []
    assert all(not key.startswith("on") for _, attributes in page.elements for key in attributes)


def test_hostile_facts_are_text_too(tmp_path):
    fact = {
        "key": "a",
        "cities": ["a"],
        "dimension": "law",
        "checked": True,
        "body": "B",
        "document": made_up.HOSTILE[2],
    }
    fact |= {"title": made_up.HOSTILE[0], "text": made_up.HOSTILE[1], "note": made_up.HOSTILE[3]}
    page = parsed([city("a", "A")], Governance.model_validate({"facts": [fact]}))
    assert all(name in page.text for name in made_up.HOSTILE[:4])
    assert len(page.all("script")) == 2 and page.all("img") == []


def test_nothing_is_fetched_and_links_are_safe(html):
    links = [attributes["href"] for attributes in html.all("a")]
    assert all(re.fullmatch(r"https?://\S+|[a-z]+\.html", link) for link in links)
    assert {"hanoi.html", "hcmc.html", "shanghai.html", "index.html"} <= set(links)
    assert html.all("link") == [] and not any("src" in attributes for _, attributes in html.elements)
    policy = html.all("meta")[1]["content"]
    assert policy.startswith("default-src 'none'")


def test_missing_values_are_words(html):
    assert not re.search(r"\b(nan|NaN|None|inf|NaT)\b", html.text)
    assert "not known" in html.text


def test_every_figure_carries_its_mark(html):
    page = told([city("hanoi", "Hanoi"), city("hcmc", "HCMC", ""), city("shanghai", "Shanghai")], shipped())
    rows = (*page.size, *page.spatial, *page.domains, *page.classes)
    cells = [cell for row in rows for cell in row.cells]
    assert all((cell.mark is None) == (cell.value == "not known") for cell in cells)
    assert html.text.count("computed · OSM of 6 May 2024") > 20
    assert html.text.count("computed · OSM, date not known") > 10


def test_age_and_coverage_stand_over_every_column(html):
    # three tables of figures, the three cards, and the captions of the maps
    assert html.text.count("how much is mapped thinly is not known") >= 3 * 4


def test_one_city_makes_a_page():
    page = parsed([city()], shipped())
    assert page.text.count("Made-up Town") > 3
    assert "The list has no fact for these cities." in page.text
    assert len([one for one in page.all("svg") if one.get("role") == "img"]) == 1


def test_tables_of_nothing_make_a_page():
    frames = made_up.frames()
    empty = {name: tables.empty(TABLES[name]) for name in NAMES if name != "study_area"}
    page = parsed([city(frames=frames | empty)])
    assert "No industrial-heritage site that still stands is known." in page.text
    assert not re.search(r"\b(nan|NaN|None)\b", page.text)


def test_the_back_test_of_all_cities_is_told_when_there_is_one():
    figures = {"converted_sites": 3.0, "tested_sites": 2.0, "rivals": 9.0, "auc": 0.7}
    pooled = pd.DataFrame([("all", key, value, np.nan, np.nan) for key, value in figures.items()])
    pooled.columns = ["city", "figure", "value", "low", "high"]
    cities = [city("hanoi", "Hanoi"), city("hcmc", "Ho Chi Minh City")]
    html = page.comparison_html(lambda: comparison.comparison_page(cities, Governance(), pooled=pooled))
    assert "Too few converted sites (n = 2) to say anything firm." in html
    assert "each among the candidates of its own city" in html and "nan" not in Parsed(html).text.lower().split()


def test_the_page_is_written_in_every_language(monkeypatch):
    marked = {"vi": {"1 · Governance": "vi-governance"}, "zh": {"1 · Governance": "zh-governance"}}
    monkeypatch.setattr(messages, "translations", lambda code: marked.get(code, {}))
    html = page.comparison_html(lambda: told([city("hanoi", "Hanoi")], shipped()))
    words = made_up.packed_data.unpack(re.search(r'id="blob">([^<]*)<', html)[1])["words"]
    assert "vi-governance" in str(words["vi"]) and "zh-governance" in str(words["zh"])
    # official names are values: the same in every language
    assert "Nghị quyết 24/2025/NQ-HĐND" in html


def test_the_checklist_is_counted_by_city_and_what_is_not_on_it_is_not_a_no():
    fact = {"cities": ["a"], "dimension": "law", "title": "T", "text": "X", "body": "B", "checked": False}
    rest = {"key": "f", "date": "2025", **fact}
    points = [
        {"key": f"p{k}", "label": f"Point {k}", "answers": {"a": {"answer": answer, "fact": "f"}} if answer else {}}
        for k, answer in enumerate(("yes", "partly", "no", ""))
    ]
    page_of = told([city("a", "A"), city("b", "B")], Governance.model_validate({"facts": [rest], "checklist": points}))
    assert [[tick.answer for tick in point.ticks] for point in page_of.checklist.points] == [
        ["yes", "not_found"],
        ["partly", "not_found"],
        ["no", "not_found"],
        ["not_found", "not_found"],
    ]
    assert page_of.checklist.counts == (
        ("A", "Yes: 1 · Partly: 1 · No: 1 · Not found: 1"),
        ("B", "Yes: 0 · Partly: 0 · No: 0 · Not found: 4"),
    )
    first = page_of.checklist.points[0].ticks[0].fact
    assert (first.title, first.when, first.checked) == ("T", "2025", False)


def test_the_checklist_and_what_is_not_measured_stand_on_the_page_with_their_sources():
    found = parsed([city("hanoi", "Hanoi"), city("hcmc", "HCMC")], shipped())
    for text in ("One office for all permits", "Relief of tax or rent", "Not found", "Displacement", "Counted"):
        assert text in found.text
    links = {a.get("href") for a in found.all("a")}
    assert any("hanoimoi.vn" in (one or "") for one in links)
