"""Download one file and note its SHA-256: `snakemake data/raw/downloads/<name>`."""

from pathlib import Path

from _run import start

from creative_nodes.pull import ProgressLine, fetch
from creative_nodes.settings import wanted_downloads

log = start(snakemake)
target = Path(snakemake.output.file)
# not as parameters of the rule: URLs may hold secrets, and patience changes no file
wanted, internet = wanted_downloads(snakemake.config)
progress = ProgressLine(target.name, log.tell)
done = fetch(wanted[target.name], target, internet=internet, report=log.tell, progress=progress)
Path(snakemake.output.checksum).write_text(f"{done.sha256}  {target.name}\n", encoding="utf-8")
log.done(f"{target.name}, {done.bytes / 1e6:,.1f} MB")
