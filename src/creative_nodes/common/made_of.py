"""What a result depends on: data, settings and code, told apart, each hashed by name.

Paths, times and names of files are no part of it, so that the same data, settings and code give the same id wherever
the folder stands. Code is that of the library since the data were read: what was pulled stays.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

PROVENANCE_KEY = b"creative_nodes"
PROVENANCE_FILE = "provenance.json"
# files that say what counts, where and how: settings, though they stand in files of their own
RULE_FILES = frozenset({"heritage_taxonomy", "creative_taxonomy", "amenity_taxonomy", "words", "polygon"})
# inputs that `pull` made: what they depend on stands in the file beside them
PULLED = ("osm", "provenance")
# a cut made beside those of other cities, which a pull takes where it would make the same
NOTHING_OF_ITS_OWN = ("together",)
LEAF, PART = 12, 8  # hex digits of a hash by name, and of a part's


def digest(text: str, *, digits: int = LEAF) -> str:
    """Hash a text: the first hex digits of its SHA-256.

    Parameters
    ----------
    text : what to hash.
    digits : how many.
    """
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=list)


def _both(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """Lay hashes by name together; of two under one name both are kept."""
    both = dict(one)
    for name, value in other.items():
        both[name] = "+".join(sorted({*both.get(name, value).split("+"), *value.split("+")}))
    return dict(sorted(both.items()))


@dataclass(frozen=True)
class MadeOf:
    """What a result depends on.

    Attributes
    ----------
    data : hash by kind of file, or of what a server answered.
    settings : hash by key, or by kind of file of rules.
    code : fingerprint by script.
    """

    data: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    code: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: MadeOf) -> MadeOf:
        """Return what both depend on."""
        return MadeOf(*(_both(getattr(self, part), getattr(other, part)) for part in PARTS))

    @property
    def parts(self) -> dict[str, str]:
        """A hash of each part."""
        return {part: digest(_json(getattr(self, part)), digits=PART) for part in PARTS}

    @property
    def id(self) -> str:
        """The three hashes in one text: data-settings-code."""
        return "-".join(self.parts.values())

    def told(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self)


PARTS = tuple(one.name for one in fields(MadeOf))


def read_made_of(told: Mapping[str, Any]) -> MadeOf:
    """Read what `MadeOf.told` says; what is missing is empty."""
    return MadeOf(**{part: dict(told.get(part) or {}) for part in PARTS})


def together(some: Iterable[MadeOf]) -> MadeOf:
    """Return what several results depend on together, such as those of several cities: a hash a name.

    Where they differ under a name, it is the hash of their hashes.
    """
    found: dict[str, dict[str, set[str]]] = {part: {} for part in PARTS}
    for one in some:
        for part in PARTS:
            for name, value in getattr(one, part).items():
                found[part].setdefault(name, set()).add(value)
    return MadeOf(
        *(
            {name: next(iter(of)) if len(of) == 1 else digest(_json(sorted(of))) for name, of in sorted(names.items())}
            for names in (found[part] for part in PARTS)
        )
    )


def _of_pull(path: Path) -> MadeOf:
    """Return what a pulled file depends on; of a pull that did not note it the source alone is known."""
    note = json.loads((path.parent / PROVENANCE_FILE).read_text(encoding="utf-8"))
    if "made_of" in note:
        return read_made_of(note["made_of"])
    return MadeOf(data={"source": str(note.get("source_sha256") or note["sha256"])[:LEAF]})


def _of_table(path: Path) -> MadeOf | None:
    """Return what a table of this program depends on; None for a file of another kind."""
    if path.suffix != ".parquet":
        return None
    note = (pq.read_schema(path).metadata or {}).get(PROVENANCE_KEY)
    return None if note is None else read_made_of(json.loads(note).get("made_of") or {})


def _bytes_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _of_files(role: str, paths: Sequence[str]) -> MadeOf:
    """Return what the files of one input depend on: those of others count by their bytes."""
    if role in PULLED:
        return together(_of_pull(Path(path)) for path in paths)
    known = [_of_table(Path(path)) for path in paths]
    strange = sorted(_bytes_of(Path(path)) for path, one in zip(paths, known, strict=True) if one is None)
    found = together(one for one in known if one is not None)
    if not strange:
        return found
    leaf = {role: strange[0][:LEAF] if len(strange) == 1 else digest(_json(strange))}
    return found | (MadeOf(settings=leaf) if role in RULE_FILES else MadeOf(data=leaf))


def _of_param(name: str, value: Any) -> dict[str, str]:
    """Hash one parameter; settings by key."""
    if name == "settings" and isinstance(value, str):
        return {key: digest(_json(part)) for key, part in json.loads(value).items()}
    return {name: digest(value if isinstance(value, str) else _json(value))}


def made_from(script: str, inputs: Mapping[str, Any], params: Mapping[str, Any]) -> MadeOf:
    """Tell what a script's results depend on: what its inputs depend on, its settings, its code.

    Parameters
    ----------
    script : its name.
    inputs : path, or paths, by role.
    params : its parameters by name: `code` a fingerprint, `settings` JSON by key, and others.

    Returns
    -------
    All that it and those before it depend on.
    """
    found = MadeOf(code={script: params["code"]} if "code" in params else {})
    for name, value in params.items():
        if name != "code":
            found |= MadeOf(settings=_of_param(name, value))
    for role, paths in inputs.items():
        if role in NOTHING_OF_ITS_OWN:
            continue
        found |= _of_files(role, [paths] if isinstance(paths, str) else list(paths))
    return found
