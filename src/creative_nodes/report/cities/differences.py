"""How the cities differ, in sentences made of their figures by rules, and what to mind when they are compared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from creative_nodes.common import say, translated
from creative_nodes.report.cities.comparing import ComparedCity, reuse_of
from creative_nodes.report.city.ages import far_apart, year_of
from creative_nodes.report.city.figures import CONNECTIVITY, RESIDENTS, THIN, source_of
from creative_nodes.report.city.headline import nothing_found
from creative_nodes.report.say.words import Words, plain

SIZES_APART = 2.0  # times that one study area may be as large as another before the page warns
MUCH_THIN = 0.5  # share of residents from which counts say as much of the map as of the city
FEW_SITES = 30  # below it a share of sites rests on few

Valued = tuple[ComparedCity, float]


def _valued(cities: Sequence[ComparedCity], key: str) -> list[Valued]:
    """Return the cities that have a figure, highest first."""
    found = [(city, value) for city in cities if (value := city.figure(key)) is not None]
    return sorted(found, key=lambda pair: -pair[1])


def _span(city: ComparedCity, key: str) -> tuple[float, float]:
    """Return what a figure may be: today's value, stretched to what gaps in the map would make of it."""
    value = city.figure(key) or 0.0
    found = city.thinned(key)
    return (min(value, found.low), max(value, found.high)) if found else (value, value)


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def empty(cities: Sequence[ComparedCity]) -> str:
    """Say in which cities nothing was found; nothing where something was found in each."""
    names = [city.name for city in cities if nothing_found(city.tables)]
    if not names:
        return ""
    return say("Nothing was found in {cities}: neither an industrial site nor a creative space.", cities=names)


def connected(cities: Sequence[ComparedCity]) -> str:
    """Say which city's creative spaces are joined best, and between which cities that cannot be told."""
    found = _valued(cities, CONNECTIVITY)
    if not found:
        return say("How well creative spaces are joined is not known.")
    if len(found) == 1:
        city, value = found[0]
        return say(
            "In {city} two creative spaces picked at random are joined by short walks with a chance of {c:percent}.",
            city=city.name,
            c=value,
        )
    told = [say("{city} {c:percent}", city=city.name, c=value) for city, value in found]
    close = [
        (one.name, other.name)
        for (one, _), (other, _) in pairwise(found)
        if _overlap(_span(one, CONNECTIVITY), _span(other, CONNECTIVITY))
    ]
    if not close:
        return say(
            "How likely two creative spaces picked at random are joined by short walks: {told}. The order holds also "
            "had some of the spaces not been mapped.",
            told=told,
        )
    pairs = [say("{one} and {other}", one=one, other=other) for one, other in close]
    return say(
        "How likely two creative spaces picked at random are joined by short walks: {told}. Between {pairs} the order "
        "cannot be told: gaps in the map could turn it round.",
        told=told,
        pairs=pairs,
    )


def dense(cities: Sequence[ComparedCity]) -> str:
    """Say where creative spaces are most and least for the people; nothing for one city."""
    found = _valued(cities, "spaces_per_100k")
    if len(found) < 2:
        return ""
    (most, high), (least, low) = found[0], found[-1]
    values = {"most": most.name, "high": high, "least": least.name, "low": low}
    shares = [city.figure(THIN) for city, _ in found]
    if all(share is not None and share >= MUCH_THIN for share in shares):
        return say(
            "Per 100,000 residents {most} has the most creative spaces on the map ({high:number}) and {least} the "
            "fewest ({low:number}); as most residents live where mapping is thin, this tells as much of the map as of "
            "the cities.",
            **values,
        )
    return say(
        "Per 100,000 residents {most} has the most creative spaces on the map ({high:number}) and {least} the fewest "
        "({low:number}).",
        **values,
    )


def reused(cities: Sequence[ComparedCity]) -> str:
    """Say where most of the known industrial heritage has a new use, and whether so few sites can tell."""
    found = [(city, reuse) for city in cities if (reuse := reuse_of(city)).rate is not None]
    if not found:
        return say("No industrial-heritage site that still stands is known.")
    found.sort(key=lambda pair: -(pair[1].rate or 0.0))
    told = [
        say("{city} {n:count} of {total:count}", city=city.name, n=reuse.converted, total=reuse.standing)
        for city, reuse in found
    ]
    if len(found) == 1:
        return say("Of the known industrial-heritage sites that stand, these have a new use: {told}.", told=told)
    first, last = found[0][1].range, found[-1][1].range
    if first and last and _overlap(first, last):
        return say(
            "Of the known industrial-heritage sites that stand, these have a new use: {told}. So few sites cannot tell "
            "which city reuses more.",
            told=told,
        )
    return say(
        "Of the known industrial-heritage sites that stand, these have a new use: {told}. The share is "
        "highest in {best}.",
        told=told,
        best=found[0][0].name,
    )


