"""What tags say of a street, against OSMnx's filters and the OSM wiki."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from creative_nodes.pull.access import allows, direction, duration_minutes, maxspeed_kmh, telling_keys
from creative_nodes.settings import load_config

ROOT = Path(__file__).resolve().parents[3]
HIGHWAYS = (
    *("motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "tertiary"),
    *("unclassified", "residential", "living_street", "service", "road", "pedestrian", "footway", "path", "steps"),
    *("cycleway", "bridleway", "track", "bus_guideway", "busway", "corridor", "elevator", "escalator", "raceway"),
    *("rest_area", "services", "platform", "construction", "proposed", "abandoned", "razed", "planned", "no"),
)
OSMNX = {"walk": "walk", "bike": "bike", "car": "drive_service"}
# where the project leaves OSMnx on purpose, and why
DEPARTURES = {
    # inside buildings: no street. A busway is for buses alone (OSM wiki), as its older name bus_guideway is
    "walk": {"corridor", "elevator", "escalator", "busway"},
    "bike": {"busway"},
    "car": {"busway"},
}


@pytest.fixture(scope="module")
def modes():
    return load_config(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))).travel.modes


def osmnx_takes(tags, network_type):
    """Apply OSMnx's own Overpass filter to the tags of a way."""
    from osmnx import _overpass

    conditions = re.findall(r'\["([^"]+)"(?:(!~)"([^"]*)")?\]', _overpass._get_network_filter(network_type))
    assert len(conditions) > 4
    for key, sign, pattern in conditions:
        if not sign and key not in tags:
            return False
        if sign and key in tags and re.search(pattern, tags[key]):
            return False
    return True


@pytest.mark.parametrize("highway", HIGHWAYS)
@pytest.mark.parametrize("mode", sorted(OSMNX))
def test_a_way_without_access_tags_is_open_as_in_osmnx(modes, mode, highway):
    expected = osmnx_takes({"highway": highway}, OSMNX[mode]) and highway not in DEPARTURES[mode]
    assert allows({"highway": highway}, modes[mode]) == expected


@pytest.mark.parametrize("service", ["alley", "driveway", "emergency_access", "parking", "parking_aisle", "private"])
@pytest.mark.parametrize("mode", sorted(OSMNX))
def test_a_service_way_is_open_as_in_osmnx(modes, mode, service):
    tags = {"highway": "service", "service": service}
    # an alley is too narrow for cars: OSMnx says so in its filter "drive"
    expected = osmnx_takes(tags, OSMNX[mode]) and (mode, service) != ("car", "alley")
    assert allows(tags, modes[mode]) == expected


@pytest.mark.parametrize("key", ["sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right"])
def test_a_street_whose_pavements_are_mapped_apart_stays_open(modes, key):
    """A departure from OSMnx: extracts without footways (Shanghai) would lose the street and have nothing instead."""
    tags = {"highway": "primary", key: "separate"}
    assert not osmnx_takes(tags, "walk")
    assert all(allows(tags, rules) for rules in modes.values())


@pytest.mark.parametrize(
    ("tags", "closed"),
    [
        ({"access": "private"}, {"walk", "bike", "motorbike", "car"}),
        ({"access": "no"}, {"walk", "bike", "motorbike", "car"}),
        ({"access": "no", "foot": "yes"}, {"bike", "motorbike", "car"}),
        ({"access": "private", "foot": "designated", "bicycle": "yes"}, {"motorbike", "car"}),
        ({"access": "yes"}, set()),
        ({"access": "permissive"}, set()),
        ({"access": "destination"}, set()),
        ({"foot": "no"}, {"walk"}),
        ({"foot": "private"}, {"walk"}),
        ({"foot": "use_sidepath"}, {"walk"}),
        ({"bicycle": "no"}, {"bike"}),
        ({"motorcycle": "no"}, {"motorbike"}),
        ({"motorcar": "no"}, {"car"}),
        ({"motor_vehicle": "no"}, {"motorbike", "car"}),
        ({"motor_vehicle": "no", "motorcycle": "yes"}, {"car"}),
        ({"vehicle": "no"}, {"bike", "motorbike", "car"}),
        ({"vehicle": "no", "bicycle": "yes"}, {"motorbike", "car"}),
        ({"vehicle": "private", "motor_vehicle": "yes"}, {"bike"}),
        ({"service": "private"}, {"walk", "bike", "motorbike", "car"}),
        ({"service": "private", "foot": "yes"}, {"bike", "motorbike", "car"}),
        ({"service": "parking_aisle"}, {"motorbike", "car"}),
        ({"service": "alley"}, {"car"}),
    ],
)
def test_the_most_specific_access_tag_decides(modes, tags, closed):
    way = {"highway": "residential", **tags}
    assert {mode for mode, rules in modes.items() if not allows(way, rules)} == closed


