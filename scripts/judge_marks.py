"""Judge what holds against which doubt: `snakemake data/processed/hanoi/marks.parquet`."""

from _run import start

from creative_nodes.common import restore, tables
from creative_nodes.doubt import BACKTEST_SUMMARY, MARKS, SET_DOUBT, SITE_DOUBT, judge_marks, marks_in_words
from creative_nodes.score import SCORES, Score

log = start(snakemake)
settings, files = snakemake.params.settings, snakemake.input
found = judge_marks(
    *tables.read_all(files, SITE_DOUBT, SET_DOUBT, SCORES, BACKTEST_SUMMARY).values(),
    draws=restore(settings, "analysis.score", Score).draws,
)
tables.write(found, MARKS, snakemake.output.marks, provenance=tables.carry_on(files.scores, log.made_of()))
log.done(marks_in_words(found))
