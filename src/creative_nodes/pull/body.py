"""The body of an answer: all of its bytes, and of the kind that was asked for."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import requests

from creative_nodes.pull.internet import LastingError, PassingError

CHUNK_BYTES = 1 << 16
TAIL_BYTES = 4096
OPENING_BYTES = 64
# zlib: take a gzip or a zlib header, whichever comes
ANY_HEADER = 47

_TIFF = rb"II\*\0|MM\0\*|II\+\0|MM\0\+"
# how a file of each kind begins and, where it has one, ends
OPENINGS = {
    ".osm.pbf": rb"\0\0..\x0a\x09OSMHeader",
    ".osm.bz2": rb"BZh[1-9]",
    ".osm": rb"(\xef\xbb\xbf)?\s*<(\?xml|osm)",
    ".tif": _TIFF,
    ".tiff": _TIFF,
    ".zip": rb"PK",
    ".gpkg": rb"SQLite format 3\0",
    ".parquet": rb"PAR1",
    ".geojson": rb"(\xef\xbb\xbf)?\s*[{\[]",
    ".json": rb"(\xef\xbb\xbf)?\s*[{\[]",
}
ENDINGS = {".osm": rb"</osm>\s*\Z", ".parquet": rb"PAR1\Z", ".geojson": rb"[}\]]\s*\Z", ".json": rb"[}\]]\s*\Z"}
_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*(<!--.*?-->\s*)*<(!doctype html|html)", re.IGNORECASE | re.DOTALL)


def told_length(response: requests.Response) -> int | None:
    """Return the announced size of the file in bytes; None when it is not told, or is that of a packed transfer."""
    told = response.headers.get("Content-Length", "")
    return int(told) if told.isdigit() and "Content-Encoding" not in response.headers else None


def _on_the_line(response: requests.Response) -> Iterator[bytes]:
    """Yield the bytes as they come; raise when they are fewer than announced, whatever the protocol's version."""
    told, done = response.headers.get("Content-Length", ""), 0
    # what is there at once: a read that waits for more loses all of it when the line breaks meanwhile
    while chunk := response.raw.read1(CHUNK_BYTES, decode_content=False):
        done += len(chunk)
        yield chunk
    if told.isdigit() and done != int(told):
        raise PassingError(f"got {done:,} of {int(told):,} bytes")


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack a transfer that was packed although asked not to be; raise when its end is missing."""
    packed = zlib.decompressobj(ANY_HEADER)
    try:
        for chunk in chunks:
            yield packed.decompress(chunk, CHUNK_BYTES)
            while packed.unconsumed_tail:
                yield packed.decompress(packed.unconsumed_tail, CHUNK_BYTES)
    except zlib.error:
        raise PassingError("what came cannot be unpacked") from None
    if not packed.eof:
        raise PassingError("what came packed breaks off before its end")


def _opened(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Join the first chunks until there are enough bytes to know the kind of file by."""
    first = b""
    for chunk in chunks:
        if len(first) < OPENING_BYTES:
            first += chunk
            if len(first) < OPENING_BYTES:
                continue
            chunk = first
        if chunk:
            yield chunk
    if 0 < len(first) < OPENING_BYTES:
        yield first


def body_of(response: requests.Response) -> Iterator[bytes]:
    """Yield the bytes of the file in an answer.

    Raises
    ------
    PassingError : fewer came than announced, or a packed transfer lacks its end.
    LastingError : it is packed in a way that we did not ask for and cannot unpack.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        return _opened(_on_the_line(response))
    if encoding in ("gzip", "x-gzip", "deflate"):
        return _opened(_unpacked(_on_the_line(response)))
    raise LastingError(f"it sends the file packed as {encoding}, which was not asked for")


def suffix_of(name: str, known: dict[str, bytes]) -> str | None:
    """Return the suffix of a file's name among those known.

    Parameters
    ----------
    name : of the file.
    known : suffixes, the longest first, and what is known of them.
    """
    return next((suffix for suffix in known if name.lower().endswith(suffix)), None)


def check_opening(name: str, chunk: bytes) -> None:
    """Raise when the first bytes are not those of the kind of file that its name tells, a web page above all.

    Parameters
    ----------
    name : of the file.
    chunk : its first bytes, 64 at least where it has as many.

    Raises
    ------
    LastingError : they are those of something else.
    """
    if _PAGE.match(chunk):
        raise LastingError(
            "it sent a web page instead of the file; log in to this network if it asks for that, and check the URL"
        )
    suffix = suffix_of(name, OPENINGS)
    if suffix and not re.match(OPENINGS[suffix], chunk, re.DOTALL):
        raise LastingError(f"what it sent is not a {suffix} file; check the URL")


def check_ending(name: str, path: Path) -> None:
    """Raise when a file does not begin and end as its kind does.

    Parameters
    ----------
    name : that it will have.
    path : where it is.

    Raises
    ------
    LastingError : it is something else, or breaks off.
    """
    with path.open("rb") as file:
        check_opening(name, file.read(TAIL_BYTES))
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        tail = file.read()
    suffix = suffix_of(name, ENDINGS)
    if suffix and not re.search(ENDINGS[suffix], tail):
        raise LastingError(f"the {suffix} file that it sent breaks off before its end; use a mirror")
