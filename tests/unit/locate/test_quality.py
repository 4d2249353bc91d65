"""Quality of locating: figures against cases worked by hand, intervals against scipy and exact enumeration."""

import csv
from collections import Counter
from math import isnan
from pathlib import Path

import numpy as np
import pytest
import scipy

from creative_nodes.common.errors import InputError
from creative_nodes.locate.quality import (
    NO,
    UNSURE,
    YES,
    Confusion,
    Label,
    Sample,
    confusion,
    missed_in,
    pooled,
    precision,
    precision_by,
    read_labels,
    recall,
    recall_floor,
    share,
    wilson,
)

LABELS = Path(__file__).resolve().parents[2] / "data" / "labels"


def sample_of(*strata):
    """Make a sample of (name, size, [(truth, found), ...])."""
    rows = [(truth, found, name, size) for name, size, objects in strata for truth, found in objects]
    return Sample(*(np.array(values) for values in zip(*rows, strict=True)))


@pytest.fixture
def worked():
    """Three strata whose objects stand for 25, 200 and 5 objects."""
    return sample_of(
        ("a", 100, [(YES, True), (YES, True), (NO, True), (YES, False)]),
        ("b", 1000, [(YES, False), (NO, False), (NO, False), (NO, False), (UNSURE, False)]),
        ("c", 10, [(YES, True), (NO, True)]),
    )


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (0, 24), (1, 7), (5, 9), (21, 21), (190, 300)])
def test_wilson_agrees_with_scipy(hits, n):
    expected = scipy.stats.binomtest(hits, n).proportion_ci(confidence_level=0.95, method="wilson")
    assert wilson(hits, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_at_another_level_agrees_with_scipy():
    expected = scipy.stats.binomtest(3, 10).proportion_ci(confidence_level=0.8, method="wilson")
    assert wilson(3, 10, level=0.8) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_of_nothing_everything_is_possible():
    assert wilson(0, 0) == (0.0, 1.0)
    assert isnan(share(0, 0).value)


def test_a_share_tells_its_counts():
    found = share(3, 4)
    assert (found.value, found.hits, found.n) == (0.75, 3, 4)
    assert (found.low, found.high) == wilson(3, 4)


def test_an_object_stands_for_its_share_of_the_stratum(worked):
    assert worked.weights().tolist() == [25] * 4 + [200] * 5 + [5] * 2


def test_objects_are_counted_and_the_unsure_apart(worked):
    assert confusion(worked) == Confusion(
        found_yes=3, found_no=2, missed_yes=2, left_no=3, found_unsure=0, left_unsure=1
    )
    unsure = sample_of(("a", 9, [(UNSURE, True), (UNSURE, False), (YES, True)]))
    assert confusion(unsure) == Confusion(
        found_yes=1, found_no=0, missed_yes=0, left_no=0, found_unsure=1, left_unsure=1
    )


def test_precision_is_weighted(worked):
    right = precision(worked)
    assert right.value == pytest.approx((25 + 25 + 5) / (75 + 10))
    assert (right.hits, right.n) == (3, 5)


def test_the_interval_of_precision_is_wilsons_for_what_the_weights_are_worth(worked):
    worth, value, z = 85**2 / (3 * 25**2 + 2 * 5**2), 55 / 85, scipy.stats.norm.ppf(0.975)

    def off(p):
        # the Wilson limits are where the score test just rejects
        return abs(value - p) - z * np.sqrt(p * (1 - p) / worth)

    right = precision(worked)
    assert right.low == pytest.approx(scipy.optimize.brentq(off, 1e-9, value))
    assert right.high == pytest.approx(scipy.optimize.brentq(off, value, 1 - 1e-9))


def test_precision_with_equal_weights_is_a_plain_share():
    one = sample_of(("a", 30, [(YES, True)] * 7 + [(NO, True)] * 2 + [(NO, False)]))
    assert precision(one) == share(7, 9)


def test_unsure_objects_count_neither_way():
    sure = [(YES, True)] * 3 + [(NO, True)] + [(YES, False)]
    bare = sample_of(("a", 50, sure))
    with_unsure = sample_of(("a", 80, [*sure, (UNSURE, True), (UNSURE, False), (UNSURE, True)]))
    assert precision(with_unsure) == precision(bare)
    assert recall(with_unsure, seed=1).value == recall(bare, seed=1).value == pytest.approx(0.75)


def test_recall_is_weighted(worked):
    found = recall(worked, seed=1)
    assert found.value == pytest.approx(55 / (55 + 25 + 200))
    assert (found.hits, found.n) == (3, 5)
    assert found.low < found.value < found.high


def test_the_bootstrap_of_one_stratum_is_binomial():
    one = sample_of(("a", 400, [(YES, True)] * 30 + [(YES, False)] * 10))
    found = recall(one, seed=7, draws=20_000)
    assert (found.low, found.high) == pytest.approx(scipy.stats.binom.ppf([0.025, 0.975], 40, 0.75) / 40, abs=1 / 40)


def test_the_bootstrap_draws_each_stratum_by_itself():
    two = sample_of(
        ("a", 60, [(YES, True)] * 20 + [(YES, False)] * 10), ("b", 200, [(YES, True)] * 5 + [(YES, False)] * 5)
    )
    a, b = np.arange(31), np.arange(11)
    values = ((2 * a[:, None] + 20 * b[None, :]) / 260).ravel()
    chances = (scipy.stats.binom.pmf(a, 30, 2 / 3)[:, None] * scipy.stats.binom.pmf(b, 10, 0.5)[None, :]).ravel()
    order = np.argsort(values)
    limits = values[order][np.searchsorted(np.cumsum(chances[order]), [0.025, 0.975])]
    found = recall(two, seed=3, draws=40_000)
    assert (found.low, found.high) == pytest.approx(limits, abs=0.01)


def test_the_same_seed_gives_the_same_interval(worked):
    assert recall(worked, seed=5) == recall(worked, seed=5)


def test_where_nothing_is_missed_bootstrap_has_nothing_to_say():
    found = recall(sample_of(("a", 50, [(YES, True), (YES, True), (NO, False)])), seed=1)
    assert found.value == 1
    assert isnan(found.low)
    assert isnan(found.high)


def test_where_all_is_missed_bootstrap_has_nothing_to_say():
    found = recall(sample_of(("a", 50, [(YES, False), (NO, False)])), seed=1)
    assert (found.value, found.hits, found.n) == (0, 0, 1)
    assert isnan(found.low)


def test_two_draws_weigh_as_one():
    first = [Label("way/1", YES, NO, "a", 100), Label("way/2", NO, NO, "a", 100), Label("way/3", NO, NO, "b", 4)]
    second = [Label("way/4", NO, NO, "a", 98), Label("way/5", YES, NO, "a", 98)]
    both = pooled(first, second)
    assert [one.osm_id for one in both] == ["way/1", "way/2", "way/3", "way/4", "way/5"]
    one = Sample(
        np.array([label.heritage for label in both]),
        np.ones(5, dtype=bool),
        np.array([label.stratum for label in both]),
        np.array([label.size for label in both]),
    )
    assert one.weights().tolist() == [25, 25, 4, 25, 25]


def test_without_any_site_nothing_is_said():
    none = sample_of(("a", 50, [(NO, False), (UNSURE, False)]))
    assert isnan(recall(none, seed=1).value)
    assert isnan(precision(none).value)
    assert (precision(none).low, precision(none).high) == (0.0, 1.0)


def test_missed_sites_and_their_limit_are_told_in_objects(worked):
    upper = scipy.stats.binomtest(1, 4).proportion_ci(method="wilson").high
    missed = missed_in(worked)
    assert missed["a"] == pytest.approx((25, 100 * upper))
    # the unsure one is no site in the estimate and is left out of the limit
    assert missed["b"] == pytest.approx((200, 1000 * upper))
    assert missed["c"] == (0, 0)


def test_a_stratum_read_whole_leaves_nothing_to_guess():
    assert missed_in(sample_of(("a", 3, [(YES, False), (NO, False), (YES, True)])))["a"] == (1, 1)


def test_the_floor_of_recall_takes_the_limits_of_all_strata(worked):
    upper = scipy.stats.binomtest(1, 4).proportion_ci(method="wilson").high
    assert recall_floor(worked) == pytest.approx(55 / (55 + 1100 * upper))


def test_a_large_stratum_without_a_miss_lowers_the_floor_and_not_the_bootstrap():
    one = sample_of(("a", 5, [(YES, True)] * 5), ("b", 5000, [(NO, False)] * 20))
    assert recall(one, seed=1).value == 1
    assert recall_floor(one) == pytest.approx(5 / (5 + 5000 * wilson(0, 20)[1]))


def test_precision_by_group_counts_only_what_was_found():
    one = sample_of(("a", 90, [(YES, True), (NO, True), (UNSURE, True), (YES, True), (YES, False)]))
    groups = np.array(["high", "high", "high", "low", "low"])
    assert precision_by(one, groups) == {"high": share(1, 2), "low": share(1, 1)}


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def key(tmp_path):
    return write(tmp_path, "key.csv", "osm_id,stratum,stratum_size\nway/1,a,10\nnode/2,b,70\n")


HEAD = "osm_id,heritage,creative,reason_heritage,reason_creative\n"


def test_labels_are_read_with_their_stratum(tmp_path, key):
    path = write(tmp_path, "labels.csv", HEAD + "node/2,no,unsure,x,y\nway/1,yes,no,x,y\n")
    one, two = read_labels(path, key)
    assert (one.osm_id, one.heritage, one.creative, one.stratum, one.size) == ("node/2", NO, UNSURE, "b", 70)
    assert (two.osm_id, two.heritage, two.creative, two.stratum, two.size) == ("way/1", YES, NO, "a", 10)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "way/1,maybe,no,x,y\n", "line 2: heritage is 'maybe'; write yes, no or unsure"),
        (HEAD + "way/9,no,no,x,y\n", "way/9 is not in the key"),
        (HEAD + "way/1,no,no,x,y\n", "labels and key differ: 1 and 2 objects"),
        (HEAD + "way/1,no,no,x,y\nway/1,no,no,x,y\n", "labels and key differ"),
        ("osm_id,heritage\nway/1,no\n", "column creative is missing"),
    ],
)
def test_wrong_labels_are_told(tmp_path, key, text, said):
    path = write(tmp_path, "labels.csv", text)
    with pytest.raises(InputError, match=said) as error:
        read_labels(path, key)
    assert "labels.csv" in str(error.value)


