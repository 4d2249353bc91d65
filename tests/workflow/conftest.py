"""A copy of the project to run the workflow in, so that tests never touch the project's own results."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from creative_nodes.common.fingerprint import KEPT

PATIENCE_S = 1800
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))  # the modules beside this file can be imported
PARTS = ("Snakefile", "workflow", "scripts", "config", "environment.yml", "tests/data/sample_town")


def forks():
    """Return the module beside this file that forks Snakemake."""
    import forks

    return forks


@dataclass
class Project:
    """A copy of the project in a folder of its own."""

    folder: Path

    def snakemake(self, *arguments, env=None, check=True, anew=False):
        """Run snakemake here; returns the finished process with its output as text.

        It is a fork of a process that has imported it (forks.py), unless it is to be started anew or the library is
        another: then it is what a command line starts.
        """
        clean = {
            k: v for k, v in os.environ.items() if k not in ("EXTRACTS", "POPULATION", "IMPORTS", "GTFS", "VERBOSE")
        }
        env = {**clean, **(env or {})}
        if anew or env.get("PYTHONPATH") != os.environ.get("PYTHONPATH") or sys.platform != "linux":
            command, settings = [sys.executable, "-m", "snakemake", *arguments], {"capture_output": True, "text": True}
            done = subprocess.run(command, cwd=self.folder, env=env, timeout=PATIENCE_S, **settings)
        else:
            done = forks().run(arguments, folder=self.folder, env=env, timeout=PATIENCE_S)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def would_run(self, *arguments, env=None):
        """Return the rules that a run would execute."""
        done = self.snakemake("-n", "--workflow-profile", "none", "--cores", "1", *arguments, env=env)
        lines = (done.stdout + done.stderr).splitlines()
        return {line.split()[1].rstrip(":") for line in lines if line.startswith(("rule ", "localrule "))}

    def edit(self, path, change):
        """Change a YAML file of the copy in place through a function on its data."""
        file = self.folder / path
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        change(data)
        file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")

    def restore(self, path):
        """Bring a file back as it is in the project."""
        shutil.copy2(ROOT / path, self.folder / path)


def copy_project(folder, *, hashes=True):
    """Copy what the workflow needs, and the hashes of code that the project keeps: to take them anew is seconds."""
    for part in (*PARTS, *([str(KEPT)] if hashes and (ROOT / KEPT).is_file() else [])):
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    (folder / "profiles").symlink_to("workflow/profiles")
    return Project(folder)


def made_once(folder):
    """Return a folder with the sample town as a clean copy made it, and what that run said; one process makes it."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not (folder / "said.json").exists():
            shutil.rmtree(folder / "project", ignore_errors=True)
            done = copy_project(folder / "project", hashes=False).snakemake("demo", anew=True)
            (folder / "said.json").write_text(json.dumps([done.args, done.returncode, done.stdout, done.stderr]))
    return folder


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The sample town, run once from a clean copy; where tests run side by side, each process has a copy of the run."""
    base = tmp_path_factory.getbasetemp()
    # beside the folders of workers of this one run; without workers that place is of all runs
    made = made_once((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "sample-town")
    folder = tmp_path_factory.mktemp("demo") / "project"
    shutil.copytree(made / "project", folder, symlinks=True)
    project = Project(folder)
    project.demo_output = subprocess.CompletedProcess(*json.loads((made / "said.json").read_text()))
    return project


@pytest.fixture
def fresh(tmp_path):
    """A clean copy that nothing has been run in."""
    return copy_project(tmp_path)
