"""Which runs are to be compared, or which cities that show the same ground on two maps, and where they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from creative_nodes.common import InputError, nearest
from creative_nodes.runs.keys import READ, RECORD

UNNAMED = "unnamed"
ENDS = ("before", "after")
FOLDER = Path("data/processed")


def check_run_name(name: str | None, cities: Sequence[str]) -> None:
    """Check that a run's name is not taken.

    Parameters
    ----------
    name : of the run; None without one.
    cities : keys of all cities, whose results have folders of these names.

    Raises
    ------
    InputError : it is the name of a city, or the word for a run without a name.
    """
    if name in cities:
        raise InputError(f"{name} is a city; give the run another name", where="run")
    if name == UNNAMED:
        raise InputError(f"{name} stands for the run without a name; give this one another", where="run")


def run_folder(name: str) -> Path:
    """Return where the tables of a run lie."""
    return FOLDER / ("" if name == UNNAMED else name)


def compared_folder(name: str, city: str) -> Path:
    """Return where the tables of a city lie in what is compared.

    Parameters
    ----------
    name : of the run, or of a city that is itself compared with another.
    city : its key.
    """
    return FOLDER / name if _is_city(name) else run_folder(name) / city


def _is_city(name: str) -> bool:
    """Tell whether a name is that of a city of the run without a name; no run has the name of a city."""
    return (FOLDER / name / f"{READ[0]}.parquet").is_file()


def _cities_of(name: str) -> list[str]:
    if _is_city(name):
        return [name]
    return sorted(path.parent.name for path in run_folder(name).glob(f"*/{RECORD}"))


def _known_runs() -> list[str]:
    named = {path.parent.parent.name for path in FOLDER.glob(f"*/*/{RECORD}")}
    return sorted(named) + [UNNAMED] * bool(_cities_of(UNNAMED))


def runs_asked(given: Mapping[str, Any]) -> dict[str, str]:
    """Read which runs are to be compared.

    Parameters
    ----------
    given : what Snakemake has read: `before` and `after`, names of runs; one that is left out, or empty, is the run
        without a name. Or both are keys of cities of that run, which show the same ground on two maps.

    Returns
    -------
    Their names, by `before` and `after`; nothing where neither is given.

    Raises
    ------
    InputError : there is no such run, both are the same, or one is a run and the other a city.
    """
    if not set(ENDS) & given.keys():
        return {}
    found = {end: str(given.get(end) or UNNAMED) for end in ENDS}
    for end, name in found.items():
        if not _cities_of(name):
            raise InputError(f"{end}: no such run with whole results; {nearest(name, _known_runs())}", where="diff")
    if len(set(found.values())) == 1:
        raise InputError(f"before and after are the same run, {found['before']}", where="diff")
    cities = [name for name in found.values() if _is_city(name)]
    if len(cities) == 1:
        raise InputError(f"{cities[0]} is a city: compare it with another city, or two runs", where="diff")
    return found


def without_runs(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Snakemake has read without the runs that are to be compared."""
    return {key: value for key, value in given.items() if key not in ENDS}


def compared_cities(runs: Mapping[str, str]) -> list[str]:
    """List the cities that are whole in both runs; where two cities are compared, the later one, which stands for both.

    Parameters
    ----------
    runs : their names, as `runs_asked` returns them.

    Raises
    ------
    InputError : there is none.
    """
    if not runs:
        return []
    if all(map(_is_city, runs.values())):
        return [runs["after"]]
    before, after = (_cities_of(name) for name in runs.values())
    both = [city for city in after if city in before]
    if not both:
        raise InputError(f"no city is in both runs: {', '.join(before)}; {', '.join(after)}", where="diff")
    return both


def compared_files(name: str, city: str) -> list[str]:
    """Return the files of a city in a run that a comparison reads, its record first.

    Parameters
    ----------
    name : of the run, or of a city that is itself compared with another.
    city : its key.
    """
    folder = compared_folder(name, city)
    return [str(folder / RECORD), *(str(folder / f"{table}.parquet") for table in READ)]
