"""What every script shares: outputs that appear whole or not at all, a log file, one line on the terminal when done."""

import atexit
import logging
import os
import signal
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

# the package next door, also where an environment of the workflow's own does not hold it
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from creative_nodes.common import InputError, Making, die_with_parent, made_from

VERBOSE = bool(os.environ.get("VERBOSE"))


def counted(n: int, one: str, many: str = "") -> str:
    """Say a count on the terminal; `many` is `one` with an s unless it is given."""
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def _aside(snakemake: Any) -> Making:
    """Have the script write its outputs aside; they go to their places together when it is done."""
    die_with_parent()
    # a termination unwinds, so that nothing is left aside
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    name = "-".join((snakemake.rule, *snakemake.wildcards))
    making = Making(snakemake.output, name, told=lambda text: print(f"{name}: {text}", file=sys.stderr))
    atexit.register(making.close)
    snakemake.output = type(snakemake.output)(toclone=snakemake.output, custom_map=lambda path: str(making.aside(path)))
    if making.scratch:
        tempfile.tempdir = str(making.scratch)
    return making


def start(snakemake: Any) -> logging.Logger:
    """Turn outputs aside, log detail to the rule's log file and the stage's progress to the terminal.

    The outputs are put in place by `done`; `made_of` tells what they depend on. An InputError ends the script with its
    message alone, without a traceback; the traceback is in the log file.
    """
    begun = time.perf_counter()
    making = _aside(snakemake)
    stage = snakemake.rule
    # a workflow that takes this one as a module may call its rules otherwise
    script = Path(str(sys.modules["__main__"].__file__)).stem
    city = getattr(snakemake.wildcards, "city", "")
    log_file = str(snakemake.log[0])
    log = logging.getLogger("creative_nodes")
    log.setLevel(logging.DEBUG)
    to_file = logging.FileHandler(log_file, mode="w", encoding="utf-8")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    to_terminal = logging.StreamHandler(sys.stderr)
    to_terminal.setLevel(logging.DEBUG if VERBOSE else logging.WARNING)
    to_terminal.setFormatter(logging.Formatter(f"{city:<10} {stage:<18} %(levelname)s: %(message)s"))
    log.addHandler(to_file)
    log.addHandler(to_terminal)

    def on_error(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        log.debug("failed", exc_info=(kind, error, trace))
        if issubclass(kind, InputError):
            sys.stderr.write(f"\nERROR {city} {stage}: {error}\n(log: {log_file})\n\n")
        else:
            sys.__excepthook__(kind, error, trace)
            sys.stderr.write(f"(log: {log_file})\n")

    def done(*summary: str) -> None:
        making.finish()
        seconds = time.perf_counter() - begun
        log.debug("done in %.1f s: %s", seconds, " ".join(summary))
        sys.stderr.write(f"{city:<10} {stage:<18} {seconds:5.1f} s  {' '.join(summary)}  (log: {log_file})\n")

    def tell(line: str) -> None:
        log.debug(line)
        if not VERBOSE:  # which shows it already
            sys.stderr.write(f"{city:<10} {stage:<18} {line}\n")

    sys.excepthook = on_error
    log.tell = tell  # type: ignore[attr-defined]
    log.done = done  # type: ignore[attr-defined]
    log.made_of = partial(  # type: ignore[attr-defined]
        made_from, script, dict(snakemake.input.items()), dict(snakemake.params.items())
    )
    return log
