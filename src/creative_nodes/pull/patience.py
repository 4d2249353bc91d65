"""Asking servers in turn until one answers, patience ends, or none of them ever will."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from creative_nodes.common import InputError
from creative_nodes.pull.internet import LastingError, PassingError
from creative_nodes.pull.settings import Internet
from creative_nodes.pull.urls import host_of, without_login

# failures in a row after which the next server has its turn
TRIES_EACH = 3
FIRST_PAUSE_S = 2
# spreads the tries of many machines that failed together; no result depends on it, so it has no seed
_JITTER = random.SystemRandom()

T = TypeVar("T")
Report = Callable[[str], None]


def silent(_: str) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Asking:
    """How Overpass and Nominatim are asked.

    Attributes
    ----------
    internet : settings; default: as in the config reference.
    cache : folder that keeps their answers until somebody removes it; default: one beside what is made.
    report : called with a line of progress.
    """

    internet: Internet | None = None
    cache: Path | None = None
    report: Report = silent


def spoken_time(seconds: float) -> str:
    """Write a time as one says it: 40 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


class Patience:
    """How long to go on: so long without anything new, and so long in all.

    All times are in seconds of patience, which `second_s` may shorten.
    """

    def __init__(self, internet: Internet) -> None:
        """Start the clock."""
        self._internet = internet
        self._start = self._last = time.monotonic()
        self.gains = 0
        self.tries = self._vain = 0

    def _since(self, moment: float) -> float:
        return (time.monotonic() - moment) / self._internet.second_s

    def now(self) -> float:
        """Return the seconds since the start."""
        return self._since(self._start)

    def gained(self) -> None:
        """Note that something new came in."""
        self._last = time.monotonic()
        self.gains += 1
        self._vain = 0

    def tried(self) -> None:
        """Note that a server is asked."""
        self.tries += 1
        self._vain += 1

    @property
    def tired(self) -> bool:
        """Whether it was tried in vain too often."""
        return self._vain >= self._internet.tries

    def left(self) -> float:
        """Return the seconds until it ends; negative when it has."""
        return min(self._internet.patience_minutes * 60 - self._since(self._last), self.left_in_all())

    def left_in_all(self) -> float:
        """Return the seconds until the time of one download ends, however much comes in."""
        return self._internet.longest_hours * 3600 - self.now()

    def wait(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(0.0, seconds) * self._internet.second_s)

    def rounds(self, seconds: float) -> int:
        """Return how many of the longest pauses fit into a time: what a server that asks for hours is set back by."""
        return int(max(0.0, seconds) // self._internet.longest_pause_s)

    def pause(self, failures: int) -> float:
        """Return the seconds to wait after so many failures in a row: doubled each time, a random share taken off."""
        whole = min(FIRST_PAUSE_S * 2.0 ** (failures - 1), self._internet.longest_pause_s)
        return whole * _JITTER.uniform(0.5, 1)


@dataclass
class _Turn:
    """One server, and how it did."""

    url: str
    order: int
    failures: int = 0
    ready: float = 0
    asked: float = 0
    lost: bool = False
    reason: str = ""


def _next(turns: list[_Turn], patience: Patience) -> _Turn | None:
    """Return whose turn it is; None when none of them can be asked before patience ends.

    A server comes later with every few failures in a row, and with every long pause that it asks for.
    """
    now = patience.now()
    open_ = [turn for turn in turns if not turn.lost and turn.ready <= now + patience.left()]
    late = {turn.url: turn.failures // TRIES_EACH + patience.rounds(turn.ready - now) for turn in open_}
    return min(open_, key=lambda turn: (late[turn.url], turn.order), default=None)


def _reasons(turns: list[_Turn]) -> str:
    if len(turns) == 1:
        return turns[0].reason
    return "; ".join(f"{host_of(turn.url)}: {turn.reason or 'not asked'}" for turn in turns)


def _given_up(turns: list[_Turn], patience: Patience, *, cure: str) -> InputError:
    where = without_login(turns[0].url)
    if all(turn.lost for turn in turns):
        # a single server's words say themselves what to do
        return InputError(_reasons(turns) + (f"; {cure}" if len(turns) > 1 else ""), where=where)
    tries = patience.tries
    said = f"given up after {tries} {'try' if tries == 1 else 'tries'} in {spoken_time(patience.now())}"
    asked = max(turn.asked for turn in turns) - patience.now()
    later = f" (it asks to come again in {spoken_time(asked)})" if asked > max(0, patience.left()) else ""
    return InputError(f"{said}: {_reasons(turns)}{later}; {cure}", where=where)


def ask_in_turn(
    urls: Sequence[str],
    attempt: Callable[[str], T],
    *,
    patience: Patience,
    report: Report = silent,
    cure: Callable[[], str] = lambda: "check the network and try again",
) -> T:
    """Ask servers until one answers: the first, and after some failures in a row the next.

    Parameters
    ----------
    urls : servers or files, the preferred first.
    attempt : asks one of them; raises PassingError or LastingError.
    patience : when to give up; `attempt` tells it what comes in.
    report : called with a line for each failure.
    cure : what to do when all fails, for the error.

    Returns
    -------
    What `attempt` returned.

    Raises
    ------
    InputError : every server failed for good, or patience ended; it tells what each one did.
    """
    turns = [_Turn(url, order) for order, url in enumerate(urls)]
    while not patience.tired and (turn := _next(turns, patience)) is not None:
        patience.wait(turn.ready - patience.now())
        gains = patience.gains
        patience.tried()
        try:
            return attempt(turn.url)
        except LastingError as error:
            turn.lost, turn.reason = True, str(error)
            report(f"{host_of(turn.url)}: {error}")
        except PassingError as error:
            turn.failures = 1 if patience.gains > gains else turn.failures + 1
            pause = max(patience.pause(turn.failures), error.wait_s)
            turn.ready, turn.asked = patience.now() + pause, patience.now() + error.wait_s
            turn.reason = str(error)
            report(f"{host_of(turn.url)}: {error}; trying again in {spoken_time(pause)}")
    raise _given_up(turns, patience, cure=cure())
