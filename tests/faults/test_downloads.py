"""What happens to a download between a server and the disk."""

import gzip
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from email.utils import formatdate

import pytest
from loopback import TOWN, FileServer, Loopback, breaks_after, fault, says, silent

from creative_nodes.common.errors import InputError
from creative_nodes.pull.download import download_file, fetch
from creative_nodes.pull.internet import user_agent
from creative_nodes.pull.settings import Internet
from creative_nodes.pull.source import Wanted

# a whole .osm.pbf, then bytes that no reader needs: large enough for lines to break in
BODY = TOWN.read_bytes() + bytes(range(256)) * 2000
OLD = b"the last good file"
PLACE = "download"
HOME = "home.example"


def name(server):
    return f"{server.url}/town.osm.pbf"


@pytest.fixture
def target(tmp_path):
    """A file that is there already, and must stay when nothing better comes."""
    path = tmp_path / "downloads" / "town.osm.pbf"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


def comes(server, target, internet, **how):
    """Download, and see that the file is there to the byte."""
    done = download_file(name(server), target, internet=internet, **how)
    body = server.script.body
    assert target.read_bytes() == body
    assert (done.bytes, done.sha256) == (len(body), hashlib.sha256(body).hexdigest())
    assert sorted(one.name for one in target.parent.iterdir()) == ["town.osm.pbf", "town.osm.pbf.json"]
    return done


def fails(server, target, internet, said, *, kept=0, **how):
    """Try to download, and see what is said, and that the last good file is there still."""
    lines = []
    with pytest.raises(InputError, match=said) as error:
        download_file(name(server), target, internet=internet, report=lines.append, **how)
    assert target.read_bytes() == OLD
    parts = [one for one in target.parent.iterdir() if one.suffix == ".part"]
    assert sum(one.stat().st_size for one in parts) >= kept
    assert bool(parts) == bool(kept)
    return str(error.value), lines


def ranges_of(server):
    return [one.headers.get("range", "all") for one in server.asked(".pbf")]


# ---------------------------------------------------------------- the line


@fault(PLACE, "a line carries 40 % of the file at a time", "three tries, each goes on from the last byte")
def test_a_line_that_carries_a_part(serve, target, fast):
    server = serve(FileServer(BODY, [breaks_after(0.4)]))
    comes(server, target, fast)
    asked = ranges_of(server)
    assert len(asked) == 3
    assert asked[0] == "all" and all(one.startswith("bytes=") for one in asked[1:])
    assert all(one.headers["if-range"] == '"one"' for one in server.asked(".pbf")[1:])


@fault(PLACE, "the connection ends early without a word", "noticed by Content-Length; goes on from there")
def test_a_short_body(serve, target, fast):
    server = serve(FileServer(BODY, [breaks_after(0.4, hard=False)]))
    comes(server, target, fast)
    assert len(ranges_of(server)) == 3


