"""Write the streets of a mode as a graph of OSMnx: `snakemake data/processed/hanoi/streets_walk.graphml`."""

from _run import counted, start
from osmnx.io import save_graphml

from creative_nodes.common import tables
from creative_nodes.pull import STREET_EDGES, STREET_NODES
from creative_nodes.streets import osmnx_graph, read_streets

log = start(snakemake)
files, settings = snakemake.input, snakemake.params.settings
graph = osmnx_graph(
    read_streets(files, settings).network(snakemake.wildcards.mode),
    tables.read(STREET_NODES, files.street_nodes),
    tables.read(STREET_EDGES, files.street_edges),
)
save_graphml(graph, snakemake.output.graph)
log.done(f"{counted(len(graph), 'node')}, {counted(graph.number_of_edges(), 'edge')}")
