"""The generated pages are up to date, complete, and the schema accepts what ships."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from creative_nodes.report.tables import TABLES
from creative_nodes.tools import reference as docs

ROOT = Path(__file__).resolve().parents[3]
PAGES = docs.pages()  # of the code, which no test changes


def _yaml(path):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def schema():
    return json.loads((ROOT / "config" / "schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted(PAGES))
def test_page_is_current(path):
    assert (ROOT / path).read_text(encoding="utf-8") == PAGES[path], f"{path}: run `make docs`"


def test_the_four_pages_are_generated():
    pages = {"config/README.md", "config/schema.json", "docs/DATA_DICTIONARY.md", "docs/images/stages.svg"}
    assert set(PAGES) == pages


def test_schemas_are_schemas(schema):
    for one in schema.values():
        jsonschema.Draft202012Validator.check_schema(one)


def test_schema_accepts_the_shipped_config(schema):
    jsonschema.Draft202012Validator(schema["config.yaml"]).validate(_yaml("config/config.yaml"))


@pytest.mark.parametrize("path", sorted((ROOT / "config" / "cities").glob("*.yaml")), ids=lambda path: path.stem)
def test_schema_accepts_the_shipped_cities(schema, path):
    jsonschema.Draft202012Validator(schema["cities/<city>.yaml"]).validate(_yaml(path))


@pytest.mark.parametrize(("key", "value"), [("seed", "eighty"), ("edge_buffer_m", -1), ("nonsense", 1), ("cities", [])])
def test_schema_refuses_a_wrong_config(schema, key, value):
    config = {**copy.deepcopy(_yaml("config/config.yaml")), key: value}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema["config.yaml"]).validate(config)


def _keys(data, prefix=""):
    for key, value in data.items():
        yield prefix + key
        # tables of speeds, modes and weights have keys of their own, not of the model
        if isinstance(value, dict) and f"{prefix}{key}" not in FREE:
            yield from _keys(value, f"{prefix}{key}.")


FREE = {
    *("travel.modes", "travel.speeds_kmh", "travel.peak_factor", "reach.thresholds", "reach.tier_weight"),
    *("candidates.readiness", "score.weights", "scenarios", "sweeps.keys", "sweeps.speed_factor"),
    *(
        "doubt.loss",
        "doubt.additions_by",
        "portfolio.cost_per_m2",
        "candidates.typical_area_m2",
        "isochrones.minutes",
        "override",
    ),
    *(f"transit.{table}" for table in ("headway_minutes", "speed_kmh", "access_minutes", "detour")),
}


@pytest.mark.parametrize(
    "path", ["config/config.yaml", *(f"config/cities/{c}.yaml" for c in ("hanoi", "hcmc", "shanghai", "sample"))]
)
def test_every_shipped_key_stands_in_the_reference_with_a_meaning(path):
    lines = PAGES["config/README.md"].splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| `")]
    meaning = {row[0].strip("`"): row[-1] for row in rows}
    for key in _keys(_yaml(path)):
        assert meaning.get(key, "").strip(), key


def test_every_table_and_column_stands_in_the_dictionary():
    text = PAGES["docs/DATA_DICTIONARY.md"]
    for table in TABLES.values():
        section = text.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        for column in table.columns:
            assert f"| {column.name} |" in section
            assert column.meaning


def test_check_fails_on_a_stale_page_and_writing_mends_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for folder in ("config", "docs"):
        (tmp_path / folder).mkdir()
    assert docs.main([]) == 0
    assert docs.main(["--check"]) == 0
    page = tmp_path / "config" / "README.md"
    page.write_text("old")
    assert docs.main(["--check"]) == 1
    assert "config/README.md" in capsys.readouterr().err
    assert page.read_text() == "old"
    docs.main([])
    assert page.read_text(encoding="utf-8") == PAGES["config/README.md"]