def cut(version, **headers):
    def answer(wire, request, server):
        wire.head(200, {"Content-Length": len(server.body), **headers}, version=version)
        wire.send(server.body[: len(server.body) // 2])

    return answer


@fault(PLACE, "a short body under HTTP/1.0", "noticed by Content-Length, asked for again")
def test_a_short_body_under_http_1_0(serve, target, fast):
    comes(serve(FileServer(BODY, [cut("1.0"), None])), target, fast)
    fails(serve(FileServer(BODY, [cut("1.0")], etag=None)), _old(target), fast, "got .* of .* bytes")


def _old(target):
    """Put the last good file back."""
    for one in target.parent.iterdir():
        one.unlink()
    target.write_bytes(OLD)
    return target


def packed(share, *, told=True, whole=True):
    """Send the file packed although asked not to, and only a share of it."""

    def answer(wire, request, server):
        body = gzip.compress(server.body, mtime=0)
        sent = body[: int(share * len(body))]
        length = {"Content-Length": len(body) if told == "all" else len(sent)} if told else {}
        wire.head(200, {"Content-Encoding": "gzip", **length, **({} if told else {"Transfer-Encoding": "chunked"})})
        wire.send(sent if told else b"%x\r\n%s\r\n0\r\n\r\n" % (len(sent), sent))

    return answer


@fault(PLACE, "a gzip body shorter than announced", "noticed by its Content-Length")
def test_a_short_gzip_body(serve, target, fast):
    comes(serve(FileServer(BODY, [packed(0.6, told="all"), packed(1)])), target, fast)


@fault(PLACE, "a gzip body cut where its length says it ends", "noticed by the end that gzip lacks")
@pytest.mark.parametrize("told", [True, False])
def test_a_gzip_body_without_its_end(serve, target, fast, told):
    fails(serve(FileServer(BODY, [packed(0.6, told=told)])), target, fast, "before its end")


@fault(PLACE, "the body comes packed in a way nobody asked for", "refused, and said so")
def test_an_unknown_packing(serve, target, fast):
    strange = says(200, body=b"\x0b\x02\x80", Content_Encoding="br")
    fails(serve(FileServer(BODY, [strange])), target, fast, "packed as br")


@fault(PLACE, "a chunked body without its last chunk", "noticed, and asked for again")
def test_a_cut_chunked_body(serve, target, fast):
    def chunked(wire, request, server):
        wire.head(200, {"Transfer-Encoding": "chunked"})
        half = server.body[: len(server.body) // 2]
        wire.send(b"%x\r\n%s\r\n" % (len(half), half))

    comes(serve(FileServer(BODY, [chunked, None])), target, fast)


@fault(PLACE, "the server falls silent in the middle", "given up after internet.silence_s; goes on from there")
def test_silence_in_the_middle(serve, target):
    def stalls(wire, request, server):
        wire.send(server.begin(wire, request)[:200_000])
        time.sleep(1.5)

    server = serve(FileServer(BODY, [stalls, None]))
    comes(server, target, Internet(second_s=0.01, silence_s=30))
    assert ranges_of(server)[1].startswith("bytes=")


@fault(PLACE, "the server never says a word", "given up after internet.silence_s, and said so")
def test_silence_from_the_start(serve, target):
    server = serve(FileServer(BODY, [silent(1)]))
    fails(server, target, Internet(second_s=0.002, silence_s=30, patience_minutes=1), "no word from 127")


@fault(PLACE, "the connection is reset before the first byte", "tried again")
def test_a_reset_at_once(serve, target, fast):
    comes(serve(FileServer(BODY, [lambda wire, request, server: wire.reset(), None])), target, fast)


@fault(PLACE, "nobody listens at the address", "tried for as long as patience lasts, then said in words")
def test_nobody_listens(target, fast):
    server = Loopback(FileServer(BODY))
    server.close()
    _, lines = fails(server, target, fast, r"given up after \d+ tries in .*connection refused")
    assert len(lines) > 3


@fault(PLACE, "the name of the server does not exist", "said in words, with what to check")
def test_an_unknown_name(target, fast):
    with pytest.raises(InputError, match=r"no-such-host\.invalid.*(network|check the URL)"):
        download_file("http://no-such-host.invalid/a.osm.pbf", target, internet=fast)
    assert target.read_bytes() == OLD


# ---------------------------------------------------------------- busy servers


@fault(PLACE, "503 three times, then the file", "comes after pauses that grow")
def test_a_busy_server(serve, target, fast):
    server = serve(FileServer(BODY, [says(503), says(502), says(504), None]))
    comes(server, target, fast)


@fault(PLACE, "503 with Retry-After: 20", "asked again after 20 s, not before")
def test_retry_after(serve, target, fast):
    server = serve(FileServer(BODY, [says(503, Retry_After="20"), None]))
    begun = time.monotonic()
    comes(server, target, fast)
    assert time.monotonic() - begun >= 0.2  # 20 seconds of patience


@fault(PLACE, "Retry-After as a date, the machine's clock 9 hours off", "waited for by the server's own clock")
def test_retry_after_by_the_servers_clock(serve, target, fast):
    theirs = time.time() - 9 * 3600
    busy = says(429, Date=formatdate(theirs, usegmt=True), Retry_After=formatdate(theirs + 20, usegmt=True))
    begun = time.monotonic()
    comes(serve(FileServer(BODY, [busy, None])), target, fast)
    assert 0.15 <= time.monotonic() - begun < 2


@fault(PLACE, "Retry-After: 30715, longer than patience", "stops at once and says when to come again")
def test_retry_after_beyond_patience(serve, target, fast):
    begun = time.monotonic()
    text, _ = fails(serve(FileServer(BODY, [says(429, Retry_After="30715")])), target, fast, "429")
    assert "8.5 h" in text
    assert time.monotonic() - begun < 2


@fault(PLACE, "503 for ever", "given up when patience ends; the reason and the cure are said")
def test_patience_ends(serve, target, fast):
    text, _ = fails(serve(FileServer(BODY, [says(503, "Service Unavailable")])), target, fast, "503")
    assert re.search(r"given up after \d+ tries in \d+ s: .* check the network .* or get the file by hand", text)


@fault(PLACE, "a line that breaks without ever getting farther", "given up; what came is kept for the next run")
def test_no_progress(serve, target, fast):
    server = serve(FileServer(BODY, [breaks_after(0.4), breaks_after(0)]))
    fails(server, target, fast, "are kept and gone on from", kept=100_000)
    server.script.faults = []
    comes(server, target, fast)
    assert ranges_of(server)[-1].startswith("bytes=")


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("status", "said"),
    [
        pytest.param(
            401,
            "name and password",
            marks=fault(PLACE, "401 Unauthorized", "said at once: it wants a name and a password"),
        ),
        pytest.param(403, "refuses us", marks=fault(PLACE, "403 Forbidden", "said at once")),
        pytest.param(404, "404 Gone fishing; check the URL", marks=fault(PLACE, "404 Not Found", "said at once")),
        pytest.param(
            406,
            r"internet\.contact",
            marks=fault(PLACE, "406, as for programs that do not say who they are", "said at once: set the contact"),
        ),
        pytest.param(410, "gone for good", marks=fault(PLACE, "410 Gone", "said at once")),
        pytest.param(501, "501", marks=fault(PLACE, "501 Not Implemented", "said at once")),
    ],
)
def test_a_refusal_is_not_tried_again(serve, target, fast, status, said):
    server = serve(FileServer(BODY, [says(status, "Gone fishing")]))
    fails(server, target, fast, said)
    assert len(server.asked(".pbf")) == 1


def moved(url):
    return lambda wire, request, server: wire.answer(302, headers={"Location": url}, reason="Found")


@fault(PLACE, "a redirect to a dated file, as Geofabrik does", "followed; the .md5 of the dated file counts too")
def test_a_redirect(serve, target, fast):
    goal = serve(FileServer(BODY, md5=True))
    server = serve(FileServer(BODY, [moved(name(goal))], md5=True))
    comes(server, target, fast)


@fault(PLACE, "a redirect in circles", "said at once")
def test_a_redirect_in_circles(serve, target, fast):
    server = serve(FileServer(BODY))
    server.script.faults = [moved(name(server))]
    fails(server, target, fast, "redirects in circles")


@fault(PLACE, "a server that is asked over http", "warned of before it starts")
def test_a_source_over_http(serve, target, fast):
    lines, server = [], serve(FileServer(BODY))
    asked = fast.model_copy(update={"proxy": server.url})
    download_file("http://files.example/town.osm.pbf", target, internet=asked, report=lines.append)
    assert target.read_bytes() == BODY and "warning: files.example is asked over http" in lines[0]


@fault(PLACE, "a redirect from https to http", "refused")
def test_a_redirect_to_http(serve, target, fast, monkeypatch):
    goal = serve(FileServer(BODY))
    server = serve(FileServer(BODY, [moved(name(goal))]), certificate="unknown")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(_certificate("unknown")))
    fails(server, target, fast, "from https to http .*refused")
    assert not goal.requests


def _certificate(kind):
    return TOWN.parents[2] / "faults" / "certificates" / f"{kind}.pem"


@pytest.mark.parametrize(
    ("kind", "trusted", "said"),
    [
        pytest.param(
            "unknown",
            False,
            "self.signed certificate",
            marks=fault(PLACE, "a certificate that nobody vouches for", "said at once, with what to check; no retry"),
        ),
        pytest.param(
            "expired", True, "expired", marks=fault(PLACE, "a certificate that has expired", "said at once; no retry")
        ),
        pytest.param(
            "elsewhere",
            True,
            "ostname mismatch",
            marks=fault(PLACE, "a certificate of another server", "said at once; no retry"),
        ),
    ],
)
def test_a_wrong_certificate(serve, target, fast, monkeypatch, kind, trusted, said):
    server = serve(FileServer(BODY), certificate=kind)
    if trusted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(_certificate(kind)))
    text, _ = fails(server, target, fast, f"certificate of localhost.*{said}")
    assert "clock of this machine" in text
    assert server.connections == 1


