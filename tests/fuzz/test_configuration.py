"""The configuration and city files, spoilt."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from spoiling import read_or_told, spoilt, spoilt_tree

from creative_nodes.common import read_yaml
from creative_nodes.settings import load_config, load_settings, wanted_downloads

ROOT = Path(__file__).resolve().parents[2]
MAIN = (ROOT / "config" / "config.yaml").read_text(encoding="utf-8")
CITY = (ROOT / "config" / "cities" / "hanoi.yaml").read_text(encoding="utf-8")
CONFIG = load_config(yaml.safe_load(MAIN))


def dumped(tree):
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)


@pytest.fixture(scope="module")
def read_main(folder):
    path = folder / "config.yaml"

    def read(text):
        path.write_text(text, encoding="utf-8", newline="")
        load_config(read_yaml(path), where="config.yaml")

    return read


@pytest.fixture(scope="module")
def read_city(folder):
    path = folder / "config" / "cities" / "trial.yaml"
    path.parent.mkdir(parents=True)

    def read(text):
        path.write_text(text, encoding="utf-8", newline="")
        load_settings(CONFIG, "trial", root=folder)
        wanted_downloads({"cities": ["trial"]} | yaml.safe_load(MAIN), cities=["trial"], root=folder)

    return read


@given(tree=spoilt_tree(yaml.safe_load(MAIN)))
def test_values_of_the_configuration(read_main, tree):
    with read_or_told("config.yaml"):
        read_main(dumped(tree))


@given(text=spoilt(MAIN))
def test_the_text_of_the_configuration(read_main, text):
    with read_or_told("config.yaml"):
        read_main(text)


@given(tree=spoilt_tree(yaml.safe_load(CITY), most=3))
def test_values_of_a_city(read_city, tree):
    with read_or_told("trial.yaml"):
        read_city(dumped(tree))


@given(text=spoilt(CITY))
def test_the_text_of_a_city(read_city, text):
    with read_or_told("trial.yaml"):
        read_city(text)
