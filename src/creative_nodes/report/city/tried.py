"""What a page says first when it is that of a what-if, so that nobody takes it for the result of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from creative_nodes.common import say
from creative_nodes.report.city.sites import SiteCard

SHOWN = 5


@dataclass(frozen=True)
class Tried:
    """The sites that are tried: number on the page, name, rank in words; how many more; the page of the run itself."""

    sites: tuple[tuple[int, str, str], ...]
    more: str
    page: str


def tried(tables: Mapping[str, Any], sites: Sequence[SiteCard], key: str) -> Tried | None:
    """Say which sites are tried; nothing on the page of a run.

    Parameters
    ----------
    tables : whatif_candidates by name, where the page is of a what-if.
    sites : of the page, in its order.
    key : of the city.
    """
    if "whatif_candidates" not in tables:
        return None
    own = {*tables["whatif_candidates"]["site_id"]}
    found = [(i, site.name, _rank(site)) for i, site in enumerate(sites) if site.site_id in own]
    more = len(found) - SHOWN
    return Tried(tuple(found[:SHOWN]), say("and {n} more", n=more) if more > 0 else "", f"{key}.html")


def _rank(site: SiteCard) -> str:
    return say("not ranked") if site.rank is None else say("rank {n:count}", n=site.rank)
