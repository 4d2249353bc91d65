"""Read the tables of several cities that stand side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from creative_nodes.common import tables
from creative_nodes.report.cities.comparing import ComparedCity
from creative_nodes.report.city.figures import snapshot_of
from creative_nodes.report.settings import settings_of
from creative_nodes.report.tables import TABLES


def compared_cities(settings: Sequence[str], files: Mapping[str, Any]) -> list[ComparedCity]:
    """Read cities to set side by side.

    Parameters
    ----------
    settings : of each city, JSON as `settings_of` reads it.
    files : one file a city by the name of the table, `scores` among them; what is no list of files is passed over.

    Raises
    ------
    InputError : a table cannot be read.
    """
    paths = {name: found for name, found in files.items() if name in TABLES and not isinstance(found, str | Path)}
    return [
        ComparedCity(
            settings_of(text),
            {name: tables.read(TABLES[name], of_cities[i]) for name, of_cities in paths.items()},
            snapshot_of(tables.provenance(paths["scores"][i])),
        )
        for i, text in enumerate(settings)
    ]
