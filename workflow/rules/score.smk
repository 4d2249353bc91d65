# Score: rank the candidates, also under other priorities, say how sure the ranks are, and pack the tables for desktop GIS.


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


# snakemake data/processed/hanoi/scenario_candidates.parquet
rule measure_scenarios:
    input:
        **TRANSPORT,
        heritage="data/processed/{city}/heritage.parquet",
        creative="data/processed/{city}/located_creative.parquet",
        amenities="data/processed/{city}/amenities.parquet",
        people="data/processed/{city}/people.parquet",
    output:
        scenario_candidates="data/processed/{city}/scenario_candidates.parquet",
    log:
        "logs/{city}/measure_scenarios.log",
    benchmark:
        "logs/{city}/measure_scenarios.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=fingerprint("scripts/measure_scenarios.py"),
        settings=params_for(
            *TRANSPORT_KEYS, "city.main_mode", "analysis.people_grid.link_within_m"
        ),
        own=lambda w: own_reach(settings_of(w.city)),
    script:
        "../../scripts/measure_scenarios.py"


# snakemake data/processed/hanoi/scenarios.parquet
rule score_scenarios:
    input:
        candidates="data/processed/{city}/candidates.parquet",
        scenario_candidates="data/processed/{city}/scenario_candidates.parquet",
    output:
        scenarios="data/processed/{city}/scenarios.parquet",
    log:
        "logs/{city}/score_scenarios.log",
    benchmark:
        "logs/{city}/score_scenarios.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=fingerprint("scripts/score_scenarios.py"),
        settings=params_for("analysis.score", "analysis.scenarios"),
    script:
        "../../scripts/score_scenarios.py"


# snakemake data/processed/hanoi/robustness.parquet
rule measure_robustness:
    input:
        candidates="data/processed/{city}/candidates.parquet",
        scenarios="data/processed/{city}/scenarios.parquet",
        sweeps="data/processed/{city}/sweeps.parquet",
    output:
        robustness="data/processed/{city}/robustness.parquet",
        rank_acceptability="data/processed/{city}/rank_acceptability.parquet",
        agreement="data/processed/{city}/agreement.parquet",
    log:
        "logs/{city}/measure_robustness.log",
    benchmark:
        "logs/{city}/measure_robustness.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=fingerprint("scripts/measure_robustness.py"),
        settings=params_for("analysis.score", "analysis.seed"),
    script:
        "../../scripts/measure_robustness.py"


# snakemake data/processed/hanoi/hanoi.gpkg
rule pack_geopackage:
    input:
        **tables_of(
            "candidates",
            "scores",
            "robustness",
            "scenarios",
            "agreement",
            "sweeps",
            "sweep_variants",
            "portfolio",
            "portfolio_sites",
            "portfolio_gain",
            "portfolio_front",
            "backtest",
            "backtest_summary",
            "study_area",
            "heritage",
            "creative",
            "clusters",
            "completeness",
            "accessibility",
            "isochrones",
            "stations",
        ),
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


# snakemake data/processed/hanoi/csv
rule write_csv:
    input:
        unpack(sobol_of),
        **tables_of(*RESULTS),
    output:
        folder=directory("data/processed/{city}/csv"),
    log:
        "logs/{city}/write_csv.log",
    benchmark:
        "logs/{city}/write_csv.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=fingerprint("scripts/write_csv.py"),
    script:
        "../../scripts/write_csv.py"
