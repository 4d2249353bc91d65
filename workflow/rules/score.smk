# Score: what is much in this city, the candidates' values by it, their ranking, and the same under other priorities.


# snakemake data/processed/hanoi/scales.parquet
rule lay_scales:
    input:
        reference="<tables>/{city}/reference.parquet",
    output:
        **tables_of("scales", "correlations"),
    log:
        "<logs>/{city}/lay_scales.log",
    benchmark:
        "<logs>/{city}/lay_scales.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("lay_scales"),
    params:
        code=code_of("lay_scales"),
        settings=params_for("analysis.score.anchors"),
    script:
        "../../scripts/lay_scales.py"


# snakemake data/processed/hanoi/scores.parquet
rule score_candidates:
    input:
        **tables_of("candidates", "scales"),
    output:
        **tables_of("scores", "values"),
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
        code=code_of("score_candidates"),
        settings=params_for("analysis.score", "analysis.seed"),
    script:
        "../../scripts/score_candidates.py"


# snakemake data/processed/hanoi/survey_scores.parquet
rule score_survey:
    input:
        **TRANSPORT,
        **tables_of("survey", "amenities", "people", "scales"),
        creative="<tables>/{city}/located_creative.parquet",
        heritage_taxonomy=lambda w: given(
            settings_of(w.city).analysis.locate.heritage_taxonomy
        ),
        words=lambda w: given(words_of(w.city)),
    output:
        **tables_of("survey_candidates", "survey_scores"),
    log:
        "<logs>/{city}/score_survey.log",
    benchmark:
        "<logs>/{city}/score_survey.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("score_survey"),
    params:
        code=code_of("score_survey"),
        settings=params_for(
            *POSITION_KEYS, "analysis.candidates", "analysis.score", "analysis.seed"
        ),
    script:
        "../../scripts/score_survey.py"


# snakemake data/processed/hanoi/scenarios.parquet
rule score_scenarios:
    input:
        **tables_of(
            "candidates", "reference", "scenario_candidates", "scenario_reference"
        ),
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
        code=code_of("score_scenarios"),
        settings=params_for("analysis.score", "analysis.scenarios"),
    script:
        "../../scripts/score_scenarios.py"
