"""How a layer is drawn, told once: the styles of QGIS (QML) and of other programs (SLD) are written from it.

Colours and sizes are those of the pages; a size is in pixels of the page, 1/96 inch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from creative_nodes.report.draw.named import hex_of
from creative_nodes.report.gis.layers import Shape

MM_PER_PIXEL = 25.4 / 96
Sign = Literal["circle", "square", "diamond", "cross"]
Comparison = Literal["=", "<>", "<", "<=", ">", ">=", "null"]


@dataclass(frozen=True)
class Test:
    """A condition on a field; `null` holds where it has no value, no other does."""

    field: str
    comparison: Comparison
    value: str | float | bool = 0.0


@dataclass(frozen=True)
class Moved:
    """A place whose sign stands aside, with a line to it: mm to the right and up, on maps of scales above 1:`above`."""

    site_id: str
    x_mm: float
    y_mm: float
    above: int


@dataclass(frozen=True)
class Symbol:
    """What is drawn of a feature: colours as #rrggbb, empty for none, sizes in pixels of the page.

    `number` names a field whose value stands in the sign, `moved` the signs that stand aside.
    """

    fill: str = ""
    fill_opacity: float = 1.0
    stroke: str = ""
    stroke_opacity: float = 1.0
    width: float = 1.0
    dash: tuple[float, ...] = ()
    sign: Sign = "circle"
    size: float = 8.0
    number: str = ""
    moved: tuple[Moved, ...] = ()


# all of these tests, or all of those; nothing: always
When = tuple[tuple[Test, ...], ...]


@dataclass(frozen=True)
class Rule:
    """What is drawn of the features for which it holds; the rules of a layer take each feature once."""

    label: str
    symbol: Symbol
    when: When = ()


@dataclass(frozen=True)
class Text:
    """A text beside the features for which it holds, the first of the fields that has one; `moved` as of the signs."""

    fields: tuple[str, ...]
    size: float
    colour: str
    when: When = ()
    moved: tuple[Moved, ...] = ()


@dataclass(frozen=True)
class Look:
    """How a layer is drawn: its name for readers, its rules, the first on top, and its texts.

    `shown` tells whether a project draws it at first, `group` where it stands there; of rows with one rule those with
    the least value of the field `first` lie on top. Over what is kept `clear` no text of another layer is put where
    there is another place for it.
    """

    title: str
    group: str
    rules: tuple[Rule, ...]
    texts: tuple[Text, ...] = ()
    shown: bool = False
    first: str = ""
    clear: bool = False


def symbol_of(style: Mapping[str, Any]) -> Symbol:
    """Turn a style of the page's map, in Leaflet's words, into a symbol."""
    filled = style.get("fill", "fillColor" in style)
    stroked = style.get("stroke", "color" in style)
    return Symbol(
        fill=hex_of(str(style["fillColor"])) if filled else "",
        fill_opacity=float(style.get("fillOpacity", 1)),
        stroke=hex_of(str(style["color"])) if stroked else "",
        stroke_opacity=float(style.get("opacity", 1)),
        width=float(style.get("weight", 1)),
        dash=tuple(float(part) for part in str(style.get("dashArray", "")).split()),
        sign=style.get("sign", "circle"),
        size=2 * float(style.get("radius", 4)),
    )


def geometry_of(shape: Shape) -> Literal["marker", "line", "fill"]:
    """Say what kind of symbol a geometry type is drawn with."""
    kinds: dict[Shape, Literal["marker", "line", "fill"]] = {"Point": "marker", "MultiLineString": "line"}
    return kinds.get(shape, "fill")
