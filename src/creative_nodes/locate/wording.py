"""What a name alone tells: that a place is no works, that only remains are left, or that it is a creative park."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import BaseModel, ConfigDict

from creative_nodes.locate.names import FORMER, TODAY, name_key, name_keys
from creative_nodes.locate.selector import Selector
from creative_nodes.locate.words import DEFAULT_LANGUAGES, WordList


class Wording(BaseModel):
    """Words by language: of what is no works, remains where nothing stands, converted parks, and what serves all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    no_works: dict[str, list[str]] = {}
    remains: dict[str, list[str]] = {}
    parks: dict[str, list[str]] = {}
    serving: dict[str, list[str]] = {}
    not_serving: dict[str, list[str]] = {}
    serving_tags: list[str] = []


class WordingReader:
    """Tells what a name alone tells, in the languages of a city."""

    def __init__(self, wording: Wording, *, languages: Collection[str] = DEFAULT_LANGUAGES) -> None:
        """Compile the words.

        Parameters
        ----------
        wording : the words.
        languages : codes of the languages of the city, whose Latin and Cyrillic words are looked for in every name.
        """
        self._no_works = WordList(wording.no_works, languages=languages)
        self._remains = WordList(wording.remains, languages=languages)
        self._parks = WordList(wording.parks, languages=languages)
        self._serving = WordList(wording.serving, languages=languages)
        self._not_serving = WordList(wording.not_serving, languages=languages)
        self._serving_tags = Selector(wording.serving_tags)

    def is_no_works(self, tags: dict[str, str]) -> bool:
        """Tell whether an object's name of today is that of no works, and no former name tells of another past."""
        return self.is_other_today(tags) and all(self.says_no_works(tags, key) for key in name_keys(tags, kinds=FORMER))

    def is_other_today(self, tags: dict[str, str]) -> bool:
        """Tell whether an object's name of today is that of no works, whatever it was: homes in an old mill."""
        return any(self.says_no_works(tags, key) for key in name_keys(tags, kinds=TODAY))

    def says_no_works(self, tags: dict[str, str], key: str) -> bool:
        """Tell whether one name of an object is that of no works."""
        return self._no_works.found_in(tags[key], language=name_key(key)[1])

    def serves(self, tags: dict[str, str]) -> bool:
        """Tell whether an object serves the whole city, by its tags or its name of today, as a water works does."""
        return bool(self._serving_tags.found_in(tags)) or any(
            self._serving.found_in(tags[key], language=name_key(key)[1])
            and not self._not_serving.found_in(tags[key], language=name_key(key)[1])
            for key in name_keys(tags, kinds=TODAY)
        )

    def tells_remains(self, name: str) -> bool:
        """Tell whether a name says that only remains are left."""
        return self._remains.found_in(name)

    def tells_park(self, name: str) -> bool:
        """Tell whether a name says that the place is a creative park."""
        return self._parks.found_in(name)
