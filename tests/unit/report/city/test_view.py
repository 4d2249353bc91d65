"""Words and numbers of the pages."""

import math
from pathlib import Path

import made_up
import pandas as pd
import pytest

from creative_nodes.common import messages, tables
from creative_nodes.common.words import CRITERIA
from creative_nodes.report.cities import comparing
from creative_nodes.report.cities import index as cities
from creative_nodes.report.city import figures, sites, view
from creative_nodes.report.say import words
from creative_nodes.report.tables import TABLES
from creative_nodes.settings import load_config

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def made():
    return made_up.frames()


@pytest.fixture(scope="module")
def city():
    return made_up.usual_page()


def test_made_up_tables_pass_the_schemas(made):
    for name, frame in made.items():
        tables.check(frame, TABLES[name], where=name)


def test_ranked_sites_stand_in_order_and_the_unreachable_apart(city, made):
    assert [site.rank for site in city.ranked] == list(range(1, 30))
    assert [site.site_id for site in city.apart] == ["h29", "h30", "h31"]
    assert all("no street within" in site.unreachable_reason and site.score is None for site in city.apart)
    assert len(city.sites) == len(made["candidates"])


def test_medians_are_those_of_the_scored_candidates(city, made):
    both = made["candidates"].merge(made["scores"], on="site_id")
    scored = both[both["rank"].notna()]
    told = {row.key: row.median for row in city.criteria}
    for key in CRITERIA:
        # statistics.median knows nothing of pandas
        values = sorted(scored[key].dropna())
        middle = len(values) // 2
        median = values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
        assert told[key] == words.natural(key, median)


def test_weights_are_those_of_the_config(city):
    import yaml

    data = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
    weights = load_config(data).score.weights
    assert {row.key: row.weight for row in city.criteria} == weights
    assert sum(row.weight for row in city.criteria) == pytest.approx(1)


def test_parts_of_a_site_add_up_to_its_score(city):
    for site in city.ranked:
        assert sum(measure.part for measure in site.measures) == pytest.approx(site.score)


def test_decays_are_explained_as_a_distance_where_half_is_gone(city):
    exchange, neighbourhood = city.decays
    assert math.exp(-0.016 * exchange.half_m) == pytest.approx(0.5, abs=0.01)
    assert neighbourhood.half_m == 302


def test_answer_names_the_set_the_first_site_and_what_of_them_holds(city):
    names = f"Works number 0, {made_up.HOSTILE[1]} and {made_up.HOSTILE[2]}"
    assert city.answer.lead.startswith(f"Best together are {names}: ")
    assert "newly serve 12,345 (9,100–14,000) residents (their first major creative space" in city.answer.lead
    assert city.answer.lead.endswith("Other maps and models may favour other sites.")
    assert "ranks first of 29 candidates." in city.answer.first
    assert [(mark.words, mark.line) for mark in city.answer.marks] == [
        (
            "priorities: holds",
            "Within a tenth of the best set in 100\u00a0% of 10,000 trials.",
        ),
        (
            "map and model: open",
            "Within a tenth of the best set in 45\u00a0% of 250 trials. It needs 80\u00a0%.",
        ),
        ("the past: too few", "2 converted sites could be tested, and it takes 10."),
    ]


def test_network_sentence_quotes_the_indicators(city):
    assert "40 creative spaces are partly connected" in city.network
    assert "31\u00a0%" in city.network
    assert "12\u00a0% of the spaces have no other within 15 minutes" in city.network


def test_without_indicators_the_page_says_that_it_cannot_tell(made):
    none = {**made, "indicators": tables.empty(TABLES["indicators"])}
    city = view.city_page(none, {}, made_up.settings(ROOT))
    assert city.network.startswith("39 creative spaces were found; how well they are connected cannot be told")
    assert dict(city.provenance)["Map data of"] == "not known"


def test_what_the_map_lacks_stands_among_the_sources(city, made):
    told = city.provenance
    gaps = {"missing_nodes": 12, "way_nodes": 34_567, "stray_nodes": 3, "bare_nodes": 20_000}
    found = view.city_page(made, made_up.PROVENANCE | {"gaps": gaps}, made_up.settings(ROOT)).provenance
    assert found[: len(told)] == told
    lacks, stray = found[len(told) :]
    assert lacks[0] == stray[0] == "What the map lacks"
    assert "lacks 12 of the 34,567 points of ways" in lacks[1]
    assert "3 of its 20,000 points without tags" in stray[1] and "streets may be missing" in stray[1]


