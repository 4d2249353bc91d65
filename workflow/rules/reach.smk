# Reach: who and what each candidate can serve, what it reaches in a time, and how well residents are served today.

# what the position criteria are measured by
POSITION_KEYS = (
    *TRANSPORT_KEYS,
    "city.main_mode",
    "analysis.reach",
    "analysis.network",
    "analysis.people_grid.link_within_m",
)


# snakemake data/processed/hanoi/candidates.parquet
rule measure_reach:
    input:
        **TRANSPORT,
        heritage="<tables>/{city}/heritage.parquet",
        creative="<tables>/{city}/located_creative.parquet",
        amenities="<tables>/{city}/amenities.parquet",
        people="<tables>/{city}/people.parquet",
    output:
        **tables_of(
            "candidates", "reach", "parts", "modes", "site_links", "network_parts"
        ),
    log:
        "<logs>/{city}/measure_reach.log",
    benchmark:
        "<logs>/{city}/measure_reach.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("measure_reach"),
    params:
        code=code_of("measure_reach"),
        settings=params_for(
            *POSITION_KEYS,
            "analysis.candidates",
        ),
    script:
        "../../scripts/measure_reach.py"


# snakemake data/processed/hanoi/reference.parquet
rule measure_reference:
    input:
        **TRANSPORT,
        creative="<tables>/{city}/located_creative.parquet",
        amenities="<tables>/{city}/amenities.parquet",
        people="<tables>/{city}/people.parquet",
    output:
        reference="<tables>/{city}/reference.parquet",
    log:
        "<logs>/{city}/measure_reference.log",
    benchmark:
        "<logs>/{city}/measure_reference.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("measure_reference"),
    params:
        code=code_of("measure_reference"),
        settings=params_for(
            *POSITION_KEYS,
            "analysis.reference.places",
            "analysis.accessibility.h3_resolution",
            "analysis.seed",
        ),
    script:
        "../../scripts/measure_reference.py"


# snakemake data/processed/hanoi/cluster_reach.parquet
rule measure_clusters:
    input:
        **TRANSPORT,
        clusters="<tables>/{city}/clusters.parquet",
        creative="<tables>/{city}/creative.parquet",
        amenities="<tables>/{city}/amenities.parquet",
        people="<tables>/{city}/people.parquet",
    output:
        cluster_reach="<tables>/{city}/cluster_reach.parquet",
    log:
        "<logs>/{city}/measure_clusters.log",
    benchmark:
        "<logs>/{city}/measure_clusters.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("measure_clusters"),
    params:
        code=code_of("measure_clusters"),
        settings=params_for(*POSITION_KEYS),
    script:
        "../../scripts/measure_clusters.py"


# snakemake data/processed/hanoi/isochrones.parquet
rule draw_isochrones:
    input:
        **TRANSPORT,
        candidates="<tables>/{city}/candidates.parquet",
    output:
        isochrones="<tables>/{city}/isochrones.parquet",
    log:
        "<logs>/{city}/draw_isochrones.log",
    benchmark:
        "<logs>/{city}/draw_isochrones.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("draw_isochrones"),
    params:
        code=code_of("draw_isochrones"),
        settings=params_for(*TRANSPORT_KEYS, "analysis.isochrones"),
    script:
        "../../scripts/draw_isochrones.py"


# snakemake data/processed/hanoi/accessibility.parquet
rule map_accessibility:
    input:
        **TRANSPORT,
        people="<tables>/{city}/people.parquet",
        creative="<tables>/{city}/located_creative.parquet",
    output:
        accessibility="<tables>/{city}/accessibility.parquet",
    log:
        "<logs>/{city}/map_accessibility.log",
    benchmark:
        "<logs>/{city}/map_accessibility.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("map_accessibility"),
    params:
        code=code_of("map_accessibility"),
        settings=params_for(
            *TRANSPORT_KEYS,
            "city.main_mode",
            "analysis.reach",
            "analysis.accessibility",
            "analysis.people_grid.link_within_m",
        ),
    script:
        "../../scripts/map_accessibility.py"
