"""The last good result stays at its place until the new one is whole: docs/decisions/kept-results.md.

The scripts put their outputs in place at once (scripts/_run.py). So Snakemake need not clear a place before a job, must
not after one that failed, and counts a job that failed as one that was killed: not finished, to be made again.
"""

import shutil
from contextvars import ContextVar
from functools import wraps
from pathlib import Path

from snakemake.io import flag, is_flagged
from snakemake.jobs import Job
from snakemake.logging import logger
from snakemake.persistence import PersistenceBase

from creative_nodes.common import sweep

# whether the job that Snakemake closes just now has failed
HAS_FAILED = ContextVar("HAS_FAILED", default=False)


def kept(path):
    """Flag an output as one that stays until the new one is whole."""
    return flag(path, "kept")


def keeps(job):
    """Say whether a job's outputs stay until the new ones are whole."""
    return any(is_flagged(path, "kept") for path in job.output)


def not_for_kept(method):
    """Have Snakemake leave a job's outputs where they are."""

    @wraps(method)
    async def leave(job, *args, **options):
        if not keeps(job):
            await method(job, *args, **options)

    return leave


def noting_failure(postprocess):
    """Have Snakemake know, while it closes a job, whether it failed."""

    @wraps(postprocess)
    async def close(job, *args, error=False, **options):
        before = HAS_FAILED.set(error and keeps(job))
        try:
            await postprocess(job, *args, error=error, **options)
        finally:
            HAS_FAILED.reset(before)

    return close


def unless_failed(finished):
    """Have Snakemake record a job as finished only when it was."""

    @wraps(finished)
    async def record(persistence, job):
        if HAS_FAILED.get():
            persistence.started(job)
        else:
            await finished(persistence, job)

    return record


def as_begun(cleanup):
    """Have Snakemake forget nothing of a job that ended badly: it is as one that was begun."""

    @wraps(cleanup)
    def begin(persistence, job):
        if keeps(job):
            persistence.started(job)
        else:
            cleanup(persistence, job)

    return begin


# once a process, also where a workflow uses this one as a module more than once
if not hasattr(Job, "keeps"):
    Job.keeps = keeps
    Job.remove_existing_output = not_for_kept(Job.remove_existing_output)
    Job.cleanup = not_for_kept(Job.cleanup)
    Job.postprocess = noting_failure(Job.postprocess)
    PersistenceBase.finished = unless_failed(PersistenceBase.finished)
    PersistenceBase.cleanup = as_begun(PersistenceBase.cleanup)


outputflags:
    kept,


def of_earlier_runs(dag):
    """Say which files a run that stops leaves as they were, a line a folder; empty when there are none."""
    files = {}
    for job in dag.needrun_jobs():
        for path in map(Path, job.output):
            if path.exists():
                files.setdefault(path.parent, set()).add(path.name)
    lines = [
        f"  {folder}: {', '.join(sorted(names))}"
        for folder, names in sorted(files.items())
    ]
    return "\n".join(["these files are of an earlier run:", *lines]) if lines else ""


# folders that a run which fails does not leave; rules add theirs
SCRATCH = []


# a run that a kill ended could remove nothing itself
onstart:
    sweep("data", "reports")


onerror:
    for folder in SCRATCH:
        shutil.rmtree(folder, ignore_errors=True)
    if told := of_earlier_runs(workflow.dag):
        logger.error(told)
