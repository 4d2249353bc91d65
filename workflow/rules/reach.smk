# Reach: which spaces cluster and link today, and who and what each candidate can serve.


# snakemake data/processed/hanoi/clusters.parquet
rule connect_spaces:
    input:
        **STREETS,
        creative="data/processed/{city}/located_creative.parquet",
        heritage="data/processed/{city}/heritage.parquet",
        places="data/processed/{city}/places.parquet",
    output:
        creative="data/processed/{city}/creative.parquet",
        clusters="data/processed/{city}/clusters.parquet",
        links="data/processed/{city}/links.parquet",
        nearest="data/processed/{city}/nearest.parquet",
        colocation="data/processed/{city}/colocation.parquet",
    log:
        "logs/{city}/connect_spaces.log",
    benchmark:
        "logs/{city}/connect_spaces.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=fingerprint("scripts/connect_spaces.py"),
        settings=params_for(
            *STREET_KEYS,
            "analysis.clusters",
            "analysis.network",
            "analysis.seed",
        ),
    script:
        "../../scripts/connect_spaces.py"


# snakemake data/processed/hanoi/candidates.parquet
rule measure_reach:
    input:
        **TRANSPORT,
        heritage="data/processed/{city}/heritage.parquet",
        creative="data/processed/{city}/located_creative.parquet",
        amenities="data/processed/{city}/amenities.parquet",
        people="data/processed/{city}/people.parquet",
    output:
        **tables_of("candidates", "reach", "parts", "modes", "site_links"),
    log:
        "logs/{city}/measure_reach.log",
    benchmark:
        "logs/{city}/measure_reach.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=fingerprint("scripts/measure_reach.py"),
        settings=params_for(
            *TRANSPORT_KEYS,
            "city.main_mode",
            "analysis.reach",
            "analysis.network",
            "analysis.candidates",
            "analysis.people_grid.link_within_m",
        ),
    script:
        "../../scripts/measure_reach.py"


# snakemake data/processed/hanoi/indicators.parquet
rule describe_city:
    input:
        **tables_of(
            "study_area",
            "heritage",
            "creative",
            "clusters",
            "links",
            "nearest",
            "colocation",
            "people",
            "candidates",
            "street_edges",
            "registry",
            "imports",
            "completeness",
            "modes",
            "stations",
            "transit_notes",
        ),
        provenance="data/raw/{city}/provenance.json",
        heritage_taxonomy=lambda w: settings_of(
            w.city
        ).analysis.locate.heritage_taxonomy,
        creative_taxonomy=lambda w: settings_of(
            w.city
        ).analysis.locate.creative_taxonomy,
    output:
        indicators="data/processed/{city}/indicators.parquet",
    log:
        "logs/{city}/describe_city.log",
    benchmark:
        "logs/{city}/describe_city.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=fingerprint("scripts/describe_city.py"),
        settings=params_for(
            "city.people",
            "analysis.network",
            "analysis.clusters",
            "analysis.edge_buffer_m",
            "analysis.candidates",
            "analysis.completeness",
            "analysis.seed",
        ),
    script:
        "../../scripts/describe_city.py"
