"""No text of the pages stays English in another language, apart from names, ids, keys and tags."""

import dataclasses
import re
from functools import lru_cache
from pathlib import Path

import made_up
import pytest
import results
import speech

from creative_nodes.common import messages
from creative_nodes.common.messages import speaking
from creative_nodes.common.words import CRITERIA
from creative_nodes.report import page
from creative_nodes.report.city import view
from creative_nodes.report.draw import maps

ROOT = Path(__file__).parents[4]
# what the made-up tables and settings say in words
SAID_BY_TABLES = (
    *made_up.CLASSES,
    *("visual arts and galleries", "performance and music", "visual arts", "books press"),
    *("Made-up Town", "A note on <b>data</b>.", "a works", "cotton mill", "arts centre"),
    *("in OSM", "not in OSM", "not located", "outside"),
    *("Creative spaces in the study area", "Connectivity C", "Isolated creative spaces", "Residents", "Notice", "0-1"),
    *("Named venues per 1,000 residents", "Rapid-transit stations", "OpenStreetMap", "walks of 15 minutes", "share"),
    *("Network of a typical space", "on a list"),
    *("made up", "per 1,000", "none is mapped in the study area", "spaces", "persons", "stations", "Heritage_First"),
    f"There is no population raster. {made_up.HOSTILE[0]}",
    *(f"no street within 200 m {made_up.HOSTILE[2]}", f"reason {made_up.HOSTILE[1]}", f"A note {made_up.HOSTILE[2]}"),
)
# fields that hold names, keys, ids or tags
NOT_TOLD = {
    *("CityPage.settings", "CityPage.snapshot", "Figure.key"),
    *(
        "SiteCard.site_id",
        "SiteCard.status",
        "SiteCard.tier",
        "SiteCard.kind",
        "SiteCard.priorities_mark",
        "SiteCard.map_mark",
        "Area.mode",
        "Area.polygons",
        "Within.key",
    ),
    *("Proof.tag", "Proof.osm_id", "Proof.url", "Space.space_id", "Space.tier", "Space.url"),
    *("Hexagon.mapping", "Served.kind", "CriterionRow.key", "CriterionRow.group_key", "Decay.key"),
    *("Speeds.key", "SpeedRow.key", "KnownSite.kind", "KnownSite.source", "KnownSite.web"),
    *("Strip.site_id", "Strip.mark", "Assumption.key", "Assumption.site_id", "ScenarioColumn.key", "Plan.key"),
    *(
        "Gaps.kinds",
        "NodeRow.verdict",
        "NodeRow.chip",
        "MarkLine.chip",
        "Option.key",
        "DecisionRow.source",
        "DecisionRow.links",
    ),
    *("BacktestSection.verdict", "Term.key", "Served.crowd"),
    *("Priorities.city", "Priorities.order", "Slider.key", "SliderGroup.key", "Preset.key"),
}
UNITS = re.compile(r"(?<![^\W\d_])(?:km²|km|m²|m|ha|p|H3)(?![^\W\d_])|https?://\S+")
BY_BABEL = re.compile(r"\b(?:và|tháng|năm)\b")  # its own Vietnamese
KEY = re.compile(r"(?:reach|travel)\.[\w.]+")
ENGLISH = re.compile(r"[A-Za-z]")


@lru_cache
def known():
    """Every text that translators get to see, and those of the made-up tables."""
    return speech.known() | set(SAID_BY_TABLES)


@lru_cache
def no_english(language):
    """A language in which every Latin letter of the text is Cyrillic, its fields kept."""
    if language == "en":
        return {}
    return {text: re.sub(r"\{[^}]*\}|[A-Za-z]", lambda m: m[0] if len(m[0]) > 1 else "ж", text) for text in known()}


