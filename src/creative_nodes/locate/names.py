"""Names in Vietnamese, Chinese, English and French, folded for matching and kept for display."""

from __future__ import annotations

import re
import unicodedata
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
# đ has no decomposition in Unicode, so it is folded by hand
_HAND = str.maketrans({"đ": "d", "ø": "o", "ł": "l"})
_HAN = re.compile(r"[\u3400-\u9fff]")


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def simplify(text: str) -> str:
    """Write a Chinese name in simplified characters (OpenCC); other text stays as it is."""
    return str(_converter().convert(text)) if has_han(text) else text


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """Fold a name for comparison: no case, accents, punctuation; đ as d; Chinese characters simplified."""
    decomposed = unicodedata.normalize("NFKD", simplify(text).casefold().translate(_HAND))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+", " ", bare).split())


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
    composed = unicodedata.normalize("NFC", text).casefold()
    return " ".join(re.sub(r"[^\w]+", " ", _TONE.sub(lambda found: _TONES[found[0]], composed)).split())


def has_accents(text: str) -> bool:
    """Tell whether a name is written with letters beyond ASCII, so that its accents can be trusted."""
    return any(ord(c) > 127 and c.isalpha() for c in text)


def has_han(text: str) -> bool:
    """Tell whether a name holds Chinese characters."""
    return bool(_HAN.search(text))


class WordList:
    """Words and patterns of a rule, ready to be looked for in names.

    Vietnamese, English and French match whole words. A name written with accents is compared with them, because
    "kho" (warehouse) and "khô" (dried) differ by nothing else; a name without any is compared folded.
    Chinese entries are regular expressions on the simplified name.
    """

    def __init__(self, words: dict[str, list[str]]) -> None:
        """Compile the lists by language (vi, en, fr, zh)."""
        latin = [word for language, entries in words.items() if language != "zh" for word in entries]
        self._exact = _whole_words(tidy(word) for word in latin)
        self._folded = _whole_words(fold(word) for word in latin)
        patterns = words.get("zh", [])
        self._han = re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) if patterns else None

    def found_in(self, text: str) -> bool:
        """Tell whether one of the words occurs in a name."""
        if has_han(text) and self._han is not None and self._han.search(simplify(text).strip()):
            return True
        pattern, form = (self._exact, tidy(text)) if has_accents(text) else (self._folded, fold(text))
        return pattern is not None and bool(pattern.search(form))


def _whole_words(words: object) -> re.Pattern[str] | None:
    entries = sorted({re.escape(word) for word in words if word}, key=len, reverse=True)  # type: ignore[attr-defined]
    return re.compile(rf"(?<!\w)(?:{'|'.join(entries)})(?!\w)") if entries else None


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
