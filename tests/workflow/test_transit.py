"""Public transport in the workflow: the sample town's metro, and a feed that is missing, read or broken."""

from creative_nodes.common import tables
from creative_nodes.report.tables import TABLES

FOLDER = "data/processed/sample"
SERVICES = f"{FOLDER}/services.parquet"
NAMES = ("stations", "services", "transit_notes")
FEED = {"file": "feed", "date": "2026-03-04", "source": "a made-up feed", "window": ["07:00", "09:00"]}
# along the sample town's streets
MADE = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone\n1,T,http://x.org,UTC\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon\nA,A,0.010,3.010\nB,B,0.010,3.020\n",
    "routes": "route_id,route_short_name,route_type\nR,7,3\n",
    "calendar_dates": "service_id,date,exception_type\nW,20260304,1\n",
    "trips": "route_id,service_id,trip_id\nR,W,t\n",
    "stop_times": "trip_id,stop_id,stop_sequence,arrival_time,departure_time\n"
    "t,A,1,07:30:00,07:30:00\nt,B,2,07:36:00,07:36:00\n",
}


def read(project, name):
    return tables.read(TABLES[name], project.folder / FOLDER / f"{name}.parquet")


def test_the_metro_of_the_sample_town_and_a_feed(fresh):
    fresh.snakemake(SERVICES)
    stations, services = read(fresh, "stations"), read(fresh, "services")
    assert services.groupby("service_id").size().tolist() == [len(stations)] * 2
    assert stations["rapid"].all() and (stations["n_entrances"] > 0).all()
    assert set(services["headway_source"]) == {"config"}
    assert tables.provenance(fresh.folder / SERVICES)["transit"]["routes"] == "Route relations in OSM: 2 subway."
    assert fresh.would_run(SERVICES) == set()

    fresh.edit("config/cities/sample.yaml", lambda data: data.update(gtfs=FEED))
    missing = fresh.snakemake(SERVICES, check=False)
    said = missing.stdout + missing.stderr
    assert missing.returncode != 0
    assert "Traceback" not in said
    for word in ("config/cities/sample.yaml", "gtfs.file", "GTFS", "required: false"):
        assert word in said

    folder = fresh.folder / "feeds" / "feed"
    folder.mkdir(parents=True)
    for name, text in MADE.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    env = {"GTFS": str(folder.parent)}
    assert fresh.would_run(SERVICES, env=env) == {"read_transit"}
    fresh.snakemake(SERVICES, env=env)
    buses = read(fresh, "services").query("kind == 'bus'")
    assert buses["headway_min"].tolist() == [120, 120]
    assert buses["minutes"].tolist() == [0, 6]
    assert set(read(fresh, "services")["source"]) == {"OSM", "a made-up feed"}

    # the same feed by another name
    folder = folder.rename(folder.with_name("timetable"))
    fresh.edit("config/cities/sample.yaml", lambda data: data["gtfs"].update(file="timetable"))
    assert fresh.would_run(SERVICES, env=env) == set()

    good = {name: (fresh.folder / FOLDER / f"{name}.parquet").read_bytes() for name in NAMES}
    (folder / "stop_times.txt").write_text("trip_id,stop_id\nt,A\n", encoding="utf-8")
    broken = fresh.snakemake(SERVICES, check=False, env=env)
    assert broken.returncode != 0
    assert "timetable: stop_times.txt lacks the column stop_sequence" in broken.stderr
    # the last good tables stay, and are made again once the feed is whole
    assert {name: (fresh.folder / FOLDER / f"{name}.parquet").read_bytes() for name in NAMES} == good
    (folder / "stop_times.txt").write_text(MADE["stop_times"], encoding="utf-8")
    assert "read_transit" in fresh.snakemake(SERVICES, env=env).stderr
    assert {name: (fresh.folder / FOLDER / f"{name}.parquet").read_bytes() for name in NAMES} == good
    assert not list((fresh.folder / FOLDER).glob(".*.part"))
