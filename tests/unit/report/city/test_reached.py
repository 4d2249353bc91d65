"""What the pages tell of reach: times, parts, areas, hexagons, stations, co-location, figures and method."""

import json
import math
from pathlib import Path

import made_up
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from creative_nodes.common import tables
from creative_nodes.common.geo import reproject
from creative_nodes.common.words import CRITERIA
from creative_nodes.report.city import areas, colocation, figures, hexagons, method, view
from creative_nodes.report.draw import shapes
from creative_nodes.report.say import words
from creative_nodes.report.tables import TABLES

ROOT = Path(__file__).parents[4]
NBSP = "\u00a0"


@pytest.fixture(scope="module")
def made():
    return made_up.frames()


@pytest.fixture(scope="module")
def settings():
    return made_up.settings(ROOT)


@pytest.fixture(scope="module")
def city():
    return made_up.usual_page()


def told(city, row, criterion):
    return city.sites[row].measures[list(CRITERIA).index(criterion)].made


# ---------------------------------------------------------------- within reach


def test_modes_of_the_score_stand_first_and_their_limits_are_marked(city):
    site = city.sites[0]
    assert [mode.mode for mode in site.within] == ["On foot", "By motorbike", "By car", "By public transport"]
    assert [mode.main for mode in site.within] == [True, True, False, False]
    marked = [(mode.mode, time.minutes) for mode in site.within for time in mode.times if time.scored]
    assert marked == [("On foot", "15"), ("By motorbike", "30")]


def test_times_tell_residents_spaces_and_how_they_compare(city, made):
    (walk, *_) = city.sites[0].within
    # 100 x site 1 x speed 1 x 15 minutes; the 32nd candidate has the most, 32 times as many
    assert (walk.times[2].residents, walk.times[2].spaces) == ("1,500", "1 (0)")
    assert walk.times[2].share == pytest.approx(1 / 32)
    ride = city.sites[1].within[1]
    assert (ride.times[1].residents, ride.times[1].spaces) == ("12,000", "3 (2)")


def test_a_site_that_meets_no_street_of_a_mode_has_no_times_and_not_none(city):
    car = next(mode for mode in city.sites[1].within if mode.mode == "By car")
    assert car.times == ()


def test_residents_that_are_not_known_are_not_zero(made, settings):
    unknown = {**made, "reach": made["reach"].assign(residents=math.nan)}
    site = view.city_page(unknown, {}, settings).sites[0]
    assert {time.residents for mode in site.within for time in mode.times} == {"not known"}
    assert {time.share for mode in site.within for time in mode.times} == {None}


# ---------------------------------------------------------------- what a criterion is made of


def test_exchange_lists_the_nearest_spaces_by_their_own_names_and_counts_the_others(city):
    made = told(city, 0, "exchange")
    assert made.parts[0] == ("Studio number 0", "0 m, 0.50")
    assert made.parts[4] == ("'onmouseover='alert(1)", "160 m, 0.10")
    # two more that are listed in the table, and four that are not
    assert made.rest == "and 6 others, together 0.16"
    assert len(made.parts) == 5


def test_neighbourhood_adds_amenities_by_kind(city):
    assert told(city, 0, "neighbourhood").parts == (
        ("Studio number 0", "30 m, 0.90"),
        ("Studio 5", "1.2 km, 0.10"),
        ("Café × 12", "0.70"),
        ("<script>alert(1)</script> × 1", "0.20"),
    )


def test_diversity_tells_shares(city):
    assert told(city, 0, "diversity").parts == (
        ("visual arts", f"75{NBSP}%, 5 spaces"),
        ("books press", f"25{NBSP}%, 1 space"),
    )


def test_the_station_is_named_as_the_table_of_stations_names_it(city):
    assert told(city, 0, "transit_minutes").parts == (("First (Ga <b>Một</b>)", f"7{NBSP}min"),)


def test_newly_served_and_served_already(city):
    assert told(city, 0, "newly_served").parts == (("Served today", "4,000"), ("Not served today", "1,230"))


def test_network_gain_names_the_spaces_whose_network_would_grow(city):
    made = told(city, 0, "network_gain")
    assert made.lead == "Creative spaces whose network would grow, and by how many spaces."
    assert made.parts == (('"};alert(1)//', "2.35"), ("Studio 5", "1.00"))
    assert made.rest == "and 3 others, together 0.02"


def test_network_gain_of_nobody_says_so(city):
    assert told(city, 1, "network_gain").lead == "It would bring no two creative spaces closer together."


def test_evidence_tells_its_shares(city):
    assert told(city, 0, "heritage_value").parts == (("Listing", "0.50"), ("Age", "0.00"))
    assert told(city, 0, "readiness").parts == (("Status", "1.00"),)


