"""What do the setting rules weigh? Fit them on labelled grounds, leaving one city out at a time.

    python benchmarks/setting_weights.py hanoi hcmc shanghai --processed data/processed
    python benchmarks/setting_weights.py hanoi hcmc shanghai --processed data/processed --write

Prints the weights with their 95 % intervals, which `--write` puts into the taxonomy, and how well each city is told by
weights fitted without it: AUC, and of the first 20 by likelihood the old, the modern and those that nobody can tell,
beside a list in random order and beside the order of distance to the centre; `--list` names every ground. The labels
are in tests/data/labels/grounds, and how they came to be is told there.
"""

from __future__ import annotations

import argparse
import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import yaml
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score

from creative_nodes.common import tables
from creative_nodes.common.geo import WGS84_EPSG, reproject
from creative_nodes.locate.grounds import Ground, Grounds
from creative_nodes.locate.setting import density_around, look_around, no_works, signs
from creative_nodes.locate.setting_rules import Setting
from creative_nodes.locate.taxonomy import read_taxonomy
from creative_nodes.report.tables import TABLES

ROOT = Path(__file__).resolve().parents[1]
LABELS = ROOT / "tests" / "data" / "labels" / "grounds"
TAXONOMY = ROOT / "config" / "taxonomy" / "industrial_heritage.yaml"
# few labels: weights start from one unit a sign (equal weights predict well: Dawes 1979) and move as far as labels tell
WEIGHT_SD = 1.0
LEVEL_SD = 2.5
FIRST = 20
Z95 = 1.959964


@dataclass(frozen=True)
class City:
    """The eligible grounds of a city: which rules fired, what a reader said, whether they may be asked about."""

    name: str
    grounds: list[Ground]
    fired: np.ndarray
    labels: np.ndarray
    may: np.ndarray
    centre_m: np.ndarray

    def decided(self) -> np.ndarray:
        """Return which grounds the reader could judge and no rule shuts out."""
        chosen: np.ndarray = (self.labels != "cannot tell") & self.may
        return chosen