def names_of(made):
    """Every name in the tables, the longest first."""
    found = set(made_up.HOSTILE)
    for frame in made.values():
        for column in {"name", "name_en", "name_vi", "name_zh", "registry_id", "cluster_id"} & set(frame.columns):
            found |= set(frame[column])
        if "osm_ids" in frame:
            found |= {one for ids in frame["osm_ids"] for one in ids}
    found |= set(made["decisions"]["site"])
    found |= set(made["heritage"]["site_id"]) | set(made_up.PROVENANCE.values()) - {"config"}
    found |= {"a census", *results.converted_sites(6)["site_id"], *results.converted_sites(6)["name"]}
    found |= {f"{made_up.PROVENANCE[key][:12]}…" for key in ("source_sha256", "sha256")}
    return sorted(found - {""}, key=len, reverse=True)


def texts(node, path=""):
    """Go through the texts of a view-model, each with the fields that lead to it."""
    if isinstance(node, str):
        yield path, node
    elif dataclasses.is_dataclass(node):
        for field in dataclasses.fields(node):
            if f"{type(node).__name__}.{field.name}" not in NOT_TOLD:
                yield from texts(getattr(node, field.name), f"{path}.{field.name}")
    elif isinstance(node, (tuple, list)):
        for one in node:
            yield from texts(one, path)


def left_english(text, names):
    """Return what is English of a text once names, units and keys are taken out of it."""
    if not ENGLISH.search(text):
        return ""
    for name in names:
        text = text.replace(name, "")
    for pattern in (UNITS, KEY, BY_BABEL):
        text = pattern.sub("", text)
    return "".join(ENGLISH.findall(text))


@pytest.fixture(scope="module")
def made():
    return made_up.frames()


@pytest.fixture
def foreign(monkeypatch):
    monkeypatch.setattr(messages, "translations", no_english)


def results_of(made):
    """What the sections on certainty read, of the first three candidates."""
    here = dict(zip("abc", made["candidates"]["site_id"], strict=False))
    moves = [("a", "reach.walk_minutes", "10", 1, 2), ("b", "reach.walk_minutes", "10", 2, 1)]
    moves += [("a", "people", "a census", 1, 2), ("b", "speed walk", "× 0.85", 2, 3)]
    rows = results.scenario("heritage_first", {"a": 2, "b": 1, "c": 3}, {"newly_served": 0.6, "network_gain": 0.4})
    found = {
        "priorities_doubt": results.priorities_doubt(("c", {"p_first": 0.02, "dominated_by": 1})).iloc[:3],
        **results.swept(moves, [("reach.walk_minutes", "10", 3, "b"), ("people", "a census", 3, "b")]),
        "scenarios": results.frame("scenarios", rows),
        "portfolio": results.frame(
            "portfolio",
            [
                results.plan("today", (), 0.0, 900.0, status="as it is"),
                results.plan("coverage", ("b", "c"), 3000.0, 800.0),
                results.plan("network", ("c",), 0.0, 900.0, status="not proven", gap=0.2),
                results.plan("score", ("a", "b"), 2000.0, 850.0, status="as ranked"),
            ],
        ),
        "backtest": results.converted_sites(6),
        "backtest_summary": results.backtest_summary(6, 20, auc=(0.7, 0.55, 0.85), auc_by_centre=(0.6, 0.5, 0.7)),
    }
    columns = ("site_id", "first")
    for frame in found.values():
        for column in set(columns) & set(frame.columns):
            frame[column] = frame[column].replace(here)
        if "sites" in frame:
            frame["sites"] = [[here[one] for one in sites] for sites in frame["sites"]]
    return found


def variants(made):
    """Tables that make the view-model say other things than the usual ones do."""
    scores, few = made["scores"], made["completeness"].assign(residents=[400.0, 2000.0, None, 0.0])
    lost = dict.fromkeys(scores.columns.drop(["site_id", "list", "priorities"]))
    unscored = scores.assign(**lost, priorities="not_ranked").astype(scores.dtypes.drop("priorities").to_dict())
    none = {name: made[name].iloc[:0] for name in ("services", "indicators", "parts")}
    yield "usual", made
    yield "sure", {**made, "scores": scores.assign(rank_low=scores["rank"], rank_high=scores["rank"])}
    yield "no chance", {**made, "scores": scores.assign(p_top=float("nan"))}
    yield "less", {**made, "colocation": made_up.colocation().assign(k_observed=0.0), "completeness": few}
    yield "chance", {**made, "colocation": made_up.colocation(p_value=0.5)}
    yield "results", {**made, **results_of(made)}
    yield "nothing", {**made, **none, "parts": made["parts"].iloc[8:9], "scores": unscored}


