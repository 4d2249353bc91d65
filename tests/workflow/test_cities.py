"""The three real cities, from the extracts in EXTRACTS; they are not shipped with the project."""

import os
from pathlib import Path

import pytest

from creative_nodes.common import tables
from creative_nodes.report.tables import TABLES

EXTRACTS = os.environ.get("EXTRACTS", "")
POPULATION = {"hanoi": 4_000_000, "hcmc": 8_500_000, "shanghai": 3_400_000}

pytestmark = [
    pytest.mark.cities,
    pytest.mark.skipif(not EXTRACTS, reason="set EXTRACTS to a folder with hanoi, hcmc and shanghai .osm.pbf"),
]


@pytest.fixture(scope="module")
def cities(tmp_path_factory):
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("workflow_conftest", Path(__file__).with_name("conftest.py"))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    given = {"EXTRACTS": str(Path(EXTRACTS).resolve())}
    # what `make cities` just built serves, where Snakemake finds nothing in it to make anew
    own = module.Project(module.ROOT)
    if (own.folder / "reports/index.html").is_file() and own.would_run("all", env=given) == set():
        return own
    project = module.copy_project(tmp_path_factory.mktemp("cities"))
    project.snakemake("all", env=given)
    return project


@pytest.mark.parametrize("city", ["hanoi", "hcmc", "shanghai"])
def test_a_city_has_a_ranked_map_under_8_mb(cities, city):
    page = cities.folder / f"reports/{city}.html"
    assert 100_000 < page.stat().st_size < 8_000_000
    scores = tables.read(TABLES["scores"], cities.folder / f"data/processed/{city}/scores.parquet")
    ranked = scores[scores["rank"].notna()]
    assert len(ranked) >= 5
    assert ranked["rank"].iloc[0] == 1
    assert ranked.drop(columns=[c for c in ranked if c.startswith("part_")]).notna().all().all()


@pytest.mark.parametrize("city", ["hanoi", "hcmc", "shanghai"])
def test_residents_are_of_the_right_size(cities, city):
    figures = tables.read(TABLES["indicators"], cities.folder / f"data/processed/{city}/indicators.parquet")
    residents = figures.set_index("indicator")["value"]["residents"]
    assert POPULATION[city] <= residents <= 1.4 * POPULATION[city]


@pytest.mark.parametrize(
    ("city", "registry_id", "outcome"),
    [
        ("hanoi", "hanoi-gia-lam-railway-works", "in OSM"),
        ("hanoi", "hanoi-son-tay-citadel", "outside the study area"),
        ("shanghai", "shanghai-power-station-of-art", "in OSM"),
        ("hcmc", "hcmc-saigon-port", "in OSM"),
    ],
)
def test_known_sites_are_found_or_said_to_be_missing(cities, city, registry_id, outcome):
    registry = tables.read(TABLES["registry"], cities.folder / f"data/processed/{city}/registry.parquet")
    assert registry.set_index("registry_id").loc[registry_id, "outcome"] == outcome


def test_lost_sites_are_history_not_candidates(cities):
    folder = cities.folder / "data/processed/hanoi"
    heritage = tables.read(TABLES["heritage"], folder / "heritage.parquet")
    zone9 = heritage[heritage["registry_id"] == "hanoi-zone-9"]
    assert zone9["status"].tolist() == ["lost"]
    assert not set(zone9["site_id"]) & set(tables.read(TABLES["candidates"], folder / "candidates.parquet")["site_id"])


def test_the_index_links_the_cities(cities):
    text = (cities.folder / "reports/index.html").read_text(encoding="utf-8")
    for city in ("hanoi", "hcmc", "shanghai"):
        assert f'href="{city}.html"' in text


@pytest.mark.parametrize(("city", "has_transit"), [("hanoi", True), ("hcmc", False), ("shanghai", True)])
def test_every_mode_is_counted_and_more_time_reaches_no_fewer(cities, city, has_transit):
    reach = tables.read(TABLES["reach"], cities.folder / f"data/processed/{city}/reach.parquet")
    assert set(reach["mode"]) == {"walk", "bike", "motorbike", "car", *(["transit"] if has_transit else [])}
    for _, some in reach.dropna(subset=["residents"]).groupby(["site_id", "mode"]):
        ordered = some.sort_values("minutes")
        assert ordered["residents"].is_monotonic_increasing and ordered["spaces"].is_monotonic_increasing
    if has_transit:
        wide = reach[reach["minutes"] == 15].pivot(index="site_id", columns="mode", values="residents")
        # who takes a bus or a train may as well walk
        assert (wide["transit"] >= wide["walk"] - 1e-6)[wide["walk"].notna()].all()


@pytest.mark.parametrize("city", ["hanoi", "hcmc", "shanghai"])
def test_areas_and_hexagons_hold_together(cities, city):
    folder = cities.folder / f"data/processed/{city}"
    candidates = tables.read(TABLES["candidates"], folder / "candidates.parquet")
    areas = tables.read(TABLES["isochrones"], folder / "isochrones.parquet")
    walked = areas[(areas["mode"] == "walk") & (areas["minutes"] == 15)].set_index("site_id")["area_km2"]
    assert set(walked.index) == set(candidates.loc[candidates["reachable"], "site_id"])
    # 1.2 km in every direction make 4.5 km²; a large site begins at its boundary
    assert walked.median() < 4.5
    hexagons = tables.read(TABLES["accessibility"], folder / "accessibility.parquet")
    people = tables.read(TABLES["people"], folder / "people.parquet")
    assert hexagons["residents"].sum() == pytest.approx(people.loc[people["inside"], "residents"].sum(), rel=1e-6)
    walk, motorbike = hexagons["minutes_walk"], hexagons["minutes_motorbike"]
    both = walk.notna() & motorbike.notna() & (hexagons["unreachable_walk"] == hexagons["unreachable_motorbike"])
    assert both.sum() > 100
    assert (motorbike < walk)[both].mean() > 0.95
