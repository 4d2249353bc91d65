"""What a name alone tells: that a place is no works, that only remains are left, or that it is a creative park."""

from __future__ import annotations

from functools import cached_property

from pydantic import BaseModel, ConfigDict

from creative_nodes.locate.names import NAME_KEYS, WordList

OLD_NAME_KEYS = ("old_name", "was:name", "disused:name")


class Wording(BaseModel):
    """Words by language: of what is no works, of remains where nothing stands, of parks that have been converted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    no_works: dict[str, list[str]] = {}
    remains: dict[str, list[str]] = {}
    parks: dict[str, list[str]] = {}

    @cached_property
    def _no_works(self) -> WordList:
        return WordList(self.no_works)

    @cached_property
    def _remains(self) -> WordList:
        return WordList(self.remains)

    @cached_property
    def _parks(self) -> WordList:
        return WordList(self.parks)

    def is_no_works(self, tags: dict[str, str]) -> bool:
        """Tell whether an object's name of today is that of no works, and no former name tells of another past."""
        if not any(self._no_works.found_in(tags[key]) for key in NAME_KEYS if key in tags):
            return False
        former = [tags[key] for key in OLD_NAME_KEYS if key in tags]
        return all(self._no_works.found_in(name) for name in former)

    def tells_remains(self, name: str) -> bool:
        """Tell whether a name says that only remains are left."""
        return self._remains.found_in(name)

    def tells_park(self, name: str) -> bool:
        """Tell whether a name says that the place is a creative park."""
        return self._parks.found_in(name)
