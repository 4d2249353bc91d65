"""What is known of a site's use, who says so, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from creative_nodes.common import OSM_STATUSES
from creative_nodes.locate.taxonomy import Hit
from creative_nodes.locate.wording import WordingReader

if TYPE_CHECKING:  # rows are read here, never made: what tries a site needs no matching of names
    from creative_nodes.locate.registry import Known

NOT_KNOWN = "not_known"


@dataclass(frozen=True)
class Said:
    """A status, the row, object or space that says so, and its date (a year, month or day; empty when untold)."""

    status: str = NOT_KNOWN
    source: str = ""
    date: str = ""


def told_status(
    rows: Sequence[Known],
    hits: Sequence[tuple[str, Hit]],
    *,
    space: str = "",
    edited: Mapping[str, str],
    wording: WordingReader | None = None,
) -> Said:
    """Say what is known of a site's use; silence is `not_known`, never "in use".

    Parameters
    ----------
    rows : what the registry and lists say of the site, the registry first.
    hits : the rules that fired, with the OSM object.
    space : id of a creative space inside or touching the site, which converts what is not lost; empty without one.
    edited : the day each OSM object was last edited.
    wording : what a row's name tells where the row gives no status: remains are lost where nothing is mapped, and a
        creative park by its own name is converted.
    """
    row = next((one for one in rows if one.status not in ("", NOT_KNOWN)), None)
    if row is not None:
        return Said(row.status, row.status_source or row.source, row.status_date)
    by_name = _by_name(rows, hits, wording) if wording else None
    if by_name:
        return by_name
    by_tags = status_of_hits(hits, edited=edited)
    return Said("converted", space) if space and by_tags.status != "lost" else by_tags


def _by_name(rows: Sequence[Known], hits: Sequence[tuple[str, Hit]], wording: WordingReader) -> Said | None:
    """Return what the name of a row tells; nothing when it tells nothing."""
    for row in rows:
        if wording.tells_park(row.name):
            return Said("converted", f"{row.name}: {row.source}")
        if wording.tells_remains(row.name) and not hits:
            return Said("lost", f"{row.name}: {row.source}")
    return None


def status_of_hits(hits: Sequence[tuple[str, Hit]], *, edited: Mapping[str, str] = MappingProxyType({})) -> Said:
    """Say what tags tell of the use: lost only where nothing stands.

    Parameters
    ----------
    hits : the rules that fired, with the OSM object.
    edited : the day each OSM object was last edited.
    """
    wanted = OSM_STATUSES if _something_stands(hits) else ("lost", *OSM_STATUSES)
    for status in wanted:
        found = next(((osm_id, hit) for osm_id, hit in hits if hit.rule.status == status), None)
        if found:
            return Said(status, f"OpenStreetMap {found[0]}: {found[1].tag}", edited.get(found[0], ""))
    return Said()


def _something_stands(hits: Sequence[tuple[str, Hit]]) -> bool:
    """Tell whether something stands: a name or date on an object that is gone tells of the past."""
    gone = {osm_id for osm_id, hit in hits if hit.rule.status == "lost"}
    return any(
        hit.rule.anchor and hit.rule.status != "lost" and (hit.rule.tags or osm_id not in gone) for osm_id, hit in hits
    )
