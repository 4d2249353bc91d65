"""A fingerprint of the code a script runs, so that results made by older code are made again."""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from pathlib import Path

PACKAGE = "creative_nodes"
SOURCE = Path(__file__).parent


def _module_file(name: str) -> Path | None:
    """Return the file of a module of this package, None when the name is not a module."""
    base = SOURCE.joinpath(*name.split(".")[1:])
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


@cache
def _imports(path: Path) -> frozenset[Path]:
    """Return the files of this package that a file imports itself."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names if alias.name.split(".")[0] == PACKAGE}
    files = (_module_file(name) for name in names)
    return frozenset(file for file in files if file is not None)


def files_used(script: str | Path) -> list[Path]:
    """Return the files of this package that a script uses, directly or through others, sorted.

    The templates, assets and translations of the pages count as used by the module `report.page`.
    """
    found: set[Path] = set()
    waiting = [*_imports(Path(script))]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _imports(path)
    if SOURCE / "report" / "page.py" in found:
        folders = (SOURCE / "report" / "templates", SOURCE / "report" / "assets", SOURCE / "locale")
        found |= {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    return sorted(found)


def fingerprint(script: str | Path) -> str:
    """Return the first 12 hex digits of the SHA-256 over the files a script uses."""
    digest = hashlib.sha256()
    for path in files_used(script):
        digest.update(path.relative_to(SOURCE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
