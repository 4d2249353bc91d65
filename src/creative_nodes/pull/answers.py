"""Answers of servers in JSON: fetched whole, told apart when they are none, and kept in a cache folder."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from creative_nodes.pull.body import body_of
from creative_nodes.pull.internet import (
    NETWORK_FAULTS,
    LastingError,
    PassingError,
    check_status,
    in_words,
)
from creative_nodes.pull.settings import Internet

EXCERPT = 200
GB = 1e9
# what a busy Overpass or Nominatim writes on the page that it sends instead of data
_BUSY = re.compile(r"too busy|timeout|timed out|dispatcher|rate.?limit|overload|maintenance", re.IGNORECASE)
_TAG = re.compile(r"<(style|script|head)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


def excerpt(text: str) -> str:
    """Return the first words of a page, without its tags."""
    words = " ".join(_TAG.sub(" ", text).split())
    return words if len(words) <= EXCERPT else f"{words[:EXCERPT]}..."


def _body(response: requests.Response, internet: Internet) -> bytes:
    """Read an answer, as long as it does not grow beyond what one download may have."""
    parts, size, most = [], 0, internet.largest_gb * GB
    for chunk in body_of(response):
        parts.append(chunk)
        size += len(chunk)
        if size > most:
            raise LastingError(f"the answer has more than {most / GB:g} GB; use an extract instead")
    return b"".join(parts)


def _parsed(body: bytes) -> Any:
    text = body.decode("utf-8", errors="replace").lstrip("\ufeff \r\n\t")
    if not text:
        raise PassingError("the answer is empty")
    if text.startswith("<"):
        said = excerpt(text)
        if _BUSY.search(said):
            raise PassingError(f"it is busy: {said}")
        raise LastingError(f"it sent a web page instead of data ({said}); check the URL and the network's login page")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise PassingError("the answer breaks off or is not JSON") from None


def fetch_json(send: Callable[[], requests.Response], url: str, internet: Internet) -> Any:
    """Send a request once and return the JSON of its answer.

    Parameters
    ----------
    send : sends it, as a stream.
    url : what is asked, for errors.
    internet : how servers are asked.

    Raises
    ------
    PassingError, LastingError : what is wrong with the answer.
    """
    try:
        with send() as response:
            if response.status_code == 400:
                raise LastingError(f"it does not understand the question ({excerpt(response.text)}); check the URL")
            check_status(response)
            return _parsed(_body(response, internet))
    except NETWORK_FAULTS as error:
        # without the cause, whose text holds the URL with its secrets
        raise in_words(error, url) from None


class Cache:
    """A folder of answers, each whole; an answer that cannot be read counts as none."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made when the first answer comes."""
        self._folder = folder

    def _path(self, question: str) -> Path:
        return self._folder / f"{hashlib.sha256(question.encode()).hexdigest()[:40]}.json"

    def get(self, question: str) -> Any:
        """Return the answer to a question; None when there is none."""
        try:
            return json.loads(self._path(question).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None

    def keep(self, question: str, answer: Any) -> None:
        """Keep an answer, whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(question)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(answer), encoding="utf-8")
        part.replace(path)
