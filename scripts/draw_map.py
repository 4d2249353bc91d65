"""Write one city's page and its slides: `snakemake reports/hanoi.html`."""

from _run import counted, start

from creative_nodes.report import (
    city_html,
    deck_html,
    grounds,
    missing_messages,
    read_city,
    read_paper,
    settings_of,
    write_page,
)
from creative_nodes.runs import read_hashes

log = start(snakemake)
files = dict(snakemake.input.items())
frames, speak = read_city(files, settings_of(snakemake.params.settings), made_of=read_hashes(files["run"]))
city = speak()
paper = read_paper(files["places"], files["street_edges"], city.area, city.epsg, sites=grounds(city))
text = city_html(speak, paper)
write_page(text, snakemake.output.page)
write_page(deck_html(speak, frames, paper=paper), snakemake.output.slides)
log.info("not known: %s", ", ".join(missing_messages(city)) or "nothing")
log.done(f"{counted(len(city.ranked), 'site')} ranked, {len(text.encode()) / 1e6:.1f} MB")
