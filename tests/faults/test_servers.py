"""What happens when Overpass and Nominatim are asked, and whether their data are those of an extract."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import shapely
import yaml
from loopback import CERTIFICATES, ROOT, TOWN, Loopback, fault, says
from overpass_server import DATE, OverpassServer, elements_of

from creative_nodes.common.errors import InputError
from creative_nodes.pull import overpass
from creative_nodes.pull.boundary import study_area
from creative_nodes.pull.cut import pull_osm
from creative_nodes.pull.nominatim import geocode
from creative_nodes.pull.overpass import download_elements
from creative_nodes.pull.patience import Asking
from creative_nodes.pull.read import read_osm
from creative_nodes.pull.settings import Boundary, Internet, ModeAccess
from creative_nodes.pull.source import ResolvedSource

ELEMENTS = elements_of(TOWN)
BOX = (2.995, 0.012, 3.005, 0.022)
AREA = shapely.box(*BOX)
OVERPASS, NOMINATIM = "Overpass", "Nominatim"
SAMPLE = shapely.geometry.mapping(AREA)
PLACE = {"importance": 0.2, "display_name": "Quarter", "geojson": SAMPLE}


def answer(status=200, body="", **headers):
    """Answer a question with something else than data."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return lambda wire, question, server: wire.answer(status, body, named)


def ask(server, cache, internet, **how):
    return download_elements(AREA, cache=cache, url=f"{server.url}/api", internet=internet, **how)


def comes(server, cache, internet, **how):
    """Ask, and see that every object of the map's part is there."""
    found = ask(server, cache, internet, **how)
    whole = server.script.map.answer(overpass.query(shapely.box(*AREA.bounds), None))
    assert {(one["type"], one["id"]) for one in found.elements} >= {(one["type"], one["id"]) for one in whole}
    return found


def fails(server, cache, internet, said, **how):
    """Ask in vain, and see what is said, and that no answer is kept."""
    with pytest.raises(InputError, match=said) as error:
        ask(server, cache, internet, **how)
    assert not list(cache.glob("*"))
    return str(error.value)


# ---------------------------------------------------------------- Overpass


@pytest.mark.parametrize(
    "passing",
    [
        pytest.param(answer(429), marks=fault(OVERPASS, "429, too many requests", "waited 30 s at least, asked again")),
        pytest.param(answer(504), marks=fault(OVERPASS, "504, the server is too busy", "waited, asked again")),
        pytest.param(
            answer(200, "<html><p>The server is probably too busy to handle your request.</p></html>"),
            marks=fault(OVERPASS, "a page that says it is busy, with status 200", "waited, asked again"),
        ),
        pytest.param(
            lambda wire, question, server: wire.answer(200, json.dumps(server.data(question))[:-2000]),
            marks=fault(OVERPASS, "JSON that breaks off", "noticed, asked again; nothing of it is kept"),
        ),
        pytest.param(answer(200), marks=fault(OVERPASS, "an empty answer", "noticed, asked again")),
        pytest.param(
            lambda wire, question, server: wire.reset(), marks=fault(OVERPASS, "the connection is reset", "asked again")
        ),
        pytest.param(
            answer(200, json.dumps({"elements": [], "remark": "runtime error: open64: 0 Success /osm3s_osm_base"})),
            marks=fault(OVERPASS, "a remark that the server has trouble", "asked again; nothing of it is kept"),
        ),
    ],
)
def test_what_passes(serve, tmp_path, fast, passing):
    server = serve(OverpassServer(ELEMENTS, [passing, None]))
    begun = time.monotonic()
    comes(server, tmp_path, fast)
    assert time.monotonic() - begun >= 0.3  # 30 seconds of patience
    assert len(server.script.questions) == 2


@pytest.mark.parametrize(
    ("lasting", "said"),
    [
        pytest.param(
            answer(406), r"406.*internet\.contact", marks=fault(OVERPASS, "406 to a stock agent", "said at once")
        ),
        pytest.param(
            answer(400, "<html><p>Error: line 1: parse error</p></html>"),
            "does not understand .*parse error",
            marks=fault(OVERPASS, "400, the question is not understood", "said at once, with its words"),
        ),
        pytest.param(
            answer(200, "<html><title>x</title>Welcome to Hotel Wifi</html>"),
            "a web page instead of data .*Hotel Wifi",
            marks=fault(OVERPASS, "a login page with status 200", "said at once"),
        ),
        pytest.param(
            answer(200, '{"detail": "hello"}'),
            "not one of an Overpass server",
            marks=fault(OVERPASS, "JSON of another service", "said at once"),
        ),
        pytest.param(
            answer(200, '{"elements": [{"type": "node", "id": 1}]}'),
            "no OSM object",
            marks=fault(OVERPASS, "a node without a position", "said at once"),
        ),
    ],
)
def test_what_lasts(serve, tmp_path, fast, lasting, said):
    server = serve(OverpassServer(ELEMENTS, [lasting]))
    fails(server, tmp_path, fast, said)
    assert len(server.script.questions) == 1


