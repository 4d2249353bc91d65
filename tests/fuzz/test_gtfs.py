"""GTFS feeds, spoilt: cells, text, the zip file."""

import datetime as dt
import io
import zipfile

import shapely
from hypothesis import given
from hypothesis import strategies as st
from spoiling import as_csv, read_or_told, spoilt, spoilt_rows

from creative_nodes.streets.gtfs import read_gtfs
from creative_nodes.streets.settings import Gtfs

WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
STOPS = "ABCD"


def _times(trip, start):
    for number, stop in enumerate(STOPS):
        at = f"{start // 60:02d}:{start % 60 + 5 * number:02d}:00"
        yield [
            trip,
            at if number != 2 else "",
            at if number != 2 else "",
            stop,
            str(10 * number),
            "0",
            "0",
            str(number),
        ]


TABLES = {
    "agency": [["agency_id", "agency_name", "agency_url", "agency_timezone"], ["1", "Town", "http://x.org", "UTC"]],
    "stops": [
        ["stop_id", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station"],
        *([stop, f"Stop {stop}", f"21.0{number}", "105.85", "", "P"] for number, stop in enumerate(STOPS, start=1)),
        ["P", "Station", "21.01", "105.85", "1", ""],
        ["E", "Door", "21.01", "105.851", "2", "P"],
    ],
    "routes": [["route_id", "route_short_name", "route_long_name", "route_type"], ["R", "7", "A to D", "3"]],
    "calendar": [["service_id", *WEEK, "start_date", "end_date"], ["W", *"1111111", "20180101", "20181231"]],
    "calendar_dates": [["service_id", "date", "exception_type"], ["W", "20180517", "2"]],
    "trips": [["route_id", "service_id", "trip_id", "direction_id"], *(["R", "W", f"t{n}", "0"] for n in range(3))],
    "stop_times": [
        [
            *("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence", "pickup_type", "drop_off_type"),
            "shape_dist_traveled",
        ],
        *(row for n in range(3) for row in _times(f"t{n}", 420 + 15 * n)),
    ],
    "frequencies": [["trip_id", "start_time", "end_time", "headway_secs"], ["t2", "06:00:00", "08:00:00", "600"]],
}
GTFS = Gtfs.model_validate({"file": "feed.zip", "date": dt.date(2018, 5, 16), "source": "the town"})
AREA = shapely.box(105.84, 21.0, 105.86, 21.05)


def zipped(tables):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.txt"), text)
    return buffer.getvalue()


GOOD = {name: as_csv(rows) for name, rows in TABLES.items()}


def read(folder, data):
    (folder / "feed.zip").write_bytes(data)
    kinds = ["bus", "tram", "subway"]
    with read_or_told("feed.zip"):
        found = read_gtfs([folder / "feed.zip"], GTFS, kinds=kinds, area=AREA, read_area=AREA, epsg=32648)
        assert all(line.headway_min > 0 for line in found.lines)
        assert all(call.minutes >= 0 or call.minutes != call.minutes for line in found.lines for call in line.calls)


@given(name=st.sampled_from(sorted(TABLES)), draw=st.data())
def test_cells(folder, name, draw):
    rows = draw.draw(spoilt_rows(TABLES[name]))
    read(folder, zipped(GOOD | {name: as_csv(rows)}))


@given(name=st.sampled_from(sorted(TABLES)), draw=st.data())
def test_text(folder, name, draw):
    read(folder, zipped(GOOD | {name: draw.draw(spoilt(GOOD[name]))}))


@given(data=spoilt(zipped(GOOD)))
def test_bytes(folder, data):
    read(folder, data)
