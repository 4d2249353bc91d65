# Travel: stations and services of public transport, from a GTFS feed or OSM's routes.


# snakemake data/processed/hanoi/services.parquet
rule read_transit:
    input:
        osm="<raw>/{city}/osm.pbf",
        provenance="<raw>/{city}/provenance.json",
        places="<tables>/{city}/places.parquet",
        study_area="<tables>/{city}/study_area.parquet",
        gtfs=lambda w: given(gtfs_of(w.city)),
    output:
        stations="<tables>/{city}/stations.parquet",
        services="<tables>/{city}/services.parquet",
        transit_notes="<tables>/{city}/transit_notes.parquet",
    log:
        "<logs>/{city}/read_transit.log",
    benchmark:
        "<logs>/{city}/read_transit.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("read_transit"),
    params:
        code=code_of("read_transit"),
        settings=params_for("city.gtfs", "analysis.transit", "analysis.edge_buffer_m"),
    script:
        "../../scripts/read_transit.py"


# snakemake data/processed/hanoi/streets_walk.graphml
rule write_graph:
    input:
        **STREETS,
    output:
        graph="<tables>/{city}/streets_{mode}.graphml",
    log:
        "<logs>/{city}/write_graph.{mode}.log",
    benchmark:
        "<logs>/{city}/write_graph.{mode}.benchmark.tsv"
    wildcard_constraints:
        mode="walk|bike|motorbike|car",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("write_graph"),
    params:
        code=code_of("write_graph"),
        settings=params_for(*STREET_KEYS),
    script:
        "../../scripts/write_graph.py"
