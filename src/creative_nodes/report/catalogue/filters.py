"""What the list of a city's places can be filtered by, in the language in force: their kind, and their facets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from creative_nodes.common import say, translated
from creative_nodes.report.catalogue.facets import NOT_ASKED, Facet
from creative_nodes.report.catalogue.places import KINDS, Place

KIND = "kind"
NONE = "–"  # where a facet is of creative spaces alone


@dataclass(frozen=True)
class Choice:
    """One filter: its name in the address, what readers call it, and its values: key, words, and how many places."""

    key: str
    title: str
    values: Sequence[tuple[str, str, int]]

    def of(self, place: Place) -> tuple[Sequence[str], str]:
        """Return the keys of a place's values, and their words."""
        if self.key == KIND:
            return (place.kind,), translated(KINDS[place.kind])
        keys = place.filed[self.key]
        return keys, NONE if keys == NOT_ASKED else place.facets[self.key]


def _choice(key: str, title: str, words: Mapping[str, str], found: Counter[str]) -> Choice:
    return Choice(key, title, [(one, translated(said), found[one]) for one, said in words.items() if found[one]])


def choices(facets: Mapping[str, Facet], places: Sequence[Place]) -> list[Choice]:
    """Return the filters of a list of places: values that none of them has are left out.

    Parameters
    ----------
    facets : by name.
    places : of a city.
    """
    kinds = _choice(KIND, say("Kind"), KINDS, Counter(place.kind for place in places))
    of_facets = [
        _choice(key, translated(facet.title), facet.asked_values, Counter(one for p in places for one in p.filed[key]))
        for key, facet in facets.items()
    ]
    return [kinds, *of_facets]
