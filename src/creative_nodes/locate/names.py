"""Names: which tags hold one and in which language, how they are folded for matching, and which are shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from opencc import OpenCC

NAME_KEYS = (
    "name",
    "name:en",
    "name:vi",
    "name:zh",
    "alt_name",
    "official_name",
    "int_name",
    "name:fr",
    "name:zh-Hans",
)
# a key with or without a language: name:de, alt_name, old_name:zh-Hant
_KEY = re.compile(r"([a-z_]+(?::name)?)(?::([a-z]{2,3})(?:-[A-Za-z0-9]+)*)?")
FORMER = ("old_name", "was:name", "disused:name")
TODAY = ("name", "alt_name", "official_name", "int_name")
_SPOKEN = {"int_name": "en"}  # a kind of name that is in one language by itself
# letters with no decomposition in Unicode are folded by hand
_HAND = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"})
_JOINERS = dict.fromkeys(map(ord, "\u00ad\u200c\u200d"))  # soft hyphen and joiners stand inside words
# accents over Latin, Greek and Cyrillic letters and the points of Hebrew and Arabic say how a letter is read; the
# marks of Thai, Devanagari and the like are letters
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")


def _ranges(letters: Iterable[int]) -> str:
    """Write code points as the inside of a character class."""
    spans: list[list[int]] = []
    for code in letters:
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in spans)


def _is_mark(code: int) -> bool:
    return unicodedata.category(chr(code)) in ("Mn", "Mc")


# `\w` of Python lacks the vowel marks; from U+2000 on marks belong to symbols, but for those of kana
WORD = rf"\w{_ranges(filter(_is_mark, range(0x300, 0x2000)))}\u3099\u309a"
_BETWEEN = re.compile(f"[^{WORD}]+")
_HAN = re.compile(r"[\u3400-\u9fff]")


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=200_000)
def simplify(text: str) -> str:
    """Write a Chinese name in simplified characters (OpenCC); other text stays as it is."""
    return str(_converter().convert(text)) if has_han(text) else text


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """Fold a name for comparison: no case, accents, punctuation; đ as d; Chinese characters simplified."""
    lower = simplify(text).translate(_JOINERS).casefold().translate(_HAND)
    if lower.isascii():
        return " ".join(_BETWEEN.sub(" ", lower).split())
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", lower))
    return " ".join(_BETWEEN.sub(" ", unicodedata.normalize("NFKC", bare)).split())


# both ways of placing the tone are in use: hoá and hóa, thuý and thúy
_TONES = dict(
    zip(
        ["oà", "oá", "oả", "oã", "oạ", "oè", "oé", "oẻ", "oẽ", "oẹ", "uỳ", "uý", "uỷ", "uỹ", "uỵ"],
        ["òa", "óa", "ỏa", "õa", "ọa", "òe", "óe", "ỏe", "õe", "ọe", "ùy", "úy", "ủy", "ũy", "ụy"],
        strict=True,
    )
)
_TONE = re.compile("|".join(_TONES))


def tidy(text: str) -> str:
    """Lower-case a name, compose its accents and place Vietnamese tones one way, keeping them."""
    composed = unicodedata.normalize("NFC", text.translate(_JOINERS)).casefold()
    return " ".join(_BETWEEN.sub(" ", _TONE.sub(lambda found: _TONES[found[0]], composed)).split())


def has_accents(text: str) -> bool:
    """Tell whether a name is written with letters beyond ASCII, so that its accents can be trusted."""
    return any(ord(c) > 127 and c.isalpha() for c in text)


def has_han(text: str) -> bool:
    """Tell whether a name holds Chinese characters."""
    return bool(_HAN.search(text))


@cache
def name_key(key: str) -> tuple[str, str]:
    """Split a tag key into its kind and language: (old_name, de) of old_name:de, (name, "") of name."""
    parts = _KEY.fullmatch(key)
    return (parts[1], parts[2] or _SPOKEN.get(parts[1], "")) if parts else (key, "")


@cache
def _rank(key: str) -> tuple[int, str]:
    return (NAME_KEYS.index(key) if key in NAME_KEYS else len(NAME_KEYS), key)


def name_keys(tags: Iterable[str], *, kinds: Iterable[str] = TODAY) -> list[str]:
    """Return the keys that hold a name of these kinds, in whatever language.

    Parameters
    ----------
    tags : keys of an object's tags.
    kinds : kinds of names; by default a name of today.
    """
    return sorted((key for key in tags if name_key(key)[0] in kinds), key=_rank)


def names_of(tags: dict[str, str]) -> dict[str, str]:
    """Return the display names of an object: name, name_en, name_vi, name_zh; empty when not tagged."""
    name = tags.get("name", "")
    chinese = tags.get("name:zh") or tags.get("name:zh-Hans") or (name if has_han(name) else "")
    return {
        "name": name or tags.get("name:vi") or chinese or tags.get("name:en", ""),
        "name_en": tags.get("name:en") or tags.get("int_name", ""),
        "name_vi": tags.get("name:vi", ""),
        "name_zh": chinese,
    }


def folded_names(tags: dict[str, str]) -> list[str]:
    """Return every name of an object, its old one too, folded and sorted."""
    return sorted({fold(tags[key]) for key in (*NAME_KEYS, "old_name") if key in tags} - {""})
