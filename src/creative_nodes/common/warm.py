"""Run files of Python in forks of one process that has imported their libraries, as one does that was started for each.

Most of a short job's time goes into imports; multiprocessing's fork server does them once a run. It has one thread and
opens nothing, so that its forks begin as fresh processes do. Linux only: elsewhere system libraries do not bear a fork.
"""

from __future__ import annotations

import atexit
import ctypes
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import ModuleType
from typing import cast

_PR_SET_NAME = 15
# of libraries that else start threads of their own when they are imported; a fork takes none along
ONE_THREAD = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "GOTO_NUM_THREADS"), "1"),
    "NUMEXPR_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
# multiprocessing asks all runs whether they have ended when it starts one more, and each tells it once
_asking = threading.Lock()


def can_fork() -> bool:
    """Say whether this system's processes can be forked after imports."""
    return sys.platform == "linux"


def begin(file: str, *, modules: Sequence[str], title: str, variables: Mapping[str, str]) -> ForkServerProcess:
    """Begin to run a file; the first one of this process starts the server. Threads wait for its end by `end` alone.

    The run ends when this process does, however that ends. The program of this process is imported by the server, so it
    must bear that, as multiprocessing asks of each.

    Parameters
    ----------
    file : a program in Python, run as `__main__`.
    modules : what the server imports before; those that are not there are passed over.
    title : what the system calls the process, cut to 15 bytes.
    variables : of the environment, beside those that were set when the server was started.

    Raises
    ------
    OSError : the system refuses, or the server ends.
    """
    server = multiprocessing.get_context("forkserver")
    # the program of this process too, which each fork would import otherwise
    server.set_forkserver_preload(["__main__", *modules])
    os.environ.update(ONE_THREAD)
    run = server.Process(target=_run, args=(file, title, dict(variables)))
    try:
        with _asking:
            run.start()
    except EOFError as error:
        raise OSError(f"the server that forks ended before it forked {file}") from error
    return run


def end(run: ForkServerProcess) -> int:
    """Wait until a run has ended; returns its exit code, the signal's number with a minus when one ended it."""
    wait([run.sentinel])
    with _asking:
        run.join()
    return cast(int, run.exitcode)


def _run(file: str, title: str, variables: dict[str, str]) -> None:
    """Run a file as Python runs it: its own `__main__`, its hook for errors, what it registered for the end."""
    ctypes.CDLL(None).prctl(_PR_SET_NAME, title.encode())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(variables)
    tempfile.tempdir = None
    sys.argv = [file]
    sys.path.insert(0, str(Path(file).parent))
    main = ModuleType("__main__")
    main.__file__ = file
    sys.modules["__main__"] = main
    try:
        exec(compile(Path(file).read_bytes(), file, "exec"), vars(main))
    except (Exception, KeyboardInterrupt):
        sys.excepthook(*sys.exc_info())
        raise SystemExit(1) from None
    finally:
        atexit._run_exitfuncs()


def _end_with_parent() -> None:
    """Wait until the process that began this run is gone, which the server outlives while runs go on, and end it."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)