@fault(PLACE, "https asked of a server that speaks http", "said at once: no encrypted connection")
def test_https_of_an_http_server(serve, target, fast):
    server = serve(FileServer(BODY))
    server.url = server.url.replace("http:", "https:")
    fails(server, target, fast, "no encrypted connection")


# ---------------------------------------------------------------- other things than the file


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            b"<!DOCTYPE html><html><body>Please log in to Hotel Wifi</body></html>",
            marks=fault(PLACE, "a login page with status 200 instead of the file", "refused: a web page"),
        ),
        pytest.param(
            b"\xef\xbb\xbf\n<!-- x -->\n<HTML>Down for maintenance</HTML>",
            marks=fault(PLACE, "a maintenance page with status 200", "refused: a web page"),
        ),
    ],
)
def test_a_web_page(serve, target, fast, page):
    text, _ = fails(serve(FileServer(BODY, [says(200, body=page)])), target, fast, "a web page instead of the file")
    assert "log in to this network" in text


@pytest.mark.parametrize("suffix", ["osm.pbf", "osm.bz2", "osm", "tif", "zip", "parquet", "gpkg", "geojson"])
@fault(PLACE, "a text with status 200 instead of the file", "refused by the first bytes that its kind has")
def test_another_kind_of_file(serve, tmp_path, fast, suffix):
    server = serve(FileServer(b"no such thing, sorry. " * 10))
    with pytest.raises(InputError, match=rf"not a \.{suffix} file"):
        download_file(f"{server.url}/a.{suffix}", tmp_path / f"a.{suffix}", internet=fast)
    assert list(tmp_path.iterdir()) == []


