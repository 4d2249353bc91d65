"""Locate industrial-heritage sites and creative spaces: `snakemake data/processed/hanoi/heritage.parquet`."""

import json

from _run import start

from creative_nodes.common import restore, tables
from creative_nodes.locate import (
    CITY_LANGUAGES,
    LOCATED,
    Locate,
    Scope,
    locate,
    read_imports,
    read_registry,
    read_taxonomies,
)
from creative_nodes.pull import PLACES, STUDY_AREA

log = start(snakemake)
files, settings = snakemake.input, json.loads(snakemake.params.settings)
row = tables.read(STUDY_AREA, files.study_area).iloc[0]
area = {"area": row.geometry, "epsg": int(row["epsg"])}
buffer = {"edge_buffer_m": settings["analysis.edge_buffer_m"]}
paths = [files[f"{kind}_taxonomy"] for kind in ("heritage", "creative", "amenity")]
rules, languages = read_taxonomies(paths, settings["city.languages"], settings["city.country"])
scope = Scope.of(**area, **buffer, local_name=settings["city.local_name"], taxonomies=rules)
located = locate(
    tables.read(PLACES, files.places),
    rules,
    known=read_registry(files.registry, **area) if files.get("registry") else [],
    lists=read_imports(files.get("imports", []), settings["city.imports"], scope),
    settings=restore(snakemake.params.settings, "analysis.locate", Locate),
    **buffer,
    **area,
)
note = tables.carry_on(files.places, log.made_of())
tables.write(languages, CITY_LANGUAGES, snakemake.output.city_languages, provenance=note)
tables.write_all(vars(located), snakemake.output, *LOCATED, provenance=note)
for one in located.imports.itertuples():
    log.info("%s: %d rows, %d placed, %d matched; offsets %s", one.file, one.n, one.placed, one.matched, one.offsets)
for warning in filter(None, [*languages["warning"], *located.imports["warning"]]):
    log.warning("%s", warning)
log.done(str(located))
