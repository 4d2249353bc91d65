"""Styles as QGIS keeps them (QML of 3.22, which later versions read), written without QGIS."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from creative_nodes.common import Column
from creative_nodes.report.gis.layers import Shape, alias
from creative_nodes.report.gis.symbols import MM_PER_PIXEL, Look, Moved, Rule, Symbol, Test, Text, When, geometry_of

VERSION = "3.22.16"
DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
FONT = "Open Sans"  # comes with QGIS; signs that it lacks are taken from the system's fonts
LAYER_CLASSES = {"marker": "SimpleMarker", "line": "SimpleLine", "fill": "SimpleFill"}
POINTS_PER_PIXEL = 0.75
AROUND = "6"  # QGIS's number for texts that stand round a point, in places by preference
BY_EXPRESSION = 3  # and for a property that an expression tells
BESIDE_MM = 3.2
TIE_WIDTH, TIE_DOT = 1.4, 6  # of the line from a sign that stands aside to its place, and of the dot there
NUMBER, NUMBER_SHARE = "#ffffff", 0.58  # of the size of a sign
SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 4122, for names that are addresses


def key_of(*parts: str | int) -> str:
    """Make an id in QGIS's form that is the same in every run.

    Parameters
    ----------
    parts : what it is the id of.
    """
    return "{" + str(uuid.uuid5(SPACE, "/".join(["creative-nodes", *map(str, parts)]))) + "}"


def text_of(root: Element) -> str:
    """Write a style as text."""
    return DOCTYPE + tostring(root, encoding="unicode")


def add(parent: Element, tag: str, *text: str, **attributes: Any) -> Element:
    """Add an element with its attributes, all of them as text.

    Parameters
    ----------
    parent : that it is put into.
    tag : its name.
    text : its text, where it has one.
    attributes : by name; one trailing underscore is left out, for `class_`.
    """
    child = SubElement(parent, tag, {name.removesuffix("_"): str(value) for name, value in attributes.items()})
    child.text = "".join(text) or None
    return child


# ---------------------------------------------------------------- symbols


def rgba(colour: str, opacity: float) -> str:
    """Write a colour as QGIS does: 213,94,0,255; none is wholly transparent.

    Parameters
    ----------
    colour : #rrggbb, or empty.
    opacity : 0-1.
    """
    if not colour:
        return "0,0,0,0"
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def _mm(pixels: float) -> str:
    return f"{pixels * MM_PER_PIXEL:.3g}"


def _line(symbol: Symbol) -> dict[str, str]:
    options = {"line_color": rgba(symbol.stroke, symbol.stroke_opacity), "line_width": _mm(symbol.width)}
    options |= {"line_width_unit": "MM", "joinstyle": "round", "capstyle": "round"}
    if symbol.dash:
        options |= {"use_custom_dash": "1", "customdash": ";".join(map(_mm, symbol.dash)), "customdash_unit": "MM"}
    return options


def _outline(symbol: Symbol) -> dict[str, str]:
    return {
        "outline_color": rgba(symbol.stroke, symbol.stroke_opacity),
        "outline_style": ("dash" if symbol.dash else "solid") if symbol.stroke else "no",
        "outline_width": _mm(symbol.width),
        "outline_width_unit": "MM",
    }


def _options(symbol: Symbol, kind: str) -> dict[str, str]:
    if kind == "line":
        return _line(symbol)
    filled = {"color": rgba(symbol.fill, symbol.fill_opacity), **_outline(symbol)}
    if kind == "fill":
        return {**filled, "style": "solid" if symbol.fill else "no", "joinstyle": "round"}
    sign = {"diamond": "square", "cross": "cross2"}.get(symbol.sign, symbol.sign)
    turned = "45" if symbol.sign == "diamond" else "0"
    return {**filled, "name": sign, "angle": turned, "size": _mm(symbol.size), "size_unit": "MM"}


def _layer(parent: Element, kind: str, settings: Mapping[str, str], level: int) -> Element:
    found = add(parent, "layer", class_=kind, enabled=1, locked=0, **{"pass": level})
    options = add(found, "Option", type="Map")
    for key, value in sorted(settings.items()):
        add(options, "Option", name=key, type="QString", value=value)
    return found


def _by_expression(layer: Element, **told: str) -> None:
    """Have expressions tell properties of a layer of a symbol, by QGIS's names of them."""
    data = add(add(layer, "data_defined_properties"), "Option", type="Map")
    add(data, "Option", name="name", type="QString", value="")
    properties = add(data, "Option", name="properties", type="Map")
    for name, expression in told.items():
        shown = add(properties, "Option", name=name, type="Map")
        add(shown, "Option", name="active", type="bool", value="true")
        add(shown, "Option", name="expression", type="QString", value=expression)
        add(shown, "Option", name="type", type="int", value=BY_EXPRESSION)
    add(data, "Option", name="type", type="QString", value="collection")


