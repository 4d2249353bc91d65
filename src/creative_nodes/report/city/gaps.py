"""Where a node would connect most: network gain by hexagon and street place, and which sites stand where it is much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import say, say_n
from creative_nodes.report.city.figures import quoted
from creative_nodes.report.city.sites import SiteCard
from creative_nodes.report.city.whereabouts import Whereabouts
from creative_nodes.report.draw.shapes import cut_shapes, middles, points
from creative_nodes.report.say.spoken import table
from creative_nodes.report.say.words import known_number, natural, sentences
from creative_nodes.report.settings import PageSettings

GAIN = "network_gain"
DRAWN_FROM = 0.005  # spaces: a smaller gain is written as "under 0.01", and its hexagon stays blank
SPOTS = 4
STANDING = 10
CLASSES = ("gain1", "gain2", "gain3", "gain4")  # below what bridges a gap, from there, from half the anchor, from it


@dataclass(frozen=True)
class Spot:
    """A hexagon where a node would connect most: where it lies, what a node adds there, and its row on the map."""

    where: str
    gain: str
    row: int


@dataclass(frozen=True)
class Standing:
    """A site where a node would bridge a gap, there or in its hexagon; `list_words` is its rank or its list."""

    name: str
    other_names: str
    list_words: str
    there: str
    own: str


@dataclass(frozen=True)
class Gaps:
    """Where a node would connect most. Rows of `kinds`, `gains` and `shapes` are the hexagons that are drawn.

    `limits`: gain from which a hexagon is of the second class, the third, the fourth; the first of them bridges a gap.
    `places`: (gain, longitude, latitude) of the street places where a node would bridge one.
    """

    answer: str
    spots: tuple[Spot, ...]
    standing: tuple[Standing, ...]
    more: str
    none: str
    limits: tuple[float, ...]
    kinds: tuple[str, ...]
    gains: tuple[float, ...]
    shapes: tuple[BaseGeometry, ...]
    places: tuple[tuple[float, float, float], ...]


def gain_anchor(tables: Mapping[str, Any]) -> float | None:
    """Return what one street place in a hundred adds, spaces; nothing where none adds any or it is not known.

    Parameters
    ----------
    tables : scales by name, as far as it is there.
    """
    scales = table(tables, "scales")
    if scales is None:
        return None
    found = scales.loc[scales["criterion"] == GAIN, "one"]
    return (known_number(found.iloc[0]) if len(found) else None) or None


def gain_limits(anchor: float, bridges_from: float) -> tuple[float, ...]:
    """Return the network gain from which a place is of the second class, the third, ...; the first bridges a gap.

    Parameters
    ----------
    anchor : what one street place in a hundred adds, spaces.
    bridges_from : share of it from which a node bridges a gap.
    """
    return (bridges_from * anchor, *(share * anchor for share in (0.5, 1.0) if share > bridges_from))


def _measured(reference: gpd.GeoDataFrame, kind: str, least: float) -> gpd.GeoDataFrame:
    """Return the places or hexagons that add so much, those that add most first."""
    found = reference[(reference["kind"] == kind) & (reference[GAIN] >= least)]
    return found.sort_values([GAIN, "place_id"], ascending=[False, True], kind="stable").reset_index(drop=True)


def _apart(shapes: Sequence[BaseGeometry], enough: np.ndarray) -> list[int]:
    """Return the first rows, of those that are enough, that touch none before them: neighbours tell one gap twice."""
    kept: list[int] = []
    for row in np.flatnonzero(enough).tolist():
        if len(kept) < SPOTS and not any(shapely.intersects(shapes[row], shapes[one]) for one in kept):
            kept.append(row)
    return kept


def _holding(shapes: Sequence[BaseGeometry], at: np.ndarray) -> dict[int, int]:
    """Return the row of the shape that holds each point, by the row of the point."""
    point, shape = shapely.STRtree(list(shapes)).query(shapely.points(at), predicate="intersects")
    return dict(zip(point.tolist(), shape.tolist(), strict=True))


def _list_words(card: SiteCard) -> str:
    if card.kind == "survey":
        return say("survey list")
    return say("not ranked") if card.rank is None else say("rank {rank:count}", rank=card.rank)


def _standing(
    cards: Sequence[SiteCard], own: Mapping[str, float], reference: gpd.GeoDataFrame, bridging: float
) -> list[Standing]:
    """List the sites that would bridge a gap, or stand in a hexagon where a node would; the best hexagons first."""
    at = np.array([(card.lon, card.lat) for card in cards], dtype=float).reshape(-1, 2)
    hexagons = _measured(reference, "hexagon", 0)
    held, gains = _holding(hexagons.geometry.to_numpy(), at), hexagons[GAIN].to_numpy(dtype=float)
    there = [float(gains[held[i]]) if i in held else None for i in range(len(cards))]
    ours = [known_number(own.get(card.site_id)) for card in cards]
    found = [i for i in range(len(cards)) if max(there[i] or 0, ours[i] or 0) >= bridging]
    return [
        Standing(
            cards[i].name,
            cards[i].other_names,
            _list_words(cards[i]),
            natural(GAIN, there[i]),
            natural(GAIN, ours[i]),
        )
        for i in sorted(found, key=lambda i: (-(there[i] or 0), -(ours[i] or 0), i))
    ]


def _own_gains(tables: Mapping[str, Any]) -> dict[str, float]:
    """Return the network gain of candidates and survey sites, by site_id."""
    found: dict[str, float] = {}
    for name in ("candidates", "survey_candidates"):
        frame = table(tables, name)
        if frame is not None:
            found |= dict(zip(frame["site_id"], frame[GAIN].astype(float), strict=True))
    return found


def _answer(anchor: float, best: float | None, indicators: pd.DataFrame) -> str:
    """Say what is much here, and what the best candidate adds."""
    typical = quoted(indicators, "typical_network")
    much = say("A node at one street place in a hundred would add {anchor:amount} spaces or more.", anchor=anchor)
    if typical is not None:
        today = say("A typical creative space is joined with {n:amount} spaces today.", n=typical)
        much = sentences(today, much)
    ours = "" if best is None else say("The best candidate adds {gain:amount}.", gain=best)
    return sentences(much, ours)


def gaps(
    tables: Mapping[str, Any],
    cards: Sequence[SiteCard],
    near: Whereabouts,
    settings: PageSettings,
    area: BaseGeometry,
) -> Gaps | None:
    """Word where a node would connect most; nothing where no place would connect anything, or it is not known.

    Parameters
    ----------
    tables : reference, scales, candidates, survey_candidates and indicators by name.
    cards : of candidates and of the survey list.
    near : the named places around.
    settings : of this run.
    area : study area, EPSG:4326.
    """
    reference, anchor = table(tables, "reference"), gain_anchor(tables)
    if reference is None or anchor is None:
        return None
    limits = gain_limits(anchor, settings.network.bridges_from)
    bridging = limits[0]
    hexagons = _measured(gpd.GeoDataFrame(reference), "hexagon", min(DRAWN_FROM, bridging))
    hexagons = hexagons[shapely.intersects(area, hexagons.geometry.to_numpy())].reset_index(drop=True)
    shapes, gained = cut_shapes(hexagons, area), hexagons[GAIN].to_numpy(dtype=float)
    at = middles(gpd.GeoDataFrame(geometry=list(shapes), crs=reference.crs))
    spots = tuple(
        Spot(near.words(float(at[row][0]), float(at[row][1])), natural(GAIN, gained[row]), row)
        for row in _apart(shapes, gained >= bridging)
    )
    standing = _standing(cards, _own_gains(tables), reference, bridging)
    places = _measured(gpd.GeoDataFrame(reference), "place", bridging)
    lonlat = points(places)
    ours = known_number(tables["candidates"].loc[tables["candidates"]["reachable"], GAIN].astype(float).max())
    return Gaps(
        answer=_answer(anchor, ours, tables["indicators"]),
        spots=spots,
        standing=tuple(standing[:STANDING]),
        more=_more(len(standing) - STANDING),
        none="" if standing else say("No candidate and no survey site stands where a node would."),
        limits=limits,
        kinds=tuple(CLASSES[int(np.searchsorted(limits, gain, side="right"))] for gain in gained),
        gains=tuple(round(float(gain), 3) for gain in gained),
        shapes=shapes,
        places=tuple(
            (round(float(gain), 3), float(lon), float(lat))
            for gain, (lon, lat) in zip(places[GAIN], lonlat, strict=True)
        ),
    )


def _more(n: int) -> str:
    return say_n(n, "{n:count} more site stands there.", "{n:count} more sites stand there.") if n > 0 else ""
