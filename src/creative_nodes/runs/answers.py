"""The answer on some ground under some settings: ranks and set, stored or computed with the code of today."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pydantic import ValidationError

from creative_nodes.choose import RECOMMENDED, Walks, measure_eligible, recommend_set
from creative_nodes.common import InputError, restore, tables
from creative_nodes.locate import AMENITIES, CREATIVE, HERITAGE
from creative_nodes.network import NetworkSettings
from creative_nodes.people import PEOPLE
from creative_nodes.pull import STUDY_AREA
from creative_nodes.reach import (
    CANDIDATES,
    REFERENCE,
    Candidates,
    PositionRules,
    Reach,
    World,
    measure_reach,
    measure_reference,
    select_candidates,
)
from creative_nodes.runs.keys import ANSWER_KEYS, MEASURING, SCORING, STREET_TABLES
from creative_nodes.runs.record import RunCity
from creative_nodes.score import SCORES, Score, city_scales, read_scales, score_candidates
from creative_nodes.streets import STATIONS, read_streets

SCORING_KEYS = ("analysis.score",)
MEASURING_KEYS = tuple(key for key in ANSWER_KEYS if key not in SCORING_KEYS)


@dataclass(frozen=True, eq=False)
class Answer:
    """Who is ranked how.

    Attributes
    ----------
    ranks : columns rank and score, both may be missing; index site_id of all candidates.
    chosen : the recommended set.
    """

    ranks: pd.DataFrame
    chosen: Set[str]

    @classmethod
    def of(cls, scores: pd.DataFrame, recommended: pd.DataFrame) -> Answer:
        """Take it from the tables scores and recommended."""
        ranks = scores.set_index("site_id")[["rank", "score"]].astype(float)
        return cls(ranks, frozenset(recommended.loc[recommended["set"] == "best", "site_id"]))


@dataclass(frozen=True)
class Measured:
    """What is scored: the tables candidates and reference."""

    candidates: Any
    reference: Any


def stored(run: RunCity) -> Answer:
    """Return the answer of a run itself."""
    return Answer.of(*tables.read_all(run.files("scores", "recommended"), SCORES, RECOMMENDED).values())


def is_of(run: RunCity, today: Mapping[str, str], scripts: tuple[str, ...]) -> bool:
    """Say whether a run was made by the code of today.

    Parameters
    ----------
    run : a city of it.
    today : fingerprint by script.
    scripts : that count.
    """
    return all(run.made_of.code.get(script) == today[script] for script in scripts)


def alike(one: RunCity, other: RunCity, keys: tuple[str, ...]) -> bool:
    """Say whether two runs have the same settings.

    Parameters
    ----------
    one, other : a city of each.
    keys : that count, of `ANSWER_KEYS`.
    """
    return all(one.values.get(key) == other.values.get(key) for key in keys)


def measured(ground: RunCity, rules: RunCity) -> Measured:
    """Measure the candidates and the reference places of one run's ground by the settings of another.

    Parameters
    ----------
    ground : its tables of sites, spaces, residents and streets are measured.
    rules : its settings count.
    """
    settings, plain = rules.settings, rules.values
    files = ground.files("heritage", "amenities", "people", *STREET_TABLES)
    files["creative"] = ground.files("located_creative")["located_creative"]
    world = World(**tables.read_all(files, CREATIVE, AMENITIES, PEOPLE, STATIONS))
    streets, chosen = read_streets(files, settings), restore(settings, "analysis.candidates", Candidates)
    reach, network = (
        restore(settings, "analysis.reach", Reach),
        restore(settings, "analysis.network", NetworkSettings),
    )
    mode, link_within_m = plain["city.main_mode"], plain["analysis.people_grid.link_within_m"]
    candidates = measure_reach(
        select_candidates(tables.read(HERITAGE, files["heritage"]), chosen),
        world,
        streets,
        reach=reach.for_criteria(),
        network=network,
        candidates=chosen,
        main_mode=mode,
        link_within_m=link_within_m,
    ).candidates
    reference = measure_reference(
        tables.read(STUDY_AREA, files["study_area"]).geometry.iloc[0],
        world,
        streets,
        PositionRules(reach, network, mode, link_within_m),
        places=plain["analysis.reference.places"],
        h3_resolution=plain["analysis.accessibility.h3_resolution"],
        seed=plain["analysis.seed"],
    )
    return Measured(candidates, reference)


def scored(found: Measured, ground: RunCity, rules: RunCity) -> Answer:
    """Score and choose by the settings of a run.

    Parameters
    ----------
    found : what is scored.
    ground : its spaces, residents and streets tell what sites do together.
    rules : its settings count.
    """
    settings, plain = rules.settings, rules.values
    score = restore(settings, "analysis.score", Score)
    scales = read_scales(city_scales(found.reference, score.anchors))
    scores = score_candidates(found.candidates, scales, score, seed=plain["analysis.seed"])
    files = ground.files("creative", "people", *STREET_TABLES)
    eligible = measure_eligible(
        found.candidates,
        scores,
        tables.read(CREATIVE, files["creative"]),
        tables.read(PEOPLE, files["people"]),
        read_streets({name: files[name] for name in STREET_TABLES[:3]}, settings),
        scales=scales,
        walks=Walks(plain["analysis.reach"]["walk_minutes"], plain["analysis.people_grid.link_within_m"]),
        network=restore(settings, "analysis.network", NetworkSettings),
    )
    return Answer.of(scores, recommend_set(eligible)["recommended"])


def answer(ground: RunCity, rules: RunCity, today: Mapping[str, str]) -> Answer:
    """Return the answer on one run's ground by another's settings, with the code of today; what is there is used.

    Parameters
    ----------
    ground, rules : a city of each.
    today : fingerprint by script, of `ANSWERING`.

    Raises
    ------
    InputError : what was stored does not fit the code of today.
    """
    measuring = alike(ground, rules, MEASURING_KEYS) and is_of(ground, today, MEASURING)
    if measuring and alike(ground, rules, SCORING_KEYS) and is_of(ground, today, SCORING):
        return stored(ground)
    try:
        if measuring:
            found = Measured(*tables.read_all(ground.files("candidates", "reference"), CANDIDATES, REFERENCE).values())
        else:
            found = measured(ground, rules)
        return scored(found, ground, rules)
    except (ValidationError, KeyError) as error:
        raise InputError(f"its settings are not those of today's code: {error}", where=str(rules.folder)) from None