@pytest.mark.parametrize(
    ("highway", "tags", "open_to"),
    [
        ("footway", {}, {"walk"}),
        ("footway", {"bicycle": "yes"}, {"walk", "bike"}),
        ("footway", {"access": "yes"}, {"walk"}),
        ("footway", {"motorcycle": "yes"}, {"walk", "motorbike"}),
        ("steps", {}, {"walk"}),
        ("steps", {"foot": "no"}, set()),
        ("path", {}, {"walk", "bike"}),
        ("pedestrian", {}, {"walk", "bike"}),
        ("pedestrian", {"motor_vehicle": "destination"}, {"walk", "bike", "motorbike", "car"}),
        ("track", {}, {"walk", "bike", "motorbike"}),
        ("motorway", {}, {"car"}),
        ("motorway_link", {}, {"car"}),
        ("motorway", {"motorcycle": "designated"}, {"car", "motorbike"}),
        ("residential", {}, {"walk", "bike", "motorbike", "car"}),
        ("living_street", {}, {"walk", "bike", "motorbike", "car"}),
        ("construction", {}, set()),
        ("proposed", {}, set()),
    ],
)
def test_who_may_use_a_class(modes, highway, tags, open_to):
    assert {mode for mode, rules in modes.items() if allows({"highway": highway, **tags}, rules)} == open_to


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, 0),
        ({"oneway": "yes"}, 1),
        ({"oneway": "1"}, 1),
        ({"oneway": "true"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "reverse"}, -1),
        ({"oneway": "no"}, 0),
        ({"oneway": "reversible"}, 0),
        ({"oneway": "alternating"}, 0),
        ({"junction": "roundabout"}, 1),
        ({"junction": "circular"}, 1),
        ({"junction": "roundabout", "oneway": "-1"}, -1),
        ({"junction": "roundabout", "oneway": "no"}, 0),
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway", "oneway": "no"}, 0),
        ({"highway": "motorway_link"}, 0),
    ],
)
def test_direction(modes, tags, expected):
    tags = {"highway": "residential", **tags}
    assert [direction(tags, modes[mode]) for mode in ("bike", "motorbike", "car")] == [expected] * 3
    assert direction(tags, modes["walk"]) == 0


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"oneway": "yes", "oneway:bicycle": "no"}, {"bike": 0, "motorbike": 1, "car": 1}),
        ({"oneway": "-1", "oneway:bicycle": "no"}, {"bike": 0, "motorbike": -1, "car": -1}),
        ({"oneway": "yes", "oneway:motorcycle": "no"}, {"bike": 1, "motorbike": 0, "car": 1}),
        ({"oneway:bicycle": "yes"}, {"bike": 1, "motorbike": 0, "car": 0}),
        ({"oneway": "yes", "cycleway": "opposite_lane"}, {"bike": 0, "motorbike": 1, "car": 1}),
        ({"oneway": "yes", "cycleway:left": "opposite_track"}, {"bike": 0, "motorbike": 1, "car": 1}),
        ({"oneway": "yes", "cycleway": "lane"}, {"bike": 1, "motorbike": 1, "car": 1}),
        ({"oneway": "yes", "cycleway": "opposite", "oneway:bicycle": "yes"}, {"bike": 1, "motorbike": 1, "car": 1}),
    ],
)
def test_a_mode_may_have_its_own_direction(modes, tags, expected):
    tags = {"highway": "residential", **tags}
    assert {mode: direction(tags, modes[mode]) for mode in expected} == expected


@pytest.mark.parametrize(
    ("tags", "open_to"),
    [
        ({}, {"walk", "bike", "motorbike"}),  # a car needs a tag that lets it on board
        ({"motorcar": "yes"}, {"walk", "bike", "motorbike", "car"}),
        ({"motor_vehicle": "no"}, {"walk", "bike"}),
        ({"foot": "yes", "motorcar": "no", "motorcycle": "no", "bicycle": "no"}, {"walk"}),
    ],
)
def test_who_may_board_a_ferry(modes, tags, open_to):
    tags = {"route": "ferry", "highway": "ferry", **tags}
    assert {mode for mode, rules in modes.items() if allows(tags, rules)} == open_to


@pytest.mark.parametrize(
    ("text", "minutes"), [("20", 20), ("0:20", 20), ("00:20", 20), ("1:30", 90), ("PT20M", 20), ("PT1H30M", 90)]
)
def test_duration_in_minutes(text, minutes):
    assert duration_minutes({"duration": text}) == minutes


@pytest.mark.parametrize("tags", [{}, *({"duration": text} for text in ("", "0", "soon", "PT", "1:2:3", "1.5 h"))])
def test_no_duration(tags):
    assert math.isnan(duration_minutes(tags))


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50),
        (" 50 ", 50),
        ("50 km/h", 50),
        ("30 mph", 48.28032),
        ("30mph", 48.28032),
        ("30 MPH", 48.28032),
        ("7.5", 7.5),
    ],
)
def test_signed_limit_in_kmh(text, kmh):
    assert maxspeed_kmh({"maxspeed": text}) == pytest.approx(kmh)


