"""Lines of a GTFS feed: date, window, headways, rides, and what a broken feed says."""

import csv
import datetime as dt
import math
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import shapely

from creative_nodes.common.errors import InputError
from creative_nodes.common.messages import NBSP
from creative_nodes.streets import feed_tables
from creative_nodes.streets.feed import feed_path
from creative_nodes.streets.gtfs import FeedLines, _medians, kind_of, read_gtfs
from creative_nodes.streets.settings import Gtfs

ALL_WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), 1)
DATE = dt.date(2018, 5, 16)  # a Wednesday
ALL_KINDS = ("subway", "light_rail", "monorail", "tram", "bus")


class Feed:
    """A feed of one bus route along x: stops A, B, C, D each 1 km; `write` puts it into a folder or a zip file."""

    def __init__(self, towns: ModuleType, folder: Path) -> None:
        self.towns, self.folder = towns, folder
        self.tables: dict[str, list[dict[str, Any]]] = {
            "agency": [{"agency_id": 1, "agency_name": "Town", "agency_url": "http://x.org", "agency_timezone": "UTC"}],
            "stops": [self.stop(name, 1000 * k) for k, name in enumerate("ABCD")],
            "routes": [{"route_id": "R", "route_short_name": "7", "route_long_name": "A to D", "route_type": 3}],
            "calendar": [{"service_id": "W", **ALL_WEEK, "start_date": "20180101", "end_date": "20181231"}],
            "trips": [],
            "stop_times": [],
        }

    def stop(self, name: str, x: float, y: float = 0.0, **more: Any) -> dict[str, Any]:
        at = self.towns.to_degrees(self.towns.at(x, y))
        return {"stop_id": name, "stop_name": f"Stop {name}", "stop_lat": at.y, "stop_lon": at.x, **more}

    def trip(
        self, name: str, times: str, *, stops: str = "ABCD", service: str = "W", route: str = "R", **more: Any
    ) -> None:
        """Add a trip; `times` of its stops, "arrival/departure" or one for both, "-" for none."""
        self.tables["trips"].append({"route_id": route, "service_id": service, "trip_id": name, **more})
        for number, (stop, time) in enumerate(zip(stops, times.split(), strict=True)):
            arrival, _, departure = time.partition("/")
            both = ["" if one == "-" else one for one in (arrival, departure or arrival)]
            row = {"trip_id": name, "stop_id": stop, "stop_sequence": 10 * number}
            self.tables["stop_times"].append({**row, "arrival_time": both[0], "departure_time": both[1]})

    def every(self, minutes: int, start: str, n: int, **more: Any) -> None:
        """Add n trips, 5 minutes from stop to stop."""
        first = int(start[:2]) * 60 + int(start[3:])
        for k in range(n):
            times = [first + k * minutes + 5 * stop for stop in range(4)]
            self.trip(f"{start}-{k}", " ".join(f"{t // 60:02d}:{t % 60:02d}:00" for t in times), **more)

    def write(self, *, zipped: bool = False) -> list[Path]:
        files = []
        for name, rows in self.tables.items():
            path = self.folder / f"{name}.txt"
            columns = list(dict.fromkeys(key for row in rows for key in row))
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows(rows)
            files.append(path)
        if not zipped:
            return sorted(files)
        target = self.folder / "feed.zip"
        with zipfile.ZipFile(target, "w") as archive:
            for path in files:
                archive.write(path, path.name)
        return [target]

    def read(
        self, *, zipped: bool = False, kinds: Any = ALL_KINDS, x: tuple[float, float] = (-500, 3500), **spec: Any
    ) -> FeedLines:
        gtfs = Gtfs.model_validate({"file": "feed.zip", "date": DATE, "source": "the town", **spec})
        area = self.towns.to_degrees(shapely.box(x[0], -500, x[1], 500))
        return read_gtfs(self.write(zipped=zipped), gtfs, kinds=kinds, area=area, read_area=area, epsg=self.towns.EPSG)


@pytest.fixture
def feed(towns: ModuleType, tmp_path: Path) -> Feed:
    return Feed(towns, tmp_path)


def keys(read: FeedLines) -> dict[str, str]:
    return {note.key: str(note.text).replace(NBSP, " ") for note in read.notes}


