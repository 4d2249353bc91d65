"""The sample town's answers are known in advance; truth.json was worked out without this project's library."""

import itertools
import json
import math
import runpy
import zipfile
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import yaml

from creative_nodes.common import PARTS, messages, tables
from creative_nodes.common.geo import projected
from creative_nodes.doubt.draws import unchanged
from creative_nodes.doubt.gather import DoubtedCity, DoubtRules, gather
from creative_nodes.doubt.world import measure_position
from creative_nodes.reach.survey import World
from creative_nodes.report.tables import TABLES
from creative_nodes.score.against import read_scales
from creative_nodes.settings import load_config
from creative_nodes.streets.network import joined
from creative_nodes.streets.streets import Streets
from creative_nodes.streets.times import costs_between
from creative_nodes.streets.within import total_within_of_nodes

ROOT = Path(__file__).resolve().parents[2]
TRUTH = json.loads((ROOT / "tests/data/sample_town/truth.json").read_text(encoding="utf-8"))
EPSG = TRUTH["town"]["epsg"]
WEIGHTS = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))["score"]["weights"]


@pytest.fixture(scope="module")
def table(demo):
    def read(name):
        return tables.read(TABLES[name], demo.folder / f"data/processed/sample/{name}.parquet")

    return read


@pytest.fixture(scope="module")
def streets(table):
    travel = load_config(yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))).travel
    return Streets(table("street_nodes"), table("street_edges"), travel, "VN", EPSG)


def by_osm_id(frame):
    return {osm_id: row for row in frame.itertuples() for osm_id in row.osm_ids}


def test_the_sites_found_are_the_true_ones(table):
    heritage = table("heritage")
    found = by_osm_id(heritage)
    for site in (one for one in TRUTH["heritage"] if one["inside"]):
        if site["in_osm"]:
            rows = {found[osm_id].site_id for osm_id in site["osm_ids"]}
            assert len(rows) == 1, site["name"]
            row = found[site["osm_ids"][0]]
        else:
            row = next(r for r in heritage.itertuples() if r.registry_id == site["registry_id"])
        assert (row.heritage_class, row.status) == (site["heritage_class"], site["status"]), site["name"]
    names = {one["name"] for one in TRUTH["heritage"]}
    sure = heritage[heritage["tier"] != "low"]
    assert set(sure["name"]) <= names | {"Vườn Bông 1905"}


def test_the_estate_is_possible_at_most_and_the_traps_are_nothing(table):
    heritage, creative = table("heritage"), table("creative")
    found = by_osm_id(heritage)
    assert {found[osm_id].tier for osm_id in TRUTH["estate"]["osm_ids"]} == {"low"}
    for trap in TRUTH["not_heritage"]:
        assert trap["osm_id"] not in found, trap["why"]
    spaces = by_osm_id(creative)
    for trap in TRUTH["not_creative"]:
        assert trap["osm_id"] not in spaces, trap["why"]


def test_the_creative_spaces_found_are_the_true_ones(table):
    creative = table("creative")
    found = by_osm_id(creative)
    for space in (one for one in TRUTH["creative"] if one["in_osm"]):
        row = found[space["osm_ids"][0]]
        assert (row.domain, row.tier) == (space["domain"], space["tier"]), space["name"]
    assert creative["inside"].sum() == TRUTH["connectivity"]["study_area"]["spaces"]
    assert len(creative) == TRUTH["connectivity"]["with_buffer"]["spaces"]


def test_the_clusters_kept_are_the_planted_ones(table):
    clusters, creative = table("clusters"), table("creative")
    kept = clusters[clusters["kept"]]
    assert len(kept) == len(TRUTH["clusters"])
    found = by_osm_id(creative)
    for planted in TRUTH["clusters"]:
        ids = {found[osm_id].cluster_id for osm_id in planted["osm_ids"]}
        assert len(ids) == 1
        assert ids != {""}
        members = creative[creative["cluster_id"] == ids.pop()]
        assert len(members) == planted["n_spaces"]


