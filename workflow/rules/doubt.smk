# Doubt: what of the ranking and of the set is left under other priorities, another map, another model; and the past.


# snakemake data/processed/shanghai/backtest.parquet
rule back_test:
    input:
        **tables_of("heritage", "registry", "amenities", "people", "scales"),
        **TRANSPORT,
        creative="<tables>/{city}/located_creative.parquet",
    output:
        **tables_of("backtest", "backtest_pairs", "backtest_summary"),
    log:
        "<logs>/{city}/back_test.log",
    benchmark:
        "<logs>/{city}/back_test.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("back_test"),
    params:
        code=code_of("back_test"),
        settings=params_for(
            *TRANSPORT_KEYS,
            "city.main_mode",
            "city.centre",
            "analysis.backtest",
            "analysis.reach",
            "analysis.network",
            "analysis.candidates",
            "analysis.score",
            "analysis.people_grid.link_within_m",
            "analysis.seed",
        ),
    script:
        "../../scripts/back_test.py"


# snakemake data/processed/backtest_pooled.parquet
rule pool_backtest:
    input:
        summaries=expand("<tables>/{city}/backtest_summary.parquet", city=CITIES),
        pairs=expand("<tables>/{city}/backtest_pairs.parquet", city=CITIES),
    output:
        pooled="<tables>/backtest_pooled.parquet",
        csv="<tables>/backtest_pooled.csv",
    log:
        "<logs>/pool_backtest.log",
    benchmark:
        "<logs>/pool_backtest.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("pool_backtest"),
    params:
        code=code_of("pool_backtest"),
        cities=CITIES,
        settings=CONFIG.model_dump_json(include={"backtest", "seed"}),
    script:
        "../../scripts/pool_backtest.py"


# snakemake data/processed/hanoi/sobol.parquet
rule measure_sobol:
    input:
        **tables_of("candidates", "scales"),
    output:
        **tables_of("sobol"),
    log:
        "<logs>/{city}/measure_sobol.log",
    benchmark:
        "<logs>/{city}/measure_sobol.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("measure_sobol"),
    params:
        code=code_of("measure_sobol"),
        settings=params_for("analysis.score", "analysis.seed"),
    script:
        "../../scripts/measure_sobol.py"


# snakemake data/processed/hanoi/sweeps.parquet
rule sweep_settings:
    input:
        **tables_of("heritage", "amenities", "people", "places", "reference"),
        **TRANSPORT,
        creative="<tables>/{city}/located_creative.parquet",
        raster=lambda w: given(population_of(w.city, "raster")),
        table=lambda w: given(population_of(w.city, "table")),
    output:
        **tables_of("sweeps", "sweep_variants"),
    log:
        "<logs>/{city}/sweep_settings.log",
    benchmark:
        "<logs>/{city}/sweep_settings.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("sweep_settings"),
    params:
        code=code_of("sweep_settings"),
        settings=params_for(
            *TRANSPORT_KEYS,
            "city.main_mode",
            "city.people",
            *(f"analysis.{key}" for key in Swept.model_fields),
        ),
    script:
        "../../scripts/sweep_settings.py"


# snakemake data/processed/hanoi/scenario_candidates.parquet
rule measure_scenarios:
    input:
        **TRANSPORT,
        **tables_of("heritage", "amenities", "people", "reference"),
        creative="<tables>/{city}/located_creative.parquet",
    output:
        **tables_of("scenario_candidates", "scenario_reference"),
    log:
        "<logs>/{city}/measure_scenarios.log",
    benchmark:
        "<logs>/{city}/measure_scenarios.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("measure_scenarios"),
    params:
        code=code_of("measure_scenarios"),
        settings=params_for(
            *TRANSPORT_KEYS, "city.main_mode", "analysis.people_grid.link_within_m"
        ),
        own=lambda w: own_reach(settings_of(w.city)),
    script:
        "../../scripts/measure_scenarios.py"


# snakemake data/processed/hanoi/priorities_doubt.parquet
rule doubt_priorities:
    input:
        **tables_of("candidates", "scales", "scenarios", "sweeps"),
    output:
        priorities_doubt="<tables>/{city}/priorities_doubt.parquet",
        rank_acceptability="<tables>/{city}/rank_acceptability.parquet",
        agreement="<tables>/{city}/agreement.parquet",
    log:
        "<logs>/{city}/doubt_priorities.log",
    benchmark:
        "<logs>/{city}/doubt_priorities.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("doubt_priorities"),
    params:
        code=code_of("doubt_priorities"),
        settings=params_for("analysis.score", "analysis.seed"),
    script:
        "../../scripts/doubt_priorities.py"


# snakemake data/processed/hanoi/worlds.parquet
rule doubt_worlds:
    input:
        **TRANSPORT,
        **tables_of(
            "candidates",
            "heritage",
            "reference",
            "completeness",
            "scales",
            "recommended",
            "amenities",
            "people",
            "places",
        ),
        creative="<tables>/{city}/located_creative.parquet",
        raster=lambda w: given(population_of(w.city, "raster")),
        table=lambda w: given(population_of(w.city, "table")),
    output:
        **tables_of("worlds", "world_values", "site_doubt", "set_doubt", "member_doubt"),
    log:
        "<logs>/{city}/doubt_worlds.log",
    benchmark:
        "<logs>/{city}/doubt_worlds.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("doubt_worlds"),
    params:
        code=code_of("doubt_worlds"),
        settings=params_for(
            *TRANSPORT_KEYS,
            *DOUBT_KEYS,
        ),
    script:
        "../../scripts/doubt_worlds.py"


# snakemake data/processed/hanoi/marks.parquet
rule judge_marks:
    input:
        **tables_of("site_doubt", "set_doubt", "scores", "backtest_summary"),
    output:
        **tables_of("marks"),
    log:
        "<logs>/{city}/judge_marks.log",
    benchmark:
        "<logs>/{city}/judge_marks.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("judge_marks"),
    params:
        code=code_of("judge_marks"),
        settings=params_for("analysis.score"),
    script:
        "../../scripts/judge_marks.py"
