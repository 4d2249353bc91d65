"""Known sites on the page: remote partners, sites of one ground, fresher evidence, and what is not read."""

from __future__ import annotations

import json
from pathlib import Path

import made_up
import pandas as pd

from creative_nodes.common import Message, told, written
from creative_nodes.report.city import view
from creative_nodes.report.city.known import known_sites, partners_in
from creative_nodes.report.city.sites import proofs
from creative_nodes.report.indicators.notices import language_notices

ROOT = Path(__file__).resolve().parents[4]


def test_partners_are_the_open_creative_places_outside():
    registry = made_up.frames()["registry"]
    registry = pd.concat([registry.tail(1)] * 4, ignore_index=True).assign(
        registry_id=list("abcd"), name=["Village", "Works", "Closed", "Inside"], name_en="", name_vi="", name_zh=""
    )
    registry["outcome"] = ["outside the study area"] * 3 + ["in OSM"]
    registry["kind"], registry["status"] = (
        ["creative", "heritage", "both", "both"],
        ["in_use", "in_use", "lost", "in_use"],
    )
    (partner,) = partners_in(known_sites(registry)[0], registry)
    assert (partner.name, partner.where) == ("Village", registry["remote"][0])


def test_a_space_that_is_online_only_is_a_partner_with_its_address():
    registry = made_up.frames()["registry"].tail(1).assign(kind="creative", status="in_use", remote="online")
    registry["outcome"], registry["source"] = "online only", "https://example.org/rooms ; https://news.example (2023)"
    (partner,) = partners_in(known_sites(registry)[0], registry)
    assert (partner.where, partner.web) == ("", "https://example.org/rooms")
    made = made_up.frames()
    made["registry"] = registry
    text = view.city_page(made, {}, made_up.settings(ROOT))
    assert len(text.partners) == 1 and ("online only", 1) in text.known_counts


def test_the_page_names_partners():
    made = made_up.frames()
    made["registry"] = made["registry"].assign(status="in_use", kind="creative")
    city = view.city_page(made, {}, made_up.settings(ROOT))
    assert len(city.partners) == 1


def test_evidence_names_the_file_and_day_that_tell_it():
    entry = {"rule": "r", "weight": 0.4, "osm_id": "way/1", "tag": "start_date=1932", "reason": "built before 1950"}
    text = json.dumps([entry, entry | {"osm_id": "way/2", "source": "fresh.geojson, 2025-09-12"}])
    (plain, fresh), _ = proofs(text)
    assert plain.tag == "start_date=1932"
    assert fresh.tag == "start_date=1932 – from fresh.geojson, 2025-09-12"


def test_a_language_without_words_is_told_once():
    warning: Message = told("Names in {languages:language} are not read.", languages=["ka"])
    rows = [
        {"language": "ka", "n_words": 0, **written(warning=warning)},
        {"language": "en", "n_words": 9, **written(warning="")},
    ]

    class Told:
        frames = {"city_languages": pd.DataFrame(rows)}  # noqa: RUF012

    (notice,) = language_notices(Told())  # type: ignore[arg-type]
    assert notice["indicator"] == "notice_languages"
    assert "Georgian" in str(notice["source"])
