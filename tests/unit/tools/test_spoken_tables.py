"""What tables tell in words can be spoken in other languages: notes of transport, registry rows, lists, reasons."""

import datetime as dt
from collections import Counter
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from creative_nodes.common import messages
from creative_nodes.common.messages import told, told_n, word, written
from creative_nodes.locate import offsets, outcomes
from creative_nodes.locate.forming import Site
from creative_nodes.streets import gtfs, lines, transit_notes
from creative_nodes.streets.lines import Note

ROOT = Path(__file__).resolve().parents[3]


def _row(**columns: Any) -> Any:
    return SimpleNamespace(**columns)


# ---------------------------------------------------------------- writing and reading


def test_a_row_keeps_english_and_the_message_it_came_from() -> None:
    text = told_n(np.int64(1234), "{n:count} site of {city}", "{n:count} sites of {city}", city=told("Hanoi"))
    cells = written(label="sites", source=text)
    assert cells["label"] == "sites" and cells["source"] == "1,234 sites of Hanoi"
    assert messages.message_in(_row(**cells), "source") == told_n(
        1234, "{n:count} site of {city}", "{n:count} sites of {city}", city=told("Hanoi")
    )
    assert messages.message_in(_row(**cells), "label") == "sites"
    assert written(label="sites")["messages"] == ""


def test_english_is_written_whatever_language_is_spoken() -> None:
    with messages.speaking("vi"):
        assert written(source=told("{n:count} sites", n=1234))["source"] == "1,234 sites"


def test_texts_are_spoken_in_the_language_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"sites": "điểm", "{n:count} sites": "có {n:count} điểm"}
    monkeypatch.setattr(messages, "translations", lambda language: {} if language == "en" else said)
    row = _row(**written(label="sites", source=told("{n:count} sites", n=1234.0)))
    with messages.speaking("vi"):
        assert messages.spoken(row, "label") == "điểm"
        assert messages.spoken(row, "source") == "có 1.234 điểm"
        # a table from elsewhere has texts alone
        assert messages.spoken(_row(label="sites"), "label") == "điểm"
        assert messages.spoken(pd.Series(vars(row)), "source") == "có 1.234 điểm"


def test_a_name_with_braces_stays_as_it_is() -> None:
    assert str(told("of them: {kind}", kind=word("Mill {old}"))) == "of them: Mill {old}"


def test_a_date_can_say_its_day_of_the_week() -> None:
    assert str(told("{when:weekday}", when="2018-05-16")) == "Wednesday, 16 May 2018"


# ---------------------------------------------------------------- notes of public transport


def _check(speech: ModuleType, notes: list[Note]) -> int:
    frame = transit_notes.notes_table(notes)
    return int(speech.check(frame, "text"))


@pytest.mark.parametrize("n", [1, 1200])
def test_notes_of_routes(speech: ModuleType, towns: ModuleType, n: int) -> None:
    kinds = [SimpleNamespace(kind=kind) for kind in ("subway", "light_rail", "bus")]
    routes: Any = SimpleNamespace(routes=kinds, not_running=n)
    counted = ("headway OSM interval", "headway config", "odd", "bare", "few", "missing", "stops", "cut", "reversed")
    found = Counter(dict.fromkeys(counted, n))
    notes = lines._notes(routes, 3, Counter({"tram": 2, "train": n}), found, towns.config().transit)
    assert _check(speech, notes) == 10
    none: Any = SimpleNamespace(routes=[], not_running=0)
    assert _check(speech, lines._notes(none, 0, Counter(), Counter(), towns.config().transit)) == 1


@pytest.mark.parametrize("n", [1, 1200])
def test_notes_of_a_timetable(speech: ModuleType, n: int) -> None:
    feed: Any = SimpleNamespace(
        seconds=(0, 3600), source="the town", date=dt.date(2018, 5, 16), window=("07:00", "08:00")
    )
    one: Any = SimpleNamespace(headway_min=60.0)
    out: Any = SimpleNamespace(lines=[one] * n, halts={1: 1}, kinds={"bus", "tram"}, coverage=0.25)
    found = Counter({"interpolated": n, "untimed": n, "backward": n})
    notes = gtfs._notes(out, feed, 1362, ["4", "6"], found)
    assert _check(speech, notes) == 7


