# Score: rank the candidates, also under other priorities, say how sure the ranks are, and pack the tables for desktop GIS.


# snakemake data/processed/hanoi/scores.parquet
rule score_candidates:
    input:
        candidates="<tables>/{city}/candidates.parquet",
    output:
        scores="<tables>/{city}/scores.parquet",
    log:
        "<logs>/{city}/score_candidates.log",
    benchmark:
        "<logs>/{city}/score_candidates.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("score_candidates"),
    params:
        code=code_fingerprint("scripts/score_candidates.py"),
        settings=params_for("analysis.score", "analysis.seed"),
    script:
        "../../scripts/score_candidates.py"


# snakemake data/processed/hanoi/scenarios.parquet
rule score_scenarios:
    input:
        candidates="<tables>/{city}/candidates.parquet",
        scenario_candidates="<tables>/{city}/scenario_candidates.parquet",
    output:
        scenarios="<tables>/{city}/scenarios.parquet",
    log:
        "<logs>/{city}/score_scenarios.log",
    benchmark:
        "<logs>/{city}/score_scenarios.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("score_scenarios"),
    params:
        code=code_fingerprint("scripts/score_scenarios.py"),
        settings=params_for("analysis.score", "analysis.scenarios"),
    script:
        "../../scripts/score_scenarios.py"
