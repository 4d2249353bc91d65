import json
import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import osmium
import pytest
import shapely

from creative_nodes.common.errors import InputError
from creative_nodes.pull import overpass
from creative_nodes.pull.boundary import study_area
from creative_nodes.pull.cut import pull_osm
from creative_nodes.pull.patience import Asking
from creative_nodes.pull.settings import Boundary, Internet
from creative_nodes.pull.source import ResolvedSource

AREA = shapely.box(105.80, 21.00, 105.81, 21.01)
OSM_BASE = "2025-04-22T16:06:14Z"
ELEMENTS = [
    {"type": "relation", "id": 7, "tags": {"type": "site"}, "members": [{"type": "way", "ref": 5, "role": "in"}]},
    {"type": "way", "id": 5, "nodes": [3, 1], "tags": {"highway": "residential", "name": "Phố Võ Thị Sáu"}},
    {"type": "node", "id": 3, "lat": 21.005, "lon": 105.805},
    {"type": "node", "id": 1, "lat": 21.5, "lon": 105.805, "tags": {"amenity": "cafe"}},
    {"type": "node", "id": 2, "lat": 21.5, "lon": 105.9},
]
PLACE = {
    "osm_type": "relation",
    "osm_id": 42,
    "lat": "21.005",
    "lon": "105.805",
    "importance": 0.2,
    "display_name": "Quarter",
    "boundingbox": ["21.00", "21.01", "105.80", "105.81"],
    "geojson": shapely.geometry.mapping(AREA),
}


def answer_of(elements: list | None = None, **more: object) -> dict:
    return {"osm3s": {"timestamp_osm_base": OSM_BASE}, "elements": ELEMENTS if elements is None else elements, **more}


@pytest.fixture
def servers(serve, monkeypatch, tmp_path: Path):
    """An Overpass and a Nominatim on loopback; `replies` says what they answer."""
    replies: dict[str, object] = {"interpreter": answer_of(), "lookup": [PLACE], "search": [PLACE]}

    def answer(handler, _) -> None:
        what = urlsplit(handler.path).path.rpartition("/")[2]
        reply = replies[what]
        body = (reply if isinstance(reply, str) else json.dumps(reply)).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    server = serve(answer)
    server.replies = replies
    server.api = f"{server.url}/api"
    server.internet = Internet(second_s=0.001, patience_minutes=5, nominatim_url=server.url)
    server.asking = Asking(internet=server.internet)
    monkeypatch.setattr(overpass, "SERVERS", (server.api,))
    return server


def queries(server) -> list[str]:
    return [parse_qs(body)["data"][0] for body in server.bodies if body]


def test_asks_once_and_keeps_the_answer(servers, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = overpass.download_elements(AREA, cache=cache, internet=servers.internet)
    again = overpass.download_elements(AREA, cache=cache, internet=servers.internet)
    assert first == again
    assert (first.osm_base, first.server, len(first.elements)) == (OSM_BASE, servers.api, 5)
    assert servers.paths == ["/api/interpreter"]
    assert len(list(cache.iterdir())) == 1


def test_query_asks_for_all_three_types_with_their_geometry(servers, tmp_path: Path) -> None:
    overpass.download_elements(AREA, cache=tmp_path, internet=servers.internet)
    (query,) = queries(servers)
    assert query.startswith("[out:json][timeout:180]")
    for part in ("(node(poly:", ";way(poly:", "rel[type=multipolygon](poly:", "rel(poly:", "(._;>;);", "rel(br)"):
        assert part in query
    assert "21.000000 105.800000" in query
    assert query.endswith("out;")


def test_large_area_is_asked_for_in_parts(servers, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(overpass, "tiles_of", lambda area, tiles_of=overpass.tiles_of: tiles_of(area, side_km=0.6))
    answer = overpass.download_elements(AREA, cache=tmp_path, internet=servers.internet)
    assert len(queries(servers)) == 4
    assert len(answer.elements) == 5


def test_other_server_from_config(servers, tmp_path: Path) -> None:
    answer = overpass.download_elements(AREA, cache=tmp_path, url=f"{servers.url}/mirror/", internet=servers.internet)
    assert answer.server == f"{servers.url}/mirror/"
    assert "/mirror/interpreter" in servers.paths


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (answer_of(remark="runtime error: Query timed out"), "gave up even on a small tile .*Query timed out"),
        (answer_of(remark="runtime error: no such table"), "the server gave up: runtime error: no such table"),
        (answer_of([]), "holds nothing in the study area"),
        ({"detail": "hello"}, "not one of an Overpass server"),
        ("<html>The server is probably too busy</html>", "it is busy: The server is probably too busy"),
        ("<html>Welcome to the hotel</html>", "a web page instead of data .Welcome to the hotel"),
        (json.dumps(answer_of())[:-40], "breaks off"),
        ("", "empty"),
        ([], "not one of an Overpass server"),
        (answer_of([{"type": "node", "id": 1}]), "no OSM object"),
    ],
)
def test_bad_answer_names_the_server(servers, tmp_path: Path, reply, said: str) -> None:
    servers.replies["interpreter"] = reply
    with pytest.raises(InputError, match=said) as error:
        overpass.download_elements(AREA, cache=tmp_path, internet=servers.internet)
    assert str(error.value).startswith(f"{servers.api}: ")
    assert list(tmp_path.iterdir()) == []


def test_nobody_listens(servers, tmp_path: Path) -> None:
    servers.close()
    with pytest.raises(InputError, match="connection refused"):
        overpass.download_elements(AREA, cache=tmp_path, internet=servers.internet)


