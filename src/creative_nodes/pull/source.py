"""Where a city's OSM data comes from. Light to import: the Snakefile does."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from creative_nodes.common import InputError, Section, digest, is_stored, where_of
from creative_nodes.pull.settings import Boundary, Source
from creative_nodes.pull.urls import DOWNLOADS, download_name, without_login

OSM_SUFFIXES = (".osm.pbf", ".osm", ".osm.bz2")
LATEST = "-latest."
# cities cut in one go: what is kept of them stands in memory together
MOST_TOGETHER = 40
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


class ResolvedSource(Section):
    """The source that one city's data is pulled from, after the order of precedence."""

    kind: Literal["extract", "geofabrik", "overpass"]
    file: Path | None = None
    stored: str | None = None
    url: str | None = None
    mirrors: tuple[str, ...] = ()
    snapshot: str | None = None

    @property
    def files(self) -> list[str]:
        """Return the file as a list, empty for Overpass: what a rule takes as input."""
        return [str(one) for one in (self.file, self.stored) if one is not None]

    @property
    def shown(self) -> str:
        """Return what provenance says: the URL without login, or the file's name without its folder."""
        if self.url:
            return without_login(self.url)
        return self.file.name if self.file else ""

    def public(self) -> str:
        """Serialise what the data depend on, without secrets: what a rule may know and write down.

        The file is an input of that rule, and counts by its bytes.
        """
        url = without_login(self.url) if self.url else None
        return self.model_copy(update={"url": url, "mirrors": (), "file": None}).model_dump_json(exclude={"stored"})

    def asked_of(self, source: Source) -> ResolvedSource:
        """Return it with the servers that config names, secrets and all; only Overpass asks them itself."""
        if self.kind != "overpass":
            return self
        return self.model_copy(update={"url": source.url, "mirrors": tuple(source.mirrors)})


@dataclass(frozen=True)
class Wanted:
    """A file to download: its URL, other URLs of the same, a hint for when none has it, and another file instead."""

    url: str
    mirrors: tuple[str, ...] = ()
    hint: str = ""
    instead: Wanted | None = None


def dated(url: str, snapshot: str | None, *, where: str) -> str:
    """Return the URL of the file of one day, as Geofabrik names them: vietnam-latest becomes vietnam-260101.

    Parameters
    ----------
    url : of the latest file; one that does not say so stays as it is.
    snapshot : day, YYYY-MM-DD; None for the latest.
    where : the key named in errors.

    Raises
    ------
    InputError : the snapshot is no day.
    """
    if snapshot is None or LATEST not in url:
        return url
    try:
        day = dt.date.fromisoformat(snapshot)
    except ValueError:
        raise InputError(
            f"with a URL of the latest file this is the day that is asked for, YYYY-MM-DD; got {snapshot!r}",
            where=where,
        ) from None
    return f"-{day:%y%m%d}.".join(url.rsplit(LATEST, 1))


def wanted_extract(city: str, source: Source) -> Wanted | None:
    """Return the file that a city's source is downloaded as; None for a local file and for Overpass.

    Parameters
    ----------
    city : its key.
    source : as its file says.

    Raises
    ------
    InputError : the snapshot is no day.
    """
    if source.kind != "geofabrik" or not source.url:
        return None
    urls = [
        dated(url, source.snapshot, where=f"{where_of(city)}: source.snapshot") for url in (source.url, *source.mirrors)
    ]
    hint = ""
    if urls[0] != source.url:
        hint = (
            f"source.snapshot asks for the file of {source.snapshot}; Geofabrik keeps those of the last days and of "
            "each 1 January. Name one of them, or leave snapshot out for the latest"
        )
    return Wanted(urls[0], tuple(urls[1:]), hint)


def attic_moment(snapshot: str | None, *, where: str = "source.snapshot") -> str | None:
    """Return the moment of the past that is asked for, as Overpass writes it; None for the present.

    Parameters
    ----------
    snapshot : day or moment; None for the present.
    where : the key named in errors.

    Raises
    ------
    InputError : it is neither.
    """
    if snapshot is None:
        return None
    if _DAY.fullmatch(snapshot):
        return f"{snapshot}T00:00:00Z"
    if _MOMENT.fullmatch(snapshot):
        return snapshot
    raise InputError(
        f"with source.kind overpass this is the day that is asked for: YYYY-MM-DD, or YYYY-MM-DDTHH:MM:SSZ; got "
        f"{snapshot!r}",
        where=where,
    )


