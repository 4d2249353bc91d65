"""Execute the notebooks of the docs: `python -m creative_nodes.tools.notebooks`; `--check` compares what they show.

They run on the sample town, which `make demo` makes.
"""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path("docs/notebooks")
TIMEOUT_S = 900
# the package has types for neither
_read: Any = nbformat.read
_write: Any = nbformat.write


def executed(path: Path, folder: Path) -> Any:
    """Return a notebook with what its cells show now.

    Parameters
    ----------
    path : the notebook, which stays as it is.
    folder : working folder of its kernel.
    """
    notebook = _read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(notebook, timeout=TIMEOUT_S, resources={"metadata": {"path": str(folder)}}).execute()
    return _plain(notebook)


def _plain(notebook: Any) -> Any:
    """Take out what is of one run alone: times of cells, and pages that repeat a table's text."""
    plain = copy.deepcopy(notebook)
    for number, cell in enumerate(cell for cell in plain.cells if cell.cell_type == "code"):
        cell.metadata.pop("execution", None)
        cell.execution_count = number + 1
        for output in cell.outputs:
            output.pop("execution_count", None) if output.output_type != "execute_result" else None
            if "data" in output:
                output.data = {kind: text for kind, text in output.data.items() if kind == "text/plain"}
            if output.output_type == "execute_result":
                output.execution_count = number + 1
    return plain


def shown(notebook: Any) -> list[str]:
    """Return what each cell of code shows, as text."""
    return [
        "".join(str(one.get("text") or one.get("data", {}).get("text/plain", "")) for one in cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def main(arguments: list[str]) -> int:
    """Execute them all and keep what they show, or compare it; returns the exit code."""
    stale = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        now = executed(path, Path())
        if shown(now) != shown(_read(path, as_version=4)):
            stale.append(path.name)
        if "--check" not in arguments:
            _write(now, path)
    if stale and "--check" in arguments:
        sys.stderr.write(f"show something else now: {', '.join(stale)}; run `make notebooks`\n")
    return int(bool(stale) and "--check" in arguments)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
