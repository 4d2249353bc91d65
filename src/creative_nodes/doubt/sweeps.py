"""One-at-a-time sweeps: which assumption moves a candidate most, and by how many ranks? (METHOD section 8).

One setting is changed at a time; a survey keeps every step whose inputs did not change, so only what a setting touches
is measured anew.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from creative_nodes.common import Mode, TravelMode
from creative_nodes.doubt.settings import Swept, changed
from creative_nodes.reach import (
    Measuring,
    PositionRules,
    Survey,
    World,
    count_together,
    measure_positions,
    measure_ranking,
    select_candidates,
    survey_places,
)
from creative_nodes.score import Scale, follow, prepare, ranks_of, scales_by
from creative_nodes.streets import Streets, Travel

SPEED, PEOPLE, FLOOR = "speed", "people", "candidates.min_confidence"


@dataclass(frozen=True)
class Variant:
    """One changed setting: its key, its value in words, the analysis with it, and residents when they change.

    `number` is the value, for speeds the factor; missing where the value is none.
    """

    parameter: str
    value: str
    analysis: Swept
    people: gpd.GeoDataFrame
    number: float = np.nan


@dataclass(frozen=True)
class SweptCity:
    """What a sweep starts from.

    `heritage`: all sites. `reference`: that table. `others`: residents from other sources, by the name of the source.
    """

    heritage: gpd.GeoDataFrame
    reference: gpd.GeoDataFrame
    world: World
    streets: Streets
    analysis: Swept
    main_mode: TravelMode
    others: Mapping[str, gpd.GeoDataFrame]


def _faster(travel: Travel, country: str, mode: Mode, factor: float) -> Travel:
    """Return travel settings with every speed of a mode times a factor."""
    tables = {name: dict(modes) for name, modes in travel.speeds_kmh.items()}
    tables[country][mode] = {highway: speed * factor for highway, speed in tables[country][mode].items()}
    return travel.model_copy(update={"speeds_kmh": tables})


def variants(city: SweptCity) -> Iterator[Variant]:
    """Yield every changed setting of `sweeps`, one at a time; values equal to today's are passed over."""
    analysis, people = city.analysis, city.world.people
    for key, values in analysis.sweeps.keys.items():
        for value in values:
            if (other := changed(analysis, key, value)) is not analysis:
                yield Variant(key, f"{value:g}", other, people, value)
    for mode, factors in analysis.sweeps.speed_factor.items():
        if mode in analysis.travel.modes:
            for factor in factors:
                travel = _faster(analysis.travel, city.streets.country, mode, factor)
                other = analysis.model_copy(update={"travel": travel})
                yield Variant(f"{SPEED} {mode}", f"× {factor:g}", other, people, factor)
    for source, table in city.others.items():
        yield Variant(PEOPLE, source, analysis, table)


def surveyed_under(survey: Survey, analysis: Measuring) -> Survey:
    """Return a survey on the streets of another analysis; what those do not touch is kept.

    Parameters
    ----------
    survey : made today.
    analysis : the changed settings.
    """
    return replace(survey, streets=survey.streets.under(analysis.travel))


def measure_under(survey: Survey, analysis: Measuring, main_mode: TravelMode) -> gpd.GeoDataFrame:
    """Return the table candidates as it would be under another analysis; what that does not touch is kept.

    Parameters
    ----------
    survey : all sites, on the streets of that analysis.
    analysis : the changed settings.
    main_mode : mode of the ride.
    """
    found = measure_ranking(
        survey, reach=analysis.reach, network=analysis.network, candidates=analysis.candidates, main_mode=main_mode
    )
    chosen = select_candidates(survey.sites, analysis.candidates)["site_id"]
    return found[found["site_id"].isin(chosen)].reset_index(drop=True)


def positions_under(survey: Survey, analysis: Measuring, main_mode: TravelMode) -> pd.DataFrame:
    """Return the position criteria of the places of a survey under another analysis; what it does not touch is kept.

    Parameters
    ----------
    survey : of reference places, on the streets of that analysis.
    analysis : what they are measured by.
    main_mode : of the city.
    """
    return measure_positions(survey, PositionRules(analysis.reach, analysis.network, main_mode, survey.homes_within_m))


