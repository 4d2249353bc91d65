# People: residents on a grid, from a raster when there is one, else from the city total.


# snakemake data/processed/hanoi/people.parquet
rule spread_people:
    input:
        study_area="data/processed/{city}/study_area.parquet",
        places="data/processed/{city}/places.parquet",
        edges="data/processed/{city}/street_edges.parquet",
        raster=lambda w: raster_of(w.city) or [],
    output:
        people="data/processed/{city}/people.parquet",
    log:
        "logs/{city}/spread_people.log",
    benchmark:
        "logs/{city}/spread_people.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=fingerprint("scripts/spread_people.py"),
        settings=params_for(
            "city.people", "analysis.people_grid", "analysis.edge_buffer_m"
        ),
    script:
        "../../scripts/spread_people.py"
