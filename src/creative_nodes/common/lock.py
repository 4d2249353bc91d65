"""One process at a time: a lock on a file, which ends with the process that holds it, however that ends."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def _opened(path: Path) -> int | None:
    """Open a lock file, made when there is none; None when another process just removed its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except FileNotFoundError:
        return None


def _is_there(handle: int, path: Path) -> bool:
    """Say whether an open lock file is still the one that lies there."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def try_lock(path: Path, *, wait: bool) -> int | None:
    """Lock a file.

    Parameters
    ----------
    path : the lock file, made when there is none, and its folder too.
    wait : whether to wait for a process that holds it.

    Returns
    -------
    The open file; None when another process holds it, or held it until now and removed it.
    """
    handle = _opened(path)
    if handle is None:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(handle)
        return None
    if _is_there(handle, path):
        return handle
    os.close(handle)
    return None


def _holder(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip() or "?"
    except FileNotFoundError:
        return "?"


def lock(path: Path, waiting: Callable[[str], None]) -> int:
    """Lock a file, and wait for the process that holds it.

    Parameters
    ----------
    path : the lock file.
    waiting : called once with who holds it (process and machine) when this one has to wait.

    Returns
    -------
    The open file, to be closed by who holds it, after the file is removed.
    """
    handle = try_lock(path, wait=False)
    if handle is None:
        waiting(_holder(path))
    while handle is None:
        handle = try_lock(path, wait=True)
    os.ftruncate(handle, 0)
    os.write(handle, f"{os.getpid()} on {socket.gethostname()}\n".encode())
    return handle


@contextmanager
def alone(path: Path, waiting: Callable[[str], None]) -> Iterator[None]:
    """Let one process at a time work on a file; another waits for it, and for none that is dead.

    Parameters
    ----------
    path : the file.
    waiting : called once with who is at it (process and machine) when this one has to wait.
    """
    beside = path.with_name(f".{path.name}.lock")
    handle = lock(beside, waiting)
    try:
        yield
    finally:
        beside.unlink(missing_ok=True)
        os.close(handle)
