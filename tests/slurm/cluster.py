"""A real Slurm of one node on this machine, with its configuration and state in one folder.

    python tests/slurm/cluster.py start /tmp/slurm      # then: export PATH=/tmp/slurm/bin:$PATH
    python tests/slurm/cluster.py stop /tmp/slurm

It installs nothing: it says which of Debian's packages `munge` and `slurm-wlm` are missing. It must run as root, since
slurmd starts the jobs of others. There is no accounting: status comes from squeue.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = {
    "munged": "munge",
    "slurmctld": "slurm-wlm",
    "slurmd": "slurm-wlm",
    "sbatch": "slurm-wlm",
    "squeue": "slurm-wlm",
    "scontrol": "slurm-wlm",
}
DAEMONS = ("slurmd", "slurmctld", "munged")
# called through wrappers that name the configuration: the executor takes SLURM_CONF out of a job's environment
COMMANDS = ("sbatch", "scancel", "scontrol", "sinfo", "squeue", "srun")
PATIENCE_S = 60
NODE = "node1"
SEARCH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"

CONF = """\
ClusterName=creative
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={worker}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0,sched_min_interval=0
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
JobRequeue=1
ReturnToService=2
SlurmdTimeout=5
KillWait=2
MinJobAge=7200
NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} State=UNKNOWN
PartitionName=main Nodes={node} Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """Say what keeps Slurm from running here; empty when nothing does."""
    packages = sorted({package for program, package in PROGRAMS.items() if not shutil.which(program, path=SEARCH)})
    if packages:
        return f"not installed: apt-get install {' '.join(packages)}"
    return "" if os.geteuid() == 0 else "slurmd must be started as root"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _memory_mb() -> int:
    """Return what the node offers: half of the machine, in MB."""
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**21)


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]


def _name(process: int) -> str:
    """Return what a process is called; nothing for one that is gone."""
    try:
        return Path(f"/proc/{process}/comm").read_text()
    except OSError:
        return ""


def _parent(process: int) -> int:
    """Return the parent of a process; 0 of one that is gone."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _descendants(ancestors: list[int]) -> list[int]:
    """Return the processes that some have started, and those that these have."""
    parents = {process: _parent(process) for process in _processes()}
    found = list(ancestors)
    for ancestor in found:
        found += [process for process, parent in parents.items() if parent == ancestor]
    return found[len(ancestors) :]


@dataclass(frozen=True)
class Cluster:
    """One controller and one node in a folder."""

    folder: Path

    @property
    def env(self) -> dict[str, str]:
        """Return the environment in which Slurm's commands find this cluster."""
        return {**os.environ, "PATH": f"{self.folder / 'bin'}:{SEARCH}"}

    def jobs(self) -> dict[int, dict[str, str]]:
        """Return what the controller knows of each job, finished ones too, by its number."""
        lines = self.run("scontrol", "--oneliner", "--all", "show", "jobs").splitlines()
        told = [dict(word.split("=", 1) for word in line.split() if "=" in word) for line in lines]
        return {int(one["JobId"]): one for one in told if "JobId" in one}

    def run(self, *command: str) -> str:
        """Run one of Slurm's commands; return what it prints."""
        return subprocess.run(command, env=self.env, capture_output=True, text=True, check=True, timeout=30).stdout

    def start(self) -> None:
        """Write the configuration, start the daemons and wait until the node takes jobs."""
        for part in ("", "bin", "state", "spool"):
            (self.folder / part).mkdir(parents=True, exist_ok=True, mode=0o755)
        conf = CONF.format(
            folder=self.folder,
            host=socket.gethostname().split(".")[0],
            controller=_free_port(),
            worker=_free_port(),
            node=NODE,
            cpus=os.cpu_count(),
            memory=_memory_mb(),
        )
        (self.folder / "slurm.conf").write_text(conf, encoding="utf-8")
        self._write_commands()
        self._start_munge()
        self._daemon("slurmctld")
        self.start_node()

    def _write_commands(self) -> None:
        for name in COMMANDS:
            wrapper = self.folder / "bin" / name
            real = shutil.which(name, path=SEARCH)
            wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={self.folder}/slurm.conf exec {real} "$@"\n', encoding="utf-8")
            wrapper.chmod(0o755)

    def _start_munge(self) -> None:
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        made = {"socket": "socket", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
        told = [f"--{option}={self.folder}/munge.{suffix}" for option, suffix in made.items()]
        # a folder for tests may lie below one that others can write to
        subprocess.run(["munged", "--force", f"--key-file={key}", *told], env=self.env, check=True, capture_output=True)
        (self.folder / "munge.pid").rename(self.folder / "munged.pid")

    def _daemon(self, name: str, *arguments: str) -> None:
        command = [name, "-f", str(self.folder / "slurm.conf"), *arguments]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{name} did not start: {done.stdout}{done.stderr}")

    def start_node(self) -> None:
        """Start slurmd and wait until the node takes jobs."""
        self._daemon("slurmd", "-N", NODE)
        self._wait_for("idle", "mixed", "allocated")

    def _wait_for(self, *states: str) -> None:
        until = time.monotonic() + PATIENCE_S
        while self.node_state() not in states:
            if time.monotonic() > until:
                raise RuntimeError(
                    f"the node does not become {states[0]}: {self.node_state()}; see {self.folder}/*.log"
                )
            time.sleep(0.5)

    def node_state(self) -> str:
        """Return the node's state as sinfo says it."""
        try:
            return self.run("sinfo", "--noheader", "--format=%T").strip()
        except subprocess.CalledProcessError as error:
            return str(error.stderr).strip()

    def crash_node(self) -> None:
        """Kill slurmd and all jobs on the node as a power cut would, and wait until the controller misses it."""
        watchers = [one for one in _processes() if _name(one).startswith("slurmstepd") and self._logs_here(one)]
        # who watches over a job goes first, else it reports that the job failed
        for process in [self.pid("slurmd"), *watchers, *_descendants(watchers)]:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._wait_for("down", "down*")

    def _logs_here(self, process: int) -> bool:
        """Say whether a process writes into the log of this cluster's node."""
        with suppress(OSError):
            opened = [one.readlink() for one in Path(f"/proc/{process}/fd").iterdir()]
            return self.folder / "slurmd.log" in opened
        return False

    def pid(self, daemon: str) -> int:
        """Return a daemon's process id."""
        return int((self.folder / f"{daemon}.pid").read_text())

    def stop(self) -> None:
        """End the jobs that are left, then the daemons that run, and wait for them."""
        with suppress(subprocess.SubprocessError, OSError):
            self.run("scancel", "--user=root", "--signal=KILL")
        for daemon in DAEMONS:
            self._end(daemon)

    def _end(self, daemon: str) -> None:
        try:
            process = self.pid(daemon)
            os.kill(process, signal.SIGTERM)
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and Path(f"/proc/{process}").exists():
            time.sleep(0.1)


def main(arguments: list[str]) -> str:
    """Start or stop the cluster of a folder; return what is wrong, empty when nothing is."""
    if len(arguments) != 2 or arguments[0] not in ("start", "stop"):
        return __doc__ or ""
    cluster = Cluster(Path(arguments[1]).resolve())
    if arguments[0] == "stop":
        cluster.stop()
        return ""
    if problem := missing():
        return problem
    cluster.start()
    sys.stdout.write(f"export PATH={cluster.folder}/bin:$PATH\n")
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or 0)
