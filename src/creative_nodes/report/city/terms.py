"""What the words of the pages mean, a line each, in the numbers of this run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from creative_nodes.common import say
from creative_nodes.report.city.method import Decay
from creative_nodes.report.say.keys import limit
from creative_nodes.report.settings import PageSettings


@dataclass(frozen=True)
class Term:
    """A word and what it means; `ask` is what a button that explains it is called."""

    key: str
    name: str
    told: str
    ask: str


def _places(settings: PageSettings) -> list[tuple[str, str, str]]:
    return [
        (
            "creative_space",
            say("creative space (core, intermediate, supporting)"),
            say(
                "A place of the arts, design, media or culture. Core ones are where works are made, or hubs; "
                "intermediate ones show or distribute them; supporting ones are where people gather around them. "
                "Core counts most."
            ),
        ),
        (
            "heritage",
            say("industrial-heritage site"),
            say(
                "A place of past or late industry, such as a factory, depot or warehouse, that map data or a list of "
                "known sites vouch for. It need not be listed or protected."
            ),
        ),
        (
            "candidate",
            say("candidate"),
            say(
                "An industrial-heritage site with a confidence of at least {least:g} that is neither lost nor "
                "converted, nor too small, nor in use for the whole city (water, money, rail) or under a new name.",
                least=settings.candidates.min_confidence,
            ),
        ),
        (
            "node",
            say("node"),
            say("A site as a creative node: a new creative space at this place, joined to those that are there."),
        ),
        (
            "cluster",
            say("cluster"),
            say("Creative spaces closer together along the streets than random places there would be."),
        ),
    ]


def _network(settings: PageSettings, decays: Sequence[Decay]) -> list[tuple[str, str, str]]:
    step = settings.network.link_minutes
    half = {decay.key: decay.half_m for decay in decays}
    return [
        (
            "connectivity",
            say("connectivity C"),
            say(
                "The chance that two creative spaces picked at random are joined by links, over as many steps as it "
                "takes: 0 when nothing is joined, 1 when everything is."
            ),
        ),
        (
            "link",
            say("link"),
            say("Two creative spaces are linked when the walk between them takes at most {step:g} minutes.", step=step),
        ),
        (
            "typical_network",
            say("network of a typical space (G)"),
            say(
                "How many creative spaces a typical space is joined with, itself included: a short walk joins two for "
                "sure, one of {step:g} minutes half, and a chain of walks as much as they do one after the other.",
                step=step,
            ),
        ),
        (
            "network_gain",
            say("network gain"),
            say(
                "By how many spaces the network of a typical space grows when a site opens as a stepping stone: high "
                "where it brings isolated spaces together, near nothing where all are close already."
            ),
        ),
        (
            "exchange",
            say("exchange"),
            say(
                "Learning between close neighbours: creative spaces around a site, each counting less the farther it "
                "is, half as much at {half:count} m.",
                half=half["reach.exchange_decay_per_m"],
            ),
        ),
        (
            "neighbourhood",
            say("neighbourhood"),
            say(
                "Creative spaces and amenities, such as markets and squares, around a site, each counting less the "
                "farther it is, half as much at {half:count} m.",
                half=half["reach.neighbourhood_half_life_m"],
            ),
        ),
        (
            "diversity",
            say("diversity"),
            say(
                "How many domains of the arts are found around a site, as if all were equally strong: near 1 when one "
                "domain outweighs the others."
            ),
        ),
    ]


def _people(settings: PageSettings) -> list[tuple[str, str, str]]:
    reach, main = settings.reach, settings.city.main_mode
    return [
        (
            "newly_served",
            say("newly served"),
            say(
                "Residents within {minutes:g} minutes on foot of a site who have no major creative space, core or "
                "intermediate, within that walk today.",
                minutes=reach.walk_minutes,
            ),
        ),
        (
            "ride",
            say("residents within a ride"),
            say("Residents within {ride} of a site.", ride=limit(main, reach.ride_minutes)),
        ),
    ]


def _marks(settings: PageSettings, top_n: int) -> list[tuple[str, str, str]]:
    draws = settings.score.draws
    return [
        (
            "marks",
            say("holds, open, does not hold"),
            say(
                "Whether a site is among the first {top:count}: under {draws:count} other weightings (priorities), and "
                "in {worlds:count} worlds with other settings, another map and other sites (map and model). It holds "
                "from 80 % of them, does not hold below 20 %, and is open in between and within two standard errors "
                "of either, as far as the number drawn can tell.",
                top=top_n,
                draws=draws,
                worlds=settings.doubt.worlds,
            ),
        ),
        (
            "worlds",
            say("worlds drawn"),
            say(
                "The run made again {worlds:count} times, each with settings, map data and sites drawn at random "
                "within what is not known of them: how often an answer comes out again tells how sure it is. A span in "
                "brackets after a figure holds the middle 90 % of them.",
                worlds=settings.doubt.worlds,
            ),
        ),
        (
            "interval",
            say("rank interval"),
            say(
                "The ranks that a site takes in the middle 90 % of {draws:count} weightings around those of this run: "
                "wide when the priorities matter.",
                draws=draws,
            ),
        ),
        (
            "backtest",
            say("back-test"),
            say(
                "A test on the past: sites that were converted are ranked as if they were not yet, among today's "
                "candidates, to see whether they come out high."
            ),
        ),
        (
            "auc",
            say("AUC"),
            say(
                "The chance that a converted site ranks before a candidate, both picked at random: 0.5 is chance, 1 is "
                "always."
            ),
        ),
        (
            "scenario",
            say("scenario"),
            say("The same ranking with other weights, or with other assumptions, side by side."),
        ),
        (
            "together",
            say("sites chosen together"),
            say(
                "A set of sites picked as a whole for one aim; people near two of them count once, so that it can "
                "differ from the first of the ranking."
            ),
        ),
        (
            "colocation",
            say("co-location"),
            say(
                "Whether creative spaces stand near old industry more often than if the two kinds were mixed at random "
                "over the same places."
            ),
        ),
        (
            "thin",
            say("thinly mapped"),
            say(
                "Less than {share:percent} of the named venues that a fully mapped city would have there are in the "
                "map data. Places that exist may be missing, so figures can be too low.",
                share=settings.completeness.thin_below,
            ),
        ),
    ]


def terms(settings: PageSettings, decays: Sequence[Decay], top_n: int) -> tuple[Term, ...]:
    """Explain the words that the pages use.

    Parameters
    ----------
    settings : of this run, whose limits are quoted.
    decays : both, whose distances are quoted.
    top_n : how many sites count as the best.
    """
    found = [*_places(settings), *_network(settings, decays), *_people(settings), *_marks(settings, top_n)]
    return tuple(Term(key, name, told, say("What is “{term}”?", term=name)) for key, name, told in found)
