"""Taxonomy files: what counts as evidence, as rules that are read, checked and matched."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from creative_nodes.common import InputError, nearest, what_is_wrong
from creative_nodes.locate.names import TODAY, name_key, name_keys
from creative_nodes.locate.selector import Selector
from creative_nodes.locate.setting_rules import Never, Setting, SettingRule
from creative_nodes.locate.wording import Wording, WordingReader
from creative_nodes.locate.words import DEFAULT_LANGUAGES, LANGUAGE_CODE, WordList, Words, read_words

_YEAR = re.compile(r"(?<!\d)(1[0-9]{3}|20[0-9]{2})(?!\d)")
_CENTURY = re.compile(r"^\s*(?:(?:early|mid|late)\s+)?~?C(\d{1,2})\b")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


# words by language, or the names of groups of words in the folder words beside the taxonomy file
Names = dict[Annotated[str, Field(pattern=LANGUAGE_CODE)], list[str]] | list[str]


class Rule(_Part):
    """One piece of evidence."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    weight: Annotated[float, Field(ge=0, le=1)]
    reason: str
    anchor: bool = False
    family: str | None = None
    class_: str | None = Field(None, alias="class")
    tier: Literal["core", "intermediate", "supporting"] | None = None
    status: Literal["vacated", "brownfield", "in_use", "lost"] | None = None
    flag: Literal["listed", "public_land"] | None = None
    tags: list[str] = []
    none: list[str] = []
    names: Names = {}
    names_of: list[str] = []
    built: tuple[int, int] | None = None


class TaxonomyFile(_Part):
    """A taxonomy file as written."""

    classes: dict[str, str]
    default_class: str
    never_by_name: list[str] = []
    name_exceptions: Names = {}
    never_named: Names = {}
    rules: list[Rule]
    registry_weight: Annotated[float, Field(ge=0, le=1)] = 0.8
    import_weight: Annotated[float, Field(ge=0, le=1)] = 0.6
    setting: Setting | None = None
    wording: Wording = Wording()
    smallest_m2: dict[str, Annotated[float, Field(ge=0)]] = Field(
        {}, description="smallest area a class is offered for reuse at, where the map alone tells of it"
    )


@dataclass(frozen=True)
class Hit:
    """A rule that fired on an object, the tag that made it fire, and the file of fresher tags that tells it, if any."""

    rule: Rule
    tag: str
    source: str = ""