@pytest.mark.parametrize("code", ["vi", "zh"])
@pytest.mark.parametrize("variant", [name for name, _ in variants(made_up.frames())])
def test_nothing_that_a_page_tells_stays_english(made, foreign, code, variant):
    tables = dict(variants(made))[variant]
    names = names_of(made)
    with speaking(code):
        city = view.city_page(tables, made_up.PROVENANCE, made_up.settings(ROOT))
    found = [(path, text) for path, text in texts(city) if left_english(text, names)]
    assert not found, found[:10]


def test_the_check_sees_english_that_is_left(made):
    names = names_of(made)
    city = view.city_page(made, made_up.PROVENANCE, made_up.settings(ROOT))
    english = {path for path, text in texts(city) if left_english(text, names)}
    for path in (
        *(
            ".city_name",
            ".city_note",
            ".answer.lead",
            ".answer.first",
            ".network",
            ".public_transport",
            ".clusters",
            ".reached",
        ),
        *(
            ".sites.heritage_class",
            ".sites.status_words",
            ".sites.tier_words",
            ".sites.priorities_mark_words",
            ".sites.map_mark_words",
            ".sites.near",
        ),
        *(".sites.evidence.reason", ".sites.measures.made.lead", ".sites.within.mode", ".sites.areas.label"),
        *(".sites.interval_words", ".sites.unreachable_reason", ".sites.thin", ".sites.source", ".spaces.tier_words"),
        *(".stations.services", ".hexagons.lines", ".served.title", ".served.lines", ".criteria.label"),
        *(".criteria.group", ".decays.what", ".thresholds", ".scored_within", ".speeds.rows.road", ".speeds.title"),
        *(".transit_rows.kind", ".transit_notes", ".colocation.verdict", ".colocation.told", ".colocation.counts"),
        *(".terms.name", ".terms.told", ".terms.ask"),
        *(".gaps.answer", ".gaps.spots.where", ".gaps.spots.gain", ".gaps.standing.list_words", ".gaps.standing.own"),
        *(".nodes.answer", ".nodes.rule", ".nodes.heads", ".nodes.medians", ".nodes.rows.verdict_words"),
        *(".related.told", ".related.rows.label", ".record.answer", ".record.caution", ".record.rows.kind"),
        *(".record.rows.decision", ".record.rows.outcome", ".record.rows.sets", ".record.rows.age"),
        *(".known.kind_words", ".known.use", ".known.outcome", ".known.reason", ".known_counts"),
    ):
        assert path in english, path


def test_numbers_are_written_as_the_language_does(made):
    with speaking("vi"):
        city = view.city_page(made, made_up.PROVENANCE, made_up.settings(ROOT))
    site = city.sites[0]
    assert site.within[0].times[2].residents == "1.500"
    assert ("Nhà máy Đường Ượt 5", "1,2 km, 0,10") in site.measures[list(CRITERIA).index("neighbourhood")].made.parts
    assert city.colocation.told.count("5,50") == 1


def test_keys_are_the_same_in_every_language(made, foreign):
    def held(code):
        with speaking(code):
            city = view.city_page(made, made_up.PROVENANCE, made_up.settings(ROOT))
        sites = [(s.site_id, s.status, s.tier, s.kind, s.priorities_mark, s.rank) for s in (*city.sites, *city.others)]
        return sites, [s.tier for s in city.spaces], [h.mapping for h in city.hexagons], [s.kind for s in city.served]

    assert held("en") == held("vi") == held("zh")


def test_the_legend_of_the_map_is_spoken(made, foreign):
    with speaking("vi"):
        city = view.city_page(made, made_up.PROVENANCE, made_up.settings(ROOT))
        legend = maps.build(page.map_data(city, page.Paper()), tiles_url="https://tiles.example/{z}/{x}/{y}.png").legend
    labels = [text for label in legend.values() for text in re.split(r"<[^>]*>", label) if text]
    assert len(labels) > 20
    assert [label for label in labels if left_english(label, [])] == []