@fault(PLACE, "an empty answer with status 200", "tried again, then said")
def test_an_empty_answer(serve, target, fast):
    fails(serve(FileServer(BODY, [says(200)])), target, fast, "the answer is empty")


@fault(PLACE, "an .osm file without its end, whose size the server does not tell", "refused by the end that it lacks")
def test_an_xml_without_its_end(serve, tmp_path, fast):
    def untold(wire, request, server):
        wire.head(200, {}, version="1.0")
        wire.send(server.body)

    server = serve(FileServer(b'<?xml version="1.0"?><osm>' + b"<node/>" * 99, [untold]))
    with pytest.raises(InputError, match="before its end"):
        download_file(f"{server.url}/a.osm", tmp_path / "a.osm", internet=fast)
    assert list(tmp_path.iterdir()) == []


@fault(PLACE, "a server that sends zeros without end", "refused by its first bytes")
def test_endless_zeros(serve, target, fast):
    def endless(wire, request, server):
        wire.head(200, {})
        while True:
            wire.send(bytes(1 << 16))

    fails(serve(FileServer(BODY, [endless])), target, fast, r"not a \.osm\.pbf file")


@fault(PLACE, "a server that sends a good beginning, then without end", "stopped at internet.largest_gb")
def test_an_endless_file(serve, target):
    def endless(wire, request, server):
        wire.head(200, {})
        wire.send(server.body)
        while True:
            wire.send(bytes(1 << 16))

    internet = Internet(second_s=0.01, largest_gb=0.01)
    fails(serve(FileServer(BODY, [endless])), target, internet, r"more than 0\.01 GB.*largest_gb")


