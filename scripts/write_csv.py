"""Write the results for spreadsheets: `snakemake data/processed/hanoi/csv`."""

from pathlib import Path

from _run import counted, start

from creative_nodes.common import tables
from creative_nodes.report import TABLES, pack

log = start(snakemake)
folder = Path(snakemake.output.folder)
folder.mkdir(parents=True, exist_ok=True)
frames = {name: tables.read(TABLES[name], path) for name, path in snakemake.input.items()}
for name, frame in pack.for_spreadsheets(frames).items():
    pack.write_csv(frame, folder / f"{name}.csv")
about = pack.about_tables({name: tables.provenance(path) for name, path in snakemake.input.items()})
pack.write_csv(about, folder / "about.csv")
log.done(f"{counted(len(about), 'table')}")
