"""The note beside a downloaded file: where it came from, and which bytes it is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Note:
    """Where a downloaded file came from; `url` is without secrets."""

    url: str
    bytes: int
    sha256: str
    md5_checked: bool = False
    etag: str | None = None
    last_modified: str | None = None


def note_path(path: Path) -> Path:
    """Return where the note of a file stands."""
    return path.with_name(f"{path.name}.json")


def read_json(path: Path) -> dict[str, Any]:
    """Read a small JSON file; empty where there is none, or half of one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, what: Any) -> None:
    """Write a small JSON file, whole or not at all.

    Parameters
    ----------
    path : the file.
    what : what JSON can hold.
    """
    part = path.with_name(f"{path.name}.new")
    part.write_text(json.dumps(what, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)


def write_note(path: Path, note: Note) -> None:
    """Write the note of a file, whole or not at all.

    Parameters
    ----------
    path : the file that it is of.
    note : what it says.
    """
    write_json(note_path(path), asdict(note))


def note_beside(path: Path) -> Note | None:
    """Return the note of a file; None when there is none, or it is that of another file."""
    try:
        note = Note(**read_json(note_path(path)))
    except TypeError:
        return None
    if not path.is_file() or path.stat().st_size != note.bytes:
        return None
    with path.open("rb") as file:
        same = hashlib.file_digest(file, "sha256").hexdigest() == note.sha256
    return note if same else None
