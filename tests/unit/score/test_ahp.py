"""Weights from pairwise comparisons, against Saaty's published example and random matrices."""

import itertools

import numpy as np
import pytest

from creative_nodes.score import ahp

# Saaty 2008, "Decision making with the analytic hierarchy process": relative consumption of drinks in the US
DRINKS = ["coffee", "wine", "tea", "beer", "sodas", "milk", "water"]
JUDGED = [
    "1 9 5 2 1 1 1/2",
    "1/9 1 1/3 1/9 1/9 1/9 1/9",
    "1/5 3 1 1/3 1/4 1/3 1/9",
    "1/2 9 3 1 1/2 1 1/3",
    "1 9 4 2 1 2 1/2",
    "1 9 3 1 1/2 1 1/3",
    "2 9 9 3 2 3 1",
]
PUBLISHED = {
    **{"coffee": 0.177, "wine": 0.019, "tea": 0.042, "beer": 0.116},
    **{"sodas": 0.190, "milk": 0.129, "water": 0.327},
}


def drinks():
    rows = [row.split() for row in JUDGED]
    return {f"{DRINKS[i]}/{DRINKS[j]}": rows[i][j] for i, j in itertools.combinations(range(7), 2)}


def test_saatys_drinks():
    found = ahp.weights_from_pairs(drinks(), DRINKS)
    assert found == pytest.approx(PUBLISHED, abs=6e-4)
    assert sum(found.values()) == pytest.approx(1, abs=1e-8)
    _, ratio = ahp.principal(ahp.matrix_of(drinks(), DRINKS))
    assert ratio == pytest.approx(0.022, abs=5e-4)


def test_consistent_judgements_give_back_the_weights_they_came_from():
    names = ["a", "b", "c", "d"]
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    pairs = {f"{a}/{b}": weights[i] / weights[j] for (i, a), (j, b) in itertools.combinations(enumerate(names), 2)}
    assert list(ahp.weights_from_pairs(pairs, names).values()) == pytest.approx(weights)
    assert ahp.principal(ahp.matrix_of(pairs, names))[1] == pytest.approx(0, abs=1e-9)


def test_two_things_need_one_judgement():
    assert ahp.weights_from_pairs({"a/b": 3}, ["a", "b"]) == {"a": 0.75, "b": 0.25}
    assert ahp.weights_from_pairs({"b/a": "1/3"}, ["a", "b"]) == {"a": 0.75, "b": 0.25}


def test_one_thing_has_all_the_weight():
    assert ahp.weights_from_pairs({}, ["a"]) == {"a": 1.0}


@pytest.mark.parametrize("n", [3, 5, 11])
def test_the_random_index_is_the_mean_inconsistency_of_random_matrices(n):
    rng = np.random.default_rng(n)
    scale = np.array([1 / k for k in range(9, 1, -1)] + list(range(1, 10)), dtype=float)
    upper = np.triu_indices(n, 1)
    found = []
    for _ in range(2000):
        matrix = np.eye(n)
        matrix[upper] = rng.choice(scale, len(upper[0]))
        matrix.T[upper] = 1 / matrix[upper]
        found.append((np.linalg.eigvals(matrix).real.max() - n) / (n - 1))
    assert np.mean(found) == pytest.approx(ahp.RANDOM_INDEX[n], abs=0.05)


def test_contradicting_judgements_are_refused_and_the_worst_triple_is_named():
    names = ["people", "spillover", "network", "site"]
    # all but people/network follow from weights 6, 3, 1, 1
    pairs = {
        **{"people/spillover": 2, "people/network": "1/5", "people/site": 6},
        **{"spillover/network": 3, "spillover/site": 3, "network/site": 1},
    }
    with pytest.raises(ValueError, match="contradict") as caught:
        ahp.weights_from_pairs(pairs, names)
    said = str(caught.value)
    assert "people/network" in said
    assert "should be near 6; it is 1/5" in said
    pairs["people/network"] = 6
    assert ahp.weights_from_pairs(pairs, names)["people"] == pytest.approx(6 / 11)


@pytest.mark.parametrize(
    ("pairs", "word"),
    [
        ({"a/b": 2, "b/c": 2}, "missing: a/c"),
        ({"a/b": 2, "b/a": 2, "b/c": 1, "a/c": 1}, "compared twice"),
        ({"a/b": 2, "b/c": 2, "a/cc": 2}, "did you mean c?"),
        ({"ab": 2}, "first/second"),
        ({"a/a": 1}, "two different things"),
        ({"a/b": 10, "b/c": 1, "a/c": 1}, "scale"),
        ({"a/b": 0, "b/c": 1, "a/c": 1}, "scale"),
        ({"a/b": -3, "b/c": 1, "a/c": 1}, "scale"),
        ({"a/b": "1/0", "b/c": 1, "a/c": 1}, "scale"),
        ({"a/b": "much", "b/c": 1, "a/c": 1}, "scale"),
        ({"a/b": float("nan"), "b/c": 1, "a/c": 1}, "scale"),
        ({"a/b": True, "b/c": 1, "a/c": 1}, "scale"),
    ],
)
def test_bad_judgements_are_named(pairs, word):
    with pytest.raises(ValueError) as caught:
        ahp.weights_from_pairs(pairs, ["a", "b", "c"])
    assert word in str(caught.value)
