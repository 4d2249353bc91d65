"""The file of facts and published figures: what ships is sound, and faults are told in a line."""

from pathlib import Path

import pytest
import yaml

from creative_nodes.common.errors import InputError
from creative_nodes.report.cities.governance import read_governance
from creative_nodes.tools.catalogue import settings_texts

ROOT = Path(__file__).resolve().parents[4]
CITIES = sorted(path.stem for path in (ROOT / "config" / "cities").glob("*.yaml"))
FACT = {
    "key": "law_one",
    "cities": ["hanoi"],
    "dimension": "law",
    "date": "2025-07-10",
    "title": "Resolution 1",
    "text": "It says so.",
    "body": "A council",
    "checked": True,
}
FIGURE = {
    "key": "share_one",
    "city": "hanoi",
    "label": "Share",
    "value": 0.057,
    "form": "share",
    "by": "an office",
    "checked": False,
}


def written(folder, **parts):
    path = folder / "governance.yaml"
    path.write_text(yaml.safe_dump(parts, allow_unicode=True), encoding="utf-8")
    return path


def fault(folder, **parts):
    with pytest.raises(InputError) as caught:
        read_governance(written(folder, **parts), cities=CITIES)
    message = str(caught.value)
    assert message.count("\n") == 0
    return message.removeprefix(f"{folder}/")


@pytest.fixture(scope="module")
def shipped():
    return read_governance(ROOT / "config" / "governance.yaml", cities=CITIES)


def test_the_documents_that_the_study_names_are_there(shipped):
    documents = " ".join(fact.document for fact in shipped.facts)
    for number in ("80-NQ/TW", "09-NQ/TU", "24/2025/NQ-HĐND", "25/2025/NQ-HĐND", "09/2023/NQ-HĐND"):
        assert number in documents
    assert "关于加快本市文化创意产业创新发展的若干意见" in documents
    by_key = {fact.key: fact for fact in shipped.facts}
    assert by_key["vn_resolution_80"].date == "2026-01-07"
    assert by_key["vn_resolution_80"].cities == ["hanoi", "hcmc"]


def test_the_published_figures_are_those_of_the_study_and_of_the_round_of_2022(shipped):
    found = {(figure.city, figure.label[:8], figure.year): figure for figure in shipped.figures}
    assert found["hcmc", "Cultural", 2020].value == 0.0354
    assert found["hcmc", "Cultural", 2025].value == 0.057
    assert found["hanoi", "Cultural", 2024].value == 0.037
    assert sorted(figure.value for figure in shipped.figures if figure.city == "shanghai") == [160, 20_000, 500_000]


def test_a_figure_that_reports_call_a_target_is_not_shown_as_a_measurement(shipped):
    figure = next(figure for figure in shipped.figures if figure.key == "hcmc_share_2025")
    assert (figure.kind, figure.checked) == ("target", False)


def test_what_is_checked_can_be_opened_and_what_is_not_says_why(shipped):
    assert all(fact.url for fact in shipped.facts if fact.checked)
    assert all(fact.note for fact in shipped.facts if not fact.checked)


def test_every_text_that_is_shown_can_be_translated(shipped):
    known = {text for file, text in settings_texts() if file == "config/governance.yaml"}
    for fact in shipped.facts:
        assert {fact.title, fact.text, fact.body} <= known
        assert not fact.note or fact.note in known
        assert not fact.document or fact.document not in known
    assert {point.label for point in shipped.checklist} <= known
    assert {text for one in shipped.not_measured for text in (one.title, one.text)} <= known
    for figure in shipped.figures:
        assert {figure.label, figure.by} <= known
        assert not figure.note or figure.note in known


ASKED = {"key": "fund", "label": "Money", "answers": {"hanoi": {"answer": "yes", "fact": "law_one"}}}


def asked(**answer):
    return ASKED | {"answers": {"hanoi": ASKED["answers"]["hanoi"] | answer}}


def test_every_answer_of_the_checklist_rests_on_a_fact_that_can_be_opened_or_says_that_it_was_not_read(shipped):
    facts = {fact.key: fact for fact in shipped.facts}
    given = [facts[answer.fact] for point in shipped.checklist for answer in point.answers.values()]
    assert len(shipped.checklist) >= 8 and given
    assert all(fact.url or not fact.checked for fact in given)


