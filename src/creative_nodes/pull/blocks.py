"""The blocks of a .osm.pbf, looked through before libosmium reads them: a text with a NUL byte would kill it.

The format is that of https://wiki.openstreetmap.org/wiki/PBF_Format: blobs of at most 32 MiB, each with a table of the
texts that its objects name by number.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from creative_nodes.common import InputError

# as the format says
LARGEST_HEADER = 64 * 1024
LARGEST_BLOB = 32 * 1024 * 1024
LONGEST_TEXT = 1024  # bytes of UTF-8: four times the 255 characters that OpenStreetMap takes
BAD_FILE = "not a readable OSM file ({}); it may be cut off or of another format: delete it and get it again"
Field = tuple[int, int | bytes]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at a place of a message, and the place after it."""
    value, shift = 0, 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
        if shift > 63:
            raise ValueError("a number without end")


def _fields(data: bytes) -> Iterator[Field]:
    """Go through the fields of a protobuf message: their numbers and what they hold."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == 0:
            number, at = _varint(data, at)
            yield key >> 3, number
            continue
        size = {1: 8, 5: 4}.get(kind, 0)
        if kind == 2:
            size, at = _varint(data, at)
        elif not size:
            raise ValueError("a field of an unknown kind")
        if at + size > len(data):
            raise ValueError("a field longer than its block")
        yield key >> 3, data[at : at + size]
        at += size


def _bytes(message: bytes, number: int) -> list[bytes]:
    return [value for key, value in _fields(message) if key == number and isinstance(value, bytes)]


def _packed(message: bytes, number: int, *, signed: bool = False) -> list[int]:
    """Return a list of numbers; signed ones are told from the zigzag they are written in."""
    found, data, at = [], b"".join(_bytes(message, number)), 0
    while at < len(data):
        value, at = _varint(data, at)
        found.append((value >> 1) ^ -(value & 1) if signed else value)
    return found


def _blobs(path: Path) -> Iterator[tuple[str, bytes]]:
    """Go through the blobs of a file: their type and content."""
    with path.open("rb") as file:
        while length := file.read(4):
            ahead = int.from_bytes(length, "big")
            if len(length) < 4 or ahead > LARGEST_HEADER:
                raise ValueError("the header of a block is cut off or too large")
            header = dict(_fields(file.read(ahead)))
            kind, size = header.get(1), header.get(3)
            if not isinstance(kind, bytes) or not isinstance(size, int) or size > LARGEST_BLOB:
                raise ValueError("a block has no size, or is too large")
            body = file.read(size)
            if len(body) < size:
                raise ValueError("the last block is cut off")
            yield kind.decode("ascii", "replace"), _unpacked(body)


def _unpacked(body: bytes) -> bytes:
    blob = dict(_fields(body))
    raw, packed = blob.get(1), blob.get(3)
    if isinstance(raw, bytes):
        return raw
    if not isinstance(packed, bytes):
        raise ValueError("packed otherwise than by zlib; osmium cat -f pbf,pbf_compression=zlib packs it anew")
    unpacking = zlib.decompressobj()
    data = unpacking.decompress(packed, LARGEST_BLOB)
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise ValueError("a block does not unpack to its size")
    return data


def _fault(text: bytes) -> str:
    """Tell what is wrong with a text, if anything is."""
    if b"\0" in text:
        return f"the text {text[:40]!r} holds a NUL byte"
    if len(text) > LONGEST_TEXT:
        return f"a text of {len(text):,} bytes ({text[:20]!r}...), where OpenStreetMap has 255 characters at most"
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return f"the text {text[:40]!r} is not UTF-8"
    return ""


def _holder(block: bytes, number: int) -> str:
    """Name the first object of a block that names the text of this number."""
    for group in _bytes(block, 2):
        for dense in _bytes(group, 2):
            keys, node = _packed(dense, 10), 0
            ids = list(accumulate(_packed(dense, 1, signed=True)))
            for text in keys:
                if text == number and node < len(ids):
                    return f"node {ids[node]}"
                node += text == 0
        for kind, field in (("node", 1), ("way", 3), ("relation", 4)):
            for item in _bytes(group, field):
                # keys and values; of relations the roles too, where ways have their nodes
                texts = [*_packed(item, 2), *_packed(item, 3), *(_packed(item, 8) if kind == "relation" else ())]
                if number in texts:
                    own = next((value for key, value in _fields(item) if key == 1 and isinstance(value, int)), 0)
                    return f"{kind} {(own >> 1) ^ -(own & 1) if kind == 'node' else own}"
    return "an object"


def _check_texts(block: bytes, where: str) -> None:
    for table in _bytes(block, 1):
        for number, text in enumerate(_bytes(table, 1)):
            if fault := _fault(text):
                raise InputError(
                    f"{_holder(block, number)}: {fault}; such texts are not in OpenStreetMap: get the file anew, or "
                    "mend the object",
                    where=where,
                )


def check_blocks(path: Path) -> None:
    """Look through the blocks and texts of a .osm.pbf.

    Parameters
    ----------
    path : the file.

    Raises
    ------
    InputError : a block is cut off, too large or does not unpack; or a text holds a NUL byte, is no UTF-8 or longer
        than `LONGEST_TEXT`: the error names the object.
    """
    try:
        for kind, data in _blobs(path):
            if kind == "OSMData":
                _check_texts(data, path.name)
    except InputError:
        raise
    except (ValueError, IndexError, TypeError, OSError, zlib.error) as error:
        raise InputError(BAD_FILE.format(error or "a block breaks off"), where=path.name) from None
