# People: residents on a grid, from the first there is of a raster, a table, the city total; and how completely the ground
# they live on is mapped.


# snakemake data/processed/hanoi/people.parquet
rule spread_people:
    input:
        study_area="<tables>/{city}/study_area.parquet",
        places="<tables>/{city}/places.parquet",
        edges="<tables>/{city}/street_edges.parquet",
        raster=lambda w: given(chosen_population(w.city, "raster")),
        table=lambda w: given(chosen_population(w.city, "table")),
    output:
        people="<tables>/{city}/people.parquet",
    log:
        "<logs>/{city}/spread_people.log",
    benchmark:
        "<logs>/{city}/spread_people.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("spread_people"),
    params:
        code=code_of("spread_people"),
        settings=params_for(
            "city.people", "analysis.people_grid", "analysis.edge_buffer_m"
        ),
    script:
        "../../scripts/spread_people.py"


# snakemake data/processed/hanoi/completeness.parquet
rule map_completeness:
    input:
        study_area="<tables>/{city}/study_area.parquet",
        places="<tables>/{city}/places.parquet",
        street_edges="<tables>/{city}/street_edges.parquet",
        people="<tables>/{city}/people.parquet",
    output:
        completeness="<tables>/{city}/completeness.parquet",
    log:
        "<logs>/{city}/map_completeness.log",
    benchmark:
        "<logs>/{city}/map_completeness.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("map_completeness"),
    params:
        code=code_of("map_completeness"),
        settings=params_for("analysis.completeness"),
    script:
        "../../scripts/map_completeness.py"
