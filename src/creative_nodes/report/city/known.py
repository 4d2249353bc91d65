"""The registry of known sites as the page shows it, and the creative places among them that lie outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from creative_nodes.common import say, spoken, translated
from creative_nodes.locate import ONLINE_ONLY, OUTSIDE
from creative_nodes.report.say.keys import KNOWN_KINDS
from creative_nodes.report.say.words import first_address, known_number, names, rows, worded


@dataclass(frozen=True)
class KnownSite:
    """One row of the registry of known sites; `kind` is a key, `kind_words` what a reader is told.

    `where`: of a remote partner, where it is; `web`: the address of one that exists online alone.
    """

    name: str
    other_names: str
    kind: str
    use: str
    outcome: str
    reason: str
    source: str
    kind_words: str
    where: str
    web: str


def known_sites(registry: pd.DataFrame) -> tuple[tuple[KnownSite, ...], tuple[tuple[str, int], ...]]:
    """Word the registry, and count its rows by outcome.

    Parameters
    ----------
    registry : the table of that name.
    """
    known = []
    for row in rows(registry):
        name, other_names = names(row, row.registry_id)
        outcome, reason = spoken(row, "outcome"), spoken(row, "reason")
        kind = worded(KNOWN_KINDS, row.kind)
        web = first_address(row.source) if row.outcome == ONLINE_ONLY else ""
        where = "" if web else row.remote
        known.append(KnownSite(name, other_names, row.kind, _use(row), outcome, reason, row.source, kind, where, web))
    counts = registry["outcome"].value_counts(sort=False)
    return tuple(known), tuple((translated(str(outcome)), int(n)) for outcome, n in counts.items())


def partners_in(known: Sequence[KnownSite], registry: pd.DataFrame) -> tuple[KnownSite, ...]:
    """Choose the creative places of the registry that lie outside or exist online alone, and have not closed.

    Parameters
    ----------
    known : all rows of the registry, worded.
    registry : the table of that name, its rows in the same order.
    """
    far = registry["outcome"].isin([OUTSIDE, ONLINE_ONLY])
    far &= (registry["kind"] != "heritage") & (registry["status"] != "lost")
    return tuple(one for one, is_far in zip(known, far, strict=True) if is_far)


def _use(row: Any) -> str:
    """Say what a known site was and is used for, and since when."""
    uses = " → ".join(translated(text) for text in (row.former_use, row.present_use) if text)
    year = known_number(row.year_converted)
    return uses if year is None else say("{use} ({year})", use=uses, year=f"{year:.0f}").strip()
