# Portfolio: which sites together serve most people and join most spaces.


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
        code=code_fingerprint("scripts/choose_portfolio.py"),
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
