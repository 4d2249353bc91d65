import errno
import socket
import ssl
from itertools import pairwise

import pytest
import requests
import urllib3

from creative_nodes.common.errors import InputError
from creative_nodes.pull import patience
from creative_nodes.pull.internet import LastingError, PassingError, in_words
from creative_nodes.pull.patience import Patience, ask_in_turn, spoken_time
from creative_nodes.pull.settings import Internet
from creative_nodes.pull.urls import without_login


@pytest.fixture
def clock(monkeypatch):
    """A clock that only waiting moves on, and pauses without their random share."""
    now = [0.0]
    monkeypatch.setattr(patience.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(patience.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    monkeypatch.setattr(patience._JITTER, "uniform", lambda low, high: high)
    return now


def asked(clock, answers, *, urls=("https://a.example",), **settings):
    """Ask servers that answer so; returns when each was asked, and what came of it."""
    times, waiting = [], patience.Patience(Internet(**settings))

    def attempt(url):
        times.append((clock[0], url.removeprefix("https://")[0]))
        answer = answers(url)
        if isinstance(answer, Exception):
            raise answer
        return answer

    try:
        return times, ask_in_turn(urls, attempt, patience=waiting)
    except InputError as error:
        return times, str(error)


def test_pauses_double_up_to_the_longest(clock):
    times, said = asked(clock, lambda url: PassingError("busy"), patience_minutes=10, longest_pause_s=60)
    moments = [moment for moment, _ in times]
    assert [after - before for before, after in pairwise(moments)][:7] == [2, 4, 8, 16, 32, 60, 60]
    assert moments[-1] <= 600 < moments[-1] + 60
    assert said.startswith("https://a.example: given up after ")


def test_the_jitter_takes_a_share_off_and_never_adds():
    waiting = Patience(Internet())
    pauses = [waiting.pause(4) for _ in range(200)]
    assert 8 <= min(pauses) < 10 and 14 < max(pauses) <= 16


def test_a_mirror_after_three_failures_and_the_first_again_after_six(clock):
    times, _ = asked(clock, lambda url: PassingError("busy"), urls=("https://a.example", "https://b.example"), tries=8)
    assert "".join(name for _, name in times) == "aaabbbaa"


def test_a_server_that_asks_for_an_hour_is_waited_for_by_asking_the_others(clock):
    answers = {"https://a.example": PassingError("429", wait_s=3600), "https://b.example": "data"}
    times, found = asked(clock, answers.get, urls=tuple(answers))
    assert (found, times) == ("data", [(0, "a"), (0, "b")])


def test_alone_it_is_waited_for_if_patience_lasts_so_long(clock):
    answers = [PassingError("429", wait_s=3000), "data"]
    times, found = asked(clock, lambda url: answers.pop(0))
    assert (found, times) == ("data", [(0, "a"), (3000, "a")])


def test_what_lasts_is_asked_once(clock):
    times, said = asked(clock, lambda url: LastingError("404; check the URL"))
    assert (len(times), said) == (1, "https://a.example: 404; check the URL")


@pytest.mark.parametrize(("seconds", "said"), [(4.4, "4 s"), (89, "89 s"), (600, "10 min"), (30_715, "8.5 h")])
def test_times_are_said_as_people_do(seconds, said):
    assert spoken_time(seconds) == said


# ---------------------------------------------------------------- in words


def wrapped(inner):
    """Wrap a cause as requests and urllib3 do."""
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/a?token=s3cret", inner))


@pytest.mark.parametrize(
    ("inner", "kind", "said"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), LastingError, "there is no server named a.example"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), PassingError, "cannot be looked up now"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), PassingError, "connection refused"),
        (OSError(errno.ENETUNREACH, "x"), PassingError, "there is no way to a.example"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), LastingError, "no encrypted connection"),
        (ssl.SSLEOFError(8, "x"), PassingError, "broke off"),
        (TimeoutError("x"), PassingError, "no word from a.example"),
        (ConnectionResetError(104, "x"), PassingError, "broke off"),
    ],
)
def test_what_a_failure_means(inner, kind, said):
    found = in_words(wrapped(inner), "https://me:pa55@a.example/a?token=s3cret")
    assert type(found) is kind
    assert said in str(found)
    assert "s3cret" not in str(found) and "pa55" not in str(found)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x.org/a.pbf", "https://x.org/a.pbf"),
        ("https://me:pa55@x.org:81/a?v=2&token=s3cret#x", "https://x.org:81/a?v=…&token=…"),
        ("https://x.org/a?s3cret", "https://x.org/a?…"),
    ],
)
def test_urls_are_shown_without_secrets(url, shown):
    assert without_login(url) == shown
