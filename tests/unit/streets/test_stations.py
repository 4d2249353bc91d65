"""Stations and services of a drawn town: grouping, entrances, ride times, what is told."""

from pathlib import Path
from types import ModuleType
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
import shapely

from creative_nodes.common import tables
from creative_nodes.common.errors import InputError
from creative_nodes.report.tables import TABLES
from creative_nodes.streets.settings import Gtfs
from creative_nodes.streets.spots import group_spots, station_name
from creative_nodes.streets.stations import TransitTables, rapid_stations, read_transit

SUBWAY_STOP = {"railway": "stop", "public_transport": "stop_position", "subway": "yes"}
STATION = {"railway": "station", "station": "subway"}
BUS_STOP = {"highway": "bus_stop", "public_transport": "platform"}


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("人民广场站", "人民广场"),
        ("人民廣場", "人民广场"),
        ("Ga Cát Linh", "cat linh"),
        ("Nhà ga Cát Linh", "cat linh"),
        ("Jing'an Temple Station", "jing an temple"),
        ("Cat Linh Metro Station", "cat linh"),
        ("Garden", "garden"),
        ("", ""),
    ],
)
def test_names_of_stations(name: str, folded: str) -> None:
    assert station_name(name) == folded


class Town:
    """A drawn town with public transport: nodes, route relations, stop areas."""

    def __init__(self, towns: ModuleType, folder: Path) -> None:
        self.towns, self.folder = towns, folder
        self.nodes: dict[int, tuple[float, float, dict[str, str]]] = {}
        self.relations: list[tuple[dict[str, str], list[tuple[int, str]]]] = []

    def node(self, number: int, x: float, y: float = 0.0, **tags: Any) -> int:
        self.nodes[number] = (x, y, {key.replace("__", ":"): value for key, value in tags.items()})
        return number

    def route(self, stops: list[int], kind: str = "subway", role: str = "stop", **tags: str) -> None:
        self.relations.append(({"type": "route", "route": kind, **tags}, [(stop, role) for stop in stops]))

    def both(self, stops: list[int], kind: str = "subway", **tags: str) -> None:
        self.route(stops, kind, **tags)
        self.route(stops[::-1], kind, **tags)

    def area(self, *members: int) -> None:
        tags = {"type": "public_transport", "public_transport": "stop_area"}
        self.relations.append((tags, [(member, "") for member in members]))

    def _osm(self) -> Path:
        def tags(of: dict[str, str]) -> str:
            return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in of.items())

        lines = ['<osm version="0.6">']
        for number, (x, y, of) in sorted(self.nodes.items()):
            at = self.towns.to_degrees(self.towns.at(x, y))
            lines.append(f'<node id="{number}" version="1" lat="{at.y:.9f}" lon="{at.x:.9f}">{tags(of)}</node>')
        for number, (of, members) in enumerate(self.relations, start=1):
            inner = "".join(f'<member type="node" ref="{ref}" role="{role}"/>' for ref, role in members)
            lines.append(f'<relation id="{number}" version="1">{inner}{tags(of)}</relation>')
        path = self.folder / "town.osm"
        path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
        return path

    def read(self, *, gtfs: Any = None, feed: Any = (), **changes: Any) -> TransitTables:
        places = self.towns.places(*((tags, self.towns.at(x, y)) for x, y, tags in self.nodes.values()))
        places["osm_id"] = [f"node/{number}" for number in self.nodes]
        found = read_transit(
            self._osm(),
            places,
            area=self.towns.to_degrees(shapely.box(-500, -500, 5000, 500)),
            epsg=self.towns.EPSG,
            edge_buffer_m=500,
            transit=self.towns.config().transit.model_copy(update=changes),
            gtfs=gtfs,
            feed=feed,
        )
        for name in ("stations", "services", "transit_notes"):
            tables.check(getattr(found, name), TABLES[name], where=name)
        return found


@pytest.fixture
def town(towns: ModuleType, tmp_path: Path) -> Town:
    return Town(towns, tmp_path)


def keys(found: TransitTables) -> set[str]:
    return set(found.transit_notes["key"])


def told(found: TransitTables) -> set[str]:
    return set(found.transit_notes.loc[found.transit_notes["notice"], "key"])