def test_without_any_scored_candidate_the_page_says_so(made):
    scores = made["scores"].copy()
    for column in scores.columns.drop(["site_id", "list", "priorities"]):
        scores[column] = pd.array([pd.NA] * len(scores), dtype="Int64" if "rank" in column else "Float64")
    city = view.city_page({**made, "scores": scores}, {}, made_up.settings(ROOT))
    assert city.answer.lead.startswith("Nothing is ranked here: 29 candidates can be reached, and a ranking takes 3.")
    assert city.ranked == ()


def test_empty_tables_make_an_empty_page(made):
    names = [name for name in made if name in TABLES and name not in ("study_area", "places", "street_edges")]
    none = {name: tables.empty(TABLES[name]) for name in names}
    city = view.city_page({"study_area": made["study_area"], **none}, {}, made_up.settings(ROOT))
    assert city.sites == city.others == city.spaces == city.hulls == city.known == ()
    assert city.stations == city.served == city.reached == city.thresholds == ()
    assert city.colocation is None and city.underserved.is_empty
    assert "none is counted" in city.public_transport


@pytest.mark.parametrize(
    "name",
    ["reach", "parts", "isochrones", "accessibility", "colocation", "stations", "services", "transit_notes", "links"],
)
def test_a_page_is_made_without_any_one_table(made, name):
    city = view.city_page({**made, name: tables.empty(TABLES[name])}, {}, made_up.settings(ROOT))
    assert len(city.ranked) == 29
    assert bool(city.reached) == (name != "isochrones")
    assert any(site.within for site in city.sites) == (name != "reach")
    assert any(measure.made for site in city.sites for measure in site.measures) == (name != "parts")


def test_notices_are_told_and_are_no_figures(city):
    assert city.notices == ("There is no population raster. <script>alert(1)</script>",)
    told = {figure.key: figure for group in city.groups for figure in group.figures}
    assert list(told) == [
        *(figures.RESIDENTS, figures.SPACES, figures.CONNECTIVITY, figures.ISOLATED),
        *("typical_network", "stations", figures.MEDIAN_VENUES),
    ]
    assert told["stations"].value == "not known"
    assert told["stations"].source == "none is mapped in the study area"


def test_sites_that_are_no_candidates_are_told_apart(city):
    kinds = [site.kind for site in city.others]
    assert (kinds.count("converted"), kinds.count("lost"), kinds.count("low")) == (4, 2, 2)


NO_STREET = {"no street is mapped."}


def test_a_site_says_when_the_hexagon_it_stands_in_is_mapped_thinly(city, made):
    step = 0.06 / 4
    for site in (*city.sites, *city.others):
        strip = math.floor((site.lon - made_up.WEST) / step)
        said = "1.5 named venues per 1,000 residents, city median 5.8."
        # the easternmost has no street at all
        assert site.thin == {0: said, 3: "no street is mapped."}.get(strip, "")
    assert any(site.thin for site in city.sites) and not all(site.thin for site in city.sites)


def test_hexagons_are_worded_and_cut_to_the_study_area(city, made):
    assert [(hexagon.mapping, hexagon.lines) for hexagon in city.hexagons] == [
        (
            "thin",
            (
                "1.5 named venues per 1,000 residents, city median 5.8",
                "named venues: 6; buildings: 3; km of street: 10; residents: 4,000",
                "newest edit 1 May 2024, half of the objects not edited since 3 February 2019",
            ),
        ),
        (
            "fair",
            (
                "10 named venues per 1,000 residents, city median 5.8",
                "named venues: 20; buildings: 100; km of street: 9; residents: 2,000",
            ),
        ),
        (
            "good",
            (
                "named venues: 40; buildings: 900; km of street: 8; residents: 800",
                "newest edit 5 April 2023, half of the objects not edited since 7 June 2020",
            ),
        ),
    ]
    assert all(shape.difference(city.area).area < 1e-12 for shape in city.hexagon_shapes)
    assert sum(shape.area for shape in city.hexagon_shapes) == pytest.approx(city.area.area * 3 / 4)


