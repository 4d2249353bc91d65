"""Taxonomy files: what counts as evidence, as rules that are read, checked and matched."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from creative_nodes.common import InputError
from creative_nodes.locate.names import NAME_KEYS, WordList

_YEAR = re.compile(r"(?<!\d)(1[0-9]{3}|20[0-9]{2})(?!\d)")
_CENTURY = re.compile(r"^\s*(?:(?:early|mid|late)\s+)?~?C(\d{1,2})\b")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Rule(_Part):
    """One piece of evidence."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    weight: Annotated[float, Field(ge=0, le=1)]
    reason: str
    anchor: bool = False
    family: str | None = None
    class_: str | None = Field(None, alias="class")
    tier: Literal["core", "intermediate", "supporting"] | None = None
    status: Literal["disused", "brownfield", "lost"] | None = None
    flag: Literal["listed", "public_land"] | None = None
    tags: list[str] = []
    none: list[str] = []
    names: dict[Literal["vi", "en", "fr", "zh"], list[str]] = {}
    names_of: list[str] = []
    built: tuple[int, int] | None = None


class TaxonomyFile(_Part):
    """A taxonomy file as written."""

    classes: dict[str, str]
    default_class: str
    never_by_name: list[str] = []
    name_exceptions: dict[Literal["vi", "en", "fr", "zh"], list[str]] = {}
    never_named: dict[Literal["vi", "en", "fr", "zh"], list[str]] = {}
    rules: list[Rule]
    registry_weight: Annotated[float, Field(ge=0, le=1)] = 0.8
    import_weight: Annotated[float, Field(ge=0, le=1)] = 0.6


@dataclass(frozen=True)
class Hit:
    """A rule that fired on an object, and the tag that made it fire."""

    rule: Rule
    tag: str


class Selector:
    """Tag selectors such as `key=*` and `key=a|b`, any of which may match."""

    def __init__(self, entries: list[str]) -> None:
        """Parse the entries; a malformed one raises ValueError."""
        self.by_key: dict[str, set[str] | None] = {}
        for entry in entries:
            key, sign, values = entry.partition("=")
            if not sign or not key or not values:
                raise ValueError(f"tag selector {entry!r} must look like key=value, key=a|b or key=*")
            if values == "*":
                self.by_key[key] = None
            elif self.by_key.get(key, set()) is not None:
                self.by_key[key] = (self.by_key.get(key) or set()) | set(values.split("|"))

    def found_in(self, tags: dict[str, str]) -> str:
        """Return the first matching tag as key=value, or an empty text."""
        for key, values in self.by_key.items():
            if key in tags and (values is None or tags[key] in values):
                return f"{key}={tags[key]}"
        return ""


class Taxonomy:
    """A checked taxonomy that tells which rules fire on an object."""

    def __init__(self, file: TaxonomyFile, where: str) -> None:
        """Compile selectors and names.

        Raises
        ------
        InputError : a rule id twice, an unknown class, a malformed selector or pattern.
        """
        self.classes, self.default_class = file.classes, file.default_class
        self.rules = {rule.id: rule for rule in file.rules}
        self.registry_weight, self.import_weight = file.registry_weight, file.import_weight
        self._check(file, where)
        self._tags: list[tuple[Rule, Selector, Selector]] = []
        self._names: list[tuple[Rule, WordList]] = []
        self._by_key: dict[str, list[int]] = defaultdict(list)
        for rule in file.rules:
            try:
                self._compile(rule)
            except (ValueError, re.error) as error:
                raise InputError(f"rule {rule.id}: {error}", where=where) from None
        try:
            self._never = Selector(file.never_by_name)
        except ValueError as error:
            raise InputError(f"never_by_name: {error}", where=where) from None
        try:
            self._exceptions = WordList({str(k): v for k, v in file.name_exceptions.items()})
            self._never_named = WordList({str(k): v for k, v in file.never_named.items()})
        except re.error as error:
            raise InputError(f"name_exceptions or never_named: bad regular expression: {error}", where=where) from None
        # most names hold no word of any rule: one look tells
        everything: dict[str, list[str]] = defaultdict(list)
        for rule in file.rules:
            for language, words in rule.names.items():
                everything[language] += words
        self._any_word = WordList(everything)
        self._name_keys = {key for rule, _ in self._names for key in rule.names_of} | set(NAME_KEYS)

    @staticmethod
    def _check(file: TaxonomyFile, where: str) -> None:
        seen: set[str] = set()
        if file.default_class not in file.classes:
            raise InputError(
                f"default_class {file.default_class} is not one of {', '.join(file.classes) or 'no classes'}",
                where=where,
            )
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
            self._names.append((rule, WordList({str(k): v for k, v in rule.names.items()})))

    def hits(self, tags: dict[str, str]) -> list[Hit]:
        """Return the rules that fire on an object's tags."""
        found: list[Hit] = []
        for number in sorted({n for key in tags for n in self._by_key.get(key, ())}):
            rule, selector, none = self._tags[number]
            tag = selector.found_in(tags)
            if tag and not none.found_in(tags):
                found.append(Hit(rule, tag))
        found += self._name_hits(tags)
        if found and any(self._never_named.found_in(tags[key]) for key in NAME_KEYS if key in tags):
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
        """Return the class of the first name rule whose words occur in a text."""
        return next((rule.class_ for rule, words in self._names if rule.class_ and words.found_in(text)), None)

    def _name_hits(self, tags: dict[str, str]) -> list[Hit]:
        named = self._name_keys.intersection(tags)
        if not any(self._any_word.found_in(tags[key]) for key in named) or self._never.found_in(tags):
            return []
        current = [key for key in NAME_KEYS if key in tags]
        if any(self._exceptions.found_in(tags[key]) for key in current):
            return []
        found = []
        for rule, words in self._names:
            keys = [key for key in rule.names_of if key in tags] if rule.names_of else current
            key = next((key for key in keys if words.found_in(tags[key])), None)
            if key is not None:
                found.append(Hit(rule, f"{key}={tags[key]}"))
        return found


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


def read_taxonomy(path: str | Path) -> Taxonomy:
    """Read and check a taxonomy file.

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
            lines.append(f"{where}: {location}: {fault['msg']}")
        raise InputError("\n".join(lines)) from None
    return Taxonomy(file, where)
