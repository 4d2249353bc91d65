"""Settings of the stage `doubt`."""

from __future__ import annotations

import difflib
from typing import Annotated, Any

from pydantic import Field, ValidationError

from creative_nodes.common import CRITERION_GROUPS, CriterionKey, M, Mode, Positive, Section
from creative_nodes.network import ClusterSettings
from creative_nodes.people import PeopleGrid
from creative_nodes.reach import Measuring
from creative_nodes.score import Score


class Backtest(Section):
    """Would the ranking have picked the sites that were converted? (METHOD section 9)."""

    hide_within_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        100,
        le=100_000,
        description="metres, straight-line: creative spaces and amenities in a converted site or this near it are "
        "hidden, because the conversion may have brought them",
    )
    criteria: list[CriterionKey] = Field(
        default_factory=lambda: [
            key for group in ("people", "spillover", "network") for key in CRITERION_GROUPS[group]
        ],
        description="criteria that it scores by. Those of the site itself (status, listing, outline) stay out: they "
        "are often known because the site was converted",
    )
    bootstrap: int = Field(2000, ge=100, le=1_000_000, description="draws of the bootstrap for the 95 % intervals")


class Sweeps(Section):
    """One setting changed at a time, to see which moves the ranks (METHOD section 8)."""

    keys: dict[str, list[float]] = Field(
        default_factory=dict,
        description="dotted analysis keys and the values each is set to in turn, such as "
        "`reach.walk_minutes: [10, 20]`; a value equal to today's is passed over. Clusters are no part of the score, "
        "so their keys move nothing",
    )
    places: int = Field(
        400,
        ge=50,
        le=100_000,
        description="reference places at which it is measured anew, under each changed setting, what is much and what "
        "is little: that many of those of `reference.places`, evenly spread; the anchors move as theirs do",
    )
    speed_factor: dict[Mode, list[Positive]] = Field(
        default_factory=dict, description="by mode: what all its speeds are multiplied by in turn"
    )


SWEPT = ("travel", "reach", "clusters", "network", "candidates", "score")


class Swept(Measuring):
    """What sweeps start from: all that may be changed in them, and how residents are spread."""

    edge_buffer_m: Positive
    people_grid: PeopleGrid
    clusters: ClusterSettings
    score: Score
    sweeps: Sweeps = Field(default_factory=lambda: Sweeps.model_validate({}))


def changed(analysis: M, key: str, value: float) -> M:
    """Return the analysis with one number changed and its sweeps left out; itself where the number is that already.

    Parameters
    ----------
    analysis : as configured.
    key : dotted key of a number.
    value : its new value.

    Raises
    ------
    ValueError : there is no such key, it holds no number, or the value is not allowed.
    """
    model = type(analysis)
    whole = analysis.model_dump(include=set(model.model_fields) - {"sweeps"})
    part: Any = whole
    *path, last = key.split(".")
    for step in path:
        part = part.get(step) if isinstance(part, dict) else None
    if not isinstance(part, dict) or last not in part:
        known = _number_keys(whole)
        near = difflib.get_close_matches(key, known, n=1)
        raise ValueError(f"sweeps.keys.{key}: no such key" + (f"; did you mean {near[0]}?" if near else ""))
    if isinstance(part[last], bool) or not isinstance(part[last], int | float):
        raise ValueError(f"sweeps.keys.{key}: only numbers can be swept, it holds {part[last]!r}")
    if part[last] == value:
        return analysis
    part[last] = value
    try:
        return model.model_validate(whole)
    except ValidationError as error:
        raise ValueError(f"sweeps.keys.{key}: {value:g}: {error.errors()[0]['msg']}") from None


def _number_keys(part: dict[str, Any], *, prefix: str = "") -> list[str]:
    """List the dotted keys of all numbers."""
    found = []
    for key, value in part.items():
        if isinstance(value, dict):
            found += _number_keys(value, prefix=f"{prefix}{key}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append(f"{prefix}{key}")
    return found
