"""Lay out what is little and much of each criterion in a city: `snakemake data/processed/hanoi/scales.parquet`."""

from _run import start

from creative_nodes.common import restore, tables
from creative_nodes.reach import REFERENCE
from creative_nodes.score import CORRELATIONS, SCALES, AnchorShares, city_correlations, city_scales

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
reference = tables.read(REFERENCE, files.reference)
scales = city_scales(reference, restore(settings, "analysis.score.anchors", AnchorShares))
found = {"scales": scales, "correlations": city_correlations(reference)}
note = tables.carry_on(files.reference, log.made_of())
tables.write_all(found, snakemake.output, SCALES, CORRELATIONS, provenance=note)
left_out = scales.loc[~scales["in_use"], "criterion"]
log.done(
    f"{scales['in_use'].sum()} of {len(scales)} criteria count here" + "".join(f", not {name}" for name in left_out)
)