def test_where_few_live_a_thin_hexagon_speaks_of_its_streets(made):
    few = made["completeness"].assign(residents=[400.0, 2000.0, 800.0, 0.0])
    city = view.city_page({**made, "completeness": few}, {}, made_up.settings(ROOT))
    assert {site.thin for site in city.sites} - NO_STREET == {"", "6 named venues along 10 km of street."}


def test_without_a_source_of_residents_hexagons_speak_of_their_streets(made):
    none = made["completeness"].assign(residents=math.nan, venues_per_1000=math.nan)
    city = view.city_page({**made, "completeness": none}, {}, made_up.settings(ROOT))
    assert city.hexagons[1].lines == ("named venues: 20; buildings: 100; km of street: 9",)
    assert {site.thin for site in city.sites} - NO_STREET == {"", "6 named venues along 10 km of street."}


def test_only_kept_clusters_are_drawn_and_their_outline_holds_the_members(city, made):
    assert [hull.n_spaces for hull in city.hulls] == [9]
    assert city.hull_shapes[0].covers(made["clusters"].geometry.iloc[0])


def test_links_are_rows_of_spaces_and_unknown_ends_are_left_out(city):
    assert city.links == (0, 1, 0, 2)


def test_points_lie_on_their_site(city, made):
    shapes = made["heritage"].set_index("site_id").geometry
    for site in city.sites:
        from shapely.geometry import Point

        assert shapes[site.site_id].buffer(2e-5).covers(Point(site.lon, site.lat))


def test_evidence_is_shown_once_and_counted_beyond_the_limit():
    import json

    pieces = [{"rule": "r", "weight": 0.1, "osm_id": f"way/{i % 20}", "tag": "t=v", "reason": "why"} for i in range(40)]
    shown, more = sites.proofs(json.dumps(pieces))
    assert (len(shown), more) == (sites.EVIDENCE_SHOWN, 20 - sites.EVIDENCE_SHOWN)
    assert sites.proofs("[]") == ((), 0)


def _row(made, snapshot, *, fictional=False):
    return comparing.ComparedCity(made_up.settings(ROOT, fictional=fictional), made, snapshot)


def test_index_warns_when_the_data_differ_in_age(made):
    apart = cities.index_page([_row(made, "2018-01-01"), _row(made, "2026-01-01")])
    assert "differ in age" in apart.warning and "Made-up Town 1 January 2018" in apart.warning
    assert cities.index_page([_row(made, "2025-06-01"), _row(made, "2026-01-01")]).warning == ""


def test_the_age_of_a_made_up_town_is_nobodys_concern(made):
    rows = [_row(made, "2018-01-01", fictional=True), _row(made, "2026-01-01")]
    assert cities.index_page(rows).warning == ""


def test_a_criterion_without_data_is_in_no_score(made):
    scores = made["scores"].assign(part_transit_minutes=float("nan"))
    city = view.city_page({**made, "scores": scores}, {}, made_up.settings(ROOT))
    best = {row.key: row.best_part for row in city.criteria}
    assert best.pop("transit_minutes") is None
    assert best["network_gain"] == pytest.approx(made["scores"]["part_network_gain"].max())


def test_index_says_when_an_age_is_not_known(made):
    assert "not known for Made-up Town" in cities.index_page([_row(made, "")]).warning


def test_index_card_names_the_first_site_and_counts_candidates(made):
    (card,) = cities.index_page([_row(made, "2026-01-01")]).cards
    assert card.answer == view.city_page(made, {}, made_up.settings(ROOT)).answer
    assert [(figure.label, figure.value) for figure in card.figures[:2]] == [
        ("Candidates", "32"),
        ("of them scored", "29"),
    ]


@pytest.mark.parametrize("code", ["en", "vi", "zh"])
def test_a_unit_that_the_label_names_is_not_told_twice_in_any_language(code):
    with messages.speaking(code):
        assert not figures.Figure("k", "Creative spaces", "3", messages.translated("spaces"), "").unit_told
        assert figures.Figure("k", "Study area", "3", "km²", "").unit_told