def test_elements_become_a_sorted_file(tmp_path: Path) -> None:
    path = tmp_path / "a.osm.pbf"
    overpass.write_elements(ELEMENTS, path)
    seen = []
    for item in osmium.FileProcessor(path).with_locations():
        seen.append((item.type_str(), item.id, dict(item.tags)))
        if item.is_way():
            line = [(node.ref, node.location.valid(), node.lon, node.lat) for node in item.nodes]
        if item.is_relation():
            members = [(member.type, member.ref, member.role) for member in item.members]
    assert seen == [
        ("n", 1, {"amenity": "cafe"}),
        ("n", 2, {}),
        ("n", 3, {}),
        ("w", 5, {"highway": "residential", "name": "Phố Võ Thị Sáu"}),
        ("r", 7, {"type": "site"}),
    ]
    assert line == [(3, True, 105.805, 21.005), (1, True, 105.805, 21.5)]
    assert members == [("w", 5, "in")]


@pytest.mark.parametrize(
    ("boundary", "path"),
    [({"relation": 42}, "/lookup?format=json&polygon_geojson=1&osm_ids=R42"), ({"place": "Quarter"}, "/search?")],
)
def test_nominatim_gives_the_area(servers, tmp_path: Path, boundary: dict, path: str) -> None:
    area = study_area(Boundary(**boundary), None, city="town", cache=tmp_path / "cache", internet=servers.internet)
    assert area.equals(AREA)
    assert servers.paths[0].startswith(path)
    assert len(list((tmp_path / "cache").iterdir())) == 1


@pytest.mark.parametrize(
    ("boundary", "reply"),
    [
        ({"relation": 42}, []),
        ({"relation": 42}, [{**PLACE, "geojson": {"type": "Point", "coordinates": [105.8, 21.0]}}]),
        ({"place": "Quarter"}, []),
        ({"place": "Quarter"}, [{**PLACE, "geojson": {"type": "Point", "coordinates": [105.8, 21.0]}}]),
        ({"place": "Quarter"}, {"error": "no"}),
    ],
)
def test_place_without_polygon_names_the_key(servers, tmp_path: Path, boundary: dict, reply) -> None:
    servers.replies.update(lookup=reply, search=reply)
    key = next(iter(boundary))
    with pytest.raises(InputError, match=rf"^config/cities/town\.yaml: boundary\.{key}: .*polygon"):
        study_area(Boundary(**boundary), None, city="town", cache=tmp_path, internet=servers.internet)


def test_pull_cuts_the_answer_like_any_other_source(servers, tmp_path: Path) -> None:
    target = tmp_path / "raw" / "osm.pbf"
    source = ResolvedSource(kind="overpass")
    pulled = pull_osm(source, Boundary(relation=42), target, city="town", edge_buffer_m=100, asking=servers.asking)
    kept = [f"{item.type_str()}{item.id}" for item in osmium.FileProcessor(target)]
    assert kept == ["n1", "n3", "w5", "r7"]
    note = pulled.provenance
    assert (note["kind"], note["source"], note["snapshot"]) == ("overpass", servers.api, "2025-04-22")
    assert set(note["tools"]) == {"creative-nodes", "osmium"}
    assert pulled.study_area.geometry.iloc[0].equals(AREA)
    assert sorted(item.name for item in target.parent.iterdir()) == ["osm.pbf", "overpass_cache"]
    first = target.read_bytes()
    pull_osm(source, Boundary(relation=42), target, city="town", edge_buffer_m=100, asking=servers.asking)
    assert target.read_bytes() == first


# ---------------------------------------------------------------- recorded answers


@pytest.fixture
def recorded() -> list:
    folder = Path(os.environ.get("EXTRACTS", "nowhere")).parent / "overpass"
    if not folder.is_dir():
        pytest.skip("no folder of recorded answers beside EXTRACTS")
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


@pytest.mark.cities
def test_recorded_answers_of_real_servers(servers, recorded: list, tmp_path: Path) -> None:
    places = {found[0]["osm_id"]: found for found in recorded if isinstance(found, list)}
    streets = next(found for found in recorded if isinstance(found, dict))
    assert {11367528, 12413582} <= set(places)
    servers.replies.update(interpreter=streets, lookup=places[11367528])
    target = tmp_path / "osm.pbf"
    pulled = pull_osm(
        ResolvedSource(kind="overpass"),
        Boundary(relation=11367528),
        target,
        city="bach-khoa",
        edge_buffer_m=200,
        asking=servers.asking,
    )
    assert pulled.provenance["snapshot"] == "2025-04-22"
    assert pulled.study_area["epsg"].tolist() == [32648]
    # straight from the answer, without osmium: streets with a node in the buffered quarter stay whole
    buffered = shapely.buffer(pulled.study_area.to_crs(32648).geometry, 200).set_crs(32648).to_crs(4326).iloc[0]
    at = {item["id"]: (item["lon"], item["lat"]) for item in streets["elements"] if item["type"] == "node"}
    inside = {node for node, place in at.items() if buffered.contains(shapely.Point(place))}
    ways = {w["id"]: w["nodes"] for w in streets["elements"] if w["type"] == "way" and inside & set(w["nodes"])}
    assert len(ways) > 100
    assert pulled.provenance["objects"] == {
        "nodes": len(inside | {node for nodes in ways.values() for node in nodes if node in at}),
        "ways": len(ways),
        "relations": 0,
    }
