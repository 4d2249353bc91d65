"""What every script shares: its log file, and one line on the terminal when it is done."""

import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

# the package next door, also where an environment of the workflow's own does not hold it
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

VERBOSE = bool(os.environ.get("VERBOSE"))


def start(snakemake: Any) -> logging.Logger:
    """Log detail to the rule's log file and the stage's progress to the terminal.

    An InputError ends the script with its message alone, without a traceback; the traceback is in the log file.
    """
    begun = time.perf_counter()
    stage = snakemake.rule
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
        from creative_nodes.common import InputError

        log.debug("failed", exc_info=(kind, error, trace))
        if issubclass(kind, InputError):
            sys.stderr.write(f"\nERROR {city} {stage}: {error}\n(log: {log_file})\n\n")
        else:
            sys.__excepthook__(kind, error, trace)
            sys.stderr.write(f"(log: {log_file})\n")

    def done(*summary: str) -> None:
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
    return log
