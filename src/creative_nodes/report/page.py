"""Pages: a view-model in, one HTML file out, with everything it needs written into it, in every language."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel.messages.extract import extract_from_dir
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from creative_nodes.common import (
    FORMATS,
    LANGUAGES,
    mark,
    messages,
    plain_number,
    plural,
    say,
    say_n,
    speaking,
    translated,
    whole_file,
)
from creative_nodes.report.cities.changes import ChangesPage
from creative_nodes.report.cities.comparison import ComparisonPage
from creative_nodes.report.cities.index import IndexPage
from creative_nodes.report.city.areas import Area
from creative_nodes.report.city.figures import PROVENANCE_WORDS
from creative_nodes.report.city.onmap import map_data, names_on_map, spoken_names
from creative_nodes.report.city.sites import Measure, SiteCard
from creative_nodes.report.city.view import CityPage
from creative_nodes.report.city.within import Within
from creative_nodes.report.draw import maps
from creative_nodes.report.draw.packed import as_json, fold, pack
from creative_nodes.report.draw.paper import Paper
from creative_nodes.report.say import keys
from creative_nodes.report.say.words import map_date, with_links, worded

HERE = Path(__file__).parent
# a page may run its own scripts alone, known by their hashes, and fetch nothing, whatever a tag in the data says
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src {scripts}; img-src data:"
# functions of the scripts that speak, and where their texts stand among the arguments
SCRIPT_KEYWORDS: dict[str, Any] = {"t": None, "tn": (2, 3)}
EVERY_PAGE = ("state.js", "base.js", "language.js", "theme.js")
_CITY_SCRIPTS = "card ranking map names first filters weighing answer priorities terms compare sheet tabs print"
CITY_SCRIPTS = tuple(f"{name}.js" for name in _CITY_SCRIPTS.split())
CITY_STYLES = ("leaflet", "report", "certainty", "city", "priorities", "compare", "print", "sheet")
# sections under the map by the tab that shows them, in the order of the page
SECTIONS = {
    "decide": ("also",),
    "compare": ("versus", "scenarios", "together", "survey", "since"),
    "evidence": ("notes", "certainty", "gaps", "nodes", "backtest", "record", "figures", "colocation", "known"),
    "method": ("caution", "method", "terms", "data"),
}
TABS = {
    "decide": mark("Decide"),
    "compare": mark("Compare"),
    "evidence": mark("Evidence"),
    "method": mark("Method"),
    "all": mark("Everything"),
}
PRINTED = ("notes", "caution", "data")  # with the answer, on paper
WRITTEN_OUT = 200  # rows of the ranking; a browser takes long over more, so the others wait as text
Run = Mapping[str, Any] | None
COMPARISON_PARTS = ("top", "governance", "space", "ecosystem", "backtest", "foot")
CITY_PARTS = ("skip", "header", "tabs", "choice", "ranking", *(one for some in SECTIONS.values() for one in some))


# ---------------------------------------------------------------- templates and assets


def priorities_mark(verdict: str) -> str:
    """Say a verdict on other priorities, of the table scores."""
    return worded(keys.PRIORITY_MARKS, verdict)


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(translated, plural, newstyle=True)  # type: ignore[attr-defined]
    environment.filters |= {**FORMATS, "priorities_mark": priorities_mark}
    environment.globals |= {
        "say": say,
        "say_n": say_n,
        "translated": translated,
        "with_links": with_links,
        "map_date": map_date,
        "languages_shown": LANGUAGES,
        "chips": keys.CHIPS,
        "OSM_CREDIT": Markup(maps.OSM_CREDIT),
        "WRITTEN_OUT": WRITTEN_OUT,
    }
    return environment


def policy(*scripts: str) -> str:
    """Return the content security policy of a page.

    Parameters
    ----------
    scripts : the scripts that it runs, as they stand in it.
    """
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    return POLICY.format(scripts=" ".join(f"'sha256-{one}'" for one in hashes))


def render(template: str, **values: Any) -> Markup:
    """Render a template in the language in force."""
    return Markup(_environment().get_template(template).render(**values))


@lru_cache
def asset(name: str) -> Markup:
    """Read an asset to write into a page, without the files that Leaflet would fetch beside it."""
    text = (HERE / "assets" / name).read_text(encoding="utf-8")
    text = re.sub(r"//# sourceMappingURL=.*", "", text)
    if name.endswith(".css"):
        text = re.sub(r"^.*url\((?:images/|#default).*$", "", text, flags=re.MULTILINE)
    return Markup(text)


def style_sheets(names: Sequence[str]) -> Markup:
    """Join the style sheets of a page behind that of the colours."""
    return Markup().join(asset(f"{name}.css") for name in ("colours", *names))


def page_script(names: Sequence[str]) -> Markup:
    """Join scripts into one, in a scope of their own; a browser too old for them says so instead."""
    body = "\n".join(asset(f"js/{name}") for name in (*EVERY_PAGE, *names, "start.js"))
    return Markup(f'(async () => {{\n"use strict";\n{body}\n}})().catch({asset("js/too_old.js").strip()});')


# ---------------------------------------------------------------- languages


@lru_cache
def _said_by_scripts() -> frozenset[str]:
    """Collect the English texts that the pages' scripts show; a plural by its singular."""
    found = extract_from_dir(HERE / "assets" / "js", [("**.js", "javascript")], keywords=SCRIPT_KEYWORDS)
    return frozenset(text if isinstance(text, str) else text[0] for _, _, text, _, _ in found)