def test_an_answer_without_its_fact_is_told(tmp_path):
    told = fault(tmp_path, facts=[FACT], checklist=[asked(fact="law_on")])
    assert told == (
        "governance.yaml: checklist.fund.answers.hanoi.fact: no such fact, got 'law_on'; did you mean law_one?"
    )
    other = ASKED | {"answers": {"hcmc": {"answer": "no", "fact": "law_one"}}}
    told = fault(tmp_path, facts=[FACT], checklist=[other])
    assert told == "governance.yaml: checklist.fund.answers.hcmc.fact: the fact law_one does not hold for hcmc"


def test_faults_of_an_answer_are_told_where_they_stand(tmp_path):
    # a yes without quotes is true in YAML
    told = fault(tmp_path, facts=[FACT], checklist=[asked(answer=True)])
    assert told.startswith("governance.yaml: checklist.fund.answers.hanoi.answer: ") and told.endswith("got True")
    told = fault(tmp_path, facts=[FACT], checklist=[asked(fakt="x")])
    assert told == "governance.yaml: checklist.fund.answers.hanoi.fakt: unknown key; did you mean fact?"
    away = ASKED | {"answers": {"hanoy": {"answer": "no", "fact": "law_one"}}}
    told = fault(tmp_path, facts=[FACT], checklist=[away])
    assert told == "governance.yaml: checklist.fund.answers: no such city, got 'hanoy'; did you mean hanoi?"


def test_an_unknown_key_is_told_with_the_nearest(tmp_path):
    told = fault(tmp_path, facts=[FACT | {"documnt": "y"}])
    assert told == "governance.yaml: facts.law_one.documnt: unknown key; did you mean document?"


def test_an_unknown_part_of_the_file_is_told(tmp_path):
    assert fault(tmp_path, fact=[]) == "governance.yaml: fact: unknown key; did you mean facts?"


def test_a_missing_key_is_told(tmp_path):
    figure = {key: value for key, value in FIGURE.items() if key != "by"}
    assert fault(tmp_path, figures=[figure]) == "governance.yaml: figures.share_one.by: this key is missing"


def test_a_row_without_a_key_is_told_by_its_number(tmp_path):
    fact = {key: value for key, value in FACT.items() if key != "key"}
    assert fault(tmp_path, facts=[FACT, fact]) == "governance.yaml: facts.number 2.key: this key is missing"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org", "data:text/html,x", "https://a b"])
def test_only_http_links_are_taken(tmp_path, url):
    told = fault(tmp_path, facts=[FACT | {"url": url}])
    assert told.startswith("governance.yaml: facts.law_one.url: ") and repr(url) in told


def test_an_unknown_city_is_told_with_the_nearest(tmp_path):
    told = fault(tmp_path, facts=[FACT | {"cities": ["hanoi", "shangai"]}])
    assert told == "governance.yaml: facts.law_one.cities: no such city, got 'shangai'; did you mean shanghai?"
    told = fault(tmp_path, figures=[FIGURE | {"city": "hanoy"}])
    assert told == "governance.yaml: figures.share_one.city: no such city, got 'hanoy'; did you mean hanoi?"


def test_a_key_may_be_there_once(tmp_path):
    told = fault(tmp_path, facts=[FACT, FACT])
    assert told == "governance.yaml: facts.law_one: this key is there twice; rename one"


@pytest.mark.parametrize(("key", "value"), [("date", "July 2025"), ("dimension", "weather"), ("checked", "perhaps")])
def test_wrong_values_are_told_with_what_was_given(tmp_path, key, value):
    told = fault(tmp_path, facts=[FACT | {key: value}])
    assert told.startswith(f"governance.yaml: facts.law_one.{key}: ") and told.endswith(f"got {value!r}")


def test_a_file_that_is_not_there_or_no_yaml_is_told(tmp_path):
    with pytest.raises(InputError, match=r"none\.yaml: no such file"):
        read_governance(tmp_path / "none.yaml", cities=CITIES)
    (tmp_path / "bad.yaml").write_text("facts: [", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.yaml: not valid YAML"):
        read_governance(tmp_path / "bad.yaml", cities=CITIES)
    (tmp_path / "list.yaml").write_text("- a", encoding="utf-8")
    with pytest.raises(InputError, match=r"list\.yaml: "):
        read_governance(tmp_path / "list.yaml", cities=CITIES)


def test_an_empty_file_has_no_facts(tmp_path):
    told = read_governance(written(tmp_path), cities=CITIES)
    assert (told.facts, told.figures) == ([], [])
