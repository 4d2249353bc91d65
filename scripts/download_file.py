"""Download one file and note its SHA-256: `snakemake data/raw/downloads/<name>`."""

from pathlib import Path

from _run import start

from creative_nodes.pull import DOWNLOADS, ProgressLine, fetch, hand_over
from creative_nodes.settings import wanted_downloads

log = start(snakemake)
name = snakemake.wildcards.download
# where it stays, so that what has come is there for the next run
target = DOWNLOADS / name
# not as parameters of the rule: URLs may hold secrets, and patience changes no file
wanted, internet = wanted_downloads(snakemake.config, leave_out=lambda error: log.debug("left out: %s", error))
done = fetch(wanted[name], target, internet=internet, report=log.tell, progress=ProgressLine(name, log.tell))
hand_over(target, Path(snakemake.output.file))
Path(snakemake.output.checksum).write_text(f"{done.sha256}  {name}\n", encoding="utf-8")
log.done(f"{name}, {done.bytes / 1e6:,.1f} MB")
