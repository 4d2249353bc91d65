# Access: what each candidate reaches in a time, and how well residents are served today, hexagon by hexagon.


# snakemake data/processed/hanoi/isochrones.parquet
rule draw_isochrones:
    input:
        candidates="data/processed/{city}/candidates.parquet",
        study_area="data/processed/{city}/study_area.parquet",
        street_nodes="data/processed/{city}/street_nodes.parquet",
        street_edges="data/processed/{city}/street_edges.parquet",
    output:
        isochrones="data/processed/{city}/isochrones.parquet",
    log:
        "logs/{city}/draw_isochrones.log",
    benchmark:
        "logs/{city}/draw_isochrones.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=fingerprint("scripts/draw_isochrones.py"),
        settings=params_for("city.country", "analysis.travel", "analysis.isochrones"),
    script:
        "../../scripts/draw_isochrones.py"


# snakemake data/processed/hanoi/accessibility.parquet
rule map_accessibility:
    input:
        people="data/processed/{city}/people.parquet",
        creative="data/processed/{city}/located_creative.parquet",
        study_area="data/processed/{city}/study_area.parquet",
        street_nodes="data/processed/{city}/street_nodes.parquet",
        street_edges="data/processed/{city}/street_edges.parquet",
    output:
        accessibility="data/processed/{city}/accessibility.parquet",
    log:
        "logs/{city}/map_accessibility.log",
    benchmark:
        "logs/{city}/map_accessibility.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=fingerprint("scripts/map_accessibility.py"),
        settings=params_for(
            "city.country",
            "city.main_mode",
            "analysis.travel",
            "analysis.reach",
            "analysis.accessibility",
            "analysis.people_grid.link_within_m",
        ),
    script:
        "../../scripts/map_accessibility.py"
