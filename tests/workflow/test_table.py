"""Many cities from one table: one file read once, a bad one stops itself alone, others are not read."""

import csv
import re

HEAD = ("city", "name", "local_name", "country", "boundary.bbox", "epsg", "source.kind", "source.file")
HEAD += ("override.edge_buffer_m",)
TOWN = "tests/data/sample_town/sample.osm.pbf"


def write(project, boxes, name="quarters"):
    """Write a table of quarters of the sample town, by key."""
    with (project.folder / f"config/cities/{name}.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [(key, key, key, "VN", str(list(box)), 32631, "extract", TOWN, 100) for key, box in boxes.items()]
        csv.writer(file).writerows([HEAD, *rows])


# of the study area from (2.982, 0.009) to (3.018, 0.036)
QUARTERS = {
    "south-west": (2.983, 0.010, 3.000, 0.022),
    "north-east": (3.000, 0.022, 3.017, 0.035),
    "middle": (2.990, 0.015, 3.010, 0.030),
}


def pulled(project, keys):
    """Return what was pulled of each city."""
    return {
        (key, path): (project.folder / path.format(key)).read_bytes()
        for key in keys
        for path in ("data/raw/{}/osm.pbf", "data/raw/{}/provenance.json", "data/processed/{}/study_area.parquet")
    }


def test_cities_of_a_table_are_cut_together_as_each_by_itself(fresh):
    boxes = dict(list(QUARTERS.items())[:2])
    write(fresh, {**boxes, "away": (10, 10, 10.1, 10.1)})
    asked = ("all", "--until", "read_osm", "--config", "cities=quarters")
    done = fresh.snakemake(*asked, check=False)
    # the one that lies elsewhere says why, and the others are made
    assert done.returncode and "away pull_osm: sample.osm.pbf: nothing lies inside the study area" in done.stderr
    assert "2 of 3 cities" in done.stderr
    together = pulled(fresh, boxes)
    # what was made for all of them is gone, also what nobody took
    assert not list((fresh.folder / "data/raw").glob("_cuts/*/*.osm.pbf"))

    write(fresh, boxes)
    assert fresh.would_run(*asked) == set()
    # one more city: those before it stay as they are
    write(fresh, QUARTERS)
    assert fresh.would_run(*asked) == {"pull_osm", "read_osm"}

    for key in boxes:
        for path in ("data/raw/{}/osm.pbf", "data/raw/{}/provenance.json", "data/processed/{}/study_area.parquet"):
            (fresh.folder / path.format(key)).unlink()
        done = fresh.snakemake(f"data/raw/{key}/osm.pbf", "--config", "cities=quarters")
        assert "cut_extract" not in done.stderr
    assert pulled(fresh, boxes) == together


def test_a_run_of_one_city_reads_no_other(fresh):
    write(fresh, {"quarter": QUARTERS["middle"]})
    table = fresh.folder / "config/cities/quarters.csv"
    bad = "".join(f"city-{i},,,Nowhere,no box,-1,guess,,\n" for i in range(300))
    table.write_text(table.read_text(encoding="utf-8") + bad, encoding="utf-8")
    for i in range(300):
        (fresh.folder / f"config/cities/file-{i}.yaml").write_bytes(b"\xff\xfe not UTF-8")
    assert "pull_osm" in fresh.would_run("quarter")
    # a full run of the table reads them, and says the first that is wrong
    done = fresh.snakemake("-n", "--config", "cities=quarters", check=False)
    assert re.search(r"quarters\.csv, line 3 \(city-0\): country: .*Nowhere", done.stdout + done.stderr)
