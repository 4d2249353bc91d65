"""What reruns when something changes, and what the run says."""

import hashlib
import shutil
import zipfile
from pathlib import Path

import pytest

from creative_nodes.report.gis.layers import geopackage_contents

ROOT = Path(__file__).resolve().parents[2]
STAGES = (
    "pull_osm",
    "read_osm",
    "locate_sites",
    "spread_people",
    "map_completeness",
    "survey_grounds",
    "read_transit",
    "connect_spaces",
    "measure_reach",
    "measure_clusters",
    "measure_reference",
    "draw_isochrones",
    "map_accessibility",
    "describe_city",
    "lay_scales",
    "score_candidates",
    "score_survey",
    "recommend_set",
    "record_decisions",
    "measure_scenarios",
    "score_scenarios",
    "sweep_settings",
    "doubt_priorities",
    "choose_portfolio",
    "back_test",
    "doubt_worlds",
    "judge_marks",
    "record_city",
    "pack_geopackage",
    "write_csv",
    "write_workbook",
    "draw_map",
)
FOR_PEOPLE = {"record_city", "pack_geopackage", "write_csv", "write_workbook", "draw_map", "demo"}
SWEPT = {"sweep_settings", "doubt_priorities"}
WORLDS = {"doubt_worlds", "judge_marks"}
SCORE = {
    "score_candidates",
    "score_survey",
    "recommend_set",
    "record_decisions",
    "score_scenarios",
    "back_test",
    "choose_portfolio",
    *SWEPT,
    *WORLDS,
}
REFERENCE = {"measure_reference", "lay_scales"}
REACH = {"measure_reach", "measure_clusters", "draw_isochrones", "map_accessibility", "describe_city"}


def set_key(*keys, value):
    def change(data):
        for key in keys[:-1]:
            data = data[key]
        data[keys[-1]] = value

    return change


def test_demo_makes_the_page_and_says_one_line_a_stage(demo):
    assert (demo.folder / "reports/sample.html").stat().st_size > 50_000
    page = (demo.folder / "reports/sample.html").read_text(encoding="utf-8")
    assert "How complete is the mapping" in page and "var shapes_mapping_thin" in page
    assert (demo.folder / "data/processed/sample/sample.gpkg").exists()
    lines = [line for line in demo.demo_output.stderr.splitlines() if line.startswith("sample ")]
    stages = [line.split()[1] for line in lines]
    assert sorted(stages) == sorted(STAGES)
    assert all(" s  " in line and "(log: logs/sample/" in line for line in lines)
    for line in lines:
        assert Path(demo.folder, line.rsplit("(log: ", 1)[1].rstrip(")")).exists()


def test_the_geopackage_opens_in_gdal_with_the_scores_beside_the_candidates(demo):
    import pyogrio

    path = demo.folder / "data/processed/sample/sample.gpkg"
    layers = set(pyogrio.list_layers(path)[:, 0])
    assert layers == {name for name, _, _ in geopackage_contents()}
    candidates = pyogrio.read_dataframe(path, layer="candidates")
    assert candidates.crs.to_epsg() == 4326
    assert candidates.set_index("rank").loc[1, "name"] == "Kho Bến Cũ"
    heritage = pyogrio.read_dataframe(path, layer="heritage")
    assert "way/50179" in heritage.set_index("name").loc["Kho Bến Cũ", "osm_ids"]


def test_the_report_of_snakemake_holds_pages_and_tables(demo, tmp_path):
    packed = tmp_path / "report.zip"
    demo.snakemake("demo", "--report", str(packed))
    with zipfile.ZipFile(packed) as found:
        names = [Path(name).name for name in found.namelist()]
        shown = found.read("report/report.html").decode()
    # the page and its slides are called alike
    assert names.count("sample.html") == 2
    assert {"sample.gpkg", "sample.xlsx", "scores.csv", "recommended.csv"} <= set(names)
    assert "Pages" in shown and "Tables" in shown


def test_a_second_run_does_nothing(demo):
    assert demo.would_run("demo") == set()