@pytest.mark.parametrize("zipped", [True, False])
def test_headway_is_the_window_over_the_departures_in_it(feed: Feed, zipped: bool) -> None:
    feed.every(15, "06:30", 13)  # 6:30 ... 9:30: eight of them from 7:00 to 8:45, and 9:00 is not in
    read = feed.read(zipped=zipped)
    (line,) = read.lines
    assert (line.headway_min, line.headway_source) == (120 / 8, "GTFS")
    assert (line.ref, line.name, line.kind, line.source) == ("7", "A to D", "bus", "the town")
    assert [call.halt for call in line.calls] == ["gtfs/A", "gtfs/B", "gtfs/C", "gtfs/D"]
    assert [call.minutes for call in line.calls] == [0, 5, 5, 5]
    assert read.halts["gtfs/B"].names["name"] == "Stop B"
    assert "departures: 8;" in keys(read)["gtfs"]
    assert "Wednesday, 16 May 2018, 07:00 to 09:00" in keys(read)["gtfs"]


def test_each_sequence_of_stops_and_each_direction_is_a_line(feed: Feed) -> None:
    feed.every(20, "07:00", 6, direction_id=0)
    feed.trip("short", "07:10:00 07:15:00", stops="AB", direction_id=0)
    feed.trip("back", "07:00:00 07:06:00 07:12:00 07:20:00", stops="DCBA", direction_id=1)
    feed.trip("late", "11:00:00 11:10:00", stops="AC", direction_id=0)  # no departure in the window
    read = feed.read()
    found = {"".join(call.halt[-1] for call in line.calls): line.headway_min for line in read.lines}
    assert found == {"ABCD": 20, "AB": 120, "DCBA": 120}
    assert len({line.service_id for line in read.lines}) == 3
    assert keys(read)["gtfs_once"].startswith("2 lines")


def test_a_ride_is_the_median_of_the_trips_in_the_window_and_stays_count_for_who_stays_on(feed: Feed) -> None:
    for k, slow in enumerate((4, 6, 30)):
        feed.trip(
            f"t{k}",
            f"07:{k:02d}:00 07:{k + slow:02d}:00/07:{k + slow + 2:02d}:00 07:{k + slow + 12:02d}:00",
            stops="ABC",
        )
    feed.trip("night", "03:00:00 03:50:00 03:55:00", stops="ABC")
    (line,) = feed.read().lines
    # A to B 4, 6, 30 minutes; two minutes' stay at B; B to C ten
    assert [call.minutes for call in line.calls] == [0, 6, 12]


def test_pickup_and_drop_off(feed: Feed) -> None:
    feed.trip("t", "07:00:00 07:05:00 07:10:00", stops="ABC")
    for row, (pickup, drop_off) in zip(feed.tables["stop_times"], (("", 1), (0, 1), (1, 0)), strict=True):
        row.update(pickup_type=pickup, drop_off_type=drop_off)
    (line,) = feed.read().lines
    assert [(call.boards, call.alights) for call in line.calls] == [(True, False), (True, False), (False, True)]


def test_missing_times_lie_between_by_distance(feed: Feed) -> None:
    feed.tables["stops"] = [feed.stop("A", 0), feed.stop("B", 200), feed.stop("C", 1000), feed.stop("D", 2000)]
    feed.trip("t", "07:00:00 - 07:10:00 07:20:00")
    read = feed.read()
    assert [call.minutes for call in read.lines[0].calls] == pytest.approx([0, 2, 8, 10], abs=0.02)
    assert keys(read)["gtfs_interpolated"].startswith("1 stop time ")


def test_trips_that_cannot_be_told_are_left_out_and_counted(feed: Feed) -> None:
    feed.every(30, "07:00", 4)
    feed.trip("no end", "07:00:00 07:05:00 07:10:00 -")
    feed.trip("backward", "07:00:00 07:20:00 07:10:00 07:30:00")
    read = feed.read()
    assert read.lines[0].headway_min == 30
    assert keys(read)["gtfs_untimed"].startswith("1 trip ")
    assert keys(read)["gtfs_backward"].startswith("1 trip ")


