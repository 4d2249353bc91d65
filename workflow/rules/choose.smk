# Choose: the recommended set, which sites together serve and join most by other aims, and what was decided in public.


# snakemake data/processed/hanoi/recommended.parquet
rule recommend_set:
    input:
        **STREETS,
        **tables_of("candidates", "scores", "scales", "creative", "people"),
    output:
        **tables_of("recommended", "set_beside_ranking", "set_front"),
    log:
        "<logs>/{city}/recommend_set.log",
    benchmark:
        "<logs>/{city}/recommend_set.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("recommend_set"),
    params:
        code=code_of("recommend_set"),
        settings=params_for(
            *STREET_KEYS,
            "analysis.reach.walk_minutes",
            "analysis.network",
            "analysis.people_grid.link_within_m",
        ),
    script:
        "../../scripts/recommend_set.py"


# snakemake data/processed/hanoi/decisions.parquet
rule record_decisions:
    input:
        **tables_of("registry", "scores", "recommended"),
        decisions=given(found("config/decisions.csv")),
    output:
        decisions="<tables>/{city}/decisions.parquet",
    log:
        "<logs>/{city}/record_decisions.log",
    benchmark:
        "<logs>/{city}/record_decisions.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("record_decisions"),
    params:
        code=code_of("record_decisions"),
    script:
        "../../scripts/record_decisions.py"


# snakemake data/processed/hanoi/portfolio.parquet
rule choose_portfolio:
    input:
        **STREETS,
        candidates="<tables>/{city}/candidates.parquet",
        scores="<tables>/{city}/scores.parquet",
        creative="<tables>/{city}/creative.parquet",
        people="<tables>/{city}/people.parquet",
    output:
        **tables_of("portfolio", "portfolio_sites", "portfolio_gain", "portfolio_front"),
    log:
        "<logs>/{city}/choose_portfolio.log",
    benchmark:
        "<logs>/{city}/choose_portfolio.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("choose_portfolio"),
    params:
        code=code_of("choose_portfolio"),
        settings=params_for(
            *STREET_KEYS,
            "analysis.reach.walk_minutes",
            "analysis.network",
            "analysis.portfolio",
            "analysis.people_grid.link_within_m",
            "analysis.seed",
        ),
    script:
        "../../scripts/choose_portfolio.py"
