"""Facts of governance and published figures of the cities: `config/governance.yaml`, read and checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, Field, ValidationError

from creative_nodes.common import InputError, Section, nearest

Dimension = Literal["law", "plan", "money", "place", "service", "people", "recognition"]
Key = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
Text = Annotated[str, Field(min_length=1)]
Url = Annotated[str, Field(pattern=r"^(https?://\S+)?$")]


class Fact(Section):
    """One fact: who decided what, and where that can be read."""

    key: Key = Field(description="name of the fact, once in the file")
    cities: Annotated[list[str], Field(min_length=1)] = Field(description="keys of the cities that it holds for")
    dimension: Dimension = Field(description="the row of the page that it stands in")
    date: Annotated[str, Field(pattern=r"^(\d{4}(-\d{2}-\d{2})?)?$")] = Field(
        "", description="year, or day as 2025-07-10, in quotes; empty when not known"
    )
    title: Text = Field(description="what it is, in English")
    text: Text = Field(description="what it says, in a sentence or two of one's own, in English")
    body: Text = Field(description="who decided it, in English")
    document: str = Field("", description="its official name and number, in its own script; not translated")
    url: Url = Field("", description="http or https: where it can be read")
    checked: bool = Field(description="whether somebody has read it there; false: the page says to be checked")
    note: str = Field("", description="what is unsure about it, in English")


class PublishedFigure(Section):
    """One figure that somebody else published."""

    key: Key = Field(description="name of the figure, once in the file")
    city: str = Field(description="key of the city")
    label: Text = Field(description="what is counted, in English; figures of one label stand in one row")
    value: float = Field(ge=0, description="the figure; a share as 0.057")
    form: Literal["share", "count"] = Field(description="how it is written")
    bound: Literal["exact", "about", "at_least"] = Field("exact", description="how exact it is")
    kind: Literal["measured", "target"] = Field("measured", description="what was counted, or what is aimed at")
    unit: str = Field("", description="unit, in English; empty for shares and plain counts")
    year: int | None = Field(None, ge=1900, le=2100, description="year that it is about; none when not known")
    by: Text = Field(description="who published it, in English")
    url: Url = Field("", description="http or https: where it can be read")
    beside: Literal["", "creative_hubs", "creative_spaces", "clusters"] = Field(
        "", description="the figure of this tool that stands beside it"
    )
    checked: bool = Field(description="whether somebody has read it there; false: the page says to be checked")
    note: str = Field("", description="what is unsure about it, in English")


class Answer(Section):
    """What a city has of one point of the checklist."""

    answer: Literal["yes", "partly", "no"] = Field(description='whether it has it; "yes" and "no" in quotes')
    fact: Key = Field(description="key of the fact that the answer rests on: its source, date and whether it was read")


class Question(Section):
    """One point of the checklist."""

    key: Key = Field(description="name of the point, once in the file")
    label: Text = Field(description="what a city may have, in English")
    answers: dict[str, Answer] = Field(description="by key of the city; a city that is not named is told as not found")


class NotMeasured(Section):
    """Something that policy studies ask and no map shows."""

    key: Key = Field(description="name, once in the file")
    title: Text = Field(description="what it is, in English")
    text: Text = Field(description="what is asked, in English")
    study: Text = Field(description="who asks it: a published study, as it is cited; not translated")
    url: Url = Field("", description="http or https: where it can be read")
    checked: bool = Field(description="whether somebody has read it there; false: the page says to be checked")


class Governance(Section):
    """`config/governance.yaml`: facts, checklist and published figures for the comparison page."""

    facts: list[Fact] = Field(default_factory=list, description="facts of governance")
    checklist: list[Question] = Field(default_factory=list, description="what a city may have to help old works")
    not_measured: list[NotMeasured] = Field(default_factory=list, description="what studies ask and no map shows")
    figures: list[PublishedFigure] = Field(default_factory=list, description="figures that others published")


MODELS: dict[Any, type[BaseModel]] = {
    "facts": Fact,
    "checklist": Question,
    "not_measured": NotMeasured,
    "figures": PublishedFigure,
}


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise InputError("no such file", where=str(path)) from None
    except yaml.YAMLError as error:
        raise InputError(f"not valid YAML: {' '.join(str(error).split())}", where=str(path)) from None


def _named(data: Any, location: Sequence[int | str]) -> str:
    """Name the place of a fault: a row by its own key, so that it can be found in the file."""
    if len(location) < 2 or not isinstance(location[1], int):
        return ".".join(str(part) for part in location) or "(whole file)"
    row = data[location[0]][location[1]]
    key = row.get("key") if isinstance(row, dict) else None
    return ".".join(str(part) for part in (location[0], key or f"number {location[1] + 1}", *location[2:]))


def _fault(fault: Any, data: Any, where: str) -> str:
    """Tell one fault in a line: file, key, what is wrong, and the nearest valid key."""
    location = fault["loc"]
    model = MODELS.get(location[0], Governance) if len(location) > 2 else Governance
    model = Answer if len(location) > 4 and location[0] == "checklist" else model
    message = str(fault["msg"])
    if fault["type"] == "extra_forbidden":
        message = f"unknown key; {nearest(str(location[-1]), list(model.model_fields))}"
    elif fault["type"] == "missing":
        message = "this key is missing"
    elif not isinstance(fault.get("input"), dict | list):
        message += f", got {fault['input']!r}"
    return f"{where}: {_named(data, location)}: {message}"


def _check_keys(told: Governance, where: str) -> None:
    for name in MODELS:
        keys = [row.key for row in getattr(told, name)]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice:
            raise InputError(f"{name}.{twice}: this key is there twice; rename one", where=where)


def _check_cities(told: Governance, cities: Sequence[str], where: str) -> None:
    pairs = [(f"facts.{fact.key}.cities", city) for fact in told.facts for city in fact.cities]
    pairs += [(f"figures.{figure.key}.city", figure.city) for figure in told.figures]
    pairs += [(f"checklist.{asked.key}.answers", city) for asked in told.checklist for city in asked.answers]
    for place, city in pairs:
        if city not in cities:
            raise InputError(f"{place}: no such city, got {city!r}; {nearest(city, cities)}", where=where)


def _check_answers(told: Governance, where: str) -> None:
    facts = {fact.key: fact for fact in told.facts}
    for asked in told.checklist:
        for city, given in asked.answers.items():
            place = f"checklist.{asked.key}.answers.{city}.fact"
            if given.fact not in facts:
                meant = nearest(given.fact, list(facts))
                raise InputError(f"{place}: no such fact, got {given.fact!r}; {meant}", where=where)
            if city not in facts[given.fact].cities:
                raise InputError(f"{place}: the fact {given.fact} does not hold for {city}", where=where)


def read_governance(path: str | Path, *, cities: Sequence[str]) -> Governance:
    """Read and check the file of facts and published figures.

    Parameters
    ----------
    path : YAML file.
    cities : keys of the cities that there are.

    Raises
    ------
    InputError : naming the file, the row and key at fault, and the nearest valid one.
    """
    where = str(path)
    data = _read(Path(path))
    try:
        told = Governance.model_validate(data)
    except ValidationError as error:
        raise InputError("\n".join(_fault(fault, data, where) for fault in error.errors())) from None
    _check_keys(told, where)
    _check_cities(told, cities, where)
    _check_answers(told, where)
    return told