def read_city(name: str, setting: Setting, processed: Path) -> City:
    """Read the tables of a run and the labels of its grounds."""

    def table(kind: str) -> Any:
        return tables.read(TABLES[kind], processed / name / f"{kind}.parquet")

    row = table("study_area").iloc[0]
    epsg, places = int(row["epsg"]), table("places")
    tags = tables.parse_tags(places)
    grounds = Grounds.of_frame(table("grounds"), epsg=epsg).eligible()
    around = look_around(places, tags, table("street_edges"), table("people"), epsg=epsg)
    ids = [rule.id for rule in setting.rules]
    fired = np.zeros((len(grounds), len(ids)))
    for at, found in enumerate(signs(grounds, around, setting)):
        fired[at, [ids.index(sign.rule.id) for sign in found]] = 1
    with (LABELS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        said = {one["ground_id"]: one["label"] for one in csv.DictReader(file)}
    lived = density_around(grounds, around, setting.residents_within_m) >= setting.residents_per_km2
    shut = np.array([bool(no_works(one, around, setting)) for one in grounds])
    asked = yaml.safe_load((ROOT / "config" / "cities" / f"{name}.yaml").read_text(encoding="utf-8"))
    centre = reproject(shapely.Point(*asked["centre"]), WGS84_EPSG, epsg)
    far = np.array([shapely.distance(centre, shapely.centroid(one.geometry)) for one in grounds])
    return City(
        name, grounds, fired, np.array([said.get(one.ground_id, "cannot tell") for one in grounds]), lived & ~shut, far
    )


def fit(cities: list[City], expected: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Fit weights by logistic regression that starts from what was expected; each city has a level of its own.

    Parameters
    ----------
    cities : labelled cities.
    expected : what was expected of each rule before any label was read, log-odds.

    Returns
    -------
    the mean level, the weights, and the standard error of each weight (Laplace).
    """
    own = np.concatenate([np.full(int(one.decided().sum()), i) for i, one in enumerate(cities)])
    x = np.hstack([np.concatenate([one.fired[one.decided()] for one in cities]), np.eye(len(cities))[own]])
    old = np.concatenate([one.labels[one.decided()] == "old" for one in cities]).astype(float)
    start = np.concatenate([expected, np.zeros(len(cities))])
    sd = np.concatenate([np.full(len(expected), WEIGHT_SD), np.full(len(cities), LEVEL_SD)])

    def cost(beta: np.ndarray) -> float:
        z = x @ beta
        return float(np.sum(np.logaddexp(0, z) - old * z) + 0.5 * np.sum(((beta - start) / sd) ** 2))

    beta = minimize(cost, start, method="BFGS", options={"gtol": 1e-6}).x
    share = 1 / (1 + np.exp(-(x @ beta)))
    spread = np.linalg.inv(x.T @ (x * (share * (1 - share))[:, None]) + np.diag(sd**-2))
    n = len(expected)
    return float(beta[n:].mean()), beta[:n], np.sqrt(np.diag(spread))[:n]


def _first(city: City, order: np.ndarray, n: int = FIRST) -> str:
    said = city.labels[order[:n]]
    old, modern = int((said == "old").sum()), int((said == "modern").sum())
    decided = f"{old / (old + modern):.0%}" if old + modern else "none"
    rest = len(said) - old - modern
    return f"{old} old, {modern} modern, {rest} cannot tell ({old / len(said):.0%}; of decided {decided})"


def tell(city: City, weights: np.ndarray) -> None:
    """Print how well weights tell a city's grounds; those that are shut out come last."""
    value = np.where(city.may, city.fired @ weights, -np.inf)
    order = np.argsort(-value, kind="stable")[: int(city.may.sum())]
    near = np.argsort(city.centre_m, kind="stable")
    told = city.labels != "cannot tell"
    old = city.labels[told] == "old"
    auc = roc_auc_score(old, np.maximum(value, value[city.may].min() - 1)[told])
    print(f"{city.name}: {len(value)} grounds, {int(city.may.sum())} may be asked about")
    print(f"  AUC {auc:.2f}, nearest to the centre {roc_auc_score(old, -city.centre_m[told]):.2f}")
    print(f"  first {FIRST} by likelihood: {_first(city, order)}")
    print(f"  nearest to the centre:  {_first(city, near)}")
    print(f"  in random order:        {_first(city, near, len(near))}")


def name_all(city: City, weights: np.ndarray, setting: Setting) -> None:
    """Print every ground of a city, the likeliest first, with its label and what fired."""
    value = np.where(city.may, city.fired @ weights, -np.inf)
    for at in np.argsort(-value, kind="stable"):
        fired = ", ".join(setting.rules[i].id for i in np.flatnonzero(city.fired[at]))
        one = city.grounds[at]
        print(f"    {value[at]:6.2f} {one.ground_id} {one.name} [{city.labels[at]}] {fired}")


def write(setting: Setting, level: float, weights: np.ndarray, error: np.ndarray) -> None:
    """Put fitted weights into the taxonomy file."""
    text = TAXONOMY.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^  intercept: .*$", f"  intercept: {level:.2f}", text)
    for rule, weight, sd in zip(setting.rules, weights, error, strict=True):
        low, high = weight - Z95 * sd, weight + Z95 * sd
        start = text.index(f"    - id: {rule.id}\n")
        head, tail = text[:start], text[start:]
        tail = re.sub(r"      weight: .*\n      interval: .*\n", "", tail, count=1)
        line = f"      weight: {weight:.2f}\n      interval: [{low:.2f}, {high:.2f}]\n      reason:"
        text = head + tail.replace("      reason:", line, 1)
    TAXONOMY.write_text(text, encoding="utf-8")


def main() -> None:
    """Fit, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cities", nargs="+")
    parser.add_argument("--processed", type=Path, default=ROOT / "data" / "processed")
    parser.add_argument("--list", action="store_true", help="print each city's grounds in order")
    parser.add_argument("--write", action="store_true", help="put the weights into the taxonomy")
    args = parser.parse_args()
    setting = read_taxonomy(TAXONOMY).setting
    assert setting is not None
    expected = np.array([float(rule.expect) for rule in setting.rules])
    cities = [read_city(name, setting, args.processed) for name in args.cities]
    level, weights, error = fit(cities, expected)
    print(f"intercept {level:.2f}; {sum(int(one.decided().sum()) for one in cities)} labelled grounds")
    for at, rule in enumerate(setting.rules):
        low, high = weights[at] - Z95 * error[at], weights[at] + Z95 * error[at]
        fired = sum(int(one.fired[:, at].sum()) for one in cities)
        print(f"  {rule.id:22} {weights[at]:6.2f}  [{low:.2f}, {high:.2f}]  fired on {fired}")
    for city in cities:
        others = [one for one in cities if one is not city]
        without = fit(others, expected)[1] if others else expected
        tell(city, without)
        if args.list:
            name_all(city, without, setting)
    if args.write:
        write(setting, level, weights, error)


if __name__ == "__main__":
    main()
