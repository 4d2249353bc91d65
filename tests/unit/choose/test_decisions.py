"""The forward record: what its file must be like, and how a decision stands beside the run."""

from pathlib import Path

import pandas as pd
import pytest

from creative_nodes.choose.decisions import read_decisions, record_decisions
from creative_nodes.common import tables
from creative_nodes.common.errors import InputError
from creative_nodes.report.tables import TABLES

ROOT = Path(__file__).resolve().parents[3]
HEAD = "city,registry_id,site,kind,decision,date,source\n"
ROW = 'hanoi,works,Nhà máy,release,"to move out, soon",2025-11,a paper of 25 November 2025\n'


@pytest.fixture
def read(tmp_path):
    def made(text, **options):
        path = tmp_path / "decisions.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_decisions(path, **options)

    return made


def test_rows_are_read_in_order_of_city_and_date(read):
    later = ROW.replace("2025-11", "2026-03-04")
    found = read(HEAD + later + ROW)
    assert [one.date for one in found] == ["2025-11", "2026-03-04"]
    assert found[0].decision == "to move out, soon"
    assert read("\ufeff" + HEAD + ROW) == found[:1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("city,site\n", r"column registry_id, kind, decision, date, source is missing"),
        (HEAD + ROW.replace("release", "demolish"), r"line 2: kind: .*'release', 'reuse', 'study' or 'other_use'"),
        (HEAD + ROW + ROW.replace("2025-11,", "11/2025,"), r"line 3: date: give a year, a month or a day"),
        (HEAD + ROW.replace("2025-11,", "2025-13,"), r"line 2: date: give a year"),
        (HEAD + ROW.replace("a paper of 25 November 2025", ""), r"line 2: source: "),
        (HEAD + ROW.replace('"to move out, soon"', "to move out, soon"), r"line 2: has more values than .* in quotes"),
        (HEAD + ROW + ROW, r"line 3: Nhà máy: the same kind of decision of 2025-11 stands twice"),
        (HEAD + ROW.replace("hanoi", "hanoy"), r"line 2: city: hanoy is not known; known are hanoi, hcmc"),
        ((HEAD + ROW).encode("utf-16"), r"is not UTF-8"),
        (HEAD + 'hanoi,"works', r"is not a sound CSV file"),
    ],
)
def test_faults_are_told_with_file_and_line(read, text, said):
    with pytest.raises(InputError, match=said) as caught:
        read(text, cities=["hanoi", "hcmc"])
    assert "decisions.csv" in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.csv: no such file of decisions"):
        read_decisions(tmp_path / "none.csv")


def test_each_decision_stands_beside_the_run(read):
    names = ("first", "third", "cut_off", "no_candidate", "nowhere")
    text = HEAD + "".join(ROW.replace("works", name).replace("Nhà máy", name) for name in names)
    decisions = read(text + ROW.replace("hanoi", "hcmc") + ROW.replace("works", "").replace("Nhà máy", "unknown"))
    registry = pd.DataFrame({"registry_id": names, "site_id": ["a", "c", "d", "z", ""]})
    registry["status"] = ["to_be_vacated", "vacated", "in_use", "in_use", "to_be_vacated"]
    scores = pd.DataFrame({"site_id": ["a", "b", "c", "d"], "list": ["known", "known", "likely", "known"]})
    scores["rank"] = pd.array([1, 2, 3, pd.NA], dtype="Int64")
    recommended = pd.DataFrame({"set": ["best", "best", "runner_up", "single"], "site_id": ["c", "b", "a", "a"]})
    found = record_decisions(decisions, registry, scores, recommended, city="hanoi", snapshot="2025-11-30")
    tables.check(found, TABLES["decisions"], where="test")
    found = found.set_index("registry_id")
    assert found["standing"].to_dict() == {
        **{"first": "ranked", "third": "ranked", "cut_off": "not_ranked"},
        **{"no_candidate": "no_candidate", "nowhere": "not_located", "": "not_located"},
    }
    assert (found.loc["first", "rank"], found.loc["first", "sets"]) == (1, ["runner_up", "single"])
    assert (found.loc["third", "rank"], found.loc["third", "sets"], found.loc["third", "list"]) == (
        3,
        ["best"],
        "likely",
    )
    assert set(found["ranked"]) == {3}
    assert found.loc["first", "known_to_run"] and not found.loc[["third", "cut_off"], "known_to_run"].any()
    assert found["map_is_younger"].all()
    older = record_decisions(decisions, registry, scores, recommended, city="hanoi", snapshot="2025-10-31")
    assert not older["map_is_younger"].any()
    for no_date in ("", "unknown"):
        dateless = record_decisions(decisions, registry, scores, recommended, city="hanoi", snapshot=no_date)
        assert not dateless["map_is_younger"].any() and set(dateless["snapshot"]) == {""}
    nobody = record_decisions(decisions, registry, scores, recommended, city="sample", snapshot="")
    tables.check(nobody, TABLES["decisions"], where="test")
    with pytest.raises(InputError, match=r"config/decisions.csv: works: the registry of hcmc has no such row"):
        record_decisions(decisions, registry, scores, recommended, city="hcmc", snapshot="")


def test_every_shipped_decision_names_a_row_of_its_registry():
    for one in read_decisions(ROOT / "config" / "decisions.csv", cities=["hanoi", "hcmc", "shanghai"]):
        known = (ROOT / "config" / "registry" / f"{one.city}.csv").read_text(encoding="utf-8")
        assert not one.registry_id or f"\n{one.registry_id}," in known
