"""How each layer of the GeoPackage looks: in the colours, signs and classes of the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from creative_nodes.common import number
from creative_nodes.report.city.hexagons import FEW_CAN_GO, WALK_CLASSES
from creative_nodes.report.city.view import TOP_PINS
from creative_nodes.report.draw import maps
from creative_nodes.report.draw.named import hex_of
from creative_nodes.report.gis.layers import BASE_LAYERS, OUTLINE
from creative_nodes.report.gis.symbols import MM_PER_PIXEL, Look, Moved, Rule, Symbol, Test, Text, When, symbol_of
from creative_nodes.report.say.keys import MAPPING

SITES, SPACES, TODAY, GROUND = "Sites", "Creative spaces", "The city today", "Base map"
GROUPS = (SITES, SPACES, TODAY, GROUND)
NAMES = ("name", "name_en")
HOT = hex_of("--hot")
PIN = Symbol(HOT, 1, "#ffffff", 1, 2, size=22, number="rank")  # the numbered pin of the page
PIN_MM = (PIN.size + PIN.width) * MM_PER_PIXEL + 0.3  # with its rim, and a hair of ground around it
FAINT = Symbol("", 1, "#8d867b", 0.5, 0.6)
BASE_TITLES = {
    "industry": "Industry",
    "green": "Green",
    "water": "Water",
    "rivers": "Rivers and canals",
    "rails": "Rails",
    "roads_minor": "Other main roads",
    "roads_major": "Main roads",
}
MODE_COLOURS = {"walk": "#d55e00", "bike": "#009e73", "motorbike": "#0072b2", "car": "#0072b2", "transit": "#8a4f74"}


def _one(title: str, group: str, style: Mapping[str, Any], *, shown: bool = False) -> Look:
    """Draw all rows alike, in a style of the page's map."""
    return Look(title, group, (Rule(title, symbol_of(style)),), shown=shown)


def _is(field: str, value: str | bool) -> When:
    return ((Test(field, "=", value),),)


def _candidates(moved: tuple[Moved, ...]) -> Look:
    ranked = ((Test("rank", "<=", TOP_PINS),),)
    return Look(
        "Candidates, ranked",
        SITES,
        (
            Rule(f"rank 1 to {TOP_PINS}", replace(PIN, moved=moved), ranked),
            Rule(f"rank {TOP_PINS + 1} and after", symbol_of(maps.SITE_DOT), ((Test("rank", ">", TOP_PINS),),)),
            Rule("out of reach, no rank", symbol_of(maps.CUT_OFF_DOT), ((Test("rank", "null"),),)),
        ),
        (Text(NAMES, 11, maps.INK, ranked, moved),),
        shown=True,
        first="rank",
    )


def _heritage(least: float) -> Look:
    """Tell apart as the page does: what became of it, then how sure it is, then whether it may be offered."""
    signs = {key: symbol_of(style) for key, style in maps.SIGNS.items()}
    stands = (Test("status", "<>", "converted"), Test("status", "<>", "lost"))
    offered = symbol_of({**maps.SITE_DOT, "radius": 3})
    weak, sure = Test("confidence", "<", least), Test("confidence", ">=", least)
    return Look(
        "Industrial sites, all",
        SITES,
        (
            Rule("may be offered for reuse", offered, ((*stands, sure, Test("offered", "=", True)),)),
            Rule("converted", signs["converted"], _is("status", "converted")),
            Rule("lost", signs["lost"], _is("status", "lost")),
            Rule("not offered for reuse", signs["kept"], ((*stands, sure, Test("offered", "=", False)),)),
            Rule("weak evidence", signs["low"], ((*stands, weak),)),
        ),
    )


def _spaces() -> Look:
    rules = [Rule(tier, symbol_of(maps.SPACE_STYLES[tier]), _is("tier", tier)) for tier in maps.SPACE_STYLES]
    return Look("Creative spaces", SPACES, tuple(rules), shown=True)


def _clusters() -> Look:
    kept = Rule("kept: chance does not explain it", symbol_of(maps.HULL), _is("kept", True))
    return Look(
        "Clusters of creative spaces", SPACES, (kept, Rule("may be chance", FAINT, _is("kept", False))), shown=True
    )


def _walk_rules() -> tuple[Rule, ...]:
    """Class the walk as the page does; what nobody lives in and no walk begins in is left faint."""
    found, before = [], 0.0
    can_go = (Test("unreachable_walk", "<=", FEW_CAN_GO), Test("unreachable_walk", "null"))
    for kind, limit in list(WALK_CLASSES.items())[:-1]:
        over = Test("minutes_walk", ">" if before else ">=", before)
        when = tuple((over, Test("minutes_walk", "<=", limit), one) for one in can_go)
        found.append(Rule(f"{before:g} to {limit:g} min", symbol_of(maps.SERVED_STYLES[kind]), when))
        before = limit
    some, none = Test("minutes_walk", ">=", 0), Test("minutes_walk", "null")
    far: When = ((Test("minutes_walk", ">", before),), (none, Test("residents", ">", 0)))
    far = (*far, (some, Test("unreachable_walk", ">", FEW_CAN_GO)))
    last = Rule(f"more than {before:g} min, or no way", symbol_of(maps.SERVED_STYLES["walkfar"]), far)
    nobody = ((none, Test("residents", "null")), (none, Test("residents", "<=", 0)))
    return (*found, last, Rule("nobody lives here", FAINT, nobody))


