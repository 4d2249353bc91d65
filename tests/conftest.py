"""The order of all tests: the long files first, so that processes side by side are busy to the end."""

import gc
import os
from pathlib import Path

# folders given from here are meant wherever a test works
os.environ.update(
    {k: str(Path(v).resolve()) for k in ("EXTRACTS", "POPULATION", "IMPORTS") if (v := os.environ.get(k))}
)
# what is imported stays to the end: the garbage collector need not go through it again and again
gc.set_threshold(10_000, 20, 50)
LONG = ("workflow", "browser", "faults", "fuzz", "desktop")
FIRST = ("test_warm.py",)  # of the other folders: what starts many processes, for seconds each


def pytest_collection_modifyitems(session, items):
    """Put the folders of long files first, then long files of the others, each in its own order."""
    tests = session.config.rootpath / "tests"
    place = {name: number for number, name in enumerate(LONG)}

    def rank(item):
        folder = item.path.relative_to(tests).parts[0]
        return place.get(folder, len(LONG)), item.path.name not in FIRST

    items.sort(key=rank)


def pytest_collection_finish():
    """Leave what was imported by now out of every later search for garbage."""
    gc.collect()
    gc.freeze()
