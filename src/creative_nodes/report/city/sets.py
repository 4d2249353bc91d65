"""The sets of a city's table recommended, and whether the best of them is recommended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from creative_nodes.report.say.spoken import table
from creative_nodes.report.say.words import rows


def set_of(tables: Mapping[str, Any], *, kind: str = "best") -> list[Any]:
    """Return the members of a set, in order; none where there is no such set.

    Parameters
    ----------
    tables : recommended by name; it may be missing or empty.
    kind : best, runner_up or single.
    """
    recommended = table(tables, "recommended")
    return [] if recommended is None else rows(recommended[recommended["set"] == kind])


def doubt_of(tables: Mapping[str, Any]) -> Any | None:
    """Return what worlds say of the best set, the row of the table set_doubt; nothing where that was not tried."""
    doubted = table(tables, "set_doubt")
    return None if doubted is None else rows(doubted)[0]


def is_recommended(tables: Mapping[str, Any]) -> bool:
    """Tell whether the best set is recommended: worlds bear it out, or were not drawn.

    Parameters
    ----------
    tables : set_doubt by name; it may be missing or empty.
    """
    doubted = doubt_of(tables)
    return doubted is None or bool(doubted.recommended)
