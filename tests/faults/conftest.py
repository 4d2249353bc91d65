"""Faults: each test marked with one is a row of the table that `make faults` prints."""

import os
import sys
from pathlib import Path

import pytest

from creative_nodes.pull.settings import Internet

sys.path.insert(0, str(Path(__file__).parent))

PAGE = Path(__file__).resolve().parents[2] / "docs" / "RELIABILITY.md"
BEGIN, END = "<!-- table: make faults -->\n", "<!-- end of the table -->\n"
HEAD = ("where", "what happens", "what is right", "lost")


def pytest_addoption(parser):
    parser.addoption("--faults", action="store_true", help="print the table of faults")


def pytest_configure(config):
    config.addinivalue_line("markers", "fault(place, what, result): a fault, as it stands in the table")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--faults"):
        # the page is about to be written
        items[:] = [item for item in items if item.path.name != "test_page.py"]
    # the long ones first, so that two processes are busy to the end
    items.sort(key=lambda item: ("test_kills" not in item.nodeid, "test_workflow" not in item.nodeid))
    for number, item in enumerate(items):
        for mark in item.iter_markers("fault"):
            item.user_properties.append(("fault", [number, *mark.args]))


def rows_of(reports):
    """Return the rows of the table, in the order of the tests; a fault tried in several ways is one row."""
    found = {}
    for report in reports:
        for _, (number, *row) in (one for one in report.user_properties if one[0] == "fault"):
            if report.when == "call" or report.failed:
                found.setdefault(tuple(row), []).append((number, report.passed))
    rows = sorted((min(tried)[0], row, all(passed for _, passed in tried)) for row, tried in found.items())
    return [(*row, "nothing" if passed else "FAILED") for _, row, passed in rows]


def as_markdown(rows):
    """Write the table for the page."""
    lines = [f"| {' | '.join(HEAD)} |", "|---|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]
    return "".join(f"{line}\n" for line in lines)


def write_page(rows):
    """Put the table into the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}{as_markdown(rows)}{END}{after}", encoding="utf-8")


def pytest_terminal_summary(terminalreporter, config):
    if not config.getoption("--faults"):
        return
    reports = [one for kind in ("passed", "failed", "error") for one in terminalreporter.stats.get(kind, [])]
    rows = rows_of(reports)
    write_page(rows)
    widths = [max(len(row[column]) for row in [HEAD, *rows]) for column in range(3)]
    terminalreporter.section(f"{len(rows)} faults, {sum(row[3] == 'nothing' for row in rows)} of them without a loss")
    for row in [HEAD, *rows]:
        terminalreporter.write_line("  ".join([*(row[i].ljust(widths[i]) for i in range(3)), row[3]]))


@pytest.fixture
def serve():
    """Start servers; all are closed at the end."""
    from loopback import Loopback

    running = []

    def start(script, **options):
        running.append(Loopback(script, **options))
        return running[-1]

    yield start
    for server in running:
        server.close()


@pytest.fixture
def fast():
    """Patience whose second is a hundredth of one: a minute and a half of it is 0.9 s."""
    return Internet(second_s=0.01, patience_minutes=1.5)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    """Keep the machine's own proxies away from loopback."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
