"""Files run as forks of one process that has imported their libraries: as Python runs them, whoever dies."""

import ast
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from creative_nodes.common import can_fork

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(not can_fork(), reason="this system's processes cannot be forked")
# a program that begins to run files, as a run of Snakemake does; it says what each came to
PROGRAM = """
import sys
from creative_nodes.common import begin, end

def main():
    modules = sys.argv[1].split(",")
    for file in sys.argv[2:]:
        run = begin(file, modules=modules, title="a-title-longer-than-15", variables={"MEANT": "for it"})
        print("began", run.pid, flush=True)
        print("ended", end(run), flush=True)

if __name__ == "__main__":
    main()
"""


@pytest.fixture
def began(tmp_path):
    """Start the program on files with given texts; returns the process."""

    def start(*texts, modules="json"):
        program = tmp_path / "program.py"
        program.write_text(PROGRAM)
        files = []
        for number, text in enumerate(texts):
            files.append(tmp_path / f"script{number}.py")
            files[-1].write_text(text)
        command = [sys.executable, str(program), modules, *map(str, files)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)

    return start


def said(process):
    out, error = process.communicate(timeout=120)
    return [line for line in out.splitlines() if not line.startswith("began")], error


def test_a_file_runs_as_a_program_of_its_own(began, tmp_path):
    lines, error = said(
        began(
            "import os, sys, threading\n"
            "print(__name__, sys.modules['__main__'].__file__ == __file__ == sys.argv[0], 'json' in sys.modules)\n"
            "print(os.environ['MEANT'], os.getcwd(), open('/proc/self/comm').read().strip())\n"
            "made = 1",
            "print('made' in globals())",
        )
    )
    assert error == ""
    assert lines == ["__main__ True True", f"for it {tmp_path} a-title-longer-", "ended 0", "False", "ended 0"]


def test_failures_are_told_as_python_tells_them(began):
    lines, error = said(
        began(
            "import atexit\natexit.register(print, 'at the end')\n1 / 0",
            "import sys\nsys.exit('wrong setting')",
            "import sys\nsys.excepthook = lambda *found: print('hook', found[0].__name__)\nint('x')",
            "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        )
    )
    assert lines == ["at the end", "ended 1", "ended 1", "hook ValueError", "ended 1", f"ended {-signal.SIGKILL}"]
    assert error.count("ZeroDivisionError") == 1
    assert error.endswith("wrong setting\n")


def lives(number):
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("with_its_own", [True, False])
def test_a_run_and_its_server_end_with_who_began_it(began, tmp_path, with_its_own):
    inside = "import sys\nsys.path.insert(0, 'scripts')\nfrom creative_nodes.common import die_with_parent\n"
    inside += "die_with_parent()\n" * with_its_own
    process = began(inside + "import os, time\nprint('server', os.getppid(), flush=True)\ntime.sleep(120)")
    run = int(process.stdout.readline().split()[1])
    server = int(process.stdout.readline().split()[1])
    assert lives(run) and lives(server)
    process.kill()
    deadline = time.monotonic() + 30
    while (lives(run) or lives(server)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not lives(run) and not lives(server)


def imported_before():
    """What the workflow has its server import."""
    text = (ROOT / "workflow" / "rules" / "warm.smk").read_text(encoding="utf-8")
    return ast.literal_eval(re.search(r"^MODULES = (\(.*?^\))", text, re.MULTILINE | re.DOTALL)[1])


def test_what_the_workflow_imports_before_starts_no_threads(began):
    modules = imported_before()
    asked = (
        f"import os, sys\nprint(len(os.listdir(f'/proc/{{os.getppid()}}/task')), {set(modules)!r} <= set(sys.modules))"
    )
    lines, error = said(began(asked, modules=",".join(modules)))
    assert (lines, error) == (["1 True", "ended 0"], "")


def test_what_the_command_imports_is_imported_before_since_each_fork_reads_its_program_again():
    command = ast.parse(Path(sys.executable).with_name("snakemake").read_text(encoding="utf-8"))
    needed = {one.module for one in ast.walk(command) if isinstance(one, ast.ImportFrom)}
    assert needed and needed <= set(imported_before())


def test_a_server_that_ends_is_told(began, tmp_path):
    (tmp_path / "breaks.py").write_text("import os\nos._exit(3)")
    lines, error = said(began("print('never')", modules="breaks"))
    assert lines == []
    assert "OSError: the server that forks ended before it forked" in error


def test_runs_of_several_threads_each_come_to_their_own_end(tmp_path):
    """Multiprocessing alone tells 255 of a run that ended well, of one in fifteen here."""
    (tmp_path / "program.py").write_text(
        "import sys\nfrom concurrent.futures import ThreadPoolExecutor\nfrom creative_nodes.common import begin, end\n"
        "def run(code):\n"
        "    modules = ['creative_nodes.common.warm']\n"
        "    return end(begin(f'script{code}.py', modules=modules, title='short', variables={}))\n"
        "if __name__ == '__main__':\n"
        "    with ThreadPoolExecutor(4) as threads:\n"
        "        print(list(threads.map(run, [0, 3] * 60)) == [0, 3] * 60)\n"
    )
    for code in (0, 3):
        (tmp_path / f"script{code}.py").write_text(f"raise SystemExit({code})")
    command = [sys.executable, "program.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("True\n", "")
