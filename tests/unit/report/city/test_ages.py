"""An old map is told in the first line, in every language, and the fresher map of the same ground is offered."""

import json
from dataclasses import replace

import made_up
import pytest
import yaml

from creative_nodes.common import InputError
from creative_nodes.common.messages import speaking
from creative_nodes.report import page
from creative_nodes.report.city.ages import is_old, old_map
from creative_nodes.report.city.headline import headline
from creative_nodes.report.city.sites import in_order
from creative_nodes.report.settings import Fresher, page_settings, settings_of
from creative_nodes.settings import load_config, load_settings

ROOT = made_up.ROOT
OLD = "2018-01-01"
WORDS = {
    "en": "The map is of 1 January 2018: what opened, closed or was built since is not on it.",
    "vi": "Bản đồ từ 1/1/2018: không có gì sau đó.",
    "zh": "地图截至2018年1月1日：此后新开、关闭或新建的均不在图上。",
}


@pytest.fixture(scope="module")
def settings():
    return made_up.settings(ROOT)


@pytest.fixture(scope="module")
def config():
    return load_config(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8")))


# counted to the start of 2026, of a map of which three years are allowed
@pytest.mark.parametrize(
    ("day", "old"),
    [("2018-01-01", True), ("2022-12-01", True), ("2023-01-01", False), ("2026-11-29", False), ("", False)],
)
def test_a_map_is_old_after_three_years_and_one_without_a_date_is_not_told_to_be(settings, day, old):
    assert settings.report.old_map_years == 3 and settings.candidates.reference_year == 2026
    assert is_old(day, settings) is old and bool(old_map(day, settings)) is old


def told(settings, snapshot):
    made = made_up.frames()
    return headline(made, in_order(made["candidates"], made["scores"]), settings, names={}, snapshot=snapshot)


@pytest.mark.parametrize("code", WORDS)
def test_a_line_of_the_answer_says_of_which_day_an_old_map_is(settings, code):
    with speaking(code):
        answer = told(settings, OLD)
        assert answer.age.replace("\u00a0", " ") == WORDS[code]
        assert answer.age in str(page._environment().get_template("macros.html.j2").module.reserves(answer))
        assert told(settings, "2026-01-01").age == ""


def offered(answer):
    return str(page._environment().get_template("macros.html.j2").module.fresher(answer)).strip()


def test_the_fresher_map_is_offered_where_the_map_is_old_and_linked_where_it_has_a_page(settings):
    newer = Fresher("town-2026", "Town <2026>", here=True)
    whole = replace(settings, fresher=newer)
    linked = offered(told(whole, OLD))
    assert '<a href="town-2026.html">' in linked and "Town &lt;2026&gt;" in linked
    apart = offered(told(replace(settings, fresher=replace(newer, here=False)), OLD))
    assert "<a" not in apart and "Town &lt;2026&gt;" in apart and "not part of this run" in apart
    assert offered(told(whole, "2026-01-01")) == offered(told(settings, OLD)) == ""


def test_pages_know_the_city_of_the_fresher_map_and_whether_it_is_of_the_run(config):
    town = load_settings(config, "hcmc-2018", root=ROOT)
    both = settings_of(page_settings(town, ["hcmc-2018", "hcmc-2026"], root=ROOT))
    assert (both.fresher.key, both.fresher.here) == ("hcmc-2026", True)
    alone = settings_of(page_settings(town, ["hcmc-2018"], root=ROOT))
    assert alone.fresher == replace(both.fresher, here=False)
    assert settings_of(page_settings(load_settings(config, "hanoi", root=ROOT), ["hanoi"], root=ROOT)).fresher is None


def test_a_page_leads_to_the_index_of_a_run_that_holds_it_alone(config):
    city = made_up.usual_page()
    for run, indexed in ((["hanoi"], True), (["hcmc"], False)):
        known = settings_of(page_settings(load_settings(config, "hanoi", root=ROOT), run, root=ROOT))
        header = page.render("city/header.html.j2", page=replace(city, settings=known))
        assert ("index.html" in header) == known.indexed == indexed


def test_a_fresher_city_that_does_not_exist_is_told(config):
    town = load_settings(config, "hcmc-2018", root=ROOT)
    wrong = town.model_copy(update={"city": town.city.model_copy(update={"fresher": "hcmc-2062"})})
    with pytest.raises(InputError, match=r"hcmc-2018\.yaml: fresher: no such city file: hcmc-2062; did you mean"):
        page_settings(wrong, [], root=ROOT)


def test_both_maps_of_the_inner_city_agree_in_all_but_the_map(config):
    old, new = (json.loads(load_settings(config, f"hcmc-{year}", root=ROOT).model_dump_json()) for year in (2018, 2026))
    assert old["analysis"] == new["analysis"]
    assert {key for key in old["city"] if old["city"][key] != new["city"][key]} == {
        *("name", "local_name", "note", "fresher", "source")
    }
    differ = {key for key, value in old["city"]["source"].items() if value != new["city"]["source"][key]}
    assert differ == {"extract", "snapshot"}
    whole = load_settings(config, "hcmc", root=ROOT).city
    assert old["city"]["registry"] == whole.registry and whole.fresher == "hcmc-2026"