@fault(PLACE, "a server that announces a terabyte", "refused before the first byte is written")
def test_a_terabyte(serve, target, fast):
    server = serve(FileServer(BODY, [lambda wire, request, server: wire.head(200, {"Content-Length": 10**12})]))
    fails(server, target, fast, "more than 20 GB")


@fault(PLACE, "a server that drips a byte now and then, for ever", "stopped after internet.longest_hours")
def test_a_dripping_server(serve, target):
    def drips(wire, request, server):
        wire.head(200, server.headers())
        wire.send(server.body[:1000])
        while True:
            wire.send(b"x" * 70_000)
            time.sleep(0.05)

    internet = Internet(second_s=0.001, longest_hours=0.1, silence_s=3600)
    fails(serve(FileServer(BODY, [drips])), target, internet, r"longer than 0\.1 hours", kept=1000)


# ---------------------------------------------------------------- checksums


@fault(PLACE, "one byte of the file is wrong on the way", "noticed by the .md5 beside it, fetched anew")
def test_a_flipped_byte(serve, target, fast):
    def flipped(wire, request, server):
        body = bytearray(server.begin(wire, request))
        body[len(body) // 2] ^= 1
        wire.send(bytes(body))

    comes(serve(FileServer(BODY, [flipped, None], md5=True)), target, fast)


@fault(PLACE, "the .md5 never fits the file", "refused after a second try; both sums are said")
def test_a_wrong_md5(serve, target, fast):
    text, _ = fails(serve(FileServer(BODY, md5="0" * 32 + "  town.osm.pbf\n")), target, fast, "its .md5 says 0{32}")
    assert hashlib.md5(BODY).hexdigest() in text


@fault(PLACE, "a .osm.pbf cut at a block boundary on the server, .md5 of the whole", "refused")
def test_a_cut_file_with_the_md5_of_the_whole(serve, target, fast):
    sums = f"{hashlib.md5(BODY).hexdigest()}  town.osm.pbf\n"
    fails(serve(FileServer(TOWN.read_bytes()[:60_000], md5=sums)), target, fast, "its .md5 says")


@fault(PLACE, "the .md5 is a web page", "counts as none: the size decides")
def test_an_md5_that_is_a_page(serve, target, fast):
    comes(serve(FileServer(BODY, md5="<html>no such file</html>")), target, fast)


# ---------------------------------------------------------------- going on


@pytest.mark.parametrize(
    ("options", "change"),
    [
        pytest.param(
            {"etag": '"one"'},
            {"etag": '"two"'},
            marks=fault(PLACE, "the file changes while it comes (ETag)", "begun anew: no mixture of two files"),
        ),
        pytest.param(
            {"etag": None, "last_modified": "Sat, 28 Nov 2026 20:21:00 GMT"},
            {"last_modified": "Sun, 29 Nov 2026 20:21:00 GMT"},
            marks=fault(PLACE, "the file changes while it comes (Last-Modified)", "begun anew: no mixture"),
        ),
    ],
)
def test_a_file_that_changes(serve, target, fast, options, change):
    newer = BODY[: len(BODY) // 2] + bytes(len(BODY) // 2)

    def then_changes(wire, request, server):
        breaks_after(0.4)(wire, request, server)
        server.body = newer
        vars(server).update(change)

    server = serve(FileServer(BODY, [then_changes, None], **options))
    comes(server, target, fast)
    assert server.asked(".pbf")[1].headers["if-range"] in options.values()


@fault(PLACE, "only a weak ETag and no date", "begun anew each time: nothing tells whether it changed")
def test_a_weak_etag(serve, target, fast):
    server = serve(FileServer(BODY, [breaks_after(0.4), None], etag='W/"one"'))
    comes(server, target, fast)
    assert ranges_of(server) == ["all", "all"]


@fault(PLACE, "neither ETag nor date, but an .md5", "goes on from there: the .md5 proves the whole")
def test_no_validator_but_md5(serve, target, fast):
    server = serve(FileServer(BODY, [breaks_after(0.4)], etag=None, md5=True))
    comes(server, target, fast)
    assert len(ranges_of(server)) == 3


@fault(PLACE, "a server that knows no ranges", "begun anew, and comes when the line holds")
def test_no_ranges(serve, target, fast):
    comes(serve(FileServer(BODY, [breaks_after(0.4), breaks_after(0.7), None], ranges=False)), target, fast)


@fault(PLACE, "a range from another place than asked for", "refused, begun anew")
def test_a_wrong_range(serve, target, fast):
    def elsewhere(wire, request, server):
        wire.head(206, {"Content-Range": f"bytes 0-9/{len(server.body)}", "Content-Length": 10, **server.headers()})
        wire.send(server.body[:10])

    comes(serve(FileServer(BODY, [breaks_after(0.4), elsewhere, None])), target, fast)


@fault(PLACE, "416: what is here does not fit any more", "begun anew")
def test_a_range_that_does_not_fit(serve, target, fast):
    comes(serve(FileServer(BODY, [breaks_after(0.4), says(416), None])), target, fast)


# Ctrl-C counts, also where a shell that runs the tests in the background has it ignored
CHILD = """
import signal, sys
from pathlib import Path
from creative_nodes.pull.download import download_file
signal.signal(signal.SIGINT, signal.default_int_handler)
download_file(sys.argv[1], Path(sys.argv[2]))
"""


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(signal.SIGKILL, marks=fault(PLACE, "kill -9 in the middle", "the next run goes on from there")),
        pytest.param(signal.SIGTERM, marks=fault(PLACE, "stopped (SIGTERM) in the middle", "the next run goes on")),
        pytest.param(signal.SIGINT, marks=fault(PLACE, "Ctrl-C in the middle", "the next run goes on from there")),
    ],
)
def test_a_kill(serve, target, fast, how):
    def holds(wire, request, server):
        wire.send(server.begin(wire, request)[:300_000])
        time.sleep(60)  # longer than the busiest machine takes to send a signal

    server = serve(FileServer(BODY, [holds, None]))
    child = subprocess.Popen([sys.executable, "-c", CHILD, name(server), str(target)], stderr=subprocess.DEVNULL)
    parts = lambda: [one for one in target.parent.iterdir() if one.suffix == ".part" and one.stat().st_size > 250_000]  # noqa: E731
    deadline = time.monotonic() + 20
    while not parts() and time.monotonic() < deadline:
        time.sleep(0.02)
    child.send_signal(how)
    child.wait(10)
    assert target.read_bytes() == OLD
    comes(server, target, fast)
    assert int(re.findall(r"\d+", ranges_of(server)[-1])[0]) > 250_000


