"""Towns of the kinds that analyses fail on, drawn with the pens of the sample town, into a copy of the project."""

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import shapely
import yaml

MADE_TOWNS = Path(__file__).resolve().parents[1] / "slurm" / "made_towns.py"
# less to draw, so that the towns are made in a minute
SMALL = {"edge_buffer_m": 100, "doubt": {"worlds": 20, "places": 50}, "reference": {"places": 100}}
SMALL |= {"sweeps": {"places": 50}, "score": {"draws": 1000}}
TRAINS = 3
# every half hour from ten in the evening to two in the morning of the next day
FEED = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone\n1,T,http://x.org,UTC\n",
    "routes": "route_id,route_short_name,route_type\nR,7,3\n",
    "calendar_dates": "service_id,date,exception_type\nW,20260304,1\n",
    "trips": "route_id,service_id,trip_id\nR,W,t\n",
    "stop_times": "trip_id,stop_id,stop_sequence,arrival_time,departure_time\n"
    "t,A,1,00:00:00,00:00:00\nt,B,2,00:06:00,00:06:00\n",
    "frequencies": "trip_id,start_time,end_time,headway_secs\nt,22:00:00,26:00:00,1800\n",
}


def _module(name, path):
    spec = spec_from_file_location(name, path)
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def made_towns():
    """Return the module that draws made-up towns."""
    return _module("made_towns_of_the_workflow", MADE_TOWNS)


def copied(folder):
    """Return a copy of the project."""
    return _module("workflow_conftest_of_hard_towns", Path(__file__).with_name("conftest.py")).copy_project(folder)


def _write(project, key, town, draw, length, **changes):
    """Write a town's extract and its city file."""
    (project.folder / "towns").mkdir(exist_ok=True)
    extract = f"towns/{key}.osm.pbf"
    draw.write_pbf(town, project.folder / extract)
    text = made_towns().city_file(draw, key, extract, length)
    said = {**yaml.safe_load(text), "override": SMALL, **changes}
    (project.folder / f"config/cities/{key}.yaml").write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")


def _feed(project, draw, length):
    """Write a feed of a bus by frequencies that run past midnight."""
    folder = project.folder / "towns/night"
    folder.mkdir(parents=True)
    (west, south), (east, north) = draw.degrees((100, 100)), draw.degrees((length - 100, length - 100))
    stops = f"stop_id,stop_name,stop_lat,stop_lon\nA,A,{south},{west}\nB,B,{north},{east}\n"
    for name, text in {**FEED, "stops": stops}.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return {
        **{"file": "towns/night", "date": "2026-03-04", "source": "a made-up night bus"},
        "window": ["23:00", "25:00"],
    }


def _quarters(project, draw, length):
    """Write residents by quarter: 1,000, 2,000, 3,000 and none."""
    half, features = length / 2, []
    for number, (x, y) in enumerate([(0, 0), (half, 0), (0, half), (half, half)]):
        box = shapely.box(*draw.degrees((x, y)), *draw.degrees((x + half, y + half)))
        persons = 1000 * (number + 1) if number < 3 else 0
        features.append(
            {"type": "Feature", "properties": {"persons": persons}, "geometry": shapely.geometry.mapping(box)}
        )
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (project.folder / "towns/quarters.geojson").write_text(text, encoding="utf-8")
    return {
        "table": {"file": "towns/quarters.geojson", "column": "persons", "year": 2026, "source": "made up, by quarter"}
    }


def _trains(town, length):
    """Draw commuter trains: relations with two stations each."""
    for number in range(TRAINS):
        stops = [
            ("stop", town.node((x, 50 * number + 20), {"railway": "stop", "public_transport": "stop_position"}))
            for x in (20, length - 20)
        ]
        members = [(one, role) for role, one in stops]
        town.relation(members, {"type": "route", "route": "train", "ref": f"T{number}", "name": f"Train {number}"})


def bare_streets(project):
    """Write a town whose extract has streets alone, and fills a corner of its study area."""
    kit = made_towns()
    draw, length = kit.pens(), 900
    town = kit.drawn(draw, 4, 10, 0, 0)
    wide = {"bbox": [*draw.degrees((-50, -50)), *draw.degrees((6000, 6000))]}
    _write(project, "bare-streets", town, draw, length, boundary=wide)


def night_rail(project):
    """Write a town with commuter trains, a night bus by frequencies, and residents by polygon."""
    kit = made_towns()
    draw, length = kit.pens(), 1300
    town = kit.drawn(draw, 5, 14, 14, 6)
    _trains(town, length)
    (project.folder / "towns").mkdir(exist_ok=True)
    people, feed = _quarters(project, draw, length), _feed(project, draw, length)
    _write(project, "night-rail", town, draw, length, people=people, gtfs=feed)


def small_centre(project):
    """Write a town of a few streets, three spaces and one site, of whose residents nothing is known."""
    kit = made_towns()
    draw = kit.pens()
    _write(project, "small-centre", kit.drawn(draw, 6, 4, 3, 1), draw, 300, people={})


TOWNS = {"bare-streets": bare_streets, "night-rail": night_rail, "small-centre": small_centre}


def add_hard_towns(project):
    """Draw all of them; returns their keys."""
    for draw in TOWNS.values():
        draw(project)
    return list(TOWNS)