def test_frequencies_count_the_runs_they_stand_for(feed: Feed) -> None:
    # the template leaves A at 0:00; runs each 12 minutes from 6:00 to 8:00, and leave B five minutes later
    feed.trip("t", "00:00:00 00:05:00 00:10:00 00:15:00")
    feed.tables["frequencies"] = [
        {"trip_id": "t", "start_time": "06:00:00", "end_time": "08:00:00", "headway_secs": 720}
    ]
    (line,) = feed.read().lines
    assert line.headway_min == 120 / 5  # 7:00 7:12 7:24 7:36 7:48
    (line,) = feed.read(x=(500, 3500)).lines
    assert line.headway_min == 120 / 5  # at B 7:05 ... 7:53: the first stop inside counts
    assert [call.halt[-1] for call in line.calls] == ["B", "C", "D"]
    assert [call.minutes for call in line.calls] == [0, 5, 5]
    feed.tables["frequencies"][0]["headway_secs"] = 0
    with pytest.raises(InputError, match="headway_secs must be above 0"):
        feed.read()


def test_calendar_dates_add_and_take_away(feed: Feed) -> None:
    feed.every(30, "07:00", 4)
    feed.every(30, "07:10", 4, service="extra")
    feed.tables["calendar_dates"] = [{"service_id": "extra", "date": "20180516", "exception_type": 1}]
    assert feed.read().lines[0].headway_min == 15
    feed.tables["calendar_dates"].append({"service_id": "W", "date": "20180516", "exception_type": 2})
    assert feed.read().lines[0].headway_min == 30
    del feed.tables["calendar"]
    (feed.folder / "calendar.txt").unlink()
    assert feed.read().lines[0].headway_min == 30


def test_the_night_of_the_day_before_and_hours_past_24(feed: Feed) -> None:
    feed.trip("night", "24:30:00 24:35:00 24:40:00 24:45:00")
    feed.trip("early", "00:45:00 00:50:00 00:55:00 01:00:00")
    # 0:30 is the bus of the day before
    assert feed.read(window=("00:00", "01:00")).lines[0].headway_min == 30
    # the night after: 24:30 of the day itself
    assert feed.read(window=("23:00", "25:00")).lines[0].headway_min == 120
    # on the first day of the calendar nothing of the day before comes
    feed.tables["calendar"][0]["start_date"] = "20180516"
    assert feed.read(window=("00:00", "01:00")).lines[0].headway_min == 60


def test_stops_outside_are_ridden_past_in_their_own_time(feed: Feed) -> None:
    feed.tables["stops"].append(feed.stop("X", 1500, 9000))
    feed.trip("t", "07:00:00 07:05:00 07:30:00 07:50:00", stops="ABXC")
    read = feed.read()
    assert [call.halt[-1] for call in read.lines[0].calls] == ["A", "B", "C"]
    assert [call.minutes for call in read.lines[0].calls] == [0, 5, 45]
    assert set(read.halts) == {"gtfs/A", "gtfs/B", "gtfs/C"}


def test_parent_stations_and_their_entrances(feed: Feed) -> None:
    feed.tables["stops"] += [
        feed.stop("P", 10, location_type=1),
        feed.stop("E", 30, location_type=2, parent_station="P"),
        feed.stop("F", 40, location_type=2),
    ]
    feed.tables["stops"][0]["parent_station"] = "P"
    feed.tables["routes"][0]["route_type"] = 1
    feed.every(30, "07:00", 4)
    read = feed.read()
    assert (read.halts["gtfs/A"].group, read.halts["gtfs/A"].names["name"]) == ("gtfs/P", "Stop P")
    assert (read.halts["gtfs/B"].group, read.halts["gtfs/B"].names["name"]) == ("", "Stop B")
    assert [group for group, *_ in read.entrances] == ["gtfs/P"]
    assert read.kinds == {"subway"}


def test_coverage_is_the_share_of_the_study_area(feed: Feed) -> None:
    feed.tables["stops"] = [feed.stop("A", 0), feed.stop("B", 1000), feed.stop("C", 1000, 400), feed.stop("D", 0, 400)]
    feed.every(30, "07:00", 4)
    read = feed.read(x=(-500, 1500))
    assert read.coverage == pytest.approx(1000 * 400 / (2000 * 1000), rel=0.01)
    assert "20 % of the study area" in keys(read)["gtfs_coverage"]


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        *((0, "tram"), (1, "subway"), (2, "train"), (3, "bus"), (4, None), (6, None), (7, None), (11, "bus")),
        *(
            (12, "monorail"),
            (109, "train"),
            (401, "subway"),
            (405, "monorail"),
            (700, "bus"),
            (900, "tram"),
            (1000, None),
        ),
    ],
)
def test_kinds(number: int, kind: str | None) -> None:
    assert kind_of(number) == kind


