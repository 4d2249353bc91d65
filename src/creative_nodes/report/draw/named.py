"""The page's colours by name, for what is drawn without a browser: those of its light theme."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ASSETS = Path(__file__).parents[1] / "assets"
# --ink: #23211e; or, of a page with two themes, --ink: light-dark(#23211e, #ece8e0);
NAMED = re.compile(r"(--[\w-]+):\s*(?:light-dark\(\s*)?(#[0-9a-fA-F]{3,6})\b")


@cache
def named_colours() -> dict[str, str]:
    """Read the colours that the style sheets name: the first of each name, which is that of the light theme."""
    found: dict[str, str] = {}
    for path in sorted(ASSETS.glob("*.css")):
        for name, colour in NAMED.findall(path.read_text(encoding="utf-8")):
            found.setdefault(name, colour)
    return found


def hex_of(colour: str) -> str:
    """Write a colour, given by its name (--ink) or as #rgb or #rrggbb, as #rrggbb."""
    code = named_colours()[colour] if colour.startswith("--") else colour
    return code if len(code) == 7 else "#" + "".join(digit * 2 for digit in code[1:])
