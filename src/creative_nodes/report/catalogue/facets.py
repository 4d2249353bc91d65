"""Facets of places: how the catalogue files them, and what it says to mappers, by `config/taxonomy/facets.yaml`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import Field, model_validator

from creative_nodes.common import Section, mark, read_yaml, translated, validated
from creative_nodes.locate import Selector

NOT_KNOWN = mark("not known")
OF_SPACES = mark("of creative spaces alone")  # a candidate site is not filed by such a facet
# their keys, beside those of the file
OTHERWISE = {"not_known": NOT_KNOWN, "of_spaces": OF_SPACES}
NOT_ASKED = ["of_spaces"]
Codes = dict[str, list[str]]


@dataclass(frozen=True)
class Told:
    """What is told of a place: the tags of its objects, the rules that found it, its domain and tier; empty if none."""

    tags: Sequence[Mapping[str, str]]
    rules: Sequence[str] = ()
    domain: str = ""
    tier: str = ""


class Facet(Section):
    """One facet: its values, and what tells them."""

    title: str = Field(min_length=1, description="what readers call it, in English")
    source: str = Field(min_length=1, description="who made the list of values")
    url: str = Field("", pattern=r"^(https?://\S+)?$", description="where that can be read")
    of_sites: bool = Field(False, description="whether candidate sites are filed by it, or creative spaces alone")
    values: dict[str, str] = Field(min_length=1, description="what readers call each value, by its key")
    by_tag: Codes = Field(default_factory=dict, description="tag selectors by value")
    by_rule: Codes = Field(default_factory=dict, description="values by rule of the taxonomy; none: not known")
    by_class: Codes = Field(default_factory=dict, description="values by class of the taxonomy")
    by_tier: Codes = Field(default_factory=dict, description="values by tier")

    @model_validator(mode="after")
    def _check(self) -> Facet:
        """Every value that is told is one of the list, and every selector is one."""
        told = [*self.by_tag, *(code for some in self._answers() for codes in some.values() for code in codes)]
        unknown = sorted(set(told) - set(self.values))
        if unknown:
            raise ValueError(f"{unknown[0]} is not one of {', '.join(self.values)}")
        assert self.selectors is not None
        return self

    def _answers(self) -> tuple[Codes, Codes, Codes]:
        return self.by_rule, self.by_class, self.by_tier

    @cached_property
    def selectors(self) -> dict[str, Selector]:
        """Tag selectors, ready to match."""
        return {code: Selector(entries) for code, entries in self.by_tag.items()}

    @property
    def all_values(self) -> dict[str, str]:
        """What its values are called, by key; that nothing tells, and that it is not asked, among them."""
        return self.values | OTHERWISE

    @property
    def asked_values(self) -> dict[str, str]:
        """What its values are called, by key; that nothing tells among them."""
        return {key: words for key, words in self.all_values.items() if key not in NOT_ASKED}

    def filed(self, told: Told, *, site: bool = False) -> list[str]:
        """Return the keys of a place's values; where nothing tells, or a site is not filed by it, the key of that."""
        if site and not self.of_sites:
            return NOT_ASKED
        return self.of(told) or ["not_known"]

    def of(self, told: Told) -> list[str]:
        """Return the values of a place, in the order of the list; none when nothing tells."""
        tagged = {c for c, one in self.selectors.items() for tags in told.tags if one.found_in(dict(tags))}
        found = tagged or self._by_rule(told) or set(self.by_tier.get(told.tier, ()))
        return [code for code in self.values if code in found]

    def _by_rule(self, told: Told) -> set[str]:
        """Return what the rules tell, or where the facet says nothing of them, the domain."""
        said = [self.by_rule[rule] for rule in told.rules if rule in self.by_rule]
        return {code for codes in said or [self.by_class.get(told.domain, [])] for code in codes}


class Suggested(Section):
    """Tags that mappers are asked for."""

    missing: list[str] = Field(default_factory=list, description="keys that a mapped place should have")
    new: Codes = Field(
        default_factory=dict, description="tags by class of a place that is not mapped; heritage: a site"
    )


class Facets(Section):
    """`config/taxonomy/facets.yaml`."""

    facets: dict[str, Facet] = Field(description="by name of the facet")
    suggested: Suggested = Field(default_factory=Suggested, description="tags that mappers are asked for")


def read_facets(path: str | Path) -> Facets:
    """Read and check the file of facets.

    Parameters
    ----------
    path : the file.

    Raises
    ------
    InputError : naming the file and the key at fault.
    """
    return validated(Facets, read_yaml(Path(path)), str(path))


def rules_in(evidence: str) -> list[str]:
    """Return the rules that found a place, of its column `evidence`."""
    return [proof["rule"] for proof in json.loads(evidence or "[]")]


def words_of(facet: Facet, keys: Sequence[str]) -> str:
    """Say the values of a place in the language in force.

    Parameters
    ----------
    facet : the facet.
    keys : of its values, as `Facet.filed` gives them.
    """
    return "; ".join(translated(facet.all_values[key]) for key in keys)
