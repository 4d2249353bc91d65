"""The house: files import only from floors below, scripts stay short and load only what they use."""

import ast
from pathlib import Path

import pytest

from creative_nodes.common.fingerprint import code_fingerprint

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "creative_nodes"
FLOORS = [
    {"__init__", "errors", "fingerprint", "ahp", "messages", "schema", "smaa"},
    {"weights"},
    {"config", "geo"},
    {"tables", "datum", "siting", "hexagons", "governance", "asked"},
    {"osm/access", "osm/download", "osm/clip"},
    {"osm/overpass", "osm/read", "osm/routes", "people"},
    {"osm/boundary"},
    {"osm/pull"},
    {"locate/names", "locate/quality"},
    {"locate/taxonomy", "locate/grouping", "travel/lines"},
    {"locate/evidence", "locate/registry", "travel/gtfs"},
    {"locate/imports"},
    {"locate/offsets"},
    {"locate/sites", "travel/network"},
    {"travel/times", "travel/stations", "travel/transit"},
    {"travel/streets"},
    {"travel/isochrones", "accessibility"},
    {"connectivity", "colocation", "parts"},
    {"spillover"},
    {"clusters", "reach", "completeness"},
    {"score", "compare", "pack", "portfolio"},
    {"mcda", "scenarios", "backtest", "sweeps"},
    {"robustness", "scenario_reach", "sobol"},
    {"whatif"},
    {"report/basemap", "report/settings", "report/words"},
    {"report/keys", "report/packed", "report/links", "report/districts"},
    {"report/shapes", "report/areas", "report/made_of", "report/within"},
    {"report/spaces", "report/hexagons", "report/figures", "report/method", "report/colocation"},
    {"report/spoken", "report/charts", "report/terms"},
    {"report/sites", "report/answer", "report/doubt"},
    {"report/certainty", "report/together", "report/backtest"},
    {"report/scenarios"},
    {"report/comparing", "report/sketch", "report/priorities"},
    {"report/view", "report/cities", "report/differences"},
    {"report/comparison"},
    {"report/maps"},
    {"report/page", "docs", "catalogue"},
]
HEAVY = {
    "SALib",
    *("folium", "gtfs_kit", "h3", "jinja2", "networkx", "osmium", "osmnx"),
    *("pulp", "rapidfuzz", "rasterio", "requests", "scipy", "skcriteria", "sklearn", "spopt"),
}
# what each script may load beside geopandas and pyarrow, which every table needs
USES = {
    "back_test": {"scipy"},
    "sweep_settings": {"rasterio", "scipy", "h3"},
    "choose_portfolio": {"pulp", "scipy"},
    "connect_spaces": {"scipy", "sklearn"},
    "describe_city": {"scipy"},
    "download_file": {"requests"},
    "draw_isochrones": {"rasterio", "scipy"},
    "draw_map": {"folium", "jinja2"},
    "locate_sites": {"rapidfuzz", "scipy"},
    "map_accessibility": {"h3", "scipy"},
    "map_completeness": {"h3"},
    "measure_reach": {"scipy"},
    "measure_robustness": {"scipy", "skcriteria"},
    "measure_scenarios": {"scipy"},
    "measure_sobol": {"SALib", "scipy"},
    "pack_geopackage": set(),
    "pool_backtest": {"scipy"},
    "pull_osm": {"osmium", "requests"},
    "read_osm": {"osmium"},
    "read_transit": {"osmium", "scipy"},
    "score_candidates": set(),
    "score_scenarios": set(),
    "spread_people": {"h3", "rasterio"},
    "try_site": {"rasterio", "scipy", "skcriteria"},
    "write_comparison": {"folium", "jinja2"},
    "write_csv": set(),
    "write_index": {"folium", "jinja2"},
}
SCRIPTS = sorted(path for path in (ROOT / "scripts").glob("*.py") if not path.name.startswith("_"))


def name_of(path):
    return path.relative_to(SOURCE).with_suffix("").as_posix()


def package_files():
    return [path for path in SOURCE.rglob("*.py") if path.parent == SOURCE or path.name != "__init__.py"]


def imports_of(path, *, top_level):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_every_file_has_a_floor():
    assert {name_of(path) for path in package_files()} == set().union(*FLOORS)


@pytest.mark.parametrize("path", package_files(), ids=name_of)
def test_a_file_imports_only_from_floors_below(path):
    floor = {name: number for number, names in enumerate(FLOORS) for name in names}
    for module in imports_of(path, top_level=False):
        if module.startswith("creative_nodes."):
            other = module.removeprefix("creative_nodes.").replace(".", "/")
            if other in floor:
                assert floor[other] < floor[name_of(path)], f"{name_of(path)} imports {other}"


def test_the_library_knows_nothing_of_snakemake_and_never_prints():
    for path in package_files():
        text = path.read_text(encoding="utf-8")
        assert "snakemake" not in set(imports_of(path, top_level=False)), path
        assert "print(" not in text.replace("fingerprint(", ""), path


def test_every_rule_has_a_script_of_its_name():
    rules = [
        line.split()[1].rstrip(":")
        for file in (ROOT / "workflow" / "rules").glob("*.smk")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("rule ")
    ]
    assert sorted(rules) == [path.stem for path in SCRIPTS]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_loads_only_what_it_uses(script):
    modules, waiting = set(), [script]
    while waiting:
        found = set(imports_of(waiting.pop(), top_level=True)) - modules
        modules |= found
        files = [SOURCE / (name.removeprefix("creative_nodes.").replace(".", "/") + ".py") for name in found]
        waiting += [file for file in files if file.is_file()]
    assert {module.split(".")[0] for module in modules} & HEAVY == USES[script.stem]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_holds_no_logic(script):
    lines = [line for line in script.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) <= 40
    assert not any(isinstance(n, ast.FunctionDef | ast.ClassDef) for n in ast.walk(ast.parse("\n".join(lines))))


def test_the_fingerprint_follows_the_code_a_script_uses(tmp_path, monkeypatch):
    import shutil

    from creative_nodes.common import code_fingerprint as module

    copy = tmp_path / "creative_nodes"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(module, "SOURCE", copy)
    module._imports.cache_clear()
    names = ("score_candidates", "read_osm", "draw_map")
    before = {name: code_fingerprint(ROOT / "scripts" / f"{name}.py") for name in names}
    (copy / "score.py").write_text((copy / "score.py").read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    (copy / "report" / "assets" / "report.css").write_text("body {}", encoding="utf-8")
    module._imports.cache_clear()
    after = {name: code_fingerprint(ROOT / "scripts" / f"{name}.py") for name in names}
    module._imports.cache_clear()
    assert after["score_candidates"] != before["score_candidates"]
    assert after["read_osm"] == before["read_osm"]
    assert after["draw_map"] != before["draw_map"]
