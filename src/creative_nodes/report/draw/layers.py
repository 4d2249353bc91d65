"""Layers of a map as the pages need them: without a link to a network, their features in the page's data.

What folium keeps to itself (ids, children) is touched here and nowhere else.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

import folium
from branca.element import Element, MacroElement
from folium.template import Template
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from creative_nodes.report.draw.packed import packed_shape

Style = dict[str, Any]
Feature = tuple[Any, ...]  # type, packed coordinates, row number, and a rank for a pin


class OfflineMap(folium.Map):
    """A folium map that links to nothing: Leaflet is written into the page instead."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's own class attributes
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


class Shapes(folium.map.Layer):
    """Features with one style, in one pane; the page's script takes them out of its data when they are first shown."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = layerOf({{ this._id|tojson }}, {
                pane: {{ this.pane|tojson }},
                interactive: {{ this.interactive|tojson }},
                {%- if this.marker == "dot" %}
                pointToLayer: (feature, at) => L.circleMarker(at, {{ this.options }}),
                {%- elif this.marker == "sign" %}
                pointToLayer: (feature, at) => signAt(at, {{ this.options }}),
                {%- elif this.marker %}
                pointToLayer: (feature, at) => L.marker(at, {
                    icon: L.divIcon({
                        className: {{ this.marker|tojson }},
                        html: String(feature.properties.rank ?? ""),
                        iconSize: {{ this.size|tojson }},
                    }),
                    keyboard: {{ (this.marker == "pin")|tojson }},
                    riseOnHover: true,
                    zIndexOffset: feature.properties.rank ? 5000 - 100 * feature.properties.rank : 0,
                }),
                {%- else %}
                style: () => ({{ this.options }}),
                {%- endif %}
            });
        {% endmacro %}
        """
    )

    def __init__(
        self,
        features: Sequence[Feature],
        style: Style,
        *,
        name: str | None = None,
        show: bool = True,
        pane: str = "overlayPane",
        interactive: bool = True,
        marker: str = "",
        size: tuple[int, int] = (12, 12),
    ) -> None:
        super().__init__(name=name, overlay=True, control=name is not None, show=show)
        self._name = "Shapes"
        self.features = list(features)
        self.pane = pane
        self.interactive = interactive
        self.marker = marker
        self.size = size
        self.options = json.dumps({**style, "pane": pane, "interactive": interactive})

    @property
    def key(self) -> str:
        """Name by which the page's script asks for the features."""
        return str(self._id)


class Legend(folium.LayerControl):
    """The layer control as a legend: what is drawn on top stands first."""

    def render(self, **kwargs: Any) -> str:
        """List the layers from the top down."""
        parent: Any = self._parent
        layers = [item for item in parent._children.values() if isinstance(item, folium.map.Layer)]
        shown = [item for item in layers if item.control]
        self.base_layers = OrderedDict((item.layer_name, item.get_name()) for item in shown if not item.overlay)
        self.overlays = OrderedDict((item.layer_name, item.get_name()) for item in reversed(shown) if item.overlay)
        # past folium's own render, which would list them in the order they were added
        return str(MacroElement.render(self, **kwargs))  # type: ignore[no-untyped-call]


def name_it(element: Element, name: str) -> None:
    """Give an element a name of our own: folium's random ids would change the page at every run.

    Parameters
    ----------
    element : of a map.
    name : unlike that of any other element of its class.
    """
    element._id = name


def add(parent: Element, child: Element, name: str) -> Any:
    """Add an element to another, under a name of our own.

    Parameters
    ----------
    parent : a map, or a group of layers.
    child : what is added; returned.
    name : see `name_it`.
    """
    name_it(child, name)
    return child.add_to(parent)


def shape_features(geometries: Sequence[BaseGeometry], *, rows: Sequence[int] = ()) -> list[Feature]:
    """Pack geometries (EPSG:4326) as features numbered in order, or by `rows`; empty ones are left out.

    Parameters
    ----------
    geometries : EPSG:4326.
    rows : their numbers; none: 0, 1, 2, ....
    """
    numbers = rows or range(len(geometries))
    return [(*packed_shape(shape), i) for i, shape in zip(numbers, geometries, strict=True) if not shape.is_empty]


def point_features(points: Sequence[tuple[int, float, float]], *, ranks: Sequence[int] = ()) -> list[Feature]:
    """Pack (row, longitude, latitude) as features, with ranks when given.

    Parameters
    ----------
    points : row, longitude and latitude (EPSG:4326) of each.
    ranks : of each point; none: they have no rank.
    """
    packed = [(*packed_shape(Point(lon, lat)), row) for row, lon, lat in points]
    return [(*feature, rank) for feature, rank in zip(packed, ranks, strict=True)] if ranks else packed


def within(parent: Any) -> Iterator[Any]:
    """Go through everything on the map, however deep."""
    for item in parent._children.values():
        yield item
        yield from within(item)
