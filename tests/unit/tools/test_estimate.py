"""What many cities take: hand-computed from a law of three rules."""

import pandas as pd
import pytest

from creative_nodes.tools import estimate

LAW = pd.DataFrame(
    [
        ("locate_sites", 2, 100.0, 50.0, 6.0, 2.0),
        ("write_index", 1, 200.0, 10.0, 4.0, 0.5),
        # no part of a full run: asked for by name alone
        ("compare_runs", 2, 9000.0, 0.0, 900.0, 0.0),
        ("write_changes", 1, 9000.0, 0.0, 900.0, 0.0),
    ],
    columns=["rule", "runs", "memory_mb", "memory_mb_per_mb", "seconds", "seconds_per_mb"],
)
RUNS = pd.DataFrame({"rule": ["locate_sites", "write_index"], "city": ["hanoi", "hanoi,hcmc"]})
DISK = pd.DataFrame(
    [("a", 1.0, 1.0, 4.0, 1.0), ("b", 3.0, 3.0, 8.0, 1.0), ("tiny", 0.01, 0.0, 3.0, 1.0)],
    columns=["city", "extract_mb", *estimate.KINDS],
)


def test_rules_of_a_city_count_for_each_and_others_once():
    found = estimate.estimate(LAW, RUNS, DISK, cities=10, city_mb=2.0, job_s=1.0)
    # ten of 6 + 2 * 2 + 1 s, and one of 4 + 0.5 * 20 + 1 s
    assert found.hours == pytest.approx((10 * 11 + 15) / 3600)
    # 200 + 10 * 20 MB beats 100 + 50 * 2 MB
    assert (found.largest, found.memory_mb) == ("write_index", 400)
    # 6 MB at 1 MB and 12 MB at 3 MB make 9 MB at 2 MB
    assert found.disk_gb == pytest.approx(10 * 9 / 1024)


def test_the_shipped_law_says_it_in_a_line(capsys):
    assert estimate.main(["34", "--city-mb", "1"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("34 cities of 1 MB each: ") and said.count("\n") == 1


def test_disk_is_measured_by_kind(tmp_path):
    for path, size in {"data/raw/a/osm.pbf": 2, "data/processed/a/x/y.parquet": 3, "reports/a.html": 1}.items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_bytes(b"x" * size * 2**20)
    assert estimate.measured_disk(tmp_path).values.tolist() == [["a", 2.0, 2.0, 3.0, 1.0]]
