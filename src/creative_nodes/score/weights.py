"""A set of weights as people write it: plain, by groups, or by pairwise comparisons; made plain here.

Three forms, all checked:

- plain: every criterion and its weight, summing to 1;
- `groups`: a weight for each group, summing to 1; `within`: the shares inside a group, summing to 1;
- `ahp`: pairwise comparisons of the groups, or of all criteria, as "a/b": 3; a group in `within` may hold `ahp` too.

Raises ValueError, which the configuration turns into a message with file and key.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from creative_nodes.common import WEIGHT_FORMS, nearest
from creative_nodes.score.ahp import weights_from_pairs

SUM_TOLERANCE = 1e-6

Groups = Mapping[str, Sequence[str]]


def checked(given: Any, names: Sequence[str], what: str) -> dict[str, float]:
    """Check that a mapping gives weights of 0 or more that sum to 1; a name it leaves out weighs 0.

    Parameters
    ----------
    given : name -> weight.
    names : the names it may hold.
    what : what the weights are called in errors.

    Returns
    -------
    weight by name, in the order of `names`.

    Raises
    ------
    ValueError : a name is unknown, a weight is negative or no number, or the sum is not 1.
    """
    if not isinstance(given, Mapping):
        raise ValueError(f"{what} must be a mapping of names to numbers")
    for name in given:
        if name not in names:
            raise ValueError(f"{what}: unknown name {name}; {nearest(str(name), names)}")
    for name, value in given.items():
        sound = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
        if not sound:
            raise ValueError(f"{what}: {name} must be a number of 0 or more, got {value!r}")
    total = sum(given.values())
    if abs(total - 1) > SUM_TOLERANCE:
        left_out = [name for name in names if name not in given]
        also = (
            f"; {', '.join(left_out)} {'is' if len(left_out) == 1 else 'are'} not named and count 0" if left_out else ""
        )
        also = "; all are 0, so nothing would count" if total == 0 else also
        raise ValueError(f"{what} must sum to 1, they sum to {total:g}{also}")
    return {name: float(given.get(name, 0)) for name in names}


def _why_not(given: Mapping[Any, float], names: Sequence[str], total: float) -> str:
    """Tell what may have been forgotten in weights that do not sum to 1."""
    if total == 0:
        return "; all are 0, so nothing would count"
    left_out = [name for name in names if name not in given]
    verb = "is" if len(left_out) == 1 else "are"
    return f"; {', '.join(left_out)} {verb} not named and count 0" if left_out else ""


def shares(weights: Mapping[Any, float], names: Sequence[str]) -> dict[str, float]:
    """Return how a set of weights splits a group; evenly when it gives the whole group nothing.

    Parameters
    ----------
    weights : by name, those of the group among them.
    names : the group.
    """
    total = sum(weights.get(name, 0.0) for name in names)
    return {name: weights[name] / total if total > 0 else 1 / len(names) for name in names}


def _inside(given: Any, names: Sequence[str], what: str) -> dict[str, float]:
    """Return the shares inside a group, given plainly or by pairwise comparisons."""
    if isinstance(given, Mapping) and "ahp" in given:
        if len(given) > 1:
            raise ValueError(f"{what}: give ahp or the shares, not both")
        return _compared(given["ahp"], names, f"{what}.ahp")
    return checked(given, names, what)


def _compared(pairs: Any, names: Sequence[str], what: str) -> dict[str, float]:
    if not isinstance(pairs, Mapping):
        raise ValueError(f"{what} must be a mapping such as {names[0]}/{names[-1]}: 3")
    try:
        return weights_from_pairs(pairs, names)
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from None


def _compares(pairs: Any, names: Sequence[str]) -> bool:
    """Tell whether pairwise comparisons speak of these names."""
    return isinstance(pairs, Mapping) and any(part.strip() in names for pair in pairs for part in str(pair).split("/"))


def resolve(given: Any, groups: Groups, *, like: Mapping[Any, float] | None = None, what: str) -> dict[str, float]:
    """Make a set of weights plain, whichever form it has.

    Parameters
    ----------
    given : the set as written in the configuration.
    groups : criteria by group.
    like : weights whose split inside a group holds where `within` does not say; without them a group is split evenly.
    what : what the set is called in errors.

    Returns
    -------
    weight by criterion, summing to 1, in the order of the groups' criteria as given.

    Raises
    ------
    ValueError : the set is not sound; the message says what is wrong and, for a wrong name, the nearest right one.
    """
    criteria = [name for names in groups.values() for name in names]
    if not isinstance(given, Mapping) or not WEIGHT_FORMS & set(given):
        return checked(given, criteria, what)
    other = [str(name) for name in given if name not in WEIGHT_FORMS]
    if other:
        raise ValueError(f"{what}: give either every criterion or groups, ahp and within; found {', '.join(other)} too")
    if ("groups" in given) == ("ahp" in given):
        raise ValueError(f"{what}: give groups or ahp, one of the two")
    if "ahp" in given and _compares(given["ahp"], criteria) and not _compares(given["ahp"], list(groups)):
        if "within" in given:
            raise ValueError(f"{what}: ahp compares criteria, so there is nothing left for within")
        return _compared(given["ahp"], criteria, f"{what}.ahp")
    outer = (
        checked(given["groups"], list(groups), f"{what}.groups")
        if "groups" in given
        else _compared(given["ahp"], list(groups), f"{what}.ahp")
    )
    within = given.get("within") or {}
    if not isinstance(within, Mapping):
        raise ValueError(f"{what}.within must be a mapping of groups to shares")
    for name in within:
        if name not in groups:
            raise ValueError(f"{what}.within: unknown group {name}; {nearest(str(name), list(groups))}")
    weights: dict[str, float] = {}
    for group, names in groups.items():
        inside = (
            _inside(within[group], names, f"{what}.within.{group}") if group in within else shares(like or {}, names)
        )
        weights |= {name: outer[group] * share for name, share in inside.items()}
    return weights
