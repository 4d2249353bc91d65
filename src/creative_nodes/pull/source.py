"""Where a city's OSM data comes from. Light to import: the Snakefile does."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from creative_nodes.common import InputError, Section
from creative_nodes.pull.internet import without_login
from creative_nodes.pull.settings import Boundary, Source

DOWNLOADS = Path("data/raw/downloads")
OSM_SUFFIXES = (".osm.pbf", ".osm", ".osm.bz2")


class ResolvedSource(Section):
    """The source that one city's data is pulled from, after the order of precedence."""

    kind: Literal["extract", "geofabrik", "overpass"]
    file: Path | None = None
    url: str | None = None
    mirrors: tuple[str, ...] = ()
    snapshot: str | None = None

    @property
    def files(self) -> list[str]:
        """Return the local file as a list, empty for Overpass: what a rule takes as input."""
        return [] if self.file is None else [str(self.file)]

    @property
    def shown(self) -> str:
        """Return what provenance says: the URL without login, or the file's name without its folder."""
        if self.url:
            return without_login(self.url)
        return self.file.name if self.file else ""


def download_name(url: str) -> str:
    """Name the file that a URL is downloaded to: readable, and different for every URL.

    `https://example.org/asia/vietnam-latest.osm.pbf` gives `vietnam-latest-<8 hex digits>.osm.pbf`.
    """
    last = unquote(urlsplit(url).path).rpartition("/")[2]
    clean = re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip(".-") or "download"
    stem, suffix = re.fullmatch(r"(.+?)((?:\.osm)?\.[A-Za-z0-9]+|)", clean).groups()  # type: ignore[union-attr]
    return f"{stem}-{hashlib.sha256(url.encode()).hexdigest()[:8]}{suffix}"


def _in_extracts(city: str, extracts: Path) -> Path | None:
    if not extracts.is_dir():
        raise InputError(
            f"no such folder: {extracts}; correct it, or unset it to use the cities' own sources",
            where="EXTRACTS (or the key extracts in config/config.yaml)",
        )
    files = [extracts / f"{city}{suffix}" for suffix in OSM_SUFFIXES]
    return next((file for file in files if file.is_file()), None)


def _check_polygon(city: str, boundary: Boundary, root: Path) -> None:
    """Raise when the boundary's polygon file is not there, before any rule waits for it."""
    polygon = boundary.polygon
    if polygon and not (root / polygon).is_file():
        raise InputError(
            f"no such file: {polygon}; give the path from the project root",
            where=f"config/cities/{city}.yaml: boundary.polygon",
        )


def resolve_source(
    city: str, source: Source, boundary: Boundary, *, extracts: Path | None, root: Path = Path()
) -> ResolvedSource:
    """Choose where a city's data comes from: a file in the extracts folder, else the city's own source.

    Parameters
    ----------
    city : key of the city.
    source, boundary : as its file says.
    extracts : folder with <city>.osm.pbf, .osm or .osm.bz2 files; None when there is none.
    root : the project's root, which the relative paths in config start from.

    Raises
    ------
    InputError : the extracts folder, the extract or the boundary's polygon file is not there, or the file or URL is
        of another type.
    """
    _check_polygon(city, boundary, root)
    where = f"config/cities/{city}.yaml"
    found = _in_extracts(city, root / extracts) if extracts is not None else None
    if found is not None:
        # config's snapshot date is that of its own source, not of this file
        return ResolvedSource(kind="extract", file=found)
    if source.kind == "overpass":
        return ResolvedSource(kind="overpass", url=source.url, snapshot=source.snapshot)
    given = source.file if source.kind == "extract" else urlsplit(source.url or "").path
    if not str(given).lower().endswith(OSM_SUFFIXES):
        key = "file" if source.kind == "extract" else "url"
        raise InputError(f"source.{key} must end with {', '.join(OSM_SUFFIXES)}, got {given}", where=where)
    if source.kind == "geofabrik" and source.url:
        file = DOWNLOADS / download_name(source.url)
        return ResolvedSource(kind="geofabrik", file=file, url=source.url, snapshot=source.snapshot)
    path = root / str(source.file)
    if not path.is_file():
        raise InputError(
            f"source.file: no such file: {source.file}; put it there, set EXTRACTS to the folder of <city>.osm.pbf "
            "files, or use another source.kind",
            where=where,
        )
    return ResolvedSource(kind="extract", file=path, snapshot=source.snapshot)
