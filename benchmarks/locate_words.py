"""How often the words of a language say "industry" or "creative space" of what is neither.

    python benchmarks/locate_words.py --places data/processed/*/places.parquet --lists lists/

Two tests for each language. **Names**: its words read every named object of the cities, as if they spoke it; objects
that the languages of these cities find too are left out, so that what is left is mostly chance. **Words**: its words
read a list of the language's own words, `lists/<code>.txt`, one a line, most frequent first (such as those of the
packages wordfreq and pythainlp); a reader judges which of those found are wrong.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

from creative_nodes.common import tables
from creative_nodes.locate.names import name_key, name_keys
from creative_nodes.locate.words import DEFAULT_LANGUAGES, WordList, Words, read_words
from creative_nodes.pull import PLACES

ROOT = Path(__file__).resolve().parents[1]
QUIET = {"former", "not_industry", "not_creative", "never_creative"}  # they make no site
FIRST_WORDS = 300_000
SHOWN = 12


def sure_words(words: Words, language: str) -> list[tuple[str, str]]:
    """Return the entries that can make a site by themselves, with their groups."""
    return [(group, one) for group, by in words.sure.items() if group not in QUIET for one in by.get(language, [])]


def named(paths: list[Path]) -> set[tuple[str, str]]:
    """Return every name of every object with the language its key states."""
    return {
        (tags[key], name_key(key)[1])
        for path in paths
        for text in tables.read(PLACES, path)["tags"]
        if (tags := json.loads(text))
        for key in name_keys(tags)
    }


def told(language: str, entries: list[tuple[str, str]], texts: list[str], exceptions: WordList) -> dict[str, list[str]]:
    """Return, by entry, the texts in which the words of a language are found, but for those with an exception."""
    found = WordList({language: [entry for _, entry in entries]})
    some = [text for text in texts if found.found_in(text) and not exceptions.found_in(text)]
    by_entry = {f"{group} {entry}": WordList({language: [entry]}) for group, entry in entries}
    return {name: hits for name, one in by_entry.items() if (hits := [text for text in some if one.found_in(text)])}


def main() -> None:
    """Run both tests and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=Path, nargs="*", default=[], help="tables places.parquet")
    parser.add_argument("--lists", type=Path, help="folder of word lists")
    parser.add_argument("--languages", nargs="*", help="codes; by default all")
    given = parser.parse_args()
    words = read_words(ROOT / "config/taxonomy/words")
    names = named(given.places)
    home = WordList({code: [one for _, one in sure_words(words, code)] for code in DEFAULT_LANGUAGES})
    at_home = {text for text, language in names if home.found_in(text, language=language)}
    others = sorted({text for text, _ in names} - at_home)
    print(f"{len(others):,} different names without a word of {', '.join(DEFAULT_LANGUAGES)}")
    for language in given.languages or sorted(words.sure["factory"]):
        entries = sure_words(words, language)
        exceptions = WordList({language: words.sure["not_industry"].get(language, [])})
        tests: dict[str, list[str]] = defaultdict(list)
        tests["names"] = others
        path = given.lists / f"{language}.txt" if given.lists else None
        if path is not None and path.exists():
            tests["words"] = path.read_text(encoding="utf-8").splitlines()[:FIRST_WORDS]
        for test, texts in tests.items():
            found = told(language, entries, texts, exceptions)
            texts_found = {text for some in found.values() for text in some}
            print(f"\n{language}, {test}: {len(texts_found):,} of {len(texts):,} found")
            for entry, some in found.items():
                print(f"  {entry}: {len(some)}: {'; '.join(some[:SHOWN])}")


if __name__ == "__main__":
    main()