def _of_moved(moved: Sequence[Moved], told: Mapping[str, str], otherwise: str) -> str:
    """Tell an expression by site, on maps where it stands aside."""
    cases = [
        f"WHEN \"site_id\" = '{one.site_id}' AND @map_scale > {one.above} THEN {told[one.site_id]}" for one in moved
    ]
    return f"CASE {' '.join(cases)} ELSE {otherwise} END"


def offset_of(moved: Sequence[Moved]) -> str:
    """Tell how far signs stand aside, in QGIS's language: mm to the right and down."""
    return _of_moved(moved, {one.site_id: f"'{one.x_mm:g},{-one.y_mm:g}'" for one in moved}, "'0,0'")


def place_of(moved: Sequence[Moved]) -> str:
    """Tell where signs that stand aside are on the ground, in QGIS's language."""
    metres = {
        one.site_id: f"translate(transform($geometry, 'EPSG:4326', @map_crs), {one.x_mm / 1000:.6g} * @map_scale, "
        f"{one.y_mm / 1000:.6g} * @map_scale)"
        for one in moved
    }
    back = {site: f"transform({where}, @map_crs, 'EPSG:4326')" for site, where in metres.items()}
    return _of_moved(moved, back, "$geometry")


def _tie(parent: Element, symbol: Symbol, level: int) -> None:
    """Draw the place of a sign that stands aside as a dot, and a line from there to it; both under all signs."""
    aside = _of_moved(symbol.moved, {one.site_id: "true" for one in symbol.moved}, "false")
    line = {
        "SymbolType": "Line",
        "units": "MapUnit",
        "geometryModifier": f"make_line($geometry, {place_of(symbol.moved)})",
    }
    layer = _layer(parent, "GeometryGenerator", line, level - 1)
    _by_expression(layer, enabled=aside)
    inner = add(layer, "symbol", name="tie", type="line", alpha=1, clip_to_extent=1, force_rhr=0)
    _layer(inner, "SimpleLine", _line(Symbol(stroke=symbol.fill, width=TIE_WIDTH)), 0)
    dot = Symbol(symbol.fill, stroke=symbol.stroke, width=TIE_WIDTH / 2, size=TIE_DOT)
    _by_expression(_layer(parent, "SimpleMarker", _options(dot, "marker"), level - 1), enabled=aside)


def _number(parent: Element, symbol: Symbol, level: int) -> None:
    """Write the value of a field into a sign, as part of it: so that signs that lie over it hide it too."""
    settings = {"font": FONT, "font_style": "Bold", "color": rgba(NUMBER, 1), "outline_width": "0", "chr": "1"}
    settings |= {"size": _mm(symbol.size * NUMBER_SHARE), "size_unit": "MM", "joinstyle": "round"}
    layer = _layer(parent, "FontMarker", settings, level)
    aside = {"offset": offset_of(symbol.moved)} if symbol.moved else {}
    _by_expression(layer, char=f'to_string("{symbol.number}")', **aside)


def symbol_element(parent: Element, symbol: Symbol, kind: str, *, name: str, level: int = 0) -> Element:
    """Write a symbol.

    Parameters
    ----------
    parent : that it is put into.
    symbol : what is drawn.
    kind : marker, line or fill.
    name : by which a renderer finds it.
    level : those of higher levels are drawn over the others.
    """
    found = add(parent, "symbol", name=name, type=kind, alpha=1, clip_to_extent=1, force_rhr=0)
    if symbol.moved:
        _tie(found, symbol, level)
    layer = _layer(found, LAYER_CLASSES[kind], _options(symbol, kind), level)
    if symbol.moved:
        _by_expression(layer, offset=offset_of(symbol.moved))
    if symbol.number:
        _number(found, symbol, level)
    return found


# ---------------------------------------------------------------- conditions


def literal(value: float | bool) -> str:
    """Write a number or a flag as both kinds of styles do."""
    return str(value).lower() if isinstance(value, bool) else f"{value:.10g}"


def _condition(test: Test) -> str:
    if test.comparison == "null":
        return f'"{test.field}" IS NULL'
    if isinstance(test.value, str):
        quoted = test.value.replace("'", "''")
        return f"\"{test.field}\" {test.comparison} '{quoted}'"
    return f'"{test.field}" {test.comparison} {literal(test.value)}'


def expression(when: When) -> str:
    """Write a condition in QGIS's language; empty where it always holds."""
    either = [" AND ".join(_condition(test) for test in tests) for tests in when]
    return either[0] if len(either) == 1 else " OR ".join(f"({one})" for one in either)


# ---------------------------------------------------------------- renderer, texts, names of fields


def _rule(parent: Element, rule: Rule, *, key: str, symbol: int) -> None:
    add(parent, "rule", key=key, label=rule.label, symbol=symbol, filter=expression(rule.when))


