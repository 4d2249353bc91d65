"""Compare two result folders table by table: `python tests/compare_results.py OLD NEW [--city hanoi ...]`.

Columns, their order and types, and every value are compared, to the bit; the provenance in the metadata is not.
CSV files are compared as text, the data of pages without the settings hashes and versions in it. Exit code 1 when
anything differs, with one line for each difference.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

# what a page says of the run rather than of the city
NOTES = re.compile(rb"\b[0-9a-f]{12}\b")


def bare(table: pa.Table) -> pa.Table:
    """Return a table without the metadata of schema and fields."""
    return table.replace_schema_metadata(None).cast(
        pa.schema([pa.field(field.name, field.type, field.nullable) for field in table.schema])
    )


def same_column(old: pa.ChunkedArray, new: pa.ChunkedArray) -> bool:
    """Tell whether two columns are equal, missing and not-a-number values included."""
    old, new = old.combine_chunks(), new.combine_chunks()
    if pa.types.is_floating(old.type) and pa.types.is_floating(new.type):
        return (
            old.type == new.type
            and old.to_numpy(zero_copy_only=False).tobytes() == new.to_numpy(zero_copy_only=False).tobytes()
        )
    return bool(old.equals(new))


def tables_apart(old: Path, new: Path) -> Iterator[str]:
    """Yield what differs between two Parquet files."""
    one, two = bare(pq.read_table(old)), bare(pq.read_table(new))
    gone = [name for name in one.column_names if name not in two.column_names]
    added = [name for name in two.column_names if name not in one.column_names]
    if gone or added:
        yield f"columns gone {gone}, new {added}"
    shared = [name for name in one.column_names if name in two.column_names]
    if [name for name in two.column_names if name in shared] != shared:
        yield "columns in another order"
    if len(one) != len(two):
        yield f"{len(one)} rows, then {len(two)}"
        return
    for name in shared:
        if one.schema.field(name).type != two.schema.field(name).type:
            yield f"column {name}: {one.schema.field(name).type}, then {two.schema.field(name).type}"
        elif not same_column(one[name], two[name]):
            n = sum(a != b for a, b in zip(one[name].to_pylist(), two[name].to_pylist(), strict=True))
            yield f"column {name}: {n} of {len(one)} values differ"


def texts_apart(old: Path, new: Path) -> Iterator[str]:
    """Yield whether two text files differ beyond hashes."""
    if NOTES.sub(b"", old.read_bytes()) != NOTES.sub(b"", new.read_bytes()):
        yield f"text differs ({old.stat().st_size} bytes, then {new.stat().st_size})"


def result_files(old: Path, new: Path, cities: list[str]) -> list[Path]:
    """List the result files of two project folders, those of both once."""
    patterns = {"data/processed": ("*.parquet", "*.csv"), "reports": ("*.html",)}
    found = {
        path.relative_to(root)
        for folder, endings in patterns.items()
        for root in (old, new)
        for ending in endings
        for path in (root / folder).rglob(ending)
    }
    return sorted(file for file in found if not cities or any(city in file.as_posix() for city in cities))


def compare(old: Path, new: Path, files: list[Path]) -> Iterator[str]:
    """Yield every difference between the results in two project folders."""
    for file in files:
        there = [(root / file).is_file() for root in (old, new)]
        if not all(there):
            yield f"{file}: only in the {'old' if there[0] else 'new'} folder"
            continue
        apart = tables_apart if file.suffix == ".parquet" else texts_apart
        yield from (f"{file}: {line}" for line in apart(old / file, new / file))


def main() -> int:
    """Compare the folders named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--city", nargs="*", default=[], help="only files of these cities")
    given = parser.parse_args()
    files = result_files(given.old, given.new, given.city)
    if not files:
        parser.error("no result in either; OLD and NEW are project folders, which hold data/processed and reports")
    found = list(compare(given.old, given.new, files))
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stdout.write(f"{len(found)} differences in {len(files)} files\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
