# Access: what each candidate reaches in a time, and how well residents are served today, hexagon by hexagon.


# snakemake data/processed/hanoi/isochrones.parquet
rule draw_isochrones:
    input:
        **TRANSPORT,
        candidates="data/processed/{city}/candidates.parquet",
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
        settings=params_for(*TRANSPORT_KEYS, "analysis.isochrones"),
    script:
        "../../scripts/draw_isochrones.py"


# snakemake data/processed/hanoi/accessibility.parquet
rule map_accessibility:
    input:
        **TRANSPORT,
        people="data/processed/{city}/people.parquet",
        creative="data/processed/{city}/located_creative.parquet",
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
            *TRANSPORT_KEYS,
            "city.main_mode",
            "analysis.reach",
            "analysis.accessibility",
            "analysis.people_grid.link_within_m",
        ),
    script:
        "../../scripts/map_accessibility.py"
