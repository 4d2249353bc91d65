"""What there is of a download so far, beside the file that it becomes."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import requests

from creative_nodes.pull.note import read_json, write_json

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


class Partial:
    """The bytes that one server has sent so far, and what it said of the file they belong to."""

    def __init__(self, path: Path, url: str) -> None:
        """Name the files beside the one to be written: one pair for each URL."""
        name = f"{path.name}.{hashlib.sha256(url.encode()).hexdigest()[:8]}.part"
        self.body = path.with_name(name)
        self._note = path.with_name(f"{name}.json")
        self._farthest = self.size

    @property
    def note(self) -> dict[str, Any]:
        """What the server said when it began: etag, last_modified, total; and `whole` at the end."""
        return read_json(self._note)

    @property
    def size(self) -> int:
        """Bytes that are there, none where it is not known what they are."""
        return self.body.stat().st_size if self.note and self.body.is_file() else 0

    @property
    def whole(self) -> bool:
        """Whether all of it is there."""
        return bool(self.size) and self.note.get("whole") == self.size

    @property
    def _validator(self) -> str:
        etag, date = self.note.get("etag") or "", self.note.get("last_modified") or ""
        return date if etag.startswith("W/") else etag or date

    @property
    def has_validator(self) -> bool:
        """Whether the server can tell that the file is still the same."""
        return bool(self._validator)

    def rest(self) -> dict[str, str]:
        """Return the headers that ask for the bytes that are missing, or for the whole of a changed file."""
        asked = {"Range": f"bytes={self.size}-"}
        return asked | ({"If-Range": self._validator} if self._validator else {})

    def announced(self, response: requests.Response) -> tuple[int | None, int | None]:
        """Return where the body of an answer to a range begins, and the size of the whole file."""
        found = _RANGE.match(response.headers.get("Content-Range", ""))
        if not found:
            return None, None
        return int(found[1]), None if found[2] == "*" else int(found[2])

    def start(self, response: requests.Response) -> None:
        """Begin anew, with what the server says of the file."""
        self.discard()
        told = response.headers.get("Content-Length", "")
        packed = "Content-Encoding" in response.headers
        note: dict[str, Any] = {"total": int(told) if told.isdigit() and not packed else None}
        # what comes packed cannot be gone on with: the bytes on the line are others than those in the file
        if not packed:
            note |= {"etag": response.headers.get("ETag"), "last_modified": response.headers.get("Last-Modified")}
        write_json(self._note, note)

    def append(self, chunk: bytes) -> None:
        """Put bytes after those that are there; opened anew each time, so that a full disk shows at once."""
        with self.body.open("ab") as file:
            file.write(chunk)

    def reached(self, size: int) -> bool:
        """Note how far it got; whether that is farther than ever before."""
        farther = size > self._farthest
        self._farthest = max(size, self._farthest)
        return farther

    def complete(self, size: int) -> None:
        """Note that all of it is there."""
        write_json(self._note, self.note | {"whole": size})

    def discard(self) -> None:
        """Remove it."""
        self.body.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)