@fault(OVERPASS, "429 for ever", "given up when patience ends; every wait was told")
def test_429_for_ever(serve, tmp_path, fast):
    lines = []
    text = fails(serve(OverpassServer(ELEMENTS, [answer(429)])), tmp_path, fast, "429", report=lines.append)
    assert "given up after" in text
    assert [line for line in lines if "429" in line and "trying again in" in line]


@fault(OVERPASS, "429 for ever, tries bounded", "given up after internet.tries")
def test_tries_are_bounded(serve, tmp_path):
    server = serve(OverpassServer(ELEMENTS, [answer(429)]))
    fails(server, tmp_path, Internet(second_s=0.001, tries=3), "given up after 3 tries")
    assert len(server.script.questions) == 3


@fault(OVERPASS, "a status page from a clock 8 hours ahead (a pause of 30,715 s)", "no clock is asked")
def test_a_skewed_clock(serve, tmp_path, fast):
    server = serve(OverpassServer(ELEMENTS, [answer(429, Date="Sun, 29 Nov 2026 23:59:59 GMT", Retry_After="1"), None]))
    begun = time.monotonic()
    comes(server, tmp_path, fast)
    assert time.monotonic() - begun < 3
    assert {one.path for one in server.requests} == {"/api/interpreter"}


@fault(OVERPASS, "the first server is down", "the mirrors are asked, in their order")
def test_mirrors(serve, tmp_path):
    good = serve(OverpassServer(ELEMENTS))
    page = serve(OverpassServer(ELEMENTS, [answer(200, "<html>closed</html>")]))
    down = serve(OverpassServer(ELEMENTS, [answer(502)]))
    found = ask(down, tmp_path, Internet(second_s=0.001), mirrors=[f"{page.url}/api", f"{good.url}/api"])
    assert found.server == f"{good.url}/api"
    assert len(down.script.questions) == 3 and len(page.script.questions) == 1


def too_much_above(km, remark):
    """Give up on tiles that are larger than so."""

    def answers(wire, question, server):
        outline = [float(one) for one in re.search(r'poly:"([^"]*)"', question)[1].split()]
        if (max(outline[::2]) - min(outline[::2])) * 111 > km:
            wire.answer(200, json.dumps({"elements": server.data(question)["elements"][:50], "remark": remark}))
        else:
            OverpassServer.well(wire, question, server)

    return answers


@pytest.mark.parametrize(
    "remark",
    [
        pytest.param(
            'runtime error: Query timed out in "query" at line 3 after 181 seconds.',
            marks=fault(OVERPASS, "a remark: timed out, with half of the data", "the tile is cut into four"),
        ),
        pytest.param(
            "runtime error: Query run out of memory using about 2048 MB of RAM.",
            marks=fault(OVERPASS, "a remark: out of memory, with half of the data", "the tile is cut into four"),
        ),
    ],
)
def test_too_much_for_the_server(serve, tmp_path, fast, remark):
    server = serve(OverpassServer(ELEMENTS, [too_much_above(0.7, remark)]))
    comes(server, tmp_path, fast)
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()]
    assert len(kept) == 4 and not [one for one in kept if "remark" in one]


@fault(OVERPASS, "the server gives up on every tile, however small", "said, with another way")
def test_everything_is_too_much(serve, tmp_path, fast):
    remark = "runtime error: Query timed out"
    fails(serve(OverpassServer(ELEMENTS, [too_much_above(0, remark)])), tmp_path, fast, "even on a small tile.*extract")


CHILD = """
import sys
from pathlib import Path
import shapely
from creative_nodes.pull import overpass
from creative_nodes.pull.boundary import study_area
overpass.TILE_KM = 0.4
tiles_of = overpass.tiles_of
overpass.tiles_of = lambda area: tiles_of(area, side_km=0.4)
overpass.download_elements(shapely.box(*map(float, sys.argv[3:])), url=sys.argv[1], cache=Path(sys.argv[2]))
"""


