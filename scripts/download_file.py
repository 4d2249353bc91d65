"""Download one file and note its SHA-256: `snakemake data/raw/downloads/<name>`."""

from pathlib import Path

from _run import start

from creative_nodes.pull import download_file, without_login

log = start(snakemake)
target = Path(snakemake.output.file)
url = snakemake.params.url
log.info("downloading %s", without_login(url))
done = download_file(url, target, progress=lambda got, total: log.debug("%s of %s bytes", got, total or "?"))
Path(snakemake.output.checksum).write_text(f"{done.sha256}  {target.name}\n", encoding="utf-8")
log.done(f"{target.name}, {done.bytes / 1e6:,.1f} MB")