@fault(PLACE, "two runs download the same file at once", "the second waits, and takes what the first brought")
def test_two_runs_at_once(serve, target, fast):
    def slow(wire, request, server):
        rest = server.begin(wire, request)
        wire.send(rest[:300_000])
        time.sleep(1)
        wire.send(rest[300_000:])

    server = serve(FileServer(BODY, [slow]))
    child = subprocess.Popen([sys.executable, "-c", CHILD, name(server), str(target)])
    while not server.asked(".pbf"):
        time.sleep(0.02)
    lines = []
    comes(server, target, fast, report=lines.append)
    assert child.wait(10) == 0
    assert len(server.asked(".pbf")) == 1
    assert "another run is downloading it" in lines[0]


# ---------------------------------------------------------------- mirrors, proxies


@pytest.mark.parametrize(
    "first",
    [
        pytest.param([says(404)], marks=fault("mirrors", "the first server has no such file", "the mirror is asked")),
        pytest.param([says(503)], marks=fault("mirrors", "the first server is down", "the mirror after three tries")),
        pytest.param(
            [says(429, Retry_After="1000")],
            marks=fault("mirrors", "the first server asks to come in 17 minutes", "the mirror is asked meanwhile"),
        ),
        pytest.param(
            [says(200, body=b"<html>no</html>")],
            marks=fault("mirrors", "the first server sends a web page", "the mirror is asked"),
        ),
    ],
)
def test_a_mirror(serve, target, first):
    mirror, server = serve(FileServer(BODY)), serve(FileServer(BODY, first))
    done = download_file(name(server), target, mirrors=[name(mirror)], internet=Internet(second_s=0.01))
    assert target.read_bytes() == BODY
    assert done.url == name(mirror)
    assert len(server.asked(".pbf")) <= 3


