"""The errors a user can cause and mend."""

from __future__ import annotations

import difflib
from collections.abc import Sequence


class InputError(ValueError):
    """Bad input: the message says which file, which key or row, what is wrong and what to do."""

    def __init__(self, message: str, *, where: str = "") -> None:
        """Build the message.

        Parameters
        ----------
        message : what is wrong and what to do, one or two sentences.
        where : the file, key or row at fault; put before the message.
        """
        super().__init__(f"{where}: {message}" if where else message)


def nearest(name: str, names: Sequence[str]) -> str:
    """Say which of the names was probably meant.

    Parameters
    ----------
    name : as it was written.
    names : those there are.
    """
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
