import hashlib
from pathlib import Path

import pytest

from creative_nodes.common.errors import InputError
from creative_nodes.pull.download import download_file, file_sha256
from creative_nodes.pull.settings import Boundary, Internet, Source
from creative_nodes.pull.source import resolve_source, wanted_extract
from creative_nodes.pull.urls import download_name

BODY = bytes(range(256)) * 9000
# a second of patience is a hundredth of a second here
FAST = Internet(second_s=0.01, patience_minutes=0.5)
VIETNAM = "https://download.geofabrik.de/asia/vietnam-latest.osm.pbf"


def send(handler, status: int, body: bytes = b"", *, length: int | None = None) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


def answers(*steps):
    """Answer one step after the other, the last one for ever."""
    left = list(steps)

    def answer(handler, _) -> None:
        step = left.pop(0) if len(left) > 1 else left[0]
        step(handler)

    return answer


def whole(handler) -> None:
    send(handler, 200, BODY)


def cut_short(handler) -> None:
    send(handler, 200, BODY[:1000], length=len(BODY))


def down(handler) -> None:
    send(handler, 500)


def gone(handler) -> None:
    send(handler, 404)


def test_file_lands_whole_with_its_hash_and_progress(serve, tmp_path: Path) -> None:
    server, seen = serve(answers(whole)), []
    target = tmp_path / "new" / "a.bin"
    done = download_file(f"{server.url}/a.bin", target, progress=lambda got, total: seen.append((got, total)))
    assert target.read_bytes() == BODY
    assert (done.bytes, done.sha256) == (len(BODY), hashlib.sha256(BODY).hexdigest())
    assert file_sha256(target) == done.sha256
    assert seen[-1] == (len(BODY), len(BODY))
    assert [got for got, _ in seen] == sorted(got for got, _ in seen)
    assert sorted(item.name for item in target.parent.iterdir()) == ["a.bin", "a.bin.json"]