def test_kinds_that_are_not_read_are_told(feed: Feed) -> None:
    feed.tables["routes"].append({"route_id": "boat", "route_type": 4})
    feed.every(30, "07:00", 4)
    feed.trip("boat", "07:00:00 07:10:00", stops="AB", route="boat")
    read = feed.read()
    assert len(read.lines) == 1
    assert "type 4" in keys(read)["gtfs_kinds_left_out"]


def test_a_folder_or_a_zip(tmp_path: Path) -> None:
    assert feed_path([tmp_path / "a.zip"]) == tmp_path / "a.zip"
    assert feed_path([tmp_path / "agency.txt", tmp_path / "stops.txt"]) == tmp_path


# ---------------------------------------------------------------- errors


def test_a_day_without_service_names_the_days_that_have_it(feed: Feed) -> None:
    feed.every(30, "07:00", 4)
    with pytest.raises(
        InputError, match=r"nothing runs on Thursday 2026-01-01; .* 365 days from 2018-01-01 to 2018-12-31"
    ):
        feed.read(date="2026-01-01")
    feed.tables["calendar"][0].update(wednesday=0)
    with pytest.raises(InputError, match=r"Wednesday 2018-05-16; .* nearest is 2018-05-15; set gtfs\.date"):
        feed.read()


def test_a_window_without_departures_names_the_first_and_the_last(feed: Feed) -> None:
    feed.every(30, "09:30", 18)
    with pytest.raises(InputError, match=r"07:00 to 09:00 .* at 09:30, the last at 18:00; set gtfs\.window"):
        feed.read()


def test_a_feed_of_elsewhere(feed: Feed) -> None:
    feed.every(30, "07:00", 4)
    with pytest.raises(InputError, match="none of its 4 stops lies in the study area"):
        feed.read(x=(90_000, 91_000))


@pytest.mark.parametrize("table", ["stops", "routes", "trips", "stop_times"])
def test_a_missing_table(feed: Feed, table: str) -> None:
    feed.every(30, "07:00", 4)
    del feed.tables[table]
    with pytest.raises(InputError, match=rf"{table}\.txt is missing"):
        feed.read()


def test_no_calendar_at_all(feed: Feed) -> None:
    feed.every(30, "07:00", 4)
    del feed.tables["calendar"]
    with pytest.raises(InputError, match=r"neither calendar\.txt nor calendar_dates\.txt"):
        feed.read()


def test_a_missing_column(feed: Feed) -> None:
    feed.every(30, "07:00", 4)
    for row in feed.tables["stops"]:
        del row["stop_lat"]
    with pytest.raises(InputError, match=r"stops\.txt lacks the column stop_lat"):
        feed.read()


def test_a_time_that_is_none(feed: Feed) -> None:
    feed.trip("t", "07:00:00 soon 07:10:00 07:15:00")
    with pytest.raises(InputError, match=r"stop_times\.txt, line \d+: \w+ is 'soon', not a time HH:MM:SS"):
        feed.read()


