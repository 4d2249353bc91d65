"""What changed from one run to another, and why: hand-made runs with known answers."""

import pandas as pd
import pytest
from made_runs import TODAY, run

from creative_nodes.common import InputError, tables
from creative_nodes.runs import changes, steps
from creative_nodes.runs.answers import Answer, stored
from creative_nodes.runs.tables import RUN_CHANGES, RUN_STEPS

OTHER = {"analysis.score": {"weights": 2}}


def answer_of(ranks, *chosen):
    frame = pd.DataFrame({"rank": ranks, "score": {site: 1 / rank for site, rank in ranks.items()}}).astype(float)
    return Answer(frame, frozenset(chosen))


@pytest.fixture
def compared(tmp_path):
    """Compare two runs, given as what `run` takes; the tables pass their schemas."""

    def compare(before, after):
        runs = [run(tmp_path / end, **given) for end, given in (("before", before), ("after", after))]
        found = changes.compare_runs(*runs, TODAY)
        for table in (RUN_CHANGES, RUN_STEPS):
            tables.write(found[table.name], table, tmp_path / "x.parquet", provenance={})
        return found["run_changes"].set_index("site_id"), found["run_steps"]

    return compare


def test_runs_of_the_same_parts_have_no_step_and_move_nobody(compared):
    sites, told = compared({"ranks": {"a": 1, "b": None}}, {"ranks": {"a": 1, "b": None}})
    assert len(told) == 0
    assert sites["change"].to_dict() == {"a": "level", "b": "never_ranked"}
    assert not sites["because"].map(len).any()


@pytest.mark.parametrize(
    ("change", "cause", "name"),
    [
        ({"data": "2"}, "data", "source"),
        ({"ground_settings": "2"}, "settings", "city.people"),
        ({"settings": OTHER}, "settings", "analysis.score.weights: 1 → 2"),
        ({"code": {"score_candidates": "2"}}, "code", "score_candidates"),
    ],
)
def test_where_one_cause_differs_all_is_due_to_it_and_nothing_is_computed(compared, change, cause, name):
    before = {"ranks": {"a": 1, "b": 2, "c": 3, "gone": 4, "once": 5}, "chosen": ["a"]}
    after = {"ranks": {"b": 1, "a": 2, "c": 3, "new": 4, "once": None}, "chosen": ["b"], **change}
    sites, told = compared(before, after)
    assert told[["cause", "computed", "moved", "came", "went", "into_set", "out_of_set"]].values.tolist() == [
        [cause, False, 3, 1, 1, 1, 1]
    ]
    assert told["differs"].iloc[0] == [name]
    assert sites["change"].to_dict() == {
        **{"a": "down", "b": "up", "c": "level"},
        **{"gone": "gone", "new": "new", "once": "unranked"},
    }
    assert sites["move"].dropna().to_dict() == {"a": -1, "b": 1, "c": 0}
    assert sites[f"move_{cause}"].dropna().to_dict() == {"a": -1, "b": 1, "c": 0}
    assert sites["because"].map(list).to_dict() == {
        **{site: [cause] for site in ("a", "b", "gone", "new", "once")},
        "c": [],
    }
    assert list(sites.loc["a", "set_because"]) == [cause] and not sites.loc["a", "in_set_after"]
    assert sites.index.tolist()[:3] == ["b", "a", "c"]


def test_settings_and_data_are_parted_by_the_answer_in_between(compared, monkeypatch):
    asked = []

    def computed(ground, rules, today):
        asked.append((ground.folder.name, rules.folder.name))
        if ground.folder == rules.folder:
            return stored(ground)
        return answer_of({"a": 3, "b": 1, "c": 2}, "b")

    monkeypatch.setattr(steps, "answer", computed)
    before = {"ranks": {"a": 1, "b": 2, "c": 3}, "chosen": ["a"]}
    after = {"ranks": {"b": 1, "c": 3, "a": 2}, "chosen": ["b", "c"], "data": "2", "settings": OTHER}
    sites, told = compared(before, after)
    # the ground of the run before under the settings of the run after
    assert ("before", "after") in asked and ("after", "before") not in asked
    assert told["cause"].tolist() == ["settings", "data"]
    assert told["computed"].all()
    assert sites[["move_settings", "move_data", "move"]].T.to_dict("list") == {
        "b": [1, 0, 1],
        "a": [-2, 1, -1],
        "c": [1, -1, 0],
    }
    assert list(sites.loc["c", "because"]) == ["data", "settings"]
    assert list(sites.loc["b", "set_because"]) == ["settings"]
    assert list(sites.loc["c", "set_because"]) == ["data"]


def test_older_code_is_a_step_of_its_own(compared, monkeypatch):
    between = {"before": answer_of({"a": 2, "b": 1}), "mixed": answer_of({"a": 1, "b": 2})}

    def computed(ground, rules, today):
        if ground.folder.name == "after":
            return stored(ground)
        return between["before" if ground.folder == rules.folder else "mixed"]

    monkeypatch.setattr(steps, "answer", computed)
    old = {"ranks": {"a": 1, "b": 2}, "code": {"measure_reach": "0"}}
    sites, told = compared(old, {"ranks": {"a": 1, "b": 2}, "settings": OTHER})
    assert told["cause"].tolist() == ["code", "settings"]
    assert told["differs"].map(list).tolist() == [["measure_reach"], ["analysis.score.weights: 1 → 2"]]
    assert sites.loc["a", ["move", "move_code", "move_settings"]].tolist() == [0, -1, 1]


def test_what_cannot_be_told_apart_is_said(compared, monkeypatch):
    before, after = {"ranks": {"a": 1, "b": 2}}, {"ranks": {"b": 1, "a": 2}}
    # data and settings of the ground together
    sites, told = compared(before, {**after, "data": "2", "ground_settings": "2"})
    assert told[["cause", "problem"]].values.tolist() == [["unsplit", ""]]
    assert list(told["parts"].iloc[0]) == ["data", "settings"]
    assert sites["move_unsplit"].to_dict() == {"b": 1, "a": -1}


def test_tables_that_the_code_of_today_cannot_read_are_no_reason_to_guess(compared, monkeypatch):
    def computed(ground, rules, today):
        if ground.folder.name == "before":
            raise InputError("table heritage lacks column offered", where="heritage.parquet")
        return stored(ground)

    monkeypatch.setattr(steps, "answer", computed)
    before, after = {"ranks": {"a": 1, "b": 2}}, {"ranks": {"b": 1, "a": 2}, "data": "2", "settings": OTHER}
    _, told = compared(before, after)
    assert list(told["parts"].iloc[0]) == ["data", "settings"] and told["cause"].iloc[0] == "unsplit"
    assert "lacks column offered" in told["problem"].iloc[0]


def test_a_site_grouped_anew_is_followed_under_its_new_id(compared):
    before = {"ranks": {"old": 1, "b": 2}, "objects": {"old": ["way/1", "way/2"]}, "chosen": ["old"]}
    after = {"ranks": {"b": 1, "now": 2}, "objects": {"now": ["way/2"]}, "data": "2", "chosen": ["now"]}
    sites, told = compared(before, after)
    row = sites.loc["now"]
    assert (row["site_id_before"], row["matched_by"], row["change"], row["move"]) == ("old", "osm", "down", -1)
    assert row["in_set_before"] and row["in_set_after"] and "old" not in sites.index
    assert told[["came", "went", "into_set"]].values.tolist() == [[0, 0, 0]]