class Taxonomy:
    """A checked taxonomy that tells which rules fire on an object."""

    def __init__(
        self,
        file: TaxonomyFile,
        where: str,
        *,
        words: Words | None = None,
        languages: Collection[str] = DEFAULT_LANGUAGES,
    ) -> None:
        """Compile selectors and names.

        Parameters
        ----------
        file : the file as written.
        where : its path, named in errors.
        words : the groups of words it may name.
        languages : codes of the languages of the city, whose Latin and Cyrillic words are looked for in every name.

        Raises
        ------
        InputError : a rule id twice, an unknown class or group of words, a malformed selector or pattern.
        """
        self.classes, self.default_class = file.classes, file.default_class
        self.rules = {rule.id: rule for rule in file.rules}
        self.registry_weight, self.import_weight = file.registry_weight, file.import_weight
        self._where, self._words, self._languages = where, words, languages
        self._check(file, where)
        self._tags: list[tuple[Rule, Selector, Selector]] = []
        self._names: list[_NameRule] = []
        self._by_key: dict[str, list[int]] = defaultdict(list)
        for rule in file.rules:
            with self._blaming(f"rule {rule.id}"):
                self._compile(rule)
        with self._blaming("never_by_name"):
            self._never = Selector(file.never_by_name)
        self.languages, self.smallest_m2 = tuple(languages), file.smallest_m2
        with self._blaming("setting"):
            self.setting = self._filled(file.setting)
        with self._blaming("wording"):
            self.wording = WordingReader(file.wording, languages=languages)
        with self._blaming("name_exceptions"):
            self._exceptions = self._list(self._entries(file.name_exceptions)[0])
        with self._blaming("never_named"):
            self._never_named = self._list(self._entries(file.never_named)[0])
        # most names hold no word of any rule: one look tells
        everything: dict[str, list[str]] = defaultdict(list)
        for rule in file.rules:
            for some in self._entries(rule.names):
                for language, entries in some.items():
                    everything[language] += entries
        self._any_word = self._list(everything)
        self._kinds = {kind for rule in self._names for kind in rule.kinds}

    @contextmanager
    def _blaming(self, part: str) -> Iterator[None]:
        """Name the part of the file that is at fault."""
        try:
            yield
        except re.error as error:
            raise InputError(f"{part}: bad regular expression: {error}", where=self._where) from None
        except ValueError as error:
            raise InputError(f"{part}: {error}", where=self._where) from None

    def _list(self, words: Mapping[str, list[str]]) -> WordList:
        return WordList(words, languages=self._languages)

    def _entries(self, names: Names) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Return words by language, and the ambiguous ones, of what a file says of names."""
        if isinstance(names, dict):
            return names, {}
        known = self._words.sure if self._words else {}
        unknown = [group for group in names if group not in known]
        if unknown:
            raise ValueError(f"no group of words {unknown[0]}; {nearest(unknown[0], list(known))}")
        return self._words.of(names) if self._words else ({}, {})

    def _filled(self, setting: Setting | None) -> Setting | None:
        """Give the setting rules the words of groups in the languages they hold no words of their own for."""
        if setting is None:
            return None
        rules = [rule.model_copy(update={"names": self._with_groups(rule)}) for rule in setting.rules]
        never = setting.never.model_copy(update={"names": self._with_groups(setting.never)})
        return setting.model_copy(update={"rules": rules, "never": never})

    def _with_groups(self, one: SettingRule | Never) -> dict[str, list[str]]:
        return {**self._entries(one.groups)[0], **one.names} if one.groups else one.names

    @staticmethod
    def _check(file: TaxonomyFile, where: str) -> None:
        seen: set[str] = set()
        if file.default_class not in file.classes:
            raise InputError(
                f"default_class {file.default_class} is not one of {', '.join(file.classes) or 'no classes'}",
                where=where,
            )
        for name in file.smallest_m2:
            if name not in file.classes:
                raise InputError(f"smallest_m2: {name} is not one of {', '.join(file.classes)}", where=where)
        for rule in file.rules:
            if rule.id in seen:
                raise InputError(f"rule id {rule.id} stands twice; give each rule its own", where=where)
            seen.add(rule.id)
            if rule.class_ is not None and rule.class_ not in file.classes:
                raise InputError(
                    f"rule {rule.id}: class {rule.class_} is not one of {', '.join(file.classes)}", where=where
                )
            if not (rule.tags or rule.names or rule.built):
                raise InputError(f"rule {rule.id}: give tags, names or built", where=where)

    def _compile(self, rule: Rule) -> None:
        if rule.tags:
            selector = Selector(rule.tags)
            for key in selector.by_key:
                self._by_key[key].append(len(self._tags))
            self._tags.append((rule, selector, Selector(rule.none)))
        if rule.names:
            sure, ambiguous = self._entries(rule.names)
            kinds = tuple(rule.names_of) or TODAY
            self._names.append(_NameRule(rule, kinds, self._list(sure), self._list(ambiguous)))

    def hits(self, tags: dict[str, str]) -> list[Hit]:
        """Return the rules that fire on an object's tags."""
        found: list[Hit] = []
        for number in sorted({n for key in tags for n in self._by_key.get(key, ())}):
            rule, selector, none = self._tags[number]
            tag = selector.found_in(tags)
            if tag and not none.found_in(tags):
                found.append(Hit(rule, tag))
        found += self._name_hits(tags, tagged=any(hit.rule.anchor for hit in found))
        if found and any(_holds(self._never_named, tags, key) for key in name_keys(tags)):
            return []
        if found and self.wording.is_no_works(tags):
            return []
        # age says something only of an object that another rule knows
        year = start_year(tags) if found else None
        if year is not None:
            found += [
                Hit(rule, f"{_date_key(tags)}={tags[_date_key(tags)]}")
                for rule in self.rules.values()
                if rule.built and rule.built[0] <= year < rule.built[1]
            ]
        return found

    def class_in_name(self, text: str) -> str | None:
        """Return the class of the first name rule whose words, ambiguous ones too, occur in a text."""
        return next(
            (
                one.rule.class_
                for one in self._names
                if one.rule.class_ and (one.words.found_in(text) or one.ambiguous.found_in(text))
            ),
            None,
        )

    def _name_hits(self, tags: dict[str, str], *, tagged: bool) -> list[Hit]:
        """Return the name rules that fire; ambiguous words count where a tag makes the object a site (`tagged`)."""
        named = [key for key in tags if name_key(key)[0] in self._kinds]
        if not any(_holds(self._any_word, tags, key) for key in named) or self._never.found_in(tags):
            return []
        # a name of today is judged with all others of today, an old one by itself; that of no works tells of none
        exceptions = {key for key in named if _holds(self._exceptions, tags, key)}
        if any(name_key(key)[0] in TODAY for key in exceptions):
            exceptions.update(name_keys(tags))
        exceptions.update(key for key in named if self.wording.says_no_works(tags, key))
        telling = {key: tags[key] for key in named if key not in exceptions}
        found = []
        for one in self._names:
            key = next(
                (key for key in name_keys(telling, kinds=one.kinds) if one.fires(tags, key, tagged=tagged)), None
            )
            if key is not None:
                found.append(Hit(one.rule, f"{key}={tags[key]}"))
        return found


