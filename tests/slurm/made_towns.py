"""Small made-up towns, each another, drawn with the pens of the sample town."""

import random
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import yaml

PENS = Path(__file__).resolve().parents[1] / "data" / "make_sample_town.py"
BLOCK_M = 100
SPACES = (
    {"tourism": "gallery"},
    {"amenity": "arts_centre"},
    {"amenity": "theatre"},
    {"craft": "pottery"},
    {"shop": "art"},
    {"office": "coworking"},
)
SITES = (
    {"building": "warehouse", "disused": "yes", "historic": "warehouse"},
    {"building": "industrial", "abandoned": "yes", "historic": "factory", "start_date": "1921"},
    {"building": "warehouse", "disused:man_made": "works", "start_date": "1934"},
)
# key of a town: its seed, streets each way, creative spaces, industrial sites
TOWNS = {"north-quay": (1, 12, 14, 6), "old-mills": (2, 14, 18, 9), "rope-walk": (3, 10, 12, 5)}


def pens():
    """Return the module that draws the sample town."""
    spec = spec_from_file_location("sample_town_pens", PENS)
    module = module_from_spec(spec)
    # its dataclasses look themselves up there
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def drawn(draw, seed, streets, spaces, sites):
    """Draw a grid of streets, spaces in its middle and sites all over it."""
    town, chance, length = draw.Map(), random.Random(seed), (streets - 1) * BLOCK_M
    at = range(0, length + 1, BLOCK_M)
    for x in at:
        town.way([(x, y) for y in at], {"highway": "residential", "name": f"Street {x // BLOCK_M}"})
        town.way([(y, x) for y in at], {"highway": "tertiary" if x % 300 == 0 else "residential"})
    for number in range(spaces):
        kind = SPACES[number % len(SPACES)]
        where = (chance.gauss(length / 2, length / 8), chance.gauss(length / 2, length / 8))
        town.node(where, {**kind, "name": f"Place {number}"})
    for number in range(sites):
        west = BLOCK_M * chance.randrange(streets - 1) + 20
        south = BLOCK_M * chance.randrange(streets - 1) + 20
        outline = draw.rectangle(west, south, west + chance.randint(30, 60), south + chance.randint(30, 60))
        town.way(outline, {**SITES[number % len(SITES)], "name": f"Works {number}"}, closed=True)
    return town


def add_towns(project):
    """Draw all towns into a copy of the project: extract and city file; returns their keys."""
    draw = pens()
    for key, plan in TOWNS.items():
        town, length = drawn(draw, *plan), (plan[1] - 1) * BLOCK_M
        extract = f"towns/{key}.osm.pbf"
        (project.folder / "towns").mkdir(exist_ok=True)
        draw.write_pbf(town, project.folder / extract)
        text = city_file(draw, key, extract, length)
        (project.folder / f"config/cities/{key}.yaml").write_text(text, encoding="utf-8")
    return list(TOWNS)


def city_file(draw, key, extract, length):
    """Write the settings of a town."""
    residents = {"residents": 4000, "year": 2026, "source": "made up"}
    return yaml.safe_dump(
        {
            "name": key.replace("-", " ").title(),
            "local_name": "",
            "country": "VN",
            "languages": ["en"],
            "fictional": True,
            "boundary": {"bbox": [*draw.degrees((-50, -50)), *draw.degrees((length + 50, length + 50))]},
            "epsg": draw.EPSG,
            "source": {"kind": "extract", "file": extract},
            "people": {"total": residents},
            "main_mode": "motorbike",
            "override": {"edge_buffer_m": 100},
        },
        sort_keys=False,
    )
