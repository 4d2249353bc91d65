"""The street tables of a city and its public transport, from which networks are built."""

from __future__ import annotations

import json
from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from operator import is_
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes.common import Mode, TravelMode, projected, restore, tables
from creative_nodes.pull import STREET_EDGES, STREET_NODES, STUDY_AREA
from creative_nodes.streets import network as net
from creative_nodes.streets.ground import Ground, Touches, Tries
from creative_nodes.streets.settings import Transit, Travel
from creative_nodes.streets.tables import SERVICES, STATIONS
from creative_nodes.streets.transit import add_transit

# what `read_streets` needs of the settings
STREET_KEYS = ("city.country", "analysis.travel", "analysis.transit")


@dataclass(frozen=True)
class PublicTransport:
    """Stations and services, the tables of these names, and how they are boarded."""

    stations: gpd.GeoDataFrame
    services: pd.DataFrame
    settings: Transit


@dataclass(frozen=True)
class _Lay:
    """Where streets and places lie, found once: it is the same for every mode and under all settings of travel."""

    grounds: dict[tuple[int, int], tuple[gpd.GeoDataFrame, Ground]] = field(default_factory=dict)
    # by the streets of a network, which are the same array at all speeds, the shapes and the spacing
    touched: MutableMapping[tuple[int, int, float], tuple[np.ndarray, np.ndarray, tuple[Tries, Touches]]] = field(
        default_factory=dict
    )
    # by where they touch and the distance
    joins: MutableMapping[tuple[tuple[int, int, float], float], net.Entrances] = field(default_factory=dict)
    places: dict[tuple[int, int], tuple[gpd.GeoDataFrame, np.ndarray, np.ndarray]] = field(default_factory=dict)

    def apart(self) -> _Lay:
        """Return what knows all that this knows, and keeps for itself what is found on other networks."""
        return replace(self, touched=ChainMap({}, self.touched), joins=ChainMap({}, self.joins))

    def ground(self, edges: gpd.GeoDataFrame, epsg: int) -> Ground:
        """Lay out the table street_edges."""
        if (id(edges), epsg) not in self.grounds:
            # tables are kept with what is found, so that their ids are not given to others
            self.grounds[id(edges), epsg] = (edges, Ground.of(edges, epsg))
        return self.grounds[id(edges), epsg][1]

    def entrances(
        self, network: net.StreetNetwork, shapes: np.ndarray, *, within_m: float, spacing_m: float
    ) -> net.Entrances:
        """Join shapes to a network; those that cannot be changed once."""
        if shapes.flags.writeable:
            return net.find_entrances(network, shapes, within_m=within_m, spacing_m=spacing_m)
        at = (id(network.streets), id(shapes), spacing_m)
        if at not in self.touched:
            # both arrays are kept with what is found, so that their ids are not given to others
            self.touched[at] = (network.streets, shapes, network.touches(shapes, spacing_m))
        if (at, within_m) not in self.joins:
            self.joins[at, within_m] = net.entrances_of(self.touched[at][2], len(shapes), within_m=within_m)
        return self.joins[at, within_m]

    def shapes(self, frame: gpd.GeoDataFrame, epsg: int) -> np.ndarray:
        """Return a table's geometry in the metric CRS, as an array that cannot be changed."""
        own = frame.geometry.to_numpy()
        kept = self.places.get((id(frame), epsg))
        # shapes never change, but a table may have got others
        if kept is None or len(kept[1]) != len(own) or not all(map(is_, kept[1], own)):
            moved = projected(frame, epsg)
            moved.flags.writeable = False
            kept = self.places[id(frame), epsg] = (frame, own.copy(), moved)
        return kept[2]


