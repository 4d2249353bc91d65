"""kill -9 of a job, of Snakemake and of their whole group, in every stage of the sample town; then the same run again.

Each row: all tables, pages and other files are those of an undisturbed run, byte for byte, and nothing else is left.
"""

import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from loopback import ROOT, fault

STAGES = {
    "pull": "pull_osm",
    "locate": "locate_sites",
    "people": "spread_people",
    "streets": "read_transit",
    "network": "connect_spaces",
    "reach": "measure_reach",
    "score": "score_candidates",
    "choose": "choose_portfolio",
    "doubt": "sweep_settings",
    "report": "draw_map",
}
PATIENCE_S = 240
# SQLite writes the time into its files: of them the names count
BYTES_MAY_DIFFER = (".gpkg",)


def copied(folder):
    """Copy the project; one sweep instead of ten, since each would be made anew many times."""
    spec = importlib.util.spec_from_file_location("workflow_copies", ROOT / "tests" / "workflow" / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["workflow_copies"] = module
    spec.loader.exec_module(module)
    project = module.copy_project(folder)
    project.edit(
        "config/config.yaml",
        lambda d: d["sweeps"].update(keys={"reach.walk_minutes": [10]}, speed_factor={}),
    )
    return project


def left_by(project):
    """Return what a run left: every file of data and reports, with its bytes."""
    files = [one for part in ("data", "reports") for one in (project.folder / part).rglob("*") if not one.is_dir()]
    return {
        one.relative_to(project.folder).as_posix(): b"" if one.suffix in BYTES_MAY_DIFFER else one.read_bytes()
        for one in files
    }


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """What a run leaves that nobody disturbs; made once, also where tests run side by side."""
    shared = tmp_path_factory.getbasetemp().parent / "undisturbed"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not (shared / "done").exists():
            shutil.rmtree(shared / "project", ignore_errors=True)
            copied(shared / "project").snakemake("demo")
            (shared / "done").touch()
    return left_by(type("Run", (), {"folder": shared / "project"}))


class Run:
    """A run of the sample town in a process group of its own."""

    def __init__(self, project, *arguments):
        self.folder = project.folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "snakemake", "demo", *arguments],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def jobs(self):
        """Return the processes of this folder's jobs: id and rule."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().decode().split("\0")
                script = next((word for word in words if f"{self.folder}/.snakemake/scripts/" in word), None)
            except OSError:
                continue
            if script:
                found[int(entry.name)] = script.rsplit(".", 2)[1]
        return found

    def job_of(self, rule):
        """Wait for the job of a rule; None when the run ends before."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self.process.poll() is None:
            for number, name in self.jobs().items():
                if name == rule:
                    return number
            time.sleep(0.02)
        return None

    def end(self):
        """Wait for its end, and for that of all its jobs."""
        self.process.wait(PATIENCE_S)
        deadline = time.monotonic() + PATIENCE_S
        while self.jobs() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not self.jobs()
        return self.process.returncode


def killed(number):
    try:
        os.kill(number, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def unlocked(project):
    """Do what `snakemake --unlock` does, without its start of seconds; that is tested elsewhere."""
    shutil.rmtree(project.folder / ".snakemake" / "locks", ignore_errors=True)


def same(project, undisturbed):
    """See that a finished run left what an undisturbed one leaves, and nothing else."""
    left = left_by(project)
    assert sorted(left) == sorted(undisturbed)
    assert [name for name in left if left[name] != undisturbed[name]] == []
    strays = [one for one in project.folder.rglob(".*") if one.name.startswith((".making", ".nodes", ".clip", ".over"))]
    assert strays == []


class Chain:
    """Runs of one copy, each killed in the next stage and started again; one finishes it."""

    def __init__(self, folder):
        self.project = copied(folder)
        self.killed = []

    def kill(self, rule, *, group):
        """Start the run again and kill it while a rule's job runs."""
        run = Run(self.project)
        job = run.job_of(rule)
        assert job is not None, f"{rule} was not run again"
        # into the job, which first loads its libraries
        time.sleep(0.7)
        if group:
            os.killpg(run.process.pid, signal.SIGKILL)
        else:
            run.process.kill()
        run.end()
        unlocked(self.project)


@pytest.fixture(scope="class")
def chain(tmp_path_factory):
    return Chain(tmp_path_factory.mktemp("chain") / "project")


class TestJobs:
    """The job of each stage is killed once; Snakemake starts it again in the same run, or the next one does."""

    @pytest.mark.parametrize(
        "stage",
        [
            pytest.param(stage, marks=fault(f"stage {stage}", "kill -9 of the job", "the same run again"))
            for stage in STAGES
        ],
    )
    def test_a_job(self, chain, undisturbed, stage):
        if not chain.killed:
            self.run_and_kill(chain)
        assert chain.killed == list(STAGES)
        same(chain.project, undisturbed)

    def run_and_kill(self, chain):
        """Run it once, every stage's job killed as soon as it runs and tried a second time."""
        run, waiting = Run(chain.project, "--retries", "1"), dict(STAGES)
        while run.process.poll() is None:
            jobs = {rule: number for number, rule in run.jobs().items()}
            for stage, rule in list(waiting.items()):
                if rule in jobs:
                    time.sleep(0.3)
                    if killed(jobs[rule]):
                        del waiting[stage]
            time.sleep(0.02)
        assert run.end() == 0
        chain.killed = [stage for stage in STAGES if stage not in waiting]


class _Killed:
    group = False

    def run_and_kill(self, chain):
        for stage, rule in STAGES.items():
            chain.kill(rule, group=self.group)
            chain.killed.append(stage)
        chain.project.snakemake("demo")

    def check(self, chain, undisturbed, stage):
        if not chain.killed:
            self.run_and_kill(chain)
        assert stage in chain.killed
        same(chain.project, undisturbed)


class TestSnakemake(_Killed):
    """Snakemake alone is killed in each stage."""

    @pytest.mark.parametrize(
        "stage",
        [
            pytest.param(stage, marks=fault(f"stage {stage}", "kill -9 of Snakemake", "the same run again"))
            for stage in STAGES
        ],
    )
    def test_snakemake(self, chain, undisturbed, stage):
        self.check(chain, undisturbed, stage)


class TestGroup(_Killed):
    """Snakemake and all its jobs are killed in each stage."""

    group = True

    @pytest.mark.parametrize(
        "stage",
        [
            pytest.param(stage, marks=fault(f"stage {stage}", "kill -9 of the whole group", "the same run again"))
            for stage in STAGES
        ],
    )
    def test_group(self, chain, undisturbed, stage):
        self.check(chain, undisturbed, stage)
