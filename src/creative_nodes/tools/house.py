"""The picture of the house: which stage takes names from which, drawn from the imports of the code."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from html import escape
from math import sqrt
from pathlib import Path

PACKAGE = "creative_nodes"
SOURCE = Path(__file__).parents[1]
# in the order of the way: each imports from those before it
STAGES = (
    *("common", "pull", "locate", "people", "streets", "network", "reach", "score", "choose", "doubt"),
    *("settings", "newcity", "whatif", "runs", "report", "desk", "tools"),
)
CELL, MARGIN, WORDS = 30, 16, 560  # pixels
INK, MUTED, LINE, BOX = "#1d2733", "#5b6875", "#d8dee4", "#eaf1f6"


def _stage_of(path: Path) -> str:
    return path.relative_to(SOURCE).with_suffix("").parts[0]


@cache
def _taken_in(code: str) -> frozenset[tuple[str, str]]:
    """Find what a file takes from the package, as stage and name: read once, however often the house is drawn."""
    froms = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom)]
    own = [node for node in froms if (node.module or "").startswith(f"{PACKAGE}.")]
    return frozenset((str(node.module).split(".")[1], alias.name) for node in own for alias in node.names)


def names_taken() -> Counter[tuple[str, str]]:
    """Count the names that each stage takes from each other one: (taker, giver) -> names."""
    found: set[tuple[str, str, str]] = set()
    for path in SOURCE.rglob("*.py"):
        taker = _stage_of(path)
        pairs = _taken_in(path.read_text(encoding="utf-8"))
        found |= {(taker, giver, name) for giver, name in pairs if giver != taker}
    return Counter((taker, giver) for taker, giver, _ in found)


def _purpose(stage: str) -> str:
    """Return what a stage is for: the first line of its docstring."""
    file = SOURCE / f"{stage}.py"
    text = (file if file.is_file() else SOURCE / stage / "__init__.py").read_text(encoding="utf-8")
    said = (ast.get_docstring(ast.parse(text)) or "").splitlines()[0].partition(": ")[2]
    return said.partition(" (METHOD")[0].rstrip(".")


def _text(x: float, y: float, said: str, *, colour: str = INK, weight: int = 400) -> str:
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}" font-weight="{weight}">{escape(said)}</text>'


def picture() -> str:
    """Draw the stages as SVG: a row a stage, with a dot under each earlier stage that it takes names from."""
    taken = names_taken()
    side = len(STAGES) * CELL
    width, height = MARGIN * 2 + side + WORDS, MARGIN * 2 + side
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="system-ui, sans-serif" font-size="13" role="img" aria-labelledby="t">',
        '<title id="t">The stages in order. A dot in a row: that stage takes names from the stage above the dot; '
        "the larger, the more names.</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for row in range(len(STAGES)):
        middle = MARGIN + (row + 0.5) * CELL
        left = MARGIN + row * CELL
        # from the stage's name down: where those that take from it have their dots
        parts.append(f'<path d="M{left + CELL / 2:g} {middle:g}V{height - MARGIN}" stroke="{LINE}"/>')
        parts.append(f'<path d="M{MARGIN} {middle:g}H{left + CELL / 2:g}" stroke="{LINE}"/>')
    for row, stage in enumerate(STAGES):
        middle = MARGIN + (row + 0.5) * CELL
        left = MARGIN + row * CELL
        wide = 18 + 8.4 * len(stage)
        parts.append(
            f'<rect x="{left + 3:g}" y="{middle - 12:g}" width="{wide:g}" height="24" rx="4" fill="{BOX}" '
            f'stroke="{MUTED}"/>'
        )
        parts.append(_text(left + 10, middle + 4.5, stage, weight=600))
        parts.append(_text(left + wide + 12, middle + 4.5, _purpose(stage), colour=MUTED))
        for column, giver in enumerate(STAGES[:row]):
            if n := taken[stage, giver]:
                at = MARGIN + (column + 0.5) * CELL
                said = f"{stage} takes {n} name{'s' if n > 1 else ''} from {giver}"
                dot = f'<circle cx="{at:g}" cy="{middle:g}" r="{2 + sqrt(n):.1f}" fill="{INK}">'
                parts.append(f"{dot}<title>{said}</title></circle>")
    return "\n".join([*parts, "</svg>"]) + "\n"
