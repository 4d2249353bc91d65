"""Jobs as forks of one process that has imported their libraries: docs/decisions/warm-start.md.

Snakemake starts Python anew for each script. Here a run of several jobs imports once what most of them need; a single
job, one in an environment or container of its own, and other systems than Linux go Snakemake's own way.
"""

import os
import subprocess
import sys
from contextlib import nullcontext
from functools import cache, wraps
from pathlib import Path

from snakemake.benchmark import benchmarked
from snakemake.logging import logger
from snakemake.script import PythonScript

from creative_nodes.common import begin, can_fork, end

# from so many jobs on the imports made once cost less than those of each
MANY_JOBS = 4
# what jobs of most stages import, the rest they import themselves; and what the command `snakemake` does, which is read
# again in each fork (Python 3.11 means to do so once in their server, and does not)
MODULES = (
    "snakemake.cli",
    "creative_nodes.settings",
    "creative_nodes.common.tables",
    "geopandas",
    "pyogrio",
    "rasterio.features",
    "rasterio.warp",
    "scipy.sparse.csgraph",
    "scipy.spatial",
    "scipy.stats",
    "snakemake.iocontainers",
    "snakemake.logging",
)


@cache
def is_long():
    """Say whether this is a run of many jobs, by Snakemake's own command: others may not bear to be imported again."""
    command = Path(sys.argv[0]).name in ("snakemake", "__main__.py")
    return command and sum(1 for _ in workflow.dag.needrun_jobs()) >= MANY_JOBS


def has_own_place(script):
    """Say whether a script runs in an environment, container or folder of its own."""
    own = (
        script.conda_env,
        script.container_img,
        script.env_modules,
        script.shadow_dir,
    )
    return any(own)


def of_job(script):
    """Return the variables that Snakemake sets for a job."""
    folder = script.resources.get("tmpdir")
    return dict.fromkeys(("TMPDIR", "TMP", "TEMP", "TEMPDIR"), folder) if folder else {}


def forked(execute_script):
    """Have Snakemake run a script as a fork, where it can."""

    @wraps(execute_script)
    def execute(script, fname, edit=False):
        if (
            not can_fork()
            or has_own_place(script)
            or script.threads > 1
            or not is_long()
        ):
            return execute_script(script, fname, edit=edit)
        try:
            run = begin(
                fname, modules=MODULES, title=script.rulename, variables=of_job(script)
            )
        except OSError as error:
            logger.debug(f"no fork: {error}")
            return execute_script(script, fname, edit=edit)
        record = script.bench_record
        with benchmarked(run.pid, record) if record else nullcontext():
            code = end(run)
        if code:
            raise subprocess.CalledProcessError(code, [sys.executable, fname])

    return execute


# once a process, also where a workflow uses this one as a module more than once
if not hasattr(PythonScript.execute_script, "__wrapped__"):
    PythonScript.execute_script = forked(PythonScript.execute_script)
