# Score: rank the candidates, say how sure the rank is, and pack the tables for desktop GIS.


# snakemake data/processed/hanoi/scores.parquet
rule score_candidates:
    input:
        candidates="data/processed/{city}/candidates.parquet",
    output:
        scores="data/processed/{city}/scores.parquet",
    log:
        "logs/{city}/score_candidates.log",
    benchmark:
        "logs/{city}/score_candidates.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=fingerprint("scripts/score_candidates.py"),
        settings=params_for("analysis.score", "analysis.seed"),
    script:
        "../../scripts/score_candidates.py"


# snakemake data/processed/hanoi/hanoi.gpkg
rule pack_geopackage:
    input:
        candidates="data/processed/{city}/candidates.parquet",
        scores="data/processed/{city}/scores.parquet",
        heritage="data/processed/{city}/heritage.parquet",
        creative="data/processed/{city}/creative.parquet",
        clusters="data/processed/{city}/clusters.parquet",
        study_area="data/processed/{city}/study_area.parquet",
        completeness="data/processed/{city}/completeness.parquet",
    output:
        geopackage="data/processed/{city}/{city}.gpkg",
    log:
        "logs/{city}/pack_geopackage.log",
    benchmark:
        "logs/{city}/pack_geopackage.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=fingerprint("scripts/pack_geopackage.py"),
    script:
        "../../scripts/pack_geopackage.py"
