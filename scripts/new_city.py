"""Write the file of a new city: `snakemake new_city --config name="Hoi An"`."""

import json

from _run import start

from creative_nodes.newcity import begin_city, read_new_city
from creative_nodes.pull import DOWNLOADS
from creative_nodes.settings import Config, load_config

log = start(snakemake)
config = load_config({key: value for key, value in snakemake.config.items() if key in Config.model_fields})
asked = read_new_city(json.loads(snakemake.params.asked))
path, to_fill = begin_city(asked, config, cache=DOWNLOADS.parent / "answers", report=log.tell)
for line in to_fill:
    log.tell(line)
log.done(f"{path}; look it over, then: snakemake {path.stem}")
