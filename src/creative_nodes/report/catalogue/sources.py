"""Where a city's tables come from beside the map: each source with its licence, and what OSM may take over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from creative_nodes.common import Message, mark, say, translated
from creative_nodes.locate import OSM_TAGS, WIKIDATA
from creative_nodes.report.city.figures import RESIDENTS, told_source

COUNT, LIST, MAP, ITEMS, FEED, REGISTRY = "count", "list", "map", "items", "feed", "registry"
# what each kind of source gave, in a line that names the city and the source
LINES = {
    COUNT: mark("Residents of {city}: {source}"),
    LIST: mark("List of sites for {city}: {source}"),
    MAP: mark("Fresher tags for {city}: {source}"),
    ITEMS: mark("Links, pictures and years for {city}: {source}"),
    FEED: mark("Timetables of {city}: {source}"),
    REGISTRY: mark("Registry of known sites for {city}: {source}"),
}
KINDS_OF_LISTS = {OSM_TAGS: MAP, WIKIDATA: ITEMS}
OF_MAP = "OSM"  # in the table stations
OF_THE_REGISTRY = mark(
    "facts gathered for this project from the sources that each row names, CC BY 4.0; "
    "positions taken from OpenStreetMap ODbL 1.0; positions of other map services: licence not known"
)
# how a source names the licence that it is under, and which of those let OpenStreetMap take over what it says
NAMED = re.compile(r"\b(CC0|CC[ -]BY(?:[ -](?:SA|NC|ND))*|ODbL|ODC-By|PDDL|MIT|OGL|public domain)\b", re.IGNORECASE)
FREE_FOR_OSM = {"cc0", "odbl", "pddl", "public domain"}


@dataclass(frozen=True)
class Source:
    """A source of a city's tables: what it gave (`LINES`), its own words with the licence, whether made up."""

    kind: str
    words: Message | str
    made_up: bool = False

    @property
    def licence_known(self) -> bool:
        """Whether its words name a licence."""
        return self.made_up or self.kind in (MAP, REGISTRY) or NAMED.search(str(self.words)) is not None

    @property
    def told(self) -> str:
        """Its words in the language in force, and that its licence is not known where they name none."""
        words = translated(self.words) if isinstance(self.words, str) else str(self.words)
        if self.kind == MAP:
            return say("{source}, ODbL 1.0", source=words)
        return words if self.licence_known else say("{source} (licence not known)", source=words)

    def line(self, city: str) -> str:
        """Name it in a line of its own; `city`: its name in the language in force."""
        return say(LINES[self.kind], city=city, source=self.told)


def sources_of(frames: Mapping[str, pd.DataFrame], *, fictional: bool) -> tuple[Source, ...]:
    """List where a city's tables come from beside the map itself, each once.

    Parameters
    ----------
    frames : tables by name; of indicators, imports, stations, heritage and registry those that are there.
    fictional : the town is made up, and its registry with it.
    """
    found: list[Source] = []
    for one in _sources(frames, fictional=fictional):
        if one not in found:
            found.append(one)
    return tuple(found)


def _sources(frames: Mapping[str, pd.DataFrame], *, fictional: bool) -> Iterator[Source]:
    counted = told_source(frames["indicators"], RESIDENTS)
    if counted:
        yield Source(COUNT, counted, fictional)
    known = frames.get("imports", pd.DataFrame())
    for source, kind in zip(known.get("source", ()), known.get("kind", ()), strict=True):
        yield Source(KINDS_OF_LISTS.get(kind, LIST), source)
    for source in sorted({*frames["stations"]["source"]} - {OF_MAP, ""}) if "stations" in frames else ():
        yield Source(FEED, source)
    if not fictional and not frames["registry"].empty:
        yield Source(REGISTRY, OF_THE_REGISTRY)


def not_for_osm(evidence: str, lists: Mapping[str, str]) -> str:
    """Return the list that a place without an OSM object has its position of, if OpenStreetMap may not take that over.

    Parameters
    ----------
    evidence : column of the place, JSON.
    lists : who published each list, by its file name.

    Returns
    -------
    who published it; empty where the position is of no list, or of one whose licence allows it.
    """
    files = [str(one["tag"]).partition(": ")[0] for one in json.loads(evidence or "[]") if one["rule"] == "import"]
    return next((lists[file] for file in files if file in lists and not _free(lists[file])), "")


def _free(source: str) -> bool:
    found = NAMED.search(source)
    return found is not None and found[1].lower() in FREE_FOR_OSM


def positions_of(registry: pd.DataFrame) -> dict[str, str]:
    """Return who published the position of rows of the registry, by id, where OpenStreetMap may not take that over."""
    found = zip(registry["registry_id"], registry["position_source"], strict=True)
    return {one: published for one, published in found if published}


def lists_of(imports: pd.DataFrame) -> dict[str, str]:
    """Return who published each list of sites, by its file name; `imports`: the table of that name."""
    if imports.empty:
        return {}
    own = imports[~imports["kind"].isin([*KINDS_OF_LISTS])]
    return dict(zip(own["file"], own["source"], strict=True))
