"""Words that tell what a place is, by language: how they are written in `config/taxonomy/words` and found in names.

An entry is a whole word or phrase (`kho`, `nhà máy`); with a hyphen it may also be part of a compound: `-fabrik` ends a
word, `fabryk-` begins one, `-spinnerei-` stands anywhere in one. In scripts that set no spaces between words, or join
them (Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese), an entry is a regular expression.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from creative_nodes.common import InputError, nearest
from creative_nodes.locate.names import WORD, fold, has_accents, simplify, tidy

LANGUAGE_CODE = r"^[a-z]{2,3}$"  # ISO 639
DEFAULT_LANGUAGES = ("vi", "zh", "en", "fr")
# languages in which accents alone tell words apart: "kho" is a warehouse, "khô" is dried
ACCENTS_TELL = {"vi"}
# letters that many languages share: Latin and Cyrillic, of which a stem of one language may mean anything in another
_SHARED = "A-Za-z\u00aa-\u024f\u0300-\u036f\u0400-\u052f\u1e00-\u1eff"
_OWN = re.compile(f"[^\\W\\d_{_SHARED}]")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]"
)

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def check_entry(entry: str, *, whole: bool = False) -> None:
    """Check one entry.

    Parameters
    ----------
    entry : a word, a compound or a pattern.
    whole : whether it must be a whole word.

    Raises
    ------
    ValueError : it holds no word, is part of a compound where it may not, or is no regular expression (re.error).
    """
    if not fold(entry):
        raise ValueError(f"{entry!r} holds no word")
    if _is_pattern(entry):
        re.compile(entry)
    elif whole and "-" in (entry[0], entry[-1]):
        raise ValueError(f"{entry!r}: an ambiguous word counts only whole; take the hyphen away")


def _is_pattern(entry: str) -> bool:
    return bool(_UNSPACED.search(entry))


_Tree = dict[str, "_Tree"]


def _alternatives(words: Iterable[str]) -> str:
    """Write words as one expression that reads each letter of a name once: common beginnings are shared."""
    tree: _Tree = {}
    for word in words:
        node = tree
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _branches(tree)


def _branches(tree: _Tree) -> str:
    if not tree or set(tree) == {""}:
        return ""
    longer = [re.escape(letter) + _branches(tree[letter]) for letter in sorted(tree) if letter]
    text = longer[0] if len(longer) == 1 and "" not in tree else f"(?:{'|'.join(longer)})"
    return f"{text}?" if "" in tree else text


def _whole(entries: Iterable[str], form: Callable[[str], str]) -> re.Pattern[str] | None:
    """Compile words and compounds, brought into a form (folded, or with accents kept), for a search in that form."""
    kinds: dict[tuple[bool, bool], set[str]] = defaultdict(set)
    for entry in entries:
        kinds[entry.startswith("-"), entry.endswith("-")].add(form(entry))
    parts = [
        ("" if open_left else f"(?<![{WORD}])") + _alternatives(words) + ("" if open_right else f"(?![{WORD}])")
        for (open_left, open_right), words in sorted(kinds.items())
    ]
    return re.compile("|".join(parts)) if parts else None


class _Matcher:
    """Entries of one or more languages, compiled."""

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        tonal: list[str] = []
        plain: list[str] = []
        patterns: list[str] = []
        for language, entry in entries:
            kind = patterns if _is_pattern(entry) else tonal if language in ACCENTS_TELL else plain
            kind.append(entry)
        self._accented = _whole(tonal, tidy)
        self._plain = _whole(plain, fold)
        self._bare = _whole([*plain, *tonal], fold)
        written = [f"(?:{simplify(unicodedata.normalize('NFC', pattern))})" for pattern in patterns]
        self._patterns = re.compile("|".join(written)) if written else None

    def found_in(self, text: str, *, bare: bool = True) -> bool:
        """Look in a text; `bare`: words whose accents tell are found without them too, where the text has none."""
        if has_accents(text):
            return bool(
                (self._plain and self._plain.search(fold(text)))
                or (self._accented and self._accented.search(tidy(text)))
                or (self._patterns and self._patterns.search(simplify(unicodedata.normalize("NFC", text)).strip()))
            )
        words = self._bare if bare else self._plain
        return bool(words and words.search(fold(text)))


class WordList:
    """Words and patterns of a rule, ready to be looked for in names.

    Words in a script of its own (Chinese, Thai, Greek, ...) are looked for in every name. Those in Latin and Cyrillic
    letters are looked for in names of their language alone: names tagged with it (name:de), and all others where the
    city speaks it.
    """

    def __init__(self, words: Mapping[str, Collection[str]], *, languages: Collection[str] | None = None) -> None:
        """Compile the lists.

        Parameters
        ----------
        words : entries by language code.
        languages : codes of the languages of the city; None for all of those in `words`.

        Raises
        ------
        re.error : a pattern that is no regular expression.
        ValueError : an entry without a letter.
        """
        entries = [(language, entry) for language, some in words.items() for entry in some]
        for _, entry in entries:
            check_entry(entry)
        own = [pair for pair in entries if _OWN.search(pair[1])]
        self._shared = [pair for pair in entries if not _OWN.search(pair[1])]
        self._city = set(words if languages is None else languages)
        self._own = _Matcher(own) if own else None
        self._of: dict[str, _Matcher] = {}

    @cached_property
    def _spoken(self) -> _Matcher:
        return _Matcher(pair for pair in self._shared if pair[0] in self._city)

    def found_in(self, text: str, *, language: str = "") -> bool:
        """Tell whether one of the words occurs in a name, of which the language may be known.

        A word whose accents tell is not looked for without them in a name of another language: Diem in the English
        name of a school is a poet, not diêm, a match.
        """
        bare = not language or language in ACCENTS_TELL
        if self._own is not None and _OWN.search(text) and self._own.found_in(text):
            return True
        if self._spoken.found_in(text, bare=bare):
            return True
        return language not in self._city and self._tagged(language).found_in(text)

    def _tagged(self, language: str) -> _Matcher:
        """Return the words of a language that the city does not speak, compiled when first asked for."""
        if language not in self._of:
            self._of[language] = _Matcher(pair for pair in self._shared if pair[0] == language)
        return self._of[language]


class LanguageFile(BaseModel):
    """The words of one language as written: `config/taxonomy/words/<code>.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str = Field(min_length=1, description="name of the language in English")
    words: dict[str, list[str]] = Field({}, description="words by group")
    ambiguous: dict[str, list[str]] = Field(
        {}, description="words that also mean other things: they count on an object whose tags make it a site"
    )

    def check(self) -> None:
        """Check every entry; ValueError names the first that is wrong."""
        for kind, groups in (("words", self.words), ("ambiguous", self.ambiguous)):
            for group, entries in groups.items():
                for entry in entries:
                    try:
                        check_entry(entry, whole=kind == "ambiguous")
                    except (ValueError, re.error) as error:
                        raise ValueError(f"{kind}.{group}: {entry!r}: {error}") from None


@dataclass(frozen=True)
class Words:
    """Words by group and language code; the ambiguous ones apart."""

    sure: Mapping[str, Mapping[str, list[str]]]
    ambiguous: Mapping[str, Mapping[str, list[str]]]

    def of(self, groups: Iterable[str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Return the words of some groups by language, and the ambiguous ones."""
        groups = list(groups)
        return _merged(self.sure[group] for group in groups), _merged(self.ambiguous[group] for group in groups)

    def count(self, language: str) -> int:
        """Return how many entries a language has."""
        return sum(len(by.get(language, [])) for kind in (self.sure, self.ambiguous) for by in kind.values())


def _merged(some: Iterable[Mapping[str, list[str]]]) -> dict[str, list[str]]:
    merged: dict[str, list[str]] = {}
    for by_language in some:
        for language, entries in by_language.items():
            merged[language] = [*merged.get(language, []), *entries]
    return merged


REFERENCE = "en"  # the language whose file lists every group


def word_files(folder: Path) -> dict[str, Path]:
    """Return the files of words in a folder by language code."""
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def read_words(folder: str | Path) -> Words:
    """Read and check the words of all languages.

    Parameters
    ----------
    folder : holds one file a language, named by its code (ISO 639); that of English lists every group.

    Raises
    ------
    InputError : naming the file, the group and the entry at fault.
    """
    paths = word_files(Path(folder))
    if REFERENCE not in paths:
        raise InputError(f"no file {REFERENCE}.yaml, which lists every group of words", where=str(folder))
    for code, path in paths.items():
        if not re.match(LANGUAGE_CODE, code):
            raise InputError("name the file by the code of its language (ISO 639), such as de.yaml", where=str(path))
    files = {code: _read(path) for code, path in paths.items()}
    groups = list(files[REFERENCE].words)
    for code, file in files.items():
        for group in [*file.words, *file.ambiguous]:
            if group not in groups:
                raise InputError(
                    f"group {group} does not stand in {REFERENCE}.yaml; {nearest(group, groups)}",
                    where=str(paths[code]),
                )
    return Words(
        {group: {code: file.words.get(group, []) for code, file in files.items()} for group in groups},
        {group: {code: file.ambiguous.get(group, []) for code, file in files.items()} for group in groups},
    )


def _read(path: Path) -> LanguageFile:
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
        file = LanguageFile.model_validate(data)
        file.check()
    except yaml.YAMLError as error:
        raise InputError(f"not valid YAML: {error}", where=str(path)) from None
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise InputError(said, where=str(path)) from None
    except ValueError as error:
        raise InputError(str(error), where=str(path)) from None
    return file
