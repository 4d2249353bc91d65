"""Towns of the kinds that analyses fail on, run through to their pages: each says in words what it lacks."""

import re

import hard_towns
import pytest

from creative_nodes.common import tables
from creative_nodes.report.tables import TABLES

PAGES = ("bare-streets", "night-rail", "small-centre", "index", "comparison")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """All towns, made by one run as far as their pages."""
    project = hard_towns.copied(tmp_path_factory.mktemp("hard"))
    towns = hard_towns.add_hard_towns(project)
    project.said = project.snakemake("report", "--config", f"cities={','.join(towns)}").stderr
    return project


def read(project, city, name):
    return tables.read(TABLES[name], project.folder / f"data/processed/{city}/{name}.parquet")


def notices(project, city):
    """Return what stands on the page of a city as a notice, by its key."""
    found = read(project, city, "indicators").set_index("indicator")["source"]
    return {key.removeprefix("notice_"): text for key, text in found.items() if key.startswith("notice_")}


def page(project, name):
    return (project.folder / f"reports/{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_no_page_and_no_line_shows_what_is_no_number(made, name):
    body = re.sub(r"<(script|style)\b.*?</\1>", "", page(made, name), flags=re.DOTALL)
    assert not re.search(r"\bnan\b|\binf\b|\bNaN\b", re.sub(r"<[^>]+>", " ", body))
    assert "nan" not in made.said.replace("transit_minutes", "")


def test_streets_alone_come_to_a_page_that_says_nothing_was_found(made):
    assert read(made, "bare-streets", "heritage").empty and read(made, "bare-streets", "creative").empty
    figures = read(made, "bare-streets", "indicators").set_index("indicator")["value"]
    assert figures[["connectivity", "isolated_share", "efficiency"]].isna().all()
    for name in ("bare-streets", "index", "comparison"):
        assert "Nothing was found" in page(made, name), name
    assert "barely connected" not in page(made, "bare-streets")
    assert "no creative space found, so there is no network to measure" in made.said
    assert notices(made, "bare-streets")["few"].startswith("No site has enough evidence")


def test_an_extract_that_ends_within_the_study_area_says_so(made):
    # 900 m of streets each way in a study area of 6,050 m: 0.81 of 36.6 km²
    assert "lie on 2.2\xa0% of the study area only" in notices(made, "bare-streets")["extract"]
    assert "extract" not in notices(made, "night-rail") | notices(made, "small-centre")


def test_trains_that_are_left_out_are_told_in_the_run_and_on_the_page(made):
    said = notices(made, "night-rail")["transit_kinds_left_out"]
    assert f"{hard_towns.TRAINS} train" in said and "give these kinds a headway" in said
    assert said in " ".join(made.said.split())
    assert "nobody rides them" in page(made, "night-rail")
    # the other towns have none
    assert "transit_kinds_left_out" not in notices(made, "small-centre")


def test_a_feed_by_frequencies_runs_past_midnight(made):
    services = read(made, "night-rail", "services")
    # every half hour, of which the window from 23:00 to 25:00 holds four
    assert services["headway_min"].tolist() == [30, 30] and services["minutes"].tolist() == [0, 6]
    assert "departures: 4" in notices(made, "night-rail")["transit_gtfs"]


def test_residents_by_polygon_are_those_of_the_file(made):
    people = read(made, "night-rail", "people")
    assert people["residents"].sum() == pytest.approx(6000, rel=1e-4)  # the grid's cells are cut by the polygons
    assert "86\xa0% of the study area only" in notices(made, "night-rail")["people_covered"]


def test_a_small_centre_is_not_ranked_and_says_why(made):
    scores = read(made, "small-centre", "scores")
    assert len(scores) == 1 and scores["rank"].isna().all()
    assert "1 candidate can be reached, and a ranking takes 3" in page(made, "small-centre")
    assert "No source of residents was given" in notices(made, "small-centre")["people"]


def test_trains_that_config_names_are_ridden(made):
    def named(data):
        data["override"]["transit"] = {
            "headway_minutes": {"train": 20},
            "speed_kmh": {"train": 45},
            "access_minutes": {"train": 2},
            "detour": {"train": 1.1},
        }

    made.edit("config/cities/night-rail.yaml", named)
    made.snakemake("data/processed/night-rail/services.parquet")
    services = read(made, "night-rail", "services")
    assert services.loc[services["kind"] == "train", "service_id"].nunique() == 2 * hard_towns.TRAINS  # both ways
    assert "kinds_left_out" not in set(read(made, "night-rail", "transit_notes")["key"])