def test_the_warehouse_row_ranks_first_and_stays_there(table):
    scores, heritage = table("scores"), table("heritage")
    first = scores[scores["rank"] == 1].merge(heritage, on="site_id")
    assert first["name"].tolist() == [TRUTH["first"]["name"]]
    assert first["priorities"].tolist() == ["holds"]
    lost = heritage.loc[heritage["status"].isin(["lost", "converted"]), "site_id"]
    assert not set(lost) & set(scores["site_id"])


def test_candidates_are_the_true_ones_and_the_cut_off_one_says_why(table):
    candidates = table("candidates")
    true = {one["name"]: one for one in TRUTH["heritage"] if one["candidate"] and one["inside"]}
    assert set(candidates["name"]) == set(true)
    for row in candidates.itertuples():
        assert row.reachable == true[row.name]["reachable"], row.name
    (cut_off,) = [one for one in true.values() if not one["reachable"]]
    row = candidates[~candidates["reachable"]].iloc[0]
    assert row["name"] == cut_off["name"]
    assert f"{cut_off['gap_m']:.0f} m away" in row["unreachable_reason"]
    assert math.isnan(row["residents_walk_15"])


def test_walking_distances_are_exact(table, streets):
    walk = streets.network("walk", in_metres=True)
    heritage, creative = table("heritage"), table("creative")

    def shapes(ends, frame):
        found, registry = by_osm_id(frame), {row.registry_id: row for row in frame.itertuples()}
        rows = [found[end["osm_ids"][0]] if end["osm_ids"] else registry[end["registry_id"]] for end in ends]
        return projected(frame.iloc[[row.Index for row in rows]], EPSG)

    sources = shapes([pair["from"] for pair in TRUTH["walks"]], heritage)
    targets = shapes([pair["to"] for pair in TRUTH["walks"]], creative)
    metres = costs_between(walk, streets.site_entrances(walk, sources), streets.entrances(walk, targets))
    expected = [pair["metres"] for pair in TRUTH["walks"]]
    np.testing.assert_allclose(np.diag(metres), expected, atol=TRUTH["town"]["tolerance_m"])


def test_residents_within_a_walk_are_exact(table, streets):
    people = table("people")
    assert people.loc[people["inside"], "residents"].sum() == pytest.approx(TRUTH["residents"]["inside"], rel=1e-3)
    walk = streets.network("walk", in_metres=True)
    homes = streets.entrances(walk, projected(people, EPSG), within_m=500)
    # the town's people are whole numbers a cell; scaling them to the rim moves them by parts in a million
    total = total_within_of_nodes(walk, homes, people["residents"].round().to_numpy(), limit_m=1200)
    for known in TRUTH["residents"]["walk_15"]:
        assert total[np.searchsorted(walk.node_ids, known["node_id"])] == pytest.approx(known["residents"])


def test_connectivity_is_exact(table):
    figures = table("indicators").set_index("indicator")["value"]
    true = TRUTH["connectivity"]["study_area"]
    assert figures["connectivity"] == pytest.approx(true["C"], abs=1e-6)
    assert len(table("links")) == true["links"]
    assert figures["components"] == len(true["component_sizes"])
    assert figures["isolated_share"] == pytest.approx(true["isolated"] / true["spaces"])


def test_registry_outcomes(table):
    registry = table("registry").set_index("registry_id")
    for row in TRUTH["registry"]:
        assert registry.loc[row["registry_id"], "outcome"] == row["outcome"], row["name"]


def test_the_page_says_the_town_is_fictional_and_shows_hostile_names_as_text(demo):
    page = (demo.folder / "reports/sample.html").read_text(encoding="utf-8")
    assert "Fictional town" in page
    assert TRUTH["escape"]["name"] not in page


def test_page_workbook_and_sheet_name_the_same_run(demo):
    folder = demo.folder / "data/processed/sample"
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    with zipfile.ZipFile(folder / "sample.qgz") as project:
        sheet = project.read("sample.qgs").decode()
    with zipfile.ZipFile(folder / "sample.xlsx") as workbook:
        cells = "".join(workbook.read(name).decode() for name in workbook.namelist() if "/worksheets/" in name)
    page = (demo.folder / "reports/sample.html").read_text(encoding="utf-8")
    for part in PARTS:
        assert all(record[part] in text for text in (page, cells, sheet)), part