def mixed(cities: Sequence[ComparedCity], words: Words) -> str:
    """Say which domain is the largest in each city.

    Parameters
    ----------
    cities : those compared.
    words : names of the domains, by key.
    """
    told = []
    for city in cities:
        domains = city.spaces["domain"].value_counts().sort_index()
        if len(domains):
            kind = str(domains.idxmax())
            name = translated(words.get(kind, plain(kind)))
            told.append(
                say(
                    "{city}: {domain} ({share:percent})",
                    city=city.name,
                    domain=name,
                    share=domains.max() / domains.sum(),
                )
            )
    return say("The largest domain of creative spaces by city: {told}.", told=told) if told else ""


def sentences(cities: Sequence[ComparedCity], words: Words) -> tuple[str, ...]:
    """Say in a few sentences how the cities differ, each by its rule from the figures.

    Parameters
    ----------
    cities : those compared.
    words : names of the domains, by key.
    """
    said = (empty(cities), connected(cities), dense(cities), reused(cities), mixed(cities, words))
    return tuple(text for text in said if text)


# ---------------------------------------------------------------- care


def ages_apart(cities: Sequence[ComparedCity]) -> str:
    """Warn when cities are seen through data of different or unknown age; nothing when they are not."""
    real = [city for city in cities if not city.settings.city.fictional]
    unknown = [city.name for city in real if not city.snapshot]
    if far_apart([city.snapshot for city in real]):
        dated = [city for city in real if year_of(city.snapshot) is not None]
        ages = [say("{city} {day:date}", city=city.name, day=city.snapshot) for city in dated]
        return say(
            "The map data differ in age ({ages}): a gap between counts can be a gap between years of mapping.",
            ages=ages,
        )
    if unknown and len(real) > 1:
        return say(
            "The age of the map data is not known for {cities}: a gap between counts can be a gap between years of "
            "mapping.",
            cities=unknown,
        )
    return ""


def sizes_apart(cities: Sequence[ComparedCity]) -> str:
    """Warn when study areas differ much in size; nothing when they do not."""
    areas = _valued(cities, "area")
    if len(areas) < 2 or areas[0][1] <= SIZES_APART * areas[-1][1]:
        return ""
    told = [say("{city} {size:number} km²", city=city.name, size=value) for city, value in areas]
    return say(
        "The study areas differ in size ({told}). A small one in the middle of a city looks denser and better joined "
        "than a wide one with its outskirts, whatever the city is like.",
        told=told,
    )


def residents_apart(cities: Sequence[ComparedCity]) -> str:
    """Warn when residents come from different sources; nothing when they do not."""
    counted = [city for city in cities if city.figure(RESIDENTS) is not None]
    if len({source_of(city.tables["indicators"], RESIDENTS) for city in counted}) < 2:
        return ""
    return say(
        "Residents come from different sources (see the row Residents): what is counted per 100,000 of them is only as "
        "good as the poorest."
    )


def spatial_care(cities: Sequence[ComparedCity]) -> tuple[str, ...]:
    """Say what to mind when the figures of space are compared."""
    thin = [
        say("{city} {share:percent}", city=city.name, share=value)
        for city, value in _valued(cities, THIN)
        if value >= MUCH_THIN
    ]
    said = [sizes_apart(cities), ages_apart(cities), residents_apart(cities)]
    if thin:
        said.append(
            say(
                "Most residents live where the map is thin ({told}): spaces that are not mapped are missing from every "
                "figure here.",
                told=thin,
            )
        )
    return tuple(text for text in said if text)


def reuse_care(cities: Sequence[ComparedCity]) -> tuple[str, ...]:
    """Say what to mind when the reuse of heritage is compared."""
    said = [
        say(
            "Reuse is counted on sites that OSM or the project's own list of sites names. A mill turned into a shop "
            "that nobody listed is not in it."
        )
    ]
    listed_sites = [
        say("{city} {n:count} of {total:count}", city=city.name, n=found.listed, total=found.converted)
        for city in cities
        if (found := reuse_of(city)).listed
    ]
    if listed_sites:
        said.append(
            say(
                "Converted sites are known by name more often than idle or working ones: so many of them are on the "
                "project's own list: {told}. That lifts the share.",
                told=listed_sites,
            )
        )
    few = [city.name for city in cities if 0 < reuse_of(city).standing < FEW_SITES]
    if few:
        said.append(say("The share rests on few sites in {cities}.", cities=few))
    return tuple(said)
