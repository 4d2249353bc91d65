"""What readers are told: fields and numbers by language, and messages kept as JSON."""

import json

import pytest

from creative_nodes.common import messages
from creative_nodes.common.messages import LANGUAGES, message_of, say, say_n, speaking, told, told_n


@pytest.mark.parametrize(
    ("code", "text"),
    [("en", "12,345 of 9.3\u00a0% · 1 January 2018 · 1.50"), ("vi", "12.345 of 9,3% · 1/1/2018 · 1,50")],
)
def test_numbers_and_dates_follow_the_language(code, text, monkeypatch):
    monkeypatch.setattr(messages, "translations", lambda language: {})
    with speaking(code):
        values = {"n": 12345, "share": 0.093, "when": "2018-01-01", "x": 1.5}
        assert say("{n:count} of {share:percent} · {when:date} · {x:.2f}", **values) == text


def test_a_translation_may_order_its_fields_anew(monkeypatch):
    monkeypatch.setattr(messages, "translations", lambda language: {"{a} then {b}": "{b} sau {a}"})
    assert say("{a} then {b}", a=1, b="<b>") == "<b> sau 1"


def test_lists_are_joined_as_the_language_does():
    said = []
    for code in LANGUAGES:
        with speaking(code):
            said.append(messages.listed(["A", "B", "C"]))
    assert said == ["A, B and C", "A, B và C", "A、B和C"]


def test_english_counts_one_and_many():
    assert [say_n(n, "{n} space", "{n:count} spaces") for n in (0, 1, 2000)] == ["0 spaces", "1 space", "2,000 spaces"]


def test_a_message_survives_json_and_speaks_later(monkeypatch):
    message = told("{n:count} of {all}", n=3000, all=told_n(2, "{n} site", "{n} sites"))
    back = message_of(json.loads(json.dumps(message.data())))
    assert back == message and str(back) == "3,000 of 2 sites"
    monkeypatch.setattr(messages, "translations", lambda language: {"{n} site": "{n} địa điểm"})
    with speaking("vi"):
        assert str(back) == "3.000 of 2 địa điểm"


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="there are en, vi, zh"), speaking("fr"):
        pass


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1_223_000, "122万"),
        (117_852, "11.8万"),
        (29_000, "2.9万"),  # the other end of a range up to 13万
        (99_999, "10万"),
        (8_760, "8,760"),
        (2_500_000_000, "25亿"),
        (-250_000, "-25万"),
    ],
)
def test_chinese_counts_rounded_numbers_in_ten_thousands(value, text):
    with speaking("zh"):
        assert messages.number(value) == text


def test_units_are_those_of_the_language():
    with speaking("zh"):
        assert (messages.area(5_000), messages.area(52_230)) == ("5,000平方米", "5.22公顷")
        assert (messages.metres(340), messages.metres(1_520)) == ("340米", "1.5公里")
    with speaking("vi"):
        assert (messages.area(52_230), messages.metres(1_520)) == ("5,22 ha", "1,5 km")
        assert messages.weekday("2018-01-01") == "Thứ Hai, 1/1/2018"
