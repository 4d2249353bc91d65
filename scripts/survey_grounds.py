"""List industrial ground whose age nobody has written down: `snakemake data/processed/hanoi/survey.parquet`."""

import json

from _run import counted, start

from creative_nodes.common import tables
from creative_nodes.locate import GROUNDS, HERITAGE, SURVEY, city_languages, look_around, read_taxonomy, survey_list
from creative_nodes.people import PEOPLE
from creative_nodes.pull import PLACES, STREET_EDGES, STUDY_AREA

log = start(snakemake)
files, settings = snakemake.input, json.loads(snakemake.params.settings)
told = tables.read_all(files, STUDY_AREA, PLACES, STREET_EDGES, PEOPLE, HERITAGE, GROUNDS)
epsg = int(told["study_area"]["epsg"].iloc[0])
tags = tables.parse_tags(told["places"])
languages = city_languages(settings["city.languages"], settings["city.country"])
around = look_around(told["places"], tags, told["street_edges"], told["people"], epsg=epsg, languages=languages)
taxonomy = read_taxonomy(files.heritage_taxonomy, languages=languages)
survey = survey_list(told["grounds"], around, told["heritage"], taxonomy.setting, epsg=epsg, wording=taxonomy.wording)
note = tables.carry_on(files.heritage, log.made_of())
tables.write(survey, SURVEY, snakemake.output.survey, provenance=note)
log.done(f"{counted(len(survey), 'ground')} worth a look")
