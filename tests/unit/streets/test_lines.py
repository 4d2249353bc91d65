"""Lines of OSM's route relations: directions, missing stops, headways."""

import math
from types import ModuleType
from typing import Any

import pytest

from creative_nodes.streets.lines import lines_of_routes, parse_interval
from creative_nodes.streets.routes import Route, Routes, Stop


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10", 10),
        ("7.5", None),
        ("00:15", 15),
        ("1:30", 90),
        ("01:00:00", 60),
        ("00:05-00:15", 10),
        ("10-20", 15),
        ("10 - 15", 12.5),
        ("8 min", 8),
        ("", None),
        ("0", None),
        ("00:00", None),
        ("often", None),
        ("00:75", None),
        ("2000", None),
    ],
)
def test_interval(text: str, expected: float | None) -> None:
    found = parse_interval(text)
    assert math.isnan(found) if expected is None else found == expected


class Town:
    """Stops on a line along x, by name; a stop with no position is missing."""

    def __init__(self, towns: ModuleType) -> None:
        self.towns = towns
        self.routes: list[Route] = []

    def stop(self, number: int, x: float | None, y: float = 0.0, **more: Any) -> Stop:
        if x is None:
            return Stop(f"node/{number}", {}, math.nan, math.nan, **more)
        point = self.towns.to_degrees(self.towns.at(x, y))
        return Stop(f"node/{number}", {"name": f"S{number}"}, point.x, point.y, **more)

    def route(self, stops: list[Stop], kind: Any = "bus", **tags: str) -> None:
        self.routes.append(Route(f"relation/{len(self.routes) + 1}", kind, {"ref": "1", **tags}, tuple(stops)))

    def read(self, **changes: Any) -> Any:
        transit = self.towns.config().transit.model_copy(update=changes)
        return lines_of_routes(Routes(self.routes, {"node/1": "relation/77"}, 0), transit, epsg=self.towns.EPSG)


@pytest.fixture
def town(towns: ModuleType) -> Town:
    return Town(towns)


def calls(line: Any) -> list[str]:
    return [call.halt.removeprefix("node/") for call in line.calls]


def keys(lines: Any) -> set[str]:
    return {note.key for note in lines.notes}


def test_two_relations_are_the_two_directions(town: Town) -> None:
    town.route([town.stop(k, 500 * k) for k in (1, 2, 3)])
    # across the street, under other ids
    town.route([town.stop(10 + k, 500 * k, 30) for k in (3, 2, 1)])
    read = town.read()
    assert [(line.service_id, calls(line), line.reverse) for line in read.lines] == [
        ("relation/1", ["1", "2", "3"], False),
        ("relation/2", ["13", "12", "11"], False),
    ]
    assert "reversed" not in keys(read)
    assert read.halts["node/1"].group == "relation/77"
    assert read.halts["node/2"].group == ""


def test_a_direction_that_is_not_mapped_is_made_and_told(town: Town) -> None:
    town.route([town.stop(1, 0, only="entry"), town.stop(2, 500), town.stop(3, 1000, only="exit")])
    there, back = town.read().lines
    assert (back.service_id, calls(back), back.reverse, back.osm_id) == (
        "relation/1/back",
        ["3", "2", "1"],
        True,
        "relation/1",
    )
    assert [(c.boards, c.alights) for c in there.calls] == [(True, False), (True, True), (False, True)]
    # where one only gets off on the way there one only gets on on the way back
    assert [(c.boards, c.alights) for c in back.calls] == [(True, False), (True, True), (False, True)]
    assert "reversed" in keys(town.read())


def test_a_second_relation_the_same_way_or_of_another_line_is_not_the_way_back(town: Town) -> None:
    town.route([town.stop(k, 500 * k) for k in (1, 2, 3)])
    town.route([town.stop(k, 500 * k) for k in (1, 3)])
    town.route([town.stop(k, 500 * k) for k in (3, 1)], ref="2")
    town.route([town.stop(k, 500 * k) for k in (3, 1)], "subway")
    town.route([town.stop(20 + k, 500 * k, 9000) for k in (3, 2, 1)])  # same number, elsewhere
    assert sum(line.reverse for line in town.read().lines) == 5


@pytest.mark.parametrize("loop", ["roundtrip", "closed"])
def test_a_loop_has_no_way_back(town: Town, loop: str) -> None:
    stops = [town.stop(1, 0), town.stop(2, 500), town.stop(3, 500, 500), town.stop(4, 0, 500)]
    if loop == "roundtrip":
        town.route(stops, roundtrip="yes")
    else:
        town.route([*stops, stops[0]])
    assert [line.reverse for line in town.read().lines] == [False]


def test_one_relation_that_names_both_directions(town: Town) -> None:
    town.route(
        [
            town.stop(1, 0),
            town.stop(2, 500, towards="forward"),
            town.stop(3, 520, towards="backward"),
            town.stop(4, 1000),
        ]
    )
    there, back = town.read().lines
    assert (calls(there), calls(back)) == (["1", "2", "4"], ["4", "3", "1"])
    assert not back.reverse


def test_missing_stops_are_passed_or_cut_the_line(town: Town) -> None:
    x = [0, 500, None, None, 2000, 2500, None, None, None, 4500, 5000, None, None, None, 7000]
    town.route([town.stop(k, at) for k, at in enumerate(x, start=1)], roundtrip="yes")
    read = town.read(max_missing_stops=2)
    # the last stop is alone behind a gap, and no line
    assert [(line.service_id, calls(line)) for line in read.lines] == [
        ("relation/1/1", ["1", "2", "5", "6"]),
        ("relation/1/2", ["10", "11"]),
    ]
    assert {"missing_stops", "cut"} <= keys(read)
    (whole,) = town.read(max_missing_stops=3).lines
    assert (whole.service_id, calls(whole)) == ("relation/1", ["1", "2", "5", "6", "10", "11", "15"])
    assert "8 of 15 stops" in next(str(note.text) for note in read.notes if note.key == "missing_stops")


def test_headways_and_what_is_left_out(town: Town) -> None:
    ends = [town.stop(1, 0), town.stop(2, 500)]
    town.route(ends, roundtrip="yes", interval="00:05-00:15")
    town.route(ends, roundtrip="yes", interval="often")
    town.route(ends, "subway", roundtrip="yes")
    town.route(ends, "train", roundtrip="yes")
    town.route([], "subway")
    town.route([town.stop(1, 0), town.stop(3, None)])
    read = town.read()
    config = town.towns.config().transit.headway_minutes
    assert [(line.headway_min, line.headway_source) for line in read.lines] == [
        (10, "OSM interval"),
        (config["bus"], "config"),
        (config["subway"], "config"),
    ]
    assert {"odd_intervals", "kinds_left_out", "without_stops", "few_stops"} <= keys(read)
    # what nobody rides is told where everybody reads it
    assert {note.key for note in read.notes if note.notice} == {"without_stops", "kinds_left_out"}
    assert set(read.halts) == {"node/1", "node/2"}