@pytest.mark.parametrize(
    ("path", "change", "expected"),
    [
        pytest.param(
            "config/config.yaml",
            lambda data: data["score"]["weights"].update(network_gain=0.10, exchange=0.21),
            SCORE | FOR_PEOPLE,
            id="weight",
        ),
        pytest.param(
            "config/config.yaml",
            set_key("clusters", "eps_m", value=250),
            # the portfolio asks which spaces there are, and the sweeps for every setting
            {
                "connect_spaces",
                "describe_city",
                "choose_portfolio",
                "measure_clusters",
                "recommend_set",
                "record_decisions",
            }
            | SWEPT
            | WORLDS
            | FOR_PEOPLE,
            id="cluster eps",
        ),
        pytest.param(
            "config/config.yaml",
            set_key("reach", "walk_minutes", value=10),
            # the scenario that is measured anew has minutes of its own, but what is much is told by the city's places
            {"measure_scenarios"} | REACH | REFERENCE | SCORE | FOR_PEOPLE,
            id="walking reach",
        ),
        pytest.param(
            "config/config.yaml",
            set_key("completeness", "thin_below", value=0.1),
            # how completely a hexagon is mapped sets which spaces may be lost or added
            {"map_completeness", "describe_city"} | WORLDS | FOR_PEOPLE,
            id="limit of thin mapping",
        ),
        pytest.param(
            "config/config.yaml",
            set_key("isochrones", "cell_m", value=30),
            {"draw_isochrones"} | FOR_PEOPLE - {"write_csv"},
            id="cell of areas",
        ),
        pytest.param(
            "config/config.yaml",
            set_key("transit", "headway_minutes", "bus", value=9),
            {"read_transit", "measure_scenarios"} | REACH | REFERENCE | SCORE | FOR_PEOPLE,
            id="headway",
        ),
        pytest.param(
            "config/config.yaml",
            set_key("portfolio", "k", value=3),
            {"choose_portfolio"} | FOR_PEOPLE,
            id="portfolio",
        ),
        pytest.param(
            "config/config.yaml",
            set_key("scenarios", "heritage_first", "label", value="Heritage"),
            {"score_scenarios", "doubt_priorities"} | FOR_PEOPLE,
            id="name of a scenario",
        ),
        pytest.param(
            "config/config.yaml",
            set_key("scenarios", "older_walkers", "override", "reach", "walk_minutes", value=8),
            {"measure_scenarios", "score_scenarios", "doubt_priorities"} | FOR_PEOPLE,
            id="reach of a scenario",
        ),
        pytest.param("config/config.yaml", set_key("doubt", "places", value=300), WORLDS | FOR_PEOPLE, id="doubt"),
        pytest.param("config/config.yaml", set_key("cities", value=["hanoi"]), set(), id="list of cities"),
        pytest.param(
            "config/cities/sample.yaml",
            set_key("name", value="Another name"),
            FOR_PEOPLE - {"write_csv"},
            id="city name",
        ),
    ],
)
def test_a_changed_key_reruns_only_what_uses_it(demo, path, change, expected):
    demo.edit(path, change)
    try:
        assert demo.would_run("demo") == expected
    finally:
        demo.restore(path)


def test_a_changed_taxonomy_does_not_pull_or_read_again(demo):
    path = demo.folder / "config/taxonomy/industrial_heritage.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("weight: 0.35", "weight: 0.36"), encoding="utf-8")
    try:
        rules = demo.would_run("demo")
        assert "locate_sites" in rules
        assert not rules & {"pull_osm", "read_osm", "spread_people"}
    finally:
        demo.restore("config/taxonomy/industrial_heritage.yaml")


def test_the_comparison_is_made_of_the_cities_of_the_run_and_follows_the_list_of_facts(demo):
    demo.edit("config/config.yaml", set_key("cities", value=["sample"]))
    try:
        assert demo.would_run("reports/comparison.html") == {"pool_backtest", "record_run", "write_comparison"}
        demo.snakemake("reports/comparison.html")
        page = (demo.folder / "reports/comparison.html").read_text(encoding="utf-8")
        assert 'href="sample.html"' in page and 'href="hanoi.html"' not in page
        assert demo.would_run("reports/comparison.html") == set()
        demo.edit("config/governance.yaml", lambda data: data["facts"].pop())
        assert demo.would_run("reports/comparison.html") == {"write_comparison"}
        demo.edit("config/governance.yaml", lambda data: data["facts"][0].update(titel="x"))
        done = demo.snakemake("reports/comparison.html", check=False)
        assert done.returncode != 0
        assert "config/governance.yaml: facts.vn_resolution_80.titel: unknown key; did you mean title?" in done.stderr
    finally:
        demo.restore("config/config.yaml")
        demo.restore("config/governance.yaml")
        (demo.folder / "reports/comparison.html").unlink(missing_ok=True)


