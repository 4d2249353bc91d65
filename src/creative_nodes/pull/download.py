"""Fetching a file over HTTP: whole or not at all, on from where it broke off, from a mirror where a server fails."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests

from creative_nodes.common import InputError, alone
from creative_nodes.pull.body import body_of, check_ending, check_opening, told_length
from creative_nodes.pull.internet import (
    NETWORK_FAULTS,
    LastingError,
    PassingError,
    Session,
    check_status,
    in_words,
)
from creative_nodes.pull.note import Note, note_beside, write_note
from creative_nodes.pull.partial import Partial
from creative_nodes.pull.patience import Patience, Report, ask_in_turn, silent
from creative_nodes.pull.progress import Progress, megabytes
from creative_nodes.pull.settings import Internet
from creative_nodes.pull.source import OSM_SUFFIXES, Wanted
from creative_nodes.pull.urls import host_of, open_to_all, without_login

HASH_BYTES = 1 << 20
# room that a download leaves on the disk
SPARE_BYTES = 100_000_000
GB = 1e9
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Download:
    """A downloaded file; `url` is where it came from, `changed` whether it is another file than before."""

    bytes: int
    sha256: str
    url: str = ""
    changed: bool = True


@dataclass
class _Task:
    """One download: what it asks for, and what it has seen."""

    path: Path
    internet: Internet
    patience: Patience
    session: Session
    before: Note | None
    progress: Progress | None
    report: Report
    partials: dict[str, Partial] = field(default_factory=dict)
    wrong_sums: dict[str, int] = field(default_factory=dict)

    def partial(self, url: str) -> Partial:
        """Return what there is of the file from one server."""
        return self.partials.setdefault(url, Partial(self.path, url))


# ---------------------------------------------------------------- the disk


def free_bytes(folder: Path) -> int:
    """Return the room on the disk of a folder."""
    return shutil.disk_usage(folder).free


def check_room(folder: Path, needed: int) -> None:
    """Raise when so many bytes more do not go onto the disk.

    Parameters
    ----------
    folder : where they are to be written.
    needed : how many.

    Raises
    ------
    InputError : fewer are free.
    """
    free = free_bytes(folder)
    if needed + SPARE_BYTES > free:
        raise InputError(
            f"{megabytes(needed)} are to be written, and {megabytes(free)} are free on this disk; make room there",
            where=folder.name,
        )


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Say what is wrong with the disk when a file cannot be written.

    Raises
    ------
    InputError : the disk is full, or nothing may be written there.
    """
    try:
        yield
    except OSError as error:
        what = "the disk is full" if error.errno in _FULL else f"it cannot be written ({error.strerror})"
        raise InputError(
            f"{what}; {megabytes(free_bytes(path.parent))} are free. Make room or give the right to write, and run it "
            "again: it goes on from what is there",
            where=path.name,
        ) from None


# ---------------------------------------------------------------- one try


def _check_size(task: _Task, size: int) -> None:
    most = task.internet.largest_gb * GB
    if size > most:
        raise LastingError(
            f"the file has more than {most / GB:g} GB, the most that one download may have; raise internet.largest_gb "
            "if that is right"
        )


def _check_time(task: _Task) -> None:
    if task.patience.left_in_all() < 0:
        raise InputError(
            f"it took longer than {task.internet.longest_hours:g} hours; what came is kept. Run it again to go on, or "
            "raise internet.longest_hours",
            where=task.path.name,
        )


def _begin(task: _Task, response: requests.Response, partial: Partial) -> int:
    """Decide where the body goes on from: after what is there, or at the start; returns the bytes that stay."""
    have = partial.size
    if response.status_code == 206:
        start, total = partial.announced(response)
        if start == have and total in (None, partial.note.get("total"), have + (told_length(response) or 0)):
            return have
        partial.discard()
        raise PassingError("it went on from another place than asked for; starting anew")
    partial.start(response)
    return 0


def _announce(task: _Task, url: str, have: int, total: int | None) -> None:
    size = "a file whose size it does not tell" if total is None else megabytes(total)
    rest = f", {megabytes(have)} of them here already" if have else ""
    free = free_bytes(task.path.parent)
    if warning := open_to_all(url):
        task.report(warning)
    task.report(f"downloading {task.path.name} from {host_of(url)}: {size}{rest}; {free / GB:,.1f} GB free")


def _tell(task: _Task, done: int, total: int | None) -> None:
    if task.progress:
        task.progress(done, total)


