"""The answer of each city where several stand side by side: the same first lines as on its own page."""

from __future__ import annotations

from creative_nodes.report.cities.comparing import ComparedCity
from creative_nodes.report.city.headline import Headline, headline
from creative_nodes.report.city.sites import in_order
from creative_nodes.report.say.romanised import names_of
from creative_nodes.report.say.spoken import called


def answer_of(city: ComparedCity) -> Headline:
    """Say a city's answer in the language in force; where no candidate bridges a gap, without saying where one would.

    Parameters
    ----------
    city : one of those compared.
    """
    ordered = in_order(city.tables["candidates"], city.tables["scores"])
    with names_of(city.settings.city):
        return headline(city.tables, ordered, city.settings, names=called(ordered, None), snapshot=city.snapshot)