def renderer(parent: Element, look: Look, shape: Shape, *, name: str) -> None:
    """Write how a layer is drawn.

    Parameters
    ----------
    parent : that it is put into.
    look, shape, name : of the layer.
    """
    single = len(look.rules) == 1 and not look.rules[0].when
    found = add(parent, "renderer-v2", type="singleSymbol" if single else "RuleRenderer")
    found.attrib |= {"symbollevels": str(int(not single)), "enableorderby": str(int(bool(look.first)))}
    if not single:
        rules = add(found, "rules", key=key_of(name, "rules"))
        for i, rule in enumerate(look.rules):
            _rule(rules, rule, key=key_of(name, "rule", i), symbol=i)
    symbols = add(found, "symbols")
    for i, rule in enumerate(look.rules):
        symbol_element(symbols, rule.symbol, geometry_of(shape), name=str(i), level=len(look.rules) - i)
    if look.first:
        add(add(found, "orderby"), "orderByClause", f'"{look.first}"', asc=0, nullsFirst=1)


def _first_of(fields: Sequence[str]) -> str:
    given = [f"nullif(to_string(\"{field}\"), '')" for field in fields]
    return given[0] if len(given) == 1 else f"coalesce({', '.join(given)})"


def _text_style(parent: Element, text: Text) -> None:
    style = add(parent, "text-style", fieldName=_first_of(text.fields), isExpression=1, textOpacity=1)
    style.attrib |= {"fontFamily": FONT, "fontSizeUnit": "Point", "fontSize": f"{text.size * POINTS_PER_PIXEL:g}"}
    style.attrib |= {"fontWeight": "50", "namedStyle": "Regular"}
    style.attrib |= {"textColor": rgba(text.colour, 1), "multilineHeight": "1", "fontKerning": "1"}
    add(
        style,
        "text-buffer",
        bufferDraw=1,
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor="255,255,255,255",
        bufferOpacity="0.85",
        bufferJoinStyle=128,
        bufferNoFill=1,
    )


def _texts(parent: Element, look: Look, name: str) -> None:
    rules = add(add(parent, "labeling", type="rule-based"), "rules", key=key_of(name, "texts"))
    for i, text in enumerate(look.texts):
        rule = add(rules, "rule", key=key_of(name, "text", i), filter=expression(text.when))
        settings = add(rule, "settings", calloutType="simple")
        _text_style(settings, text)
        add(settings, "text-format", autoWrapLength=28, multilineAlign=3)
        placed = add(
            settings,
            "placement",
            placement=AROUND,
            quadOffset=4,
            dist=BESIDE_MM,
            distUnits="MM",
            offsetUnits="MM",
            offsetType=0,
            predefinedPositionOrder="R,L,TR,BR,TL,BL,TSR,BSR,TSL,BSL,T,B",
            priority=6,
        )
        if text.moved:
            placed.attrib |= {"geometryGenerator": place_of(text.moved), "geometryGeneratorEnabled": "1"}
            placed.attrib["geometryGeneratorType"] = "PointGeometry"
        add(settings, "rendering", drawLabels=1, displayAll=0, obstacle=1, fontMaxPixelSize=10000)


def _kept_clear(parent: Element) -> None:
    """Let a layer without texts stand in the way of those of others: QGIS calls it blocking."""
    settings = add(add(parent, "labeling", type="simple"), "settings", calloutType="simple")
    add(settings, "text-style", fieldName="''", isExpression=1)
    add(settings, "placement", placement=AROUND, quadOffset=4, priority=0)
    add(settings, "rendering", drawLabels=0, obstacle=1, fontMaxPixelSize=10000)


def name_fields(parent: Element, columns: Sequence[Column]) -> None:
    """Write what the fields of a layer or table are called.

    Parameters
    ----------
    parent : that it is put into.
    columns : of the layer, in their order.
    """
    aliases = add(parent, "aliases")
    for i, column in enumerate(columns, start=1):  # behind the id that the format gives each row
        add(aliases, "alias", index=i, field=column.name, name=alias(column))


def fill_style(parent: Element, look: Look, shape: Shape, columns: Sequence[Column], *, name: str) -> None:
    """Put into an element all that tells how a layer is drawn and what its fields are called.

    Parameters
    ----------
    parent : a style, or a layer of a project.
    look, shape, columns, name : of the layer.
    """
    parent.attrib["labelsEnabled"] = str(int(bool(look.texts) or look.clear))
    renderer(parent, look, shape, name=name)
    if look.texts:
        _texts(parent, look, name)
    elif look.clear:
        _kept_clear(parent)
    name_fields(parent, columns)
    add(parent, "layerOpacity", "1")


def qml_of_table(columns: Sequence[Column]) -> str:
    """Write as QML what the fields of a table without geometry are called."""
    root = Element("qgis", {"version": VERSION, "styleCategories": "Fields"})
    name_fields(root, columns)
    return text_of(root)


def qml(look: Look, shape: Shape, columns: Sequence[Column], *, name: str) -> str:
    """Write the style of a layer as QML.

    Parameters
    ----------
    look, shape, columns, name : of the layer.
    """
    root = Element("qgis", {"version": VERSION, "styleCategories": "Symbology|Labeling|Fields"})
    fill_style(root, look, shape, columns, name=name)
    return text_of(root)
