"""Metadata of many cities: written a piece at a time, so that memory does not grow with what is written."""

import json
import tracemalloc

import pytest
import shapely

from creative_nodes.report.catalogue.files import FORMATS, OF_ROWS, File, Published
from creative_nodes.report.catalogue.metadata import CataloguedCity, data_package, dcat
from creative_nodes.report.catalogue.write import Writer
from creative_nodes.report.settings import CatalogueSettings
from creative_nodes.report.tables import TABLES

SOME = list(TABLES.values())[:6]
RUN = {"id": "data-settings-code", "version": "1"}


def city(number):
    key = f"city-{number}"
    tables = []
    for table in SOME:
        endings = FORMATS if table.has_geometry else OF_ROWS
        files = tuple(File(f"{key}/{table.name}.{ending}", ending, 10, "ab" * 32) for ending in endings)
        tables.append(Published(table, 5, files))
    known = CatalogueSettings(key, key, key, False, (), "VN")
    return CataloguedCity(known, "2026-01-01", (), shapely.box(1, 2, 3, 4), tuple(tables))


def written(folder, make, cities):
    """Write metadata as the catalogue does; return its text and the most memory that it took, in bytes."""
    writer, path = Writer(folder, None, {}), folder / "metadata.json"
    tracemalloc.start()
    try:
        writer.json(path.name, make(cities, RUN))
        return path.read_text(encoding="utf-8") if len(cities) < 9 else "", tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("make", [data_package, dcat])
def test_metadata_is_whole_and_takes_no_more_memory_for_more_cities(tmp_path, make):
    cities = [city(number) for number in range(30)]
    text, _ = written(tmp_path, make, cities[:2])
    found = json.loads(text)
    listed = found["resources"] if make is data_package else found["dcat:dataset"]
    files = sum(len(table.files) for one in cities[:2] for table in one.tables)
    assert len(listed) == (files if make is data_package else 2 * len(SOME) + 2)
    # the same as of a list that is there at once
    part = "resources" if make is data_package else "dcat:dataset"
    whole = make(cities[:2], RUN)
    assert text == json.dumps(whole | {part: list(whole[part])}, indent=1, ensure_ascii=False) + "\n"

    (_, few), (_, many) = (written(tmp_path, make, some) for some in (cities[:10], cities))
    assert many < few + 200_000
