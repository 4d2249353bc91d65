from pathlib import Path
from typing import Any

import pytest
import yaml

from creative_nodes.locate.settings import Locate
from creative_nodes.locate.taxonomy import Taxonomies, Taxonomy, read_taxonomy
from creative_nodes.settings import load_config

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def heritage() -> Taxonomy:
    return read_taxonomy(ROOT / "config" / "taxonomy" / "industrial_heritage.yaml")


@pytest.fixture(scope="session")
def creative() -> Taxonomy:
    return read_taxonomy(ROOT / "config" / "taxonomy" / "creative_spaces.yaml")


@pytest.fixture(scope="session")
def amenities() -> Taxonomy:
    return read_taxonomy(ROOT / "config" / "taxonomy" / "amenities.yaml")


@pytest.fixture(scope="session")
def taxonomies(heritage: Taxonomy, creative: Taxonomy, amenities: Taxonomy) -> Taxonomies:
    return Taxonomies(heritage, creative, amenities)


@pytest.fixture(scope="session")
def main_config() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def settings(main_config: dict[str, Any]) -> Locate:
    return load_config(main_config).locate
