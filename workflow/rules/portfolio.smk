# Portfolio: which sites together serve most people and join most spaces.


# snakemake data/processed/hanoi/portfolio.parquet
rule choose_portfolio:
    input:
        candidates="data/processed/{city}/candidates.parquet",
        scores="data/processed/{city}/scores.parquet",
        creative="data/processed/{city}/creative.parquet",
        people="data/processed/{city}/people.parquet",
        study_area="data/processed/{city}/study_area.parquet",
        street_nodes="data/processed/{city}/street_nodes.parquet",
        street_edges="data/processed/{city}/street_edges.parquet",
    output:
        portfolio="data/processed/{city}/portfolio.parquet",
        portfolio_sites="data/processed/{city}/portfolio_sites.parquet",
        portfolio_gain="data/processed/{city}/portfolio_gain.parquet",
        portfolio_front="data/processed/{city}/portfolio_front.parquet",
    log:
        "logs/{city}/choose_portfolio.log",
    benchmark:
        "logs/{city}/choose_portfolio.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=fingerprint("scripts/choose_portfolio.py"),
        settings=params_for(
            "city.country",
            "analysis.travel",
            "analysis.reach.walk_minutes",
            "analysis.network",
            "analysis.portfolio",
            "analysis.people_grid.link_within_m",
            "analysis.seed",
        ),
    script:
        "../../scripts/choose_portfolio.py"
