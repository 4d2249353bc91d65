"""Chinese names in Latin letters (Hanyu Pinyin, ISO 7098), for readers who have no other name that they can read.

Characters do not tell their language: 横浜 is Yokohama in Japan and Hengbin in China. So names are spelt in pinyin only
within a city whose first language is Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Protocol

from creative_nodes.locate import city_languages

CHINESE = "zh"
# what one word of a name is made of: Latin letters and digits go together
_TOKEN = re.compile(r"[0-9A-Za-z.&'’-]+|[^\s0-9A-Za-z.&'’-]+")
# Chinese punctuation as Latin text writes it
_PUNCTUATION = str.maketrans("（）、，。：；·“”《》", '(),,.:; """"')
_chinese: ContextVar[bool] = ContextVar("chinese", default=False)


class Spoken(Protocol):
    """Settings of a city that tell what its names are written in."""

    @property
    def languages(self) -> Sequence[str]:
        """ISO 639 codes; may be empty."""

    @property
    def country(self) -> str:
        """ISO 3166-1 code."""


@contextmanager
def names_of(city: Spoken) -> Iterator[None]:
    """Take the names within a block as those of a city, so that Chinese ones can be spelt out.

    Parameters
    ----------
    city : whose places are named.
    """
    before = _chinese.set(city_languages(city.languages, city.country)[0] == CHINESE)
    try:
        yield
    finally:
        _chinese.reset(before)


def _joined(syllables: Sequence[str]) -> str:
    """Write the syllables of a word in one; an apostrophe stands before one that begins with a vowel: Xi'an."""
    return "".join(f"'{one}" if i and one[0] in "aeo" else one for i, one in enumerate(syllables))


@lru_cache(maxsize=65_536)
def pinyin(name: str) -> str:
    """Spell a Chinese name in Hanyu Pinyin without tones, the syllables of a word in one, each word capitalised.

    Words are those of pypinyin's own list of phrases, which also tells apart characters read in more than one way.

    Parameters
    ----------
    name : in Chinese characters; anything else in it stays.
    """
    from pypinyin import lazy_pinyin  # a large dictionary, and most cities need none
    from pypinyin.seg import mmseg

    spelt = []
    for token in _TOKEN.findall(name.translate(_PUNCTUATION)):
        words = [token] if token.isascii() else mmseg.seg.cut(token)
        spelt += [_joined(lazy_pinyin(word, v_to_u=True)) for word in words]
    told = " ".join(word[:1].upper() + word[1:] for word in spelt)
    return re.sub(r"\( ", "(", re.sub(r" (?=[),.:;])", "", told))


def romanised(name: str) -> str:
    """Spell a name in Latin letters where its language is known to be Chinese; else nothing.

    Parameters
    ----------
    name : that holds Chinese characters.
    """
    return pinyin(name) if _chinese.get() else ""
