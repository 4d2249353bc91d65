"""What a run says between the lines of its scripts: little, and `-n` a line for each job that it would run."""

import ast
import json
import os
from functools import cache

from snakemake.logging import logger
from snakemake.settings.enums import Quietness

from creative_nodes.common import differing

# what Snakemake says besides; VERBOSE=1 shows it
CHATTER = (
    "Select jobs",
    "Execute ",
    "Assuming unrestricted",
    "Building DAG",
    "Using shell",
    "Conda environments",
    "Complete log",
    "Elapsed time",
    # of a dry run, whose lines hold the reasons
    "Reasons:",
    "Some jobs were triggered by provenance",
    "Rules with provenance triggered jobs",
    "This was a dry-run",
)


def parts_of(values):
    """Return a job's parameters by key, as Snakemake recorded them; what has no key is its code."""
    parts = {}
    for value in map(ast.literal_eval, values):
        try:
            found = json.loads(value)
        except (TypeError, ValueError):
            found = None
        parts |= found if isinstance(found, dict) else {"code": value}
    return parts


def settings_changed(change):
    """Return what in a job's parameters is another than before, some of it."""
    found = differing(parts_of(change.only_old), parts_of(change.only_new))
    return listed(key for key, _, _ in found)


def makers_of(job):
    """Return the rules that a job follows in this run."""
    dag = workflow.dag
    return {one.rule.name for one in dag.dependencies[job] if dag.needrun(one)}


def listed(names):
    """Return names in a line, the first of them where they are many."""
    names = sorted(map(str, names))
    return ", ".join([*names[:4], *([f"{len(names) - 4} more"] if names[4:] else [])])


def reason_of(job):
    """Say in a line why a job would run: the causes in itself, and only without any those before it."""
    reason = workflow.dag.reason(job)
    newer = reason.updated_input - reason.updated_input_run
    causes = {
        "forced": reason.forced,
        f"not there: {listed(reason.missing_output)}": reason.missing_output,
        "its last try failed or was cut off": reason.incomplete_output,
        f"changed: {settings_changed(reason.params_changed)}": reason.params_changed,
        "changed: its script": reason.code_changed,
        "changed: the files that it reads": reason.input_changed,
        f"newer: {listed(newer)}": newer,
    }
    told = [cause for cause, holds in causes.items() if holds]
    return "; ".join(told) or f"follows {listed(makers_of(job))}"


@cache
def jobs_by_id():
    """Return the jobs of a dry run by the number that Snakemake's lines give: looked for anew for each it is minutes."""
    return {workflow.dag.jobid(job): job for job in workflow.dag.jobs}


def in_a_line(record):
    """Turn what a dry run says of a job into a line: city, rule, reason."""
    if getattr(record, "rule_name", None) and hasattr(record, "jobid"):
        job = jobs_by_id()[record.jobid]
        city = job.wildcards_dict.get("city", "-")
        record.msg = f"{city:<10} {job.rule.name:<18} {reason_of(job)}"
        record.event = None


def shown(record):
    """Say whether a line of Snakemake is shown."""
    quiet = Quietness.RULES in (workflow.output_settings.quiet or ())
    if quiet and workflow.dryrun:
        in_a_line(record)
    return not record.getMessage().startswith(CHATTER)


if not os.environ.get("VERBOSE"):
    logger.addFilter(shown)
