"""The folder of this workflow, where files are looked for that the working folder lacks."""

import gc
import os
from pathlib import Path

from creative_nodes.common import (
    HOME,
    InputError,
    code_fingerprint,
    found,
    keep_hashes,
    read_yaml,
)

# what Snakemake has imported stays, and a plan of many jobs is looked through for what could go again and again
gc.freeze()
gc.set_threshold(100_000, 50, 100)

PROJECT = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parents[1]
# scripts look there too
os.environ[HOME] = str(PROJECT)


def readable(path):
    """Tell in which line a file is no valid YAML; of the configuration, Snakemake tells neither line nor file."""
    try:
        if path.exists():
            read_yaml(path)
    except InputError as error:
        raise WorkflowError(str(error)) from None
    return path


def code_of(script):
    """Return the fingerprint of the code that a script uses."""
    return code_fingerprint(PROJECT / "scripts" / f"{script}.py")
