"""Places of the catalogue: what the page of a creative space or a candidate site tells, and where it can be mended."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from creative_nodes.common import mark, say
from creative_nodes.report.city.sites import Proof
from creative_nodes.report.pack import DEGREE_DECIMALS

EDITOR = "https://www.openstreetmap.org/edit"
NOTE = "https://www.openstreetmap.org/note/new"
ZOOM = 19
HASHTAG = "#creative-nodes"
PINYIN = "zh-Latn-pinyin"  # BCP 47
LONGEST = 100  # letters of an address; file systems take 255 bytes
KINDS = {"space": mark("creative space"), "site": mark("candidate site"), "online": mark("online only")}
# signs of an id that stay as they are in an address
_UNSAFE = re.compile(r"[^A-Za-z0-9-]")


@dataclass(frozen=True)
class Mapped:
    """An object of the map: its id, such as way/123, its address, empty where OSM has no such object, and its tags."""

    osm_id: str
    url: str
    tags: Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """A place as its page tells it, in the language that it was made in.

    A space that exists online alone has no position (longitude and latitude are NaN) but an address on the `web`.

    Attributes
    ----------
    kind : space, site or online.
    names : by language code; the local one under "", its pinyin under its own code.
    filed, facets : keys of its values by name of the facet, and what they are called.
    withheld : who published its position, if OpenStreetMap may not take that over.
    cited : the OSM object that its source names, if it has none of the map data.
    outside : whether it lies outside the study area.
    ground, beside : which sites stand on its ground, in words; their names and pages, from the folder of the city.
    """

    kind: str
    place_id: str
    names: Mapping[str, str]
    lon: float
    lat: float
    what: str
    filed: Mapping[str, Sequence[str]]
    facets: Mapping[str, str]
    facts: Sequence[tuple[str, str]]
    reasons: Sequence[Proof]
    objects: Sequence[Mapped]
    suggested: Sequence[str]
    ground: str = ""
    beside: Sequence[tuple[str, str]] = ()
    web: str = ""
    withheld: str = ""
    cited: Mapped | None = None
    outside: bool = False

    @property
    def address(self) -> str:
        """Its page, from the folder of its city."""
        return page_of(self.kind, self.place_id)

    @property
    def name(self) -> str:
        """The name to show: the local one, else any."""
        return next((name for name in self.names.values() if name), say("Unnamed"))

    @property
    def others(self) -> list[tuple[str, str]]:
        """Its other names, each once, with the code of the language."""
        return [(code, name) for code, name in self.names.items() if name and name != self.name]

    @property
    def mapped(self) -> Mapped | None:
        """Its first object that OSM has, else the one that its source names."""
        return next((one for one in self.objects if one.url), self.cited)

    @property
    def edit(self) -> str:
        """Where its first object can be mended, or where it can be added."""
        kind, _, number = self.mapped.osm_id.partition("/") if self.mapped else ("", "", "")
        told = {"editor": "id", **({kind: number} if number else {})}
        what = "Mend" if self.mapped else "Add"  # read by mappers of every country
        spoken = urlencode({"comment": f"{what} {self.name}", "hashtags": HASHTAG}, quote_via=quote)
        return f"{EDITOR}?{urlencode(told)}{self.at}&{spoken}"

    @property
    def note(self) -> str:
        """Where a note for mappers can be left."""
        return f"{NOTE}{self.at}"

    @property
    def at(self) -> str:
        """Its place, as addresses of the map end."""
        return f"#map={ZOOM}/{self.lat:.{DEGREE_DECIMALS}f}/{self.lon:.{DEGREE_DECIMALS}f}"


def page_of(kind: str, place_id: str) -> str:
    """Return the page of a place, from the folder of its city.

    Parameters
    ----------
    kind : a key of `KINDS`.
    place_id : of the place.
    """
    return f"{kind}/{file_name(place_id)}.html"


def file_name(place_id: str) -> str:
    """Return the name of a page's file: the id, signs that addresses or file systems read otherwise as their codes."""
    plain = _UNSAFE.sub(lambda sign: f"_{ord(sign[0]):x}_", place_id)
    if len(plain) <= LONGEST:
        return plain
    return f"{plain[:LONGEST]}_{hashlib.sha256(place_id.encode()).hexdigest()[:12]}"
