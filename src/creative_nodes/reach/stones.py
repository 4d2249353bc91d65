"""Sites opened as stepping stones of the creative network (METHOD section 7), and what the gain is made of."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes.network import (
    EquivalentRise,
    LinkRule,
    direct_links,
    equivalent_rise,
    stone_rises,
)
from creative_nodes.reach import parts
from creative_nodes.reach.spillover import Around
from creative_nodes.reach.survey import Survey, own_spaces
from creative_nodes.streets import StreetNetwork, costs_between

ORDERS = (0, 1, 2)  # of the network of a typical space; the criterion is of order 1


@dataclass(frozen=True, eq=False)
class Opened:
    """What the sites would do to the creative network of the study area.

    `minutes`: walks to its spaces as far as any link reaches, infinite beyond, shape (sites, spaces). `gains`: by
    order, shape (sites, 3). `more`: spaces by which the network of each space grows, shape (sites, spaces).
    """

    minutes: np.ndarray
    gains: np.ndarray
    more: np.ndarray
    equivalent: EquivalentRise

    @property
    def gain(self) -> np.ndarray:
        """The criterion network_gain, shape (sites,)."""
        return np.asarray(self.gains[:, ORDERS.index(1)])


def open_sites(survey: Survey, walk: StreetNetwork, rule: LinkRule) -> Opened:
    """Open each site as a stepping stone.

    Parameters
    ----------
    survey : sites, and the creative spaces.
    walk : the walking network.
    rule : how a walk links.
    """
    spaces = own_spaces(survey.world.creative)
    venues = survey.streets.entrances(walk, survey.streets.shapes(spaces))
    minutes = costs_between(walk, survey.doors, venues, limit=rule.limit())
    links = direct_links([(np.arange(len(minutes)), minutes)], minutes.shape, rule=rule)
    chains, more = survey.chains(rule), np.zeros(minutes.shape)
    rises = stone_rises(chains, links)
    for site, rise in enumerate(rises):
        more[site, rise.where] = rise.more
    gains = np.array([[rise.gain(chains.size, order=order) for order in ORDERS] for rise in rises])
    return Opened(minutes, gains, more, equivalent_rise(chains, links))


def enlarged(found: Opened, around: Around, creative: gpd.GeoDataFrame) -> list[parts.Rows]:
    """Name the spaces whose networks grow when a site opens.

    Parameters
    ----------
    found : what the sites would do.
    around : metres to the spaces.
    creative : the table creative.
    """
    return parts.each(
        parts.Heading("network_gain", "space", "spaces"),
        contribution=found.more,
        total=found.more.sum(axis=1),
        metres=np.where(np.isfinite(around.spaces), around.spaces, np.nan)[:, creative["inside"].to_numpy()],
        objects=pd.DataFrame(own_spaces(creative)[["space_id", "name"]]),
    )


def network_parts(site_ids: np.ndarray, found: Opened, reachable: np.ndarray) -> pd.DataFrame:
    """Make the table network_parts.

    Parameters
    ----------
    site_ids : shape (sites,).
    found : what the sites would do.
    reachable : which can be reached, shape (sites,).
    """
    rise = found.equivalent
    columns = {f"gain_order_{order:g}": found.gains[:, k] for k, order in enumerate(ORDERS)}
    columns |= {"ec_as_space": rise.as_space(), "ec_as_stone": rise.as_stone()}
    columns |= {name: getattr(rise, name) for name in ("own", "flux", "connector")}
    return pd.DataFrame(
        {"site_id": site_ids, **{name: np.where(reachable, column, np.nan) for name, column in columns.items()}}
    )