@fault("mirrors", "the line to the first breaks at 40 %", "goes on with the first: no mirror starts at 0")
def test_no_needless_mirror(serve, target, fast):
    mirror, server = serve(FileServer(BODY)), serve(FileServer(BODY, [breaks_after(0.4)]))
    comes(server, target, fast, mirrors=[name(mirror)])
    assert not mirror.requests


@fault("mirrors", "every server fails", "each one's reason is said")
def test_all_mirrors_fail(serve, target, fast):
    mirror, server = serve(FileServer(BODY, [says(503)])), serve(FileServer(BODY, [says(404)]))
    text, _ = fails(server, target, fast, "404.*503", mirrors=[name(mirror)])
    assert f"127.0.0.1:{server.port}: the server answered 404" in text


@fault("mirrors", "a newer raster is not to be had at all", "the older one is taken, and said so")
def test_another_file_instead(serve, tmp_path, fast):
    server = serve(FileServer(b"II*\0" + bytes(100), [says(404), None]))
    lines = []
    wanted = Wanted(f"{server.url}/new.tif", instead=Wanted(f"{server.url}/old.tif"))
    done = fetch(wanted, tmp_path / "new.tif", internet=fast, report=lines.append)
    assert done.url == f"{server.url}/old.tif"
    assert any("404" in line and "old.tif instead" in line for line in lines)


@fault("mirrors", "the file of a day that the server does not keep", "said which days it keeps")
def test_a_snapshot_that_is_not_kept(serve, target, fast):
    server = serve(FileServer(BODY, [says(404)]))
    with pytest.raises(InputError, match=r"404.*those of each 1 January"):
        fetch(Wanted(name(server), hint="Geofabrik keeps those of each 1 January"), target, internet=fast)
    assert target.read_bytes() == OLD


@fault("proxy", "the network lets out through a proxy alone", "internet.proxy is used, and the variables without it")
@pytest.mark.parametrize("by", ["setting", "variable"])
def test_a_proxy(serve, target, monkeypatch, by):
    proxy = serve(FileServer(BODY))
    internet = Internet(second_s=0.01, proxy=proxy.url if by == "setting" else None)
    if by == "variable":
        monkeypatch.setenv("http_proxy", proxy.url)
    download_file("http://far.example/town.osm.pbf", target, internet=internet)
    assert target.read_bytes() == BODY
    assert proxy.requests[0].path == "http://far.example/town.osm.pbf"


@fault("proxy", "the proxy is down", "said that it is the proxy")
def test_a_dead_proxy(target, fast):
    dead = Loopback(FileServer(BODY))
    dead.close()
    internet = fast.model_copy(update={"proxy": dead.url})
    with pytest.raises(InputError, match="the proxy does not let us through"):
        download_file("http://far.example/town.osm.pbf", target, internet=internet)
    assert target.read_bytes() == OLD


@fault("proxy", "the proxy wants a password (407)", "said at once")
def test_a_proxy_with_a_password(serve, target, fast):
    proxy = serve(lambda wire, request: wire.answer(407, reason="Proxy Authentication Required"))
    internet = fast.model_copy(update={"proxy": proxy.url})
    for scheme in ("http", "https"):
        with pytest.raises(InputError, match="the proxy wants a user name and password"):
            download_file(f"{scheme}://far.example/town.osm.pbf", target, internet=internet)


# ---------------------------------------------------------------- the disk


@fault("disk", "the disk is full in the middle", "said in words, with what is free; the last good file stays")
def test_a_full_disk(serve, target, fast):
    server = serve(FileServer(BODY))
    part = hashlib.sha256(name(server).encode()).hexdigest()[:8]
    # the real device that is always full stands in for the disk
    (target.parent / f"town.osm.pbf.{part}.part").symlink_to("/dev/full")
    with pytest.raises(InputError, match=r"town\.osm\.pbf: the disk is full; .* are free"):
        # `start` removes what is there, so the link is put back when the body begins
        server.script.faults = [_links(target.parent / f"town.osm.pbf.{part}.part")]
        download_file(name(server), target, internet=fast)
    assert target.read_bytes() == OLD


