"""What is kept of code from one start to the next: the same fingerprints, whatever happens to the file."""

import json
import shutil
from pathlib import Path

import pytest

from creative_nodes.common import HOME, fingerprint

SCRIPT = "from creative_nodes.score.values import value_of\n"


def forget():
    """Forget what this process took of code, as a start of its own knows nothing."""
    for name in ("_tree", "_bytes_of", "_digest", "_place", "_file", "_door", "_imports", "_known", "_taken"):
        getattr(fingerprint, name).cache_clear()


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Take the fingerprint of a script as a start of its own does, and count the files that it parsed for it."""
    source = tmp_path / fingerprint.PACKAGE
    shutil.copytree(fingerprint.SOURCE, source, ignore=shutil.ignore_patterns("__pycache__", "locale", "report"))
    (tmp_path / ".snakemake").mkdir()
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    monkeypatch.setattr(fingerprint, "SOURCE", source)
    monkeypatch.setattr(fingerprint, "KEPT", tmp_path / ".snakemake" / "hashes_of_code.json")

    def take():
        forget()
        found = fingerprint.code_fingerprint(script)
        fingerprint.keep_hashes()
        return found, fingerprint._tree.cache_info().currsize

    yield take
    forget()


def test_the_second_start_parses_nothing_and_finds_the_same(start):
    first, parsed = start()
    assert parsed > 10
    assert start() == (first, 0)


def test_one_changed_file_is_parsed_and_an_older_state_is_known_by_its_bytes(start):
    first, _ = start()
    file = fingerprint.SOURCE / "score" / "values.py"
    was = file.read_text(encoding="utf-8")
    file.write_text(was + "\nMORE = 1\n", encoding="utf-8")
    second, parsed = start()
    assert second != first
    assert parsed == 1
    file.write_text(was, encoding="utf-8")
    assert start() == (first, 1)


def test_what_another_python_or_half_a_write_left_counts_for_nothing(start):
    first, parsed = start()
    for text in ("", '{"by": "another Python", "kept": {}}', "[1]", '{"by"'):
        fingerprint.KEPT.write_text(text)
        assert start() == (first, parsed), text
        assert json.loads(fingerprint.KEPT.read_text())["by"] == fingerprint._by()


def test_a_new_folder_begins_with_what_the_folder_of_the_workflow_keeps(start, tmp_path, monkeypatch):
    first, _ = start()
    kept = Path(".snakemake", fingerprint.KEPT.name)
    monkeypatch.setattr(fingerprint, "KEPT", kept)
    new = tmp_path / "new"
    (new / kept.parent).mkdir(parents=True)
    monkeypatch.chdir(new)
    monkeypatch.setenv(HOME, str(tmp_path))
    assert start() == (first, 0)

    # a file that only the new folder has seen is kept there, and what the workflow's own keeps stays as it is
    before = (tmp_path / kept).read_bytes()
    file = fingerprint.SOURCE / "score" / "values.py"
    file.write_text(file.read_text(encoding="utf-8") + "\nMORE = 1\n", encoding="utf-8")
    assert start()[1] == 1
    assert start()[1] == 0
    assert (new / kept).is_file() and (tmp_path / kept).read_bytes() == before
