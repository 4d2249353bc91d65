"""Read stations and services of public transport: `snakemake data/processed/hanoi/services.parquet`."""

import json

from _run import counted, start

from creative_nodes.common import restore, tables
from creative_nodes.pull import PLACES, STUDY_AREA
from creative_nodes.streets import SERVICES, STATIONS, TRANSIT_NOTES, Gtfs, Transit, read_transit

log = start(snakemake)
files, settings = snakemake.input, snakemake.params.settings
plain = json.loads(settings)
area = tables.read(STUDY_AREA, files.study_area).iloc[0]
found = read_transit(
    files.osm,
    tables.read(PLACES, files.places),
    area=area.geometry,
    epsg=int(area["epsg"]),
    edge_buffer_m=plain["analysis.edge_buffer_m"],
    transit=restore(settings, "analysis.transit", Transit),
    gtfs=restore(settings, "city.gtfs", Gtfs) if plain["city.gtfs"] else None,
    feed=files.get("gtfs", []),
)
told = found.transit_notes.set_index("key")["text"].to_dict()
note = {**tables.carry_on(files.places, log.made_of()), "transit": told}
tables.write_all(vars(found), snakemake.output, STATIONS, SERVICES, TRANSIT_NOTES, provenance=note)
for one in found.transit_notes.itertuples():
    (log.warning if one.notice else log.info)("%s", one.text)
log.done(f"{counted(len(found.stations), 'station')}, {counted(found.services['service_id'].nunique(), 'service')}")
