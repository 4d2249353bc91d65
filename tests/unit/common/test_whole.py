"""Files that appear whole or not at all, also where other processes have them open."""

import os
import signal
import sqlite3
import subprocess
import sys
import time

import geopandas as gpd
import pyogrio
import pytest
from shapely.geometry import Point

from creative_nodes.common import InputError, Making, sweep, whole_file
from creative_nodes.common.whole import BUSY_S, COMPANIONS

# a program that has the database open: in write-ahead mode, in the middle of reading, of writing, or idle
HOLDER = """
import sqlite3, sys, time
path, journal, doing = sys.argv[1:]
base = sqlite3.connect(path, isolation_level=None)
# what the triggers of a GeoPackage call
for name in ("IsEmpty", "MinX", "MaxX", "MinY", "MaxY"):
    base.create_function(f"ST_{name}", 1, lambda shape: 0)
base.execute(f"PRAGMA journal_mode={journal}")
base.execute("PRAGMA cache_size=1")
base.execute("UPDATE sites SET name = 'by the other program'")
if doing == "reading":
    base.execute("BEGIN")
    base.execute("SELECT name FROM sites").fetchall()
if doing == "writing":
    base.execute("BEGIN IMMEDIATE")
    base.execute("UPDATE sites SET name = hex(randomblob(4000))")
print("ready", flush=True)
sys.stdin.readline()
if doing == "reading":
    base.execute("COMMIT")
print(base.execute("SELECT DISTINCT name FROM sites").fetchall(), flush=True)
sys.stdin.readline()
"""


def write_sites(path, name, rows=50):
    points = [Point(number / 100, 0) for number in range(rows)]
    frame = gpd.GeoDataFrame({"name": [name] * rows}, geometry=points, crs="EPSG:4326")
    pyogrio.write_dataframe(frame, path, layer="sites", driver="GPKG")


def names_in(path):
    return sorted(set(pyogrio.read_dataframe(path, layer="sites")["name"]))


def companions(path):
    return [end for end in COMPANIONS if path.with_name(path.name + end).exists()]


def remake(path, name="new", **how):
    making = Making([path], "pack", **how)
    try:
        write_sites(making.aside(path), name)
        making.finish()
    finally:
        making.close()


@pytest.fixture
def base(tmp_path):
    path = tmp_path / "town.gpkg"
    write_sites(path, "old")
    return path


@pytest.fixture
def hold(base):
    started = []

    def holder(journal, doing):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(base), journal, doing],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield holder
    for process in started:
        process.kill()
        process.communicate()


def ask(process):
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


@pytest.mark.parametrize("doing", ["idle", "reading"])
def test_new_results_are_read_by_all_while_a_gis_has_the_geopackage_open(base, hold, doing):
    gis = hold("wal", doing)
    assert companions(base) == ["-wal", "-shm"]
    before = base.stat().st_mtime_ns
    remake(base, busy_s=0.5)  # which is how long the log of changes is tried to be put away beside a reader
    assert names_in(base) == ["new"]
    assert base.stat().st_mtime_ns > before
    assert ask(gis) == "[('new',)]"
    gis.kill()
    gis.wait()
    assert names_in(base) == ["new"]
    with sqlite3.connect(base) as check:
        assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert not list(base.parent.glob(".making-*"))


def test_a_program_that_writes_is_waited_for_some_seconds(base, hold):
    # as told: unless something else is asked for, and for no less than was asked for
    assert Making([], "pack").busy_s == 5.0 == BUSY_S
    hold("wal", "writing")
    begun = time.monotonic()
    with pytest.raises(InputError, match="is writing to it"):
        remake(base, busy_s=1.0)
    assert time.monotonic() - begun >= 1.0


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_while_another_program_writes_the_rule_stops_and_nothing_changes(base, hold, journal):
    gis = hold(journal, "writing")
    with pytest.raises(InputError, match=r"town\.gpkg: another program has this file open and is writing to it"):
        remake(base, busy_s=0.3)
    gis.kill()
    gis.wait()
    # undone by who may write; GDAL only reads here
    with sqlite3.connect(base) as check:
        assert check.execute("SELECT DISTINCT name FROM sites").fetchall() == [("by the other program",)]
    assert not list(base.parent.glob(".making-*"))


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_what_a_crashed_program_left_beside_the_geopackage_is_not_read_into_the_new_one(base, hold, journal):
    gis = hold(journal, "writing")
    gis.kill()
    gis.wait()
    assert companions(base)
    remake(base)
    assert not companions(base)
    assert names_in(base) == ["new"]