def test_the_catalogue_is_made_of_the_cities_of_the_run_and_follows_the_file_of_facets_alone(demo):
    demo.edit("config/config.yaml", set_key("cities", value=["sample"]))
    folder = demo.folder / "reports/catalogue"
    try:
        # the record of the run is there already where an earlier test asked for all of this one city
        assert demo.would_run("reports/catalogue") - {"record_run"} == {"write_catalogue"}
        demo.snakemake("reports/catalogue")
        assert (folder / "sample/index.html").is_file() and not (folder / "hanoi").exists()
        assert demo.would_run("reports/catalogue") == set()
        demo.edit("config/taxonomy/facets.yaml", set_key("facets", "role", "title", value="Part"))
        assert demo.would_run("reports/catalogue", "demo") == {"write_catalogue"}
    finally:
        demo.restore("config/config.yaml")
        demo.restore("config/taxonomy/facets.yaml")
        shutil.rmtree(folder, ignore_errors=True)


def test_without_a_target_all_is_made(demo):
    asked = ("--config", "cities=sample", "run=unheard-of")
    found = demo.would_run(*asked)
    assert {"write_index", "write_catalogue", "all"} <= found
    assert found == demo.would_run("all", *asked)


def test_the_same_inputs_give_the_same_bytes(demo, fresh):
    fresh.snakemake("demo", anew=True)

    def digests(folder):
        tables = sorted((folder / "data/processed/sample").glob("*.parquet"))
        pages = sorted((folder / "reports").glob("*.html"))
        folder = folder / "data/processed/sample"
        packed = [*folder.glob("*.qgz"), *folder.glob("*.xlsx")]
        assert len(packed) == 4
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in [*tables, *pages, *packed]}

    first, second = digests(demo.folder), digests(fresh.folder)
    assert len(first) >= 40
    assert first == second


# ---------------------------------------------------------------- nothing is guessed


def test_a_speed_of_one_country_remakes_no_city_of_another(demo):
    demo.edit("config/config.yaml", lambda data: data["travel"]["speeds_kmh"]["CN"]["walk"].update(default=3.3))
    try:
        assert demo.would_run("demo") == set()
        demo.edit("config/config.yaml", lambda data: data["travel"]["speeds_kmh"]["VN"]["walk"].update(default=3.3))
        assert "measure_reach" in demo.would_run("demo")
    finally:
        demo.restore("config/config.yaml")


def test_a_new_city_remakes_none_of_the_others(demo):
    file = demo.folder / "config/cities/hue.yaml"
    shutil.copy2(demo.folder / "config/cities/hanoi.yaml", file)
    try:
        assert demo.would_run("demo") == set()
    finally:
        file.unlink()


def test_the_same_bytes_under_another_path_or_touched_remake_nothing(demo):
    moved = demo.folder / "config/known.csv"
    shutil.copy2(demo.folder / "config/registry/sample.csv", moved)
    shutil.copytree(demo.folder / "config/taxonomy", demo.folder / "config/rules")
    extract = demo.folder / "extracts/sample.osm.pbf"
    extract.parent.mkdir()
    shutil.copy(demo.folder / "tests/data/sample_town/sample.osm.pbf", extract)
    for path in (demo.folder / "config").rglob("*.*"):
        path.touch()
    demo.edit("config/cities/sample.yaml", set_key("registry", value="config/known.csv"))
    demo.edit("config/cities/sample.yaml", set_key("source", "file", value="extracts/sample.osm.pbf"))
    for kind, file in (("heritage", "industrial_heritage"), ("creative", "creative_spaces"), ("amenity", "amenities")):
        demo.edit("config/config.yaml", set_key("locate", f"{kind}_taxonomy", value=f"config/rules/{file}.yaml"))
    try:
        assert demo.would_run("demo") == set()
        moved.write_text(moved.read_text(encoding="utf-8").rsplit("\n", 2)[0] + "\n", encoding="utf-8")
        assert "locate_sites" in demo.would_run("demo")
        assert "pull_osm" not in demo.would_run("demo")
    finally:
        demo.restore("config/config.yaml")
        demo.restore("config/cities/sample.yaml")
        shutil.rmtree(demo.folder / "config/rules")
        moved.unlink()
        shutil.rmtree(extract.parent)


