"""The errors a user can cause and mend."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

LONGEST = 1000  # signs of a line


def _shortened(line: str) -> str:
    """Leave out the middle of a line that quotes too much of a file; file and cure at its ends stay."""
    return line if len(line) <= LONGEST else f"{line[: LONGEST * 2 // 3]} ... {line[-LONGEST // 4 :]}"


class InputError(ValueError):
    """Bad input: the message says which file, which key or row, what is wrong and what to do."""

    def __init__(self, message: str, *, where: str = "") -> None:
        """Build the message.

        Parameters
        ----------
        message : what is wrong and what to do, one or two sentences.
        where : the file, key or row at fault; put before the message.
        """
        text = f"{where}: {message}" if where else message
        super().__init__("\n".join(map(_shortened, text.split("\n"))))


def nearest(name: str, names: Sequence[str]) -> str:
    """Say which of the names was probably meant.

    Parameters
    ----------
    name : as it was written.
    names : those there are.
    """
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