def every_nth(reference: gpd.GeoDataFrame, n: int) -> gpd.GeoDataFrame:
    """Return about n places of the table reference, evenly spread over them in their order along the streets.

    Parameters
    ----------
    reference : that table.
    n : places wanted.
    """
    places = reference[reference["kind"] == "place"]
    return places.iloc[:: max(1, len(places) // n)]


@dataclass(frozen=True)
class _Swept:
    """The surveys of a sweep, and the value functions of today: of all places, and of those that are measured anew."""

    sites: Survey
    places: Survey
    main_mode: TravelMode
    whole: Mapping[str, Scale]
    today: Mapping[str, Scale]

    @classmethod
    def of(cls, sites: gpd.GeoDataFrame, city: SweptCity, every: list[Variant]) -> _Swept:
        """Prepare a sweep of these variants."""
        within, analysis = city.analysis.people_grid.link_within_m, city.analysis
        some = every_nth(city.reference, analysis.sweeps.places)
        surveyed = Survey(sites, city.world, city.streets, within)
        places = replace(survey_places(some, city.world, city.streets, within), of_city=surveyed.of_city)
        if city.streets.has(city.main_mode):
            # all rides on the streets of today; they are half of a sweep
            asked = [
                (one.people, one.analysis.reach.ride_minutes) for one in every if one.analysis.travel == analysis.travel
            ]
            asked += [(city.world.people, analysis.reach.ride_minutes)]
            for one in (surveyed, places):
                count_together(one, city.streets.network(city.main_mode), asked)
        how = (analysis, city.main_mode)
        today = scales_by(positions_under(places, *how), analysis.score.anchors)
        # kept for every variant, as the places are: what it does not touch is not measured again
        measure_under(surveyed, *how)
        whole = scales_by(city.reference, analysis.score.anchors)
        return cls(surveyed, places, city.main_mode, whole, today)

    def ranks(self, variant: Variant) -> pd.Series:
        """Rank the candidates under a variant: rank by site_id, of those that share the ranking then."""
        analysis, how = variant.analysis, (variant.analysis, self.main_mode)
        # built once for both; what this variant alone needs is let go with it
        streets, of_city = self.sites.streets.under(analysis.travel), ChainMap({}, self.sites.of_city)
        world = replace(self.sites.world, people=variant.people)
        sites, places = (
            replace(one, world=world, streets=streets, done=ChainMap({}, one.done), of_city=of_city)
            for one in (self.sites, self.places)
        )
        found = measure_under(sites, *how)
        scales = follow(self.whole, self.today, scales_by(positions_under(places, *how), analysis.score.anchors))
        prepared = prepare(found, scales, analysis.score)
        if not prepared.is_ranked():
            return pd.Series(dtype=int)
        return pd.Series(ranks_of(prepared.scores()[:, None])[:, 0], index=prepared.site_ids, dtype=int)


def sweep(city: SweptCity) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Change one setting at a time and rank the candidates anew.

    Returns
    -------
    the tables sweeps (a row a candidate and variant: its rank, and by how many ranks it moved; candidates that are
    none under the variant have no rank) and sweep_variants (a row a variant).
    """
    every = list(variants(city))
    floors = [one.analysis.candidates.min_confidence for one in every] + [city.analysis.candidates.min_confidence]
    widest = city.analysis.candidates.model_copy(update={"min_confidence": min(floors)})
    sites = select_candidates(city.heritage, widest)
    if sites.empty:
        return _rows([], []), _summary([], [], pd.Series(dtype=int))
    swept = _Swept.of(sites, city, every)
    base = swept.ranks(Variant("", "", city.analysis, city.world.people))
    ranks = [swept.ranks(one) for one in every]
    return _rows(every, [_beside(base, one) for one in ranks]), _summary(every, ranks, base)


def _beside(base: pd.Series, ranks: pd.Series) -> pd.DataFrame:
    """Put today's ranks and those of a variant side by side, for today's candidates."""
    both = pd.DataFrame({"rank_today": base, "rank": ranks.reindex(base.index)})
    both["move"] = both["rank"] - both["rank_today"]
    return both


def _rows(every: list[Variant], compared: list[pd.DataFrame]) -> pd.DataFrame:
    found = [
        table.rename_axis("site_id").reset_index().assign(parameter=one.parameter, value=one.value, number=one.number)
        for one, table in zip(every, compared, strict=True)
    ]
    columns = ["site_id", "parameter", "value", "number", "rank_today", "rank", "move"]
    whole = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)
    return whole[columns].astype({"number": float, **dict.fromkeys(columns[4:], "Int64")})


def _summary(every: list[Variant], ranks: list[pd.Series], base: pd.Series) -> pd.DataFrame:
    found: list[dict[str, Any]] = []
    for one, other in zip(every, ranks, strict=True):
        both = _beside(base, other).dropna()
        tau = kendalltau(both["rank_today"], both["rank"]).statistic if len(both) > 1 else np.nan
        found.append(
            {
                "parameter": one.parameter,
                "value": one.value,
                "number": one.number,
                "candidates": len(other),
                "first": str(other.index[int(np.argmin(other.to_numpy()))]) if len(other) else "",
                "tau": tau,
                "largest_move": both["move"].abs().max() if len(both) else np.nan,
                "mean_move": both["move"].abs().mean() if len(both) else np.nan,
            }
        )
    columns = ["parameter", "value", "number", "candidates", "first", "tau", "largest_move", "mean_move"]
    return pd.DataFrame(found, columns=columns)


def sweeps_in_words(summary: pd.DataFrame) -> str:
    """Say the summary in a line."""
    known = summary.dropna(subset=["largest_move"])
    if known.empty:
        return "nothing to sweep"
    worst = known.iloc[int(known["largest_move"].to_numpy().argmax())]
    return (
        f"{len(summary)} variants; {worst['parameter']} = {worst['value']} moves a site by {worst['largest_move']:.0f}"
    )
