"""Files that others made count by their bytes: the same under another path, or touched, remake nothing."""

import hashlib
from functools import cache, wraps
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.io import ancient, flag, is_flagged
from snakemake.persistence import PersistenceBase

from creative_nodes.common import is_stored


def given(paths):
    """Flag inputs from outside, a path, several, or none; a download stays what the workflow makes."""
    if not paths or isinstance(paths, (str, Path)):
        return given_file(str(paths)) if paths else []
    return [given_file(str(path)) for path in paths]


def given_file(path):
    """Flag one input; one that is not there is told also where results exist.

    It lies on this machine, also where results go to object storage; one with an address there counts as Snakemake has it.
    """
    if path.startswith("data/raw/downloads/"):
        return path
    if is_stored(path):
        return storage(path)
    if not Path(path).is_file():
        raise WorkflowError(f"bad input\n{path}: no such file")
    return flag(flag(ancient(path), "given"), "local")


def aside(path):
    """Flag an input that a result does not depend on: whether it is there, or newer, remakes nothing."""
    return flag(ancient(path), "aside")


@cache
def digest(path, size, touched):
    """Return what stands for a file's bytes."""
    with Path(path).open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def counted(path):
    """Return what is recorded of an input: the bytes of a given file, the path of another."""
    if not is_flagged(path, "given") or not Path(path).is_file():
        return str(path)
    status = Path(path).stat()
    return digest(str(path), status.st_size, status.st_mtime_ns)


def by_bytes(input_of):
    """Have Snakemake record and compare given files by their bytes."""

    @wraps(input_of)
    def record(persistence, job):
        inputs = [path for path in job.input if not is_flagged(path, "aside")]
        if not any(is_flagged(path, "given") for path in inputs):
            return sorted(map(str, inputs))
        return sorted(map(counted, inputs))

    return record


# once a process, as in kept.smk
if not hasattr(PersistenceBase, "counts_bytes"):
    PersistenceBase.counts_bytes = True
    PersistenceBase._input = by_bytes(PersistenceBase._input)