@fault(OVERPASS, "kill -9 after five of nine tiles", "the next run asks for the other four alone")
def test_finished_tiles_are_kept(serve, tmp_path, fast, monkeypatch):
    def holds(wire, question, server):
        time.sleep(60)  # longer than the busiest machine takes to send a signal

    server = serve(OverpassServer(ELEMENTS, [None] * 5 + [holds, None]))
    command = [sys.executable, "-c", CHILD, f"{server.url}/api", str(tmp_path), *map(str, BOX)]
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while len(server.script.questions) < 6 and time.monotonic() < deadline:
        time.sleep(0.02)
    child.kill()
    child.wait(10)
    assert len(list(tmp_path.glob("*.json"))) == 5
    monkeypatch.setattr(overpass, "tiles_of", lambda area, tiles_of=overpass.tiles_of: tiles_of(area, side_km=0.4))
    comes(server, tmp_path, fast)
    assert len(server.script.questions) == 6 + 4


@fault(OVERPASS, "a kept answer that is half written", "counts as none, asked for again")
def test_half_a_kept_answer(serve, tmp_path, fast):
    server = serve(OverpassServer(ELEMENTS))
    comes(server, tmp_path, fast)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:-100])
    comes(server, tmp_path, fast)
    assert len(server.script.questions) == 2


@fault(OVERPASS, "a tile at sea, where nothing is", "its empty answer is taken, and not kept")
def test_an_empty_tile(serve, tmp_path, fast, monkeypatch):
    monkeypatch.setattr(overpass, "tiles_of", lambda _: [AREA, shapely.box(9, 9, 9.01, 9.01)])
    comes(serve(OverpassServer(ELEMENTS)), tmp_path, fast)
    assert len(list(tmp_path.iterdir())) == 1


@fault(OVERPASS, "a study area where nothing is", "said: check the boundary")
def test_an_empty_area(serve, tmp_path, fast):
    server = serve(OverpassServer(ELEMENTS))
    with pytest.raises(InputError, match="holds nothing in the study area"):
        download_elements(shapely.box(9, 9, 9.1, 9.1), cache=tmp_path, url=server.url, internet=fast)
    assert list(tmp_path.iterdir()) == []


@fault(OVERPASS, "the map of a day in the past is asked for", "that day stands in the question and the provenance")
def test_attic(serve, tmp_path, fast):
    server = serve(OverpassServer(ELEMENTS, base="2026-11-28T00:00:00Z"))
    found = comes(server, tmp_path, fast, snapshot="2025-04-22")
    assert DATE.search(server.script.questions[0])[1] == "2025-04-22T00:00:00Z" == found.osm_base


@pytest.mark.parametrize(
    "spoilt",
    [
        {"type": "node", "id": 1, "lat": 999, "lon": 3},
        {"type": "node", "id": -1, "lat": 0, "lon": 3},
        {"type": "way", "id": 1 << 70, "nodes": []},
        {"type": "way", "id": 1, "nodes": ["2", None]},
        {"type": "way", "id": 1, "nodes": 2},
        {"type": "way", "id": 1, "nodes": [], "tags": {"name": None}},
        {"type": "relation", "id": 1, "members": [{"type": "way", "ref": 2}]},
        {"type": "relation", "id": 1, "members": [{"type": "area", "ref": 2, "role": ""}]},
        "node",
    ],
)
@fault(OVERPASS, "an object with impossible parts", "said at once, with the object")
def test_no_osm_objects(serve, tmp_path, fast, spoilt):
    server = serve(OverpassServer(ELEMENTS, [answer(200, json.dumps({"elements": [spoilt]}))]))
    fails(server, tmp_path, fast, "no OSM object")


@fault(OVERPASS, "JSON nested a million times", "noticed, and no more than that")
def test_deep_json(serve, tmp_path, fast):
    fails(serve(OverpassServer(ELEMENTS, [answer(200, "[" * 1_000_000)])), tmp_path, fast, "breaks off or is not JSON")


def by_proxy(server, internet):
    """Have a server answer for every name, since loopback needs no warning."""
    return internet.model_copy(update={"proxy": server.url})


@fault(OVERPASS, "a server that is asked over http", "warned of before it is asked")
def test_overpass_over_http(serve, tmp_path, fast):
    lines, server = [], serve(OverpassServer(ELEMENTS))
    asked = {"cache": tmp_path, "internet": by_proxy(server, fast), "report": lines.append}
    assert download_elements(AREA, url="http://me:pa55@overpass.example/api", **asked).elements
    assert "warning: overpass.example is asked over http" in lines[0] and "pa55" not in " ".join(lines)


