"""A fingerprint of the code a script runs, so that results made by older code are made again.

It is taken of the syntax tree: comments, blank lines and docstrings are no part of it. Descriptions of settings and
columns are texts for readers, so they count only for what shows them: scripts that use the stage `report`.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from creative_nodes.common.places import places

PACKAGE = "creative_nodes"
SOURCE = Path(__file__).parents[1]
# in the working folder: trees take seconds to make, and hardly any file changes from one start to the next
KEPT = Path(".snakemake", "hashes_of_code.json")
# arguments that tell a reader what a setting, a column or a criterion means: positions and keywords of each call
TOLD: dict[str, tuple[set[int], set[str]]] = {
    "Field": (set(), {"description"}),
    "Column": ({2}, {"meaning"}),
    "Table": ({1}, {"row"}),
    "Criterion": ({2, 3, 4, 5}, {"meaning", "label", "priority", "praise"}),
}


class _Untold(ast.NodeTransformer):
    """Take descriptions out of the models of settings and the schemas of tables."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in TOLD:
            positions, keywords = TOLD[name]
            node.args = [arg for number, arg in enumerate(node.args) if number not in positions]
            node.keywords = [given for given in node.keywords if given.arg not in keywords]
        return node


@cache
def _tree(path: Path) -> ast.Module:
    """Parse a file and take its docstrings out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and body:
            first = body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                # what holds nothing else still stands
                node.body = body[1:] or ([] if isinstance(node, ast.Module) else [ast.Pass()])
    return tree


@cache
def _by() -> str:
    """Name how hashes are taken: by this file, and by a version of Python, each of which has trees of its own."""
    return f"{sys.version} {hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}"


def _kept_in(file: Path) -> dict[str, str]:
    """Return what an earlier start kept; nothing where it was taken otherwise, or half the file is there."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return dict(found["kept"]) if found["by"] == _by() else {}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


@cache
def _known() -> dict[str, str]:
    """Return what earlier starts kept, in this folder and in the workflow's own: a new folder begins with that."""
    return {key: value for place in reversed(places()) for key, value in _kept_in(place / KEPT).items()}


@cache
def _taken() -> dict[str, str]:
    """Return what this start took, to keep it: by the bytes of a file."""
    return {}


@cache
def _bytes_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _once(path: Path, what: str, take: Callable[[], str]) -> str:
    """Take something of a file's code, unless it was taken of the same bytes before."""
    key = f"{_bytes_of(path)} {what}"
    if key not in _taken():
        _taken()[key] = _known()[key] if key in _known() else take()
    return _taken()[key]


def keep_hashes() -> None:
    """Keep what this start took of code for the next one in this folder, which finds it by the bytes of the files."""
    if KEPT.parent.is_dir() and _taken() != _known():
        aside = KEPT.with_name(f"{KEPT.name}.{os.getpid()}")
        aside.write_text(json.dumps({"by": _by(), "kept": _taken()}), encoding="utf-8")
        aside.replace(KEPT)


@cache
def _digest(path: Path, told: bool) -> bytes:
    """Hash one file: the tree of code, the bytes of all else."""
    if path.suffix != ".py":
        return hashlib.sha256(path.read_bytes()).digest()
    return bytes.fromhex(_once(path, f"code {told}", lambda: _digest_of_code(path, told).hex()))


@cache
def _place(path: Path) -> bytes:
    """Return where in the package a file lies."""
    return path.relative_to(SOURCE).as_posix().encode()


def _digest_of_code(path: Path, told: bool) -> bytes:
    tree = _tree(path)
    if not told:
        # a copy, since the tree serves others
        tree = _Untold().visit(ast.parse(ast.unparse(tree)))
    return hashlib.sha256(ast.dump(tree).encode()).digest()


@cache
def _file(name: str) -> Path | None:
    """Return the file of a module of this package, None when the name is not a module."""
    base = SOURCE.joinpath(*name.split(".")[1:])
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


@cache
def _door(package: Path) -> dict[str, str]:
    """Return the module behind each name that a stage shows others (its `__init__.pyi`)."""
    stub = package / "__init__.pyi"
    if not stub.is_file():
        return {}
    name = ".".join((PACKAGE, *package.relative_to(SOURCE).parts))
    return {
        alias.name: f"{name}.{node.module or alias.name}"
        for node in ast.parse(stub.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _statements(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield what a file imports of this package: modules, and the names it takes of them."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
            yield str(node.module), [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names if alias.name.split(".")[0] == PACKAGE)


def _meant(module: str, names: list[str]) -> Iterator[str]:
    """Yield the modules that an import may mean; through a stage's front door, those behind its names."""
    yield module
    door = _door(SOURCE.joinpath(*module.split(".")[1:])) if names else {}
    yield from (door.get(name, f"{module}.{name}") for name in names)


@cache
def _imports(path: Path) -> frozenset[Path]:
    """Return the files of this package that a file imports itself."""
    statements = json.loads(_once(path, "imports", lambda: json.dumps(list(_statements(path)))))
    files = (_file(meant) for module, names in statements for meant in _meant(module, names))
    return frozenset(file for file in files if file is not None)


def files_used(script: str | Path) -> list[Path]:
    """Return the files of this package that a script uses, directly or through others, sorted.

    The templates, assets and translations of the pages count as used by the module `report.page`, their style sheets by
    `report.draw.named`, which takes colours from them.

    Parameters
    ----------
    script : path of a Python file.
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
    if SOURCE / "report" / "draw" / "named.py" in found:
        found |= set((SOURCE / "report" / "assets").glob("*.css"))
    return sorted(found)


def code_fingerprint(script: str | Path) -> str:
    """Return the first 12 hex digits of the SHA-256 over the code a script uses.

    Parameters
    ----------
    script : path of a Python file.
    """
    files = files_used(script)
    told = any(SOURCE / "report" in path.parents for path in files)
    digest = hashlib.sha256()
    for path in files:
        digest.update(_place(path) + b"\0" + _digest(path, told))
    return digest.hexdigest()[:12]
