"""Small drawings of the sections on certainty: places of lines, dots and ticks; templates draw them as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 420.0, 250.0  # of a drawing, in its own units: small, so that a phone need not shrink its letters
LEFT, RIGHT, TOP, BOTTOM = 76.0, 30.0, 14.0, 46.0
TICKS = 4

Line = tuple[tuple[float, float], ...]
HALVES = 4  # half-lives that a curve of decay shows: what is left then is 6 %
STEPS = 40


@dataclass(frozen=True)
class Scale:
    """From values to places on a drawing: `low` stands at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value."""
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.5
        return round(self.start + share * (self.end - self.start), 1)


def step_of(span: float, *, most: int = TICKS) -> float:
    """Return the least of 1, 2, 5, 10, ... that cuts a span into at most so many pieces.

    Parameters
    ----------
    span : length of the axis, in its own unit.
    most : pieces at most.
    """
    if span <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(span / most))
    return float(next(power * unit for unit in (1, 2, 5, 10, 20) if span / (power * unit) <= most + 1e-9))


def ticks(low: float, high: float, *, most: int = TICKS) -> tuple[float, ...]:
    """Return round values from low to high.

    Parameters
    ----------
    low, high : ends of the axis, in its own unit.
    most : pieces at most.
    """
    step = step_of(high - low, most=most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(i * step for i in range(first, last + 1))


def around(values: Sequence[float]) -> tuple[float, float]:
    """Return a round range that holds the values, with room around a single one."""
    low, high = min(values), max(values)
    if low == high:
        low, high = low - max(1.0, abs(low) * 0.01), high + max(1.0, abs(high) * 0.01)
    step = step_of(high - low)
    return math.floor(low / step) * step, math.ceil(high / step) * step


def stairs(values: Sequence[float], x: Scale, y: Scale) -> Line:
    """Draw values of 1, 2, 3, ... as steps that start from nothing at 0; a value holds until the next.

    Parameters
    ----------
    values : of 1, 2, 3, ....
    x, y : scales of the drawing.
    """
    points: list[tuple[float, float]] = [(x(0), y(0))]
    for i, value in enumerate(values, start=1):
        points += [(x(i), points[-1][1]), (x(i), y(value))]
    return (*points, (x(len(values) + 0.5), points[-1][1]))


@dataclass(frozen=True)
class Fading:
    """How an effect fades with distance, as a small drawing; `half` is where half of it is left."""

    line: Line
    half: tuple[float, float]
    x_ticks: tuple[tuple[float, float], ...]
    y_ticks: tuple[tuple[float, float], ...]
    width: float = 300.0
    height: float = 150.0
    left: float = 48.0
    right: float = 284.0
    top: float = 12.0
    bottom: float = 108.0


def fading(half_m: float) -> Fading:
    """Draw an exponential decay from its beginning, by the distance (metres) at which half of it is left."""
    x = Scale(0, HALVES * half_m, Fading.left, Fading.right)
    y = Scale(0, 1, Fading.bottom, Fading.top)
    far = [HALVES * half_m * i / STEPS for i in range(STEPS + 1)]
    return Fading(
        line=tuple((x(metres), y(0.5 ** (metres / half_m))) for metres in far),
        half=(x(half_m), y(0.5)),
        x_ticks=tuple((x(metres), metres) for metres in ticks(0, HALVES * half_m)),
        y_ticks=tuple((y(share), share) for share in (0, 0.5, 1)),
    )