def moved_to_http(goal):
    return answer(302, Location=f"{goal.url}/api/interpreter")


@fault(OVERPASS, "a redirect from https to http", "refused")
def test_overpass_moves_to_http(serve, tmp_path, fast, monkeypatch):
    goal = serve(OverpassServer(ELEMENTS))
    server = serve(OverpassServer(ELEMENTS, [moved_to_http(goal)]), certificate="unknown")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATES / "unknown.pem"))
    fails(server, tmp_path, fast, "from https to http .*refused")
    assert not goal.requests


# ---------------------------------------------------------------- the same as an extract


def modes():
    text = (ROOT / "config" / "config.yaml").read_text(encoding="utf-8")
    return {name: ModeAccess(**rules) for name, rules in yaml.safe_load(text)["travel"]["modes"].items()}


def tables_of(source, folder, *, bbox, internet, epsg, buffer_m=200):
    """Pull a place and read it; returns its tables by object."""
    target = folder / "raw" / "osm.pbf"
    pull_osm(source, Boundary(bbox=bbox), target, city="t", edge_buffer_m=buffer_m, epsg=epsg, asking=Asking(internet))
    found = read_osm(target, modes=modes(), epsg=epsg)
    tables = {"places": found.places, "street_nodes": found.street_nodes, "street_edges": found.street_edges}
    return {name: frame.to_wkb() for name, frame in tables.items()}


@fault(OVERPASS, "a place is pulled from a server instead of an extract of the same day", "the same tables")
def test_the_same_tables_as_an_extract(serve, tmp_path, fast):
    server = serve(OverpassServer(ELEMENTS))
    where = {"bbox": BOX, "internet": fast, "epsg": 32631}
    asked = tables_of(ResolvedSource(kind="overpass", url=server.url), tmp_path / "a", **where)
    taken = tables_of(ResolvedSource(kind="extract", file=TOWN), tmp_path / "b", **where)
    assert len(taken["places"]) > 100 and len(taken["street_edges"]) > 100
    for name, table in taken.items():
        pd.testing.assert_frame_equal(asked[name], table, check_exact=True)


def written_as_xml(elements, path):
    """Write elements as an .osm file by hand, beside the project's own writer."""
    from xml.sax.saxutils import quoteattr

    lines = ['<osm version="0.6">']
    for one in sorted(elements, key=lambda one: (["node", "way", "relation"].index(one["type"]), one["id"])):
        tags = "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in one.get("tags", {}).items())
        at = f' lat="{one["lat"]}" lon="{one["lon"]}"' if one["type"] == "node" else ""
        nodes = "".join(f'<nd ref="{node}"/>' for node in one.get("nodes", []))
        lines.append(f'<{one["type"]} id="{one["id"]}" version="1"{at}>{nodes}{tags}</{one["type"]}>')
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


@pytest.mark.cities
def test_the_same_tables_as_an_extract_for_a_recorded_answer(serve, tmp_path, fast):
    folder = Path(os.environ.get("EXTRACTS", "nowhere")).parent / "overpass"
    if not folder.is_dir():
        pytest.skip("no folder of recorded answers beside EXTRACTS")
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    recorded = next(one for one in found if isinstance(one, dict))
    quarter = next(one[0] for one in found if isinstance(one, list) and one[0]["osm_id"] == 11367528)
    south, north, west, east = map(float, quarter["boundingbox"])
    server = serve(lambda wire, request: wire.answer(200, json.dumps(recorded)))
    where = {"bbox": (west, south, east, north), "internet": fast, "epsg": 32648}
    asked = tables_of(ResolvedSource(kind="overpass", url=server.url), tmp_path / "a", **where)
    file = written_as_xml(recorded["elements"], tmp_path / "same.osm")
    taken = tables_of(ResolvedSource(kind="extract", file=file), tmp_path / "b", **where)
    assert len(taken["street_edges"]) > 300
    for name, table in taken.items():
        pd.testing.assert_frame_equal(asked[name], table, check_exact=True)


# ---------------------------------------------------------------- Nominatim


class Nominatim:
    """Answers places, but for the faults: one for each question, the last for ever."""

    def __init__(self, faults=()):
        self.faults, self.times = list(faults), []

    def __call__(self, wire, request):
        self.times.append(time.monotonic())
        todo = self.faults.pop(0) if len(self.faults) > 1 else self.faults[0] if self.faults else None
        todo(wire, request, self) if todo else wire.answer(200, json.dumps([PLACE]))


