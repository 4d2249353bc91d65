"""Draw the objects of a city that a reader labels, to prove how well sites are located.

    python benchmarks/label_sample.py data/processed/hanoi --sheet hanoi_blind.csv --key tests/data/labels/key/hanoi.csv

Reads the tables of a finished run and draws, in strata and with a seed, 100 OSM objects of the study area. The sheet
holds ids and tags in random order, nothing of what the rules said: label from it, and leave the key closed until the
labels are written. The key holds each object's stratum and the size of that stratum, which the estimates need.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from pathlib import Path

import numpy as np
import shapely

from creative_nodes.common import tables
from creative_nodes.locate.evidence import tier_of
from creative_nodes.report.tables import TABLES

SEED = 20261122
SIZE = 100
# at most so many of each stratum; what is left over goes to the two rejected ones in equal parts
QUOTA = {
    "heritage_high": 12,
    "heritage_medium": 12,
    "heritage_low": 16,
    "creative_high": 14,
    "creative_medium": 12,
    "creative_low": 10,
}
REJECTED = ("rejected_telling", "rejected_named")

# an unnamed object, or a street, stop or border, says nothing that a reader could label
KEYS = [
    "building",
    "landuse",
    "man_made",
    "historic",
    "heritage",
    "tourism",
    "amenity",
    "shop",
    "craft",
    "office",
    "leisure",
    "power",
    "railway",
    "industrial",
]
NOT_A_PLACE = {"boundary", "place", "waterway", "route", "public_transport", "admin_level", "natural", "barrier"}
LINES = {"rail", "subway", "light_rail", "tram", "monorail", "narrow_gauge", "level_crossing", "crossing", "switch"}
LINES |= {"buffer_stop", "signal", "stop", "platform", "subway_entrance", "milestone", "railway_crossing"}
# tags beside which a reader would stop, whatever the rules think of them: half of the rejected are drawn from these
TELLING = {
    "building": {
        "industrial",
        "warehouse",
        "factory",
        "manufacture",
        "hangar",
        "train_station",
        "museum",
        "storage_tank",
    },
    "landuse": {"industrial", "brownfield", "railway", "construction", "port", "quarry", "depot"},
    "power": {"plant", "substation", "sub_station", "generator"},
    "railway": {"station", "halt", "yard", "roundhouse", "workshop", "depot", "turntable"},
    "tourism": {"attraction", "museum", "gallery", "artwork", "theme_park", "yes"},
    "leisure": {"dance", "hackerspace", "marina", "slipway"},
    "amenity": {
        "theatre",
        "cinema",
        "library",
        "arts_centre",
        "community_centre",
        "studio",
        "music_school",
        "marketplace",
    }
    | {"social_centre", "exhibition_centre", "conference_centre", "events_venue", "public_bookcase", "nightclub"},
    "shop": {
        "art",
        "books",
        "craft",
        "music",
        "musical_instrument",
        "antiques",
        "pottery",
        "frame",
        "photo",
        "video",
        "interior_decoration",
    },
    "office": {"newspaper", "publisher", "architect", "coworking", "advertising_agency", "design", "telecommunication"},
    "highway": {"pedestrian"},
}
TELLING_KEYS = {"historic", "heritage", "craft", "industrial", "start_date", "year_of_construction", "old_name"}
MAN_MADE_PLAIN = {"surveillance", "flagpole", "mast", "bridge", "pipeline", "street_cabinet", "yes"}
PREFIXES = ("disused:", "abandoned:", "was:", "demolished:", "razed:")


def is_telling(tags: dict[str, str]) -> bool:
    """Tell whether an object carries a tag beside which a reader would stop."""
    return (
        any(tags.get(key) in values for key, values in TELLING.items())
        or bool(TELLING_KEYS.intersection(tags))
        or tags.get("man_made", "yes") not in MAN_MADE_PLAIN
        or any(key.startswith(PREFIXES) for key in tags)
    )


def is_plausible(tags: dict[str, str]) -> bool:
    """Tell whether a rejected object could be a site at all, so that missing it would be a loss."""
    if is_telling(tags):
        return True
    if NOT_A_PLACE.intersection(tags) or "highway" in tags or tags.get("railway") in LINES:
        return False
    return any(key.startswith("name") for key in tags) and any(key in tags for key in KEYS)


def tiers_of_objects(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the tier of the heritage site, and of the creative space, that each object is part of."""
    found: list[dict[str, str]] = []
    for name, file in (("heritage", "heritage"), ("creative", "located_creative")):
        sites = tables.read(TABLES[name], folder / f"{file}.parquet")
        pairs = zip(sites["osm_ids"], sites["confidence"], strict=True)
        found.append({osm_id: tier_of(float(value)) for ids, value in pairs for osm_id in ids})
    return found[0], found[1]