SPEECH = runpy.run_path(str(ROOT / "tests/unit/speech.py"))
PRINTED = {
    "indicators": ("label", "source"),
    "transit_notes": ("text",),
    "modes": ("note",),
    "candidates": ("unreachable_reason",),
    "registry": ("outcome", "reason"),
    "imports": ("warning",),
}


def test_what_pages_print_can_be_spoken_in_other_languages(table, monkeypatch):
    monkeypatch.setattr(messages, "translations", SPEECH["made_up"])
    names = {table("indicators").set_index("indicator").loc["residents", "source"]}  # who published the raster
    checked = {name: SPEECH["check"](table(name), *columns, names=names) for name, columns in PRINTED.items()}
    assert all(checked[name] for name in ("indicators", "transit_notes", "candidates", "registry")), checked
    reasons = {one["reason"] for text in table("heritage")["evidence"] for one in json.loads(text)}
    assert reasons <= SPEECH["known"]()
    parts = table("parts")
    assert set(parts.loc[parts["kind"].isin(["evidence", "residents"]), "part"]) <= SPEECH["known"]()


# ---------------------------------------------------------------- values and the set, worked out again


def _place(figures, share):
    """Read a share off sorted figures by hand: linear between the two nearest."""
    ordered = sorted(figures)
    at = share * (len(ordered) - 1)
    low = math.floor(at)
    return ordered[low] + (at - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])


def test_anchors_and_values_are_exact(table):
    reference, scales = table("reference"), table("scales").set_index("criterion")
    places = reference[reference["kind"] == "place"]
    assert len(places) == 2000
    values = table("values").set_index(["criterion", "site_id"])
    ends = {"neighbourhood": (0.10, 0.99), "network_gain": (None, 0.99), "transit_minutes": (0.90, 0.01)}
    for name, (low, high) in ends.items():
        known = places[name].dropna().tolist()
        zero, one = (0.0 if low is None else _place(known, low)), _place(known, high)
        assert (scales.loc[name, "zero"], scales.loc[name, "one"]) == pytest.approx((zero, one))
        for row in values.loc[name].itertuples():
            assert row.value == pytest.approx(min(1, max(0, (row.figure - zero) / (one - zero))))
    # everybody reaches the whole town by motorbike, so that criterion separates nobody
    assert not scales.loc["residents_ride_30", "in_use"]
    assert set(values.loc["residents_ride_30", "verdict"]) == {"unused"}
    # what is not in use leaves its 0.04 to the others
    scores = table("scores").set_index("site_id")
    site = scores.index[0]
    by_hand = sum(
        weight / 0.96 * values.loc[(name, site), "value"]
        for name, weight in WEIGHTS.items()
        if name != "residents_ride_30"
    )
    assert scores.loc[site, "score"] == pytest.approx(by_hand)


# m², listing and year as the town was drawn, with config's scales: area from 500 to 100,000 m² in the logarithm,
# listing and age half each, full age 100 years in 2026. No outline: typical of power and water 5,600, of mills 36,000.
SITES_BY_HAND = {
    "Kho Bến Cũ": (20_800, 0.7036, 1.0, ""),  # listed, of 1912
    "Nhà in Bình Minh": (3_780, 0.3818, 0.39, ""),  # of 1948, 78 years
    "Kho Muối": (3_808, 0.3832, 0.43, ""),  # of 1940, 86 years
    "Tháp nước Mây": (5_600, 0.4560, 0.5, "area"),  # of 1894; ln 11.2 / ln 200
    "Ống khói Xí nghiệp Dệt kim": (36_000, 0.8072, 0.5, "area"),  # of 1921; ln 72 / ln 200
    "Xưởng cơ khí Hòa An": (36_000, 0.8072, 0.25, "area age"),  # nobody tells its year: half of half
}


