"""What is known of a site's use, who says so, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from creative_nodes.common import OSM_STATUSES
from creative_nodes.locate.registry import Known
from creative_nodes.locate.taxonomy import Hit

NOT_KNOWN = "not_known"


@dataclass(frozen=True)
class Said:
    """A status, the row, object or space that says so, and its date (a year, month or day; empty when untold)."""

    status: str = NOT_KNOWN
    source: str = ""
    date: str = ""


def told_status(
    rows: Sequence[Known], hits: Sequence[tuple[str, Hit]], *, space: str, edited: Mapping[str, str]
) -> Said:
    """Say what is known of a site's use; silence is `not_known`, never "in use".

    Parameters
    ----------
    rows : what the registry and lists say of the site, the registry first.
    hits : the rules that fired, with the OSM object.
    space : id of a creative space inside or touching the site; empty when there is none.
    edited : the day each OSM object was last edited.
    """
    row = next((one for one in rows if one.status not in ("", NOT_KNOWN)), None)
    if row is not None:
        return Said(row.status, row.status_source or row.source, row.status_date)
    lost = next(((osm_id, hit) for osm_id, hit in hits if hit.rule.status == "lost"), None)
    if lost and not _something_stands(hits):
        return _by_object("lost", *lost, edited)
    if space:
        return Said("converted", space)
    for status in OSM_STATUSES:
        found = next(((osm_id, hit) for osm_id, hit in hits if hit.rule.status == status), None)
        if found:
            return _by_object(status, *found, edited)
    return Said()


def _by_object(status: str, osm_id: str, hit: Hit, edited: Mapping[str, str]) -> Said:
    return Said(status, f"OpenStreetMap {osm_id}: {hit.tag}", edited.get(osm_id, ""))


def _something_stands(hits: Sequence[tuple[str, Hit]]) -> bool:
    """Tell whether something stands: a name or date on an object that is gone tells of the past."""
    gone = {osm_id for osm_id, hit in hits if hit.rule.status == "lost"}
    return any(
        hit.rule.anchor and hit.rule.status != "lost" and (hit.rule.tags or osm_id not in gone) for osm_id, hit in hits
    )
