"""How far a download has got, in words: bytes, speed, and the time that is left."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from creative_nodes.pull.patience import Report, spoken_time

MB = 1e6
# the speed is that of the last so many seconds: what a line did an hour ago says little
WINDOW_S = 20
EVERY_S = 5

# called with the bytes received so far and the bytes expected (None when the server does not say)
Progress = Callable[[int, int | None], None]


def megabytes(count: float) -> str:
    """Write a size in MB; a small one with more digits."""
    digits = 0 if count >= 1e7 else 1 if count >= 1e5 else 3
    return f"{count / MB:,.{digits}f} MB"


class ProgressLine:
    """Tells every few seconds how far a download has got; call it with the bytes so far and the bytes expected."""

    def __init__(self, name: str, report: Report, *, every_s: float = EVERY_S) -> None:
        """Start the clock.

        Parameters
        ----------
        name : what is downloaded.
        report : called with a line.
        every_s : seconds between two lines.
        """
        self._name, self._report, self._every_s = name, report, every_s
        self._seen: deque[tuple[float, int]] = deque()
        self._last = time.monotonic()

    def __call__(self, done: int, total: int | None) -> None:
        """Take note, and tell if it is time."""
        now = time.monotonic()
        if self._seen and done < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now, done))
        while len(self._seen) > 2 and self._seen[0][0] < now - WINDOW_S:
            self._seen.popleft()
        if now - self._last >= self._every_s:
            self._last = now
            self._report(self.line(done, total))

    def speed(self) -> float:
        """Return the bytes per second of late."""
        (start, before), (now, done) = self._seen[0], self._seen[-1]
        return (done - before) / (now - start) if now > start else 0.0

    def line(self, done: int, total: int | None) -> str:
        """Write how far it is, how fast, and how long it will take."""
        speed = self.speed()
        share = f" of {megabytes(total)} ({done / total:.0%})" if total else ""
        left = f", about {spoken_time((total - done) / speed)} left" if total and speed else ""
        return f"{self._name}: {megabytes(done)}{share}, {megabytes(speed)}/s{left}"