def metro(town: Town) -> None:
    """Two stations 1100 m apart, each with a stop a direction and a station object."""
    for number, x, name in ((10, 0, "Cát Linh"), (20, 1100, "La Thành")):
        town.node(number, x, 5, name=name, **SUBWAY_STOP)
        town.node(number + 1, x, -5, name=name, **SUBWAY_STOP)
        town.node(number + 2, x + 20, 40, name=f"Ga {name}", name__en=f"{name} station", **STATION)
    town.route([10, 20], ref="2A", interval="10")
    town.route([21, 11], ref="2A", interval="10")


def test_stops_and_station_of_one_name_are_one_station(town: Town) -> None:
    metro(town)
    found = town.read()
    assert found.stations["station_id"].tolist() == ["s-n10", "s-n20"]
    first = found.stations.iloc[0]
    # the station object names it and is where one gets in
    assert (first["name"], first["name_en"]) == ("Ga Cát Linh", "Cát Linh station")
    assert (first["kinds"], first["rapid"], first["n_services"], first["n_entrances"]) == (["subway"], True, 2, 0)
    assert first["osm_ids"] == ["node/10", "node/11", "node/12"]
    assert first["source"] == "OSM"
    at = town.towns.to_degrees(town.towns.at(20, 40))
    assert (first["geometry"].x, first["geometry"].y) == pytest.approx((at.x, at.y), abs=1e-8)


def test_rides_follow_distance_detour_and_speed_both_ways(town: Town) -> None:
    metro(town)
    services = town.read(detour={"subway": 1.5}, speed_kmh={"subway": 33}, headway_minutes={"subway": 5}).services
    assert services["service_id"].tolist() == ["relation/1"] * 2 + ["relation/2"] * 2
    assert services["station_id"].tolist() == ["s-n10", "s-n20", "s-n20", "s-n10"]
    # 1100 m x 1.5 at 33 km/h, which is 550 m a minute: 3 minutes
    assert services["minutes"].tolist() == pytest.approx([0, 3, 0, 3], rel=1e-3)
    assert services["headway_min"].tolist() == [10] * 4
    assert set(services["headway_source"]) == {"OSM interval"}
    assert not services["reverse"].any()


def test_bus_stops_across_the_street_are_one_station_and_far_namesakes_are_not(town: Town) -> None:
    for number, x, y in ((1, 0, 0), (2, 30, 20), (3, 900, 0), (4, 0, 400)):
        town.node(number, x, y, name="Phố Huế", **BUS_STOP)
    town.node(5, 500, 0, **BUS_STOP)
    town.node(6, 510, 0, **BUS_STOP)
    town.node(7, 700, 0, name="Nobody stops here", **BUS_STOP)
    town.route([1, 5, 3], "bus", "platform", ref="8")
    town.route([3, 6, 2], "bus", "platform", ref="8")
    town.both([4, 5], "bus", ref="9")
    found = town.read()
    by_id = found.stations.set_index("station_id")
    # nameless stops stay alone, and a stop of no service is no station
    assert sorted(by_id.index) == ["s-n1", "s-n3", "s-n4", "s-n5", "s-n6"]
    assert by_id.loc["s-n1", "osm_ids"] == ["node/1", "node/2"]
    assert by_id.loc["s-n1", "geometry"].geom_type == "MultiPoint"
    assert not by_id["rapid"].any()
    assert by_id["n_services"].to_dict() == {"s-n1": 2, "s-n3": 2, "s-n4": 2, "s-n5": 3, "s-n6": 1}
    assert "1 bus or tram stop " in found.transit_notes.set_index("key").loc["unserved_stops", "text"]


def test_rapid_transit_and_a_bus_stop_of_the_same_name_stay_apart(town: Town) -> None:
    metro(town)
    town.node(50, 30, 0, name="Cát Linh", **BUS_STOP)
    town.node(51, 600, 0, name="Hào Nam", **BUS_STOP)
    town.both([50, 51], "bus", ref="8")
    by_id = town.read().stations.set_index("station_id")
    assert by_id.loc["s-n50", "kinds"] == ["bus"]
    assert by_id.loc["s-n10", "kinds"] == ["subway"]