def test_what_nobody_knows_of_a_site_counts_as_typical(table):
    candidates = table("candidates").set_index("name")
    values = table("values").set_index(["criterion", "site_id"])
    for name, (area, size, worth, unknown) in SITES_BY_HAND.items():
        row = candidates.loc[name]
        assert row["site_capacity"] == pytest.approx(area, rel=2e-3), name
        assert row["heritage_value"] == pytest.approx(worth), name
        assert (row["area_unknown"], row["age_unknown"]) == ("area" in unknown, "age" in unknown), name
        told = values.xs(row["site_id"], level="site_id")
        assert told.loc["site_capacity", "value"] == pytest.approx(size, abs=5e-4), name
        assert told.loc["heritage_value", "value"] == pytest.approx(worth), name
        assert told["assumed"].to_dict() == dict.fromkeys(told.index, False) | {
            "site_capacity": "area" in unknown,
            "heritage_value": "age" in unknown,
        }
    assert (table("candidates")["one_ground_with"].map(len) == 0).all()


def _doors(streets, spaces, sites):
    """Join spaces, and behind them sites, to the walking network; sites all along their outlines."""
    walk = streets.network("walk")
    return joined(
        streets.entrances(walk, projected(spaces, EPSG)), streets.site_entrances(walk, projected(sites, EPSG))
    )


def _links(walks, middle=15.0, softness=3.0):
    """Build the graph of walks, a link costing the negative logarithm of its probability."""
    whole = 1 / (1 + math.exp(-middle / softness))
    graph = nx.Graph()
    graph.add_nodes_from(range(len(walks)))
    for a, b in itertools.combinations(range(len(walks)), 2):
        p = 1 / (1 + math.exp((walks[a][b] - middle) / softness)) / whole if walks[a][b] < 60 else 0
        if p >= 0.005:
            graph.add_edge(a, b, cost=-math.log(min(p, 1.0)))
    return graph


def _network(graph, spaces, order=1):
    """Return the mean over spaces of the sum of best products, geometric (G) or harmonic; stones count as no space."""
    costs = (nx.single_source_dijkstra_path_length(graph, j, weight="cost") for j in spaces)
    sizes = [sum(math.exp(-cost) for node, cost in one.items() if node in spaces) for one in costs]
    if order == 0:
        return len(sizes) / sum(1 / size for size in sizes)
    return math.exp(sum(map(math.log, sizes)) / len(sizes))


def test_the_set_is_worth_what_it_says_and_no_other_member_makes_it_better(table, streets):
    """The network with the set opened is built by networkx; each exchange of one member is worked out too."""
    candidates, creative, recommended = table("candidates"), table("creative"), table("recommended")
    own, best = creative[creative["inside"]], recommended[recommended["set"] == "best"]
    eligible = candidates[candidates["reachable"]].reset_index(drop=True)
    walk = streets.network("walk")
    doors = _doors(streets, own, eligible)
    walks = costs_between(walk, doors, doors)
    walks = np.minimum(walks, walks.T)
    n, ids = len(own), eligible["site_id"].tolist()
    graph = _links(walks.tolist())
    anchor = table("scales").set_index("criterion")["one"]
    people = table("people")
    homes = streets.entrances(walk, projected(people, EPSG), within_m=500)
    major = creative[creative["tier"].isin(["core", "intermediate"])]
    to_major = costs_between(walk, streets.entrances(walk, projected(major, EPSG)), homes).min(axis=0)
    to_sites = costs_between(walk, streets.site_entrances(walk, projected(eligible, EPSG)), homes)
    residents = np.where(to_major > 15, people["residents"].to_numpy(), 0.0)
    today = _network(graph.subgraph(range(n)), range(n))

    def worth(members):
        rows = [ids.index(one) for one in members]
        gain = _network(graph.subgraph([*range(n), *(n + row for row in rows)]), range(n)) - today
        served = residents[(to_sites[rows] <= 15).any(axis=0)].sum()
        k = len(rows)
        return (served / (k * anchor["newly_served"]) + gain / (k * anchor["network_gain"])) / 2, served, gain

    for site in eligible.itertuples():
        assert worth([site.site_id])[1:] == pytest.approx((site.newly_served, site.network_gain), rel=1e-6, abs=1e-9)
    members = best["site_id"].tolist()
    found, served, gain = worth(members)
    row = best.iloc[0]
    assert (row["worth"], row["set_served"], row["set_gain"]) == pytest.approx((found, served, gain), rel=1e-6)
    assert row["proven"] and row["connects"]
    others = [
        worth([*(one for one in members if one != out), other])[0]
        for out in members
        for other in ids
        if other not in members
    ]
    assert max(others) <= found + 1e-9
    second = recommended[recommended["set"] == "runner_up"]
    assert second["worth"].iloc[0] == pytest.approx(worth(second["site_id"].tolist())[0], rel=1e-6)
    assert max(others) <= second["worth"].iloc[0] + 1e-9


