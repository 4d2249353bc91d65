"""What is around the candidates, and a survey that does each step once for what it depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes.common import told, told_n
from creative_nodes.network import Chains, LinkRule, space_chains
from creative_nodes.streets import Entrances, StreetNetwork, Streets, islands, met_alike

T = TypeVar("T")


@dataclass(frozen=True)
class World:
    """What a candidate can reach: the tables of one city."""

    creative: gpd.GeoDataFrame
    amenities: gpd.GeoDataFrame
    people: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame


@dataclass(frozen=True)
class Survey:
    """The sites and the city around them; each step of measuring is done once for what it depends on.

    `done` holds the results by step, network and numbers, and by how places are joined to streets. A survey made from
    another by `dataclasses.replace` shares them, so that a changed setting measures anew only what it changes.
    `of_city` holds what depends on no site: surveys of other places in the same city may share it.
    """

    sites: gpd.GeoDataFrame
    world: World
    streets: Streets
    homes_within_m: float
    done: MutableMapping[tuple[Any, ...], Any] = field(default_factory=dict, repr=False, compare=False)
    of_city: MutableMapping[tuple[Any, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, step: Callable[..., T], *depends_on: Any) -> T:
        """Do a step, unless it was done for the same network, tables and numbers before."""
        return self._once(self.done, step, *depends_on)

    def _once(self, done: MutableMapping[tuple[Any, ...], Any], step: Callable[..., T], *depends_on: Any) -> T:
        travel = self.streets.travel
        joined = (travel.snap_within_m, travel.entrance_spacing_m, travel.site_entrance_spacing_m)
        key = (step.__name__, *joined, *_named(depends_on))
        if key not in done:
            # what the key names is kept with the result, so that its id is not given to anything else
            done[key] = (step(self, *depends_on), depends_on)
        found: T = done[key][0]
        return found

    def by_place(
        self, step: str, count: Callable[[Entrances], np.ndarray], gates: Entrances, *depends_on: Any
    ) -> np.ndarray:
        """Count what depends on nothing of a site but where it meets a network, a row a site.

        Sites that meet it where they did before, under another snap distance, are not counted again. What is counted
        is joined within a distance of its own (`homes_within_m`), at entrances as far apart as those of any place.
        """
        key = (step, self.streets.travel.entrance_spacing_m, *_named(depends_on))
        if key not in self.done:
            self.done[key] = (count(gates), gates, depends_on)
        found, before, _ = self.done[key]
        again = ~met_alike(before, gates)
        if again.any():
            found = found.copy()
            found[again] = count(gates.of(again))
        return np.asarray(found)

    @property
    def walk(self) -> StreetNetwork:
        """The walking network in minutes."""
        return self.streets.network("walk")

    @property
    def doors(self) -> Entrances:
        """Where the sites meet the walking network."""
        return self.gates(self.walk)

    def gates(self, network: StreetNetwork) -> Entrances:
        """Join the sites to a network."""
        return self.once(_gates, network)

    def homes(self, network: StreetNetwork, people: gpd.GeoDataFrame) -> Entrances:
        """Join the cells of a table people to a network."""
        return self.once(_homes, network, people)

    def chains(self, rule: LinkRule) -> Chains:
        """Find the best chains between the creative spaces of the study area."""
        return self._once(self.of_city, _chains, self.walk, self.world.creative, rule)


def _named(depends_on: Iterable[Any]) -> tuple[Any, ...]:
    """Return what a step depends on as a key: networks and tables by their ids."""
    return tuple(id(one) if isinstance(one, StreetNetwork | pd.DataFrame) else one for one in depends_on)


def _chains(survey: Survey, _: StreetNetwork, creative: gpd.GeoDataFrame, rule: LinkRule) -> Chains:
    return space_chains(survey.streets, own_spaces(creative), rule)


def own_spaces(creative: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the creative spaces of the study area."""
    return creative[creative["inside"].to_numpy()]


def _gates(survey: Survey, network: StreetNetwork) -> Entrances:
    return survey.streets.site_entrances(network, survey.streets.shapes(survey.sites))


def _homes(survey: Survey, network: StreetNetwork, people: gpd.GeoDataFrame) -> Entrances:
    return survey.streets.entrances(network, survey.streets.shapes(people), within_m=survey.homes_within_m)


def why_unreachable(survey: Survey, walk: StreetNetwork) -> np.ndarray:
    """Tell why each site cannot be reached on foot, shape (sites,): messages; an empty text where it can.

    Parameters
    ----------
    survey : sites and streets.
    walk : the walking network.
    """
    streets, doors = survey.streets, survey.gates(walk)
    cut_off = streets.network("walk", islands=True)
    label, sizes = islands(cut_off)
    stubs = survey.gates(cut_off)
    largest = pd.Series(sizes[label[cut_off.u[stubs.edge]]]).groupby(stubs.place).max()
    reasons = np.full(doors.n_places, "", dtype=object)
    for place in np.flatnonzero(~doors.has_entrance()):
        if place in largest.index:
            reasons[place] = told_n(
                largest[place],
                "on an island of {n:count} street junction, joined to no other street",
                "on an island of {n:count} street junctions, joined to no other street",
            )
        else:
            reasons[place] = told(
                "nearest street {gap:count} m away, more than {limit:g} m",
                gap=doors.gap_m[place],
                limit=streets.travel.snap_within_m,
            )
    return reasons
