"""Try a site: `snakemake whatif --config city=hanoi at=21.0401,105.8702 status=vacated`."""

import json

from _run import start

from creative_nodes.common import tables
from creative_nodes.locate import city_languages, read_taxonomy
from creative_nodes.reach import World
from creative_nodes.report import TABLES, write_csv
from creative_nodes.settings import Analysis
from creative_nodes.streets import read_streets
from creative_nodes.whatif import (
    BESIDE,
    COMBINED,
    BaseCity,
    read_asked,
    sites_asked,
    trial_in_words,
    trial_warnings,
    tried_sites,
    try_sites,
)

log = start(snakemake)
settings, files, made = snakemake.params.settings, snakemake.input, snakemake.output
plain, asked = json.loads(settings), json.loads(snakemake.params.asked)
languages = city_languages(plain["city.languages"], plain["city.country"])
city = BaseCity(
    frames=tables.read_all(files, *map(TABLES.__getitem__, (*COMBINED, *BESIDE))),
    world=World(**tables.read_all(files, *map(TABLES.__getitem__, ("creative", "amenities", "people", "stations")))),
    streets=read_streets(files, settings),
    taxonomy=read_taxonomy(files.heritage_taxonomy, languages=languages),
    analysis=Analysis.model_validate(plain["analysis"]),
    main_mode=plain["city.main_mode"],
)
trial = try_sites(tried_sites(sites_asked(read_asked(asked)), city), city)
note = {**tables.carry_on(files.candidates, log.made_of()), "what_if": asked}
tables.write_all(trial.tables(), made, *map(TABLES.__getitem__, trial.tables()), provenance=note)
for name in ("candidates", "scores"):
    write_csv(getattr(trial, name), made[f"{name}_csv"])
for told in trial_warnings(trial):
    log.warning("%s", told)
log.done(trial_in_words(trial))
