"""Where candidates come from, and the survey list: industrial ground whose age nobody has written down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from creative_nodes.common import say_n, spoken, translated
from creative_nodes.report.city.sites import SiteCard, survey_card
from creative_nodes.report.draw.shapes import points
from creative_nodes.report.say.words import Words, rows

TOLD_BY = ("register", "list", "map")


@dataclass(frozen=True)
class Survey:
    """The survey list: of how many grounds it was made, its cards in the order of their ranks, and their signs."""

    eligible: str
    cards: tuple[SiteCard, ...]
    signs: tuple[str, ...]


def origins(candidates: pd.DataFrame, heritage: pd.DataFrame) -> str:
    """Say in one sentence where the candidates come from.

    Parameters
    ----------
    candidates, heritage : the tables of these names.
    """
    told_by = heritage.loc[heritage["site_id"].isin(candidates["site_id"]), "told_by"].value_counts()
    register, listed, alone = (int(told_by.get(key, 0)) for key in TOLD_BY)
    return say_n(
        len(candidates),
        "Of {n:count} candidate {register:count} stand in the register that comes with this tool, {listed:count} in "
        "an imported list alone, and {alone:count} on the map alone.",
        "Of {n:count} candidates {register:count} stand in the register that comes with this tool, {listed:count} in "
        "an imported list alone, and {alone:count} on the map alone.",
        register=register,
        listed=listed,
        alone=alone,
    )


def survey_of(tables: Mapping[str, Any], words: Words) -> Survey | None:
    """Word the survey list; None where it is empty.

    Parameters
    ----------
    tables : frames by name: survey, survey_candidates, survey_scores.
    words : names of heritage classes, by key.
    """
    survey = tables["survey"]
    if survey.empty:
        return None
    measured = tables["survey_candidates"][["site_id", "heritage_class", "status", "confidence"]]
    scored = tables["survey_scores"][["site_id", "rank", "score"]]
    joined = survey.merge(measured, on="site_id", validate="one_to_one").merge(scored, on="site_id", how="left")
    ordered = joined.sort_values(["rank", "place"], na_position="last").reset_index(drop=True)
    n, at = int(survey["eligible"].iloc[0]), points(ordered)
    cards = tuple(survey_card(row, at[i], spoken(row, "settle"), words) for i, row in enumerate(rows(ordered)))
    eligible = say_n(n, "{n:count} ground of a works' size", "{n:count} grounds of a works' size")
    return Survey(eligible, cards, tuple(_signs(text) for text in ordered["signs"]))


def _signs(text: str) -> str:
    """Name the signs that speak for age, the strongest first."""
    return "; ".join(translated(str(one["reason"])) for one in json.loads(text) if one["weight"] > 0)
