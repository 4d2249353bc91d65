"""Downloads in a real run of the workflow: started, stopped, killed, refreshed, shown."""

import hashlib
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import osmium
import pytest
from loopback import ROOT, TOWN, FileServer, Loopback, breaks_after, fault, says

PLACE = "run"
OSM = "data/raw/sample/osm.pbf"
NAME = re.compile(r"town-[0-9a-f]{8}\.osm\.pbf")


def copies():
    """Return the helpers of the workflow tests that copy the project."""
    spec = importlib.util.spec_from_file_location("workflow_copies", ROOT / "tests" / "workflow" / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["workflow_copies"] = module
    spec.loader.exec_module(module)
    return module


# rules that these tests have no need of; without them a run starts in half the time
LATER = ("locate", "people", "streets", "network", "reach", "score", "choose", "doubt", "report", "whatif")


def made_in(folder):
    """Copy the project, its sample town to be downloaded, with patience of seconds."""
    made = copies().copy_project(folder / "project")
    snakefile = made.folder / "workflow" / "Snakefile"
    lines = snakefile.read_text(encoding="utf-8").splitlines()
    left_out = {f'include: "rules/{stage}.smk"' for stage in LATER}
    snakefile.write_text("\n".join(line for line in lines if line not in left_out), encoding="utf-8")
    made.edit("config/config.yaml", lambda d: d.update(internet={"second_s": 0.01, "patience_minutes": 2}))
    return made


def from_server(project, server, **more):
    url = f"{server.url.replace('://', '://me:pa55@')}/town.osm.pbf?token=s3cret"
    source = {"kind": "geofabrik", "url": url, "mirrors": [], **more}
    project.edit("config/cities/sample.yaml", lambda d: d.update(source=source))


def downloads(project):
    folder = project.folder / "data/raw/downloads"
    return sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []


def run(project, *arguments, check=True):
    done = project.snakemake(*arguments, check=check)
    return done.stdout + done.stderr


def all_bytes(project):
    """Return the text of every file that a run leaves, but for the configuration."""
    parts = [project.folder / name for name in ("data", "logs", "reports", ".snakemake")]
    return b"\n".join(one.read_bytes() for part in parts for one in part.rglob("*") if one.is_file())


def newer_town(path):
    """Write the town with a later date in its header."""
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2026-02-03T00:00:00Z")
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for item in osmium.FileProcessor(str(TOWN)):
            writer.add(item)
    return path.read_bytes()


@pytest.fixture(scope="class")
def ran(tmp_path_factory):
    """A copy of the project that was run over a bad line: its server, what it said, and the bytes it left."""
    server = Loopback(FileServer(TOWN.read_bytes(), [breaks_after(0.4)]))
    project = made_in(tmp_path_factory.mktemp("run"))
    from_server(project, server)
    said = run(project, OSM)
    yield SimpleNamespace(project=project, server=server, said=said, left=all_bytes(project))
    server.close()


class TestOneProject:
    """One copy of the project through its days; each test goes on from the one before."""

    @fault(PLACE, "a line that carries 40 % at a time, in a run", "told; file, SHA-256 and note land")
    def test_a_run_over_a_bad_line(self, ran):
        names = downloads(ran.project)
        assert [NAME.sub("town", name) for name in names] == ["town", "town.json", "town.sha256"]
        digest = hashlib.sha256(TOWN.read_bytes()).hexdigest()
        assert (ran.project.folder / "data/raw/downloads" / names[2]).read_text().split()[0] == digest
        assert "downloading town" in ran.said and "GB free" in ran.said and "trying again in" in ran.said

    @fault(PLACE, "a password and a token in the URL of a source", "in no line, log, table or note of Snakemake")
    def test_secrets(self, ran):
        assert "s3cret" not in ran.said and "pa55" not in ran.said
        assert b"s3cret" not in ran.left and b"pa55" not in ran.left
        assert any("token=s3cret" in one.path for one in ran.server.requests)

    @fault(PLACE, "make refresh: the file is the same", "not fetched again, nothing remade")
    def test_refresh_of_the_same(self, ran):
        ran.server.script.faults = []
        assert "unchanged" in run(ran.project, "refresh_downloads")
        assert ran.server.requests[-1].headers["if-none-match"] == '"one"'
        assert "Nothing to be done" in run(ran.project, OSM)

    @fault(PLACE, "make refresh: the server is down", "said so; the file and all results stay")
    def test_refresh_in_vain(self, ran):
        ran.server.script.faults = [says(404)]
        said = run(ran.project, "refresh_downloads", check=False)
        assert "stays as it was" in said and "404" in said
        folder = ran.project.folder / "data/raw/downloads"
        assert TOWN.read_bytes() in [one.read_bytes() for one in folder.iterdir()]

    @fault(PLACE, "a forced rerun while the server is down", "the file that is there serves; nothing is asked")
    def test_a_forced_rerun_without_a_network(self, ran):
        asked = len(ran.server.requests)
        run(ran.project, "--forcerun", "download_file", "--", OSM)
        assert len(ran.server.requests) == asked

    @fault(PLACE, "make refresh: there is a newer file", "fetched, what changed is said; the city is pulled anew")
    def test_refresh_of_a_newer(self, ran, tmp_path):
        newer = newer_town(tmp_path / "newer.osm.pbf")
        ran.server.script = FileServer(newer, etag='"two"')
        said = run(ran.project, "refresh_downloads")
        assert re.search(r"newer; 0\.097 MB, data of 2026-01-01 before, 0\.\d+ MB, data of 2026-02-03 now", said), said
        assert "pull_osm" in run(ran.project, OSM)
        note = json.loads((ran.project.folder / "data/raw/sample/provenance.json").read_text())
        assert note["source_sha256"] == hashlib.sha256(newer).hexdigest()


@fault(PLACE, "kill -9 of Snakemake and its jobs while the extract comes", "the next run goes on from there")
def test_a_kill_of_the_run(tmp_path, serve):
    def holds(wire, request, server):
        wire.send(server.begin(wire, request)[:70_000])
        time.sleep(60)  # longer than the busiest machine takes to send a signal

    project = made_in(tmp_path)
    server = serve(FileServer(TOWN.read_bytes(), [holds, None]))
    from_server(project, server)
    command = [sys.executable, "-m", "snakemake", OSM]
    child = subprocess.Popen(
        command, cwd=project.folder, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not any(name.endswith(".part") for name in downloads(project)) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    run(project, "--unlock")
    run(project, OSM)
    asked = [one.headers.get("range", "all") for one in server.requests if ".md5" not in one.path]
    assert asked[0] == "all" and asked[-1].startswith("bytes=")
    assert [NAME.sub("town", name) for name in downloads(project)] == ["town", "town.json", "town.sha256"]
