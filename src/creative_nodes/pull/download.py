"""Where a city's OSM data comes from, and fetching a file over HTTP. Light to import: the Snakefile does."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal
from urllib.parse import unquote, urlsplit, urlunsplit

import requests

from creative_nodes import __version__
from creative_nodes.common import InputError, Section
from creative_nodes.pull.settings import Boundary, Source

DOWNLOADS = Path("data/raw/downloads")
OSM_SUFFIXES = (".osm.pbf", ".osm", ".osm.bz2")
CHUNK_BYTES = 1 << 20
RETRY_STATUSES = frozenset({408, 425, 429})

Progress = Callable[[int, int | None], None]


# ---------------------------------------------------------------- which source


class ResolvedSource(Section):
    """The source that one city's data is pulled from, after the order of precedence."""

    kind: Literal["extract", "geofabrik", "overpass"]
    file: Path | None = None
    url: str | None = None
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


def without_login(url: str) -> str:
    """Return a URL as it may be shown: without user name and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


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


# ---------------------------------------------------------------- fetching


@dataclass(frozen=True)
class Download:
    """A downloaded file."""

    bytes: int
    sha256: str


class _TryAgainError(Exception):
    """The server or the network failed in a way that may pass."""


def _length(response: requests.Response) -> int | None:
    """Return the announced size in bytes; None when it is not told, or is that of a compressed transfer."""
    told = response.headers.get("Content-Length", "")
    return int(told) if told.isdigit() and "Content-Encoding" not in response.headers else None


def _check_status(response: requests.Response, url: str) -> None:
    status = response.status_code
    if status >= 500 or status in RETRY_STATUSES:
        raise _TryAgainError(f"the server answered {status} {response.reason}")
    if status != requests.codes.ok:
        raise InputError(f"the server answered {status} {response.reason}; check the URL", where=url)


def _receive(response: requests.Response, file: IO[bytes], progress: Progress | None) -> Download:
    """Write the body to a file and hash it on the way; raise when it is cut short."""
    total, done, digest = _length(response), 0, hashlib.sha256()
    for chunk in response.iter_content(CHUNK_BYTES):
        file.write(chunk)
        digest.update(chunk)
        done += len(chunk)
        if progress:
            progress(done, total)
    if total is not None and done != total:
        raise _TryAgainError(f"got {done:,} of {total:,} bytes")
    if not done:
        raise _TryAgainError("the answer is empty")
    return Download(done, digest.hexdigest())


def _fetch(url: str, part: Path, progress: Progress | None, timeout_s: float) -> Download:
    headers = {"User-Agent": f"creative-nodes/{__version__}", "Accept-Encoding": "identity"}
    try:
        with requests.get(url, headers=headers, stream=True, timeout=timeout_s) as response, part.open("wb") as file:
            _check_status(response, without_login(url))
            return _receive(response, file, progress)
    except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
        raise _TryAgainError(str(error)) from error
    except requests.RequestException as error:
        raise InputError(f"{error}; check the URL", where=without_login(url)) from None


def download_file(
    url: str,
    path: Path,
    *,
    progress: Progress | None = None,
    tries: int = 4,
    wait_s: float = 2,
    timeout_s: float = 60,
) -> Download:
    """Download any URL to a file, whole or not at all.

    Parameters
    ----------
    url : http(s) URL.
    path : file to write; `<path>.part` is used until it is complete.
    progress : called with the bytes received so far and the bytes expected (None when the server does not say).
    tries : how often to try when the network or the server (5xx, 429) fails.
    wait_s : seconds before the second try; doubled for each one after.
    timeout_s : seconds without a byte after which a try has failed.

    Returns
    -------
    Size in bytes and SHA-256.

    Raises
    ------
    InputError : the server refuses, or fails on every try.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    reason = ""
    try:
        for attempt in range(tries):
            if attempt:
                time.sleep(wait_s * 2 ** (attempt - 1))
            try:
                done = _fetch(url, part, progress, timeout_s)
            except _TryAgainError as error:
                reason = str(error)
                continue
            part.replace(path)
            return done
    finally:
        part.unlink(missing_ok=True)
    raise InputError(
        f"could not be downloaded in {tries} tries: {reason}; check the network and try again, or get the file by hand "
        "and name it in config",
        where=without_login(url),
    )


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