def _in_extracts(name: str, extracts: Path) -> Path | None:
    if not extracts.is_dir():
        raise InputError(
            f"no such folder: {extracts}; correct it, or unset it to use the cities' own sources",
            where="EXTRACTS (or the key extracts in config/config.yaml)",
        )
    files = [extracts / f"{name}{suffix}" for suffix in OSM_SUFFIXES]
    return next((file for file in files if file.is_file()), None)


def _check_polygon(city: str, boundary: Boundary, root: Path) -> None:
    """Raise when the boundary's polygon file is not there, before any rule waits for it."""
    polygon = boundary.polygon
    if polygon and not (root / polygon).is_file():
        raise InputError(
            f"no such file: {polygon}; give the path from the project root",
            where=f"{where_of(city, root=root)}: boundary.polygon",
        )


def resolve_source(
    city: str, source: Source, boundary: Boundary, *, extracts: Path | None, root: Path = Path()
) -> ResolvedSource:
    """Choose where a city's data comes from: a file in the extracts folder, else the city's own source.

    Parameters
    ----------
    city : key of the city.
    source, boundary : as its file says.
    extracts : folder with .osm.pbf, .osm or .osm.bz2 files named by city or as the source says; None without one.
    root : the project's root, which the relative paths in config start from.

    Raises
    ------
    InputError : the extracts folder, the extract or the boundary's polygon file is not there, or the file or URL is
        of another type.
    """
    _check_polygon(city, boundary, root)
    where = where_of(city, root=root)
    found = _in_extracts(source.extract or city, root / extracts) if extracts is not None else None
    if found is not None:
        # config's snapshot date is that of its own source, not of this file
        return ResolvedSource(kind="extract", file=found)
    if source.kind == "overpass":
        attic_moment(source.snapshot, where=f"{where}: source.snapshot")
        return ResolvedSource(kind="overpass", url=source.url, mirrors=tuple(source.mirrors), snapshot=source.snapshot)
    given = source.file if source.kind == "extract" else urlsplit(source.url or "").path
    if not str(given).lower().endswith(OSM_SUFFIXES):
        key = "file" if source.kind == "extract" else "url"
        raise InputError(f"source.{key} must end with {', '.join(OSM_SUFFIXES)}, got {given}", where=where)
    if wanted := wanted_extract(city, source):
        file = DOWNLOADS / download_name(wanted.url)
        return ResolvedSource(kind="geofabrik", file=file, url=wanted.url, snapshot=source.snapshot)
    if is_stored(str(source.file)):
        return ResolvedSource(kind="extract", stored=source.file, snapshot=source.snapshot)
    path = root / str(source.file)
    if not path.is_file():
        raise InputError(
            f"source.file: no such file: {source.file}; put it there, set EXTRACTS to the folder of <city>.osm.pbf "
            "files, or use another source.kind",
            where=where,
        )
    return ResolvedSource(kind="extract", file=path, snapshot=source.snapshot)


def shared(sources: Mapping[str, ResolvedSource]) -> dict[str, list[str]]:
    """Group cities that are cut out of one local file, so that it is read once for all of a group.

    Parameters
    ----------
    sources : of each city, by its key.

    Returns
    -------
    The cities of each group, by a name made of the file's; cities with a file of their own are in none.
    """
    by_file: dict[tuple[str, str], list[str]] = {}
    for city, source in sources.items():
        if source.file:
            by_file.setdefault((str(source.file), source.public()), []).append(city)
    return {
        f"{Path(file).name}-{digest(file + public, digits=6)}-{first // MOST_TOGETHER + 1}": group
        for (file, public), cities in by_file.items()
        for first in range(0, len(cities), MOST_TOGETHER)
        if len(group := cities[first : first + MOST_TOGETHER]) > 1
    }
