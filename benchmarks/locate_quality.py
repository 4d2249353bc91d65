"""How well are sites located? Compare the tables of a run with what a reader saw in the same objects.

    python benchmarks/locate_quality.py hanoi hcmc shanghai --wrong
    python benchmarks/locate_quality.py hanoi hcmc shanghai --set check --write mended-check

Prints precision and recall of each city with their intervals; `--wrong` also lists the objects on which rules and
reader differ, with the evidence; `--write NAME` puts the tables between the marks of that name in docs/LOCATING.md.
The labels are in tests/data/labels, and how they came to be is told there. Do not list what is wrong in the check set
while rules are being mended, or it proves nothing any more.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from creative_nodes.common import tables
from creative_nodes.locate.evidence import MEDIUM_CONFIDENCE, tier_of
from creative_nodes.locate.quality import (
    UNSURE,
    YES,
    Confusion,
    Estimate,
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
)
from creative_nodes.report.tables import TABLES

ROOT = Path(__file__).resolve().parents[1]
LABELS = ROOT / "tests" / "data" / "labels"
PAGE = ROOT / "docs" / "LOCATING.md"
SEED = 20261122
KINDS = ("heritage", "creative")
TIERS = ("high", "medium", "low")
FILES = {"heritage": ("heritage", "heritage"), "creative": ("creative", "located_creative")}


@dataclass(frozen=True)
class Found:
    """What the rules said of one object: the confidence of its site, the site's class or domain, the evidence."""

    confidence: float
    group: str
    evidence: str


@dataclass(frozen=True)
class Judged:
    """A city, or several, with labels and decisions side by side."""

    kind: str
    ids: np.ndarray
    sample: Sample
    tier: np.ndarray
    group: np.ndarray


def labels_of(city: str, which: str) -> list[Label]:
    """Return the labels of a city: the first set, the check set, or both as one draw."""
    first, check = (
        read_labels(folder / f"{city}.csv", folder / "key" / f"{city}.csv") for folder in (LABELS, LABELS / "check")
    )
    return {"first": first, "check": check, "both": pooled(first, check)}[which]


def found_in(folder: Path, kind: str) -> dict[str, Found]:
    """Return what the tables of a run say of each object that is part of a site."""
    name, file = FILES[kind]
    sites = tables.read(TABLES[name], folder / f"{file}.parquet")
    groups = sites["heritage_class" if kind == "heritage" else "domain"]
    rows = zip(sites["osm_ids"], sites["confidence"], groups, sites["evidence"], strict=True)
    return {osm_id: Found(float(value), group, proof) for ids, value, group, proof in rows for osm_id in ids}


def judge(city: str, labels: list[Label], found: dict[str, Found], kind: str) -> Judged:
    """Set labels and decisions of a city side by side.

    An object is found when it is part of a creative space, or of an industrial site of at least medium confidence.
    """
    limit = MEDIUM_CONFIDENCE - 1e-9 if kind == "heritage" else 0.0
    hits = [found.get(label.osm_id) for label in labels]
    sample = Sample(
        truth=np.array([getattr(label, kind) for label in labels]),
        found=np.array([hit is not None and hit.confidence >= limit for hit in hits]),
        stratum=np.array([f"{city}/{label.stratum}" for label in labels]),
        size=np.array([label.size for label in labels]),
    )
    return Judged(
        kind=kind,
        ids=np.array([label.osm_id for label in labels]),
        sample=sample,
        tier=np.array([tier_of(hit.confidence) if hit else "" for hit in hits]),
        group=np.array([hit.group if hit else "" for hit in hits]),
    )


def together(parts: list[Judged]) -> Judged:
    """Return several cities as one."""

    def join(values: Iterable[np.ndarray]) -> np.ndarray:
        return np.concatenate(list(values))

    fields = ("truth", "found", "stratum", "size")
    sample = Sample(*(join(getattr(part.sample, field) for part in parts) for field in fields))
    rest = (join(getattr(part, field) for part in parts) for field in ("tier", "group"))
    return Judged(parts[0].kind, join(part.ids for part in parts), sample, *rest)


def percent(estimate: Estimate) -> str:
    """Write an estimate with its interval and counts, such as 60 % (41–77), 9 of 15."""
    if estimate.n == 0:
        return "none in the sample"
    interval = "" if np.isnan(estimate.low) else f" ({estimate.low * 100:.0f}–{estimate.high * 100:.0f})"
    return f"{estimate.value * 100:.0f} %{interval}, {estimate.hits} of {estimate.n}"


def every_tier(judged: Judged) -> dict[str, Estimate]:
    """Return the share of true sites in every tier, also in low ones, that count as not found for heritage."""
    whole = Sample(judged.sample.truth, judged.tier != "", judged.sample.stratum, judged.sample.size)
    return precision_by(whole, judged.tier)