@dataclass(frozen=True)
class _NameRule:
    """A rule about names: the kinds of name it reads, its words, and those that are ambiguous."""

    rule: Rule
    kinds: tuple[str, ...]
    words: WordList
    ambiguous: WordList

    def fires(self, tags: dict[str, str], key: str, *, tagged: bool) -> bool:
        return _holds(self.words, tags, key) or (tagged and _holds(self.ambiguous, tags, key))


def _holds(words: WordList, tags: dict[str, str], key: str) -> bool:
    return words.found_in(tags[key], language=name_key(key)[1])


@dataclass(frozen=True)
class Taxonomies:
    """The rules of the three kinds of places."""

    heritage: Taxonomy
    creative: Taxonomy
    amenities: Taxonomy


def _date_key(tags: dict[str, str]) -> str:
    return next((key for key in ("start_date", "year_of_construction", "building:start_date") if key in tags), "")


def start_year(tags: dict[str, str]) -> int | None:
    """Return the year an object was built, from start_date (1932, ~1900, C19, 1930s, before 1950); None when untold.

    Of a range the first year counts; a century counts as its middle, "before" as the year named.
    """
    text = tags.get(_date_key(tags), "")
    century = _CENTURY.match(text)
    if century:
        return (int(century[1]) - 1) * 100 + 50
    year = _YEAR.search(text)
    return int(year[1]) if year else None


def read_taxonomy(path: str | Path, *, languages: Collection[str] = DEFAULT_LANGUAGES) -> Taxonomy:
    """Read and check a taxonomy file, with the words it names out of the folder `words` beside it.

    Parameters
    ----------
    path : the file.
    languages : codes of the languages of the city, whose Latin and Cyrillic words are looked for in every name.

    Raises
    ------
    InputError : naming the file and the rule at fault.
    """
    where = str(path)
    try:
        data: Any = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("no such taxonomy file", where=where) from None
    except yaml.YAMLError as error:
        raise InputError(f"not valid YAML: {error}", where=where) from None
    try:
        file = TaxonomyFile.model_validate(data)
    except ValidationError as error:
        lines = []
        for fault in error.errors():
            location = ".".join(str(part) for part in fault["loc"])
            if len(fault["loc"]) > 1 and fault["loc"][0] == "rules" and isinstance(fault["loc"][1], int):
                rule = data["rules"][fault["loc"][1]]
                rule_id = rule.get("id") if isinstance(rule, dict) else None
                rule_id = rule_id or f"number {fault['loc'][1] + 1}"
                location = f"rule {rule_id}: {'.'.join(str(p) for p in fault['loc'][2:])}"
            lines.append(f"{where}: {location}: {what_is_wrong(fault, TaxonomyFile)}")
        raise InputError("\n".join(lines)) from None
    by_group = [file.name_exceptions, file.never_named, *(rule.names for rule in file.rules)]
    words = read_words(Path(path).parent / "words") if any(isinstance(one, list) and one for one in by_group) else None
    return Taxonomy(file, where, words=words, languages=languages)
