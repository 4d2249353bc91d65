"""The record of a run: what each table and each city depend on, and the settings that ranks follow from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from creative_nodes.common import PARTS, InputError, MadeOf, __version__, read_made_of, tables, together
from creative_nodes.runs.keys import RECORD


def made_of_table(path: str | Path) -> MadeOf:
    """Read what a table depends on, as it says itself."""
    return read_made_of(tables.provenance(path).get("made_of") or {})


def city_record(city: str, paths: Mapping[str, str | Path], settings: str) -> dict[str, Any]:
    """Write down what a city's tables depend on.

    Parameters
    ----------
    city : its key.
    paths : its tables by name.
    settings : JSON of the keys `ANSWER_KEYS`.

    Returns
    -------
    What JSON can hold: the id, what it is of by part and name, the id of each table, and the settings by key.
    """
    own = {name: made_of_table(path) for name, path in sorted(paths.items())}
    whole = MadeOf()
    for one in own.values():
        whole |= one
    return {
        "city": city,
        "version": __version__,
        "id": whole.id,
        **whole.parts,
        "made_of": whole.told(),
        "tables": {name: one.id for name, one in own.items()},
        "values": json.loads(settings),
    }


def run_record(name: str | None, cities: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Write down what a run depends on: its id, by part, and that of each city.

    Parameters
    ----------
    name : of the run; None without one.
    cities : the record of each city.
    """
    whole = together(read_made_of(one["made_of"]) for one in cities.values())
    return {
        "run": name,
        "version": __version__,
        "id": whole.id,
        **whole.parts,
        "cities": {city: {part: one[part] for part in ("id", *whole.parts)} for city, one in cities.items()},
    }


def read_record(path: str | Path) -> dict[str, Any]:
    """Read a record.

    Raises
    ------
    InputError : there is none, or it is not whole.
    """
    try:
        found: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("no such file; make the run first", where=str(path)) from None
    except ValueError as error:
        raise InputError(f"is not JSON: {error}; make the run anew", where=str(path)) from None
    if "id" not in found:
        raise InputError("is no record of a run; make the run anew", where=str(path))
    return found


def read_hashes(path: str | Path) -> dict[str, str]:
    """Read the hash of each part of a record: data, settings and code."""
    record = read_record(path)
    return {part: record[part] for part in PARTS}


def write_record(record: Mapping[str, Any], path: str | Path) -> None:
    """Write a record as JSON.

    Parameters
    ----------
    record : what JSON can hold.
    path : the file.
    """
    Path(path).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class RunCity:
    """One city in one run.

    Attributes
    ----------
    folder : where its tables lie.
    record : what `city_record` wrote there.
    """

    folder: Path
    record: Mapping[str, Any]

    @classmethod
    def read(cls, folder: str | Path) -> RunCity:
        """Read the record that lies with a city's tables."""
        return cls(Path(folder), read_record(Path(folder) / RECORD))

    @property
    def made_of(self) -> MadeOf:
        """What its tables depend on."""
        return read_made_of(self.record["made_of"])

    @property
    def values(self) -> Mapping[str, Any]:
        """The settings by key, `ANSWER_KEYS`."""
        found: Mapping[str, Any] = self.record["values"]
        return found

    @property
    def settings(self) -> str:
        """The same as JSON, as rules get theirs."""
        return json.dumps(self.values, sort_keys=True, ensure_ascii=False)

    def files(self, *names: str) -> dict[str, str]:
        """Return the path of tables by name."""
        return {name: str(self.folder / f"{name}.parquet") for name in names}
