"""Try a site: `snakemake whatif --config city=hanoi at=21.0401,105.8702 status=disused`."""

import json

from _run import start

from creative_nodes import pack, tables, whatif
from creative_nodes.asked import read_asked
from creative_nodes.config import Analysis
from creative_nodes.locate.taxonomy import read_taxonomy
from creative_nodes.reach import World
from creative_nodes.travel.streets import read_streets

log = start(snakemake)
settings, files, made = snakemake.params.settings, snakemake.input, snakemake.output
plain = json.loads(settings)
asked = json.loads(snakemake.params.asked)
city = whatif.City(
    frames={name: tables.read(name, files[name]) for name in (*whatif.COMBINED, "study_area", "places", "sweeps")},
    world=World(**{name: tables.read(name, files[name]) for name in ("creative", "amenities", "people", "stations")}),
    streets=read_streets(files, settings),
    taxonomy=read_taxonomy(files.heritage_taxonomy),
    analysis=Analysis.model_validate(plain["analysis"]),
    main_mode=plain["city.main_mode"],
)
trial = whatif.try_sites(whatif.tried_sites(whatif.sites_asked(read_asked(asked)), city), city)
note = {**tables.carry_on(files.candidates, settings), "what_if": asked}
for name, table in trial.tables().items():
    tables.write(table, name, made[name], provenance=note)
for name in ("candidates", "scores"):
    pack.write_csv(getattr(trial, name), made[f"{name}_csv"])
for told in whatif.warnings(trial):
    log.warning("%s", told)
log.done(whatif.in_words(trial))