@pytest.mark.parametrize("tags", [{}, *({"maxspeed": t} for t in ("none", "signals", "walk", "VN:urban", "", "0"))])
def test_no_signed_limit(tags):
    assert math.isnan(maxspeed_kmh(tags))


@pytest.mark.parametrize(
    ("tags", "walk", "bike", "motorbike", "car"),
    [
        ({"highway": "trunk", "motorroad": "yes"}, False, False, True, True),
        ({"highway": "trunk", "motorroad": "yes", "foot": "yes"}, True, False, True, True),
        ({"highway": "trunk", "motorroad": "no"}, True, True, True, True),
        ({"highway": "busway"}, False, False, False, False),
        ({"highway": "busway", "bicycle": "yes"}, False, True, False, False),
        ({"highway": "residential", "access": "military"}, False, False, False, False),
        ({"highway": "residential", "access": "permit"}, False, False, False, False),
        ({"highway": "residential", "access": "customers"}, True, True, True, True),
        ({"highway": "residential", "access": "no;destination"}, True, True, True, True),
        ({"highway": "residential", "foot": "no;yes"}, True, True, True, True),
        ({"highway": "residential", "motor_vehicle": "agricultural;forestry"}, True, True, False, False),
        ({"highway": "residential", "motor_vehicle": "delivery"}, True, True, False, False),
        ({"highway": "residential", "bicycle": "dismount"}, True, False, True, True),
        ({"highway": "residential", "vehicle": "no"}, True, False, False, False),
        # beside a footway of its own one may walk all the same: few of these are mapped
        ({"highway": "residential", "sidewalk": "separate"}, True, True, True, True),
    ],
)
def test_access_tags_of_the_wiki(modes, tags, walk, bike, motorbike, car):
    found = tuple(allows(tags, modes[mode]) for mode in ("walk", "bike", "motorbike", "car"))
    assert found == (walk, bike, motorbike, car)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *(("20", 20), ("7.5", 7.5), ("0:20", 20), ("00:20", 20), ("1:30", 90), ("01:30:00", 90), ("0:05:30", 5.5)),
        *(("36:00", 2160), ("PT20M", 20), ("PT1H30M", 90), ("PT90M", 90), ("PT1.5H", 90), ("P1DT2H", 1560)),
        *(("PT30S", 0.5), ("pt20m", 20), ("P1D", 1440), ("P1W", 10080), ("20 min", 20), ("20min", 20)),
        *(("1 h 30 min", 90), ("1h30m", 90), ("2 hours", 120), ("1 hour, 5 minutes", 65), ("90 minutes", 90)),
        *(("45 sec", 0.75), ("1 day", 1440), ("0:20;0:25", 20), (" 20 ", 20)),
    ],
)
def test_durations_of_ferries_in_every_form(text, minutes):
    assert duration_minutes({"duration": text}) == pytest.approx(minutes)


@pytest.mark.parametrize("text", ["", "0", "PT", "P", "about an hour", "soon", "1:2:3:4", "-5", "x20", ";", "h", "m"])
def test_what_is_no_duration_counts_as_none(text):
    assert math.isnan(duration_minutes({"duration": text}))


@pytest.mark.parametrize("seed", range(5))
def test_other_keys_than_the_telling_ones_tell_nothing(modes, seed):
    rng = np.random.default_rng(seed)
    keys = telling_keys(modes.values())
    values = [
        "yes",
        "no",
        "private",
        "designated",
        "opposite_lane",
        "-1",
        "roundabout",
        "footway",
        "motorway",
        "driveway",
    ]
    for _ in range(300):
        tags = {str(key): str(rng.choice(values)) for key in rng.choice([*keys, "name", "surface", "lit"], 4)}
        tags["highway"] = str(rng.choice(HIGHWAYS))
        bare = {key: value for key, value in tags.items() if key in keys}
        for mode in modes.values():
            assert allows(tags, mode) == allows(bare, mode)
            assert direction(tags, mode) == direction(bare, mode)


def test_rules_look_at_no_other_key(modes):
    class Watched(dict):
        def get(self, key, *default):
            looked.add(key)
            return super().get(key, *default)

        def __getitem__(self, key):
            looked.add(key)
            return super().__getitem__(key)

        def __contains__(self, key):
            looked.add(key)
            return super().__contains__(key)

    looked: set[str] = set()
    for highway in HIGHWAYS:
        for mode in modes.values():
            allows(Watched(highway=highway), mode)
            direction(Watched(highway=highway), mode)
    assert looked == set(telling_keys(modes.values()))
