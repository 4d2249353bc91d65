"""What rules need, learnt from measured runs: hand-computed lines, and no word of rules that are gone."""

import numpy as np
import pandas as pd
import pytest

from creative_nodes.tools import resources

COLUMNS = ["rule", "city", "extract_mb", "memory_mb", "seconds"]


@pytest.fixture
def folder(tmp_path):
    """Runs of a city of 2 MB and one of 1 MB, and a comparison of two runs."""
    for city, size in (("hanoi", 2), ("hue", 1)):
        (tmp_path / "data/raw" / city).mkdir(parents=True)
        (tmp_path / "data/raw" / city / "osm.pbf").write_bytes(b"x" * size * 2**20)
    for place, memory in {
        "hanoi/locate_sites": 300,
        "hue/locate_sites": 200,
        "hanoi/try_site_whatif-mine": 400,
        "write_index": 100,
        "older..unnamed/hanoi/compare_runs": 500,
        "older..unnamed/write_changes": 150,
        "rush_hour/hanoi/locate_sites": 999,
        "downloads/vietnam.osm.pbf": 50,
        "downloads/gone.osm.pbf": 60,
    }.items():
        file = tmp_path / "logs" / f"{place}.benchmark.tsv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"s\tmax_rss\tcpu_time\n1\t{memory}\t2\n")
    (tmp_path / "data/raw/downloads").mkdir()
    (tmp_path / "data/raw/downloads/vietnam.osm.pbf").write_bytes(b"x" * 3 * 2**20)
    return tmp_path


def test_benchmarks_are_read_with_the_size_of_their_city(folder):
    found = resources.measured(folder).set_index(["rule", "city"])
    assert found["memory_mb"].to_dict() == {
        ("locate_sites", "hanoi"): 300,
        ("locate_sites", "hue"): 200,
        ("try_site", "hanoi"): 400,
        ("write_index", "hanoi,hue"): 100,
        ("compare_runs", "hanoi"): 500,
        ("write_changes", "hanoi,hue"): 150,
        ("download_file", "vietnam.osm.pbf"): 50,
    }
    assert found.loc[("locate_sites", "hanoi"), "extract_mb"] == 2
    assert found.loc[("write_index", "hanoi,hue"), "extract_mb"] == 3
    assert found.loc[("download_file", "vietnam.osm.pbf"), "extract_mb"] == 3


def test_no_run_lies_above_the_line():
    x, y = np.array([0.0, 1.0, 2.0]), np.array([10.0, 30.0, 20.0])
    # least squares: slope 5; the middle one lies 15 above 10
    assert resources.line_above(x, y) == pytest.approx((25, 5))
    # it does not fall
    assert resources.line_above(x, np.array([30.0, 20.0, 10.0])) == (30, 0)


def test_a_rule_measured_on_the_sample_alone_is_left_out_and_one_that_is_gone_too(folder):
    runs = pd.DataFrame(
        [("locate_sites", "sample", 0.02, 100, 1), ("score_candidates", "hanoi", 2, 100, 1)], columns=COLUMNS
    )
    assert resources.fitted(runs)["rule"].tolist() == ["score_candidates"]
    gone = pd.DataFrame([("measure_robustness", "hanoi", 2, 100, 1)], columns=COLUMNS)
    both = resources.merge(gone, resources.measured(folder))
    assert "measure_robustness" not in set(both["rule"]) and "compare_runs" in set(both["rule"])
