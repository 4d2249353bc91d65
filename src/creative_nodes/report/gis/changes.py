"""What changed from one run to another, for desktop GIS: a GeoPackage of its own."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from creative_nodes.report.gis.geopackage import write_layers
from creative_nodes.report.gis.layers import OUTLINE, layers_of
from creative_nodes.report.gis.symbols import Look, Rule, Symbol, Test, Text

INK = "#2b2b2b"
# in the words and colours of the page of changes
CHANGES = {
    "up": ("won ranks", "#0072b2"),
    "down": ("lost ranks", "#b34a00"),
    "level": ("same rank", "#8d867b"),
    "new": ("new candidate", "#00664b"),
    "ranked": ("ranked now", "#00664b"),
    "gone": ("no longer a candidate", "#8a4f74"),
    "unranked": ("no longer ranked", "#8a4f74"),
    "never_ranked": ("not ranked in either run", "#ffffff"),
}


def _looks() -> dict[str, Look]:
    signs, shapes = [], []
    for change, (words, colour) in CHANGES.items():
        when = ((Test("change", "=", change),),)
        signs.append(Rule(words, Symbol(colour, 1, INK, 1, 0.8, size=10), when))
        shapes.append(Rule(words, Symbol(colour, 0.3, colour, 1, 1.2), when))
    titles, texts = ("What changed", "What changed, outlines"), (Text(("name", "name_en"), 11, INK),)
    return {
        "run_changes": Look(titles[0], "", tuple(signs), texts),
        f"run_changes{OUTLINE}": Look(titles[1], "", tuple(shapes)),
    }


def pack_changes(changes: pd.DataFrame, steps: pd.DataFrame, path: str | Path) -> None:
    """Write what changed from one run to another as a GeoPackage.

    Parameters
    ----------
    changes, steps : the tables run_changes and run_steps.
    path : file to write, whole or not at all.
    """
    told = {"TITLE": "What changed from one run to another", "LICENSE": "that of the data of the two runs"}
    write_layers(layers_of({"run_changes": changes, "run_steps": steps}), _looks(), path, about=told)
