"""How long a value of a CSV may be, whatever another library in the process allows."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_VALUE = 1 << 17  # characters


@contextmanager
def values_bounded() -> Iterator[None]:
    """Read CSV with a longest value of its own; also as a decorator.

    A quote that is never closed swallows the rest of a file. `csv` stops at its longest value, but that one holds for
    the whole process, and other libraries raise it.
    """
    before = csv.field_size_limit(LONGEST_VALUE)
    try:
        yield
    finally:
        csv.field_size_limit(before)