@dataclass(frozen=True)
class Streets:
    """The street tables and what is needed to build a network of them; each network is built once.

    A copy made by `dataclasses.replace` knows where things lie, too.
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    travel: Travel
    country: str
    epsg: int
    transport: PublicTransport | None = None
    _built: dict[tuple[str, bool, bool], net.StreetNetwork] = field(default_factory=dict, repr=False, compare=False)
    # networks of the same streets under other settings, by `_laid`
    _alike: dict[tuple[str, bool, int, int], net.StreetNetwork] = field(default_factory=dict, repr=False, compare=False)
    _lay: _Lay = field(default_factory=_Lay, repr=False, compare=False)

    def has(self, mode: TravelMode) -> bool:
        """Tell whether the city has a network of that mode: for transit, whether any service is known."""
        if mode == "transit":
            return self.transport is not None and len(self.transport.services) > 0
        return mode in self.travel.modes

    def network(self, mode: TravelMode, *, in_metres: bool = False, islands: bool = False) -> net.StreetNetwork:
        """Return the network of a mode, in minutes or metres, with or without the islands cut off from it.

        Transit is the walking network with the services on it, in minutes.
        """
        key = (mode, in_metres, islands)
        if key not in self._built:
            self._built[key] = self._with_services() if mode == "transit" else self._streets_of(*key)
        return self._built[key]

    def under(self, travel: Travel) -> Streets:
        """Return the streets under other travel settings, with the networks of modes that stay as they are.

        What is found on the others goes with them.
        """
        today = self.travel
        if travel == today:
            return self
        # how far places are joined is no matter of the streets, but stations are places on those of public transport
        joins = {"snap_within_m": today.snap_within_m}
        built = {}
        if travel.model_copy(update=joins) == today:
            built = {key: network for key, network in self._built.items() if key[0] != "transit"}
        elif travel.model_copy(update={"speeds_kmh": today.speeds_kmh}) == today:
            old, new = (one.speeds_kmh[self.country] for one in (today, travel))
            # the way to the street is walked, so another walking speed changes every network but those in metres
            same: set[str] = set()
            if old["walk"] == new["walk"]:
                same = {"transit", *(mode for mode in travel.modes if old[mode] == new[mode])}
            built = {key: network for key, network in self._built.items() if key[0] in same or key[1]}
        in_minutes = {key: one for key, one in self._built.items() if key[0] != "transit" and not key[1]}
        alike = self._alike | {self._laid(mode, islands): one for (mode, _, islands), one in in_minutes.items()}
        return replace(self, travel=travel, _built=built, _alike=alike, _lay=self._lay.apart())

    def _streets_of(self, mode: str, in_metres: bool, islands: bool) -> net.StreetNetwork:
        of, own, travel = net.StreetTables(self.nodes, self.edges, self.epsg), cast(Mode, mode), self.travel
        alike = None if in_metres else self._alike.get(self._laid(mode, islands))
        if alike is not None:
            return net.at_other_speeds(alike, of, mode=own, travel=travel, country=self.country)
        return net.build_network(
            of,
            mode=own,
            travel=travel,
            country=self.country,
            in_metres=in_metres,
            islands=islands,
            ground=self._lay.ground(self.edges, self.epsg),
        )

    def _laid(self, mode: str, islands: bool) -> tuple[str, bool, int, int]:
        """Return all that tells which streets a network in minutes has; what remains is what they cost."""
        return mode, islands, self.travel.min_island_nodes, id(self._lay.ground(self.edges, self.epsg))

    def _with_services(self) -> net.StreetNetwork:
        if self.transport is None:
            raise ValueError("no public transport is known here; ask `has` first")
        return add_transit(
            self.network("walk"),
            self.transport.stations,
            self.transport.services,
            self.transport.settings,
            snap_within_m=self.travel.snap_within_m,
        )

    def entrances(
        self, network: net.StreetNetwork, shapes: np.ndarray, *, within_m: float | None = None
    ) -> net.Entrances:
        """Join shapes (metric CRS) to a network; `within_m` metres, by default the configured snap distance."""
        return self._lay.entrances(
            network,
            shapes,
            within_m=self.travel.snap_within_m if within_m is None else within_m,
            spacing_m=self.travel.entrance_spacing_m,
        )

    def site_entrances(self, network: net.StreetNetwork, shapes: np.ndarray) -> net.Entrances:
        """Join the shapes of sites (metric CRS) to a network all along their outlines."""
        return self._lay.entrances(
            network, shapes, within_m=self.travel.snap_within_m, spacing_m=self.travel.site_entrance_spacing_m
        )

    def shapes(self, frame: gpd.GeoDataFrame) -> np.ndarray:
        """Return a table's geometry in the metric CRS, as an array that cannot be changed."""
        return self._lay.shapes(frame, self.epsg)


def read_streets(files: Mapping[str, str], settings: str) -> Streets:
    """Read the streets of a city, and its public transport where the files name it.

    Parameters
    ----------
    files : paths of the tables study_area, street_nodes, street_edges, and of stations and services.
    settings : JSON of a rule's settings, with `STREET_KEYS`.
    """
    transport = None
    if files.get("services"):
        transport = PublicTransport(
            tables.read(STATIONS, files["stations"]),
            tables.read(SERVICES, files["services"]),
            restore(settings, "analysis.transit", Transit),
        )
    return Streets(
        tables.read(STREET_NODES, files["street_nodes"]),
        tables.read(STREET_EDGES, files["street_edges"]),
        restore(settings, "analysis.travel", Travel),
        json.loads(settings)["city.country"],
        int(tables.read(STUDY_AREA, files["study_area"])["epsg"].iloc[0]),
        transport,
    )