def test_not_a_zip_file(feed: Feed, towns: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "feed.zip"
    path.write_bytes(b"<html>not found</html>")
    gtfs = Gtfs.model_validate({"file": "feed.zip", "date": DATE, "source": "x"})
    area = towns.to_degrees(shapely.box(0, 0, 1, 1))
    with pytest.raises(InputError, match=r"^feed\.zip: not a readable GTFS feed"):
        read_gtfs([path], gtfs, kinds=ALL_KINDS, area=area, read_area=area, epsg=towns.EPSG)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"window": [600, 720]}, "in quotes"),
        ({"window": ["09:00", "07:00"]}, "from before to"),
        ({"window": ["07:00", "32:00"]}, "from before to"),
        ({"window": ["7", "9"]}, "not a time HH:MM"),
        ({"date": "2018-02-30"}, "date"),
        ({"source": ""}, "source"),
    ],
)
def test_wrong_settings(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Gtfs.model_validate({"file": "feed.zip", "date": "2018-05-16", "source": "x", **changes})


# ---------------------------------------------------------------- feeds of careless making


def rewrite(feed: Feed, change: Any, *, tables: tuple[str, ...] = ()) -> Path:
    """Zip the feed with its rows changed as text; `change` gets a table's name and lines."""
    with zipfile.ZipFile(feed.folder / "odd.zip", "w") as archive:
        for path in feed.write():
            lines = path.read_text(encoding="utf-8").splitlines()
            archive.writestr(path.name, "\n".join(change(path.stem, lines)) + "\n")
    return feed.folder / "odd.zip"


def read_file(feed: Feed, path: Path) -> FeedLines:
    gtfs = Gtfs.model_validate({"file": path.name, "date": DATE, "source": "the town"})
    area = feed.towns.to_degrees(shapely.box(-500, -500, 3500, 500))
    return read_gtfs([path], gtfs, kinds=ALL_KINDS, area=area, read_area=area, epsg=feed.towns.EPSG)


def told(found: FeedLines) -> list[tuple[Any, ...]]:
    return [(line.service_id, line.headway_min, [call.minutes for call in line.calls]) for line in found.lines]


CARELESS: dict[str, Any] = {
    "blanks after commas": lambda _, lines: [line.replace(",", ", ") for line in lines],
    "blanks around values": lambda _, lines: [" " + line.replace(",", " ,\t ") + " " for line in lines],
    "commas at row ends": lambda _, lines: [lines[0], *(line + "," for line in lines[1:])],
    "commas at all row ends": lambda _, lines: [line + ",," for line in lines],
    "empty lines": lambda _, lines: [one for line in lines for one in (line, "", ",,,")],
    "every row twice": lambda _, lines: [lines[0], *(line for line in lines[1:] for _ in range(2))],
    "a table joined to itself": lambda _, lines: [*lines, *lines[1:]],
    "a byte order mark": lambda _, lines: ["\ufeff" + lines[0], *lines[1:]],
    "Windows line ends": lambda _, lines: [line + "\r" for line in lines],
    "all in quotes": lambda _, lines: [",".join(f'"{value}"' for value in line.split(",")) for line in lines],
}


@pytest.mark.parametrize("name", CARELESS)
def test_a_careless_feed_is_read_as_the_careful_one(feed: Feed, name: str) -> None:
    feed.every(15, "07:00", 8)
    expected = told(feed.read())
    found = read_file(feed, rewrite(feed, CARELESS[name]))
    assert told(found) == expected and expected[0][1] == 15
    doubled = keys(found).get("gtfs_doubled", "")
    # 4 stops, 8 trips of 4 stop times, a route, an agency and a calendar
    assert doubled.startswith("47 rows") if "twice" in name or "joined" in name else not doubled


def test_a_route_without_a_type_is_left_out_and_counted(feed: Feed) -> None:
    feed.every(15, "07:00", 8)
    feed.tables["routes"].append({"route_id": "S", "route_type": ""})
    feed.every(15, "07:05", 8, route="S")
    found = feed.read()
    assert len(found.lines) == 1 and keys(found)["gtfs_untyped"].startswith("1 route ")
    feed.tables["routes"][0]["route_type"] = ""
    with pytest.raises(InputError, match=r"routes\.txt: no route has a route_type, R neither"):
        feed.read()


def test_stops_at_zero_degrees_are_left_out_and_counted(feed: Feed) -> None:
    feed.every(15, "07:00", 8)
    feed.tables["stops"][1] |= {"stop_lat": 0, "stop_lon": 0}
    feed.tables["stops"].append({"stop_id": "Z", "stop_name": "Z", "stop_lat": "", "stop_lon": ""})
    found = feed.read()
    assert keys(found)["gtfs_unplaced"].startswith("2 stops")
    assert [(call.halt, call.minutes) for call in found.lines[0].calls] == [
        ("gtfs/A", 0),
        ("gtfs/C", 10),
        ("gtfs/D", 5),
    ]


# ---------------------------------------------------------------- frequencies


def headways(feed: Feed, *rows: tuple[str, str, str, int], **more: Any) -> None:
    names = ("trip_id", "start_time", "end_time", "headway_secs")
    feed.tables["frequencies"] = [dict(zip(names, row, strict=True)) | more for row in rows]


def test_a_feed_whose_times_stand_in_frequencies_alone_is_read(feed: Feed) -> None:
    feed.trip("t", "- - - -")
    headways(feed, ("t", "06:00:00", "22:00:00", 600))
    read = feed.read()
    (line,) = read.lines
    assert line.headway_min == 10
    # distance and speed will tell the rides, as for routes of OSM
    assert [math.isnan(call.minutes) for call in line.calls] == [False, True, True, True]
    assert keys(read)["gtfs_estimated"].startswith("1 trip ")
    assert "gtfs_untimed" not in keys(read) and "gtfs_interpolated" not in keys(read)


def test_headways_and_some_of_the_times(feed: Feed) -> None:
    # how long it rides is told from B to D, and C lies between; nobody knows from A to B
    feed.trip("t", "- 00:10:00 - 00:20:00")
    headways(feed, ("t", "06:00:00", "22:00:00", 600))
    (line,) = feed.read().lines
    assert [call.minutes for call in line.calls] == pytest.approx([0, math.nan, 5, 5], abs=0.01, nan_ok=True)
    # without a headway nobody knows when such a trip departs
    feed.trip("u", "- 07:10:00 - 07:20:00")
    read = feed.read()
    assert len(read.lines) == 1 and keys(read)["gtfs_untimed"].startswith("1 trip ")
    del feed.tables["frequencies"]
    (feed.folder / "frequencies.txt").unlink()
    with pytest.raises(InputError, match=r"no time at the first or last stop for 2 trips.*frequencies\.txt"):
        feed.read()


def test_a_ride_that_some_trips_tell_is_theirs(feed: Feed) -> None:
    feed.trip("t", "- - - -")
    feed.trip("u", "00:00:00 00:04:00 00:08:00 00:12:00")
    headways(feed, ("t", "06:00:00", "22:00:00", 1200), ("u", "06:10:00", "22:00:00", 1200))
    (line,) = feed.read().lines
    assert (line.headway_min, [call.minutes for call in line.calls]) == (10, [0, 4, 4, 4])


def test_the_distance_along_the_way_goes_before_the_straight_line(feed: Feed) -> None:
    feed.trip("t", "07:00:00 - 07:10:00 07:20:00")
    for row, along in zip(feed.tables["stop_times"], (0, 900, 1000, 2000), strict=True):
        row["shape_dist_traveled"] = along
    assert [call.minutes for call in feed.read().lines[0].calls] == pytest.approx([0, 9, 1, 10])
    # one that runs backward tells nothing
    feed.tables["stop_times"][1]["shape_dist_traveled"] = 1100
    assert [call.minutes for call in feed.read().lines[0].calls] == pytest.approx([0, 5, 5, 10], abs=0.02)


@pytest.mark.parametrize("end", ["02:00:00", "26:00:00"])
def test_headways_past_midnight(feed: Feed, end: str) -> None:
    feed.trip("t", "00:00:00 00:05:00 00:10:00 00:15:00")
    headways(feed, ("t", "22:00:00", end, 1200))
    read = feed.read(window=("22:00", "25:00"))
    assert read.lines[0].headway_min == 20
    assert ("gtfs_past_midnight" in keys(read)) == (end == "02:00:00")
    # the night that came from the day before: 0:00 ... 1:40
    assert feed.read(window=("00:00", "03:00")).lines[0].headway_min == 30
    with pytest.raises(InputError, match="at 00:00, the last at 25:40"):
        feed.read(window=("05:00", "06:00"))


def test_a_period_that_ends_when_it_starts_is_counted(feed: Feed) -> None:
    feed.trip("t", "00:00:00 00:05:00 00:10:00 00:15:00")
    headways(feed, ("t", "06:00:00", "22:00:00", 600), ("t", "23:00:00", "23:00:00", 600))
    assert keys(feed.read())["gtfs_empty_periods"].startswith("1 period ")


@pytest.mark.parametrize("day", ["20180230", "20181301", "2018010", "18000101"])
def test_a_day_that_is_none_is_told(feed: Feed, day: str) -> None:
    feed.every(15, "07:00", 8)
    feed.tables["calendar"][0]["end_date"] = day
    with pytest.raises(InputError, match=rf"calendar\.txt, line 2: end_date is '{day}', not a date YYYYMMDD"):
        feed.read()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("t", "", "22:00:00", 600), r"frequencies\.txt, line 2: start_time is missing"),
        (("t", "06:00:00", "99999999:00:00", 1), r"frequencies\.txt, line 2: end_time is '99999999:00:00', not a time"),
    ],
)
def test_a_period_that_is_none_is_told(feed: Feed, row: tuple[str, str, str, int], said: str) -> None:
    feed.trip("t", "00:00:00 00:05:00 00:10:00 00:15:00")
    headways(feed, row)
    with pytest.raises(InputError, match=said):
        feed.read()


