"""A city's OSM file read whole by one library in this process; `bench.py` lays them side by side.

    python benchmarks/readers.py ours tests/data/sample_town/sample.osm.pbf

ours: every tagged object with its shape, and the streets cut at junctions with who may use them. gdal: every layer of
the OSM driver, by pyogrio. pyrosm: streets with their nodes, buildings, places of interest and land use. osmnx: the
graph of all streets, of an .osm file that `--as-xml` writes. limit: libosmium decodes every object and hands over none,
the least that anything built on it can take (`osmium cat` does the same and writes it again).
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("points", "lines", "multilinestrings", "multipolygons", "other_relations")


def read_ours(file: str) -> str:
    """Read with this project."""
    import yaml

    from creative_nodes.pull.read import read_osm
    from creative_nodes.settings import load_config

    settings = load_config(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8")))
    found = read_osm(file, modes=settings.travel.modes, epsg=32648)
    return f"{len(found.places):,} objects, {len(found.street_edges):,} pieces of street"


def read_gdal(file: str) -> str:
    """Read with GDAL's OSM driver."""
    import pyogrio

    found = [len(pyogrio.read_dataframe(file, layer=layer)) for layer in LAYERS]
    return f"{sum(found):,} features"


def read_pyrosm(file: str) -> str:
    """Read with pyrosm."""
    from pyrosm import OSM

    osm = OSM(file)
    _, edges = osm.get_network(network_type="all", nodes=True)
    others: list[Any] = [osm.get_buildings(), osm.get_pois(), osm.get_landuse()]
    return f"{sum(len(one) for one in others if one is not None):,} objects, {len(edges):,} pieces of street"


def read_osmnx(file: str) -> str:
    """Read an .osm file with OSMnx."""
    import osmnx

    graph = osmnx.graph_from_xml(file, retain_all=True)
    return f"{len(graph):,} nodes, {graph.number_of_edges():,} edges"


def read_limit(file: str) -> str:
    """Let libosmium decode the file and drop everything."""
    import osmium

    nobody = osmium.filter.KeyFilter("no object has this key")
    return f"{sum(1 for _ in osmium.FileProcessor(file).with_filter(nobody))} objects handed over"


def as_xml(file: str, to: str) -> None:
    """Write a file as .osm XML."""
    import osmium

    with osmium.SimpleWriter(to) as writer:
        for item in osmium.FileProcessor(file):
            writer.add(item)


READERS = {"ours": read_ours, "gdal": read_gdal, "pyrosm": read_pyrosm, "osmnx": read_osmnx, "limit": read_limit}


def main() -> None:
    """Read the file, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reader", choices=READERS)
    parser.add_argument("file", type=Path)
    parser.add_argument("--as-xml", type=Path, help="only write the file as XML, there")
    given = parser.parse_args()
    if given.as_xml:
        as_xml(str(given.file), str(given.as_xml))
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        print(READERS[given.reader](str(given.file)))


if __name__ == "__main__":
    main()