def test_size_not_told(serve, tmp_path: Path) -> None:
    def untold(handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(BODY)

    seen = []
    download_file(serve(answers(untold)).url, tmp_path / "a", progress=lambda *now: seen.append(now))
    assert seen[-1] == (len(BODY), None)


@pytest.mark.parametrize("failure", [down, cut_short])
def test_passing_failure_is_tried_again(serve, tmp_path: Path, failure) -> None:
    server = serve(answers(failure, failure, whole))
    download_file(server.url, tmp_path / "a", internet=FAST)
    assert (tmp_path / "a").read_bytes() == BODY
    assert len(server.paths) == 3


@pytest.mark.parametrize(("failure", "said"), [(down, "500"), (cut_short, "given up after")])
def test_lasting_failure_leaves_nothing(serve, tmp_path: Path, failure, said: str) -> None:
    server = serve(answers(failure))
    with pytest.raises(InputError, match=said) as error:
        download_file(f"{server.url}/x.tif", tmp_path / "a", internet=FAST)
    assert f"{server.url}/x.tif" in str(error.value)
    assert len(server.paths) >= 3
    assert list(tmp_path.iterdir()) == []


def test_not_found_is_not_tried_again(serve, tmp_path: Path) -> None:
    server = serve(answers(gone))
    with pytest.raises(InputError, match=r"x\.tif: the server answered 404 Not Found; check the URL"):
        download_file(f"{server.url}/x.tif", tmp_path / "a", internet=FAST)
    assert len(server.paths) == 1
    assert list(tmp_path.iterdir()) == []


def test_failed_download_keeps_the_file_of_before(serve, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(InputError):
        download_file(serve(answers(gone)).url, tmp_path / "a")
    assert (tmp_path / "a").read_text() == "old"


def test_nobody_listens(serve, tmp_path: Path) -> None:
    server = serve(answers(whole))
    server.close()
    with pytest.raises(InputError, match="nobody answers"):
        download_file(server.url, tmp_path / "a", internet=FAST)


def test_empty_answer_is_a_failure(serve, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="empty"):
        download_file(serve(answers(lambda handler: send(handler, 200))).url, tmp_path / "a", internet=FAST)


def test_malformed_url(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="check the URL"):
        download_file("nonsense", tmp_path / "a")


def test_password_stays_out_of_errors(serve, tmp_path: Path) -> None:
    url = serve(answers(gone)).url.replace("http://", "http://me:secret@")
    with pytest.raises(InputError) as error:
        download_file(url, tmp_path / "a")
    assert "secret" not in str(error.value)


def test_download_name() -> None:
    name = download_name(VIETNAM)
    digest = hashlib.sha256(VIETNAM.encode()).hexdigest()[:8]
    assert name == f"vietnam-latest-{digest}.osm.pbf" == download_name(VIETNAM)
    assert name != download_name(VIETNAM.replace("asia", "mirror"))
    assert download_name("https://x.org/a%20b/pop.tif?v=2").startswith("pop-")
    assert download_name("https://x.org/a%20b/pop.tif?v=2").endswith(".tif")
    for odd in ("https://x.org", "https://x.org/..", "https://x.org/a b%2Fc:d.zip", "https://x.org/.hidden"):
        assert set(download_name(odd)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
        assert not download_name(odd).startswith(".")


# ---------------------------------------------------------------- precedence


def settings(source: dict, boundary: dict | None = None) -> tuple[str, Source, Boundary]:
    return "town", Source.model_validate(source), Boundary.model_validate(boundary or {"bbox": (0, 0, 1, 1)})


GEOFABRIK = {"kind": "geofabrik", "url": VIETNAM, "snapshot": "2026-01-01"}


@pytest.mark.parametrize("suffix", [".osm.pbf", ".osm", ".osm.bz2"])
@pytest.mark.parametrize(
    "own",
    [GEOFABRIK, {"kind": "overpass"}, {"kind": "extract", "file": "missing.osm.pbf"}],
    ids=lambda own: own["kind"],
)
def test_extracts_folder_goes_first(tmp_path: Path, suffix: str, own: dict) -> None:
    (tmp_path / f"town{suffix}").touch()
    found = resolve_source(*settings(own), extracts=tmp_path)
    assert (found.kind, found.files, found.shown) == ("extract", [str(tmp_path / f"town{suffix}")], f"town{suffix}")


def test_a_source_may_name_the_extract_of_another_city(tmp_path: Path) -> None:
    for name in ("town", "other"):
        (tmp_path / f"{name}.osm.pbf").touch()
    found = resolve_source(*settings(GEOFABRIK | {"extract": "other"}), extracts=tmp_path)
    assert found.files == [str(tmp_path / "other.osm.pbf")]


def test_extracts_folder_without_the_city_falls_through(tmp_path: Path) -> None:
    (tmp_path / "other.osm.pbf").touch()
    found = resolve_source(*settings(GEOFABRIK), extracts=tmp_path)
    that_day = "https://download.geofabrik.de/asia/vietnam-260101.osm.pbf"
    assert (found.kind, found.shown, found.snapshot) == ("geofabrik", that_day, "2026-01-01")
    assert found.files == [f"data/raw/downloads/{download_name(that_day)}"]


@pytest.mark.parametrize(
    ("url", "snapshot", "expected"),
    [
        (VIETNAM, None, VIETNAM),
        (VIETNAM, "2025-11-09", "https://download.geofabrik.de/asia/vietnam-251109.osm.pbf"),
        # what is not the latest is what it is
        ("https://x.org/town.osm.pbf", "spring 2025", "https://x.org/town.osm.pbf"),
    ],
)
def test_snapshot_names_the_file_of_a_day(url: str, snapshot: str | None, expected: str) -> None:
    source = Source(kind="geofabrik", url=url, mirrors=[url], snapshot=snapshot)
    found = wanted_extract("town", source)
    assert (found.url, found.mirrors) == (expected, (expected,))
    assert ("2025-11-09" in found.hint) == (expected not in (url,))


def test_a_snapshot_that_is_no_day_is_refused() -> None:
    with pytest.raises(InputError, match=r"town\.yaml: source\.snapshot: .*YYYY-MM-DD; got 'spring'"):
        wanted_extract("town", Source(kind="geofabrik", url=VIETNAM, snapshot="spring"))
    with pytest.raises(InputError, match=r"town\.yaml: source\.snapshot: .*YYYY-MM-DD"):
        resolve_source(*settings({"kind": "overpass", "snapshot": "spring"}), extracts=None)


def test_overpass_needs_no_file() -> None:
    assert resolve_source(*settings({"kind": "overpass"}), extracts=None).files == []


def test_own_extract_from_the_root(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.osm").touch()
    found = resolve_source(*settings({"kind": "extract", "file": "in/x.osm"}), extracts=None, root=tmp_path)
    assert (found.files, found.shown) == ([str(tmp_path / "in" / "x.osm")], "x.osm")


@pytest.mark.parametrize(
    ("source", "boundary", "extracts", "said"),
    [
        (
            {"kind": "extract", "file": "x.osm.pbf"},
            None,
            None,
            r"cities/town\.yaml: source\.file: no such file: x\.osm\.pbf",
        ),
        ({"kind": "extract", "file": "x.zip"}, None, None, r"file must end with .*got x\.zip"),
        ({"kind": "geofabrik", "url": "https://x.org/a.zip"}, None, None, "url must end with"),
        (GEOFABRIK, None, "nowhere", "EXTRACTS.*no such folder"),
        (GEOFABRIK, {"polygon": "gone.geojson"}, None, r"boundary\.polygon: no such file: gone\.geojson"),
    ],
)
def test_what_is_missing_is_said_at_once(tmp_path: Path, source, boundary, extracts, said: str) -> None:
    with pytest.raises(InputError, match=said):
        resolve_source(*settings(source, boundary), extracts=extracts and Path(extracts), root=tmp_path)


def test_source_survives_json_and_hides_logins() -> None:
    found = resolve_source(*settings({"kind": "geofabrik", "url": "https://me:pw@x.org/a.osm.pbf"}), extracts=None)
    assert type(found).model_validate_json(found.model_dump_json()) == found
    assert found.shown == "https://x.org/a.osm.pbf"
    assert "pw" not in found.public()


def test_servers_of_overpass_come_from_config_and_not_from_what_a_rule_writes_down() -> None:
    key, source, boundary = settings(
        {"kind": "overpass", "url": "https://x.org?key=s3cret", "mirrors": ["https://y.org"]}
    )
    found = resolve_source(key, source, boundary, extracts=None)
    kept = type(found).model_validate_json(found.public())
    assert "s3cret" not in found.public()
    assert kept.asked_of(source) == found


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://example.org/a.osm.pbf", True),
        ("http://me:secret@example.org/a?key=secret", True),
        ("https://example.org/a.osm.pbf", False),
        ("http://127.0.0.1:8000/a.osm.pbf", False),
    ],
)
def test_a_source_over_http_is_warned_of(url, warned):
    from creative_nodes.pull.urls import open_to_all

    said = open_to_all(url)
    assert ("over http" in said and "example.org" in said) == warned
    assert "secret" not in said
