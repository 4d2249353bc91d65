"""How the pages write numbers, units and addresses."""

import math

import pytest

from creative_nodes import messages
from creative_nodes.report import words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.000123, "0.00012"),
        (0.0456, "0.0456"),
        (1.5, "1.5"),
        (12.34, "12.3"),
        (999.6, "1,000"),
        (1234, "1,230"),
        (2_345_678, "2,350,000"),
    ],
)
def test_number_keeps_three_digits_that_count(value, text):
    assert words.number(value) == text


def test_number_never_invents_a_value_for_what_is_missing():
    assert words.number(math.nan) == "not known"
    assert words.natural("exchange", None) == "not known"
    assert words.natural("transit_minutes", math.nan) == "not known"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0"), (0.0004, "under 0.1"), (0.012, "1.2"), (0.05, "5"), (0.125, "12"), (1, "100")],
)
def test_percent(share, text):
    assert messages.percent(share) == f"{text}\u00a0%"


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("residents_walk_15", 15_432.0, "15,400"),
        ("transit_minutes", 7.4, "7 min"),
        ("site_capacity", 9_870.0, "9,870 m²"),
        ("site_capacity", 23_456.0, "2.35 ha"),
        ("relay", 0.0123, "+1.2 points"),
        ("diversity", 2.3451, "2.35"),
        ("exchange", 0.0004, "under 0.01"),
        ("exchange", 0.0, "0.00"),
    ],
)
def test_values_are_written_in_natural_units(key, value, text):
    assert words.natural(key, value) == text


@pytest.mark.parametrize(
    ("n", "text"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (112, "112th"), (21, "21st")]
)
def test_ordinal(n, text):
    assert words.ordinal(n) == text


@pytest.mark.parametrize("text", ["javascript:alert(1)", "way/1/../..", 'way/1" onclick="x', "", "way/1 "])
def test_only_osm_objects_become_links_to_osm(text):
    assert words.osm_url(text) == ""


def test_osm_url():
    assert words.osm_url("way/123") == "https://www.openstreetmap.org/way/123"


@pytest.mark.parametrize(
    ("text", "said", "links"),
    [
        (
            "see https://www.example.org/a_(b)?c=1, p. 3",
            "see , p. 3",
            (("example.org", "https://www.example.org/a_(b)?c=1"),),
        ),
        ("https://a.org/x; https://b.org", "", (("a.org", "https://a.org/x"), ("b.org", "https://b.org"))),
        ('https://example.org/"><script>', '"><script>', (("example.org", "https://example.org/"),)),
        ("javascript:alert(1)", "javascript:alert(1)", ()),
        ("http://[oops", "http://[oops", ()),
        ("a book, p. 7", "a book, p. 7", ()),
    ],
)
def test_web_links_take_http_only_and_stop_at_markup(text, said, links):
    assert words.web_links(text) == (said, links)


@pytest.mark.parametrize(
    ("mode", "text"),
    [("walk", "on foot"), ("bike", "by bicycle"), ("transit", "by public transport"), ("cable_car", "by cable car")],
)
def test_modes_read_well(mode, text):
    assert words.by_mode(mode) == text


def test_one_and_many():
    assert words.counted(1, "space") == "1 space"
    assert words.counted(1200, "space") == "1,200 spaces"
    assert words.counted(0, "more is", "more are") == "0 more are"