def _mapping() -> Look:
    rules = [
        Rule(MAPPING[grade], symbol_of(style), _is("mapping", grade)) for grade, style in maps.MAPPING_STYLES.items()
    ]
    return Look("How complete is the mapping", TODAY, (*rules, Rule(MAPPING["empty"], FAINT, _is("mapping", "empty"))))


def _between(low: float | None, high: float | None) -> str:
    least, most = (number(end or 0.0, digits=2) for end in (low, high))
    if high is None:
        return f"{least} or more"
    return f"under {most}" if low is None else f"{least} to {most}"


def _gains(limits: Sequence[float], *, places: bool) -> Look:
    """Class network gain: to the first limit nothing is bridged; what is not known stays faint."""
    styles = [symbol_of(style) for style in maps.GAIN_STYLES.values()]
    ends = [*limits, None]
    unknown = Symbol("", 1, FAINT.stroke, 0.5, 0.6, size=4) if places else FAINT
    rules = [Rule("not known", unknown, ((Test("network_gain", "null"),),))]
    before: float | None = None
    for end, symbol in zip(ends, styles[len(styles) - len(ends) :], strict=True):
        tests = [Test("network_gain", ">=", before)] if before is not None else []
        tests += [Test("network_gain", "<", end)] if end is not None else []
        words = _between(before, end)
        drawn = Symbol(symbol.fill, 0.9, "#ffffff", 1, 0.4, size=5) if places else symbol
        rules.append(Rule(words, drawn, (tuple(tests or [Test("network_gain", ">=", 0)]),)))
        before = end
    what = "street places" if places else "hexagons"
    return Look(f"Network gain of a node, in spaces: {what}", TODAY, tuple(reversed(rules)))


def _reached() -> Look:
    rules = [
        Rule(f"reached by {mode}", Symbol(colour, 0.05, colour, 0.7, 1), _is("mode", mode))
        for mode, colour in MODE_COLOURS.items()
    ]
    return Look("Areas that candidates reach", TODAY, tuple(rules))


def _stations() -> Look:
    rapid = Rule("rapid transit", symbol_of(maps.STATION), _is("rapid", True))
    other = Rule("other stop", Symbol("#ffffff", 1, "#857d72", 1, 1, size=4), _is("rapid", False))
    return Look("Stations and stops", TODAY, (rapid, other))


def _base(name: str) -> Look:
    kinds = reversed(BASE_LAYERS[name])
    rules = [
        Rule(BASE_TITLES[kind], symbol_of(maps.in_light(maps.PAPER_STYLES[kind])), _is("kind", kind)) for kind in kinds
    ]
    return Look({"base_areas": "Ground", "base_lines": "Roads, rails, rivers"}[name], GROUND, tuple(rules), shown=True)


def looks(*, gains: Sequence[float], least: float, moved: tuple[Moved, ...] = ()) -> dict[str, Look]:
    """Tell how every layer is drawn, by name, from the top of the map down.

    Parameters
    ----------
    gains : network gain from which a hexagon is of the second class, the third, ...; empty when not known.
    least : confidence that a candidate needs.
    moved : pins that stand aside.
    """
    survey = maps.SIGNS["survey"]
    ground = {key: survey[key] for key in ("fillColor", "color", "weight")}
    return {
        "candidates": _candidates(moved),
        "survey": replace(_one("Industrial ground of unknown age, survey list", SITES, survey, shown=True), clear=True),
        "heritage": _heritage(least),
        f"candidates{OUTLINE}": _one("Candidates, outlines", SITES, maps.SITE, shown=True),
        f"survey{OUTLINE}": _one("Survey list, outlines", SITES, {**ground, "fillOpacity": 0.4}),
        f"heritage{OUTLINE}": _one("Industrial sites, outlines", SITES, {**maps.SITE, "fillOpacity": 0.15}),
        "creative": _spaces(),
        f"creative{OUTLINE}": _one(
            "Creative spaces, outlines", SPACES, {"color": maps.CREATIVE, "weight": 1, "fillColor": maps.CREATIVE}
        ),
        "clusters": _clusters(),
        "cluster_reach": _one("Kept clusters as nodes, and what they reach", SPACES, maps.HULL),
        "stations": _stations(),
        "isochrones": _reached(),
        "reference_places": _gains(gains, places=True),
        "reference_hexagons": _gains(gains, places=False),
        "accessibility": Look("Walk to a core creative space", TODAY, _walk_rules()),
        "completeness": _mapping(),
        "study_area": _one("Study area", GROUND, maps.in_light(maps.OUTLINE), shown=True),
        "base_lines": _base("base_lines"),
        "base_areas": _base("base_areas"),
    }