def strata_of(folder: Path) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the objects of each stratum, sorted by id, and the tags of every object as text."""
    places = tables.read(TABLES["places"], folder / "places.parquet")
    area = tables.read(TABLES["study_area"], folder / "study_area.parquet").geometry.iloc[0]
    places = places[shapely.intersects(places.geometry.to_numpy(), area)]
    heritage, creative = tiers_of_objects(folder)
    strata: dict[str, list[str]] = {name: [] for name in (*QUOTA, *REJECTED)}
    for osm_id, tags in zip(places["osm_id"], tables.parse_tags(places), strict=True):
        if osm_id in heritage:
            strata[f"heritage_{heritage[osm_id]}"].append(osm_id)
        elif osm_id in creative:
            strata[f"creative_{creative[osm_id]}"].append(osm_id)
        elif is_plausible(tags):
            strata["rejected_telling" if is_telling(tags) else "rejected_named"].append(osm_id)
    texts = dict(zip(places["osm_id"], places["tags"], strict=True))
    return {name: sorted(set(ids)) for name, ids in strata.items()}, texts


def draw(strata: dict[str, list[str]], *, seed: int, size: int) -> dict[str, list[str]]:
    """Draw without replacement: each stratum's quota, and the rest from the rejected."""
    rng = np.random.default_rng(seed)
    number = {name: min(quota, len(strata[name])) for name, quota in QUOTA.items()}
    rest = size - sum(number.values())
    number |= {REJECTED[0]: rest // 2, REJECTED[1]: rest - rest // 2}
    return {
        name: [strata[name][i] for i in sorted(rng.choice(len(strata[name]), many, replace=False))]
        for name, many in number.items()
        if many
    }


def main() -> None:
    """Draw the sample and write the sheet and the key."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="tables of a finished run, e.g. data/processed/hanoi")
    parser.add_argument("--sheet", type=Path, required=True, help="CSV to write for the reader: osm_id, tags")
    parser.add_argument("--key", type=Path, required=True, help="CSV to write: osm_id, stratum, stratum_size")
    parser.add_argument("--without", type=Path, help="key of an earlier draw, whose objects are left out")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--size", type=int, default=SIZE, help="objects to draw (default 100)")
    given = parser.parse_args()
    strata, tags = strata_of(given.folder)
    if given.without:
        with given.without.open(encoding="utf-8", newline="") as file:
            earlier = {row["osm_id"] for row in csv.DictReader(file)}
        strata = {name: [osm_id for osm_id in ids if osm_id not in earlier] for name, ids in strata.items()}
    drawn = draw(strata, seed=given.seed, size=given.size)
    key = [(osm_id, name, len(strata[name])) for name, ids in drawn.items() for osm_id in ids]
    for path in (given.sheet, given.key):
        path.parent.mkdir(parents=True, exist_ok=True)
    with given.key.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("osm_id", "stratum", "stratum_size"))
        writer.writerows(sorted(key))
    order = np.random.default_rng(given.seed + 1).permutation(len(key))
    with given.sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("osm_id", "tags"))
        writer.writerows((key[i][0], tags[key[i][0]]) for i in order)
    counts = Counter(name for _, name, _ in key)
    print(", ".join(f"{name} {counts[name]} of {len(ids)}" for name, ids in strata.items()))


if __name__ == "__main__":
    main()