def test_a_stop_area_joins_what_names_do_not(town: Town) -> None:
    town.node(1, 0, name="A", **SUBWAY_STOP)
    town.node(2, 350, name="B", **STATION)
    town.node(3, 2000, name="C", **SUBWAY_STOP)
    town.node(4, 2050, name="D", **STATION)
    town.node(5, 2100, **SUBWAY_STOP)
    town.node(6, 3000, name="E", **STATION)
    town.area(1, 2)
    town.both([1, 3], ref="1")
    town.both([5, 6], ref="2")
    found = town.read()
    assert sorted(found.stations["osm_ids"].map("+".join)) == ["node/1+node/2", "node/3", "node/4+node/5", "node/6"]


def test_entrances_are_where_one_gets_in(town: Town) -> None:
    metro(town)
    entrance = {"railway": "subway_entrance"}
    town.node(90, 60, 30, **entrance)
    town.node(91, -60, 30, **entrance)
    town.node(92, 1000, 0, **entrance)  # nearer to the second station, but of the first one's stop area
    town.node(93, 3000, 0, **entrance)
    town.area(10, 11, 12, 92)
    found = town.read(entrance_within_m=100)
    first, second = found.stations.to_dict("records")
    assert (first["n_entrances"], second["n_entrances"]) == (3, 0)
    there = {(round(p.x, 6), round(p.y, 6)) for p in first["geometry"].geoms}
    marks = [town.towns.to_degrees(town.towns.at(x, y)) for x, y in ((60, 30), (-60, 30), (1000, 0))]
    assert there == {(round(p.x, 6), round(p.y, 6)) for p in marks}
    assert {"node/90", "node/91", "node/92"} <= set(first["osm_ids"])
    assert "Entrances that belong to a station: 3; near none, and left out: 1" in " ".join(found.transit_notes["text"])


def test_stations_without_routes_are_kept_and_told(town: Town) -> None:
    town.node(1, 0, name="Nhổn", **STATION)
    town.node(2, 900, name="Minh Khai", public_transport="station", light_rail="yes")
    town.node(3, 1900, name="Hà Nội", railway="station")  # trains
    found = town.read()
    assert found.stations["name"].tolist() == ["Nhổn", "Minh Khai"]
    assert found.stations["n_services"].tolist() == [0, 0]
    assert found.services.empty
    assert {"no_rapid_routes", "no_services"} <= told(found)
    assert rapid_stations(found.stations)["name"].tolist() == ["Nhổn", "Minh Khai"]


def test_nothing_at_all(town: Town) -> None:
    town.node(1, 0, railway="subway_entrance")
    found = town.read()
    assert found.stations.empty and found.services.empty
    assert told(found) == {"no_services"}


def test_some_stations_without_a_service_are_told(town: Town) -> None:
    metro(town)
    town.node(50, 3000, name="Nhổn", **STATION)
    found = town.read()
    assert told(found) == {"unserved_stations"}
    assert "1 of 3" in found.transit_notes.set_index("key").loc["unserved_stations", "text"]


def test_a_made_up_way_back_stands_in_the_table(town: Town) -> None:
    for k in range(3):
        town.node(k + 1, 600 * k, name=f"S{k}", **BUS_STOP)
    town.route([1, 2, 3], "bus", ref="22A")
    found = town.read()
    back = found.services[found.services["reverse"]]
    assert back["station_id"].tolist() == ["s-n3", "s-n2", "s-n1"]
    assert set(back["osm_id"]) == {"relation/1"}
    assert "reversed" in told(found)


def test_stops_that_follow_one_another_at_one_station_are_one_call(town: Town) -> None:
    town.node(1, 0, name="A", **BUS_STOP)
    town.node(2, 50, name="A", **BUS_STOP)
    town.node(3, 1000, name="B", **BUS_STOP)
    town.both([1, 2, 3], "bus", ref="1")
    town.both([1, 2], "bus", ref="2")
    found = town.read()
    assert found.services.groupby("service_id")["station_id"].agg(list).tolist() == [["s-n1", "s-n3"], ["s-n3", "s-n1"]]
    assert "one_station" in keys(found)


def test_a_ride_over_stations_that_are_not_in_the_relation_is_told(town: Town) -> None:
    for k, x in enumerate((0, 1000, 2000, 3000, 30_000)):
        town.node(k + 1, x, name=f"S{k}", **STATION)
    town.both([1, 2, 3, 4, 5], ref="7")
    found = town.read()
    assert "long_rides" in told(found)
    assert "lines 7" in found.transit_notes.set_index("key").loc["long_rides", "text"]


