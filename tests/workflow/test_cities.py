"""The three real cities, from the extracts in EXTRACTS; they are not shipped with the project."""

import os
from pathlib import Path

import pytest

from creative_nodes import tables

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
    project = module.copy_project(tmp_path_factory.mktemp("cities"))
    project.snakemake("all", env={"EXTRACTS": str(Path(EXTRACTS).resolve())})
    return project


@pytest.mark.parametrize("city", ["hanoi", "hcmc", "shanghai"])
def test_a_city_has_a_ranked_map_under_8_mb(cities, city):
    page = cities.folder / f"reports/{city}.html"
    assert 100_000 < page.stat().st_size < 8_000_000
    scores = tables.read("scores", cities.folder / f"data/processed/{city}/scores.parquet")
    ranked = scores[scores["rank"].notna()]
    assert len(ranked) >= 5
    assert ranked["rank"].iloc[0] == 1
    assert ranked.drop(columns=[c for c in ranked if c.startswith("part_")]).notna().all().all()


@pytest.mark.parametrize("city", ["hanoi", "hcmc", "shanghai"])
def test_residents_are_of_the_right_size(cities, city):
    figures = tables.read("indicators", cities.folder / f"data/processed/{city}/indicators.parquet")
    residents = figures.set_index("indicator")["value"]["residents"]
    assert POPULATION[city] <= residents <= 1.4 * POPULATION[city]


@pytest.mark.parametrize(
    ("city", "registry_id", "outcome"),
    [
        ("hanoi", "hanoi-gia-lam-railway-works", "in OSM"),
        ("hanoi", "hanoi-son-tay-citadel", "not located"),
        ("shanghai", "shanghai-power-station-of-art", "in OSM"),
        ("hcmc", "hcmc-saigon-port", "in OSM"),
    ],
)
def test_known_sites_are_found_or_said_to_be_missing(cities, city, registry_id, outcome):
    registry = tables.read("registry", cities.folder / f"data/processed/{city}/registry.parquet")
    assert registry.set_index("registry_id").loc[registry_id, "outcome"] == outcome


def test_lost_sites_are_history_not_candidates(cities):
    folder = cities.folder / "data/processed/hanoi"
    heritage = tables.read("heritage", folder / "heritage.parquet")
    zone9 = heritage[heritage["registry_id"] == "hanoi-zone-9"]
    assert zone9["status"].tolist() == ["lost"]
    assert not set(zone9["site_id"]) & set(tables.read("candidates", folder / "candidates.parquet")["site_id"])


def test_the_index_links_the_cities(cities):
    text = (cities.folder / "reports/index.html").read_text(encoding="utf-8")
    for city in ("hanoi", "hcmc", "shanghai"):
        assert f'href="{city}.html"' in text