def test_a_log_of_changes_without_its_database_is_not_read_into_the_new_one(base, hold):
    hold("wal", "writing").kill()
    base.unlink()
    assert "-wal" in companions(base)
    remake(base)
    assert names_in(base) == ["new"]


def test_nothing_is_put_in_place_when_one_file_was_not_made(tmp_path):
    one, two = tmp_path / "one.txt", tmp_path / "there" / "two.txt"
    one.write_text("old")
    making = Making([one, two], "rule-town")
    making.aside(one).write_text("new")
    with pytest.raises(FileNotFoundError, match=r"two\.txt"):
        making.finish()
    making.close()
    assert one.read_text() == "old"
    assert not two.exists()


def test_a_folder_keeps_only_what_is_made_now(tmp_path):
    folder = tmp_path / "csv"
    folder.mkdir()
    (folder / "gone.csv").write_text("old")
    (folder / "scores.csv").write_text("old")
    making = Making([folder], "write_csv-town")
    making.aside(folder).mkdir()
    (making.aside(folder) / "scores.csv").write_text("new")
    making.finish()
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"scores.csv": "new"}


def test_folders_in_a_folder_keep_only_what_is_made_now(tmp_path):
    folder = tmp_path / "catalogue"
    (folder / "town" / "space").mkdir(parents=True)
    (folder / "town" / "space" / "gone.html").write_text("old")
    (folder / "town" / "space" / "a.html").write_text("old")
    (folder / ".git").mkdir()
    making = Making([folder], "write_catalogue")
    (making.aside(folder) / "town" / "space").mkdir(parents=True)
    (making.aside(folder) / "town" / "space" / "a.html").write_text("new")
    making.finish()
    there = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert there == {"town/space/a.html": "new"}
    assert (folder / ".git").is_dir()


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_makes_is_not(tmp_path):
    code = (
        "import sys, time; from creative_nodes.common import Making; "
        "making = Making([sys.argv[1]], sys.argv[2]); making.aside(sys.argv[1]).write_text('half'); "
        "print('ready', flush=True); time.sleep(60)"
    )
    makers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "a.txt"), name], stdout=subprocess.PIPE, text=True)
        for name in ("killed", "living")
    ]
    for maker in makers:
        assert maker.stdout.readline() == "ready\n"
    os.kill(makers[0].pid, signal.SIGKILL)
    makers[0].communicate()
    assert [path.name for path in sweep(tmp_path)] == [".making-killed"]
    assert (tmp_path / ".making-living" / "a.txt").exists()
    makers[1].kill()
    makers[1].communicate()
    begun = time.monotonic()
    making = Making([tmp_path / "a.txt"], "living")
    assert time.monotonic() - begun < 5
    assert not making.aside(tmp_path / "a.txt").exists()
    making.close()
    assert not list(tmp_path.iterdir())


def test_a_file_is_replaced_whole_and_stays_as_it_was_when_its_writer_fails(tmp_path):
    path = tmp_path / "new folder" / "table.csv"
    with whole_file(path) as aside:
        aside.write_text("one")
        assert not path.exists()
    with pytest.raises(ValueError, match="no more"), whole_file(path, ending=".part.csv") as aside:
        aside.write_text("tw")
        raise ValueError("no more")
    assert path.read_text() == "one" and list(path.parent.iterdir()) == [path]
