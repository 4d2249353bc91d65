"""The last good result stays until the new one is whole, whoever dies: the project's own helpers in a toy workflow."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import forks
import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60

SNAKEFILE = f"""
include: "{ROOT}/workflow/rules/kept.smk"


rule all:
    input:
        "last.txt",


rule first:
    input:
        "in.txt",
    output:
        "first.txt",
        "other/first.txt",
    log:
        "first.log",
    params:
        how=config.get("how", "good"),
    script:
        "make.py"


rule last:
    input:
        "first.txt",
    output:
        "last.txt",
    log:
        "last.log",
    params:
        how=config.get("last", "good"),
    script:
        "make.py"
"""
SCRIPT = f"""
import os, sys, tempfile, time
sys.path.insert(0, "{ROOT}/scripts")
from pathlib import Path
from _run import start

log = start(snakemake)
for path in snakemake.output:
    Path(path).write_text(f"made {{snakemake.params.how}}")
    if snakemake.params.how.startswith("half"):
        break
tempfile.mkdtemp()
if snakemake.params.how == "wrong":
    sys.exit("wrong setting")
if snakemake.params.how == "slow":
    Path("pid").write_text(str(os.getpid()))
    time.sleep(60)
log.done("made")
"""


class Toy:
    """Two rules in a folder, with the helpers that every rule of the project has."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "Snakefile").write_text(SNAKEFILE)
        (folder / "make.py").write_text(SCRIPT)
        (folder / "in.txt").write_text("x")

    def command(self, *arguments):
        return [sys.executable, "-m", "snakemake", "--cores", "2", "--rerun-incomplete", *arguments]

    def run(self, *arguments):
        asked = self.command(*arguments)[3:]
        return forks.run(asked, folder=self.folder, env=dict(os.environ), timeout=120)

    def ok(self, *arguments):
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stderr + done.stdout

    def start_slow(self):
        """Start a run whose first job hangs, in a process group of its own; return the run and the job's process."""
        run = subprocess.Popen(
            self.command("--config", "how=slow"),
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(lambda: (self.folder / "pid").exists() and (self.folder / "pid").read_text())
        return run, int((self.folder / "pid").read_text())

    def texts(self):
        names = ("first.txt", "other/first.txt", "last.txt")
        return [(self.folder / name).read_text() for name in names]

    def aside(self):
        return list(self.folder.rglob(".making-*"))


def wait_for(condition):
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def is_running(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


GOOD = ["made good"] * 3


@pytest.fixture
def toy(tmp_path):
    made = Toy(tmp_path)
    made.ok()
    assert made.texts() == GOOD
    assert not made.aside()
    return made


@pytest.mark.parametrize("how", ["wrong", "half"])
def test_a_job_that_fails_leaves_the_last_good_files_and_is_made_again(toy, how):
    for _ in range(2):
        done = toy.run("--config", f"how={how}")
        assert done.returncode != 0
        assert "these files are of an earlier run:\n  .: first.txt, last.txt\n  other: first.txt\n" in done.stderr
        assert toy.texts() == GOOD
        assert not toy.aside()
    assert "rule first" in toy.ok("-n", "--config", f"how={how}")
    # the setting is right again: what was kept is not taken for finished, and is made anew
    toy.ok()
    assert "Nothing to be done" in toy.ok()
    toy.ok("--config", "how=better")
    assert toy.texts() == ["made better", "made better", "made good"]


def test_without_the_helpers_snakemake_loses_the_file(toy):
    """What this is for; when it fails one day, the helpers may go."""
    text = SNAKEFILE.split("\n", 2)[2]
    (toy.folder / "Snakefile").write_text(text)
    assert toy.run("--config", "how=wrong").returncode != 0
    assert not (toy.folder / "first.txt").exists()
    # its own flag keeps the file, and takes it for the result of the settings that failed
    toy.ok()
    (toy.folder / "Snakefile").write_text(
        text.replace('"first.txt",\n        "other', 'update("first.txt"),\n        "other')
    )
    assert toy.run("--config", "how=wrong").returncode != 0
    assert (toy.folder / "first.txt").read_text() == "made good"
    assert "Nothing to be done" in toy.ok("--config", "how=wrong")


@pytest.mark.parametrize("victim", ["job", "snakemake", "group"])
def test_a_kill_leaves_the_last_good_files_no_orphan_and_no_scratch(toy, victim):
    run, job = toy.start_slow()
    if victim == "group":
        os.killpg(run.pid, signal.SIGKILL)
    else:
        os.kill(job if victim == "job" else run.pid, signal.SIGKILL)
    assert run.wait(PATIENCE_S) != 0
    wait_for(lambda: not is_running(job))
    assert toy.texts() == GOOD
    if victim != "job":
        told = toy.run().stderr
        assert "--unlock" in told
        toy.ok("--unlock")
    assert "rule first" in toy.ok("-n", "--config", "how=slow")
    toy.ok("--config", "how=better")
    assert toy.texts() == ["made better", "made better", "made good"]
    assert not toy.aside()
    assert "Nothing to be done" in toy.ok("--config", "how=better")


def test_a_second_writer_waits_for_the_first(toy):
    run, job = toy.start_slow()
    other = subprocess.Popen(
        toy.command("--nolock", "--force", "first", "--config", "how=other"),
        cwd=toy.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    told = ""
    while "waiting for process" not in told:
        told = other.stdout.readline()
        assert told, "the second writer did not wait"
    assert f"first: waiting for process {job} on " in told
    assert toy.texts() == GOOD
    os.kill(job, signal.SIGKILL)
    assert run.wait(PATIENCE_S) != 0
    other.communicate(timeout=PATIENCE_S)
    assert other.returncode == 0
    assert toy.texts()[:2] == ["made other"] * 2