def _receive(task: _Task, url: str, response: requests.Response, partial: Partial) -> None:
    """Write the body after what is there."""
    done = _begin(task, response, partial)
    length = told_length(response)
    total = None if length is None else done + length
    _check_size(task, total or 0)
    check_room(task.path.parent, length or 0)
    _announce(task, url, done, total)
    _tell(task, done, total)
    for chunk in body_of(response):
        if not done:
            check_opening(task.path.name, chunk)
        with written(task.path):
            partial.append(chunk)
        done += len(chunk)
        if partial.reached(done):
            task.patience.gained()
        _tell(task, done, total)
        _check_size(task, done)
        _check_time(task)
    if not done:
        raise PassingError("the answer is empty")
    partial.complete(done)


def _headers(task: _Task, url: str, partial: Partial) -> dict[str, str]:
    """Ask for the rest of what is there; else for the file if it is another than the one of before."""
    headers = {"Accept-Encoding": "identity"}
    if partial.size:
        return headers | partial.rest()
    known = task.before
    if known and known.url == without_login(url):
        asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        headers |= {key: value for key, value in asked.items() if value}
    return headers


def _checksum_of(task: _Task, url: str) -> str | None:
    """Return the MD5 that the server gives beside an OSM file; None when it gives none."""
    parts = urlsplit(url)
    if not parts.path.lower().endswith(OSM_SUFFIXES):
        return None
    beside = urlunsplit(parts._replace(path=f"{parts.path}.md5"))
    try:
        with task.session.get(beside, stream=True) as response:
            check_status(response)
            text = next(response.iter_content(1024), b"")
    except LastingError:
        return None
    found = re.match(rb"\s*\\?([0-9A-Fa-f]{32})\b", text)
    return found[1].decode().lower() if found else None


def _resumable(task: _Task, url: str, partial: Partial) -> bool:
    """Whether what is there may be gone on with: only where a changed file would be told."""
    return partial.has_validator or _checksum_of(task, url) is not None


def _get(task: _Task, url: str, partial: Partial) -> bool:
    """Fetch the file or its rest; False when the server says that it is the one of before."""
    if partial.size and not _resumable(task, url, partial):
        partial.discard()
    with task.session.get(url, headers=_headers(task, url, partial), stream=True) as response:
        if response.status_code == 304 and task.before:
            return False
        if response.status_code == 416:
            partial.discard()
            raise PassingError("what is here does not fit the file on the server any more; starting anew")
        check_status(response, good=(200, 206) if partial.size else (200,))
        _receive(task, url, response, partial)
    return True


def _check(task: _Task, url: str, partial: Partial, sums: dict[str, str]) -> bool:
    """Check a whole file against its MD5 on the server and its kind; returns whether there was an MD5."""
    told = _checksum_of(task, url)
    if told is not None and told != sums["md5"]:
        partial.discard()
        task.wrong_sums[url] = task.wrong_sums.get(url, 0) + 1
        said = f"its .md5 says {told}, the file that came has {sums['md5']}"
        raise PassingError(said) if task.wrong_sums[url] < 2 else LastingError(f"{said}; use a mirror")
    try:
        check_ending(task.path.name, partial.body)
    except LastingError:
        partial.discard()
        raise
    return told is not None


def _sums(path: Path) -> dict[str, str]:
    """Return the SHA-256 and the MD5 of a file in one go."""
    both = {"sha256": hashlib.sha256(), "md5": hashlib.md5(usedforsecurity=False)}
    with path.open("rb") as file:
        while chunk := file.read(HASH_BYTES):
            for one in both.values():
                one.update(chunk)
    return {name: one.hexdigest() for name, one in both.items()}


def _land(task: _Task, url: str, partial: Partial) -> Download:
    """Put a whole file in its place, with a note of what it is."""
    sums = _sums(partial.body)
    checked = _check(task, url, partial, sums)
    size = partial.size
    etag, date = partial.note.get("etag"), partial.note.get("last_modified")
    note = Note(without_login(url), size, sums["sha256"], md5_checked=checked, etag=etag, last_modified=date)
    with written(task.path):
        with partial.body.open("rb") as file:
            os.fsync(file.fileno())
        # the note goes first: it names the bytes it belongs to, so that one left by a kill is not believed
        write_note(task.path, note)
        partial.body.replace(task.path)
    for one in task.partials.values():
        one.discard()
    changed = task.before is None or task.before.sha256 != note.sha256
    return Download(size, note.sha256, note.url, changed=changed)