def table(header: list[str], rows: list[list[str]]) -> list[str]:
    """Write a table in Markdown."""
    return [f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *rows)]


def page(judged: dict[str, dict[str, Judged]]) -> str:
    """Write the figures of all cities."""
    lines = []
    none = Estimate(float("nan"), 0, 1, 0, 0)
    for kind in KINDS:
        rows, tiers, counts, groups = [], [], [], []
        for city, one in judged.items():
            sample = one[kind].sample
            right, all_found = precision(sample), recall(sample, seed=SEED)
            missed = missed_in(sample).values()
            estimate, limit = sum(low for low, _ in missed), sum(high for _, high in missed)
            floor, missing = f"{recall_floor(sample) * 100:.0f} %", f"{estimate:,.0f} (at most {limit:,.0f})"
            rows.append([city, percent(right), percent(all_found), floor, missing])
            by_tier = every_tier(one[kind])
            tiers.append([city, *(percent(by_tier.get(tier, none)) for tier in TIERS)])
            seen = confusion(sample)
            counts.append([city, *(str(getattr(seen, field)) for field in Confusion.__dataclass_fields__)])
        last = list(judged.values())[-1][kind]
        by_group = precision_by(last.sample, last.group)
        groups = [[group, percent(estimate)] for group, estimate in by_group.items()]
        lines += ["", f"**{TITLES[kind]}**", ""]
        lines += table(["city", "precision", "recall", "recall, no less than", "sites missed, in objects"], rows)
        lines += ["", "Share of true sites in each tier, counts of the sample:", ""]
        lines += table(["city", *TIERS], tiers)
        lines += ["", f"Share of true sites by {GROUPS[kind]}, all cities:", ""]
        lines += table([GROUPS[kind], "share"], groups)
        lines += ["", "Objects of the sample:", ""]
        head = ["found, yes", "found, no", "missed, yes", "left, no", "found, unsure", "left, unsure"]
        lines += table(["city", *head], counts)
    return "\n".join(lines[1:])


TITLES = {
    "heritage": "Industrial heritage (found: confidence of at least 0.4, medium)",
    "creative": "Creative spaces (found: any tier)",
}
GROUPS = {"heritage": "class", "creative": "domain"}


def wrong(city: str, judged: Judged, found: dict[str, Found], tags: dict[str, str]) -> list[str]:
    """List the objects on which rules and reader differ, with tags and evidence."""
    lines = []
    sample = judged.sample
    for row in np.flatnonzero((sample.truth != UNSURE) & (sample.found != (sample.truth == YES))):
        osm_id = judged.ids[row]
        hit = found.get(osm_id)
        proof = [f"{e['rule']} {e['weight']}" for e in json.loads(hit.evidence)] if hit else []
        what = "found, but is none" if sample.found[row] else "missed"
        lines.append(f"{city} {judged.kind} {what}: {osm_id} [{sample.stratum[row]}] {tags[osm_id]} <- {proof}")
    return lines


def write(name: str, text: str) -> None:
    """Put a text between the marks of a name in the page."""
    before = PAGE.read_text(encoding="utf-8")
    marks = rf"(<!-- {re.escape(name)} -->\n).*?(<!-- /{re.escape(name)} -->)"
    if not re.search(marks, before, re.DOTALL):
        raise SystemExit(f"{PAGE.name} has no marks <!-- {name} --> and <!-- /{name} -->; put them where the tables go")
    PAGE.write_text(re.sub(marks, lambda m: f"{m[1]}{text}\n{m[2]}", before, flags=re.DOTALL), encoding="utf-8")


def main() -> None:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cities", nargs="+")
    parser.add_argument("--tables", type=Path, default=ROOT / "data" / "processed", help="folder of a run's tables")
    parser.add_argument("--set", choices=("first", "check", "both"), default="first", help="labels to use")
    parser.add_argument("--wrong", action="store_true", help="also list the objects on which rules and reader differ")
    parser.add_argument("--write", metavar="NAME", help="put the tables between the marks of this name in the page")
    given = parser.parse_args()
    judged: dict[str, dict[str, Any]] = {}
    differences: list[str] = []
    for city in given.cities:
        labels = labels_of(city, given.set)
        folder = given.tables / city
        found = {kind: found_in(folder, kind) for kind in KINDS}
        judged[city] = {kind: judge(city, labels, found[kind], kind) for kind in KINDS}
        if given.wrong:
            places = tables.read(TABLES["places"], folder / "places.parquet")
            tags = dict(zip(places["osm_id"], places["tags"], strict=True))
            for kind in KINDS:
                differences += wrong(city, judged[city][kind], found[kind], tags)
    judged["all"] = {kind: together([one[kind] for one in judged.values()]) for kind in KINDS}
    text = page(judged)
    print("\n".join([text, "", *differences]))
    if given.write:
        write(given.write, text)


if __name__ == "__main__":
    main()
