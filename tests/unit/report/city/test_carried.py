"""What the page carries to judge other priorities: worlds packed small and read back, sets and who may be chosen."""

import made_up
import numpy as np
import pandas as pd
import pytest

from creative_nodes.common.words import CRITERIA
from creative_nodes.report.city import carried
from creative_nodes.report.city.carried import STEPS, sets_of, worlds_of
from creative_nodes.report.draw.packed import ALPHABET

IDS = ["a", "b", "c", "d"]
OWN = np.linspace(0, 1, 3 * len(CRITERIA)).reshape(3, -1)  # the fourth has no rank in the run


def numbers(text):
    """Read numbers written as text, as the page's script does."""
    digits, found, number, place = ALPHABET.decode(), [], 0, 1
    for sign in text:
        digit = digits.index(sign)
        number += digit % 32 * place
        place *= 32
        if digit < 32:
            found.append(-(number + 1) // 2 if number % 2 else number // 2)
            number, place = 0, 1
    return found


def table(n_worlds=3):
    rng = np.random.default_rng(2)
    rows = []
    for world in range(1, n_worlds + 1):
        for site in IDS if world != 2 else IDS[1:]:
            values = dict(zip(CRITERIA, rng.random(len(CRITERIA)), strict=True))
            rows.append({"world": world, "site_id": site, **values} | ({"exchange": np.nan} if world == 3 else {}))
    return pd.DataFrame(rows)


def test_values_are_read_back_to_a_ten_thousandth():
    given = table()
    found = worlds_of({"world_values": given}, IDS, OWN)
    assert found.n == 3 and found.ranked == ("1111", "0111", "1111")
    at = list(CRITERIA).index("exchange")
    assert [used[at] for used in found.used] == ["1", "1", "0"]
    moves = np.array(numbers(found.moves)).reshape(len(CRITERIA), len(IDS), 3)
    base = np.vstack([OWN, np.zeros(len(CRITERIA))])
    for row in given.itertuples():
        i = IDS.index(row.site_id)
        back = (np.round(base[i] * STEPS) + moves[:, i, row.world - 1]) / STEPS
        told = np.array([getattr(row, name) for name in CRITERIA])
        known = ~np.isnan(told)
        assert back[known] == pytest.approx(told[known], abs=0.5 / STEPS + 1e-12)


def test_fewer_worlds_are_carried_where_there_are_many_sites(monkeypatch):
    monkeypatch.setattr(carried, "MOST_CARRIED", 30 * len(IDS) * len(CRITERIA))
    assert worlds_of({"world_values": table(60)}, IDS, OWN).n == 30
    assert worlds_of({"world_values": table(25)}, IDS, OWN).n == 25
    monkeypatch.setattr(carried, "MOST_CARRIED", 1)
    assert worlds_of({"world_values": table(60)}, IDS, OWN).n == carried.FEWEST_WORLDS


def test_without_worlds_or_a_set_nothing_is_carried():
    assert worlds_of({}, IDS, OWN) is None
    assert sets_of({}, IDS) is None


def test_sets_keep_their_order_and_sites_on_one_ground_the_same_number():
    made = made_up.frames()
    ids = made["candidates"]["site_id"].tolist()
    made["candidates"]["one_ground_with"] = [[ids[1]], [ids[0]], *([] for _ in ids[2:])]
    row = {"adds_served": 1.0, "adds_gain": 0.1, "set_served": 9.0, "set_gain": 0.3}
    sets = [{"number": 0, "site_id": ids[i], "k": 3, **row} for i in (1, 2, 4)]
    alone = [{"number": 1 + i, "site_id": ids[i], "k": 1, **row} for i in (0, 1, 2, 4)]
    beside = pd.DataFrame([{"k": 3, "anchor_served": 100.0, "anchor_gain": 0.5}])
    found = sets_of(made | {"set_front": pd.DataFrame(sets + alone), "set_beside_ranking": beside}, ids)
    assert [one[0] for one in found.sets] == [[1, 2, 4]]
    assert found.k == 3 and found.anchors == (100.0, 0.5) and found.recommended
    assert set(found.alone) == {0, 1, 2, 4} and found.grounds == {0: 0, 1: 0, 2: 2, 4: 4}