def look_up(server, cache, internet, query="Quarter"):
    asked = internet.model_copy(update={"nominatim_url": server.url})
    return geocode(query, by_id=False, cache=cache, where="config/cities/t.yaml: boundary.place", internet=asked)


@fault(NOMINATIM, "three places in a row", "asked once a second at most, each place once; URL from config")
def test_the_pace(serve, tmp_path):
    server = serve(Nominatim())
    internet = Internet()
    for query in ("a", "b", "a", "b", "c"):
        assert look_up(server, tmp_path, internet, query).equals(AREA)
    first, second, third = server.script.times
    assert second - first >= 0.95 and third - second >= 0.95


@pytest.mark.parametrize(
    "passing",
    [
        pytest.param(says(429), marks=fault(NOMINATIM, "429", "waited, asked again")),
        pytest.param(says(200, body='[{"geo'), marks=fault(NOMINATIM, "JSON that breaks off", "asked again; not kept")),
    ],
)
def test_what_passes_at_nominatim(serve, tmp_path, fast, passing):
    server = serve(Nominatim([passing, None]))
    assert look_up(server, tmp_path, fast).equals(AREA)
    assert len(server.script.times) == 2


@pytest.mark.parametrize(
    ("lasting", "said"),
    [
        pytest.param(says(403), "refuses us", marks=fault(NOMINATIM, "403", "said at once, with the key in config")),
        pytest.param(
            says(200, body="[]"), "knows no place", marks=fault(NOMINATIM, "no such place", "said; nothing is kept")
        ),
        pytest.param(
            says(200, body=json.dumps([{"geojson": {"type": "Point", "coordinates": [3, 0]}}])),
            "no polygon",
            marks=fault(NOMINATIM, "a place that is a point", "said; nothing is kept"),
        ),
        pytest.param(
            says(200, body='{"error": "no"}'),
            "not one of Nominatim",
            marks=fault(NOMINATIM, "JSON of another form", "said at once"),
        ),
        pytest.param(
            says(200, body="<html>hello</html>"),
            "a web page",
            marks=fault(NOMINATIM, "a web page with status 200", "said at once"),
        ),
    ],
)
def test_what_lasts_at_nominatim(serve, tmp_path, fast, lasting, said):
    server = serve(Nominatim([lasting]))
    with pytest.raises(InputError, match=rf"config/cities/t\.yaml: boundary\.place: .*{said}"):
        look_up(server, tmp_path, fast)
    assert len(server.script.times) == 1 and list(tmp_path.iterdir()) == []


@fault(NOMINATIM, "nobody listens", "given up when patience ends, with another way")
def test_nominatim_is_down(tmp_path, fast):
    server = Loopback(Nominatim())
    server.close()
    with pytest.raises(InputError, match=r"connection refused.*boundary\.bbox"):
        look_up(server, tmp_path, fast)


@fault(NOMINATIM, "a server that is asked over http", "warned of before it is asked")
def test_nominatim_over_http(serve, tmp_path, fast):
    lines, server = [], serve(Nominatim())
    internet = by_proxy(server, fast).model_copy(update={"nominatim_url": "http://nominatim.example"})
    boundary = Boundary(place="Quarter")
    found = study_area(boundary, None, city="t", cache=tmp_path, internet=internet, report=lines.append)
    assert found.equals(AREA) and "warning: nominatim.example is asked over http" in lines[0]


@fault(NOMINATIM, "a redirect from https to http", "refused")
def test_nominatim_moves_to_http(serve, tmp_path, fast, monkeypatch):
    goal = serve(Nominatim())
    server = serve(
        Nominatim([lambda wire, request, _: moved_to_http(goal)(wire, request, None)]), certificate="unknown"
    )
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATES / "unknown.pem"))
    with pytest.raises(InputError, match=r"from https to http .*refused"):
        look_up(server, tmp_path, fast)
    assert not goal.requests


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": [[["x", 1], [2, 3]]]},
        {"type": "Polygon", "coordinates": [[[1, 1], [2, 2]]]},
        {"type": "MultiPolygon", "coordinates": 3},
        {"type": "Polygon", "coordinates": []},
        "Polygon",
    ],
)
@fault(NOMINATIM, "a polygon that is none", "said; nothing is kept")
def test_no_polygon(serve, tmp_path, fast, shape):
    place = {"importance": "high", "geojson": shape}
    server = serve(Nominatim([says(200, body=json.dumps([place]))]))
    with pytest.raises(InputError, match="gives no polygon of"):
        look_up(server, tmp_path, fast)
    assert list(tmp_path.iterdir()) == []