@pytest.mark.parametrize("n", [1, 1200])
def test_notes_of_stations(speech: ModuleType, n: int) -> None:
    frame = pd.DataFrame({"rapid": [True, True, False], "n_services": [1, 0, 2], "n_entrances": [3, 0, 0]})
    services = pd.DataFrame({"service_id": ["a", "b"]})
    made: list[list[Any]] = [[]] * n
    assert _check(speech, transit_notes.station_notes(frame, services, made, np.array([0, -1, 2]))) == 4
    assert _check(speech, transit_notes._service_notes(n, 0, 0)) == 2
    rides = pd.DataFrame({"sequence": 1, "source": "OSM", "kind": "bus", "ref": "", "minutes": [1.0] * 9 + [99.0]})
    assert _check(speech, transit_notes.long_rides(rides)) == 1
    assert _check(speech, transit_notes.long_rides(rides.assign(ref="7"))) == 1


# ---------------------------------------------------------------- registry and lists


def _outcomes(towns: ModuleType) -> pd.DataFrame:
    inside = shapely.box(0, 0, 100, 100)
    found = []
    for how, at in (("name", 50), ("position", 50), ("name", 500)):
        match: Any = SimpleNamespace(how=how)
        site = Site("w1", {}, shapely.Point(at, 50), osm_ids=["way/1", "way/23"], match=match)
        row: Any = SimpleNamespace(status="in_use", precision="site", remote="")
        found.append(outcomes._outcome(row, {"h": site}, site, None, inside))
    alone = Site("r-1", {}, shapely.Point(50, 50))
    for status, precision, point, mine in (
        ("in_use", "site", shapely.Point(900, 900), {}),
        ("in_use", "site", shapely.Point(50, 50), {"h": alone}),
        ("lost", "site", None, {}),
        ("in_use", "ward", None, {}),
        *(("in_use", precision, shapely.Point(50, 50), {}) for precision in ("site", "street", "ward")),
    ):
        row = SimpleNamespace(status=status, precision=precision, remote="")
        found.append(outcomes._outcome(row, mine, None, point, inside))
    away: Any = SimpleNamespace(status="in_use", precision="site", remote="the Ba Vi district")
    found.append(outcomes._outcome(away, {}, None, None, inside))
    web: Any = SimpleNamespace(status="in_use", precision="ward", remote="online")
    found.append(outcomes._outcome(web, {}, None, None, inside))
    return pd.DataFrame([written(outcome=outcome, reason=reason) for outcome, reason in found])


def test_outcomes_of_registry_rows(speech: ModuleType, towns: ModuleType) -> None:
    frame = _outcomes(towns)
    assert speech.check(frame, "outcome", "reason") == 24
    assert frame["reason"].nunique() == 11


@pytest.mark.parametrize("best", ["gcj02", "EPSG:4756"])
def test_the_warning_of_a_shifted_list(speech: ModuleType, best: str) -> None:
    offset = {"wgs84": offsets.Offset(1141.4, 1098.0), best: offsets.Offset(35.6, 0.0)}
    one: Any = SimpleNamespace(file="list.csv", reference="wgs84")
    text = offsets.warning(one, offsets.Fit(11, offset, best, shifted=True))
    assert "1,141 m" in str(text)
    assert speech.check(pd.DataFrame([written(warning=text)]), "warning") == 1


def test_reasons_of_evidence_are_marked(speech: ModuleType) -> None:
    assert {"in the registry of known sites", "in a list of known sites"} <= speech.known()


def test_words_of_parts_are_marked(speech: ModuleType) -> None:
    words = {"listing", "age", "status", "public land", "not served today", "served today"}
    assert words <= speech.known()
