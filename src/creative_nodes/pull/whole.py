"""Whether a cut holds all it should: a .osm.pbf that breaks off between two blocks reads without an error.

Nodes come first in a file, then ways, then relations. What is cut off shows in what is left: nodes that no way uses,
outlines without tags that no relation uses, ways whose nodes are missing. A file with relations has all its ways: nodes
that no way uses are then what mappers left behind, in a small area up to a third of all. What is lacking below the
shares at which a file is refused is counted and told (`gaps`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import shapely
from osmium import osm
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import InputError
from creative_nodes.pull.gaps import missing_nodes, stray_nodes
from creative_nodes.pull.osm_file import node_positions, relations_of, way_batches, ways_of

# shares above which a file counts as cut off; extracts merged of parts of several years have up to 0, 0.11 and 0.34
MOST_MISSING = 0.05  # of the way nodes inside the area: not in the file
MOST_UNUSED = 0.2  # of the nodes without tags inside the area: in no way
MOST_ORPHANS = 0.5  # of the ways without tags: in no relation
# fewer tell nothing
FEWEST_NODES = 1000
FEWEST_ORPHANS, FEWEST_ORPHANS_SHARE = 10, 0.02  # of all ways
FEWEST_OUTLINES = 200  # ways without tags, where there are relations: those of a quarter can be one mapper's


@dataclass(frozen=True)
class _Nodes:
    """Nodes of a cut, by id: which lie inside the area, and which have tags."""

    ids: np.ndarray
    inside: np.ndarray
    tagged: np.ndarray

    def find(self, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the row of each node wanted, and whether it is there."""
        row = np.searchsorted(self.ids, wanted).clip(0, len(self.ids) - 1)
        return row, self.ids[row] == wanted


def _nodes(path: Path, area: BaseGeometry) -> _Nodes:
    with node_positions(path, scratch=path.parent) as positions:
        batches = list(positions.batches())
    ids, lon, lat = (np.concatenate([batch[axis] for batch in batches]) for axis in range(3))
    named = osmium.FileProcessor(path, osm.NODE).with_filter(osmium.filter.EmptyTagFilter())
    tagged = np.fromiter((node.id for node in named), dtype=np.int64)
    return _Nodes(ids, shapely.contains_xy(area, lon, lat), np.isin(ids, tagged))


def _beside(flags: np.ndarray, way: np.ndarray) -> np.ndarray:
    """Tell for each node of ways whether the one before or after it in its way is flagged."""
    same = way[1:] == way[:-1]
    before, after = np.append(False, flags[:-1] & same), np.append(flags[1:] & same, False)
    either: np.ndarray = before | after
    return either


def _error(path: Path, what: str) -> InputError:
    return InputError(
        f"the file is not whole: {what}; it was probably cut off on the way: delete it and get it again",
        where=path.name,
    )


def _check_nodes(path: Path, nodes: _Nodes, source: Path, *, has_relations: bool) -> tuple[int, dict[str, int]]:
    """Check that nodes and ways belong together; return the number of ways, and what is lacking all the same."""
    used, ways, inside, missing = np.zeros(len(nodes.ids), dtype=bool), 0, 0, 0
    for some, starts, refs in way_batches(path):
        row, there = nodes.find(refs)
        used[row[there]] = True
        way = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(refs)))
        known = there & nodes.inside[row]
        ways, inside = ways + len(some), inside + int(known.sum())
        missing += int((~there & _beside(known, way)).sum())
    if not ways:
        raise _error(source, f"in the study area it has {len(nodes.ids):,} nodes and no way")
    if missing > MOST_MISSING * (inside + missing):
        share = missing / (inside + missing)
        raise _error(source, f"{share:.0%} of the nodes of its ways inside the study area are missing")
    bare = nodes.inside & ~nodes.tagged
    unused = int((bare & ~used).sum())
    if not has_relations and bare.sum() >= FEWEST_NODES and unused > MOST_UNUSED * bare.sum():
        raise _error(source, f"{unused / bare.sum():.0%} of its nodes in the study area belong to no way")
    stray = {} if has_relations else stray_nodes(unused, int(bare.sum()))
    return ways, missing_nodes(missing, inside + missing) | stray


def check_whole(path: Path, area: BaseGeometry, *, source: Path) -> dict[str, int]:
    """Check that a cut comes from a whole file.

    Parameters
    ----------
    path : the cut, .osm.pbf.
    area : what it was cut to, EPSG:4326.
    source : the file it was cut from, for errors.

    Returns
    -------
    What it lacks all the same, as `gaps_told` says it; empty where nothing is lacking.

    Raises
    ------
    InputError : it has no ways; more than `MOST_MISSING` of the way nodes inside the area are missing; without any
        relation, more than `MOST_UNUSED` of the nodes belong to no way; or more than `MOST_ORPHANS` of the untagged
        ways belong to no relation, of `FEWEST_OUTLINES` or more where there are relations.
    """
    relations = [[member.ref for member in one.members if member.type == "w"] for one in relations_of(path)]
    ways, gaps = _check_nodes(path, _nodes(path, area), source, has_relations=bool(relations))
    outlines = {way for one in relations for way in one}
    bare = [way.id for way in ways_of(path) if not len(way.tags)]
    orphans = sum(way not in outlines for way in bare)
    several = orphans >= FEWEST_ORPHANS or orphans >= FEWEST_ORPHANS_SHARE * ways
    several &= not relations or len(bare) >= FEWEST_OUTLINES
    if bare and several and orphans > MOST_ORPHANS * len(bare):
        raise _error(source, f"{orphans:,} of its {len(bare):,} outlines without tags belong to no relation")
    return gaps
