"""The workflow on a real Slurm of one node, through the profile that is shipped."""

import importlib.util
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from cluster import Cluster, missing
from made_towns import TOWNS, add_towns

HERE = Path(__file__).resolve().parent
# where somebody says that it must run, what is missing is an error
REQUIRED = os.environ.get("SLURM") == "required"
pytestmark = pytest.mark.skipif(bool(missing()) and not REQUIRED, reason=f"no Slurm here: {missing()}")

PROFILE = ("--workflow-profile", "workflow/profiles/slurm", "--default-resources", "slurm_partition=main")
CITIES = ("sample", *TOWNS)
SCORES = [f"data/processed/{city}/scores.parquet" for city in CITIES]
# on a job of the groups that the profile makes
GROUNDS, MEASURES = "group_ground", "group_measures"
PATIENCE_S = 1800


def quicker(config):
    """Measure with less, since each table is made twice."""
    config.update(cities=list(CITIES))
    config["reach"].update(thresholds={"walk": [15], "motorbike": [30]})
    config["reference"].update(places=200)
    config["score"].update(draws=1000)


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """Copy the project, with towns of its own beside the sample town."""
    path = HERE.parent / "workflow" / "conftest.py"
    spec = importlib.util.spec_from_file_location("workflow_copies", path)
    copies = sys.modules["workflow_copies"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copies)

    def copy(name):
        project = copies.copy_project(tmp_path_factory.mktemp(name))
        project.edit("config/config.yaml", quicker)
        add_towns(project)
        return project

    return copy


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Run a cluster for these tests."""
    assert not missing(), missing()
    one = Cluster(tmp_path_factory.mktemp("slurm"))
    try:
        one.start()
        yield one
    finally:
        one.stop()


@dataclass
class Submitted:
    """A run of the workflow that gives its jobs to a cluster."""

    project: object
    cluster: Cluster
    targets: tuple

    def __post_init__(self):
        self.known = set(self.cluster.jobs())
        self.log = (self.project.folder / "said.log").open("w+", encoding="utf-8")
        command = [sys.executable, "-m", "snakemake", *PROFILE, "--", *self.targets]
        env = {k: v for k, v in self.cluster.env.items() if k not in ("EXTRACTS", "POPULATION", "IMPORTS", "GTFS")}
        self.process = subprocess.Popen(
            command, cwd=self.project.folder, env=env, stdout=self.log, stderr=subprocess.STDOUT
        )

    def jobs(self):
        """Return the jobs of this run, by number."""
        return {number: job for number, job in self.cluster.jobs().items() if number not in self.known}

    def wait_for(self, holds):
        """Wait until something holds for one of the jobs."""
        until = time.monotonic() + PATIENCE_S
        while not any(holds(job) for job in self.jobs().values()):
            assert self.process.poll() is None and time.monotonic() < until, self.said()
            time.sleep(0.2)

    def end(self):
        """Wait for the end of the run, which is a good one."""
        assert self.process.wait(PATIENCE_S) == 0, self.said()
        return self.jobs()

    def said(self):
        self.log.seek(0)
        logs = self.project.folder.glob(".snakemake/slurm_logs/*/*.log")
        return self.log.read() + "".join(f"\n{one}\n{one.read_text()}" for one in logs)


def in_group(job, group):
    return f"/{group}" in job["StdOut"]


@pytest.fixture(scope="module")
def ran(copied, cluster):
    """The scores of all towns, made on a node that breaks down in the middle; the jobs."""
    run = Submitted(copied("cluster"), cluster, SCORES)
    try:
        run.wait_for(lambda job: in_group(job, MEASURES) and job["JobState"] == "RUNNING")
        # into its steps
        time.sleep(8)
        cluster.crash_node()
        cluster.start_node()
        run.ended = run.end()
    finally:
        run.process.kill()
    return run


def tables(project):
    """Return the tables of a run, with their bytes."""
    folder = project.folder / "data/processed"
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*.parquet")}


def test_tables_are_those_of_a_run_without_a_cluster(ran, copied):
    alone = copied("alone")
    alone.snakemake("--cores", str(os.cpu_count()), "--", *SCORES)
    made, expected = tables(ran.project), tables(alone)
    assert {Path(name).parent.name for name in made} == set(CITIES)
    assert sorted(made) == sorted(expected)
    assert [name for name in made if made[name] != expected[name]] == []


def test_the_cluster_sees_two_jobs_a_city(ran):
    jobs = ran.ended.values()
    assert len(jobs) == 2 * len(CITIES)
    for group in (GROUNDS, MEASURES):
        assert sum(in_group(job, group) for job in jobs) == len(CITIES)


def test_jobs_of_a_node_that_breaks_down_are_queued_again_by_slurm(ran):
    restarts = [int(job["Restarts"]) for job in ran.ended.values()]
    assert max(restarts) == 1 and min(restarts) == 0
    assert {job["JobState"] for job in ran.ended.values()} == {"COMPLETED"}


def test_no_job_leaves_anything_aside(ran):
    assert [one for one in ran.project.folder.rglob(".making-*") if one.parent.name != "reports"] == []


def memory_mb(job):
    """Return what a job asked for, in MB."""
    text = job["MinMemoryNode"]
    return int(text[:-1]) * {"M": 1, "G": 1024}[text[-1]]


def needing_little(project):
    """Have the first jobs of a town say that they need 300 MB, which is too little."""
    table = project.folder / "workflow/resources.tsv"
    lines = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines()]
    # rule, runs, memory, and memory by size
    lines = [[*one[:2], "0", "0", *one[4:]] if one[0] in ("pull_osm", "read_osm") else one for one in lines]
    table.write_text("".join("\t".join(one) + "\n" for one in lines), encoding="utf-8")
    rules = project.folder / "workflow/rules/resources.smk"
    text, n = re.subn(r"(?m)^SNAKEMAKE_MB = \d+$", "SNAKEMAKE_MB = 300", rules.read_text(encoding="utf-8"))
    assert n == 1
    rules.write_text(text, encoding="utf-8")


def test_a_job_over_its_memory_is_tried_again_with_more(copied, cluster):
    project = copied("memory")
    needing_little(project)
    run = Submitted(project, cluster, [f"data/processed/{next(iter(TOWNS))}/places.parquet"])
    try:
        jobs = sorted(run.end().items())
    finally:
        run.process.kill()
    assert 2 <= len(jobs) <= 3
    assert [memory_mb(job) for _, job in jobs] == [300, 600, 900][: len(jobs)]
    assert [job["JobState"] for _, job in jobs] == ["FAILED"] * (len(jobs) - 1) + ["COMPLETED"]
    log = (cluster.folder / "slurmd.log").read_text(encoding="utf-8")
    for number, _ in jobs[:-1]:
        assert f"Job {number} exceeded memory limit" in log or f"[{number}.batch] error: Exceeded job memory" in log