@pytest.mark.parametrize("seed", range(20))
def test_a_median_is_that_of_each_value_as_many_times_as_it_counts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 9, (int(rng.integers(1, 7)), 5)).astype(float)
    values[rng.random(values.shape) < 0.3] = math.nan
    values[:, 0] = math.nan
    times = rng.integers(1, 5, len(values))
    written_out = np.repeat(values, times, axis=0)
    expected = [
        np.median(column[~np.isnan(column)]) if (~np.isnan(column)).any() else math.nan for column in written_out.T
    ]
    assert np.allclose(_medians(values, times), expected, equal_nan=True)


@pytest.mark.parametrize("seed", range(6))
def test_headways_are_those_of_gtfs_kits_own_expansion(feed: Feed, seed: int) -> None:
    """Every run written out as a trip by gtfs_kit gives the same lines."""
    import gtfs_kit

    rng = np.random.default_rng(seed)
    for number in range(3):
        start = int(rng.integers(0, 60))
        times = np.cumsum([start, *rng.integers(1, 9, 3)])
        feed.trip(f"t{number}", " ".join(f"0{t // 60}:{t % 60:02d}:00" for t in times), direction_id=number % 2)
    clock = [f"{hour:02d}:{minute:02d}:00" for hour in range(30) for minute in (0, 7, 30)]
    rows = [(f"t{n % 3}", *sorted(rng.choice(clock, 2, replace=False)), int(rng.integers(60, 2000))) for n in range(5)]
    headways(feed, *rows, ("t0", "06:30:00", "09:30:00", 777))
    # the first stop in the area is the second of the trips
    window = {"window": ("06:13", "09:41"), "x": (500, 3500)}
    expected = told(feed.read(**window))
    expanded = gtfs_kit.expand_frequencies(gtfs_kit.read_feed(feed.folder, dist_units="km"))
    for name in ("trips", "stop_times"):
        feed.tables[name] = getattr(expanded, name).to_dict("records")
    del feed.tables["frequencies"]
    (feed.folder / "frequencies.txt").unlink()
    assert told(feed.read(**window)) == expected


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda name, lines: [*lines, "x,y,z,a,b,c,d,e,f,g,h,i"] if name == "stops" else lines, r"stops\.txt, line 6"),
        (lambda name, lines: [*lines, '"' + "x" * 140_000] if name == "trips" else lines, r"trips\.txt, line \d+"),
    ],
)
@pytest.mark.parametrize("limit", [1 << 17, 1 << 24])
def test_a_row_that_cannot_be_read_is_named(feed: Feed, change: Any, said: str, limit: int) -> None:
    """Also where another library has raised what the process takes for a value."""
    feed.every(15, "07:00", 8)
    before = csv.field_size_limit(limit)
    try:
        with pytest.raises(InputError, match=said):
            read_file(feed, rewrite(feed, change))
        assert csv.field_size_limit() == limit
    finally:
        csv.field_size_limit(before)


def test_a_table_of_another_encoding_and_a_bomb(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    feed.every(15, "07:00", 8)
    path = feed.folder / "latin.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("stops.txt", "stop_id,stop_name\nA,Gi\xe1p B\xe1t\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"stops\.txt, line 2: is not UTF-8"):
        read_file(feed, path)
    monkeypatch.setattr(feed_tables, "BOMB_BYTES", 20 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("shapes.txt", b" " * (30 << 20))
    with pytest.raises(InputError, match="more than 100 times its size"):
        read_file(feed, path)
