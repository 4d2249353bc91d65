"""kill -9 of a job, of Snakemake and of their whole group, in every stage of the sample town; then the same run again.

Each row: all tables, pages and other files are those of an undisturbed run, byte for byte, and nothing else is left.
"""

import contextlib
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
# by what the system calls their processes
RULES = {path.stem[:15]: path.stem for path in (ROOT / "scripts").glob("[a-z]*.py")}
PATIENCE_S = 240
# SQLite writes the time into its files: of them the names count
BYTES_MAY_DIFFER = (".gpkg",)


def copied(folder):
    """Copy the project; fewer draws and one sweep, since each job is made anew several times."""
    spec = importlib.util.spec_from_file_location("workflow_copies", ROOT / "tests" / "workflow" / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["workflow_copies"] = module
    spec.loader.exec_module(module)
    project = module.copy_project(folder)
    project.edit("config/config.yaml", quicker)
    project.edit("config/cities/sample.yaml", lambda city: city["override"]["doubt"].update(worlds=20))
    return project


def quicker(config):
    config["sweeps"].update(keys={"reach.walk_minutes": [10]}, speed_factor={})
    config["clusters"].update(simulations=19, relabellings=39)
    config["backtest"].update(bootstrap=200)
    config["score"].update(draws=1000)
    config["reference"].update(places=200)
    config["isochrones"].update(minutes={"walk": [15]})
    config["reach"].update(thresholds={"walk": [15], "motorbike": [30]})
    config["scenarios"] = {"balanced": {"label": "Balanced"}}


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
    base = tmp_path_factory.getbasetemp()
    # beside the folders of workers of this one run; without workers that place is of all runs
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "undisturbed"
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
            [sys.executable, "-m", "snakemake", "demo", "--cores", "1", *arguments],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def jobs(self):
        """Return the processes of this folder's jobs: id and rule; a fork goes by 15 bytes of its rule."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().decode().split("\0")
                name = (entry / "comm").read_text().strip()
                inside = (entry / "cwd").readlink() == self.folder
            except OSError:
                continue
            script = next((word for word in words if f"{self.folder}/.snakemake/scripts/" in word), None)
            if script:
                found[int(entry.name)] = script.rsplit(".", 2)[1]
            elif inside and name in RULES:
                found[int(entry.name)] = RULES[name]
        return found

    def first_of(self, rules):
        """Wait for a job of any of the rules; returns its process and rule, and none when the run ends before."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self.process.poll() is None:
            for number, name in self.jobs().items():
                if name in rules:
                    return number, name
            time.sleep(0.02)
        return None, None

    def kill(self, job):
        """Kill a job, and wait until it is no more."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(job, signal.SIGKILL)
        while job in self.jobs():
            time.sleep(0.02)

    def end(self):
        """Wait for its end, and for that of all its jobs."""
        self.process.wait(PATIENCE_S)
        deadline = time.monotonic() + PATIENCE_S
        while self.jobs() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not self.jobs()
        return self.process.returncode


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
    """Runs of one copy of the sample town, each killed in another stage and started again; the last one finishes it."""

    def __init__(self, folder):
        self.project = copied(folder)
        self.killed = []

    def run_once(self, jobs, runs, kill_run):
        """Start the run again; kill each job of the first rules once, and the run in a job of the second rules.

        A job that is killed alone is tried once more in the same run.
        """
        run = Run(self.project, "--retries", "1")
        while True:
            job, rule = run.first_of(jobs | runs)
            assert rule is not None, f"none of {jobs | runs} was run"
            # into the job, which first loads its libraries
            time.sleep(0.4)
            if rule not in jobs:
                break
            run.kill(job)
            jobs.discard(rule)
        kill_run(run.process)
        run.end()
        unlocked(self.project)
        runs.discard(rule)

    def kill_all(self, kill_run, *, jobs_too):
        """Kill in each stage what is to be killed, then let a run finish."""
        jobs, runs = set(STAGES.values()) if jobs_too else set(), set(STAGES.values())
        while runs:
            self.run_once(jobs, runs, kill_run)
        self.project.snakemake("demo")
        self.killed = list(STAGES)


def kill_group(process):
    os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="class")
def chain(tmp_path_factory):
    return Chain(tmp_path_factory.mktemp("chain") / "project")


def rows(victim):
    """Return a row of the table for each stage."""
    mark = {stage: fault(f"stage {stage}", f"kill -9 of {victim}", "the same run again") for stage in STAGES}
    return pytest.mark.parametrize("stage", [pytest.param(stage, marks=mark[stage]) for stage in STAGES])


def see(chain, undisturbed, stage, kill_run, *, jobs_too):
    if not chain.killed:
        chain.kill_all(kill_run, jobs_too=jobs_too)
    assert stage in chain.killed
    same(chain.project, undisturbed)


class TestSnakemake:
    @rows("Snakemake")
    def test_snakemake(self, chain, undisturbed, stage):
        see(chain, undisturbed, stage, subprocess.Popen.kill, jobs_too=False)


class TestJobAndGroup:
    @rows("the job")
    def test_job(self, chain, undisturbed, stage):
        see(chain, undisturbed, stage, kill_group, jobs_too=True)

    @rows("Snakemake and all its jobs")
    def test_group(self, chain, undisturbed, stage):
        see(chain, undisturbed, stage, kill_group, jobs_too=True)