def test_a_wrong_key_and_a_missing_file_are_told(tmp_path):
    labels = write(tmp_path, "labels.csv", HEAD + "way/1,no,no,x,y\n")
    with pytest.raises(InputError, match="stratum_size of way/1 is not a whole number"):
        read_labels(labels, write(tmp_path, "bad.csv", "osm_id,stratum,stratum_size\nway/1,a,many\n"))
    with pytest.raises(InputError, match="no such file"):
        read_labels(labels, tmp_path / "none.csv")


@pytest.mark.parametrize("folder", [LABELS, LABELS / "check"], ids=["first", "check"])
@pytest.mark.parametrize("city", ["hanoi", "hcmc", "shanghai"])
def test_the_labels_of_the_cities_hold_ids_and_judgements_only(city, folder):
    with (folder / f"{city}.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        assert reader.fieldnames == ["osm_id", "heritage", "creative", "reason_heritage", "reason_creative"]
    assert all(row["reason_heritage"] and row["reason_creative"] for row in rows)
    # names of this ground are never plain ASCII throughout: the reasons are in words of our own
    assert all(row[key].replace("é", "e").isascii() for row in rows for key in ("reason_heritage", "reason_creative"))


@pytest.mark.parametrize("city", ["hanoi", "hcmc", "shanghai"])
def test_the_labels_of_the_cities_agree_with_their_key(city):
    first, check = (
        read_labels(folder / f"{city}.csv", folder / "key" / f"{city}.csv") for folder in (LABELS, LABELS / "check")
    )
    assert len(first) == len(check) == 100
    assert not {one.osm_id for one in first} & {one.osm_id for one in check}
    for labels in (first, check):
        drawn = {name: [one for one in labels if one.stratum == name] for name in {one.stratum for one in labels}}
        for ones in drawn.values():
            assert len({one.size for one in ones}) == 1
            assert len(ones) <= ones[0].size
    # the check set was drawn from what the first had left
    of_first = Counter(one.stratum for one in first)
    sizes = {one.stratum: one.size for one in first}
    assert all(one.size == sizes[one.stratum] - of_first[one.stratum] for one in check)
