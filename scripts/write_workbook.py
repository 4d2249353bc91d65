"""Write a city's results as workbooks, one a language: `snakemake data/processed/hanoi/hanoi.xlsx`."""

import json
from functools import partial
from pathlib import Path

from _run import counted, start

from creative_nodes.common import tables
from creative_nodes.locate import read_taxonomy
from creative_nodes.report import TABLES, city_page, read_districts, read_ground, settings_of, write_workbooks
from creative_nodes.runs import read_hashes

log = start(snakemake)
drawn = ("places", "street_edges")
paths = {name: path for name, path in snakemake.input.items() if name in TABLES}
frames = {name: tables.read(TABLES[name], path) for name, path in paths.items() if name not in drawn}
pulled = json.loads(Path(snakemake.input.provenance).read_text(encoding="utf-8"))
provenance = {**pulled, **tables.provenance(paths["scores"]), **read_hashes(snakemake.input.run)}
taxonomies = [read_taxonomy(snakemake.input[f"{name}_taxonomy"]) for name in ("heritage", "creative")]
words = {key: word for one in taxonomies for key, word in one.classes.items()}
near, ground = read_districts(paths["places"]), read_ground(*(paths[name] for name in drawn))
chosen = settings_of(snakemake.params.settings)
speak = partial(city_page, frames, provenance, chosen, words=words, districts=near, ground=ground)
n = write_workbooks(speak, frames, dict(snakemake.output.items()))
log.done(f"{counted(n, 'sheet')}, in {len(snakemake.output)} languages")
