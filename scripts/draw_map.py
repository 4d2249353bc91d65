"""Write one city's page: `snakemake reports/hanoi.html`."""

import json
from functools import partial
from pathlib import Path

from _run import start

from creative_nodes import tables
from creative_nodes.locate.taxonomy import read_taxonomy
from creative_nodes.report import basemap, districts, links, page, settings, view

log = start(snakemake)
drawn = ("places", "street_edges")
paths = {name: path for name, path in snakemake.input.items() if name in tables.TABLES}
frames = {name: tables.read(name, path) for name, path in paths.items() if name not in drawn}
pulled = json.loads(Path(snakemake.input.provenance).read_text(encoding="utf-8"))
provenance = {**pulled, **tables.provenance(paths["scores"])}
words = {}
for name in ("heritage_taxonomy", "creative_taxonomy"):
    words |= read_taxonomy(snakemake.input[name]).classes
chosen = settings.settings_of(snakemake.params.settings)
near = districts.read_districts(paths["places"])
told = links.read_links(paths["places"], frames["heritage"]["osm_ids"].explode().dropna())
speak = partial(view.city_page, frames, provenance, chosen, words=words, links=told, districts=near)
city = speak()
paper = basemap.draw(
    basemap.read_places(paths["places"]), basemap.read_roads(paths["street_edges"]), city.area, city.epsg
)
text = page.city_html(speak, paper)
page.write(text, snakemake.output.page)
log.info("not known: %s", ", ".join(page.missing(city)) or "nothing")
log.done(f"{len(city.ranked)} sites ranked, {len(text.encode()) / 1e6:.1f} MB")
