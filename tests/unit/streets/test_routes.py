import math

import osmium
import pytest
import shapely

from creative_nodes.common.errors import InputError
from creative_nodes.pull.clip import clip
from creative_nodes.pull.osm_file import node_positions
from creative_nodes.pull.overpass import write_elements
from creative_nodes.streets.routes import read_routes

SUBWAY = {"type": "route", "route": "subway", "ref": "2"}
BUS = {"type": "route", "route": "bus", "ref": "18"}
NODES = {number: (3 + number / 1000, 0.01) for number in range(1, 10)}


def ids(route):
    return [stop.osm_id for stop in route.stops]


def test_stops_come_in_the_order_of_the_members_and_missing_ones_keep_their_place(write_osm):
    members = [("n", 3, "stop"), ("w", 70, ""), ("n", 99, "stop"), ("n", 1, "stop"), ("n", 2, "stop_exit_only")]
    (route,) = read_routes(write_osm(NODES, {70: [1, 2]}, {5: (SUBWAY, members)})).routes
    assert (route.osm_id, route.kind, route.tags["ref"]) == ("relation/5", "subway", "2")
    assert ids(route) == ["node/3", "node/99", "node/1", "node/2"]
    assert [stop.located for stop in route.stops] == [True, False, True, True]
    assert (route.stops[0].lon, route.stops[0].lat) == pytest.approx((3.003, 0.01))
    assert math.isnan(route.stops[1].lat)
    assert [stop.only for stop in route.stops] == ["", "", "", "exit"]


@pytest.mark.parametrize(
    ("role", "only", "towards"),
    [
        ("stop", "", ""),
        ("stop_entry_only", "entry", ""),
        ("stop_exit_only", "exit", ""),
        ("forward:stop", "", "forward"),
        ("backward_stop", "", "backward"),
        ("stop:12", "", ""),
        ("forward:stop:3", "", "forward"),
    ],
)
def test_roles_of_stops(write_osm, role, only, towards):
    (route,) = read_routes(write_osm(NODES, {}, {5: (BUS, [("n", 1, role)])})).routes
    assert [(stop.osm_id, stop.only, stop.towards) for stop in route.stops] == [("node/1", only, towards)]


def test_what_is_no_stop_is_none(write_osm):
    members = [("n", 1, "entrance"), ("n", 2, ""), ("w", 70, "forward"), ("w", 71, ""), ("r", 9, "")]
    (route,) = read_routes(write_osm(NODES, {70: [1, 2], 71: [2, 3]}, {5: (BUS, members)})).routes
    assert route.stops == ()


def test_a_node_without_a_role_is_known_by_its_tags(write_osm):
    tagged = {1: {"highway": "bus_stop", "name": "A"}, 2: {"highway": "traffic_signals"}, 3: {"highway": "bus_stop"}}
    members = [("n", 1, ""), ("n", 2, ""), ("n", 3, "bus top")]
    (route,) = read_routes(write_osm(NODES, {}, {5: (BUS, members)}, tagged=tagged)).routes
    assert [(stop.osm_id, stop.tags.get("name")) for stop in route.stops] == [("node/1", "A"), ("node/3", None)]


def test_of_stops_mapped_twice_the_ones_on_the_track_count_unless_fewer_are_there(write_osm):
    both = [("n", 1, "stop"), ("n", 4, "platform"), ("n", 2, "stop"), ("n", 5, "platform"), ("n", 3, "stop")]
    fewer = [("n", 1, "stop"), ("n", 4, "platform"), ("n", 98, "stop"), ("n", 5, "platform")]
    one, other = read_routes(write_osm(NODES, {}, {5: (SUBWAY, both), 6: (SUBWAY, fewer)})).routes
    assert ids(one) == ["node/1", "node/2", "node/3"]
    assert ids(other) == ["node/4", "node/5"]