@pytest.mark.parametrize(
    "file",
    [
        "config/registry/sample.csv",
        "config/taxonomy/industrial_heritage.yaml",
        "config/taxonomy/amenities.yaml",
        "config/decisions.csv",
    ],
)
def test_a_file_that_vanishes_is_told_also_where_results_exist(demo, file):
    (demo.folder / file).unlink()
    try:
        done = demo.snakemake("demo", check=False)
        assert done.returncode != 0
        assert "bad input" in done.stderr and "no such file" in done.stderr and file in done.stderr
        assert "pull_osm" not in done.stderr
    finally:
        demo.restore(file)


def test_a_bad_city_file_stops_its_own_city_alone(demo):
    demo.edit("config/cities/hanoi.yaml", set_key("zzz", value=1))
    try:
        assert demo.would_run("demo") == set()
        assert demo.would_run("data/processed/sample/scores.parquet") == set()
        for target in ("hanoi", "reports/hanoi.html", "reports/index.html"):
            done = demo.snakemake("-n", target, check=False)
            assert done.returncode != 0 and "config/cities/hanoi.yaml: zzz: unknown key" in done.stdout + done.stderr
    finally:
        demo.restore("config/cities/hanoi.yaml")


def test_a_dry_run_lists_jobs_by_city_and_rule_with_the_reason(demo):
    demo.edit("config/config.yaml", set_key("isochrones", "cell_m", value=30))
    try:
        done = demo.snakemake("-n", "demo")
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith(("sample ", "- "))]
        city, rule, reason = zip(*(line.split(maxsplit=2) for line in lines), strict=True)
        told = dict(zip(rule, reason, strict=True))
        assert city == ("sample", "sample", "sample", "sample", "sample", "-")
        assert told["draw_isochrones"] == "changed: analysis.isochrones.cell_m"
        assert told["pack_geopackage"] == "follows draw_isochrones, record_city"
        assert told["demo"] == "follows draw_isochrones, draw_map, pack_geopackage, record_city, 1 more"
        assert not {"Reasons:", "provenance"} & set((done.stdout + done.stderr).split())
    finally:
        demo.restore("config/config.yaml")


def test_every_city_is_a_target(demo):
    done = demo.snakemake("--list-target-rules", "--workflow-profile", "none")
    assert {"sample", "hanoi", "hcmc", "shanghai"} <= set(done.stdout.split())


# ---------------------------------------------------------------- changed code

PAGES = {"describe_city"} | FOR_PEOPLE
BEFORE_SCORE = {
    "pull_osm",
    "read_osm",
    "locate_sites",
    "spread_people",
    "map_completeness",
    "survey_grounds",
    "read_transit",
    "connect_spaces",
}
BEFORE_SCORE |= {"measure_reach", "draw_isochrones", "map_accessibility"}


@pytest.fixture
def code(demo):
    """The library beside the sample town's results: a function that edits a file and says what would run."""
    source, copy = ROOT / "src", demo.folder / "src"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))

    def change(file, old, new):
        path = copy / "creative_nodes" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return demo.would_run("demo", env={"PYTHONPATH": str(copy)})

    yield change
    shutil.rmtree(copy)


def test_a_comment_or_a_docstring_in_every_library_file_remakes_nothing(demo, code):
    for path in (demo.folder / "src").rglob("*.py"):
        path.write_text(path.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
    assert (
        code("score/rank.py", '"""Score, and how sure it is', '"""Another docstring. Score, and how sure it is')
        == set()
    )


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("reach/settings.py", "minutes: walking reach of residents", "another description"),
        ("pull/tables.py", "all its tags, JSON", "another meaning"),
        ("common/words.py", "many residents within a walk", "another praise"),
    ],
)
def test_a_description_remakes_pages_and_packed_files_at_most(code, file, old, new):
    assert code(file, old, new) <= PAGES


def test_a_changed_constant_of_the_score_remakes_the_score_and_what_follows(code):
    again = code("score/rank.py", "TEN = 10", "TEN = 11")
    assert {"score_candidates", "score_scenarios", "doubt_priorities", "draw_map"} <= again
    assert not again & BEFORE_SCORE