def test_a_world_made_by_hand_is_worth_what_networkx_says(table, streets):
    """The old quarter's spaces are gone, people walk a tenth faster, links are shorter and softer, islands count."""
    config = load_config(yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8")))
    creative, candidates, people = table("creative"), table("candidates"), table("people")
    city = DoubtedCity(
        candidates,
        *(table(name) for name in ("heritage", "reference", "completeness")),
        scales=read_scales(table("scales")),
        world=World(creative, table("amenities"), people, table("stations")),
        streets=streets,
        area=table("study_area").geometry.iloc[0],
    )
    doubt = config.doubt.still(walk_speed=(0.9, 1.1))
    link_m = config.people_grid.link_within_m
    rules = DoubtRules(doubt, config.reach, config.network, config.candidates, config.score, "motorbike", link_m, 80)
    kept, of = gather(city, rules)
    old = {one["osm_ids"][0] for one in TRUTH["creative"] if one["cluster"] == "Phố Cổ"}
    there = np.array([not old & set(ids) for ids in creative["osm_ids"]])
    assert there.sum() == len(creative) - 10
    base = unchanged(of)
    factors = {"walk_speed": 1.1, "link_minutes": 0.8, "link_softness": 1.5, "orders": 0.0}
    world = replace(base, numbers=dict(base.numbers) | factors, spaces=there)
    found = measure_position(kept, world, rules.of_worlds())
    # by hand: each walk over 1.1, a half at 12 minutes, softness 4.5, the harmonic mean
    own = creative[there & creative["inside"].to_numpy()]
    reached = candidates[candidates["reachable"]]
    walk = streets.network("walk")
    doors = _doors(streets, own, reached)
    walks = costs_between(walk, doors, doors) / 1.1
    graph, n = _links(np.minimum(walks, walks.T).tolist(), 12.0, 4.5), len(own)
    today = _network(graph.subgraph(range(n)), range(n), order=0)
    assert found.linked.chains.typical(order=0.0) == pytest.approx(today)
    homes = streets.entrances(walk, projected(people, EPSG), within_m=500)
    major = creative[there & creative["tier"].isin(["core", "intermediate"]).to_numpy()]
    to_major = costs_between(walk, streets.entrances(walk, projected(major, EPSG)), homes).min(axis=0) / 1.1
    unserved = np.where(to_major > 15, people["residents"].to_numpy(), 0.0)
    gains = found.at_sites["network_gain"][candidates["reachable"].to_numpy()].tolist()
    served = found.at_sites["newly_served"][candidates["reachable"].to_numpy()].tolist()
    for row in range(len(reached)):
        gain = _network(graph.subgraph([*range(n), n + row]), range(n), order=0) - today
        assert gains[row] == pytest.approx(gain, rel=1e-6, abs=1e-9)
    to_sites = costs_between(walk, streets.site_entrances(walk, projected(reached, EPSG)), homes) / 1.1
    assert served == pytest.approx([unserved[row <= 15].sum() for row in to_sites])
    assert sum(served) > 1000  # with the old quarter's spaces gone, many are served by none
