"""Files that appear whole or not at all: made aside by one process at a time, then put in place together.

What stood there before stays until that moment, whatever happens to the process. What a killed process leaves aside is
removed by the next one that makes the same files, or by `sweep`.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from creative_nodes.common.errors import InputError
from creative_nodes.common.lock import lock, try_lock

ASIDE = ".making-"
LOCK = "lock"
# what SQLite leaves beside a database that is open, or was when its program crashed
COMPANIONS = ("-wal", "-shm", "-journal")
BUSY_S = 5.0
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the kernel to end this process when the one that started it is gone, however it went (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _clear(folder: Path) -> None:
    """Remove what a folder holds but its lock."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def _remove(folder: Path, handle: int) -> None:
    """Remove a locked folder, then let go of the lock, so that who waits for it finds it gone and makes a new one."""
    shutil.rmtree(folder, ignore_errors=True)
    os.close(handle)


@contextmanager
def whole_file(path: str | Path, *, ending: str = ".part") -> Iterator[Path]:
    """Hand out a path beside a file to write to; what stands there at the end takes the file's place, or nothing does.

    Parameters
    ----------
    path : the file; its folder is made.
    ending : of the path handed out, for programs that go by it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}{ending}")
    aside.unlink(missing_ok=True)
    try:
        yield aside
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def sweep(*roots: str | Path) -> list[Path]:
    """Remove what killed processes left aside below some folders.

    Returns
    -------
    The folders removed; those of living processes stay.
    """
    found = [folder for root in roots for folder in Path(root).rglob(f"{ASIDE}*") if folder.is_dir()]
    removed = []
    for folder in sorted(found):
        handle = try_lock(folder / LOCK, wait=False)
        if handle is not None:
            _remove(folder, handle)
            removed.append(folder)
    return removed


def _has_company(path: Path) -> bool:
    """Say whether a program has a database open, or left its log of changes there when it crashed."""
    return any(path.with_name(path.name + end).exists() for end in COMPANIONS)


def _settled(path: Path) -> bool:
    """Bring a database's log of changes into its file and remove the log; False when other programs have it open."""
    database = sqlite3.connect(path, timeout=0)
    try:
        return bool(database.execute("PRAGMA journal_mode=DELETE").fetchone()[0] == "delete")
    except sqlite3.OperationalError:
        return False
    finally:
        database.close()


def _write_over(aside: Path, path: Path, busy_s: float) -> None:
    """Write a database's contents into one that is open elsewhere, as one transaction of SQLite's own."""
    until = time.monotonic() + busy_s

    def patience(status: int, *_: int) -> None:
        # a backup tries for ever while another program writes
        if status != sqlite3.SQLITE_DONE and time.monotonic() > until:
            raise InputError(
                "another program has this file open and is writing to it; close it there and run again", where=str(path)
            )

    new, old = sqlite3.connect(aside), sqlite3.connect(path, timeout=busy_s)
    try:
        new.backup(old, progress=patience)
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        new.close()
        old.close()
    # a log of changes that readers hold back leaves the file's own time as it was
    os.utime(path)
    aside.unlink()


def put_database(aside: Path, path: Path, *, busy_s: float = BUSY_S) -> None:
    """Put a SQLite database (a GeoPackage) in the place of another, which programs may have open.

    A new file beside the old one's `-wal` or `-journal` would be read together with them. So these are settled first;
    where another program holds on to them, the new contents are written into the file as a transaction, which that
    program sees too.

    Parameters
    ----------
    aside : the new database.
    path : the place of the old one.
    busy_s : seconds to wait for a program that is writing to it.

    Raises
    ------
    InputError : another program is writing to the file.
    """
    if path.exists() and _has_company(path) and not _settled(path):
        _write_over(aside, path, busy_s)
        return
    for end in COMPANIONS:
        path.with_name(path.name + end).unlink(missing_ok=True)
    aside.replace(path)


def _put_folder(aside: Path, path: Path) -> None:
    """Put the files of a folder, and of those in it, in the place of others; remove those that are no longer made."""
    path.mkdir(parents=True, exist_ok=True)
    names = {file.name for file in aside.iterdir()}
    for name in sorted(names):
        _put_within(aside / name, path / name)
    for old in path.iterdir():
        if old.name not in names and old.is_file():
            old.unlink()


def _put_within(aside: Path, path: Path) -> None:
    if aside.is_dir():
        _put_folder(aside, path)
    else:
        aside.replace(path)


def _put(aside: Path, path: Path, busy_s: float) -> None:
    """Put a file, a database or a folder of files in place."""
    if path.suffix == ".gpkg":
        put_database(aside, path, busy_s=busy_s)
    else:
        _put_within(aside, path)


def _sync(path: Path) -> None:
    """Have contents on the disk before names change."""
    files = (one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    for one in files:
        with one.open("rb") as file:
            os.fsync(file.fileno())


@dataclass
class Making:
    """The files that one job makes, each aside until all are whole.

    Parameters
    ----------
    paths : the files to make, or folders of files.
    name : what the job is called, the same for every process that makes these files.
    told : called with one line when another process makes the same files, and this one waits for it.
    busy_s : seconds to wait for a program that is writing to a database that is to be replaced.
    """

    paths: Iterable[str | Path]
    name: str
    told: Callable[[str], None] = lambda text: None
    busy_s: float = BUSY_S
    _locks: dict[Path, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the place of these files: wait for who has it, and clear what a killed process left there."""
        self._aside = {str(path): self._folder(path) / Path(path).name for path in self.paths}
        for folder in sorted({path.parent for path in self._aside.values()}):
            self._locks[folder] = lock(folder / LOCK, self._waiting)
            _clear(folder)

    def _folder(self, path: str | Path) -> Path:
        return Path(path).parent / f"{ASIDE}{self.name}"

    def _waiting(self, holder: str) -> None:
        self.told(f"waiting for process {holder}, which makes the same files")

    @property
    def scratch(self) -> Path | None:
        """Return a folder for what the job needs in between; None for a job that makes no file."""
        return next(iter(self._locks), None)

    def aside(self, path: str | Path) -> Path:
        """Return where to write one of the files."""
        return self._aside[str(path)]

    def finish(self) -> None:
        """Put all files in place, or none when one is not there.

        Raises
        ------
        FileNotFoundError : one of the files was not made.
        InputError : another program is writing to a database that is to be replaced.
        """
        for path in self._aside.values():
            _sync(path)
        # the one that another program can hinder goes first, so that it is all or none
        for target, path in sorted(self._aside.items(), key=lambda item: not item[0].endswith(".gpkg")):
            _put(path, Path(target), self.busy_s)
        self.close()

    def close(self) -> None:
        """Remove what lies aside and let others in."""
        while self._locks:
            _remove(*self._locks.popitem())
