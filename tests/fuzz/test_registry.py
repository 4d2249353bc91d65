"""Registries, spoilt."""

import shapely
from hypothesis import given
from spoiling import as_csv, read_or_told, spoilt, spoilt_rows

from creative_nodes.locate.registry import NOT_IN_CSV, Known, read_registry

COLUMNS = [name for name in Known.model_fields if name not in NOT_IN_CSV]
GOOD = {
    "registry_id": "a",
    "name": "Nhà máy dệt Đông Á",
    "aliases": "Dệt 8-3; Usine",
    "kind": "heritage",
    "heritage_class": "mill_factory",
    "status": "in_use",
    "status_date": "2024-05",
    "year_converted": "2019",
    "lon": "105.85",
    "lat": "21.03",
    "precision": "site",
    "source": "a book, page 3",
}
ROWS = [COLUMNS] + [
    [(GOOD | {"registry_id": f"r{n}", "name": f"Kho {n}"}).get(name, "") for name in COLUMNS] for n in range(3)
]
AREA = shapely.box(105.8, 21.0, 105.9, 21.1)


def read(folder, text):
    path = folder / "registry.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with read_or_told("registry.csv"):
        for row in read_registry(path, area=AREA, epsg=32648):
            row.folded_names()


def test_the_good_one_is_read(folder):
    (folder / "good.csv").write_text(as_csv(ROWS), encoding="utf-8")
    assert len(read_registry(folder / "good.csv", area=AREA, epsg=32648)) == 3


@given(rows=spoilt_rows(ROWS))
def test_cells(folder, rows):
    read(folder, as_csv(rows))


@given(text=spoilt(as_csv(ROWS)))
def test_text(folder, text):
    read(folder, text)


@given(data=spoilt(as_csv(ROWS).encode()))
def test_bytes(folder, data):
    read(folder, data)
