"""Runs are asked for by name; what is wrong is told with what to do."""

import pytest

from creative_nodes.common import InputError
from creative_nodes.runs import asked
from creative_nodes.runs.record import city_record, read_record, run_record


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for place in ("hanoi", "rush_hour/hanoi", "rush_hour/hcmc", "other/hcmc"):
        (tmp_path / "data/processed" / place).mkdir(parents=True)
        (tmp_path / "data/processed" / place / "run.json").write_text("{}")
        (tmp_path / "data/processed" / place / "study_area.parquet").touch()
    # a run has a record of its own beside its cities
    (tmp_path / "data/processed/rush_hour/run.json").write_text("{}")
    return tmp_path


def test_names_are_read_and_the_run_without_a_name_has_a_word(folder):
    assert asked.runs_asked({"run": "x"}) == {}
    assert asked.runs_asked({"after": "rush_hour"}) == {"before": "unnamed", "after": "rush_hour"}
    runs = asked.runs_asked({"before": "", "after": "rush_hour"})
    assert asked.compared_cities(runs) == ["hanoi"]
    assert asked.compared_files("unnamed", "hanoi")[0] == "data/processed/hanoi/run.json"
    assert asked.compared_files("rush_hour", "hanoi")[0] == "data/processed/rush_hour/hanoi/run.json"
    assert asked.without_runs({"before": "a", "seed": 1}) == {"seed": 1}


def test_two_cities_are_compared_as_one_ground(folder):
    (folder / "data/processed/hcmc").symlink_to(folder / "data/processed/hanoi")
    runs = asked.runs_asked({"before": "hanoi", "after": "hcmc"})
    assert asked.compared_cities(runs) == ["hcmc"]
    read = [asked.compared_files(name, "hcmc")[0] for name in runs.values()]
    assert read == ["data/processed/hanoi/run.json", "data/processed/hcmc/run.json"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"before": "hanoi", "after": "rush_hour"}, ["hanoi is a city", "another city"]),
        ({"after": "rush_hours"}, ["after: no such run", "did you mean rush_hour?"]),
        ({"before": "other"}, ["no city is in both"]),
        ({"before": "unnamed", "after": ""}, ["the same run"]),
    ],
)
def test_what_is_wrong_is_told(folder, given, words):
    with pytest.raises(InputError) as error:
        asked.compared_cities(asked.runs_asked(given))
    assert all(word in str(error.value) for word in words)


@pytest.mark.parametrize("name", ["hanoi", "unnamed"])
def test_a_name_that_is_taken_is_refused(name):
    with pytest.raises(InputError, match=name):
        asked.check_run_name(name, ["hanoi"])
    asked.check_run_name("rush_hour", ["hanoi"])
    asked.check_run_name(None, ["hanoi"])


def test_a_record_that_is_none_is_told(tmp_path):
    with pytest.raises(InputError, match="make the run first"):
        read_record(tmp_path / "run.json")
    for text in ("{", "{}"):
        (tmp_path / "run.json").write_text(text)
        with pytest.raises(InputError, match="make the run anew"):
            read_record(tmp_path / "run.json")


def test_the_id_of_a_run_is_that_of_its_cities_in_any_order():
    one, other = ({**city_record("x", {}, "{}"), "made_of": {"data": {"source": name}}} for name in "ab")
    first, second = run_record("r", {"x": one, "y": other}), run_record(None, {"y": other, "x": one})
    assert first["id"] == second["id"] != run_record("r", {"x": one})["id"]
    assert set(first["cities"]) == {"x", "y"}
