"""Styles as other programs read them: OGC Styled Layer Descriptor 1.1 with Symbology Encoding 1.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element, tostring

from creative_nodes.report.gis.layers import Shape
from creative_nodes.report.gis.qml import FONT, NUMBER, NUMBER_SHARE, add
from creative_nodes.report.gis.symbols import Look, Rule, Symbol, Test, Text, When, geometry_of

SPACES = {
    "xmlns": "http://www.opengis.net/sld",
    "xmlns:se": "http://www.opengis.net/se",
    "xmlns:ogc": "http://www.opengis.net/ogc",
    "version": "1.1.0",
}
OPERATORS = {
    "=": "PropertyIsEqualTo",
    "<>": "PropertyIsNotEqualTo",
    "<": "PropertyIsLessThan",
    "<=": "PropertyIsLessThanOrEqualTo",
    ">": "PropertyIsGreaterThan",
    ">=": "PropertyIsGreaterThanOrEqualTo",
    "null": "PropertyIsNull",
}


def _parameter(parent: Element, name: str, value: str | float) -> None:
    add(parent, "se:SvgParameter", value if isinstance(value, str) else f"{value:g}", name=name)


def _filled(parent: Element, symbol: Symbol) -> None:
    if symbol.fill:
        fill = add(parent, "se:Fill")
        _parameter(fill, "fill", symbol.fill)
        _parameter(fill, "fill-opacity", symbol.fill_opacity)


def _stroked(parent: Element, symbol: Symbol) -> None:
    if symbol.stroke:
        stroke = add(parent, "se:Stroke")
        _parameter(stroke, "stroke", symbol.stroke)
        _parameter(stroke, "stroke-opacity", symbol.stroke_opacity)
        _parameter(stroke, "stroke-width", symbol.width)
        if symbol.dash:
            _parameter(stroke, "stroke-dasharray", " ".join(f"{part:g}" for part in symbol.dash))


def _mark(parent: Element, symbol: Symbol) -> None:
    graphic = add(parent, "se:Graphic")
    mark = add(graphic, "se:Mark")
    add(mark, "se:WellKnownName", {"diamond": "square", "cross": "x"}.get(symbol.sign, symbol.sign))
    _filled(mark, symbol)
    _stroked(mark, symbol)
    add(graphic, "se:Size", f"{symbol.size:g}")
    if symbol.sign == "diamond":
        add(add(graphic, "se:Rotation"), "ogc:Literal", "45")


def _symbolizer(parent: Element, symbol: Symbol, kind: str) -> None:
    if kind == "marker":
        _mark(add(parent, "se:PointSymbolizer"), symbol)
    elif kind == "line":
        _stroked(add(parent, "se:LineSymbolizer"), symbol)
    else:
        area = add(parent, "se:PolygonSymbolizer")
        _filled(area, symbol)
        _stroked(area, symbol)


def _condition(parent: Element, test: Test) -> None:
    if isinstance(test.value, bool):
        # programs that ask the database compare with 1, others with true
        either = add(parent, "ogc:Or")
        for value in (str(test.value).lower(), int(test.value)):
            _condition(either, replace(test, value=value))
        return
    found = add(parent, f"ogc:{OPERATORS[test.comparison]}")
    add(found, "ogc:PropertyName", test.field)
    if test.comparison != "null":
        add(found, "ogc:Literal", test.value if isinstance(test.value, str) else f"{test.value:.10g}")


def _all_of(parent: Element, tests: Sequence[Test]) -> None:
    found = add(parent, "ogc:And") if len(tests) > 1 else parent
    for test in tests:
        _condition(found, test)


def _filter(parent: Element, when: When) -> None:
    """Write a condition, unless it always holds. A default rule is not used: QGIS draws it everywhere."""
    if when:
        found = add(parent, "ogc:Filter")
        either = add(found, "ogc:Or") if len(when) > 1 else found
        for tests in when:
            _all_of(either, tests)


def _rule(parent: Element, rule: Rule, kind: str) -> None:
    found = add(parent, "se:Rule")
    add(found, "se:Name", rule.label)
    add(add(found, "se:Description"), "se:Title", rule.label)
    _filter(found, rule.when)
    _symbolizer(found, rule.symbol, kind)
    if rule.symbol.number:
        _words(found, rule.symbol.number, rule.symbol.size * NUMBER_SHARE, NUMBER, at="0.5")


def _text(parent: Element, text: Text) -> None:
    rule = add(parent, "se:Rule")
    _filter(rule, text.when)
    _words(rule, text.fields[0], text.size, text.colour, at="-0.1")


def _words(parent: Element, field: str, size: float, colour: str, *, at: str) -> None:
    found = add(parent, "se:TextSymbolizer")
    add(add(found, "se:Label"), "ogc:PropertyName", field)
    font = add(found, "se:Font")
    _parameter(font, "font-family", FONT)
    _parameter(font, "font-size", size)
    placed = add(add(found, "se:LabelPlacement"), "se:PointPlacement")
    anchor = add(placed, "se:AnchorPoint")
    add(anchor, "se:AnchorPointX", at)
    add(anchor, "se:AnchorPointY", "0.5")
    _parameter(add(found, "se:Fill"), "fill", colour)


def sld(look: Look, shape: Shape, *, name: str) -> str:
    """Write the style of a layer as SLD.

    Parameters
    ----------
    look, shape, name : of the layer. Of a text with several fields SLD has the first alone.
    """
    root = Element("StyledLayerDescriptor", SPACES)
    layer = add(root, "NamedLayer")
    add(layer, "se:Name", name)
    drawn = add(add(layer, "UserStyle"), "se:FeatureTypeStyle")
    for rule in reversed(look.rules):  # the last is drawn on top
        _rule(drawn, rule, geometry_of(shape))
    for text in look.texts:
        _text(drawn, text)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")
