"""Whether texts of tables can be spoken in another language, checked with a made-up one for every text we have."""

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

import babel
import pandas as pd

from creative_nodes.common import whole_file
from creative_nodes.common.messages import Message, message_in, speaking, spoken
from creative_nodes.tools import catalogue


def _read_by_the_catalogue() -> str:
    """Return a hash of all that the catalogue is read from."""
    found = hashlib.sha256(babel.__version__.encode())
    for path in sorted([*catalogue.SOURCE.rglob("*"), *(catalogue.ROOT / "config").rglob("*")]):
        if path.suffix in (".py", ".j2", ".js", ".yaml", ".csv"):
            found.update(str(path).encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


@lru_cache
def known() -> frozenset[str]:
    """Return every text of the catalogue: those that translators get to see.

    Reading them takes seconds, in every process of every stage, so they are kept until a file changes.
    """
    kept = catalogue.ROOT / ".pytest_cache" / "texts" / f"{_read_by_the_catalogue()}.json"
    if not kept.exists():
        ids = (message.id for message in catalogue.template() if message.id)
        found = sorted({one if isinstance(one, str) else one[0] for one in ids})
        with whole_file(kept, ending=f".{os.getpid()}") as aside:
            aside.write_text(json.dumps(found), encoding="utf-8")
        for old in set(kept.parent.glob("*.json")) - {kept}:
            old.unlink(missing_ok=True)
        return frozenset(found)
    return frozenset(json.loads(kept.read_text(encoding="utf-8")))


@lru_cache
def made_up(language: str) -> dict[str, str]:
    """Translate every text of the catalogue, its fields kept."""
    return {} if language == "en" else {text: f"«{text}»" for text in known()}


def numbers(text: str) -> Counter[str]:
    """Count the numbers of a text, without the signs between their digits."""
    return Counter(re.sub(r"\D", "", one) for one in re.findall(r"\d[\d.,]*", text))


def _texts(message: Any) -> Iterator[str]:
    """Go through the texts of a message and of those in it."""
    if isinstance(message, Message):
        yield message.text
        for value in message.values.values():
            yield from _texts(value)
    elif isinstance(message, list):
        for value in message:
            yield from _texts(value)


def check(frame: pd.DataFrame, *columns: str, names: Collection[str] = ()) -> int:
    """Check every text of the columns, and return how many there were; `names` are said alike in all languages."""
    checked = 0
    for row in frame.itertuples(index=False):
        for column in columns:
            english = getattr(row, column)
            if not english or english in names:
                continue
            checked += 1
            found = message_in(row, column)
            assert str(found) == english
            with speaking("vi"):
                other = spoken(row, column)
            assert other.startswith("«") and other != english, english
            assert not numbers(english) - numbers(other), (english, other)
            assert set(_texts(found)) <= known(), english
    return checked
