# Network: which spaces cluster and link today.


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
        code=code_fingerprint("scripts/connect_spaces.py"),
        settings=params_for(
            *STREET_KEYS,
            "analysis.clusters",
            "analysis.network",
            "analysis.seed",
        ),
    script:
        "../../scripts/connect_spaces.py"
