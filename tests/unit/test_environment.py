"""The ways to install name the same versions."""

import ast
import importlib
import importlib.util
import re
import runpy
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from creative_nodes.common.version import __version__

ROOT = Path(__file__).resolve().parents[2]
# conda-forge and bioconda call some packages by another name
CONDA_NAMES = {
    "h3-py": "h3",
    "matplotlib-base": "matplotlib",
    "pyosmium": "osmium",
    "snakemake-minimal": "snakemake",
}
PIN = re.compile(r"^([A-Za-z0-9._-]+)\s*==\s*([^\s;\\]+)", re.MULTILINE)
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def _lock() -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in PIN.findall(LOCK)}


def _conda() -> dict[str, str]:
    entries = [entry for entry in ENVIRONMENT["dependencies"] if isinstance(entry, str)]
    nested = [entry for part in ENVIRONMENT["dependencies"] if isinstance(part, dict) for entry in part["pip"]]
    found = {}
    for entry in [*entries, *nested]:
        match = PIN.match(entry)
        if match:
            found[CONDA_NAMES.get(match[1], canonicalize_name(match[1]))] = match[2]
    return found


def _names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(one).name) for one in requirements}


def test_the_lock_holds_one_version_of_each_package():
    counts = Counter(canonicalize_name(name) for name, _ in PIN.findall(LOCK))
    assert [name for name, count in counts.items() if count > 1] == []
    assert len(counts) > 50


def test_every_package_of_the_lock_has_a_hash():
    blocks = re.split(r"\n(?=[A-Za-z0-9])", LOCK.strip())
    pinned = [block for block in blocks if PIN.match(block)]
    assert len(pinned) == len(_lock())
    assert [block.split()[0] for block in pinned if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("name", sorted(_conda()))
def test_conda_pin_is_the_locked_version(name):
    assert _conda()[name] == _lock()[name]


def test_every_conda_package_is_pinned():
    loose = [one for one in ENVIRONMENT["dependencies"] if isinstance(one, str) and not PIN.match(one)]
    assert {one.split()[0] for one in loose} == {"python", "pip"}


def test_every_runtime_dependency_is_in_both():
    needed = _names(PROJECT["dependencies"])
    assert needed - set(_lock()) == set()
    assert needed - set(_conda()) == set()


def test_every_dependency_of_the_checks_is_in_both():
    needed = _names(PROJECT["optional-dependencies"]["dev"])
    assert needed - set(_lock()) == set()
    assert needed - set(_conda()) == set()


def test_python_is_the_same_range():
    python = next(one for one in ENVIRONMENT["dependencies"] if isinstance(one, str) and one.startswith("python "))
    assert python.removeprefix("python ").replace(" ", "") == PROJECT["requires-python"].replace(" ", "")


def _imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("folder", ["src", "tests", "scripts", "workflow"])
def test_what_is_imported_is_locked(folder):
    installed = {"yaml": "pyyaml", "sklearn": "scikit-learn", "skcriteria": "scikit-criteria", "PIL": "pillow"}
    files = list((ROOT / folder).rglob("*.py"))
    ours = {path.stem for path in files} | {"creative_nodes"}
    ours |= {"qgis"}  # Debian's own, in Debian's own Python: tests/desktop
    foreign = set().union(*map(_imported, files)) - set(sys.stdlib_module_names) - ours
    assert {name for name in foreign if canonicalize_name(installed.get(name, name)) not in _lock()} == set()


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("*.py")), ids=lambda path: path.stem)
def test_what_a_benchmark_takes_of_the_library_is_there(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("creative_nodes"):
            module = importlib.import_module(node.module)
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                assert hasattr(module, alias.name) or importlib.util.find_spec(inner), inner


def test_the_document_of_benchmarks_is_made_of_what_was_kept():
    """What is written into it by hand, `make bench` would lose: that belongs into earlier.md."""
    bench = runpy.run_path(str(ROOT / "benchmarks/bench.py"))
    assert bench["DOCUMENT"].read_text(encoding="utf-8") == bench["document"](bench["told"]())


# ---------------------------------------------------------------- what others read of the project


def test_the_citation_names_this_version_and_leaves_the_doi_to_fill():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    said = yaml.safe_load(text)
    assert said["version"] == said["preferred-citation"]["version"] == __version__
    assert {"cff-version", "message", "title", "authors", "license", "abstract"} <= said.keys()
    assert "FILL" in text and "doi" in text and "identifiers" not in said


def test_the_container_is_made_of_files_that_are_there_and_let_in():
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
    copied = [name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]]
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line[1:] for line in ignored if line[:1] == "!"}
    for name in copied:
        assert (ROOT / name).exists(), name
        assert name in let_in, name
    assert any(line.startswith("FROM docker.io/library/debian:") and line.endswith("-slim") for line in lines)


def test_the_readme_says_what_nobody_has_tried():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "no conda has solved it yet" in text and "nobody has built it yet" in text