def test_a_platform_mapped_as_a_way_stands_in_its_middle(write_osm):
    nodes = {1: (3.0, 0.0), 2: (3.002, 0.0), 3: (3.002, 0.001), 4: (3.0, 0.001)}
    ways = {70: [1, 2, 3, 4, 1], 71: [1, 2], 72: [97, 98]}
    members = [("w", 70, "platform"), ("w", 71, "platform_entry_only"), ("w", 72, "platform"), ("w", 73, "platform")]
    (route,) = read_routes(write_osm(nodes, ways, {5: (BUS, members)})).routes
    assert [(stop.lon, stop.lat) for stop in route.stops[:2]] == [
        pytest.approx((3.001, 0.0005)),
        pytest.approx((3.001, 0)),
    ]
    assert [stop.located for stop in route.stops] == [True, True, False, False]


def test_kinds_stop_areas_and_what_does_not_run(write_osm):
    relations = {
        8: ({**BUS, "route": "trolleybus"}, [("n", 1, "stop")]),
        5: ({**BUS, "route": "light_rail"}, [("n", 1, "stop")]),
        6: ({**BUS, "route": "hiking"}, [("n", 1, "stop")]),
        7: ({**SUBWAY, "state": "proposed"}, [("n", 1, "stop")]),
        9: ({**SUBWAY, "type": "route_master"}, [("r", 5, "")]),
        10: (
            {"type": "public_transport", "public_transport": "stop_area"},
            [("n", 1, "stop"), ("n", 2, ""), ("w", 3, "")],
        ),
    }
    found = read_routes(write_osm(NODES, {}, relations))
    assert [(route.osm_id, route.kind) for route in found.routes] == [
        ("relation/5", "light_rail"),
        ("relation/8", "bus"),
    ]
    assert found.area_of == dict.fromkeys(("node/1", "node/2", "way/3"), "relation/10")
    assert found.not_running == 1
    assert [route.kind for route in found.without(["bus"]).routes] == ["light_rail"]


def test_a_broken_file_is_named(tmp_path):
    path = tmp_path / "town.osm.pbf"
    path.write_bytes(b"no pbf")
    with pytest.raises(InputError, match=r"town\.osm\.pbf"):
        read_routes(path)


def test_a_clip_keeps_the_routes_through_the_area_with_all_their_members(write_osm, tmp_path):
    members = [("n", 1, "stop"), ("n", 5, "stop"), ("n", 9, "stop")]
    relations = {
        5: (SUBWAY, members),
        6: (SUBWAY, [("n", 8, "stop"), ("n", 9, "stop")]),
        7: ({"type": "public_transport", "public_transport": "stop_area"}, [("n", 5, "stop"), ("n", 9, "")]),
    }
    source, target = write_osm(NODES, {70: [4, 5]}, relations), tmp_path / "cut.osm.pbf"
    with node_positions(source, scratch=tmp_path) as positions:
        clip(positions, shapely.box(3.0035, 0, 3.0065, 1), target)
    found = read_routes(target)
    assert [route.osm_id for route in found.routes] == ["relation/5"]
    assert [(stop.osm_id, stop.located) for stop in found.routes[0].stops] == [
        ("node/1", False),
        ("node/5", True),
        ("node/9", False),
    ]
    assert found.area_of == {"node/5": "relation/7", "node/9": "relation/7"}


def test_routes_of_an_overpass_answer(tmp_path):
    stop = {"public_transport": "stop_position", "name": "A"}
    elements = [
        {
            "type": "relation",
            "id": 5,
            "tags": SUBWAY,
            "members": [{"type": "node", "ref": n, "role": "stop"} for n in (1, 2)],
        },
        {"type": "node", "id": 1, "lat": 0.01, "lon": 3.0, "tags": stop},
    ]
    path = tmp_path / "answer.osm.pbf"
    write_elements(elements, path)
    assert sum(1 for _ in osmium.FileProcessor(path)) == 2
    (route,) = read_routes(path).routes
    assert [(one.osm_id, one.located, one.tags) for one in route.stops] == [
        ("node/1", True, stop),
        ("node/2", False, {}),
    ]
