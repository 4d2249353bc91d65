"""A deck of six slides of a city, from the view-model of its page: one file, in every language, offline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from creative_nodes.common import say
from creative_nodes.report.cities.sketch import Sketch, SketchGround, sketches
from creative_nodes.report.city.view import CityPage
from creative_nodes.report.draw.paper import Paper
from creative_nodes.report.page import blob, in_every_language, page_script, policy, render, style_sheets

SLIDES = 6
TOP = 5  # sites of the ranking on a slide
STYLES = ("report", "deck")
SCRIPTS = ("deck.js",)


def _shown(page: CityPage) -> list[tuple[int, str, str]]:
    """Return the set, numbered as it is listed; the best of the ranking where there is none."""
    shown = [page.sites[member.number] for member in page.choice[0].members] if page.choice else page.ranked[:TOP]
    return [(place, site.site_id, site.name) for place, site in enumerate(shown, start=1)]


def _renamed(drawn: Sketch, page: CityPage) -> Sketch:
    """Name the sites of a map in the language of a page."""
    names = {place: name for place, _, name in _shown(page)}
    return replace(drawn, pins=tuple(replace(pin, name=names[pin.rank]) for pin in drawn.pins))


def deck_html(speak: Callable[[], CityPage], tables: Mapping[str, Any], *, paper: Paper | None = None) -> str:
    """Write the slides of a city.

    Parameters
    ----------
    speak : makes the view-model of its page in the language in force.
    tables : study_area, creative, links, clusters and candidates by name (EPSG:4326).
    paper : what the map of the page is drawn on, of which the water is drawn; none: no water.
    """
    water = None if paper is None else paper.layers.get("water")
    drawn = sketches([SketchGround(tables, _shown(speak()), water)])[0]

    def data() -> dict[str, Any]:
        page = speak()
        known = {"page": page, "map": _renamed(drawn, page), "TOP": TOP}
        title = say("{city}: old industry, new nodes, in {n} slides", city=page.city_name, n=SLIDES)
        return {"title": title, "parts": {"slides": render("deck/slides.html.j2", **known)}}

    spoken, script = in_every_language(data), page_script(SCRIPTS)
    return render(
        "deck.html.j2",
        title=spoken["en"]["title"],
        parts=spoken["en"]["parts"],
        policy=policy(script),
        css=style_sheets(STYLES),
        script=script,
        blob=blob(spoken),
    )
