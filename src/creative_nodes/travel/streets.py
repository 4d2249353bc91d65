"""The street tables of a city, from which networks are built."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np

from creative_nodes.config import Travel, TravelMode
from creative_nodes.geo import projected
from creative_nodes.travel import network as net


@dataclass(frozen=True)
class Streets:
    """The street tables and what is needed to build a network of them; each network is built once."""

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    travel: Travel
    country: str
    epsg: int
    _built: dict[tuple[str, bool, bool], net.Network] = field(default_factory=dict, repr=False, compare=False)

    def has(self, mode: TravelMode) -> bool:
        """Tell whether the city has a network of that mode."""
        return mode in self.travel.modes

    def network(self, mode: TravelMode, *, in_metres: bool = False, islands: bool = False) -> net.Network:
        """Return the network of a mode, in minutes or metres, with or without the islands cut off from it."""
        key = (mode, in_metres, islands)
        if key not in self._built:
            self._built[key] = net.build_network(
                self.nodes,
                self.edges,
                mode=mode,  # type: ignore[arg-type]
                travel=self.travel,
                country=self.country,
                epsg=self.epsg,
                in_metres=in_metres,
                islands=islands,
            )
        return self._built[key]

    def entrances(self, network: net.Network, shapes: np.ndarray, *, within_m: float | None = None) -> net.Entrances:
        """Join shapes (metric CRS) to a network; `within_m` metres, by default the configured snap distance."""
        return net.find_entrances(
            network,
            shapes,
            within_m=self.travel.snap_within_m if within_m is None else within_m,
            spacing_m=self.travel.entrance_spacing_m,
        )

    def shapes(self, frame: gpd.GeoDataFrame) -> np.ndarray:
        """Return a table's geometry in the metric CRS, as an array."""
        return projected(frame, self.epsg)
