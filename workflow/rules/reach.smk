# Reach: which spaces cluster and link today, and who and what each candidate can serve.


# snakemake data/processed/hanoi/clusters.parquet
rule connect_spaces:
    input:
        creative="data/processed/{city}/located_creative.parquet",
        heritage="data/processed/{city}/heritage.parquet",
        places="data/processed/{city}/places.parquet",
        study_area="data/processed/{city}/study_area.parquet",
        street_nodes="data/processed/{city}/street_nodes.parquet",
        street_edges="data/processed/{city}/street_edges.parquet",
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
            "city.country",
            "analysis.travel",
            "analysis.clusters",
            "analysis.network",
            "analysis.seed",
        ),
    script:
        "../../scripts/connect_spaces.py"


# snakemake data/processed/hanoi/candidates.parquet
rule measure_reach:
    input:
        heritage="data/processed/{city}/heritage.parquet",
        creative="data/processed/{city}/located_creative.parquet",
        amenities="data/processed/{city}/amenities.parquet",
        people="data/processed/{city}/people.parquet",
        places="data/processed/{city}/places.parquet",
        study_area="data/processed/{city}/study_area.parquet",
        street_nodes="data/processed/{city}/street_nodes.parquet",
        street_edges="data/processed/{city}/street_edges.parquet",
    output:
        candidates="data/processed/{city}/candidates.parquet",
    log:
        "logs/{city}/measure_reach.log",
    benchmark:
        "logs/{city}/measure_reach.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=fingerprint("scripts/measure_reach.py"),
        settings=params_for(
            "city.country",
            "city.main_mode",
            "analysis.travel",
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
        **{
            name: f"data/processed/{{city}}/{name}.parquet"
            for name in (
                "study_area",
                "heritage",
                "creative",
                "clusters",
                "links",
                "nearest",
                "colocation",
                "people",
                "places",
                "candidates",
                "street_edges",
                "registry",
                "imports",
                "completeness",
            )
        },
        provenance="data/raw/{city}/provenance.json",
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
