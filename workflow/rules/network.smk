# Network: which spaces cluster and link today.


# snakemake data/processed/hanoi/clusters.parquet
rule connect_spaces:
    input:
        **STREETS,
        creative="<tables>/{city}/located_creative.parquet",
        heritage="<tables>/{city}/heritage.parquet",
        places="<tables>/{city}/places.parquet",
    output:
        creative="<tables>/{city}/creative.parquet",
        clusters="<tables>/{city}/clusters.parquet",
        links="<tables>/{city}/links.parquet",
        nearest="<tables>/{city}/nearest.parquet",
        colocation="<tables>/{city}/colocation.parquet",
    log:
        "<logs>/{city}/connect_spaces.log",
    benchmark:
        "<logs>/{city}/connect_spaces.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("connect_spaces"),
    params:
        code=code_of("connect_spaces"),
        settings=params_for(
            *STREET_KEYS,
            "analysis.clusters",
            "analysis.network",
            "analysis.seed",
        ),
    script:
        "../../scripts/connect_spaces.py"
