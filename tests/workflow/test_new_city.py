"""A city begun by the workflow and made as far as its sites, with Geofabrik and its extract imitated on loopback."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import osmium
import pytest
import shapely
import yaml

from creative_nodes.common import tables
from creative_nodes.report.tables import TABLES

ROOT = Path(__file__).resolve().parents[2]
TOWN = ROOT / "tests/data/sample_town/sample.osm.pbf"


@pytest.fixture
def servers(fresh):
    """One server that is Geofabrik and knows no place; the project's configuration names it."""

    class Handler(BaseHTTPRequestHandler):
        asked: ClassVar[list] = []

        def do_GET(self):
            self.asked.append(self.path)
            body = self.bodies.get(self.path.partition("?")[0])
            # without anything to serve it fails on purpose, as a busy server
            status = 200 if body is not None else 404 if self.bodies else 503
            self.send_response(status)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    outline = shapely.geometry.mapping(shapely.box(0, -5, 10, 5))
    said = {"name": "Gulf", "urls": {"pbf": f"{url}/gulf-latest.osm.pbf"}}
    index = {"features": [{"properties": said, "geometry": outline}]}
    Handler.bodies = {"/index-v1.json": json.dumps(index).encode(), "/gulf-latest.osm.pbf": TOWN.read_bytes()}
    Handler.url = url

    def edit(config):
        config["internet"] |= {"geofabrik_index": f"{url}/index-v1.json", "nominatim_url": url, "second_s": 0.01}

    fresh.edit("config/config.yaml", edit)
    yield Handler
    server.shutdown()
    server.server_close()


def box_of_the_town():
    """Return a box inside the sample town's study area, as the command line has it."""
    nodes = [(one.lon, one.lat) for one in osmium.FileProcessor(str(TOWN), osmium.osm.NODE)]
    west, south, east, north = shapely.MultiPoint(nodes).bounds
    margin = 0.1 * (east - west)
    return f"{west + margin:.4f},{south + margin:.4f},{east - margin:.4f},{north - margin:.4f}"


def test_a_box_becomes_a_city_and_its_sites_are_located(fresh, servers):
    done = fresh.snakemake("new_city", "--config", "name=Cloud River Mouth", f"box={box_of_the_town()}", "country=VN")
    assert "snakemake cloud-river-mouth" in done.stdout + done.stderr
    path = fresh.folder / "config/cities/cloud-river-mouth.yaml"
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert said["source"] == {"kind": "geofabrik", "url": f"{servers.url}/gulf-latest.osm.pbf"}
    # the file as it was written is a city: downloaded, cut, read, located
    fresh.snakemake("data/processed/cloud-river-mouth/heritage.parquet")
    heritage = tables.read(TABLES["heritage"], fresh.folder / "data/processed/cloud-river-mouth/heritage.parquet")
    assert len(heritage) > 0
    assert servers.asked.count("/gulf-latest.osm.pbf") == 1
    # and it is no place to write over
    before = path.read_bytes()
    again = fresh.snakemake("new_city", "--config", "name=Cloud River Mouth", check=False)
    assert again.returncode != 0 and "is there already" in again.stdout + again.stderr
    assert path.read_bytes() == before


def test_a_name_that_nobody_answers_leaves_a_file_to_fill(fresh, servers):
    servers.bodies = {}
    done = fresh.snakemake("new_city", "--config", "name=Far Away")
    told = done.stdout + done.stderr
    assert "FILL: ISO 3166-1 code" in told and "answered 503" in told
    left = fresh.snakemake("-n", "far-away", check=False)
    assert "config/cities/far-away.yaml: country: this key is missing" in left.stdout + left.stderr


def test_what_is_asked_is_checked_before_anything_runs(fresh):
    done = fresh.snakemake("new_city", "--config", "nam=X", check=False)
    assert "nam: no such key" in done.stdout + done.stderr or "name: this key is missing" in done.stdout + done.stderr
    assert done.returncode != 0 and "Traceback" not in done.stdout + done.stderr
