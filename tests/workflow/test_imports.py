"""An imported list in the workflow: told when it is not there, read when it is; what a change of it runs."""

import json

from creative_nodes.common import tables
from creative_nodes.report.tables import TABLES

LIST = "name,lon,lat,listing\nOld ropeworks,3.001,0.017,city\n"
HERITAGE = "data/processed/sample/heritage.parquet"
ENTRY = {
    "file": "ropeworks.csv",
    "columns": {"name": "name", "lon": "lon", "lat": "lat", "listing": "listing"},
    "kind": "heritage",
    "source": "a made-up list",
}


def with_list(project, **changes):
    project.edit("config/cities/sample.yaml", lambda data: data.update(imports=[{**ENTRY, **changes}]))


def test_a_list_from_the_folder_of_imports(fresh):
    with_list(fresh)
    missing = fresh.snakemake(HERITAGE, check=False)
    said = missing.stdout + missing.stderr
    assert missing.returncode != 0
    assert "Traceback" not in said
    for word in ("config/cities/sample.yaml", "imports.0.file", "ropeworks.csv", "IMPORTS", "required: false"):
        assert word in said
    assert not list((fresh.folder / "data").rglob("*.pbf"))

    with_list(fresh, required=False)
    fresh.snakemake(HERITAGE)
    before = tables.read(TABLES["heritage"], fresh.folder / HERITAGE)
    lists = tables.read(TABLES["imports"], fresh.folder / "data/processed/sample/imports.parquet")
    assert len(lists) == 0

    folder = fresh.folder / "lists"
    folder.mkdir()
    (folder / "ropeworks.csv").write_text(LIST, encoding="utf-8")
    env = {"IMPORTS": str(folder)}
    assert fresh.would_run(HERITAGE, env=env) == {"locate_sites"}
    fresh.snakemake(HERITAGE, env=env)
    after = tables.read(TABLES["heritage"], fresh.folder / HERITAGE)
    (row,) = after[~after["site_id"].isin(before["site_id"])].to_dict("records")
    assert (row["name"], row["listed"], row["in_osm"]) == ("Old ropeworks", True, False)
    assert [one["rule"] for one in json.loads(row["evidence"])] == ["import"]
    (row,) = tables.read(TABLES["imports"], fresh.folder / "data/processed/sample/imports.parquet").to_dict("records")
    assert (row["file"], row["n"], row["placed"], row["warning"]) == ("ropeworks.csv", 1, 1, "")

    # the same list in another folder
    folder = folder.rename(folder.with_name("elsewhere"))
    with_list(fresh, required=False, file="elsewhere/ropeworks.csv")
    assert fresh.would_run(HERITAGE) == set()

    # and under another name
    (folder / "ropeworks.csv").rename(folder / "of_the_guild.csv")
    with_list(fresh, file="elsewhere/of_the_guild.csv")
    assert fresh.would_run(HERITAGE) == set()
    # what is said of it counts
    with_list(fresh, file="elsewhere/of_the_guild.csv", defaults={"heritage_class": "warehouse"})
    assert fresh.would_run(HERITAGE) == {"locate_sites"}
    with_list(fresh, file="elsewhere/of_the_guild.csv")

    (folder / "of_the_guild.csv").write_text(LIST.replace("3.001", "3,001"), encoding="utf-8")
    wrong = fresh.snakemake(HERITAGE, check=False, env=env)
    assert wrong.returncode != 0
    assert "of_the_guild.csv, line 2" in wrong.stderr
