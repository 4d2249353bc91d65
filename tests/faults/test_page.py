"""The page of promises holds the table of these tests."""

from loopback import ROOT


def test_every_fault_stands_in_the_page(request):
    page = (ROOT / "docs" / "RELIABILITY.md").read_text(encoding="utf-8")
    faults = {mark.args for item in request.session.items for mark in item.iter_markers("fault")}
    missing = [fault for fault in faults if f"| {' | '.join(fault)} | nothing |" not in page]
    assert missing == [], "run `make faults`"


def test_the_page_tells_no_other_fault(request):
    page = (ROOT / "docs" / "RELIABILITY.md").read_text(encoding="utf-8")
    files = {item.path for item in request.session.items}
    if files >= set((ROOT / "tests" / "faults").glob("test_*.py")):
        faults = {mark.args for item in request.session.items for mark in item.iter_markers("fault")}
        assert sum(line.endswith(" | nothing |") for line in page.splitlines()) == len(faults)
