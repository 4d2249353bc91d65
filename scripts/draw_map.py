"""Write one city's page: `snakemake reports/hanoi.html`."""

import json
from functools import partial
from pathlib import Path

from _run import start

from creative_nodes.common import tables
from creative_nodes.locate import read_taxonomy
from creative_nodes.report import (
    TABLES,
    city_html,
    city_page,
    grounds,
    missing_messages,
    read_districts,
    read_ground,
    read_links,
    read_paper,
    settings_of,
    write_page,
)
from creative_nodes.runs import read_hashes

log = start(snakemake)
drawn = ("places", "street_edges")
paths = {name: path for name, path in snakemake.input.items() if name in TABLES}
frames = {name: tables.read(TABLES[name], path) for name, path in paths.items() if name not in drawn}
pulled = json.loads(Path(snakemake.input.provenance).read_text(encoding="utf-8"))
provenance = {**pulled, **tables.provenance(paths["scores"]), **read_hashes(snakemake.input.run)}
taxonomies = [read_taxonomy(snakemake.input[f"{name}_taxonomy"]) for name in ("heritage", "creative")]
words = {key: word for one in taxonomies for key, word in one.classes.items()}
chosen = settings_of(snakemake.params.settings)
near, ground = read_districts(paths["places"]), read_ground(*(paths[name] for name in drawn))
told = read_links(paths["places"], frames["heritage"]["osm_ids"].explode().dropna())
speak = partial(city_page, frames, provenance, chosen, words=words, links=told, districts=near, ground=ground)
city = speak()
paper = read_paper(*(paths[name] for name in drawn), city.area, city.epsg, sites=grounds(city))
text = city_html(speak, paper)
write_page(text, snakemake.output.page)
log.info("not known: %s", ", ".join(missing_messages(city)) or "nothing")
log.done(f"{len(city.ranked)} sites ranked, {len(text.encode()) / 1e6:.1f} MB")
