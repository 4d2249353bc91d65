"""Snakemake as forks of one process that has imported it: each call a process of its own, without seconds of imports.

Tests ask Snakemake hundreds of times what it would run, and most of each answer was importing Snakemake, its plugins
and the library. A fork is `python -m snakemake` all the same: its own folder, environment, output and exit code; the
jobs that it runs are started as ever.
"""

import json
import os
import runpy
import select
import subprocess
import sys
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path

# what Snakemake imports on its way to the rules, and the rules import
MODULES = (
    "snakemake.cli",
    "snakemake.benchmark",
    "snakemake.report.html_reporter",
    "snakemake.storage",
    "snakemake_storage_plugin_s3",
    "creative_nodes.common.fingerprint",
    "creative_nodes.common.warm",
    "creative_nodes.newcity.asked",
    "creative_nodes.report.gis.layers",
    "creative_nodes.report.settings",
    "creative_nodes.report.tables",
    "creative_nodes.runs.asked",
    "creative_nodes.whatif.asked",
)


def serve():
    """Import, then fork for each line that asks; answer with the exit code."""
    for name in MODULES:
        import_module(name)
    for line in sys.stdin:
        asked = json.loads(line)
        process = os.fork()
        if not process:
            become(**asked)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])}\n")
        sys.stdout.flush()


def become(arguments, folder, env, files):
    """Go on as `python -m snakemake` in a folder, with an environment, and the files in, out and error."""
    for number, (path, flags) in enumerate(zip(files, (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)):
        os.dup2(os.open(path, flags), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    tempfile.tempdir = None
    sys.path[0] = folder
    sys.argv = ["snakemake", *arguments]
    runpy.run_module("snakemake", run_name="__main__", alter_sys=True)


@cache
def server():
    """Start the process that forks; it ends with this one, which holds the other end of its input."""
    from creative_nodes.common.warm import ONE_THREAD

    env = {**os.environ, **ONE_THREAD}  # forks take no threads along
    command = [sys.executable, __file__]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)


def run(arguments, *, folder, env, timeout):
    """Run Snakemake as `subprocess.run` would with its output taken as text."""
    with tempfile.TemporaryDirectory() as place:
        out, error = Path(place, "out"), Path(place, "error")
        out.touch()
        error.touch()
        files = [os.devnull, str(out), str(error)]
        asked = {"arguments": arguments, "folder": str(folder), "env": env, "files": files}
        print(json.dumps(asked), file=server().stdin, flush=True)
        if not select.select([server().stdout], [], [], timeout)[0]:
            server().kill()
            server.cache_clear()
            raise subprocess.TimeoutExpired(arguments, timeout, out.read_bytes(), error.read_bytes())
        code = int(server().stdout.readline())
        return subprocess.CompletedProcess(arguments, code, out.read_text("utf-8"), error.read_text("utf-8"))


if __name__ == "__main__":
    serve()