def test_a_figure_that_stands_in_for_what_nobody_knows_says_so(city):
    at = list(CRITERIA).index
    known, assumed = (
        [site.measures[at(key)].value for key in ("site_capacity", "heritage_value")] for site in city.sites[:2]
    )
    kind = city.sites[1].heritage_class
    assert f"(not known: counted as typical of its kind, {kind[0].lower()}{kind[1:]})" in assumed[0]
    assert assumed[1].endswith("(age not known: counted as the middle)")
    assert not any("known" in value for value in known)


def test_sites_on_one_ground_say_so(city):
    by_id = {site.site_id: site for site in city.sites}
    told = {site.name: site.ground for site in city.sites if site.ground}
    one, other = by_id["h3"], by_id["h4"]
    assert told == {
        one.name: f"On one ground with {other.name}: they are one node.",
        other.name: f"On one ground with {one.name}: they are one node.",
    }


def test_what_has_no_parts_is_not_made_of_anything(city):
    assert told(city, 0, "site_capacity") is None
    assert told(city, 0, "residents_walk_15") is None
    assert all(measure.made is None for site in city.apart for measure in site.measures)


# ---------------------------------------------------------------- areas


def unwound(text):
    """The points of a ring that is written as the digits of steps, by hand."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    numbers, whole, place = [], 0, 1
    for digit in map(digits.index, text):
        whole, place = whole + digit % 32 * place, place * 32
        if digit < 32:
            numbers.append(-(whole + 1) // 2 if whole % 2 else whole // 2)
            whole, place = 0, 1
    x = y = 0
    found = []
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        found.append((x / 1e5, y / 1e5))
    return found


def test_two_areas_a_site_of_the_longest_time_that_the_score_counts_within(city):
    assert [(area.mode, area.minutes) for area in city.sites[0].areas] == [("walk", 15), ("motorbike", 30)]
    assert city.sites[0].areas[0].label == "15 min on foot: 4 km²"
    assert [area.mode for area in city.sites[1].areas] == ["walk"]
    assert city.reached == ("15 min on foot", "30 min by motorbike")


def test_an_area_on_the_page_is_the_area_of_the_table_to_a_metre(city, made):
    table = made["isochrones"]
    for site in city.sites[:5]:
        for area in site.areas:
            rows = table[(table["site_id"] == site.site_id) & (table["mode"] == area.mode)]
            (shape,) = rows.loc[rows["minutes"] == area.minutes, "geometry"]
            drawn = MultiPolygon([(unwound(rings[0]), [unwound(r) for r in rings[1:]]) for rings in area.polygons])
            assert drawn.is_valid
            assert drawn.symmetric_difference(shape).area < 0.005 * shape.area


def test_simplified_areas_stay_near_and_small():
    angle = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    radius = 5000 + 15 * np.sin(60 * angle)
    ragged = Polygon(np.column_stack([500_000 + radius * np.cos(angle), 2_300_000 + radius * np.sin(angle)]))
    speck = box(510_000, 2_300_000, 510_200, 2_300_200)
    shape = reproject(MultiPolygon([ragged, speck]), 32648, 4326)
    ((ring,),) = areas._polygons(shape, 32648, 1.0)
    back = reproject(Polygon(unwound(ring)), 4326, 32648)
    tolerance = math.sqrt(ragged.area + speck.area) / 200
    assert shapely.hausdorff_distance(back.exterior, ragged.exterior) < tolerance + 2
    assert len(unwound(ring)) < 200
    assert len(json.dumps(ring)) < 1_500
    ((coarse,),) = areas._polygons(shape, 32648, 3.0)
    assert len(unwound(coarse)) < len(unwound(ring))


def test_areas_by_public_transport_are_drawn_where_it_is_the_main_mode(made):
    rail = made["isochrones"].assign(mode=made["isochrones"]["mode"].replace("motorbike", "transit"))
    page = view.city_page({**made, "isochrones": rail}, {}, made_up.settings(ROOT, main_mode="transit"))
    assert page.reached == ("15 min on foot", "30 min by public transport")
    labels = {row.key: row.label for row in page.criteria}
    assert labels["residents_ride_30"] == "Residents within 30 min by public transport"
    assert page.scored_within == "15 min on foot and 30 min by public transport"
    assert [speeds.mode for speeds in page.speeds] == ["on foot"]


def test_where_people_walk_one_limit_is_drawn(made):
    page = view.city_page(made, {}, made_up.settings(ROOT, main_mode="walk"))
    assert {area.mode for site in page.sites for area in site.areas} == {"walk"}
    assert {row.key: row.label for row in page.criteria}["residents_ride_30"] == "Residents within 30 min on foot"


# ---------------------------------------------------------------- hexagons, stations


def test_hexagons_are_classed_by_the_walk_of_those_who_live_there(city):
    # the last, where nobody lives and no walk begins, is left out
    assert [cell.kind for cell in city.served] == ["walk5", "walk30", "walkfar", "walkfar"]
    assert [cell.underserved for cell in city.served] == [False, True, False, True]


def test_a_hexagon_tells_minutes_residents_and_supply(city):
    assert city.served[0].title == f"4{NBSP}min on foot to the nearest core creative space"
    assert city.served[0].lines == (
        f"4{NBSP}min by bicycle and 4{NBSP}min by motorbike",
        "4,000 residents",
        "residents reached from here: 9,000 within 15 min on foot and 90,000 within 30 min by motorbike",
        "12 creative spaces per 100,000 residents who share them on foot",
    )
    assert city.served[1].lines[0] == f"10{NBSP}% of those who live here cannot walk to any"
    assert city.served[3].title == "No core creative space can be walked to"
    assert city.served[3].lines[-1].startswith("under-served: ")


@pytest.mark.parametrize(
    ("walk", "kind"),
    [(5, "walk5"), (5.1, "walk15"), (30, "walk30"), (60, "walk60"), (61, "walkfar"), (None, "walkfar")],
)
def test_classes_end_at_their_minutes(made, settings, walk, kind):
    cells = made["accessibility"].assign(minutes_walk=walk, unreachable_walk=0.0).astype({"minutes_walk": float})
    drawn = hexagons.worth_drawing(cells)
    told = [hexagons.served(row, settings, hexagons.crowd_limits(drawn)) for row in words.rows(drawn)]
    assert {one.kind for one in told} == {kind}


def test_lines_of_the_under_served_lie_inside_their_own_hexagon(city):
    lines = shapely.get_parts(city.underserved)
    cells = [shape for cell, shape in zip(city.served, city.served_shapes, strict=True) if cell.underserved]
    assert len(lines) == len(cells) == 2
    for line, cell in zip(lines, cells, strict=True):
        assert cell.contains(line)
        assert Polygon(line).area == pytest.approx(shapes.INSET**2 * cell.area, rel=0.01)


def test_rapid_stations_stand_amid_their_entrances(city):
    assert [(s.name, s.other_names, s.services) for s in city.stations] == [
        ("First", "Ga <b>Một</b>", "1 service"),
        ("Unnamed station", "", "no service is mapped"),
    ]
    assert city.stations[0].lon == pytest.approx(made_up.WEST + 0.011)


# ---------------------------------------------------------------- co-location


def test_the_sentence_says_what_the_curve_says(settings):
    found = colocation.colocation(made_up.colocation(), settings.clusters)
    assert found.verdict == (
        "Creative spaces are found near old industry more often than chance would have it, within 400 to 2,000 m."
    )
    assert "Within 500 m along streets of an old industrial site stand 5.50 other creative spaces" in found.told
    assert "it would be 2.50, and in 95 of 100 such mixtures between 1.50 and 3.50" in found.told
    assert found.counts == (
        "Counted: industrial sites that still stand (evidence medium or high): 30; creative spaces: 38. 2 more spaces "
        "are old industry themselves and count as that. p = 0.005 for the curve as a whole, against 199 random "
        "mixtures."
    )


def test_a_curve_within_chance_claims_nothing(settings):
    found = colocation.colocation(made_up.colocation(p_value=0.4), settings.clusters)
    assert (
        found.verdict
        == "Creative spaces are found near old industry no more and no less often than chance would have it."
    )


def test_a_curve_below_chance_says_less_often(settings):
    curve = made_up.colocation().assign(k_observed=0.0)
    curve = curve[curve["distance_m"] > 200]
    found = colocation.colocation(curve, settings.clusters)
    assert found.verdict.endswith("less often than chance would have it, at every distance up to 2,000 m.")


def test_runs_of_distances_are_written_as_runs():
    assert colocation.spans([(100.0, 200.0), (400.0, 1900.0)]) == "100 to 200 m and 400 to 1,900 m"
    assert colocation.spans([(100.0, 100.0)]) == "100 m"


def test_the_drawing_is_to_scale(settings):
    curve = made_up.colocation()
    chart = colocation.colocation(curve, settings.clusters).chart
    assert chart.observed[0] == (chart.left, chart.bottom)
    assert chart.observed[-1][0] == pytest.approx(chart.right)
    # heights above the axis are in the proportion of the values
    high = {metres: chart.bottom - y for metres, (_, y) in zip([0, *curve["distance_m"]], chart.observed, strict=True)}
    assert high[2000] / high[1000] == pytest.approx(13 / 8, rel=0.01)
    for position, label in chart.x_ticks:
        assert position == pytest.approx(chart.left + float(label) / 2000 * (chart.right - chart.left), abs=0.1)
    assert len(chart.envelope) == 2 * len(chart.observed)
    assert all(chart.top <= y <= chart.bottom for _, y in (*chart.observed, *chart.envelope))


@pytest.mark.parametrize(
    ("most", "ticks"),
    [(20, [0, 5, 10, 15, 20]), (0.9, [0, 0.25, 0.5, 0.75]), (2000, [0, 500, 1000, 1500, 2000]), (0, [0])],
)
def test_ticks_are_round(most, ticks):
    assert colocation.ticks(most) == pytest.approx(ticks)


def test_a_curve_of_nothing_can_be_drawn(settings):
    curve = made_up.colocation().assign(k_observed=0.0, k_expected=0.0, k_low=0.0, k_high=0.0, p_value=1.0)
    chart = colocation.colocation(curve, settings.clusters).chart
    assert {y for _, y in chart.observed} == {chart.bottom}


# ---------------------------------------------------------------- figures and method


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("residents", "People"),
        ("residents_thin", "How completely it is mapped"),
        ("candidates_out_of_reach", "Industrial heritage"),
        ("connectivity_thinned", "The creative network"),
        ("colocation_p", "Clusters and co-location"),
        ("spaces_per_100k", "Creative spaces"),
        ("streets_walk", "Streets and modes"),
        ("registry_recall_creative_books", "How completely it is mapped"),
        ("never_heard_of", "Other figures"),
    ],
)
def test_figures_stand_under_their_headings(key, title):
    assert figures.group_of(key) == title


def test_one_thing_has_no_plural():
    rows = pd.DataFrame({"indicator": ["clusters"], "label": ["clusters"], "value": [1.0], "unit": ["clusters"]})
    (figure,) = figures.figures(rows.assign(source=""))
    assert (figure.value, figure.unit) == ("1", "cluster")


def test_no_figure_is_lost_in_grouping():
    rows = pd.DataFrame(
        {
            "indicator": ["never_heard_of", "residents", "notice_x", "components"],
            "label": ["new", "residents", "notice", "parts"],
            "value": [1.0, 2.0, None, 3.0],
            "unit": [""] * 4,
            "source": [""] * 4,
        }
    )
    groups = figures.grouped(figures.figures(rows))
    assert [group.title for group in groups] == ["People", "The creative network", "Other figures"]
    assert [figure.key for group in groups for figure in group.figures] == ["residents", "components", "never_heard_of"]


def test_speeds_are_those_of_the_config_with_their_keys(city):
    import yaml

    table = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))["travel"]["speeds_kmh"]["VN"]
    walk, ride = city.speeds
    assert (walk.mode, walk.capped, ride.mode, ride.capped) == ("on foot", False, "by motorbike", True)
    assert (walk.title, ride.title, ride.key) == ("Speeds on foot", "Speeds by motorbike", "motorbike")
    assert {row.key: float(row.kmh) for row in ride.rows} == {
        f"travel.speeds_kmh.VN.motorbike.{road}": speed for road, speed in table["motorbike"].items()
    }
    assert [row.road for row in walk.rows] == ["Ferry without a tagged duration", "Stairs", "Every other street"]


def test_thresholds_are_told_for_the_modes_that_the_table_has(city):
    assert city.thresholds == (
        ("5, 10 and 15 min on foot", "reach.thresholds.walk"),
        ("15 and 30 min by motorbike", "reach.thresholds.motorbike"),
        ("15 and 30 min by car", "reach.thresholds.car"),
        ("15, 30 and 45 min by public transport", "reach.thresholds.transit"),
    )
    assert city.scored_within == "15 min on foot and 30 min by motorbike"


def test_public_transport_says_where_stops_and_headways_come_from(city):
    assert city.public_transport.startswith(
        "Public transport: 2 services, each direction counted: subway (1) and bus (1). Stops come from: "
        "OpenStreetMap (2); the minutes between departures from: assumptions (1) and OpenStreetMap's interval tags (1)."
    )
    assert [row.kind for row in city.transit_rows] == ["Bus", "Subway"]


def test_clusters_are_told_by_the_method_of_the_run(settings):
    told = method.clusters_words(settings.clusters)
    assert "within 300 m of each other along streets (DBSCAN)" in told
    hdbscan = settings.clusters.model_copy(update={"method": "hdbscan"})
    assert "no gap wider than 1,000 m (HDBSCAN)" in method.clusters_words(hdbscan)


def test_without_services_no_assumption_is_told(settings):
    assert method.public_transport(tables.empty(TABLES["services"])).startswith("No service")
    assert method.transit_rows(settings.transit, tables.empty(TABLES["services"])) == ()
