"""Fetch newer versions of the downloaded files that are there: `snakemake refresh_downloads`."""

from _run import start

from creative_nodes.pull import DOWNLOADS, refresh_downloads
from creative_nodes.settings import wanted_downloads

log = start(snakemake)
wanted, internet = wanted_downloads(snakemake.config, leave_out=lambda error: log.warning("left out: %s", error))
for line in refresh_downloads(wanted, DOWNLOADS, internet=internet, report=log.tell):
    log.tell(line)
log.done()
