"""What a map lacks that is read as whole all the same: counted when it is cut, told in the run and on its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from creative_nodes.common import say

GAPS = "gaps"  # in the provenance of a pull; not there where nothing is lacking


def missing_nodes(missing: int, nodes: int) -> dict[str, int]:
    """Note how many of the nodes of ways inside the area the file lacks; nothing where it has all of them.

    Parameters
    ----------
    missing, nodes : those that it lacks, and those and the ones that it has.
    """
    return {"missing_nodes": missing, "way_nodes": nodes} if missing else {}


def stray_nodes(stray: int, nodes: int) -> dict[str, int]:
    """Note how many of the nodes inside the area belong to no way, in a file without relations; nothing for none.

    Parameters
    ----------
    stray, nodes : those in no way, and all, without those that have tags.
    """
    return {"stray_nodes": stray, "bare_nodes": nodes} if stray else {}


def gaps_told(provenance: Mapping[str, Any]) -> list[str]:
    """Say in a sentence each what the map of a city lacks.

    Parameters
    ----------
    provenance : of its pull.
    """
    gaps, told = provenance.get(GAPS) or {}, []
    if "missing_nodes" in gaps:
        told.append(
            say(
                "The map file lacks {missing:count} of the {nodes:count} points of ways in the study area and "
                "around it: streets and outlines break off there.",
                missing=gaps["missing_nodes"],
                nodes=gaps["way_nodes"],
            )
        )
    if "stray_nodes" in gaps:
        told.append(
            say(
                "The map file has no relations, and {stray:count} of its {nodes:count} points without tags in the "
                "study area and around it belong to no way: where it was not made so, it was cut off on the way, and "
                "streets may be missing.",
                stray=gaps["stray_nodes"],
                nodes=gaps["bare_nodes"],
            )
        )
    return told
