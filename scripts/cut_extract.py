"""Cut one OSM file into the areas of all cities that are made of it: a step of `snakemake all`."""

from pathlib import Path

from _run import counted, start

from creative_nodes.pull import DOWNLOADS, Asked, Asking, ResolvedSource, cut_together
from creative_nodes.settings import load_internet

log = start(snakemake)
source = ResolvedSource.model_validate_json(snakemake.params.source)
cities = [Asked.model_validate_json(text) for text in snakemake.params.cities]
done = cut_together(
    source.model_copy(update={"file": Path(snakemake.input.source[0])}),
    cities,
    Path(snakemake.output.cuts),
    # answers for all cities and runs, and out of the way of this rule's outputs
    asking=Asking(load_internet(snakemake.config), DOWNLOADS.parent / "answers", log.info),
)
log.done(f"{source.shown or Path(snakemake.input.source[0]).name}: {done} of {counted(len(cities), 'city', 'cities')}")
