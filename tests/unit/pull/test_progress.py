import pytest

from creative_nodes.pull import progress
from creative_nodes.pull.progress import ProgressLine, megabytes


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_tells_how_far_how_fast_and_how_long_every_few_seconds(clock):
    lines = []
    tell = ProgressLine("vietnam.osm.pbf", lines.append)
    for second in range(21):
        clock[0] = 100.0 + second
        tell(second * 5_000_000, 306_000_000)
    assert len(lines) == 4
    # 5 MB/s: after 20 s 100 of 306 MB, the other 206 in 41 s
    assert lines[-1] == "vietnam.osm.pbf: 100 MB of 306 MB (33%), 5.0 MB/s, about 41 s left"


def test_the_speed_is_that_of_late_and_a_new_beginning_counts_anew(clock):
    tell = ProgressLine("x", lambda line: None)
    for second in range(100):
        clock[0] = 100.0 + second
        tell(second * 1000 if second < 50 else 50_000 + (second - 50) * 2_000_000, None)
    assert tell.speed() == 2_000_000
    clock[0] += 1
    tell(0, None)
    clock[0] += 2
    tell(600_000, None)
    assert tell.speed() == 300_000
    assert tell.line(600_000, None) == "x: 0.6 MB, 0.3 MB/s"


@pytest.mark.parametrize(
    ("size", "said"), [(306_000_000, "306 MB"), (24_100_000, "24 MB"), (1_500_000, "1.5 MB"), (97_377, "0.097 MB")]
)
def test_sizes(size, said):
    assert megabytes(size) == said
