"""The languages of a city: which it speaks, and which of them the project has words for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd
from babel.core import get_global

from creative_nodes.common import Message, told, written
from creative_nodes.locate.tables import CITY_LANGUAGES
from creative_nodes.locate.taxonomy import Taxonomies, read_taxonomy
from creative_nodes.locate.words import read_words

OFFICIAL = ("official", "de_facto_official")  # of the country; regional languages are the city's to name
EVERYWHERE = "en"  # trade names and many tags in OSM are English whatever the country


def languages_of(country: str) -> tuple[str, ...]:
    """Return the official languages of a country, most spoken first, and English (Unicode CLDR).

    Parameters
    ----------
    country : ISO 3166-1 code.

    Returns
    -------
    ISO 639 codes; scripts are left out (zh for zh_Hant).
    """
    known = get_global("territory_languages").get(country, {})
    spoken = sorted(known, key=lambda code: -known[code]["population_percent"])
    official = [code.partition("_")[0] for code in spoken if known[code]["official_status"] in OFFICIAL]
    return tuple(dict.fromkeys([*official, EVERYWHERE]))


def city_languages(given: Sequence[str], country: str) -> tuple[str, ...]:
    """Return the languages of a city: those that its file names, else those of its country.

    Parameters
    ----------
    given : ISO 639 codes that the city's file names; may be empty.
    country : ISO 3166-1 code.
    """
    return tuple(given) or languages_of(country)


def language_table(languages: Sequence[str], taxonomies: Collection[str | Path]) -> pd.DataFrame:
    """Tell which languages of a city can be read, and warn where its first one cannot.

    Parameters
    ----------
    languages : ISO 639 codes, the main one first; at least one.
    taxonomies : taxonomy files; the words stand in the folder `words` beside them.

    Returns
    -------
    table `city_languages`.
    """
    found = [
        read_words(folder) for folder in sorted({Path(path).parent / "words" for path in taxonomies}) if folder.is_dir()
    ]
    entries = {code: sum(words.count(code) for words in found) for code in languages}
    unread = [code for code, n in entries.items() if not n]
    rows = [
        {
            "language": code,
            "n_words": n,
            **written(warning=_warning(unread) if code == languages[0] and not n else ""),
        }
        for code, n in entries.items()
    ]
    return pd.DataFrame(rows, columns=[column.name for column in CITY_LANGUAGES.columns])


def _warning(unread: list[str]) -> Message:
    return told(
        "Names in {languages:language} are not read, as the words for industry and creative spaces are not written "
        "down yet. What is found here is found by tags, names in other languages, the registry and lists.",
        languages=unread,
    )


def read_taxonomies(files: Sequence[str | Path], given: Sequence[str], country: str) -> tuple[Taxonomies, pd.DataFrame]:
    """Read the rules of the three kinds of places in the languages of a city.

    Parameters
    ----------
    files : taxonomies of heritage, creative spaces and amenities; the words stand in the folder `words` beside them.
    given : ISO 639 codes that the city's file names; may be empty.
    country : ISO 3166-1 code.

    Returns
    -------
    the rules, and the table `city_languages`.

    Raises
    ------
    InputError : a taxonomy or a file of words is not sound.
    """
    languages = city_languages(given, country)
    rules = Taxonomies(*(read_taxonomy(file, languages=languages) for file in files))
    return rules, language_table(languages, files)