def _links(part):
    def answer(wire, request, server):
        rest = server.begin(wire, request)
        time.sleep(0.2)
        part.symlink_to("/dev/full")
        wire.send(rest)

    return answer


@fault("disk", "the file is larger than what is free", "said before the first byte is written")
def test_too_small_a_disk(serve, target, fast):
    size = os.statvfs(target.parent).f_bavail * os.statvfs(target.parent).f_frsize
    server = serve(FileServer(BODY, [lambda wire, request, server: wire.head(200, {"Content-Length": size})]))
    with pytest.raises(InputError, match=r"MB are to be written, and .* MB are free"):
        download_file(name(server), target, internet=fast.model_copy(update={"largest_gb": 1e6}))
    assert target.read_bytes() == OLD


@fault("disk", "a file stands where the folder should be", "said in words")
def test_a_file_for_a_folder(serve, tmp_path, fast):
    (tmp_path / "downloads").write_text("x")
    with pytest.raises(InputError, match=r"town\.osm\.pbf: it cannot be written"):
        download_file(name(serve(FileServer(BODY))), tmp_path / "downloads" / "town.osm.pbf", internet=fast)


@fault("disk", "a downloaded file is damaged later", "noticed by its SHA-256, fetched anew")
def test_a_damaged_file(serve, target, fast):
    server = serve(FileServer(BODY))
    comes(server, target, fast)
    target.write_bytes(bytes(len(BODY)))
    comes(server, target, fast)
    assert len(server.asked(".pbf")) == 2


@fault("disk", "a note that is half written", "counts as none: the file is fetched anew")
def test_half_a_note(serve, target, fast):
    server = serve(FileServer(BODY))
    comes(server, target, fast)
    target.with_name("town.osm.pbf.json").write_text('{"url": "htt')
    comes(server, target, fast)


@fault("disk", "killed between the last byte and the renaming", "the next run puts the file in its place")
def test_a_kill_before_the_renaming(serve, target, fast, monkeypatch):
    server = serve(FileServer(BODY))
    monkeypatch.setattr("creative_nodes.pull.download._land", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        download_file(name(server), target, internet=fast)
    monkeypatch.undo()
    comes(server, target, fast)
    assert len(server.asked(".pbf")) == 1


# ---------------------------------------------------------------- what is shown and sent


@fault("secrets", "a password and a token in the URL, all goes wrong", "neither stands in any line or error")
@pytest.mark.parametrize("what", [says(403), says(503), breaks_after(0), "nobody", "tls"])
def test_secrets_stay_secret(serve, tmp_path, fast, what):
    server = serve(FileServer(BODY, [what] if callable(what) else []), certificate="unknown" if what == "tls" else None)
    if what == "nobody":
        server.close()
    url = f"{server.url}/town.osm.pbf?token=s3cret&v=2".replace("://", "://me:pa55@")
    lines = []
    with pytest.raises(InputError) as error:
        download_file(url, tmp_path / "a", internet=fast, report=lines.append)
    text = "\n".join([str(error.value), *lines, repr(error.value.__cause__)])
    assert "s3cret" not in text and "pa55" not in text
    assert not [one for one in tmp_path.rglob("*") if b"s3cret" in one.read_bytes() or b"pa55" in one.read_bytes()]


@fault("rules of servers", "a server that serves only those who say who they are", "project and contact are sent")
def test_who_we_are(serve, target):
    def asks(wire, request, server):
        known = re.fullmatch(r"creative-nodes/[\d.]+ \(\+https://home\.example\)", request.headers["user-agent"])
        FileServer.well(wire, request, server) if known else wire.answer(406)

    comes(serve(FileServer(BODY, [asks])), target, Internet(second_s=0.01, contact=f"https://{HOME}"))
    assert "python-requests" not in user_agent(None)