def test_group_spots_chains_within_the_distance_only(towns: ModuleType) -> None:
    xy = np.array([[0, 0], [90, 0], [180, 0], [300, 0], [0, 5]], dtype=float)
    transit = towns.config().transit.model_copy(update={"group_within_m": 100})
    label = group_spots(xy, ["a"] * 4 + ["b"], [""] * 5, np.zeros(5, dtype=bool), transit)
    assert len({*label[:3]}) == 1
    assert len(set(label)) == 3


# ---------------------------------------------------------------- with a feed


def timetable(town: Town, route_type: int) -> list[Path]:
    folder = town.folder / "feed"
    folder.mkdir()
    stops = ["stop_id,stop_name,stop_lat,stop_lon"]
    for name, x in (("A", 0), ("B", 1100), ("C", 2000)):
        at = town.towns.to_degrees(town.towns.at(x, 30))
        stops.append(f"{name},{'Cát Linh' if name == 'A' else name},{at.y:.7f},{at.x:.7f}")
    times = [
        f"t{k},{s},{n},07:{10 * k + 3 * n:02d}:00,07:{10 * k + 3 * n:02d}:00"
        for k in range(4)
        for n, s in enumerate("ABC")
    ]
    files = {
        "agency": ["agency_id,agency_name,agency_url,agency_timezone", "1,T,http://x.org,UTC"],
        "stops": stops,
        "routes": ["route_id,route_short_name,route_long_name,route_type", f"R,7,,{route_type}"],
        "calendar_dates": ["service_id,date,exception_type", "W,20180516,1"],
        "trips": ["route_id,service_id,trip_id", *(f"R,W,t{k}" for k in range(4))],
        "stop_times": ["trip_id,stop_id,stop_sequence,arrival_time,departure_time", *times],
    }
    for name, lines in files.items():
        (folder / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")
    return sorted(folder.glob("*.txt"))


GTFS = {"file": "feed", "date": "2018-05-16", "source": "the town"}


def test_a_feed_serves_instead_of_the_routes_of_its_kinds_only(town: Town) -> None:
    metro(town)
    town.node(50, 30, 0, name="Cát Linh", **BUS_STOP)
    town.node(51, 600, 0, name="Hào Nam", **BUS_STOP)
    town.both([50, 51], "bus", ref="8")
    found = town.read(gtfs=Gtfs.model_validate(GTFS), feed=timetable(town, 3))
    lines = found.services.drop_duplicates("service_id")
    assert sorted(zip(lines["kind"], lines["source"], lines["headway_min"], strict=True)) == [
        ("bus", "the town", 30),
        ("subway", "OSM", 10),
        ("subway", "OSM", 10),
    ]
    bus = found.services[found.services["kind"] == "bus"]
    assert bus["station_id"].tolist() == ["s-gtfs/A", "s-gtfs/B", "s-gtfs/C"]
    assert bus["minutes"].tolist() == [0, 3, 3]
    assert set(found.stations["source"]) == {"OSM", "the town"}
    assert {"gtfs", "gtfs_coverage"} <= told(found)


def test_a_feed_of_the_metro_meets_the_stations_that_osm_maps(town: Town) -> None:
    metro(town)
    town.node(90, 60, 30, railway="subway_entrance")
    found = town.read(gtfs=Gtfs.model_validate(GTFS), feed=timetable(town, 1))
    by_id = found.stations.set_index("station_id")
    # "Cát Linh" of the feed is "Ga Cát Linh" of OSM; the other stops go by other names
    assert by_id.loc["s-n12", ["source", "n_services", "n_entrances"]].tolist() == ["OSM; the town", 1, 1]
    assert by_id.loc["s-gtfs/B", "n_services"] == 1
    assert by_id.loc["s-n22", "n_services"] == 0
    assert found.services["station_id"].tolist() == ["s-n12", "s-gtfs/B", "s-gtfs/C"]


def test_a_feed_that_is_not_there_is_told(town: Town) -> None:
    metro(town)
    found = town.read(gtfs=Gtfs.model_validate(GTFS))
    assert "gtfs_missing" in told(found)
    assert set(found.services["source"]) == {"OSM"}


def test_a_broken_feed_ends_it(town: Town) -> None:
    metro(town)
    files = timetable(town, 3)
    (town.folder / "feed" / "trips.txt").write_text("route_id,service_id,trip_id\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"^feed: trips\.txt is missing or has no rows"):
        town.read(gtfs=Gtfs.model_validate(GTFS), feed=files)
