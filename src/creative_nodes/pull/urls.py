"""URLs: as they may be shown, and the names of the files that they are downloaded to."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

DOWNLOADS = Path("data/raw/downloads")
HIDDEN = "…"


def without_login(url: str) -> str:
    """Return a URL as it may be shown: without user name, password, and the values of its query."""
    parts = urlsplit(url)
    told = [one.partition("=") for one in parts.query.split("&") if one]
    # a part without a key may be a secret itself
    query = "&".join(f"{key}={HIDDEN}" if equals else HIDDEN for key, equals, _ in told)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query, fragment=""))


def host_of(url: str) -> str:
    """Return the server's name, with its port where one is given."""
    return urlsplit(url).netloc.rpartition("@")[2] or without_login(url)


def open_to_all(url: str) -> str:
    """Warn of a URL whose answer others can change on the way; an empty text for https and for this machine's own."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname in ("localhost", "127.0.0.1", "::1"):
        return ""
    return f"warning: {host_of(url)} is asked over http, so that others on the way can change what it sends; use https"


def download_name(url: str) -> str:
    """Name the file that a URL is downloaded to: readable, and different for every URL.

    `https://example.org/asia/vietnam-latest.osm.pbf` gives `vietnam-latest-<8 hex digits>.osm.pbf`.
    """
    last = unquote(urlsplit(url).path).rpartition("/")[2]
    clean = re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip(".-") or "download"
    stem, suffix = re.fullmatch(r"(.+?)((?:\.osm)?\.[A-Za-z0-9]+|)", clean).groups()  # type: ignore[union-attr]
    return f"{stem}-{hashlib.sha256(url.encode()).hexdigest()[:8]}{suffix}"
