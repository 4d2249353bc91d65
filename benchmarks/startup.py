"""What starting Python costs a cold run: processor seconds of imports, script by script, started anew and forked warm.

    python benchmarks/startup.py                   # jobs are counted in logs/*/*.benchmark.tsv of this folder
    python benchmarks/startup.py --script draw_map # one script, and which packages cost it

Each script's own import statements run in a process of its own under `-X importtime`: once alone, as Snakemake starts
it, and once after the modules that `workflow/rules/warm.smk` imports for all jobs of a run. The processor seconds are
the process's own; `-X importtime`, which reads the clock, tells how they divide among packages. Imports within
functions are not seen.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# the script's preamble by Snakemake, before its first line
PREAMBLE = ("snakemake.logging", "snakemake.iocontainers")
CLOCK = "import sys, time; sys.stderr.write(f'seconds {time.process_time()}\\n')"
LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \| *(\S+)")


@dataclass(frozen=True)
class Cost:
    """Processor seconds of a script's imports, and microseconds by the clock of each package."""

    seconds: float
    packages: Counter[str]


def preloaded() -> list[str]:
    """Return the modules that a run of many jobs imports once."""
    text = (ROOT / "workflow" / "rules" / "warm.smk").read_text(encoding="utf-8")
    found = re.search(r"^MODULES = (\(.*?^\))", text, re.MULTILINE | re.DOTALL)
    assert found
    return list(ast.literal_eval(found[1]))


def imports_of(script: Path) -> str:
    """Return the import statements of a script."""
    tree = ast.parse(script.read_text(encoding="utf-8"))
    return "\n".join(ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))


def cost_of(before: str, code: str) -> Cost:
    """Import in a new process; what is imported before the first clock does not count."""
    lines = [f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r})", before, CLOCK, code, CLOCK]
    command = [sys.executable, "-X", "importtime", "-c", "\n".join(lines)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    _, *parts = re.split(r"^seconds (.*)\n", done.stderr, flags=re.MULTILINE)
    start, said, end = parts[0], parts[1], parts[2]
    packages: Counter[str] = Counter()
    for microseconds, module in LINE.findall(said):
        packages[module.split(".")[0]] += int(microseconds)
    return Cost(float(end) - float(start), packages)


def least(before: str, code: str, runs: int) -> Cost:
    """Return the cheapest of some runs: the others were disturbed."""
    return min((cost_of(before, code) for _ in range(runs)), key=lambda cost: cost.seconds)


def jobs_in(logs: Path) -> Counter[str]:
    """Count the jobs of each rule that left figures, without those of the sample town."""
    files = [path for path in logs.rglob("*.benchmark.tsv") if path.parent.name != "sample"]
    return Counter(path.name.split(".")[0] for path in files)


def told(name: str, alone: Cost, warm: Cost, jobs: int) -> str:
    """Say what a script costs in a line: jobs, seconds alone and warm, and the dearest packages of what is left."""
    dearest = ", ".join(f"{package} {count / 1e6:.2f}" for package, count in warm.packages.most_common(4))
    return f"{name:<18} {jobs:>4} {alone.seconds:>7.2f} {warm.seconds:>7.2f}  {dearest}"


def main() -> None:
    """Print a line a script, and what they come to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--logs", type=Path, default=ROOT / "logs", help="of a finished run, to count jobs")
    parser.add_argument("--script", help="this one alone")
    parser.add_argument("--runs", type=int, default=3, help="the cheapest of so many counts")
    options = parser.parse_args()
    jobs = jobs_in(options.logs)
    names = [options.script] if options.script else sorted(jobs)
    before = "\n".join(f"import {module}" for module in preloaded())
    preamble = "\n".join(f"import {module}" for module in PREAMBLE)
    server = least("", before, options.runs).seconds
    alone_s = warm_s = 0.0
    print(f"{'script':<18} {'jobs':>4} {'alone':>7} {'forked':>7}  dearest packages when forked, s")
    for name in names:
        code = f"{preamble}\n{imports_of(ROOT / 'scripts' / f'{name}.py')}"
        alone, warm = least("", code, options.runs), least(before, code, options.runs)
        alone_s, warm_s = alone_s + alone.seconds * jobs[name], warm_s + warm.seconds * jobs[name]
        print(told(name, alone, warm, jobs[name]), flush=True)
    print(f"\n{sum(jobs[name] for name in names)} jobs started anew: {alone_s:.1f} s of processor time")
    print(f"forked: {warm_s:.1f} s, and {server:.1f} s once for what all share: {warm_s + server:.1f} s")


if __name__ == "__main__":
    main()
