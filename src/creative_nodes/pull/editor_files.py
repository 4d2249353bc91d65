"""OSM XML, looked through before it is read, and put right where an editor left its marks.

JOSM writes objects that are not uploaded yet with negative ids, and keeps deleted ones with `action="delete"`;
libosmium reads neither. Positions that are none are left out, so that the node counts as missing where it is used.
"""

from __future__ import annotations

import bz2
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat
from xml.sax import make_parser
from xml.sax.saxutils import XMLFilterBase, XMLGenerator
from xml.sax.xmlreader import AttributesImpl, XMLReader

from creative_nodes.common import InputError
from creative_nodes.pull.blocks import BAD_FILE, LONGEST_TEXT

OBJECTS = ("node", "way", "relation")
NEW_FROM = 100_000_000_000  # ids of objects that are not uploaded yet: above all of OpenStreetMap for decades
CHUNK = 1 << 20
BOMB_TIMES, BOMB_BYTES = 100, 100 << 20  # OSM XML packs to a tenth or twentieth


@dataclass
class XmlFacts:
    """What has to be put right in a file: how many objects of each sort, and which objects are deleted."""

    counts: Counter[str] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        """Say it in words, one line each."""
        return [f"{number:,} {what}" for what, number in sorted(self.counts.items())]


DELETED = "deleted objects left out"
NEW = f"objects that are not uploaded yet read under ids from {NEW_FROM:,}"
MISPLACED = "nodes with an impossible position counted as missing"


def is_deleted(attributes: Mapping[str, str]) -> bool:
    """Tell whether an editor or a history deleted an object."""
    return attributes.get("action") == "delete" or attributes.get("visible") == "false"


def _is_misplaced(attributes: Mapping[str, str]) -> bool:
    """Tell whether a node has a position that is none on Earth; without any it is deleted or missing."""
    try:
        lat, lon = (float(attributes.get(key, "0")) for key in ("lat", "lon"))
    except ValueError:
        return True
    return not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180)


def _opened(path: Path) -> BinaryIO:
    return bz2.open(path) if path.suffix == ".bz2" else path.open("rb")  # type: ignore[return-value]


class _Look:
    """Goes through a file once, and stops at what libosmium cannot read."""

    def __init__(self, path: Path) -> None:
        self.facts, self._path, self._object = XmlFacts(), path, "the file"
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EntityDeclHandler = self._entity

    def run(self) -> XmlFacts:
        most = BOMB_TIMES * self._path.stat().st_size + BOMB_BYTES
        with _opened(self._path) as file:
            read = 0
            while chunk := file.read(CHUNK):
                read += len(chunk)
                if read > most:
                    raise self._error(f"it unpacks to more than {BOMB_TIMES} times its size")
                self._parser.Parse(chunk, False)
            self._parser.Parse(b"", True)
        return self.facts

    def _error(self, what: str) -> InputError:
        return InputError(BAD_FILE.format(what), where=self._path.name)

    def _entity(self, *_: object) -> None:
        raise self._error("XML entities are not supported")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name in OBJECTS:
            self._object = f"{name} {attributes.get('id', 'without id')}"
            self.facts.counts += Counter(
                {
                    DELETED: is_deleted(attributes),
                    NEW: not is_deleted(attributes) and attributes.get("id", "").startswith("-"),
                    MISPLACED: name == "node" and not is_deleted(attributes) and _is_misplaced(attributes),
                }
            )
        elif name == "tag":
            self._tag(attributes)

    def _tag(self, attributes: dict[str, str]) -> None:
        for text in attributes.values():
            if len(text.encode()) > LONGEST_TEXT:
                raise InputError(
                    f"{self._object}: a text of {len(text.encode()):,} bytes ({text[:20]!r}...), where OpenStreetMap "
                    "has 255 characters at most; mend the object",
                    where=self._path.name,
                )


def look_through(path: Path) -> XmlFacts:
    """Look through a .osm or .osm.bz2 file.

    Parameters
    ----------
    path : the file.

    Raises
    ------
    InputError : it is no XML, cut off, declares entities, unpacks to absurd sizes, or holds a text longer than
        OpenStreetMap has.
    """
    try:
        return _Look(path).run()
    except expat.ExpatError as error:
        raise InputError(BAD_FILE.format(error), where=path.name) from None
    except (OSError, EOFError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(BAD_FILE.format(error), where=path.name) from None


def _positive(text: str) -> str:
    return str(NEW_FROM - int(text)) if text.startswith("-") else text


class _Tidy(XMLFilterBase):
    """Passes on what stays of a file."""

    def __init__(self, parent: XMLReader) -> None:
        super().__init__(parent)
        self._left_out = 0  # how deep in a deleted object

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 (a name of xml.sax)
        given = dict(attrs)
        if self._left_out or (name in OBJECTS and is_deleted(given)):
            self._left_out += 1
            return
        if name == "node" and _is_misplaced(given):
            given = {key: value for key, value in given.items() if key not in ("lat", "lon")}
        # members without the object they name are missing members
        given |= {key: _positive(given[key]) for key in ("id", "ref") if key in given}
        super().startElement(name, AttributesImpl(given))

    def endElement(self, name: str) -> None:  # noqa: N802 (a name of xml.sax)
        if self._left_out:
            self._left_out -= 1
        else:
            super().endElement(name)


def write_tidied(path: Path, target: Path) -> None:
    """Write a file without deleted objects, new objects under ids of their own, nodes without impossible positions.

    Parameters
    ----------
    path : .osm or .osm.bz2 file that `look_through` passed.
    target : .osm file to write.
    """
    with _opened(path) as source, target.open("w", encoding="utf-8") as file:
        tidy = _Tidy(make_parser())
        tidy.setContentHandler(XMLGenerator(file, "utf-8"))
        tidy.parse(source)