@lru_cache
def script_texts(language: str) -> dict[str, str]:
    """Return what a language says for the texts that the pages' scripts show."""
    return {text: said for text, said in messages.translations(language).items() if text in _said_by_scripts()}


def in_every_language(data: Callable[[], dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Make a page's data once in each language.

    Parameters
    ----------
    data : makes it in the language in force; its `parts` are pieces of HTML by name, its `title` that of the page.
    """
    spoken = {}
    for code in LANGUAGES:
        with speaking(code):
            spoken[code] = data() | {"ui": script_texts(code)}
    return spoken


def blob(spoken: Mapping[str, Any], *, once: Mapping[str, Any] | None = None) -> str:
    """Pack the data of a page: what is the same in every language stands there once.

    Parameters
    ----------
    spoken : the data by language.
    once : more data, which holds no words.
    """
    folded, words = fold(spoken)
    # a language is read when it is spoken: a text within the text takes next to no time
    return pack({"once": once or {}, "folded": folded, "words": {code: as_json(said) for code, said in words.items()}})


# ---------------------------------------------------------------- a city's page

# what the first screen shows: of the data, of a site in them, and layers of the map
FIRST_DATA = {"title", "ui", "legend", "labels", "place_names", "choice", "choice_words", "bridge", "map_age", "marks"}
FIRST_PARTS = ("skip", "header", "tabs", "choice")
FIRST_OF_SITE = {"site_id", "name", "kind", "rank", "likely", "at"}
FIRST_LAYERS = {name for name in maps.PAPER_STYLES if not name.startswith("near")}
FIRST_LAYERS |= {"beyond", "outline", "sites", "dots", "pins", "cut_off"}


def _first_and_rest(told: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part the data of a language into what the first screen shows and the rest."""
    first = {key: value for key, value in told.items() if key in FIRST_DATA}
    rest = {key: value for key, value in told.items() if key not in FIRST_DATA}
    parts, sites = told["parts"], told["sites"]
    first["parts"] = {name: parts[name] for name in FIRST_PARTS}
    rest["parts"] = {name: text for name, text in parts.items() if name not in FIRST_PARTS}
    first["sites"] = [{key: value for key, value in site.items() if key in FIRST_OF_SITE} for site in sites]
    rest["sites"] = [{key: value for key, value in site.items() if key not in FIRST_OF_SITE} for site in sites]
    return first, rest


def _packed_apart(spoken: Mapping[str, Any], shapes: Mapping[str, Any], once: Mapping[str, Any]) -> tuple[str, str]:
    """Pack what the first screen shows, and the rest: the browser reads that behind it.

    Parameters
    ----------
    spoken : the data by language.
    shapes : features by layer.
    once : more data, which holds no words and is needed at once.
    """
    halves = {code: _first_and_rest(told) for code, told in spoken.items()}
    layers: list[dict[str, Any]] = [{}, {}]
    for name, features in shapes.items():
        layers[name not in FIRST_LAYERS][name] = features
    carried = {"carried": once["carried"]}
    at_once = {key: value for key, value in once.items() if key not in carried}
    first, rest = ({code: told[k] for code, told in halves.items()} for k in (0, 1))
    return blob(first, once=at_once | {"shapes": layers[0]}), blob(rest, once=carried | {"shapes": layers[1]})


def _measure(measure: Measure) -> list[Any]:
    part = None if measure.part is None else round(measure.part, 4)
    made = measure.made
    return [measure.value, part] if made is None else [measure.value, part, [made.lead, made.parts, made.rest]]


def _within(within: Within) -> list[Any]:
    times = [
        [t.minutes, t.residents, t.spaces, None if t.share is None else round(t.share, 3), t.scored]
        for t in within.times
    ]
    return [within.mode, within.main, times]


def _area(area: Area) -> list[Any]:
    return [area.mode == "walk", area.label, area.polygons]


def _site(site: SiteCard) -> dict[str, Any]:
    """Collect what the page's script shows of a site; what is empty is left out."""
    said = {field.name: getattr(site, field.name) for field in fields(site)}
    said["evidence"] = [[one.reason, with_links(one.tag), one.osm_id, one.url] for one in site.evidence]
    said["said_by"] = with_links(site.said_by)
    said["measures"] = [_measure(measure) for measure in site.measures]
    said["within"] = [_within(within) for within in site.within]
    said["doubts"], said["linked"], said["plans"] = list(site.doubts), list(site.linked), list(site.plans)
    said["more"] = [list(one) for one in site.more]
    said["areas"] = [_area(area) for area in site.areas]
    said["score"] = None if site.score is None else round(site.score, 4)
    said["confidence"] = round(site.confidence, 2)
    del said["lon"], said["lat"]
    kept = {key: value for key, value in said.items() if value not in (None, "", [], (), False, 0)}
    return kept | {"at": [site.lat, site.lon]}


def _spoken_data(page: CityPage) -> dict[str, Any]:
    """Collect what the page's script shows: sites, spaces and clusters by row, in the order the map numbers them."""
    return {
        "criteria": [[row.label, row.median, row.best_part, row.place_median] for row in page.criteria],
        "sites": [_site(site) for site in page.sites],
        "others": [_site(site) for site in page.others],
        "spaces": [[s.name, s.other_names, s.domain, s.tier_words, s.source, s.url, s.lat, s.lon] for s in page.spaces],
        "hulls": [[h.name, h.other_names, h.n_spaces, round(h.p_value, 3)] for h in page.hulls],
        "stations": [[s.name, s.other_names, s.services] for s in page.stations],
        "hexagons": [[h.mapping_words, *h.lines] for h in page.hexagons],
        "served": [[h.title, *h.lines] for h in page.served],
        "living": [hexagon.people for hexagon in page.served],
        "gains": page.gaps.gains if page.gaps else (),
        "gain_places": [gain for gain, _, _ in page.gaps.places] if page.gaps else (),
        "bridging": round(page.gaps.limits[0], 3) if page.gaps else None,
        "links": page.links,
        "terms": {term.key: term.told for term in page.terms},
        "priorities": asdict(page.priorities),
        "choice": [[member.number for member in option.members] for option in page.choice],
        "bridge": page.answer.bridge,
        "map_age": page.answer.age,
        "today": {
            "typical": page.answer.typical,
            "minutes": plain_number(page.settings.reach.walk_minutes),
            "residents": page.residents,
        },
        "marks": {kind: {key: translated(word) for key, word in found.items()} for kind, found in keys.MARKS.items()},
        "choice_words": [option.label for option in page.choice],
    }


def _host(tiles_url: str) -> str:
    """Return the host that a page may fetch tiles from; one with a subdomain {s} stands for all of them."""
    return f"https://{urlsplit(tiles_url).netloc}".replace("{s}", "*")


def city_html(speak: Callable[[], CityPage], paper: Paper) -> str:
    """Write a city's page.

    Parameters
    ----------
    speak : makes the view-model in the language in force.
    paper : what its map is drawn on.
    """
    english = speak()
    tiles = english.settings.report.tiles_url if english.settings.report.online_tiles else None
    parts = maps.build(map_data(english, paper), tiles_url=tiles)

    def data() -> dict[str, Any]:
        page = speak()
        tabs = [(key, translated(name)) for key, name in TABS.items()]
        known = {"page": page, "tabs": tabs}
        return {
            "title": say("{city}: old industry, new nodes", city=page.city_name),
            "map_date": map_date(page.snapshot),
            "source": dict(page.provenance).get(translated(PROVENANCE_WORDS["source"]), ""),
            "parts": {name: render(f"city/{name}.html.j2", **known) for name in CITY_PARTS},
            "legend": maps.build(map_data(page, Paper()), tiles_url=tiles).legend,
            "labels": {
                ".board": say("Map and ranking"),
                ".mapframe": say(
                    "Map of candidates, heritage sites and creative spaces. The ranking lists the sites as a table."
                ),
                "#card": say("Selected site"),
                "#priorities": say("Live priorities"),
            },
            "place_names": spoken_names(paper, page.settings.city),
            **_spoken_data(page),
        }

    spoken = in_every_language(data)
    west, south, east, north = english.area.bounds
    scripts = leaflet, map_script, script = (
        Markup(asset("leaflet.js")),
        Markup(parts.script),
        page_script(CITY_SCRIPTS),
    )
    once = {
        "place_names": names_on_map(paper),
        "bounds": [[south, west], [north, east]],
        "carried": asdict(english.carried),
        "chips": keys.CHIPS,
    }
    first, rest = _packed_apart(spoken, parts.shapes, once)
    return render(
        "city.html.j2",
        title=spoken["en"]["title"],
        parts=spoken["en"]["parts"],
        labels=spoken["en"]["labels"],
        sections=[(tab, name, name in PRINTED) for tab, names in SECTIONS.items() for name in names],
        policy=f"{policy(*scripts)} {_host(tiles)}" if tiles else policy(*scripts),
        css=style_sheets(CITY_STYLES),
        leaflet=leaflet,
        script=script,
        map_html=Markup(parts.html),
        map_script=map_script,
        blob=first,
        rest=rest,
    )


# ---------------------------------------------------------------- pages without a map


def _plain_html(
    name: str,
    parts: Sequence[str],
    looks: Sequence[str],
    title: str,
    speak: Callable[[], Any],
    *,
    run: Run = None,
    scripts: Sequence[str] = (),
) -> str:
    """Write a page that is all parts: `name` is that of its template and of their folder, `title` an English text."""

    def data() -> dict[str, Any]:
        known = {"page": speak(), "run": run}
        return {
            "title": translated(title),
            "parts": {part: render(f"{name}/{part}.html.j2", **known) for part in parts},
        }

    spoken, script = in_every_language(data), page_script(scripts)
    return render(
        f"{name}.html.j2",
        title=spoken["en"]["title"],
        parts=spoken["en"]["parts"],
        policy=policy(script),
        css=style_sheets(looks),
        script=script,
        blob=blob(spoken),
    )


def index_html(speak: Callable[[], IndexPage], *, run: Run = None) -> str:
    """Write the index of cities.

    Parameters
    ----------
    speak : makes its view-model in the language in force.
    run : the record of the run, whose hashes stand at its foot.
    """
    title = mark("Old industry, new nodes: the cities")
    looks = ("report", "national", "print")
    return _plain_html("index", ("cities",), looks, title, speak, run=run, scripts=("national.js",))


def comparison_html(speak: Callable[[], ComparisonPage], *, run: Run = None) -> str:
    """Write the page that compares the cities.

    Parameters
    ----------
    speak : makes its view-model in the language in force.
    run : the record of the run, whose hashes stand at its foot.
    """
    looks = ("report", "certainty", "comparison", "print")
    return _plain_html("comparison", COMPARISON_PARTS, looks, mark("The cities compared"), speak, run=run)


def changes_html(speak: Callable[[], ChangesPage]) -> str:
    """Write the page that tells what changed from one run to another; `speak` makes it in the language in force."""
    looks = ("report", "certainty", "comparison", "changes", "print")
    return _plain_html("changes", ("all",), looks, mark("What changed from one run to another"), speak)


def write_page(text: str, path: str | Path) -> None:
    """Write a page, whole or not at all.

    Parameters
    ----------
    text : the page.
    path : the file; its folder is made.
    """
    with whole_file(path) as aside:
        aside.write_text(text, encoding="utf-8")


def missing_messages(page: CityPage) -> Sequence[str]:
    """Name what the page could not tell, for the log."""
    return [figure.label for group in page.groups for figure in group.figures if not figure.known]