def _unchanged(note: Note) -> Download:
    return Download(note.bytes, note.sha256, note.url, changed=False)


def _attempt(task: _Task, url: str) -> Download:
    partial = task.partial(url)
    try:
        if not partial.whole and not _get(task, url, partial) and task.before:
            return _unchanged(task.before)
        return _land(task, url, partial)
    except InputError:
        raise
    except NETWORK_FAULTS as error:
        # without the cause, whose text holds the URL with its secrets
        raise in_words(error, url) from None


# ---------------------------------------------------------------- the download


def _cure(task: _Task) -> str:
    kept = sum(partial.size for partial in task.partials.values() if partial.has_validator)
    saved = f"the {megabytes(kept)} that came are kept and gone on from; " if kept else ""
    return f"{saved}check the network and try again, or get the file by hand and name it in config"


def _clear(task: _Task) -> None:
    """Remove what cannot be gone on from."""
    for partial in task.partials.values():
        if not (partial.size and partial.has_validator):
            partial.discard()


def _run(task: _Task, urls: Sequence[str]) -> Download:
    try:
        return ask_in_turn(
            urls,
            lambda url: _attempt(task, url),
            patience=task.patience,
            report=task.report,
            cure=lambda: _cure(task),
        )
    finally:
        _clear(task)


def hand_over(path: Path, output: Path) -> None:
    """Give a file a second name, for a rule that puts its outputs in place itself; bytes are copied only if need be.

    Parameters
    ----------
    path : the file.
    output : its second name.
    """
    if path.resolve() == output.resolve():
        return
    try:
        os.link(path, output)
    except OSError:
        shutil.copyfile(path, output)


def download_file(
    url: str,
    path: Path,
    *,
    mirrors: Sequence[str] = (),
    internet: Internet | None = None,
    progress: Progress | None = None,
    report: Report = silent,
    refresh: bool = False,
) -> Download:
    """Download any URL to a file, whole or not at all.

    What has come stays beside the file when a try, or the run, breaks off (`<path>.<hex digits>.part`), and the next
    one goes on from there, as long as the server can tell that the file is still the same (ETag, Last-Modified, .md5).

    Parameters
    ----------
    url : http(s) URL.
    path : file to write; beside it stands `<path>.json`, the note of where it came from.
    mirrors : other URLs of the same file, asked in turn where the first fails.
    internet : how servers are asked; default: as in the config reference.
    progress : called with the bytes received so far and the bytes expected (None when the server does not say).
    report : called with a line for each beginning and each failure.
    refresh : ask again for a file that is there; it stays when the server says that it is unchanged.

    Returns
    -------
    Size in bytes, SHA-256, where it came from, and whether it changed.

    Raises
    ------
    InputError : no server gave the file; the one of before stays.
    """
    urls, internet = [url, *mirrors], internet or Internet.model_validate({})
    with written(path):
        path.parent.mkdir(parents=True, exist_ok=True)

    def waiting(holder: str) -> None:
        report(f"{path.name}: another run is downloading it (process {holder}); waiting for that one")

    with alone(path, waiting), Session(internet) as session:
        before = note_beside(path)
        if before and not refresh and before.url in map(without_login, urls):
            return _unchanged(before)
        done = _run(_Task(path, internet, Patience(internet), session, before, progress, report), urls)
    free = free_bytes(path.parent) / GB
    report(f"{path.name}: {megabytes(done.bytes)} from {host_of(done.url)}; {free:,.1f} GB free")
    return done


def fetch(wanted: Wanted, path: Path, *, report: Report = silent, **how: Any) -> Download:
    """Download a file from where it is wanted from, and where that fails for good the one wanted instead.

    Parameters
    ----------
    wanted : URLs.
    path : file to write.
    report : called with a line for each beginning and each failure.
    how : other options of `download_file`.

    Raises
    ------
    InputError : no server gave either.
    """
    try:
        return download_file(wanted.url, path, mirrors=wanted.mirrors, report=report, **how)
    except InputError as error:
        if wanted.instead is None:
            raise InputError(f"{error}; {wanted.hint}" if wanted.hint else str(error)) from None
        report(f"{error}; taking {without_login(wanted.instead.url)} instead")
    return fetch(wanted.instead, path, report=report, **how)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
